/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gather.h"

#include "base/interrupt.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/progress.h"
#include "collectors/breaker.h"
#include "collectors/pool.h"
#include "collectors/private_key_store.h"
#include "collectors/run_key.h"
#include "collectors/secret_reference.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct gather {
	struct arena *arena;
	struct pool_task *tasks;
	size_t count, capacity;
	size_t next;
	struct collect_options collect;
	struct secret *key;
	struct breaker *breaker;
	struct progress progress;
	struct pool *pool;
};

static const char *host_of(const struct node *node)
{
	const char *at = strrchr(node->address, '@');
	return at ? at + 1 : node->address;
}

/* Of several tasks for the same node, whatever its name, only the first tries its accounts. */
static bool stands_before(const struct gather *gather, const struct node *node)
{
	if (!gather->collect.check_logon)
		return false;
	for (size_t i = 0; i < gather->count; i++) {
		const struct node *other = gather->tasks[i].node;
		if (text_same(other->name, node->name) || text_same(host_of(other), host_of(node)))
			return true;
	}
	return false;
}

static void add_cluster(
	struct gather *gather, const struct cluster *cluster, bool once, struct strings *done)
{
	for (size_t i = 0; i < cluster->node_count; i++) {
		const struct node *node = &cluster->nodes[i];
		if (once && strings_hold(done, node->name))
			continue;
		if (once)
			strings_add(gather->arena, done, node->name);
		gather->tasks = arena_grow(gather->arena, gather->tasks, &gather->capacity,
			gather->count + 1, sizeof *gather->tasks);
		bool repeated = stands_before(gather, node);
		gather->tasks[gather->count++] = (struct pool_task){cluster, node, repeated};
	}
}

static bool is_live(const struct gather *gather)
{
	for (size_t i = 0; i < gather->count; i++)
		if (pool_needs_network(gather->tasks[i].node))
			return true;
	return false;
}

static int prepare(struct gather *gather, const struct options *options, struct error *error)
{
	bool live = is_live(gather);
	if (options->record && mkdir(options->record, 0700) != 0 && errno != EEXIST)
		return error_set(error, ERROR_INTERNAL, "%s: %s", options->record, strerror(errno));
	if (live && !options->no_secrets && !(gather->key = run_key_new(error)))
		return -1;
	if (live)
		gather->breaker = breaker_new();
	gather->collect = (struct collect_options){.key = gather->key,
		.breaker = gather->breaker,
		.record = options->record,
		.check_logon = options->check_logon,
		.known_hosts = options->known_hosts};
	progress_init(&gather->progress, live || options->verbose);
	return 0;
}

struct gather *gather_new(const struct options *options, const struct inventory *inventory,
	const struct cluster *const *clusters, bool once, struct error *error)
{
	struct gather *gather = memory_alloc(sizeof *gather);
	struct strings done = {0};
	gather->arena = arena_new();
	gather->collect.check_logon = options->check_logon; /* the tasks depend on it */
	for (; *clusters; clusters++)
		add_cluster(gather, *clusters, once, &done);
	if (prepare(gather, options, error) != 0) {
		gather_free(gather);
		return NULL;
	}
	const struct pool_options pool = {.inventory = inventory,
		.collect = &gather->collect,
		.workers = options->jobs,
		.node_deadline = options->deadline,
		.overall_deadline = options->overall_deadline,
		.progress = gather->progress.any ? progress_tell : NULL,
		.context = &gather->progress};
	interrupt_watch();
	gather->pool = pool_start(&pool, gather->tasks, gather->count);
	return gather;
}

struct snapshot *gather_next(struct gather *gather)
{
	if (gather->next == gather->count)
		return NULL;
	struct snapshot *snapshot = pool_take(gather->pool, gather->next++);
	progress_clear(&gather->progress);
	return snapshot;
}

const char *gather_cut(const struct gather *gather)
{
	return pool_cut(gather->pool);
}

void gather_free(struct gather *gather)
{
	if (!gather)
		return;
	progress_clear(&gather->progress);
	pool_free(gather->pool);
	breaker_free(gather->breaker);
	private_key_store_clear();
	secret_references_clear();
	secret_free(gather->key);
	arena_free(gather->arena);
	memory_free(gather);
}
