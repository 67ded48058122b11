/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_POOL_H
#define COLLECTORS_POOL_H

#include "collectors/collect.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Collects many nodes at once. Each worker is a process of its own, so that a library that hangs or
 * crashes costs one node: a worker that dies or passes its node's deadline is killed, its node is
 * unknown with that reason, and another worker takes its place. Nodes that need no network
 * ("files", "replay") are collected in this process, when they are taken.
 *
 * Who waits for a node that does not answer (collectors/contact.h: a second for its network, ten
 * for its server) takes nobody's place: up to three times as many workers are started in addition.
 *
 * SIGINT and its like (base/interrupt.h) and the overall deadline cut the run short: what has not
 * been collected then is unknown with that reason.
 */
struct pool_task {
	const struct cluster *cluster;
	const struct node *node;
	bool repeated; /* an earlier task is of the same node: no account is tried again */
};

struct pool_progress {
	size_t total, done, failing, running;
	const struct node *slowest;  /* of those that run; NULL: none does */
	int64_t slowest_for;	     /* milliseconds */
	const struct node *finished; /* what this call is about; NULL: time has passed */
	int64_t finished_after;
	bool failed; /* it could not be reached */
};

struct pool_options {
	const struct inventory *inventory;
	const struct collect_options *collect;
	size_t workers;		  /* at work at once, up to POOL_WORKERS_MAX; 0: 32 */
	int64_t node_deadline;	  /* milliseconds for one node; 0: 120 s */
	int64_t overall_deadline; /* milliseconds for all; 0: none */
	bool isolate_all;	  /* nodes that need no network in workers too */
	/* Called for each node that is done, and now and then; or NULL. */
	void (*progress)(void *context, const struct pool_progress *progress);
	void *context;
};
#define POOL_WORKERS_MAX 512

struct pool;

/* Starts; tasks are borrowed. Keys that need decrypting are decrypted before workers start. */
struct pool *pool_start(
	const struct pool_options *options, const struct pool_task *tasks, size_t count);

/* Whether this node is collected over a network. */
bool pool_needs_network(const struct node *node);

/* The snapshot of task `index`, waiting for it; the caller owns it. Each may be taken once. Never
 * NULL: what could not be had is in its coverage. */
struct snapshot *pool_take(struct pool *pool, size_t index);

/* Why nodes were left out ("the run was interrupted (SIGINT)"), or NULL: none was. */
const char *pool_cut(const struct pool *pool);

/* Stops everything that still runs, remote processes included, and frees. */
void pool_free(struct pool *pool);

#endif
