/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/pool_worker.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "collectors/openssh_session.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAGIC 0x73746279U
#define ANSWER_LIMIT ((size_t)64 << 20) /* as much as a snapshot file may have */
#define STOP_ROUNDS 100			/* of 5 ms each */
#define STOP_ROUND 5
#define SILENT_NETWORK 1000 /* ms: a host that is there accepts sooner */
#define SILENT_SERVER 10000 /* ms: a server under load may take its time for the first byte */
#define KEPT (1 << 20)	    /* bytes: what is freed after one node is used again for the next */

struct job {
	int64_t deadline;
	uint64_t index;
};

struct head {
	uint32_t magic;
	uint32_t unreached;
	uint64_t index;
	uint64_t length;
};

/* --- in the worker ---------------------------------------------------------------------------- */

static bool give(int fd, const void *data, size_t length)
{
	const char *at = data;
	while (length) {
		ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		at += sent;
		length -= (size_t)sent;
	}
	return true;
}

static bool answer(int fd, uint64_t index, const struct snapshot *snapshot)
{
	auto_buffer struct buffer packed = BUFFER_INIT(ANSWER_LIMIT);
	if (snapshot_pack(snapshot, &packed) != 0)
		return false;
	struct head head = {.magic = MAGIC,
		.unreached = snapshot_unreached(snapshot) != NULL,
		.index = index,
		.length = packed.length};
	return give(fd, &head, sizeof head) && give(fd, packed.data, packed.length);
}

static void serve(int fd, const struct pool_work *work, contact_cell *contact)
{
	struct job job;
	while (!interrupt_name() &&
		recv(fd, &job, sizeof job, MSG_WAITALL) == (ssize_t)sizeof job) {
		const struct pool_task *task = &work->tasks[job.index];
		struct collect_options options = *work->options->collect;
		options.check_logon = options.check_logon && !task->repeated;
		options.contact = contact;
		struct snapshot *snapshot = collect_node(work->options->inventory, task->cluster,
			task->node, &options, job.deadline);
		bool given = answer(fd, job.index, snapshot);
		snapshot_free(snapshot);
		if (!given)
			return;
	}
}

/* Nothing of a worker is left behind when the run dies: neither itself nor a core with secrets. */
static void settle_in(const struct pool_workers *workers, pid_t parent)
{
	const struct rlimit none = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setpgid(0, 0);
	setrlimit(RLIMIT_CORE, &none);
	mallopt(M_TRIM_THRESHOLD, KEPT);
	mallopt(M_MMAP_THRESHOLD, KEPT);
	interrupt_reset();
	for (size_t i = 0; i < workers->count; i++)
		if (workers->items[i].pid)
			close(workers->items[i].fd);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(1);
}

/* --- in the pool ------------------------------------------------------------------------------ */

static contact_cell *contact_of(
	const struct pool_workers *workers, const struct pool_worker *worker)
{
	return workers->contacts ? &workers->contacts[worker - workers->items] : NULL;
}

void pool_workers_init(struct pool_workers *workers, size_t count)
{
	workers->count = count;
	void *shared = mmap(NULL, POOL_WORKERS_MAX * sizeof *workers->contacts,
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	workers->contacts = shared == MAP_FAILED ? NULL : shared;
}

void pool_workers_release(struct pool_workers *workers)
{
	if (workers->contacts)
		munmap(workers->contacts, POOL_WORKERS_MAX * sizeof *workers->contacts);
	workers->contacts = NULL;
}

int pool_worker_start(
	struct pool_workers *workers, struct pool_worker *worker, const struct pool_work *work)
{
	int ends[2];
	pid_t parent = getpid();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		settle_in(workers, parent);
		serve(ends[1], work, contact_of(workers, worker));
		_exit(0); /* what this process inherited is the parent's to flush */
	}
	int reason = errno;
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		errno = reason;
		return -1;
	}
	setpgid(pid, pid); /* whoever comes first */
	size_t slot = (size_t)(worker - workers->items);
	*worker = (struct pool_worker){.slot = slot,
		.pid = pid,
		.fd = ends[0],
		.answer.limit = sizeof(struct head) + ANSWER_LIMIT};
	interrupt_guard(slot, pid);
	return 0;
}

bool pool_worker_ask(
	struct pool_workers *workers, struct pool_worker *worker, size_t index, int64_t deadline)
{
	const struct job job = {.index = index, .deadline = deadline};
	buffer_clear(&worker->answer);
	worker->index = index;
	contact_tell(contact_of(workers, worker), CONTACT_UNTOLD);
	ssize_t sent = send(worker->fd, &job, sizeof job, MSG_NOSIGNAL | MSG_DONTWAIT);
	worker->busy = sent == (ssize_t)sizeof job;
	return worker->busy;
}

int64_t pool_worker_silent_from(
	const struct pool_workers *workers, const struct pool_worker *worker)
{
	switch (contact_read(contact_of(workers, worker))) {
	case CONTACT_SOUGHT:
		return worker->started + SILENT_NETWORK;
	case CONTACT_MADE:
		return worker->started + SILENT_SERVER;
	default:
		return INT64_MAX;
	}
}

int64_t pool_worker_next_look(const struct pool_worker *worker)
{
	static const int64_t silences[] = {SILENT_NETWORK, SILENT_SERVER};
	int64_t now = clock_now();
	for (size_t i = 0; worker->busy && i < sizeof silences / sizeof *silences; i++)
		if (worker->started + silences[i] > now)
			return worker->started + silences[i];
	return INT64_MAX;
}

static struct head head_of(const struct pool_worker *worker)
{
	struct head head;
	memcpy(&head, worker->answer.data, sizeof head);
	return head;
}

static enum pool_answer judge(const struct pool_worker *worker)
{
	if (worker->answer.length < sizeof(struct head))
		return POOL_ANSWER_PART;
	struct head head = head_of(worker);
	size_t length = worker->answer.length - sizeof head;
	if (head.magic != MAGIC || head.index != worker->index || head.length > ANSWER_LIMIT ||
		length > head.length)
		return POOL_ANSWER_GARBAGE;
	return length == head.length ? POOL_ANSWER_WHOLE : POOL_ANSWER_PART;
}

enum pool_answer pool_worker_receive(struct pool_worker *worker)
{
	char block[1 << 16];
	for (;;) {
		ssize_t length = recv(worker->fd, block, sizeof block, MSG_DONTWAIT);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 && errno == EAGAIN)
			return POOL_ANSWER_PART;
		if (length <= 0)
			return POOL_ANSWER_LOST;
		if (buffer_append(&worker->answer, block, (size_t)length) != 0)
			return POOL_ANSWER_GARBAGE;
		enum pool_answer answered = judge(worker);
		if (answered != POOL_ANSWER_PART)
			return answered;
	}
}

struct bytes pool_worker_packed(const struct pool_worker *worker, bool *unreached)
{
	struct head head = head_of(worker);
	*unreached = head.unreached != 0;
	return (struct bytes){
		(const unsigned char *)worker->answer.data + sizeof head, (size_t)head.length};
}

static void forget(struct pool_worker *worker)
{
	interrupt_guard(worker->slot, 0);
	openssh_session_clear(worker->pid);
	close(worker->fd);
	buffer_release(&worker->answer);
	worker->pid = 0;
	worker->busy = false;
}

static int reap(pid_t pid)
{
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

const char *pool_worker_kill(struct pool_worker *worker, struct arena *arena)
{
	/* One that has ended by itself keeps its own status. */
	kill(-worker->pid, SIGKILL);
	int status = reap(worker->pid);
	forget(worker);
	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));
		return arena_format(arena, "was ended by SIG%s", name ? name : "(unknown)");
	}
	return arena_format(arena, "ended with exit code %d", WEXITSTATUS(status));
}

/* Which of them are there still; those that have ended are reaped. */
static size_t left(struct pool_workers *workers)
{
	size_t count = 0;
	for (size_t i = 0; i < workers->count; i++) {
		struct pool_worker *worker = &workers->items[i];
		if (worker->pid && waitpid(worker->pid, NULL, WNOHANG) == worker->pid) {
			kill(-worker->pid, SIGKILL); /* what it started */
			forget(worker);
		}
		count += worker->pid != 0;
	}
	return count;
}

void pool_workers_stop(struct pool_workers *workers)
{
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < workers->count; i++) {
		struct pool_worker *worker = &workers->items[i];
		if (worker->pid)
			shutdown(worker->fd, SHUT_RDWR); /* the idle ones end */
		if (worker->pid && worker->busy)
			kill(-worker->pid, SIGTERM);
	}
	for (int round = 0; round < STOP_ROUNDS && left(workers) > 0; round++)
		poll(NULL, 0, round ? STOP_ROUND : 1);
	for (size_t i = 0; i < workers->count; i++)
		if (workers->items[i].pid)
			pool_worker_kill(&workers->items[i], arena);
}
