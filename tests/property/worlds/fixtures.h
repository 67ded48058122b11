/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROPERTY_WORLDS_FIXTURES_H
#define TESTS_PROPERTY_WORLDS_FIXTURES_H

#include "compare/rule.h"
#include "tests/property/worlds/draft.h"

/* The fixtures of the rules, FOLDER/RULE/CASE/, and what stands in all of them together. */
#define MAX_NODES 6

struct fixture {
	const char *folder;
	const struct rule *rule;
	struct inventory *inventory;
	const struct cluster *cluster;
	struct draft nodes[MAX_NODES];
};

/* What can stand at paths of one kind: a stretch of the vocabulary. */
struct shape {
	const char *name;
	const struct item *items;
	size_t count;
};

/* What is not as it must be ends the program. */
void fixtures_load(const char *folder);
void fixtures_free(void);
_Noreturn void fixtures_refuse(const char *why);

/* One of the rule's own as a rule. */
const struct fixture *any_fixture(const struct rule *rule);
const struct draft *any_draft(const struct rule *rule);

const struct item *any_word(void);		       /* of all facts */
const struct item *word_like(const struct item *item); /* of its shape */

#endif
