/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_index.h"
#include "collectors/registry_text.h"

#include "base/memory.h"

#include <string.h>

/* More of either than any export of this size holds; the file is no registry. */
#define ITEMS_LIMIT 2000000
/* The registry itself allows 512 levels. */
#define DEPTH_LIMIT 512

/* A value as it came; which of them remain is settled at the end. */
struct entry {
	struct registry_value value;
	uint32_t node;
	bool removed; /* "name"=- */
	bool dead;
};

struct registry_builder {
	struct arena *arena;
	struct registry *registry;
	struct registry_index *index;
	struct entry *entries;
	size_t count, capacity;
	uint32_t current;
	bool current_removed;
	bool removes;
	bool empty_line; /* the .reg file ends with one */
	struct registry_place *withheld;
	size_t withheld_count, withheld_capacity;
	struct error *error;
};

struct registry_builder *registry_builder_new(struct arena *arena, struct error *error)
{
	struct registry_builder *builder = memory_alloc(sizeof *builder);
	builder->arena = arena;
	builder->registry = arena_alloc(arena, sizeof *builder->registry);
	builder->index = registry_index_new(arena);
	builder->error = error;
	return builder;
}

void registry_builder_free(struct registry_builder **builder)
{
	if (*builder)
		memory_free((*builder)->entries);
	memory_free(*builder);
}

static size_t depth(const char *path)
{
	size_t levels = 1;
	while ((path = registry_separator(path))) {
		levels++;
		path++;
	}
	return levels;
}

static void add_key(struct registry_builder *builder, const char *path, unsigned line)
{
	struct registry *registry = builder->registry;
	registry->keys = arena_grow(builder->arena, registry->keys, &registry->key_capacity,
		registry->key_count + 1, sizeof *registry->keys);
	builder->index->nodes[builder->current].key = (uint32_t)registry->key_count;
	registry->keys[registry->key_count++] = (struct registry_key){.path = path, .line = line};
}

static void note(struct registry_builder *builder, enum registry_place_kind kind,
	struct text source, uint32_t type)
{
	if (source.length == 0)
		return;
	builder->withheld =
		arena_grow(builder->arena, builder->withheld, &builder->withheld_capacity,
			builder->withheld_count + 1, sizeof *builder->withheld);
	builder->withheld[builder->withheld_count++] =
		(struct registry_place){.kind = kind, .source = source, .type = type};
}

void registry_builder_comment(struct registry_builder *builder, struct text source)
{
	note(builder, REGISTRY_PLACE_COMMENT, source, 0);
}

/* One place for all keys whose names are secrets; the path's own text is wiped. */
static char *withhold_child(struct registry_builder *builder, char *path, struct text source)
{
	for (char *slash = registry_separator(path); slash; slash = registry_separator(slash + 1)) {
		*slash = '\0';
		bool secret = registry_children_are_secret(path);
		if (secret) {
			struct registry_value dropped = {.text = text_of(slash + 1)};
			char *kept =
				arena_format(builder->arena, "%s\\%s", path, REGISTRY_WITHHELD);
			note(builder, REGISTRY_PLACE_KEY, source, 0);
			registry_withhold(&dropped, source);
			return kept;
		}
		*slash = '\\';
	}
	return path;
}

int registry_builder_key(
	struct registry_builder *builder, struct text source, unsigned line, bool removed)
{
	char *path = registry_path(builder->arena, source);
	if (!path)
		return error_set(builder->error, ERROR_INPUT,
			"line %u: expected a key that begins with a hive (HKEY_LOCAL_MACHINE)",
			line);
	size_t levels = depth(path);
	if (levels > DEPTH_LIMIT || builder->index->count + levels > ITEMS_LIMIT)
		return error_set(builder->error, ERROR_INPUT,
			"line %u: more keys, or deeper ones, than a registry holds", line);
	path = withhold_child(builder, path, source);
	builder->current = registry_index_reach(builder->arena, builder->index, path);
	if (builder->index->nodes[builder->current].key == REGISTRY_NOTHING)
		add_key(builder, path, line);
	struct registry_node *node = &builder->index->nodes[builder->current];
	*(removed ? &node->removed : &node->opened) = line;
	builder->current_removed = removed;
	builder->removes |= removed;
	return 0;
}

void registry_builder_part(struct registry_builder *builder)
{
	builder->current = REGISTRY_ROOT;
}

static struct entry *add_entry(struct registry_builder *builder, unsigned line)
{
	if (builder->current == REGISTRY_ROOT || builder->count == ITEMS_LIMIT) {
		error_set(builder->error, ERROR_INPUT,
			builder->current == REGISTRY_ROOT
				? "line %u: expected a key before the first value"
				: "line %u: more values than a registry holds",
			line);
		return NULL;
	}
	builder->entries = memory_grow(
		builder->entries, &builder->capacity, builder->count + 1, sizeof *builder->entries);
	struct entry *entry = &builder->entries[builder->count++];
	*entry = (struct entry){.node = builder->current, .dead = builder->current_removed};
	return entry;
}

static void withhold_name(struct registry_builder *builder, struct registry_value *value,
	struct text name, struct text source)
{
	struct registry_value dropped = {.text = text_of(value->name)};
	note(builder, REGISTRY_PLACE_NAME, source, 0);
	registry_withhold(&dropped, source);
	/* Where the name had escapes, it is a copy. */
	if (name.length)
		registry_withhold(&(struct registry_value){0}, name);
	value->name = name.length ? REGISTRY_WITHHELD : "";
}

int registry_builder_value(struct registry_builder *builder, struct registry_value *value,
	struct text name, const struct registry_source *source)
{
	struct entry *entry = add_entry(builder, value->line);
	if (!entry)
		return -1;
	const struct registry_node *node = &builder->index->nodes[builder->current];
	const char *path = builder->registry->keys[node->key].path;
	value->name = text_escape(builder->arena, name);
	if (registry_is_secret(path, value->name, value->type)) {
		note(builder, REGISTRY_PLACE_DATA, source->data, value->type);
		registry_withhold(value, source->data);
	}
	if (registry_names_are_secret(path))
		withhold_name(builder, value, name, source->name);
	entry->value = *value;
	return 0;
}

int registry_builder_no_value(struct registry_builder *builder, struct text name, unsigned line,
	const struct registry_source *source)
{
	struct registry_value value = {.line = line};
	const struct registry_source no_data = {.name = source->name};
	if (registry_builder_value(builder, &value, name, &no_data) != 0)
		return -1;
	builder->entries[builder->count - 1].removed = true;
	builder->removes = true;
	return 0;
}

/* What a text removes is gone unless a later section brings it back, as when it is imported. */
static void settle_keys(struct registry *registry, struct registry_index *index)
{
	for (size_t at = 1; at < index->count; at++) {
		struct registry_node *node = &index->nodes[at];
		uint32_t above = index->nodes[node->parent].removed;
		if (above > node->removed)
			node->removed = above;
		if (node->key == REGISTRY_NOTHING)
			continue;
		registry->keys[node->key].deleted = node->removed > node->opened;
		node->live = !registry->keys[node->key].deleted;
	}
	for (size_t at = index->count - 1; at > 0; at--)
		if (index->nodes[at].live)
			index->nodes[index->nodes[at].parent].live = true;
}

/* True when no entry of this key and name is in the table; then this one is put there. */
static bool claim(
	const struct registry_builder *builder, uint32_t *table, size_t mask, uint32_t place)
{
	const struct entry *entry = &builder->entries[place];
	size_t slot = registry_hash(entry->node, entry->value.name) & mask;
	for (; table[slot] != REGISTRY_NOTHING; slot = (slot + 1) & mask) {
		const struct entry *other = &builder->entries[table[slot]];
		if (other->node == entry->node && text_same(other->value.name, entry->value.name))
			return false;
	}
	table[slot] = place;
	return true;
}

/* Of one value's entries the last one remains. */
static void settle_entries(struct registry_builder *builder)
{
	size_t size = 16;
	while (size < 2 * builder->count)
		size *= 2;
	auto_free uint32_t *table = memory_alloc(size * sizeof *table);
	memset(table, 0xff, size * sizeof *table);
	for (size_t i = builder->count; i-- > 0;) {
		struct entry *entry = &builder->entries[i];
		if (entry->value.line < builder->index->nodes[entry->node].removed)
			entry->dead = true;
		if (!entry->dead)
			entry->dead =
				!claim(builder, table, size - 1, (uint32_t)i) || entry->removed;
	}
}

static struct registry_key *owner(struct registry_builder *builder, const struct entry *entry)
{
	return &builder->registry->keys[builder->index->nodes[entry->node].key];
}

/* Hands each key its values, in the order of the text, as a part of one array. */
static void lay_out(struct registry_builder *builder)
{
	size_t total = 0;
	for (size_t i = 0; i < builder->count; i++)
		if (!builder->entries[i].dead) {
			owner(builder, &builder->entries[i])->value_capacity++;
			total++;
		}
	struct registry_value *values = arena_alloc(builder->arena, total * sizeof *values);
	for (size_t i = 0; i < builder->registry->key_count; i++) {
		struct registry_key *key = &builder->registry->keys[i];
		key->values = values;
		values += key->value_capacity;
	}
	for (size_t i = 0; i < builder->count; i++) {
		if (builder->entries[i].dead)
			continue;
		struct registry_key *key = owner(builder, &builder->entries[i]);
		key->values[key->value_count++] = builder->entries[i].value;
	}
}

void registry_builder_remark(struct registry_builder *builder, unsigned line)
{
	builder->registry->remark = line;
}

void registry_builder_ending(struct registry_builder *builder, unsigned unfinished, bool empty_line)
{
	builder->registry->unfinished = unfinished;
	builder->empty_line = empty_line;
}

struct registry *registry_builder_finish(struct registry_builder *builder, bool query)
{
	settle_keys(builder->registry, builder->index);
	settle_entries(builder);
	lay_out(builder);
	builder->registry->index = builder->index;
	builder->registry->query = query;
	builder->registry->withheld = builder->withheld;
	builder->registry->withheld_count = builder->withheld_count;
	builder->registry->exported = !query && !builder->removes && builder->empty_line;
	return builder->registry;
}
