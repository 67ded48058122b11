/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/pool.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/text.h"
#include "collectors/pool_worker.h"
#include "collectors/recording.h"
#include "collectors/secret_reference.h"
#include "collectors/transport.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define WORKERS 32
#define NODE_DEADLINE 120000
/* A transport ends by itself at its deadline and says why; killing is for those that do not. */
#define GRACE 1000
#define ATTEMPTS 3
#define SPARE 3	  /* workers in addition, times what was asked for, while nodes are silent */
#define TICK 1000 /* between two calls of progress */
/* Answers that wait for being taken; beyond, no new tasks are begun but the one waited for. */
#define HELD_LIMIT ((size_t)32 << 20)

enum state {
	STATE_HERE, /* collected in this process */
	STATE_WAITING,
	STATE_RUNNING,
	STATE_DONE,
	STATE_TAKEN,
};

struct slot {
	enum state state;
	unsigned attempts;   /* workers that were gone before they had it */
	struct bytes packed; /* the snapshot; owned */
	char *why;	     /* instead of it; owned */
};

struct pool {
	struct pool_options options;
	struct pool_work work;
	size_t count, live;
	struct slot *slots;
	size_t next;   /* no task before it waits */
	size_t wanted; /* the one that pool_take waits for */
	size_t held;   /* bytes */
	struct pool_workers workers;
	size_t places;	 /* how many may be at work at once, but for silent nodes' */
	int64_t overall; /* deadline; 0: none */
	int64_t ticked;
	struct pool_progress progress;
	char cut[128]; /* why; empty: it was not */
};

static const struct pool_task *task_of(const struct pool *pool, size_t index)
{
	return &pool->work.tasks[index];
}

static struct snapshot *unreached(const struct pool *pool, size_t index, const char *why)
{
	auto_arena struct arena *arena = arena_new();
	const struct node *node = task_of(pool, index)->node;
	const char *source = arena_format(arena, "%s:%s", node->scheme, node->address);
	return snapshot_of_unreached(node->name, source, why);
}

/* --- progress --------------------------------------------------------------------------------- */

static void tell(struct pool *pool)
{
	struct pool_progress *progress = &pool->progress;
	int64_t now = clock_now(), earliest = now;
	progress->slowest = NULL;
	progress->running = 0;
	for (size_t i = 0; i < pool->workers.count; i++) {
		const struct pool_worker *worker = &pool->workers.items[i];
		progress->running += worker->busy;
		if (!worker->busy || (progress->slowest && worker->started >= earliest))
			continue;
		earliest = worker->started;
		progress->slowest = task_of(pool, worker->index)->node;
	}
	progress->slowest_for = now - earliest;
	pool->ticked = now;
	pool->options.progress(pool->options.context, progress);
	progress->finished = NULL;
	progress->failed = false;
}

static void count_done(struct pool *pool, size_t index, bool failed, int64_t after)
{
	pool->progress.done++;
	pool->progress.failing += failed;
	if (!pool->options.progress)
		return;
	pool->progress.finished = task_of(pool, index)->node;
	pool->progress.finished_after = after;
	pool->progress.failed = failed;
	tell(pool);
}

/* --- one task --------------------------------------------------------------------------------- */

static void fail(struct pool *pool, size_t index, const char *why, int64_t after)
{
	struct slot *slot = &pool->slots[index];
	slot->state = STATE_DONE;
	slot->why = memory_text(why);
	count_done(pool, index, true, after);
}

/* A worker that was killed may have been recording. */
static void discard_recording(const struct pool *pool, size_t index)
{
	auto_arena struct arena *arena = arena_new();
	const struct pool_task *task = task_of(pool, index);
	const char *record = pool->options.collect->record;
	if (record)
		recording_discard(record, collect_recording_name(arena, pool->options.inventory,
						  task->cluster, task->node));
}

/* The worker is no longer good for anything: its task is unknown, and the worker goes. */
static void give_up(struct pool *pool, struct pool_worker *worker, const char *told)
{
	auto_arena struct arena *arena = arena_new();
	size_t index = worker->index;
	int64_t after = clock_now() - worker->started;
	const char *ending = pool_worker_kill(worker, arena);
	discard_recording(pool, index);
	const char *why = told ? arena_text(arena, told)
			       : arena_format(arena,
					 "its worker process %s before it had answered; run it "
					 "again, and report it if it happens again",
					 ending);
	fail(pool, index, why, after);
}

static void finish(struct pool *pool, struct pool_worker *worker)
{
	struct slot *slot = &pool->slots[worker->index];
	bool failed;
	struct bytes packed = pool_worker_packed(worker, &failed);
	unsigned char *copy = memory_alloc(packed.length);
	memcpy(copy, packed.data, packed.length);
	slot->packed = (struct bytes){copy, packed.length};
	slot->state = STATE_DONE;
	pool->held += packed.length;
	worker->busy = false;
	count_done(pool, worker->index, failed, clock_now() - worker->started);
}

static void hear(struct pool *pool, struct pool_worker *worker)
{
	switch (pool_worker_receive(worker)) {
	case POOL_ANSWER_PART:
		break;
	case POOL_ANSWER_WHOLE:
		finish(pool, worker);
		break;
	case POOL_ANSWER_LOST:
		give_up(pool, worker, NULL);
		break;
	case POOL_ANSWER_GARBAGE:
		give_up(pool, worker,
			"its worker process answered with something that is no snapshot; report "
			"it");
		break;
	}
}

static void expire(struct pool *pool)
{
	int64_t now = clock_now();
	for (size_t i = 0; i < pool->workers.count; i++) {
		struct pool_worker *worker = &pool->workers.items[i];
		char why[160];
		if (!worker->busy || worker->deadline + GRACE > now)
			continue;
		snprintf(why, sizeof why,
			"it was not done after %lld s, and its worker process was killed; give it "
			"more time with --deadline",
			(long long)(pool->options.node_deadline + 999) / 1000);
		give_up(pool, worker, why);
	}
}

/* --- beginning -------------------------------------------------------------------------------- */

/* The next task that may begin, or `count`. */
static size_t next_task(struct pool *pool)
{
	while (pool->next < pool->count && pool->slots[pool->next].state != STATE_WAITING)
		pool->next++;
	if (pool->wanted < pool->count && pool->slots[pool->wanted].state == STATE_WAITING)
		return pool->wanted;
	return pool->held < HELD_LIMIT ? pool->next : pool->count;
}

/* Nodes that do not answer cost their own deadline only: who waits for one gives up its place. */
static bool is_full(const struct pool *pool)
{
	size_t taken = 0;
	int64_t now = clock_now();
	for (size_t i = 0; i < pool->workers.count; i++) {
		const struct pool_worker *worker = &pool->workers.items[i];
		taken += worker->busy && pool_worker_silent_from(&pool->workers, worker) > now;
	}
	return taken >= pool->places;
}

/* A worker without a task, new if need be; NULL: all are busy, or there can be none. */
static struct pool_worker *idle_worker(struct pool *pool)
{
	struct pool_workers *workers = &pool->workers;
	struct pool_worker *empty = NULL;
	if (is_full(pool))
		return NULL;
	for (size_t i = 0; i < workers->count; i++) {
		struct pool_worker *worker = &workers->items[i];
		if (worker->pid && !worker->busy)
			return worker;
		if (!worker->pid && !empty)
			empty = worker;
	}
	if (!empty || pool_worker_start(workers, empty, &pool->work) != 0)
		return NULL;
	return empty;
}

static void begin(struct pool *pool, struct pool_worker *worker, size_t index)
{
	worker->started = clock_now();
	worker->deadline = worker->started + pool->options.node_deadline;
	int64_t deadline = worker->deadline;
	if (pool->overall && pool->overall < deadline)
		deadline = pool->overall;
	struct slot *slot = &pool->slots[index];
	slot->state = STATE_RUNNING;
	if (pool_worker_ask(&pool->workers, worker, index, deadline))
		return;
	/* It died idle, and the task may have another one; but not for ever. */
	if (++slot->attempts == ATTEMPTS) {
		give_up(pool, worker, NULL);
		return;
	}
	auto_arena struct arena *arena = arena_new();
	pool_worker_kill(worker, arena);
	slot->state = STATE_WAITING;
	if (index < pool->next)
		pool->next = index;
}

static bool any_runs(const struct pool *pool)
{
	for (size_t i = 0; i < pool->workers.count; i++)
		if (pool->workers.items[i].busy)
			return true;
	return false;
}

static void assign(struct pool *pool)
{
	for (size_t index; (index = next_task(pool)) < pool->count;) {
		errno = 0;
		struct pool_worker *worker = idle_worker(pool);
		if (worker) {
			begin(pool, worker, index);
		} else if (any_runs(pool)) {
			return; /* one of them will be free */
		} else {
			char why[160];
			snprintf(why, sizeof why, "no worker process could be started: %s",
				strerror(errno));
			fail(pool, index, why, 0);
		}
	}
}

/* --- waiting ---------------------------------------------------------------------------------- */

static void stop(struct pool *pool)
{
	pool_workers_stop(&pool->workers);
	for (size_t i = 0; i < pool->count; i++)
		if (pool->slots[i].state == STATE_RUNNING)
			discard_recording(pool, i);
}

static void cut(struct pool *pool, const char *why)
{
	snprintf(pool->cut, sizeof pool->cut, "%s", why);
	stop(pool);
	for (size_t i = 0; i < pool->count; i++)
		if (pool->slots[i].state == STATE_WAITING || pool->slots[i].state == STATE_RUNNING)
			fail(pool, i, pool->cut, 0);
}

/* True when nothing more is to be collected. */
static bool is_cut(struct pool *pool)
{
	char why[128];
	const char *signal = interrupt_name();
	if (*pool->cut)
		return true;
	if (signal)
		snprintf(why, sizeof why,
			"the run was interrupted (%s) before all nodes were collected", signal);
	else if (pool->overall && clock_now() >= pool->overall)
		snprintf(why, sizeof why,
			"the overall deadline of %lld s passed before all nodes were collected",
			(long long)(pool->options.overall_deadline + 999) / 1000);
	else
		return false;
	cut(pool, why);
	return true;
}

/* When the next node may begin to count as silent, which matters while others wait. */
static int64_t next_silence(struct pool *pool)
{
	int64_t next = INT64_MAX;
	if (next_task(pool) == pool->count)
		return next;
	for (size_t i = 0; i < pool->workers.count; i++) {
		int64_t look = pool_worker_next_look(&pool->workers.items[i]);
		if (look < next)
			next = look;
	}
	return next;
}

static int64_t next_deadline(struct pool *pool)
{
	int64_t next = clock_now() + NODE_DEADLINE, silence = next_silence(pool);
	if (silence < next)
		next = silence;
	for (size_t i = 0; i < pool->workers.count; i++) {
		const struct pool_worker *worker = &pool->workers.items[i];
		if (worker->busy && worker->deadline + GRACE < next)
			next = worker->deadline + GRACE;
	}
	if (pool->overall && pool->overall < next)
		next = pool->overall;
	if (pool->options.progress && pool->ticked + TICK < next)
		next = pool->ticked + TICK;
	return next;
}

static void wait_for_workers(struct pool *pool)
{
	struct pollfd fds[POOL_WORKERS_MAX + 1];
	struct pool_worker *workers[POOL_WORKERS_MAX];
	nfds_t count = 0;
	for (size_t i = 0; i < pool->workers.count; i++) {
		if (!pool->workers.items[i].busy)
			continue;
		workers[count] = &pool->workers.items[i];
		fds[count] = (struct pollfd){workers[count]->fd, POLLIN, 0};
		count++;
	}
	fds[count] = (struct pollfd){interrupt_fd(), POLLIN, 0};
	int ready = poll(fds, count + 1, clock_left(next_deadline(pool)) + 1);
	for (nfds_t i = 0; i < count && ready > 0; i++)
		if (fds[i].revents)
			hear(pool, workers[i]);
}

static void pump(struct pool *pool)
{
	if (is_cut(pool))
		return;
	assign(pool);
	if (any_runs(pool))
		wait_for_workers(pool);
	expire(pool);
	if (pool->options.progress && clock_now() >= pool->ticked + TICK)
		tell(pool);
}

/* --- the pool --------------------------------------------------------------------------------- */

bool pool_needs_network(const struct node *node)
{
	return strcmp(node->scheme, "files") != 0 && strcmp(node->scheme, "replay") != 0;
}

/* What workers are to inherit; where it fails, opening the node will say why. */
static void prepare(const struct pool *pool, const struct pool_task *task)
{
	static const char *const secrets[] = {"password-from", "passphrase-from", NULL};
	const struct transport *transport = transport_find(task->node->scheme);
	const struct collect_options *collect = pool->options.collect;
	const struct transport_options options = {.folder = pool->options.inventory->folder,
		.deadline = clock_now() + pool->options.node_deadline,
		.key = collect->key,
		.breaker = collect->breaker,
		.known_hosts = collect->known_hosts,
		.cluster = task->cluster};
	for (const char *const *key = secrets; *key; key++) {
		const char *reference = node_option(task->node, *key);
		if (reference)
			secret_reference_read(reference, &(struct error){0});
	}
	if (transport && transport->prepare)
		transport->prepare(task->node, &options);
}

struct pool *pool_start(
	const struct pool_options *options, const struct pool_task *tasks, size_t count)
{
	struct pool *pool = memory_alloc(sizeof *pool);
	pool->options = *options;
	if (!pool->options.node_deadline)
		pool->options.node_deadline = NODE_DEADLINE;
	pool->work = (struct pool_work){&pool->options, tasks};
	pool->count = pool->wanted = pool->progress.total = count;
	pool->slots = memory_alloc(count * sizeof *pool->slots);
	if (options->overall_deadline)
		pool->overall = clock_now() + options->overall_deadline;
	for (size_t i = 0; i < count; i++) {
		bool live = pool_needs_network(tasks[i].node);
		if (!live && !options->isolate_all)
			continue;
		pool->slots[i].state = STATE_WAITING;
		pool->live++;
		if (live)
			prepare(pool, &tasks[i]);
	}
	pool->places = options->workers ? options->workers : WORKERS;
	assert(pool->places <= POOL_WORKERS_MAX);
	size_t most = pool->places * (1 + SPARE);
	if (most > POOL_WORKERS_MAX)
		most = POOL_WORKERS_MAX;
	pool_workers_init(&pool->workers, most < pool->live ? most : pool->live);
	if (pool->live && !is_cut(pool))
		assign(pool);
	return pool;
}

static struct snapshot *take_here(struct pool *pool, size_t index)
{
	const struct pool_task *task = task_of(pool, index);
	int64_t started = clock_now();
	if (is_cut(pool)) {
		count_done(pool, index, true, 0);
		return unreached(pool, index, pool->cut);
	}
	struct snapshot *snapshot = collect_node(pool->options.inventory, task->cluster, task->node,
		pool->options.collect, started + pool->options.node_deadline);
	count_done(pool, index, snapshot_unreached(snapshot) != NULL, clock_now() - started);
	return snapshot;
}

static struct snapshot *take_answer(struct pool *pool, size_t index)
{
	struct slot *slot = &pool->slots[index];
	if (slot->why)
		return unreached(pool, index, slot->why);
	struct snapshot *snapshot = snapshot_unpack(slot->packed);
	if (snapshot && text_same(snapshot->node, task_of(pool, index)->node->name))
		return snapshot;
	snapshot_free(snapshot);
	return unreached(pool, index,
		"its worker process answered with something that is no snapshot; report it");
}

static void release(struct pool *pool, struct slot *slot)
{
	pool->held -= slot->packed.length;
	memory_free((void *)slot->packed.data);
	memory_free(slot->why);
	*slot = (struct slot){.state = STATE_TAKEN};
}

struct snapshot *pool_take(struct pool *pool, size_t index)
{
	struct slot *slot = &pool->slots[index];
	struct snapshot *snapshot;
	assert(index < pool->count && slot->state != STATE_TAKEN);
	if (slot->state == STATE_HERE) {
		snapshot = take_here(pool, index);
	} else {
		pool->wanted = index;
		while (slot->state != STATE_DONE)
			pump(pool);
		pool->wanted = pool->count;
		snapshot = take_answer(pool, index);
	}
	release(pool, slot);
	return snapshot;
}

const char *pool_cut(const struct pool *pool)
{
	return *pool->cut ? pool->cut : NULL;
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	stop(pool);
	pool_workers_release(&pool->workers);
	for (size_t i = 0; i < pool->count; i++)
		release(pool, &pool->slots[i]);
	memory_free(pool->slots);
	memory_free(pool);
}
