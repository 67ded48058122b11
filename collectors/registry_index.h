/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_REGISTRY_INDEX_H
#define COLLECTORS_REGISTRY_INDEX_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The keys of a registry as a tree of segments, found by hash without case. Only for
 * registry_index.c and registry_builder.c.
 */
#define REGISTRY_NOTHING UINT32_MAX
#define REGISTRY_ROOT 0

/* A key, or the parent of one that has no section of its own. A parent stands before its children.
 */
struct registry_node {
	const char *name; /* escaped */
	uint32_t parent, first_child, last_child, next_sibling, next_in_bucket;
	uint32_t hash;
	uint32_t key;	  /* among the registry's keys, or REGISTRY_NOTHING */
	uint32_t opened;  /* line of its last section; 0: none */
	uint32_t removed; /* line of the last [-key] here or, once settled, above; 0: none */
	bool live;
};

struct registry_index {
	struct registry_node *nodes;
	size_t count, capacity;
	uint32_t *buckets;
	size_t bucket_count; /* a power of two */
};

struct registry_index *registry_index_new(struct arena *arena);

/* The node of a path, made where it is missing; the path must stay. */
uint32_t registry_index_reach(struct arena *arena, struct registry_index *index, char *path);

/* Of a name without case. */
uint32_t registry_hash(uint32_t seed, const char *name);

#endif
