/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_JUDGE_H
#define CLI_JUDGE_H

#include "cli/options.h"
#include "inventory/snapshot.h"

/*
 * Judges clusters one after the other and reports each before the next is looked at, so that memory
 * does not grow with their number. `get` gives the snapshot of a node, which the caller owns from
 * then on, or NULL for none; with an error set the run ends.
 */
struct judge_source {
	struct snapshot *(*get)(void *context, const struct cluster *cluster,
		const struct node *node, struct error *error);
	/* Why nodes were left out, asked at the end; NULL is allowed, and an answer: none was. */
	const char *(*partial)(void *context);
	void *context;
};

/* The exit code, or -1 with an error. *reached gets the number of nodes that were reached. */
int judge_clusters(const struct options *options, const struct cluster *const *clusters,
	const struct judge_source *source, size_t *reached, struct error *error);

#endif
