/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INVENTORY_INVENTORY_READ_H
#define INVENTORY_INVENTORY_READ_H

#include "base/json.h"
#include "inventory/inventory.h"

/*
 * What the parts of the inventory's reader share; of interest to nobody else. Every part notes its
 * mistakes and goes on. Where something could not be read a gap stays (a node without a name, a
 * shorter list), and no further mistake is derived from a gap. Messages never repeat what stands in
 * the file, except names of clusters and nodes and canonical forms that were checked before.
 */
struct inventory_reader {
	struct json_check *check; /* its arena holds the messages */
	struct arena *arena;	  /* the inventory's own */
};

/* No array of an inventory is longer; and no more calls are filled in by a profile. */
#define INVENTORY_ITEMS_MAX 100000

/* Notes unknown keys; one that looks like a secret gets a message of its own. */
void inventory_known_keys(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const char *const *names);

/* A member that is a text of printable characters, in the inventory's arena. NULL: noted. */
const char *inventory_text(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const char *key, bool required);

/* Notes it when a text holds control characters or others that nobody sees. */
bool inventory_printable(
	struct inventory_reader *reader, const struct json_place *place, const char *text);

/* A member that is an array of bearable length. NULL: left out, or noted. */
json_t *inventory_array(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const char *key, bool required);

/* The parts of a cluster; `place` is the cluster's. */
void inventory_read_nodes(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, struct cluster *cluster);
void inventory_read_scope(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, struct cluster *cluster);

/*
 * Keys with the place each has in its array, to find what stands twice, or at all, without
 * comparing all with all. Add, then sort once, then ask. Equal keys follow each other, the earlier
 * first.
 */
struct key {
	const char *text;
	size_t position;
};
struct key_index {
	struct key *items;
	size_t count;
	size_t capacity;
	bool gaps; /* something could not be read: what is not found may have been there */
};
void key_index_add(struct arena *arena, struct key_index *index, const char *text, size_t position);
void key_index_sort(struct key_index *index);
bool key_index_may_hold(const struct key_index *index, const char *text);
/* Whether the key at `i` of a sorted index repeats the one before it. */
bool key_index_repeats(const struct key_index *index, size_t i);

#endif
