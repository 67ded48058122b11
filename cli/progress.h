/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "collectors/pool.h"

/*
 * How far the collection is, on standard error: on a terminal one line that is drawn again and
 * again, elsewhere one line for each node that is done.
 */
struct progress {
	bool terminal;
	bool shown; /* the line stands on the terminal */
	bool any;   /* false: nothing is told at all */
};

/* `wanted`: whether there is anything to wait for, or the user asked for it. */
void progress_init(struct progress *progress, bool wanted);

/* pool_options.progress; the context is the struct progress. */
void progress_tell(void *context, const struct pool_progress *state);

/* Takes the line off the terminal, before anything else is printed. */
void progress_clear(struct progress *progress);

#endif
