/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/snapshot.h"

#include "base/pattern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char nobody_looked[] =
	"nobody looked: no artefact that was collected covers this; collect one that does";

const char *knowledge_name(enum knowledge knowledge)
{
	static const char *const names[] = {
		[KNOWLEDGE_UNKNOWN] = "unknown",
		[KNOWLEDGE_ABSENT] = "absent",
		[KNOWLEDGE_PRESENT] = "present",
	};
	return names[knowledge];
}

/* --- building ----------------------------------------------------------------------------------
 */

struct snapshot *snapshot_new(const char *node)
{
	struct arena *arena = arena_new();
	struct snapshot *snapshot = arena_alloc(arena, sizeof *snapshot);
	snapshot->arena = arena;
	snapshot->node = arena_text(arena, node);
	return snapshot;
}

void snapshot_free(struct snapshot *snapshot)
{
	if (snapshot)
		arena_free(snapshot->arena);
}

/* Facts of one artefact come in a row, and share its name. */
static const char *artefact_name(const struct snapshot *snapshot, const char *artefact)
{
	if (!artefact || !*artefact)
		return NULL;
	const char *last = NULL;
	if (snapshot->fact_count)
		last = snapshot->facts[snapshot->fact_count - 1].artefact;
	if (last && strcmp(last, artefact) == 0)
		return last;
	return arena_text(snapshot->arena, artefact);
}

void snapshot_add_fact(struct snapshot *snapshot, const char *path, const char *value,
	const char *artefact, unsigned line)
{
	struct arena *arena = snapshot->arena;
	assert(*path);
	snapshot->facts = arena_grow(arena, snapshot->facts, &snapshot->fact_capacity,
		snapshot->fact_count + 1, sizeof *snapshot->facts);
	struct fact fact = {
		.path = arena_text(arena, path),
		.value = arena_text(arena, value),
		.artefact = artefact_name(snapshot, artefact),
	};
	fact.line = fact.artefact ? line : 0;
	snapshot->facts[snapshot->fact_count++] = fact;
}

void snapshot_add_coverage(
	struct snapshot *snapshot, const char *pattern, bool read, const char *why)
{
	struct arena *arena = snapshot->arena;
	assert(read || (why && *why));
	snapshot->coverage = arena_grow(arena, snapshot->coverage, &snapshot->coverage_capacity,
		snapshot->coverage_count + 1, sizeof *snapshot->coverage);
	snapshot->coverage[snapshot->coverage_count++] = (struct coverage){
		.pattern = arena_text(arena, pattern),
		.read = read,
		.why = read ? NULL : arena_text(arena, why),
	};
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->path, ((const struct fact *)b)->path);
}

/* Of one pattern the unknown entries stand first: the first of a pattern decides. */
static int by_pattern(const void *a, const void *b)
{
	const struct coverage *x = a, *y = b;
	int order = strcmp(x->pattern, y->pattern);
	if (order != 0)
		return order;
	if (x->read || y->read)
		return x->read - y->read;
	return strcmp(x->why, y->why);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

typedef int order_fn(const void *a, const void *b);

/* What comes from our own files is in order already. */
static void sort(void *items, size_t count, size_t size, order_fn *order)
{
	const char *at = items;
	for (size_t i = 1; i < count; i++, at += size)
		if (order(at, at + size) > 0) {
			qsort(items, count, size, order);
			return;
		}
}

/* Of equal neighbours the first stays. Returns how many remain. */
static size_t unite(void *items, size_t count, size_t size, order_fn *order)
{
	char *data = items;
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (kept && order(data + (kept - 1) * size, data + i * size) == 0)
			continue;
		if (kept != i)
			memcpy(data + kept * size, data + i * size, size);
		kept++;
	}
	return kept;
}

void snapshot_seal(struct snapshot *snapshot)
{
	struct strings *ignored = &snapshot->not_understood;
	sort(snapshot->facts, snapshot->fact_count, sizeof *snapshot->facts, by_path);
	for (size_t i = 1; i < snapshot->fact_count; i++)
		assert(strcmp(snapshot->facts[i - 1].path, snapshot->facts[i].path) != 0);
	sort(snapshot->coverage, snapshot->coverage_count, sizeof *snapshot->coverage, by_pattern);
	snapshot->coverage_count = unite(snapshot->coverage, snapshot->coverage_count,
		sizeof *snapshot->coverage, by_pattern);
	sort(ignored->items, ignored->count, sizeof *ignored->items, by_text);
	ignored->count = unite(ignored->items, ignored->count, sizeof *ignored->items, by_text);
}

struct snapshot *snapshot_of_unreached(const char *node, const char *source, const char *why)
{
	struct snapshot *snapshot = snapshot_new(node);
	snapshot->source = arena_text(snapshot->arena, source);
	snapshot_add_coverage(snapshot, "", false, why);
	return snapshot;
}

/* --- asking ------------------------------------------------------------------------------------
 */

static struct answer unknown(const char *why)
{
	return (struct answer){.knowledge = KNOWLEDGE_UNKNOWN, .why = why};
}

static struct answer present(const struct fact *fact)
{
	return (struct answer){
		.knowledge = KNOWLEDGE_PRESENT,
		.value = fact->value,
		.artefact = fact->artefact,
		.line = fact->line,
	};
}

static const struct fact *find_fact(const struct snapshot *snapshot, const char *path)
{
	size_t low = 0, high = snapshot->fact_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(snapshot->facts[middle].path, path);
		if (order == 0)
			return &snapshot->facts[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The first entry with exactly this pattern, or NULL. */
static const struct coverage *find_coverage(const struct snapshot *snapshot, const char *pattern)
{
	size_t low = 0, high = snapshot->coverage_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(snapshot->coverage[middle].pattern, pattern) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == snapshot->coverage_count)
		return NULL;
	const struct coverage *entry = &snapshot->coverage[low];
	return strcmp(entry->pattern, pattern) == 0 ? entry : NULL;
}

static bool outranks(const struct coverage *entry, const struct coverage *other)
{
	int order = pattern_specificity(entry->pattern, other->pattern);
	return order > 0 || (order == 0 && !entry->read && other->read);
}

/* The entry that decides about a path without a fact, or NULL. */
static const struct coverage *deciding(const struct snapshot *snapshot, const char *path)
{
	const struct coverage *best = NULL;
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		const struct coverage *entry = &snapshot->coverage[i];
		if (pattern_matches(entry->pattern, path) && (!best || outranks(entry, best)))
			best = entry;
	}
	return best;
}

struct answer snapshot_ask(const struct snapshot *snapshot, const char *path)
{
	const struct fact *fact = find_fact(snapshot, path);
	const struct coverage *entry =
		fact ? find_coverage(snapshot, path) : deciding(snapshot, path);
	if (entry && !entry->read)
		return unknown(entry->why);
	if (fact)
		return present(fact);
	if (!entry)
		return unknown(nobody_looked);
	return (struct answer){.knowledge = KNOWLEDGE_ABSENT};
}

/* How many paths come before the run (`past` false), or up to its end (`past` true). */
static size_t run_border(
	const struct snapshot *snapshot, const char *prefix, size_t length, bool past)
{
	size_t low = 0, high = snapshot->fact_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncmp(snapshot->facts[middle].path, prefix, length);
		if (order < 0 || (past && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct fact_run snapshot_under(const struct snapshot *snapshot, const char *prefix)
{
	size_t length = strlen(prefix);
	size_t first = run_border(snapshot, prefix, length, false);
	size_t end = run_border(snapshot, prefix, length, true);
	if (first == end)
		return (struct fact_run){0};
	return (struct fact_run){.facts = snapshot->facts + first, .count = end - first};
}

/* Is there a read entry for the whole prefix, one that says more than `than` (NULL: any)? */
static bool read_whole(
	const struct snapshot *snapshot, const char *prefix, const struct coverage *than)
{
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		const struct coverage *entry = &snapshot->coverage[i];
		if (entry->read && pattern_covers(entry->pattern, prefix) &&
			(!than || pattern_specificity(entry->pattern, than->pattern) > 0))
			return true;
	}
	return false;
}

struct answer snapshot_complete(const struct snapshot *snapshot, const char *prefix)
{
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		const struct coverage *entry = &snapshot->coverage[i];
		if (!entry->read && pattern_overlaps(entry->pattern, prefix) &&
			!read_whole(snapshot, prefix, entry))
			return unknown(entry->why);
	}
	if (!read_whole(snapshot, prefix, NULL))
		return unknown(nobody_looked);
	return (struct answer){.knowledge = KNOWLEDGE_PRESENT, .value = ""};
}

const char *snapshot_unreached(const struct snapshot *snapshot)
{
	const struct coverage *all = find_coverage(snapshot, "");
	if (!all || all->read || snapshot->fact_count)
		return NULL;
	for (size_t i = 0; i < snapshot->coverage_count; i++)
		if (snapshot->coverage[i].read)
			return NULL;
	return all->why;
}
