/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INVENTORY_SNAPSHOT_H
#define INVENTORY_SNAPSHOT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * What is known of one node: facts (path -> text) and coverage (where somebody looked). The file
 * format is inventory/snapshot.schema.json; writing what was read gives the same bytes. All texts
 * are printable as text_escape (base/text.h) leaves them; reading refuses others.
 *
 * Absent needs a witness. A path without a fact is judged by the most specific coverage entry that
 * matches it (base/pattern.h; of two equally specific ones an unknown wins): read there means
 * absent, unknown there means unknown with its reason, no entry at all means that nobody looked.
 * An unknown entry for exactly a path also overrules a fact that stands there.
 */

enum knowledge {
	KNOWLEDGE_UNKNOWN,
	KNOWLEDGE_ABSENT,
	KNOWLEDGE_PRESENT,
};
const char *knowledge_name(enum knowledge knowledge);

struct answer {
	enum knowledge knowledge;
	const char *value;    /* where present; printable UTF-8 */
	const char *why;      /* where unknown: the reason and what to do; where absent: NULL */
	const char *artefact; /* where present and known: file within the node's folder, or NULL */
	unsigned line;	      /* its line, 0: none */
};

struct fact {
	const char *path;
	const char *value;
	const char *artefact; /* NULL: not known */
	unsigned line;	      /* 0: none */
};

struct coverage {
	const char *pattern; /* base/pattern.h; "prefix" in the file */
	bool read;	     /* false: unknown, with a reason */
	const char *why;
};

struct snapshot {
	struct arena *arena;
	const char *node;      /* computer name as the inventory has it */
	const char *collected; /* UTC, 2026-11-21T10:00:00Z: artefacts obtained; NULL: not known */
	const char *source;    /* "files:CONF1"; NULL: not known */
	struct fact *facts;    /* by path, bytewise; each path once */
	size_t fact_count, fact_capacity;
	struct coverage *coverage; /* by pattern, bytewise */
	size_t coverage_count, coverage_capacity;
	struct strings not_understood; /* artefacts that nothing recognised, sorted */
};

struct snapshot *snapshot_new(const char *node);
void snapshot_free(struct snapshot *snapshot); /* NULL is allowed */

/* Texts are copied. After the last addition call snapshot_seal, before the first question. */
void snapshot_add_fact(struct snapshot *snapshot, const char *path, const char *value,
	const char *artefact, unsigned line);
void snapshot_add_coverage(
	struct snapshot *snapshot, const char *pattern, bool read, const char *why);
/* Sorts. Two facts of one path are a bug of the caller; equal coverage entries become one. */
void snapshot_seal(struct snapshot *snapshot);

struct answer snapshot_ask(const struct snapshot *snapshot, const char *path);

/*
 * The facts below a prefix that ends in "/": a contiguous run, lent. It is everything that there is
 * only where snapshot_complete says PRESENT; otherwise that answer is UNKNOWN with the reason and
 * more could be there than is seen. A fact of the run may itself be unknown (overruled): ask.
 */
struct fact_run {
	const struct fact *facts;
	size_t count;
};
struct fact_run snapshot_under(const struct snapshot *snapshot, const char *prefix);
struct answer snapshot_complete(const struct snapshot *snapshot, const char *prefix);

/* Why nothing at all is known of this node (coverage "" is unknown), or NULL. */
const char *snapshot_unreached(const struct snapshot *snapshot);

/* A snapshot that says only why the node could not be looked at. */
struct snapshot *snapshot_of_unreached(const char *node, const char *source, const char *why);

/*
 * NULL with ERROR_INPUT, "NAME: POINTER: what". A file has at most 64 MiB. Optional in a file:
 * "artefacts" (path -> "artefact" or "artefact:line", for facts only) and "ignored" (the artefacts
 * that were not understood).
 */
struct snapshot *snapshot_read(const char *path, struct error *error);
struct snapshot *snapshot_parse(struct bytes bytes, const char *name, struct error *error);
int snapshot_write(const struct snapshot *snapshot, FILE *file, struct error *error);

/*
 * From one process to another of the same program and machine: the same snapshot at a tenth of the
 * cost of its file. -1 beyond the buffer's limit. Unpacking believes nothing: NULL for bytes that
 * no packing gives.
 */
int snapshot_pack(const struct snapshot *snapshot, struct buffer *out);
struct snapshot *snapshot_unpack(struct bytes bytes);

/* Whether text_escape would leave it alone, but for backslashes. For the files behind this one. */
bool snapshot_is_printable(struct arena *scratch, const char *text, size_t length);

/*
 * Which node a snapshot file is about, cheaply: from the end of a file as we write it, else by
 * reading it whole. A hint, to be checked against what snapshot_read says later. NULL on error.
 */
char *snapshot_peek_node(struct arena *arena, const char *path, struct error *error);

#endif
