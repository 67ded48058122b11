/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "inventory/snapshot.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Any bytes: refused with a text, or a snapshot that is the same after writing and reading. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct written {
	char *data;
	size_t length;
};

static struct written write_out(const struct snapshot *snapshot)
{
	struct written out = {0};
	struct error error = {0};
	FILE *file = open_memstream(&out.data, &out.length);
	if (!file || snapshot_write(snapshot, file, &error) != 0 || fclose(file) != 0)
		abort();
	return out;
}

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void compare(const struct snapshot *a, const struct snapshot *b)
{
	demand(same_text(a->node, b->node) && same_text(a->source, b->source));
	demand(same_text(a->collected, b->collected));
	demand(a->fact_count == b->fact_count && a->coverage_count == b->coverage_count);
	demand(a->not_understood.count == b->not_understood.count);
	for (size_t i = 0; i < a->fact_count; i++) {
		const struct fact *x = &a->facts[i], *y = &b->facts[i];
		demand(same_text(x->path, y->path) && same_text(x->value, y->value));
		demand(same_text(x->artefact, y->artefact) && x->line == y->line);
	}
}

static void ask(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->fact_count; i++)
		demand(snapshot_ask(snapshot, snapshot->facts[i].path).knowledge !=
			KNOWLEDGE_ABSENT);
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		const char *pattern = snapshot->coverage[i].pattern;
		snapshot_ask(snapshot, pattern);
		snapshot_complete(snapshot, pattern);
		demand(snapshot_under(snapshot, pattern).count <= snapshot->fact_count);
	}
	demand(snapshot_under(snapshot, "").count == snapshot->fact_count);
}

static void round_trip(const struct snapshot *snapshot)
{
	struct error error = {0};
	struct written first = write_out(snapshot);
	struct bytes bytes = {(const unsigned char *)first.data, first.length};
	struct snapshot *again = snapshot_parse(bytes, "again", &error);
	demand(again != NULL);
	compare(snapshot, again);
	struct written second = write_out(again);
	demand(first.length == second.length);
	demand(memcmp(first.data, second.data, first.length) == 0);
	snapshot_free(again);
	free(first.data);
	free(second.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	if (!ready)
		json_setup();
	ready = true;
	struct error error = {0};
	struct snapshot *snapshot = snapshot_parse((struct bytes){data, size}, "input", &error);
	demand((snapshot == NULL) == (error.code == ERROR_INPUT));
	if (!snapshot)
		return 0;
	ask(snapshot);
	round_trip(snapshot);
	snapshot_free(snapshot);
	return 0;
}
