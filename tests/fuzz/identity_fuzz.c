/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/pattern.h"
#include "collectors/identity.h"
#include "collectors/probe.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct probe probe_identity;

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void look(const struct identity *identity)
{
	for (size_t i = 0; i < identity->count; i++) {
		const struct identity_claim *claim = &identity->claims[i];
		demand(claim->path && *claim->path);
		demand(!claim->value || !claim->why);
		demand(!claim->value || pattern_matches(claim->path, claim->path));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	if (!ready)
		json_setup();
	ready = true;
	auto_arena struct arena *arena = arena_new();
	struct bytes content = {data, size};
	struct error error = {0};
	format_identity.recognise(content);
	struct identity *identity = identity_decode(arena, content, &error);
	demand((identity == NULL) == (error.code == ERROR_INPUT));
	if (!identity)
		return 0;
	look(identity);
	struct reading reading = {.arena = arena, .artefact = "input", .probe = probe_identity.id};
	probe_identity.read(NULL, identity, &reading);
	demand(reading.statement_count + reading.reach_count == identity->count);
	return 0;
}
