/* SPDX-License-Identifier: Apache-2.0 */

/*
 * measure TIMES PROGRAM [WORD...]: runs the program so often, with its output thrown away, and
 * prints a line for each run: wall time, user time and system time in microseconds, the most
 * memory it had resident in KiB, exit code.
 *
 * A small program of its own, because what is measured inherits the peak of what started it.
 */
#include "base/number.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long us_of(struct timeval time)
{
	return time.tv_sec * 1000000LL + time.tv_usec;
}

static void become(char **words)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nowhere >= 0)
		dup2(nowhere, STDOUT_FILENO);
	execv(words[0], words);
	perror(words[0]);
	_exit(127);
}

static int measure(char **words)
{
	struct rusage usage;
	int status;
	long long start = now_us();
	pid_t child = fork();
	if (child == 0)
		become(words);
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("measure");
		return -1;
	}
	printf("%lld %lld %lld %ld %d\n", now_us() - start, us_of(usage.ru_utime),
		us_of(usage.ru_stime), usage.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

int main(int count, char **words)
{
	uint64_t times;
	if (count < 3 || !number_read(words[1], strlen(words[1]), 10, 1000000, &times)) {
		fputs("usage: measure TIMES PROGRAM [WORD...]\n", stderr);
		return 64;
	}
	for (; times > 0; times--) {
		if (measure(words + 2) != 0)
			return 70;
	}
	return 0;
}
