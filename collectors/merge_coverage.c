/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/merge_coverage.h"

#include "base/pattern.h"
#include "collectors/merge.h"
#include "inventory/vocabulary.h"

#include <string.h>

void coverage_merge_init(struct coverage_merge *merge, struct arena *arena)
{
	*merge = (struct coverage_merge){.arena = arena};
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

/* The application or class that a request was for; NULL: none, or several. */
static const char *subject_of(struct arena *arena, const struct artefact *artefact)
{
	const char *subject = NULL;
	for (const char *const *asked = artefact->asked; asked && *asked; asked++) {
		const char *slash = strrchr(*asked, '\\');
		const char *guid = slash ? guid_canonical(arena, slash + 1) : NULL;
		if (guid && subject && strcmp(guid, subject) != 0)
			return NULL;
		subject = guid ? guid : subject;
	}
	return subject;
}

void coverage_merge_damage(struct coverage_merge *merge, const struct artefact *artefact)
{
	const char *why = artefact->damage ? artefact->damage : artefact->partial;
	merge->damages = arena_grow(merge->arena, merge->damages, &merge->damage_capacity,
		merge->damage_count + 1, sizeof *merge->damages);
	merge->damages[merge->damage_count++] = (struct damage){
		.format = artefact->format,
		.probe = artefact->probe,
		.subject = subject_of(merge->arena, artefact),
		.artefact = artefact->name,
		.why = arena_format(merge->arena, "%s: %s", artefact->name, why),
		.kind = !artefact->damage	 ? DAMAGE_PARTIAL
			: artefact->not_obtained ? DAMAGE_LACK
						 : DAMAGE_UNREAD,
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

/* What of a pattern the damage concerns: for one application or class alone, if it is for one. */
static const char *narrowed(
	const struct coverage_merge *merge, const struct damage *damage, const char *pattern)
{
	bool of_subject = strstr(pattern, "{appid}") || strstr(pattern, "{clsid}");
	if (!damage->subject || !of_subject || pattern_placeholders(pattern) != 1)
		return pattern;
	return pattern_fill(merge->arena, pattern, damage->subject, NULL);
}

static bool any_overlaps(const struct coverage_merge *merge, const struct damage *damage,
	const char *const *patterns, const char *pattern)
{
	for (; patterns && *patterns; patterns++)
		if (pattern_overlaps(narrowed(merge, damage, *patterns), pattern))
			return true;
	return false;
}

static bool concerns(const struct damage *damage, const struct probe *probe)
{
	return damage->format && probe->format == damage->format &&
	       (!damage->probe || strcmp(damage->probe, probe->id) == 0);
}

/* Whether the damaged artefact could have had a say in some path of the pattern. */
static bool damage_concerns(
	const struct coverage_merge *merge, const struct damage *damage, const char *pattern)
{
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		if (!concerns(damage, *probe))
			continue;
		if (any_overlaps(merge, damage, (*probe)->covers, pattern) ||
			any_overlaps(merge, damage, (*probe)->may_state, pattern))
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

/* One question without an answer is no doubt about what was answered to others. */
static bool others_say(
	const struct coverage_merge *merge, const struct damage *damage, const char *pattern)
{
	bool own = damage->kind == DAMAGE_PARTIAL;
	if (!damage->probe || damage->kind == DAMAGE_UNREAD)
		return false;
	for (size_t i = 0; i < merge->reading_count; i++) {
		const struct reading *reading = &merge->readings[i];
		bool other = own || strcmp(reading->probe, damage->probe) != 0;
		if (other && says(reading, pattern))
			return true;
	}
	return false;
}

static const struct damage *damage_of(const struct coverage_merge *merge, const char *pattern)
{
	for (size_t i = 0; i < merge->damage_count; i++) {
		const struct damage *damage = &merge->damages[i];
		if (damage_concerns(merge, damage, pattern) && !others_say(merge, damage, pattern))
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
	for (; patterns && *patterns; patterns++) {
		const char *pattern = narrowed(merge, damage, *patterns);
		if (!others_say(merge, damage, pattern))
			snapshot_add_coverage(snapshot, pattern, false, damage->why);
	}
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

/* --- what means nothing here ------------------------------------------------------------------ */

static const char *meaningless_here(const struct coverage_merge *merge, const struct probe *probe)
{
	if (!probe->meaningless)
		return NULL;
	struct reading *others = arena_alloc(merge->arena, merge->reading_count * sizeof *others);
	struct known known = {others, 0};
	for (size_t i = 0; i < merge->reading_count; i++)
		if (strcmp(merge->readings[i].probe, probe->id) != 0)
			others[known.count++] = merge->readings[i];
	return probe->meaningless(merge->arena, &known);
}

static void drop(struct coverage_merge *merge, const struct probe *probe, const char *why)
{
	for (size_t i = 0; i < merge->reading_count; i++) {
		struct reading *reading = &merge->readings[i];
		bool empty = !reading->statement_count && !reading->reach_count;
		if (strcmp(reading->probe, probe->id) != 0 || empty)
			continue;
		reading->statement_count = reading->reach_count = 0;
		for (const char *const *covers = probe->covers; *covers; covers++)
			if (pattern_placeholders(*covers) || !stated(merge, *covers))
				reading_unknown(reading, *covers, "%s", why);
	}
}

void coverage_merge_drop_meaningless(struct coverage_merge *merge)
{
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		const char *why = meaningless_here(merge, *probe);
		if (why)
			drop(merge, *probe, why);
	}
}

/* --- what is missing -------------------------------------------------------------------------- */

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

static void write_missing_of(
	const struct missing *missing, const char *const *covers, const struct cluster *cluster)
{
	for (; covers && *covers; covers++) {
		const struct strings *scope = scope_of(cluster, *covers);
		if (!scope)
			write_missing(missing, *covers);
		for (size_t i = 0; scope && i < scope->count; i++)
			write_missing(missing, pattern_fill(missing->merge->arena, *covers,
						       scope->items[i], NULL));
	}
}

static const char *missing_reason(
	const struct coverage_merge *merge, const struct probe *probe, const char *meaningless)
{
	if (meaningless)
		return meaningless;
	return arena_format(merge->arena, "no artefact of this node says it; obtain %s: %s",
		probe->summary, probe->obtain);
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
		const char *meaningless = meaningless_here(merge, *probe);
		const struct missing missing = {
			.merge = merge,
			.snapshot = snapshot,
			.probe = *probe,
			.why = missing_reason(merge, *probe, meaningless),
		};
		write_missing_of(
			&missing, meaningless ? (*probe)->elsewhere : (*probe)->covers, cluster);
	}
}
