/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_index.h"

#include "base/memory.h"
#include "collectors/registry_text.h"

#include <string.h>

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* FNV-1a of the text in lower case. */
static uint32_t hash_folded(uint32_t seed, const char *text)
{
	uint32_t hash = (2166136261U ^ seed) * 16777619U;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		hash ^= c >= 'A' && c <= 'Z' ? c | 0x20U : c;
		hash *= 16777619U;
	}
	return hash ^ hash >> 15;
}

uint32_t registry_hash(uint32_t seed, const char *name)
{
	if (is_ascii(name))
		return hash_folded(seed, name);
	auto_arena struct arena *arena = arena_new();
	return hash_folded(seed, text_fold(arena, name));
}

static uint32_t find_child(
	const struct registry_index *index, uint32_t parent, const char *name, uint32_t hash)
{
	uint32_t at = index->buckets[hash & (index->bucket_count - 1)];
	while (at != REGISTRY_NOTHING) {
		const struct registry_node *node = &index->nodes[at];
		if (node->hash == hash && node->parent == parent && text_same(node->name, name))
			return at;
		at = node->next_in_bucket;
	}
	return REGISTRY_NOTHING;
}

static void enter_bucket(struct registry_index *index, uint32_t at)
{
	struct registry_node *node = &index->nodes[at];
	uint32_t *bucket = &index->buckets[node->hash & (index->bucket_count - 1)];
	node->next_in_bucket = *bucket;
	*bucket = at;
}

static void make_buckets(struct arena *arena, struct registry_index *index, size_t count)
{
	index->bucket_count = count;
	index->buckets = arena_alloc(arena, count * sizeof *index->buckets);
	memset(index->buckets, 0xff, count * sizeof *index->buckets);
	for (uint32_t at = 1; at < index->count; at++)
		enter_bucket(index, at);
}

static uint32_t append_node(struct arena *arena, struct registry_index *index, uint32_t parent)
{
	index->nodes = arena_grow(
		arena, index->nodes, &index->capacity, index->count + 1, sizeof *index->nodes);
	uint32_t at = (uint32_t)index->count++;
	index->nodes[at] = (struct registry_node){.name = "",
		.parent = parent,
		.first_child = REGISTRY_NOTHING,
		.last_child = REGISTRY_NOTHING,
		.next_sibling = REGISTRY_NOTHING,
		.next_in_bucket = REGISTRY_NOTHING,
		.key = REGISTRY_NOTHING};
	return at;
}

static uint32_t add_child(struct arena *arena, struct registry_index *index, uint32_t parent,
	const char *name, uint32_t hash)
{
	uint32_t at = append_node(arena, index, parent);
	struct registry_node *above = &index->nodes[parent];
	if (above->first_child == REGISTRY_NOTHING)
		above->first_child = at;
	else
		index->nodes[above->last_child].next_sibling = at;
	above->last_child = at;
	index->nodes[at].name = name;
	index->nodes[at].hash = hash;
	if (index->count > index->bucket_count)
		make_buckets(arena, index, 2 * index->bucket_count);
	else
		enter_bucket(index, at);
	return at;
}

/* Cuts the first segment off; what is left stands behind it, or NULL. */
static char *cut_segment(char *path)
{
	char *slash = registry_separator(path);
	if (!slash)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

uint32_t registry_index_reach(struct arena *arena, struct registry_index *index, char *path)
{
	uint32_t at = REGISTRY_ROOT;
	for (char *segment = path, *rest; segment; segment = rest) {
		rest = cut_segment(segment);
		uint32_t hash = registry_hash(at, segment);
		uint32_t child = find_child(index, at, segment, hash);
		if (child == REGISTRY_NOTHING) {
			const char *name = rest ? arena_text(arena, segment) : segment;
			child = add_child(arena, index, at, name, hash);
		}
		if (rest)
			rest[-1] = '\\';
		at = child;
	}
	return at;
}

struct registry_index *registry_index_new(struct arena *arena)
{
	struct registry_index *index = arena_alloc(arena, sizeof *index);
	append_node(arena, index, REGISTRY_NOTHING);
	make_buckets(arena, index, 64);
	return index;
}

static uint32_t find_node(const struct registry *registry, const char *path)
{
	auto_free char *copy = memory_text(path);
	uint32_t at = REGISTRY_ROOT;
	for (char *segment = *copy ? copy : NULL, *rest; segment && at != REGISTRY_NOTHING;
		segment = rest) {
		rest = cut_segment(segment);
		at = find_child(registry->index, at, segment, registry_hash(at, segment));
	}
	return at;
}

static const struct registry_key *key_of(const struct registry *registry, uint32_t at)
{
	const struct registry_node *node = &registry->index->nodes[at];
	if (node->key == REGISTRY_NOTHING || registry->keys[node->key].deleted)
		return NULL;
	return &registry->keys[node->key];
}

const struct registry_key *registry_key(const struct registry *registry, const char *path)
{
	uint32_t at = find_node(registry, path);
	return at == REGISTRY_NOTHING ? NULL : key_of(registry, at);
}

const struct registry_value *registry_value(
	const struct registry *registry, const char *path, const char *name)
{
	const struct registry_key *key = registry_key(registry, path);
	for (size_t i = 0; key && i < key->value_count; i++)
		if (text_same(key->values[i].name, name))
			return &key->values[i];
	return NULL;
}

bool registry_next_child(const struct registry *registry, const char *path, size_t *index,
	const char **name, const struct registry_key **key)
{
	const struct registry_node *nodes = registry->index->nodes;
	uint32_t parent = find_node(registry, path);
	if (parent == REGISTRY_NOTHING)
		return false;
	uint32_t at = *index ? nodes[*index].next_sibling : nodes[parent].first_child;
	while (at != REGISTRY_NOTHING && !nodes[at].live)
		at = nodes[at].next_sibling;
	if (at == REGISTRY_NOTHING)
		return false;
	*index = at;
	*name = nodes[at].name;
	*key = key_of(registry, at);
	return true;
}
