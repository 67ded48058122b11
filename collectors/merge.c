/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/merge.h"

#include "base/pattern.h"
#include "collectors/merge_coverage.h"
#include "collectors/resolve.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A statement with its witness. */
struct witness {
	const char *path;
	const char *value;
	const char *artefact;
	unsigned line;
};

struct merge {
	struct arena *arena; /* of the snapshot: borrowed texts end up there anyway */
	struct snapshot *snapshot;
	struct coverage_merge coverage;
	struct witness *witnesses;
	size_t count;
};

const char *known_value(const struct known *known, const char *path)
{
	for (size_t i = 0; i < known->count; i++) {
		const struct reading *reading = &known->readings[i];
		for (size_t k = 0; k < reading->statement_count; k++) {
			if (strcmp(reading->statements[k].path, path) == 0)
				return reading->statements[k].value;
		}
	}
	return NULL;
}

static void decode(struct arena *arena, struct artefact *artefact)
{
	struct error error = {0};
	if (!artefact->format || artefact->damage)
		return;
	artefact->decoded = artefact->format->decode(arena, artefact->content, &error);
	if (!artefact->decoded)
		artefact->damage = arena_text(arena, error.text);
	else if (artefact->asked && !artefact->partial && artefact->format->doubt)
		artefact->partial = artefact->format->doubt(arena, artefact->decoded);
}

/* Where there may be more than was seen, nothing was looked at whole. */
static void uncover(struct reading *reading)
{
	size_t kept = 0;
	for (size_t i = 0; i < reading->reach_count; i++)
		if (reading->reaches[i].why)
			reading->reaches[kept++] = reading->reaches[i];
	reading->reach_count = kept;
}

static void read_artefact(struct merge *merge, const struct artefact *artefact)
{
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		if ((*probe)->format != artefact->format)
			continue;
		struct reading *reading =
			coverage_merge_reading(&merge->coverage, *probe, artefact);
		(*probe)->read(artefact, artefact->decoded, reading);
		if (artefact->partial)
			uncover(reading);
	}
}

static void read_all(struct merge *merge, const struct artefacts *artefacts)
{
	for (size_t i = 0; i < artefacts->count; i++) {
		struct artefact *artefact = &artefacts->items[i];
		decode(merge->arena, artefact);
		if (artefact->damage || (artefact->partial && artefact->format))
			coverage_merge_damage(&merge->coverage, artefact);
		if (!artefact->damage && artefact->format)
			read_artefact(merge, artefact);
		if (!artefact->damage && !artefact->format)
			strings_add(merge->arena, &merge->snapshot->not_understood, artefact->name);
	}
}

static int compare_witnesses(const void *a, const void *b)
{
	const struct witness *x = a, *y = b;
	int order = strcmp(x->path, y->path);
	if (order == 0)
		order = strcmp(x->artefact, y->artefact);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static struct sid_names *sid_names_of(struct merge *merge)
{
	size_t count = 0;
	for (size_t i = 0; i < merge->coverage.reading_count; i++)
		count += merge->coverage.readings[i].statement_count;
	struct statement *all = arena_alloc(merge->arena, count * sizeof *all);
	count = 0;
	for (size_t i = 0; i < merge->coverage.reading_count; i++) {
		const struct reading *reading = &merge->coverage.readings[i];
		if (reading->statement_count)
			memcpy(all + count, reading->statements,
				reading->statement_count * sizeof *all);
		count += reading->statement_count;
	}
	return sid_names_new(merge->arena, all, count);
}

static void gather(struct merge *merge)
{
	struct sid_names *names = sid_names_of(merge);
	size_t room = 0;
	for (size_t i = 0; i < merge->coverage.reading_count; i++)
		room += merge->coverage.readings[i].statement_count;
	merge->witnesses = arena_alloc(merge->arena, room * sizeof *merge->witnesses);
	for (size_t i = 0; i < merge->coverage.reading_count; i++) {
		const struct reading *reading = &merge->coverage.readings[i];
		for (size_t k = 0; k < reading->statement_count; k++) {
			const struct statement *statement = &reading->statements[k];
			bool account = resolve_applies_to_value(statement->path);
			merge->witnesses[merge->count++] = (struct witness){
				.path = sid_names_path(names, statement->path),
				.value = account ? sid_names_resolve(names, statement->value)
						 : statement->value,
				.artefact = reading->artefact,
				.line = statement->line,
			};
		}
	}
	qsort(merge->witnesses, merge->count, sizeof *merge->witnesses, compare_witnesses);
}

static const char *place(struct merge *merge, const struct witness *witness)
{
	if (!witness->line)
		return witness->artefact;
	return arena_format(merge->arena, "%s line %u", witness->artefact, witness->line);
}

/* An artefact that looked at this path and states nothing there, though others do; or NULL. */
static const char *silent_artefact(
	const struct merge *merge, const struct witness *group, size_t count)
{
	for (size_t i = 0; i < merge->coverage.reading_count; i++) {
		const struct reading *reading = &merge->coverage.readings[i];
		bool states = false;
		for (size_t k = 0; k < count; k++)
			states |= strcmp(group[k].artefact, reading->artefact) == 0;
		if (!states && reading_covers(reading, group->path))
			return reading->artefact;
	}
	return NULL;
}

/* All statements of one path: one fact, or a contradiction. */
static void merge_path(struct merge *merge, const struct witness *group, size_t count)
{
	if (coverage_merge_damaged(&merge->coverage, group->path))
		return;
	for (size_t k = 1; k < count; k++) {
		if (strcmp(group[0].value, group[k].value) == 0)
			continue;
		snapshot_add_coverage(merge->snapshot, group->path, false,
			arena_format(merge->arena,
				"%s and %s state it differently; remove the one that is out of "
				"date",
				place(merge, &group[0]), place(merge, &group[k])));
		return;
	}
	const char *silent = silent_artefact(merge, group, count);
	if (silent) {
		snapshot_add_coverage(merge->snapshot, group->path, false,
			arena_format(merge->arena,
				"%s states it and %s, read whole, does not have it; remove the one "
				"that is out of date",
				place(merge, &group[0]), silent));
		return;
	}
	snapshot_add_fact(merge->snapshot, group->path, group->value, group->artefact, group->line);
}

static void merge_facts(struct merge *merge)
{
	for (size_t i = 0, next; i < merge->count; i = next) {
		next = i + 1;
		while (next < merge->count &&
			strcmp(merge->witnesses[next].path, merge->witnesses[i].path) == 0)
			next++;
		merge_path(merge, &merge->witnesses[i], next - i);
	}
}

static const char *collected(struct arena *arena, const struct artefacts *artefacts)
{
	time_t latest = 0;
	for (size_t i = 0; i < artefacts->count; i++) {
		if (artefacts->items[i].modified > latest)
			latest = artefacts->items[i].modified;
	}
	struct tm utc;
	char text[32];
	if (!latest || !gmtime_r(&latest, &utc))
		return NULL;
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return arena_text(arena, text);
}

struct snapshot *merge_artefacts(const struct cluster *cluster, const struct node *node,
	const char *source, const struct artefacts *artefacts)
{
	struct snapshot *snapshot = snapshot_new(node->name);
	auto_arena struct arena *arena = arena_new();
	struct merge merge = {.arena = arena, .snapshot = snapshot};
	coverage_merge_init(&merge.coverage, arena);
	snapshot->source = arena_text(snapshot->arena, source);
	snapshot->collected = collected(snapshot->arena, artefacts);
	merge.arena = snapshot->arena;
	read_all(&merge, artefacts);
	coverage_merge_drop_meaningless(&merge.coverage);
	merge.arena = arena;
	gather(&merge);
	merge_facts(&merge);
	coverage_merge_write(&merge.coverage, cluster, snapshot);
	snapshot_seal(snapshot);
	return snapshot;
}
