/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void progress_init(struct progress *progress, bool wanted)
{
	const char *terminal = getenv("TERM");
	*progress = (struct progress){.any = wanted,
		.terminal = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0};
}

static void draw(const struct pool_progress *state)
{
	size_t waiting = state->total - state->done - state->running;
	fprintf(stderr, "\r%zu of %zu nodes done, %zu failing, %zu running, %zu waiting",
		state->done, state->total, state->failing, state->running, waiting);
	if (state->slowest)
		fprintf(stderr, "; slowest %s %lld s", state->slowest->name,
			(long long)state->slowest_for / 1000);
	fputs("\033[K", stderr);
}

void progress_tell(void *context, const struct pool_progress *state)
{
	struct progress *progress = context;
	if (progress->terminal) {
		draw(state);
		progress->shown = true;
	} else if (state->finished) {
		fprintf(stderr, "standby: %s %s after %.1f s (%zu of %zu)\n", state->finished->name,
			state->failed ? "not reached" : "done",
			(double)state->finished_after / 1000, state->done, state->total);
	}
}

void progress_clear(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
