/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs until it is killed, and holds Wine's desktop: without it the first program that needs one
 * starts it anew each time, with the standard output of an ssh session in its hands.
 */
#include <windows.h>

int WINAPI WinMain(HINSTANCE instance, HINSTANCE previous, LPSTR line, int show)
{
	(void)previous;
	(void)line;
	(void)show;
	CreateWindowExA(0, "STATIC", "stay", 0, 0, 0, 1, 1, HWND_MESSAGE, NULL, instance, NULL);
	GetDesktopWindow();
	Sleep(INFINITE);
	return 0;
}
