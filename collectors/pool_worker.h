/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_POOL_WORKER_H
#define COLLECTORS_POOL_WORKER_H

#include "base/buffer.h"
#include "collectors/pool.h"

#include <sys/types.h>

/*
 * A worker process of a pool, seen from the pool; for nobody else. It is asked for one task at a
 * time over a socket pair and answers with the snapshot, packed, its length in front. It leads
 * a process group of its own, which holds whatever it starts.
 */
struct pool_worker {
	size_t slot;
	pid_t pid; /* 0: there is none */
	int fd;
	bool busy;
	size_t index; /* of its task */
	int64_t started, deadline;
	struct buffer answer;
};

struct pool_workers {
	struct pool_worker items[POOL_WORKERS_MAX];
	size_t count;
	contact_cell *contacts; /* one for each, shared with them; NULL: there is no memory */
};
void pool_workers_init(struct pool_workers *workers, size_t count);
void pool_workers_release(struct pool_workers *workers); /* after pool_workers_stop */

/* What workers inherit. */
struct pool_work {
	const struct pool_options *options;
	const struct pool_task *tasks;
};

/* In a free slot; -1 with the reason in errno. */
int pool_worker_start(
	struct pool_workers *workers, struct pool_worker *worker, const struct pool_work *work);

/* `deadline` is the transport's. False: the worker is gone. */
bool pool_worker_ask(
	struct pool_workers *workers, struct pool_worker *worker, size_t index, int64_t deadline);

/* From when a busy worker's node counts as silent, if nothing changes; INT64_MAX: it answered. */
int64_t pool_worker_silent_from(
	const struct pool_workers *workers, const struct pool_worker *worker);
/* When that may come true next, however far the node is by then; INT64_MAX: never. */
int64_t pool_worker_next_look(const struct pool_worker *worker);

/* Takes what has arrived, without waiting. */
enum pool_answer {
	POOL_ANSWER_PART,
	POOL_ANSWER_WHOLE,
	POOL_ANSWER_LOST, /* the worker is gone */
	POOL_ANSWER_GARBAGE,
};
enum pool_answer pool_worker_receive(struct pool_worker *worker);

/* Of a whole answer: the packed snapshot, lent, and whether it says that nobody got there. */
struct bytes pool_worker_packed(const struct pool_worker *worker, bool *unreached);

/* Kills it with its group; the words say how it ended ("was ended by SIGSEGV"). */
const char *pool_worker_kill(struct pool_worker *worker, struct arena *arena);

/* All of them: asked to end, given a moment, then killed. */
void pool_workers_stop(struct pool_workers *workers);

#endif
