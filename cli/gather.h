/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_GATHER_H
#define CLI_GATHER_H

#include "cli/options.h"
#include "inventory/snapshot.h"

/*
 * The collection of a command's clusters: a pool with the run's key, its breaker and its progress.
 * Snapshots come in the order of the inventory.
 */
struct gather;

/* Starts; NULL with an error. `once`: a node that stands in several clusters is collected once. */
struct gather *gather_new(const struct options *options, const struct inventory *inventory,
	const struct cluster *const *clusters, bool once, struct error *error);

/* The next snapshot, which the caller owns; NULL: there are no more. */
struct snapshot *gather_next(struct gather *gather);

/* Why nodes were left out, or NULL: none was. */
const char *gather_cut(const struct gather *gather);

/* Stops what still runs. */
void gather_free(struct gather *gather);

#endif
