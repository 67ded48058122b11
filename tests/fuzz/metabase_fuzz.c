/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/metabase.h"
#include "collectors/probe.h"
#include "collectors/xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct probe probe_metabase;

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static bool is_password(int property)
{
	return property == METABASE_ANONYMOUS_PASSWORD || property == METABASE_UNC_PASSWORD ||
	       property == METABASE_WAM_PASSWORD;
}

/* Every key is found by its own location, and what it sets is set there. */
static void look(const struct metabase *metabase)
{
	for (size_t i = 0; i < metabase->count; i++) {
		const struct metabase_key *key = &metabase->keys[i];
		demand(key->line > 0 && metabase_key(metabase, key->location) == key);
		for (int p = 0; p < METABASE_PROPERTY_COUNT; p++) {
			const char *value = key->properties[p];
			const struct metabase_key *setter = metabase_effective(
				metabase, key->location, (enum metabase_property)p);
			demand(setter ? setter->properties[p] != NULL : !value);
			demand(!value || (setter == key && key->lines[p] >= key->line));
			demand(!value || !is_password(p) || strcmp(value, "set") == 0 ||
				strcmp(value, "empty") == 0);
		}
	}
}

/* Without its secrets the document says the same. */
static void blank(struct arena *arena, const struct metabase *metabase, struct bytes content)
{
	struct error error = {0};
	struct bytes blanked = format_metabase.blank(arena, content);
	if (!blanked.data)
		return;
	demand(blanked.length == content.length);
	const struct metabase *again = metabase_decode(arena, blanked, &error);
	demand(again && again->count == metabase->count);
	for (size_t i = 0; i < metabase->count; i++) {
		const struct metabase_key *a = &metabase->keys[i], *b = &again->keys[i];
		demand(strcmp(a->location, b->location) == 0 && a->line == b->line);
		for (int p = 0; p < METABASE_PROPERTY_COUNT; p++) {
			const char *x = a->properties[p], *y = b->properties[p];
			demand(x && y ? strcmp(x, y) == 0 : x == y);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena *arena = arena_new();
	struct bytes content = {data, size};
	struct error error = {0};
	format_metabase.recognise(content);
	struct metabase *metabase = metabase_decode(arena, content, &error);
	demand((metabase == NULL) == (error.code == ERROR_INPUT));
	demand(metabase || strncmp(error.text, "line ", 5) == 0);
	if (!metabase)
		return 0;
	look(metabase);
	blank(arena, metabase, content);
	struct reading reading = {.arena = arena, .artefact = "input", .probe = probe_metabase.id};
	probe_metabase.read(NULL, metabase, &reading);
	demand(reading.reach_count > 0);
	return 0;
}
