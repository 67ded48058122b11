/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SNAPSHOT_INDEX_H
#define CLI_SNAPSHOT_INDEX_H

#include "inventory/inventory.h"
#include "inventory/snapshot.h"

/* Which file holds the snapshot of which node, found without reading the files whole. */
struct snapshot_index;

/* Of files and folders (their *.json files). Two snapshots of one node are an error. */
struct snapshot_index *snapshot_index_new(const struct strings *paths, struct error *error);
void snapshot_index_free(struct snapshot_index *index);

const char *snapshot_index_find(const struct snapshot_index *index, const char *node);

/* Reads it and checks that it is of that node indeed. */
struct snapshot *snapshot_index_read(const char *path, const char *node, struct error *error);

/* One line for each snapshot of a node that the inventory does not name. */
void snapshot_index_warn(
	struct snapshot_index *index, const struct inventory *inventory, FILE *file);

#endif
