/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_DIALECT_CMD_SCRIPT_H
#define COLLECTORS_DIALECT_CMD_SCRIPT_H

#include "collectors/dialect.h"

/*
 * What a plain command shell cannot do is done by Windows Script Host, in plain ES3 JScript. In a
 * .cmd part the line
 *	script NAME...
 * runs the parts NAME.js one behind the other, with the scope in front of them (its locations, and
 * whether the logon check was asked for), as one command:
 *
 *	echo BOOTSTRAP>FILE&cscript ... FILE&del ... FILE
 *
 * FILE is one line in %TEMP% under a random name. It runs what the first line of standard input
 * holds, in %XX escapes; the next line is the key of the run. So neither the script nor the key is
 * ever on the disk, and nothing needs quoting. The shell removes the file itself, also when
 *standard input ends early, and with it the script. A shell that is ended in between, as by the
 *server when the connection breaks, leaves the file behind: that one line, found as
 *%TEMP%\standby-*.js. A run removes its own file and no other.
 */
#define DIALECT_CMD_BOOTSTRAP "eval(unescape(WScript.StdIn.ReadLine()))"
#define DIALECT_CMD_SCRIPT_SECONDS 300 /* then cscript ends the script */

bool dialect_cmd_is_script(const char *line);

/* The script in clear, or NULL: a part of that name is missing. */
char *dialect_cmd_script_text(
	struct arena *arena, const char *line, const struct strings *locations, bool check_logon);

/*
 * The command line; `token` makes the name of the file: letters and digits. In a `narrow` shell, a
 * 32-bit one on 64-bit Windows, it is the 64-bit cscript: the other one sees another registry.
 */
char *dialect_cmd_script_command(struct arena *arena, const char *token, bool narrow);

struct dialect_cmd_script {
	const char *line; /* of the part */
	bool narrow;
};

/* Runs it, as shell->run does. */
int dialect_cmd_script_run(struct arena *arena, struct shell *shell,
	const struct dialect_scope *scope, const struct dialect_cmd_script *script,
	struct shell_result *result, struct error *error);

#endif
