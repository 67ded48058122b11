/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rule.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

static void judge(struct judgement *judgement)
{
	struct side *side = judgement->sides[0];
	const char *node = side->node->name;
	const char *why = side->snapshot ? snapshot_unreached(side->snapshot)
					 : "there is no snapshot of this node";
	struct answer name = judgement_ask(judgement, side, FACT_NODE_NAME);
	if (why)
		judgement_say(
			judgement, VERDICT_UNKNOWN, "%s could not be looked at: %s.", node, why);
	else if (name.knowledge == KNOWLEDGE_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"Whether the artefacts of %s are its own is not known: %s.", node,
			name.why);
	else if (name.knowledge == KNOWLEDGE_ABSENT)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"Whether the artefacts of %s are its own is not known: none of them states "
			"the name of its computer. Bring identity.json.",
			node);
	else if (!text_same(name.value, node))
		judgement_say(judgement, VERDICT_UNKNOWN,
			"The artefacts of %s say that they are of %s: nothing is known of %s. "
			"Correct the inventory, or bring the artefacts of %s.",
			node, name.value, node, node);
	else
		judgement_say(judgement, VERDICT_KEPT, "%s was looked at, and is the computer %s.",
			node, name.value);
}

const struct rule rule_node_reached = {
	.id = "node_reached",
	.title = "every node was looked at, and is the computer that it should be",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_NODE,
	.subject = SUBJECT_CLUSTER,
	.judges_unreached = true,
	.judge = judge,
	.paths = {FACT_NODE_NAME},
	.demand = "There are artefacts of every node of the cluster, and they state the computer "
		  "name that the inventory has for it.",
	.why = "What could not be looked at is not known to be right. Artefacts of another "
	       "computer, in the wrong folder or behind a wrong address, would make two nodes look "
	       "alike that are not. This rule is never broken: it turns not having looked into "
	       "unknown.",
	.repair = "Make the node reachable, or bring its artefacts; where the name differs, "
		  "correct the name or the address in the inventory.",
	.symptoms = {"was not reached", "no snapshot of this node"},
	.source = "standby's own demand",
};
