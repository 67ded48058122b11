/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Paths are segments joined by "/". In a segment "%", "/", "{" , "}" and control characters stand
 * as %XX (upper-case hex); everything else stands as it is. One exception: a GUID in braces,
 * {8-4-4-4-12 upper-case hex digits}, stands as it is.
 *
 * A pattern is a path in which a segment may be a placeholder, {name} with name of lower-case
 * letters and hyphens that is no GUID: it matches any one segment. A pattern that ends in "/"
 * matches every path below it (and not the path itself); "" matches every path.
 */
#define PATTERN_MAX_VALUES 4

char *segment_encode(struct arena *arena, const char *value);
char *segment_decode(struct arena *arena, const char *segment, size_t length);

bool pattern_matches(const char *pattern, const char *path);

/*
 * Matches and takes apart: values[i] gets the decoded text of the i-th placeholder. `count` is the
 * number of placeholders that the caller expects; a pattern with another number is a bug.
 */
bool pattern_extract(
	struct arena *arena, const char *pattern, const char *path, char **values, size_t count);

/* The path that the pattern gives with its placeholders filled in order, each value encoded. */
char *pattern_fill(struct arena *arena, const char *pattern, const char *first, ...)
	__attribute__((sentinel));

/* How many placeholders a pattern has; none: it names one path, or one prefix. */
size_t pattern_placeholders(const char *pattern);

/* True when every path that `inner` matches is matched by `outer`. */
bool pattern_covers(const char *outer, const char *inner);

/* True when some path could match both. */
bool pattern_overlaps(const char *a, const char *b);

/*
 * Orders patterns by how much they say: more segments first, then an exact pattern before one that
 * ends in "/", then more literal segments. > 0 when `a` is the more specific.
 */
int pattern_specificity(const char *a, const char *b);

#endif
