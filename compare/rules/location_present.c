/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static void judge_side(struct judgement *judgement, struct side *side)
{
	const char *node = side->node->name, *location = judgement->subject;
	struct answer exists = judgement_ask_of(judgement, side, FACT_LOCATION_EXISTS, location);
	switch (answer_is(exists, "true")) {
	case TRUTH_YES:
		judgement_say(judgement, VERDICT_KEPT, "%s has %s.", node, location);
		break;
	case TRUTH_UNKNOWN:
		judgement_say(judgement, VERDICT_UNKNOWN, "%s: whether %s exists is not known: %s.",
			node, location, exists.why);
		break;
	case TRUTH_NO:
		judgement_say(judgement, VERDICT_BROKEN, "%s does not have %s.", node, location);
		judgement_remedy(judgement,
			"%s: create %s in IIS Manager as it is on the node that serves it, or "
			"correct the inventory's locations if the name is wrong",
			node, location);
	}
}

static void judge(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		judge_side(judgement, judgement->sides[i]);
}

const struct rule rule_location_present = {
	.id = "location_present",
	.title = "each web location exists on every node",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PAIR,
	.subject = SUBJECT_LOCATION,
	.judge = judge,
	.demand = "Each web location in scope exists on every node. A location that no node has is "
		  "not matched: then the inventory or all nodes are wrong.",
	.why = "Pages that are not on the backup cannot be served after failover. Sites are "
	       "numbered in IIS 5 and 6, and the number of a site may differ between nodes.",
	.repair = "Create the site or virtual directory on the node that lacks it, with the same "
		  "number or name, or correct \"locations\" in the inventory.",
	.symptoms = {"404"},
	.source = "KB 330346 (users meet the pages of either server)",
};
