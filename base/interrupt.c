/* SPDX-License-Identifier: Apache-2.0 */
#include "base/interrupt.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* What a handler may touch: nothing else here is safe in one. */
static volatile sig_atomic_t received;
static volatile pid_t groups[INTERRUPT_GROUPS];
static int ends[2] = {-1, -1}; /* of a pipe: what is read, what is written */

static void kill_groups(void)
{
	for (size_t i = 0; i < INTERRUPT_GROUPS; i++)
		if (groups[i] > 0)
			kill(-groups[i], SIGKILL);
}

static void on_signal(int number)
{
	int before = errno;
	if (received) {
		kill_groups();
		_exit(128 + number);
	}
	received = number;
	/* The pipe is empty until now, and so takes it. */
	ssize_t written = write(ends[1], "", 1);
	(void)written;
	errno = before;
}

static void open_pipe(void)
{
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		ends[0] = ends[1] = -1;
}

static void close_pipe(void)
{
	for (size_t i = 0; i < 2; i++) {
		if (ends[i] >= 0)
			close(ends[i]);
		ends[i] = -1;
	}
}

void interrupt_watch(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	if (ends[0] >= 0)
		return;
	open_pipe();
	struct sigaction action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct sigaction old;
		/* nohup and its like have it ignored. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

void interrupt_reset(void)
{
	bool watched = ends[0] >= 0;
	close_pipe();
	if (watched)
		open_pipe();
	received = 0;
	memset((void *)groups, 0, sizeof groups);
}

int interrupt_fd(void)
{
	return ends[0];
}

const char *interrupt_name(void)
{
	switch (received) {
	case 0:
		return NULL;
	case SIGINT:
		return "SIGINT";
	case SIGHUP:
		return "SIGHUP";
	default:
		return "SIGTERM";
	}
}

void interrupt_guard(size_t slot, pid_t group)
{
	assert(slot < INTERRUPT_GROUPS);
	groups[slot] = group;
}
