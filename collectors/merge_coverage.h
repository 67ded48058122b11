/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_MERGE_COVERAGE_H
#define COLLECTORS_MERGE_COVERAGE_H

#include "collectors/probe.h"
#include "inventory/snapshot.h"

/*
 * The part of merging that is about coverage: where did an artefact look, what is damaged, what is
 * missing. Everything lives in the arena given at the beginning.
 */
struct damage {
	const struct format *format; /* NULL: nobody knows what it would have been */
	const char *probe;	     /* the only one concerned; or NULL */
	const char *subject; /* the only application or class concerned, canonical; or NULL */
	const char *artefact;
	const char *why; /* "MetaBase.xml: line 3: ..." */
	/*
	 * Whether others may say what this artefact does not. Nothing came: others of its probe
	 * were asked for something else, and nobody contradicts other probes. It came and is not
	 * whole: what it states itself holds, too. It came damaged: nobody, it might contradict.
	 */
	enum { DAMAGE_LACK, DAMAGE_PARTIAL, DAMAGE_UNREAD } kind;
};

struct coverage_merge {
	struct arena *arena;
	struct reading *readings; /* one per probe and artefact */
	size_t reading_count, reading_capacity;
	struct damage *damages;
	size_t damage_count, damage_capacity;
};

void coverage_merge_init(struct coverage_merge *merge, struct arena *arena);

/* A new reading, lent until the next call. */
struct reading *coverage_merge_reading(
	struct coverage_merge *merge, const struct probe *probe, const struct artefact *artefact);
/* For what could not be read, and for what is partial. */
void coverage_merge_damage(struct coverage_merge *merge, const struct artefact *artefact);

/* Forgets what artefacts state that mean nothing on this node: it is unknown instead. */
void coverage_merge_drop_meaningless(struct coverage_merge *merge);

/* Whether the reading looked at this path and would have stated it. */
bool reading_covers(const struct reading *reading, const char *path);
/* Whether a damaged artefact could have said something else about this path. */
bool coverage_merge_damaged(const struct coverage_merge *merge, const char *path);

/* Writes the coverage of all readings, of damage and of what is missing for this cluster's scope.
 */
void coverage_merge_write(const struct coverage_merge *merge, const struct cluster *cluster,
	struct snapshot *snapshot);

#endif
