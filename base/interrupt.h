/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <stddef.h>
#include <sys/types.h>

/*
 * SIGINT, SIGTERM and SIGHUP: the first one asks the run to end in good order, the second one ends
 * the program at once. Whoever waits in poll(2) waits for interrupt_fd too.
 */
void interrupt_watch(void);

/* In a process that was forked: forgets what came before and has a descriptor of its own. */
void interrupt_reset(void);

/* Readable once a signal has come, for ever; -1 where nobody watches. */
int interrupt_fd(void);

/* The name of the signal that came ("SIGINT"), or NULL. */
const char *interrupt_name(void);

/*
 * A process group that must not outlive the program: killed at the second signal. `slot` is below
 * INTERRUPT_GROUPS; 0 forgets it.
 */
#define INTERRUPT_GROUPS 1024
void interrupt_guard(size_t slot, pid_t group);

#endif
