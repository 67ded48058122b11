/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/merge_coverage.h"

#include "base/pattern.h"
#include "collectors/merge.h"

#include <string.h>

void coverage_merge_init(struct coverage_merge *merge, struct arena *arena, size_t artefacts)
{
	*merge = (struct coverage_merge){.arena = arena};
	merge->damages = arena_alloc(arena, artefacts * sizeof *merge->damages);
}

struct reading *coverage_merge_reading(
	struct coverage_merge *merge, const struct probe *probe, const struct artefact *artefact)
{
	merge->readings = arena_grow(merge->arena, merge->readings, &merge->reading_capacity,
		merge->reading_count + 1, sizeof *merge->readings);
	struct reading *reading = &merge->readings[merge->reading_count++];
	*reading = (struct reading){
		.arena = merge->arena, .artefact = artefact->name, .probe = probe->id};
	return reading;
}

void coverage_merge_damage(struct coverage_merge *merge, const struct artefact *artefact)
{
	merge->damages[merge->damage_count++] = (struct damage){
		.format = artefact->format,
		.probe = artefact->probe,
		.artefact = artefact->name,
		.why = arena_format(merge->arena, "%s: %s", artefact->name, artefact->damage),
	};
}

bool reading_covers(const struct reading *reading, const char *path)
{
	for (size_t i = 0; i < reading->reach_count; i++) {
		const struct reach *reach = &reading->reaches[i];
		if (!reach->why && pattern_matches(reach->pattern, path))
			return true;
	}
	return false;
}

static bool any_overlaps(const char *const *patterns, const char *pattern)
{
	for (; patterns && *patterns; patterns++) {
		if (pattern_overlaps(*patterns, pattern))
			return true;
	}
	return false;
}

static bool concerns(const struct damage *damage, const struct probe *probe)
{
	return damage->format && probe->format == damage->format &&
	       (!damage->probe || strcmp(damage->probe, probe->id) == 0);
}

/* Whether the damaged artefact could have had a say in some path of the pattern. */
static bool damage_concerns(const struct damage *damage, const char *pattern)
{
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		if (!concerns(damage, *probe))
			continue;
		if (any_overlaps((*probe)->covers, pattern) ||
			any_overlaps((*probe)->may_state, pattern))
			return true;
	}
	return false;
}

static bool says(const struct reading *reading, const char *pattern)
{
	for (size_t i = 0; i < reading->reach_count; i++)
		if (pattern_covers(reading->reaches[i].pattern, pattern))
			return true;
	for (size_t i = 0; i < reading->statement_count; i++)
		if (strcmp(reading->statements[i].path, pattern) == 0)
			return true;
	return false;
}

/* One question without a good answer is no doubt about what was answered to others. */
static bool others_say(
	const struct coverage_merge *merge, const struct damage *damage, const char *pattern)
{
	for (size_t i = 0; damage->probe && i < merge->reading_count; i++) {
		const struct reading *reading = &merge->readings[i];
		if (strcmp(reading->probe, damage->probe) != 0 && says(reading, pattern))
			return true;
	}
	return false;
}

static const struct damage *damage_of(const struct coverage_merge *merge, const char *pattern)
{
	for (size_t i = 0; i < merge->damage_count; i++) {
		const struct damage *damage = &merge->damages[i];
		if (damage_concerns(damage, pattern) && !others_say(merge, damage, pattern))
			return damage;
	}
	return NULL;
}

bool coverage_merge_damaged(const struct coverage_merge *merge, const char *path)
{
	return damage_of(merge, path) != NULL;
}

static void write_readings(const struct coverage_merge *merge, struct snapshot *snapshot)
{
	for (size_t i = 0; i < merge->reading_count; i++) {
		const struct reading *reading = &merge->readings[i];
		for (size_t k = 0; k < reading->reach_count; k++) {
			const struct reach *reach = &reading->reaches[k];
			if (reach->why)
				snapshot_add_coverage(snapshot, reach->pattern, false,
					arena_format(merge->arena, "%s: %s", reading->artefact,
						reach->why));
			else if (!damage_of(merge, reach->pattern))
				snapshot_add_coverage(snapshot, reach->pattern, true, NULL);
		}
	}
}

static void write_unknown(const struct coverage_merge *merge, const struct damage *damage,
	const char *const *patterns, struct snapshot *snapshot)
{
	for (; patterns && *patterns; patterns++)
		if (!others_say(merge, damage, *patterns))
			snapshot_add_coverage(snapshot, *patterns, false, damage->why);
}

static void write_damage(
	const struct coverage_merge *merge, const struct damage *damage, struct snapshot *snapshot)
{
	/* Nobody knows what it would have said: no fact suffers, the node was not read whole. */
	if (!damage->format)
		snapshot_add_coverage(snapshot,
			pattern_fill(merge->arena, "artefact/{name}", damage->artefact, NULL),
			false, damage->why);
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		if (!concerns(damage, *probe))
			continue;
		write_unknown(merge, damage, (*probe)->covers, snapshot);
		write_unknown(merge, damage, (*probe)->may_state, snapshot);
	}
}

static bool covered(const struct coverage_merge *merge, const char *pattern)
{
	for (size_t i = 0; i < merge->reading_count; i++) {
		const struct reading *reading = &merge->readings[i];
		for (size_t k = 0; k < reading->reach_count; k++) {
			if (pattern_covers(reading->reaches[k].pattern, pattern))
				return true;
		}
	}
	return false;
}

static bool stated(const struct coverage_merge *merge, const char *pattern)
{
	for (size_t i = 0; i < merge->reading_count; i++) {
		const struct reading *reading = &merge->readings[i];
		for (size_t k = 0; k < reading->statement_count; k++) {
			if (strcmp(reading->statements[k].path, pattern) == 0)
				return true;
		}
	}
	return false;
}

/* Whether the probe found anything of its own in any artefact. */
static bool answered(const struct coverage_merge *merge, const struct probe *probe)
{
	for (size_t i = 0; i < merge->reading_count; i++) {
		const struct reading *reading = &merge->readings[i];
		if (strcmp(reading->probe, probe->id) == 0 &&
			(reading->statement_count || reading->reach_count))
			return true;
	}
	return false;
}

struct missing {
	const struct coverage_merge *merge;
	struct snapshot *snapshot;
	const struct probe *probe;
	const char *why;
};

static void write_missing(const struct missing *missing, const char *pattern)
{
	/* A set without end (every pool) is only missing as a whole. */
	if (pattern_placeholders(pattern) && answered(missing->merge, missing->probe))
		return;
	if (!covered(missing->merge, pattern) && !stated(missing->merge, pattern) &&
		!damage_of(missing->merge, pattern))
		snapshot_add_coverage(missing->snapshot, pattern, false, missing->why);
}

/* The subjects in scope that a placeholder stands for; NULL: it is no such placeholder. */
static const struct strings *scope_of(const struct cluster *cluster, const char *pattern)
{
	if (strstr(pattern, "{location}"))
		return &cluster->locations;
	if (strstr(pattern, "{appid}"))
		return &cluster->applications;
	if (strstr(pattern, "{clsid}"))
		return &cluster->classes;
	return NULL;
}

static void write_missing_of(const struct missing *missing, const struct cluster *cluster)
{
	for (const char *const *covers = missing->probe->covers; *covers; covers++) {
		const struct strings *scope = scope_of(cluster, *covers);
		if (!scope)
			write_missing(missing, *covers);
		for (size_t i = 0; scope && i < scope->count; i++)
			write_missing(missing, pattern_fill(missing->merge->arena, *covers,
						       scope->items[i], NULL));
	}
}

void coverage_merge_write(const struct coverage_merge *merge, const struct cluster *cluster,
	struct snapshot *snapshot)
{
	const struct known known = {merge->readings, merge->reading_count};
	write_readings(merge, snapshot);
	for (size_t i = 0; i < merge->damage_count; i++)
		write_damage(merge, &merge->damages[i], snapshot);
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		if ((*probe)->wanted && !(*probe)->wanted(cluster, &known))
			continue;
		const struct missing missing = {
			.merge = merge,
			.snapshot = snapshot,
			.probe = *probe,
			.why = arena_format(merge->arena,
				"no artefact of this node says it; obtain %s: %s",
				(*probe)->summary, (*probe)->obtain),
		};
		write_missing_of(&missing, cluster);
	}
}
