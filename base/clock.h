/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/*
 * Deadlines: points of a clock that only goes forward and that no change of the time of day moves
 * (CLOCK_MONOTONIC), in milliseconds.
 */
int64_t clock_now(void);

/* Milliseconds until the deadline for poll(2): never negative, capped to what poll takes. */
int clock_left(int64_t deadline);

#endif
