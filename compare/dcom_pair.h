/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_DCOM_PAIR_H
#define COMPARE_DCOM_PAIR_H

#include "compare/dcom_list.h"

/* Two lists under comparison; 0 is the primary's, 1 the backup's. For dcom_lists_same alone. */
struct pair {
	struct judgement *judgement;
	const struct list_comparison *comparison;
	struct side *sides[2];
	const struct dcom_list *lists[2];
	enum verdict differing; /* what a difference means for these two */
	const char *because;	/* put behind a difference that is not broken */
};

const char *pair_node(const struct pair *pair, unsigned i);
const char *pair_list(const struct pair *pair, unsigned i); /* "CONF2's access list (its own)" */
void pair_say_difference(const struct pair *pair, const char *sentence);
void pair_remedy(const struct pair *pair, unsigned mends, const char *what);

/* Whether every entry of either list has its counterpart; says what has none. */
bool pair_judge_entries(const struct pair *pair);

#endif
