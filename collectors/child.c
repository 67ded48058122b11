/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/child.h"

#include "base/clock.h"
#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PARTING_MS 500
/* Something else may hold its outputs open when it has ended. */
#define LINGER_MS 1000
#define TICK_MS 20 /* between looks at a child that cannot be watched */
#define BLOCK ((size_t)1 << 16)

enum { IN, OUT, ERR, FAILED, PAIRS };
/* [0] stays here, [1] goes to the child. */
struct pairs {
	int ends[PAIRS][2];
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_pairs(struct pairs *pairs)
{
	for (size_t i = 0; i < PAIRS; i++) {
		close_end(&pairs->ends[i][0]);
		close_end(&pairs->ends[i][1]);
	}
}

/* Away from 0, 1 and 2, which may be free in this process and are the child's. */
static bool lift(int *fd)
{
	if (*fd > STDERR_FILENO)
		return true;
	int higher = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close_end(fd);
	*fd = higher;
	return higher >= 0;
}

static bool open_pair(int ends[2], bool both_ways)
{
	int made[2];
	int result = both_ways ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made)
			       : pipe2(made, O_CLOEXEC);
	if (result != 0)
		return false;
	ends[0] = made[0];
	ends[1] = made[1];
	return lift(&ends[0]) && lift(&ends[1]);
}

static int open_pairs(struct pairs *pairs, struct error *error)
{
	memset(pairs, -1, sizeof *pairs);
	bool opened = true;
	for (size_t i = 0; i < PAIRS && opened; i++)
		opened = open_pair(pairs->ends[i], i == IN);
	for (size_t i = 0; i < FAILED && opened; i++)
		opened = fcntl(pairs->ends[i][0], F_SETFL, O_NONBLOCK) == 0;
	if (opened)
		return 0;
	error_set(error, ERROR_INTERNAL, "no pipes for a child process: %s", strerror(errno));
	close_pairs(pairs);
	return -1;
}

/* --- in the child: only what is allowed after fork ----------------------------------------------
 */

static void close_others(void)
{
	if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	long limit = sysconf(_SC_OPEN_MAX);
	for (int fd = STDERR_FILENO + 1; fd < limit; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void reset_signals(void)
{
	sigset_t none;
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const struct pairs *pairs, const char *const *argv, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(127);
	setsid();
	if (dup2(pairs->ends[IN][1], STDIN_FILENO) >= 0 &&
		dup2(pairs->ends[OUT][1], STDOUT_FILENO) >= 0 &&
		dup2(pairs->ends[ERR][1], STDERR_FILENO) >= 0) {
		close_others();
		reset_signals();
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	}
	int reason = errno;
	ssize_t told = write(pairs->ends[FAILED][1], &reason, sizeof reason);
	(void)told;
	_exit(127);
}

/* --- starting --------------------------------------------------------------------------------- */

/* Our handlers must not run in the child: it shares their descriptors. */
static pid_t fork_quietly(const struct pairs *pairs, const char *const *argv)
{
	sigset_t all, before;
	pid_t parent = getpid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid_t pid = fork();
	if (pid == 0)
		become(pairs, argv, parent);
	int reason = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = reason;
	return pid;
}

/* 0 once the program runs, else the errno of why it does not. */
static int failure(int fd)
{
	int reason = 0;
	ssize_t got;
	do
		got = read(fd, &reason, sizeof reason);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof reason ? reason : 0;
}

static void take_ends(struct child *child, struct pairs *pairs)
{
	child->input = pairs->ends[IN][0];
	child->output = pairs->ends[OUT][0];
	child->errors = pairs->ends[ERR][0];
	for (size_t i = 0; i < FAILED; i++)
		pairs->ends[i][0] = -1;
}

int child_start(struct child *child, const char *const *argv, struct error *error)
{
	struct pairs pairs;
	*child = (struct child){.input = -1, .output = -1, .errors = -1, .watch = -1};
	if (open_pairs(&pairs, error) != 0)
		return -1;
	pid_t pid = fork_quietly(&pairs, argv);
	int reason = pid < 0 ? errno : 0;
	if (pid > 0) {
		close_end(&pairs.ends[FAILED][1]);
		reason = failure(pairs.ends[FAILED][0]);
		child->pid = pid;
		child->watch = pidfd_open(pid, 0);
		take_ends(child, &pairs);
	}
	close_pairs(&pairs);
	if (reason == 0)
		return 0;
	child_end(child);
	return error_set(error, ERROR_INTERNAL, "%s cannot be run: %s", argv[0], strerror(reason));
}

/* --- carrying bytes --------------------------------------------------------------------------- */

/* What is next to be sent; none when all is. */
static struct bytes next_input(const struct child *child, const struct child_streams *streams)
{
	size_t skip = child->sent;
	for (size_t i = 0; i < streams->input_count; i++) {
		struct bytes piece = streams->input[i];
		if (skip < piece.length)
			return (struct bytes){piece.data + skip, piece.length - skip};
		skip -= piece.length;
	}
	return (struct bytes){0};
}

/* A child that reads no more has what it wants. */
static void send_input(struct child *child, const struct child_streams *streams)
{
	struct bytes piece = next_input(child, streams);
	if (piece.length) {
		ssize_t sent = send(child->input, piece.data, piece.length, MSG_NOSIGNAL);
		if (sent > 0)
			child->sent += (size_t)sent;
		else if (sent < 0 && errno != EAGAIN && errno != EINTR)
			close_end(&child->input);
	}
	if (next_input(child, streams).length == 0)
		close_end(&child->input);
}

/* -1: the buffer is full. */
static int receive(int *fd, struct buffer *buffer)
{
	char block[BLOCK];
	ssize_t got = read(*fd, block, sizeof block);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		close_end(fd);
		return 0;
	}
	size_t room = buffer->limit - buffer->length;
	size_t kept = (size_t)got < room ? (size_t)got : room;
	(void)buffer_append(buffer, block, kept);
	return kept == (size_t)got ? 0 : -1;
}

/* Not reaped yet: as long as it is there, no other group can have its number. */
static void look(struct child *child)
{
	siginfo_t info = {0};
	if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
		info.si_pid == 0)
		return;
	child->ended = true;
	child->ended_at = clock_now();
	child->exited = info.si_code == CLD_EXITED;
	child->status = info.si_status;
	close_end(&child->watch);
}

static bool done(const struct child *child)
{
	return child->ended && ((child->output < 0 && child->errors < 0) ||
				       clock_now() >= child->ended_at + LINGER_MS);
}

static int wait_for(const struct child *child, struct pollfd *fds, int64_t until)
{
	fds[IN] = (struct pollfd){child->input, POLLOUT, 0};
	fds[OUT] = (struct pollfd){child->output, POLLIN, 0};
	fds[ERR] = (struct pollfd){child->errors, POLLIN, 0};
	fds[3] = (struct pollfd){child->watch, POLLIN, 0};
	fds[4] = (struct pollfd){interrupt_fd(), POLLIN, 0};
	if (child->ended && child->ended_at + LINGER_MS < until)
		until = child->ended_at + LINGER_MS;
	int left = clock_left(until);
	if (!child->ended && child->watch < 0 && left > TICK_MS)
		left = TICK_MS;
	return poll(fds, 5, left);
}

static int carry(struct child *child, const struct child_streams *streams, int64_t until,
	struct error *error)
{
	struct pollfd fds[5];
	int ready = wait_for(child, fds, until);
	if (ready < 0 && errno != EINTR)
		return error_set(error, ERROR_INTERNAL, "poll: %s", strerror(errno));
	if (interrupt_name())
		return error_set(error, ERROR_UNREACHABLE, "stopped by %s", interrupt_name());
	if (!child->ended && (child->watch < 0 || fds[3].revents))
		look(child);
	if (ready <= 0)
		return 0;
	if (child->input >= 0 && fds[IN].revents)
		send_input(child, streams);
	if (child->errors >= 0 && fds[ERR].revents)
		(void)receive(&child->errors, streams->errors);
	if (child->output >= 0 && fds[OUT].revents && receive(&child->output, streams->output) != 0)
		return error_set(error, ERROR_UNREACHABLE, "more than %zu MB of output",
			streams->output->limit >> 20);
	return 0;
}

int child_wait(struct child *child, const struct child_streams *streams, int64_t until,
	struct error *error)
{
	while (!done(child)) {
		if (carry(child, streams, until, error) != 0)
			return -1;
		if (clock_left(until) == 0)
			break;
	}
	return 0;
}

int child_run(struct child *child, const char *const *argv, const struct child_streams *streams,
	int64_t deadline, struct error *error)
{
	if (child_start(child, argv, error) != 0)
		return -1;
	int result = child_wait(child, streams, deadline, error);
	if (result == 0 && !child->ended)
		result = error_set(
			error, ERROR_UNREACHABLE, "deadline passed while %s was running", argv[0]);
	child_end(child);
	return result;
}

/* --- ending ----------------------------------------------------------------------------------- */

void child_end(struct child *child)
{
	close_end(&child->input);
	close_end(&child->output);
	close_end(&child->errors);
	if (child->pid <= 0)
		return;
	int64_t patience = clock_now() + PARTING_MS;
	look(child);
	if (!child->ended)
		kill(-child->pid, SIGTERM);
	while (!child->ended && clock_left(patience) > 0) {
		struct pollfd watch = {child->watch, POLLIN, 0};
		poll(&watch, 1, child->watch < 0 ? TICK_MS : clock_left(patience));
		look(child);
	}
	kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (!child->ended)
		child->status = SIGKILL;
	child->ended = true;
	close_end(&child->watch);
	child->pid = 0;
}
