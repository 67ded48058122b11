/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SHELL_H
#define COLLECTORS_SHELL_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A command shell on a node, whatever carries it: a transport opens it, a dialect
 * (collectors/dialect.h) speaks through it. One command at a time.
 */
#define SHELL_LINE_LIMIT 8190 /* characters of a command; cmd.exe does not run longer ones */
#define SHELL_OUTPUT_LIMIT ((size_t)64 << 20)
#define SHELL_ERRORS_LIMIT ((size_t)64 << 10) /* what is beyond is dropped: people read it */

struct shell_command {
	const char *line;	  /* as the remote shell gets it, below 8,191 characters */
	struct bytes input;	  /* standard input; then, if there is a key, ... */
	const struct secret *key; /* ... one line with it in lower-case hexadecimal; or NULL */
};

struct shell_result {
	struct buffer output; /* standard output */
	struct buffer errors; /* standard error, its beginning */
	bool exited;	      /* false: ended by a signal, or nobody said how */
	uint32_t status;      /* the exit code: 32 bits from Windows, 8 from others */
};
void shell_result_release(struct shell_result *result);
#define auto_shell_result __attribute__((cleanup(shell_result_release)))

struct shell {
	void *session;
	/*
	 * Runs a command to its end. Output beyond the limit, a deadline passed or a connection
	 * lost is an error (ERROR_UNREACHABLE) that says which; a command that fails is none.
	 * After an error the shell is good for nothing but closing.
	 */
	int (*run)(void *session, const struct shell_command *command, struct shell_result *result,
		struct error *error);
};

#endif
