/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/command.h"
#include "collectors/openssh_session.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void print_commands(FILE *file)
{
	fputs("usage: standby COMMAND [OPTION...] [WORD...]\n\n"
	      "Tells whether the backup node of a Windows/IIS failover cluster will really serve\n"
	      "when the primary fails, before it fails.\n\n",
		file);
	for (const struct command *const *command = command_catalogue; *command; command++)
		fprintf(file, "  %-16s %s\n", (*command)->name, (*command)->summary);
	fputs("\n\"standby COMMAND --help\" explains a command. Exit codes: 0 all kept, 1 a rule "
	      "is\n"
	      "broken, 2 something could not be known, 64 usage, 65 bad input file, 69 nothing\n"
	      "could be reached, 70 internal error.\n",
		file);
}

/* The number of words by which this command is called here, 0: it is not. */
static int called(const struct command *command, int argc, char **argv)
{
	const char *blank = strchr(command->name, ' ');
	if (!blank)
		return argc >= 1 && strcmp(argv[0], command->name) == 0 ? 1 : 0;
	size_t first = (size_t)(blank - command->name);
	if (argc < 2 || strlen(argv[0]) != first || strncmp(argv[0], command->name, first) != 0)
		return 0;
	return strcmp(argv[1], blank + 1) == 0 ? 2 : 0;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

static void print_help(const struct command *command)
{
	printf("usage: standby %s %s\n\n%s.\n\n%s", command->name, command->usage, command->summary,
		command->help);
}

/* Everything printed has arrived, or the code says that it has not. */
static int finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "standby: the output could not be written: %s\n", strerror(errno));
	return EXIT_INTERNAL;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct error error = {0};
	if (wants_help(argc, argv)) {
		print_help(command);
		return finish(0);
	}
	int code = command->run(argc, argv, &error);
	if (error.code == ERROR_NONE)
		return finish(code);
	fflush(stdout);
	fprintf(stderr, "standby %s: %s\n", command->name, error.text);
	if (error.code == ERROR_USAGE)
		fprintf(stderr, "usage: standby %s %s\n", command->name, command->usage);
	return (int)error.code;
}

/* "help COMMAND" */
static bool explain(int argc, char **argv)
{
	for (const struct command *const *command = command_catalogue; *command; command++) {
		if (called(*command, argc, argv)) {
			print_help(*command);
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	int code;
	if (openssh_answer(argc, argv, &code))
		return code;
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of its write */
	json_setup();
	argc--;
	argv++;
	if (argc > 1 && strcmp(argv[0], "help") == 0 && explain(argc - 1, argv + 1))
		return finish(0);
	for (const struct command *const *command = command_catalogue; *command; command++) {
		int words = called(*command, argc, argv);
		if (words)
			return run(*command, argc - words, argv + words);
	}
	if (argc >= 1 && strcmp(argv[0], "--version") == 0) {
		puts("standby " STANDBY_VERSION);
		return finish(0);
	}
	if (argc >= 1 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "help") == 0)) {
		print_commands(stdout);
		return finish(0);
	}
	if (argc >= 1)
		fputs("standby: there is no such command\n\n", stderr);
	print_commands(stderr);
	return EXIT_USAGE;
}
