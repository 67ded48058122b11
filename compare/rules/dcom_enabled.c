/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rule.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

static void judge(struct judgement *judgement)
{
	struct side *side = judgement->sides[0];
	const char *node = side->node->name;
	struct answer enabled = judgement_ask(judgement, side, FACT_DCOM_ENABLED);
	if (enabled.knowledge == KNOWLEDGE_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: whether DCOM is on is not known: %s.", node, enabled.why);
	else if (enabled.knowledge == KNOWLEDGE_ABSENT)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s has no value EnableDCOM, and what Windows does without it is not "
			"documented. Set it to Y.",
			node);
	else if (text_same(enabled.value, "Y"))
		judgement_say(judgement, VERDICT_KEPT, "DCOM is on at %s (EnableDCOM is Y).", node);
	else if (!text_same(enabled.value, "N"))
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s has EnableDCOM %s, which is neither Y nor N. Set it to Y.", node,
			enabled.value);
	else
		judgement_say(judgement, VERDICT_BROKEN,
			"DCOM is off at %s (EnableDCOM is N): no call comes in and none goes out.",
			node);
	if (enabled.knowledge == KNOWLEDGE_UNKNOWN)
		return;
	judgement_remedy(judgement,
		"%s: reg add HKLM\\SOFTWARE\\Microsoft\\Ole /v EnableDCOM /t REG_SZ /d Y /f", node);
	judgement_remedy(judgement, "%s: restart the computer, so that it takes effect", node);
}

const struct rule rule_dcom_enabled = {
	.id = "dcom_enabled",
	.title = "DCOM is on",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_NODE,
	.subject = SUBJECT_DCOM,
	.judge = judge,
	.demand = "The registry value EnableDCOM of HKLM\\SOFTWARE\\Microsoft\\Ole is Y on every "
		  "node.",
	.why = "With N the computer accepts no DCOM calls from others and makes none itself: the "
	       "node neither serves the application nor reaches the one of its peer. What holds "
	       "where the value is missing is not documented, so that is unknown.",
	.repair = "Set EnableDCOM to Y (dcomcnfg, Enable Distributed COM on this computer; or reg "
		  "add HKLM\\SOFTWARE\\Microsoft\\Ole /v EnableDCOM /t REG_SZ /d Y) and restart "
		  "the computer.",
	.symptoms = {"0x800706ba", "The RPC server is unavailable", "10009", "10028"},
	.source = "Win32 docs, com/enabledcom; KB Q176799",
};
