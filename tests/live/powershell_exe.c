/* SPDX-License-Identifier: Apache-2.0 */
/*
 * powershell.exe of a Wine node that has a real PowerShell in C:\pwsh. Its host wants a console, as
 * what an sshd of Windows starts has one; Wine gives one that nobody sees. Started by sshd itself
 * (SSH_ORIGINAL_COMMAND is set) it is the shell of the account: it runs the request.
 */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

#define LIMIT 32768
#define PROGRAM L"C:\\pwsh\\pwsh.exe"

static const wchar_t *own_arguments(void)
{
	const wchar_t *line = GetCommandLineW();
	const wchar_t *end = *line == L'"' ? wcschr(line + 1, L'"') : wcschr(line, L' ');
	if (!end)
		return L"";
	return *end == L'"' ? end + 1 : end;
}

int wmain(void)
{
	static wchar_t request[LIMIT], line[LIMIT + 64];
	DWORD length = GetEnvironmentVariableW(L"SSH_ORIGINAL_COMMAND", request, LIMIT);
	if (length >= LIMIT)
		return 255;
	SetEnvironmentVariableW(L"SSH_ORIGINAL_COMMAND", NULL);
	if (length)
		swprintf(line, LIMIT + 64, PROGRAM L" -c \"%ls\"", request);
	else
		swprintf(line, LIMIT + 64, PROGRAM L"%ls", own_arguments());
	STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
	start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
	start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
	start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	PROCESS_INFORMATION child;
	if (!CreateProcessW(
		    NULL, line, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &start, &child))
		return 255;
	WaitForSingleObject(child.hProcess, INFINITE);
	DWORD status = 255;
	GetExitCodeProcess(child.hProcess, &status);
	return (int)status;
}
