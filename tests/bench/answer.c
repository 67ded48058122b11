/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer FOLDER: a stand-in for a Windows node, for tests/bench/ssh_run. sshd starts it as forced
 * command. It answers from files that are there already, so that the client's cost dominates;
 * nothing of Windows or PowerShell is in it.
 *
 * FOLDER/commands has lines of a request's beginning, a tab and a file: the first that fits is
 * printed; powershell.exe reads its standard input to the end before. "{node}" in the file's name
 * stands for the address that the client came to. What fits no line ends with 1 and prints nothing.
 * A request that ends with "&&echo #end" gets that line behind the file, as from cmd.exe.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_LIMIT 1024
#define BLOCK_LENGTH (64 << 10)

static const char reader[] = "powershell.exe ";
static char block[BLOCK_LENGTH];

/* The third word of SSH_CONNECTION. */
static const char *own_address(void)
{
	static char address[64];
	const char *connection = getenv("SSH_CONNECTION");
	if (!connection || sscanf(connection, "%*s %*s %63s", address) != 1)
		return "";
	return address;
}

static int print(const char *folder, const char *name)
{
	char path[2 * LINE_LIMIT];
	ssize_t got;
	const char *mark = strstr(name, "{node}");
	if (mark)
		snprintf(path, sizeof path, "%s/%.*s%s%s", folder, (int)(mark - name), name,
			own_address(), mark + strlen("{node}"));
	else
		snprintf(path, sizeof path, "%s/%s", folder, name);
	int file = open(path, O_RDONLY);
	if (file < 0)
		return 1;
	while ((got = read(file, block, sizeof block)) > 0) {
		for (ssize_t at = 0, done; at < got; at += done) {
			done = write(STDOUT_FILENO, block + at, (size_t)(got - at));
			if (done <= 0)
				return 1;
		}
	}
	return 0;
}

static int print_end(const char *request)
{
	static const char asks[] = "&&echo #end";
	size_t length = strlen(request);
	if (length < sizeof asks - 1 || strcmp(request + length - (sizeof asks - 1), asks) != 0)
		return 0;
	return write(STDOUT_FILENO, "#end\r\n", 6) == 6 ? 0 : 1;
}

int main(int argc, char **argv)
{
	char line[LINE_LIMIT];
	const char *request = getenv("SSH_ORIGINAL_COMMAND");
	if (argc != 2 || !request)
		return 2;
	snprintf(line, sizeof line, "%s/commands", argv[1]);
	FILE *table = fopen(line, "re");
	while (table && fgets(line, sizeof line, table)) {
		char *tab = strchr(line, '\t');
		line[strcspn(line, "\n")] = '\0';
		if (!tab)
			continue;
		*tab = '\0';
		if (strncmp(request, line, strlen(line)) != 0)
			continue;
		if (strncmp(request, reader, strlen(reader)) == 0)
			while (read(STDIN_FILENO, block, sizeof block) > 0)
				;
		return print(argv[1], tab + 1) == 0 ? print_end(request) : 1;
	}
	return 1;
}
