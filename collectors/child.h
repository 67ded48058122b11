/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_CHILD_H
#define COLLECTORS_CHILD_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A program run as a child, without a shell. It leads a session of its own, so that nothing in it
 * can ask at the terminal and all that it starts can be killed together; it inherits no descriptor
 * but standard input, output and error, and the signals as a program finds them at login. When this
 * process dies, it gets SIGTERM. Standard input is a socket (a pipe would raise SIGPIPE here), the
 * others are pipes.
 */
struct child {
	pid_t pid;		   /* of its group, too; 0: none */
	int input, output, errors; /* our ends; -1: closed */
	int watch; /* readable when it has ended; -1: this kernel has no such descriptor */
	bool ended;
	bool exited; /* false: by a signal */
	int status;  /* exit code, or signal */
	size_t sent; /* bytes of the input */
	int64_t ended_at;
};

/* What goes in and comes out. */
struct child_streams {
	const struct bytes *input; /* one after the other, then end of file */
	size_t input_count;
	struct buffer *output; /* more than its limit is an error */
	struct buffer *errors; /* what is beyond its limit is dropped */
};

/*
 * Starts argv[0], found by $PATH; `argv` ends with NULL. Nothing secret belongs there. An error
 * (ERROR_INTERNAL) if it could not be run; then there is nothing to end.
 */
int child_start(struct child *child, const char *const *argv, struct error *error);

/*
 * Carries bytes until the child has ended and closed its outputs, or `until` (base/clock.h) has
 * come, which is no error: `ended` tells. An error (ERROR_UNREACHABLE) for too much output or when
 * this run is interrupted (base/interrupt.h).
 */
int child_wait(struct child *child, const struct child_streams *streams, int64_t until,
	struct error *error);

/* Start, wait, end: an error, too, when the deadline passed. */
int child_run(struct child *child, const char *const *argv, const struct child_streams *streams,
	int64_t deadline, struct error *error);

/*
 * SIGTERM to the group, after half a second SIGKILL; reaps. Afterwards all that is left of the
 * child is how it ended. May be called twice.
 */
void child_end(struct child *child);

#endif
