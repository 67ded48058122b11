/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/error.h"

#include <stdio.h>

/*
 * A command of the command line. One file in cli/commands/: commands/check.c defines
 * "const struct command command_check"; an underscore in the file name is a blank between words:
 * commands/inventory_check.c is "standby inventory check".
 */
enum exit_code {
	EXIT_KEPT = 0,	  /* nodes agree and everything was compared */
	EXIT_BROKEN = 1,  /* at least one rule broken */
	EXIT_UNKNOWN = 2, /* nothing broken, but something could not be known */
	EXIT_USAGE = 64,
	EXIT_INPUT = 65,
	EXIT_UNREACHABLE = 69, /* nothing could be reached */
	EXIT_INTERNAL = 70,
};

struct command {
	const char *name;    /* "inventory check" */
	const char *usage;   /* words behind the name: "-i INVENTORY [CLUSTER...]" */
	const char *summary; /* one line */
	const char *help;    /* options and exit codes; lines ended by \n */
	/* argv[0] is the first word behind the command's name. Returns the exit code; an error set
	 * in `error` is printed by main and decides the code when non-zero. */
	int (*run)(int argc, char **argv, struct error *error);
};

extern const struct command *const command_catalogue[]; /* sorted by file name, ended by NULL */

#endif
