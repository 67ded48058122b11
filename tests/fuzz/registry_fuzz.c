/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void walk(const struct registry *registry, const char *path, unsigned depth)
{
	auto_arena struct arena *arena = arena_new();
	const struct registry_key *key;
	const char *name;
	for (size_t index = 0; registry_next_child(registry, path, &index, &name, &key);) {
		const char *inner = arena_format(arena, "%s%s%s", path, *path ? "\\" : "", name);
		demand(!key || !key->deleted);
		demand(registry_key(registry, inner) == key);
		if (depth < 600)
			walk(registry, inner, depth + 1);
	}
}

/* Every value must be found again by its name, and a withheld one must say nothing. */
static void look(struct arena *arena, const struct registry *registry)
{
	for (size_t k = 0; k < registry->key_count; k++) {
		const struct registry_key *key = &registry->keys[k];
		demand(key->deleted || registry_key(registry, key->path) == key);
		demand(!key->deleted || key->value_count == 0);
		registry_covers(registry, NULL, key->path);
		for (size_t v = 0; v < key->value_count; v++) {
			const struct registry_value *value = &key->values[v];
			const char *text = registry_value_text(arena, value);
			demand(!value->withheld || !text);
			demand(registry_value(registry, key->path, value->name) == value);
		}
	}
	walk(registry, "", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	struct bytes bytes = {data, size};
	bool ours = format_registry.recognise(bytes);
	struct registry *registry = registry_decode(arena, bytes, &error);
	demand(registry ? ours : error.code == ERROR_INPUT);
	if (registry)
		look(arena, registry);
	return 0;
}
