/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROPERTY_WORLDS_WORLD_H
#define TESTS_PROPERTY_WORLDS_WORLD_H

#include "tests/property/worlds/fixtures.h"

/* A random cluster for one rule. Zeroed once, begun again for each case, so that memory stays. */
struct world {
	const struct rule *rule;
	const struct fixture *fixture; /* whose inventory holds */
	const struct cluster *cluster;
	struct draft nodes[MAX_NODES];
};

void world_begin(struct world *world, const struct rule *rule);
void world_mutate(struct world *world); /* one change */
void world_release(struct world *world);

#endif
