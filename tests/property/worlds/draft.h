/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROPERTY_WORLDS_DRAFT_H
#define TESTS_PROPERTY_WORLDS_DRAFT_H

#include "inventory/snapshot.h"

#include <stdint.h>

/*
 * A snapshot that can be changed; zeroed it is one without facts. Its texts are borrowed from the
 * fixtures, so that copying a draft copies none.
 */
struct shape;

struct item {
	const char *path;
	const char *value;
	const struct shape *shape; /* tests/property/worlds/fixtures.h */
};

struct draft {
	bool missing; /* there is no snapshot */
	struct item *items;
	size_t count, capacity;
	struct coverage *coverage; /* the reason is there even where it was read */
	size_t coverage_count, coverage_capacity;
};

struct item *draft_find(struct draft *draft, const char *path); /* NULL: none */
void draft_put(struct draft *draft, struct item item); /* or changes the value that is there */
void draft_cover(struct draft *draft, const char *pattern, bool read);
void draft_remove(struct draft *draft, size_t i); /* the last one takes its place */
void draft_uncover(struct draft *draft, size_t i);
void draft_merge(struct draft *draft, const struct draft *other);
void draft_copy(struct draft *draft, const struct draft *other);
void draft_release(struct draft *draft);

/* Chance, the same for the same seed. */
void chance_seed(uint64_t seed);
size_t chance_below(size_t count);
bool chance_percent(size_t share);

#endif
