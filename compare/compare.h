/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include "compare/finding.h"
#include "compare/rule.h"

/* Which rules are asked about which nodes. Zeroed: all. */
struct selection {
	struct strings rules; /* ids; empty: all */
	struct strings nodes; /* names; empty: all. A finding stays if it concerns one of them */
	enum severity least;  /* findings below it are left out */
};

/*
 * Judges one cluster. `snapshots` has one entry per node of the cluster, in its order; NULL stands
 * for a node of which there is no snapshot. Pure: the same input gives the same findings whatever
 * the order of nodes. The comparison borrows from cluster and snapshots.
 */
struct comparison *compare_cluster(const struct cluster *cluster,
	const struct snapshot *const *snapshots, const struct selection *selection);
void comparison_free(struct comparison *comparison);

#endif
