/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rule.h"

#define REASONS_SHOWN 5

static struct strings reasons_of(struct judgement *judgement, const struct snapshot *snapshot)
{
	struct strings reasons = {0};
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		const struct coverage *entry = &snapshot->coverage[i];
		if (!entry->read && !strings_hold(&reasons, entry->why))
			strings_add(judgement->arena, &reasons, entry->why);
	}
	return reasons;
}

static void judge(struct judgement *judgement)
{
	struct side *side = judgement->sides[0];
	const char *node = side->node->name;
	struct strings reasons = reasons_of(judgement, side->snapshot);
	size_t shown = reasons.count < REASONS_SHOWN ? reasons.count : REASONS_SHOWN;
	for (size_t i = 0; i < shown; i++)
		judgement_say(judgement, VERDICT_UNKNOWN, "%s: %s.", node, reasons.items[i]);
	if (reasons.count > shown)
		judgement_say(judgement, VERDICT_UNKNOWN, "%s: and %zu more reasons.", node,
			reasons.count - shown);
	if (side->snapshot->coverage_count == 0)
		judgement_say(judgement, VERDICT_UNKNOWN, "%s: no artefact was read.", node);
	else if (reasons.count == 0)
		judgement_say(judgement, VERDICT_KEPT, "%s: every artefact was read whole.", node);
	judgement_show(judgement, side,
		(struct answer){.knowledge = KNOWLEDGE_PRESENT,
			.value = reasons.count ? "incomplete" : "complete"});
}

const struct rule rule_artefact_complete = {
	.id = "artefact_complete",
	.title = "every artefact was obtained and read whole",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_NODE,
	.subject = SUBJECT_CLUSTER,
	.judge = judge,
	.demand = "Everything that was asked of a node was obtained, and no artefact is cut or "
		  "damaged.",
	.why = "What an artefact does not tell is unknown, and an unknown must not pass for an "
	       "answer: a rule that another rule's finding made pointless may not have asked for "
	       "it. This rule is never broken: it turns not having looked into unknown.",
	.repair = "Bring what is missing; each reason says which artefact it is and how it is "
		  "obtained. `standby requests NODE` prints the requests.",
	.symptoms = {"incomplete", "artefact not found"},
	.source = "standby's own demand",
};
