/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_POOL_H
#define COLLECTORS_POOL_H

#include "collectors/collect.h"

#include <stdint.h>

/*
 * Collects many nodes at once. Each worker is a process of its own, so that a library that hangs or
 * crashes costs one node: a worker that dies or passes its node's deadline is killed, its node is
 * unknown with that reason, and another worker takes its place. Nodes that need no network ("files",
 * "replay") are collected in this process.
 */
struct pool_task {
	const struct cluster *cluster;
	const struct node *node;
};

struct pool_options {
	const struct collect_options *collect;
	size_t workers;		/* at once; 0: 32 */
	int64_t node_deadline;	/* milliseconds for one node; 0: 120 s */
	int64_t overall_deadline; /* milliseconds for all; 0: none */
};

struct pool;

/* Starts; tasks are borrowed. Keys that need decrypting are decrypted before workers start. */
struct pool *pool_start(const struct pool_options *options, const struct pool_task *tasks,
	size_t count, struct error *error);

/* The snapshot of task `index`, waiting for it; the caller owns it. Each may be taken once. Never
 * NULL: what could not be had is in its coverage. */
struct snapshot *pool_take(struct pool *pool, size_t index);

/* Stops everything that still runs, remote processes included, and frees. */
void pool_free(struct pool *pool);

#endif
