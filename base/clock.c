/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <assert.h>
#include <limits.h>
#include <time.h>

int64_t clock_now(void)
{
	struct timespec now;
	int result = clock_gettime(CLOCK_MONOTONIC, &now);
	assert(result == 0);
	(void)result;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int clock_left(int64_t deadline)
{
	int64_t now = clock_now();
	if (deadline <= now)
		return 0;
	/* Both are far from the ends of the range unless the deadline means "never". */
	return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}
