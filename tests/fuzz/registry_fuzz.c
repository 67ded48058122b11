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

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void same_values(
	struct arena *arena, const struct registry_key *a, const struct registry_key *b)
{
	demand(a->value_count == b->value_count);
	for (size_t v = 0; v < a->value_count; v++) {
		const struct registry_value *x = &a->values[v], *y = &b->values[v];
		demand(same_text(x->name, y->name) && x->type == y->type && x->line == y->line &&
			x->withheld == y->withheld);
		demand(same_text(registry_value_text(arena, x), registry_value_text(arena, y)));
	}
}

/* Without its secrets the text says the same. */
static void blank(struct arena *arena, const struct registry *registry, struct bytes content)
{
	struct error error = {0};
	struct bytes blanked = format_registry.blank(arena, content);
	if (!blanked.data)
		return;
	demand(blanked.length == content.length);
	const struct registry *again = registry_decode(arena, blanked, &error);
	demand(again && again->key_count == registry->key_count);
	demand(again->exported == registry->exported && again->unfinished == registry->unfinished);
	for (size_t k = 0; k < registry->key_count; k++) {
		demand(same_text(registry->keys[k].path, again->keys[k].path));
		same_values(arena, &registry->keys[k], &again->keys[k]);
	}
}

/* The line that says what was asked is taken whole or not at all, and only once. */
static void take_asked(struct arena *arena, struct bytes content)
{
	struct error error = {0};
	struct artefact artefact = {.content = content};
	int result = registry_take_asked(arena, &artefact, &error);
	bool same = artefact.content.data == content.data &&
		    artefact.content.length == content.length && !artefact.asked;
	demand(result == 0 ? error.code == ERROR_NONE : error.code == ERROR_INPUT && same);
	if (!artefact.asked)
		demand(same);
	else
		demand(*artefact.asked[0] && !artefact.asked[1]);
	const struct registry *registry =
		same ? NULL : registry_decode(arena, artefact.content, &error);
	if (registry)
		registry_covers_values(registry, &artefact, HKLM "SOFTWARE");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	struct bytes bytes = {data, size};
	take_asked(arena, bytes);
	bool ours = format_registry.recognise(bytes);
	struct registry *registry = registry_decode(arena, bytes, &error);
	demand(registry ? ours : error.code == ERROR_INPUT);
	if (registry)
		look(arena, registry);
	if (registry)
		blank(arena, registry, bytes);
	return 0;
}
