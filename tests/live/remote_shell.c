/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sshd starts on a Wine node. Win32-OpenSSH hands a request to cmd.exe as it came, in one pair
 * of quotation marks; passing it as an argument of Wine would escape those that are in it. So it
 * comes in SSH_ORIGINAL_COMMAND, and is taken out of the environment of what runs.
 */
#include <stdio.h>
#include <windows.h>

#define LIMIT 32768

int wmain(void)
{
	static wchar_t request[LIMIT], line[LIMIT + 32];
	DWORD length = GetEnvironmentVariableW(L"SSH_ORIGINAL_COMMAND", request, LIMIT);
	if (length >= LIMIT)
		return 255;
	SetEnvironmentVariableW(L"SSH_ORIGINAL_COMMAND", NULL);
	swprintf(line, LIMIT + 32, length ? L"cmd.exe /c \"%ls\"" : L"cmd.exe", request);
	STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
	start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
	start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
	start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	PROCESS_INFORMATION child;
	if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child))
		return 255;
	WaitForSingleObject(child.hProcess, INFINITE);
	DWORD status = 255;
	GetExitCodeProcess(child.hProcess, &status);
	return (int)status;
}
