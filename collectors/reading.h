/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_READING_H
#define COLLECTORS_READING_H

#include "base/arena.h"

#include <stdbool.h>

/*
 * What one probe reads out of one artefact: statements and what they cover. Trustees and accounts
 * that come as SIDs are written as SIDs, in paths and values; collectors/resolve.h names them once
 * all artefacts of the node have been read.
 */
struct statement {
	const char *path;
	const char *value; /* printable UTF-8 (text_escape) */
	unsigned line;	   /* 0: none */
};

struct reach {
	const char *pattern; /* base/pattern.h */
	const char *why;     /* NULL: read whole; else why it is unknown */
};

struct reading {
	struct arena *arena;
	const char *artefact; /* its name */
	const char *probe;    /* its id */
	struct statement *statements;
	size_t statement_count, statement_capacity;
	struct reach *reaches;
	size_t reach_count, reach_capacity;
};

/* Texts are copied into the reading's arena. Stating a path twice with one value is one statement;
 * with two values it makes the path unknown when the node is merged. */
void reading_state(struct reading *reading, const char *path, const char *value, unsigned line);

/* The artefact was read whole for this pattern: what it does not state there is absent. */
void reading_cover(struct reading *reading, const char *pattern);

/* The artefact has something there that cannot be understood: unknown, with the reason. */
void reading_unknown(struct reading *reading, const char *pattern, const char *why, ...)
	__attribute__((format(printf, 3, 4)));

#endif
