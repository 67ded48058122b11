/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static enum truth is_enabled(struct answer disabled)
{
	if (disabled.knowledge == KNOWLEDGE_ABSENT)
		return TRUTH_UNKNOWN;
	return truth_not(answer_is(disabled, "true"));
}

static void say_unknown(struct judgement *judgement, const struct side *side,
	struct identity identity, struct answer answer)
{
	judgement_say(judgement, VERDICT_UNKNOWN,
		"%s: whether %s, presented at %s, may be used is not known: %s.", side->node->name,
		identity.written, judgement->subject,
		answer.why ? answer.why : "no artefact states whether it is disabled");
}

static void say_disabled(
	struct judgement *judgement, const struct side *side, struct identity identity)
{
	bool local = identity.kind == IDENTITY_LOCAL;
	judgement_say(judgement, VERDICT_BROKEN, "%s: %s, presented at %s, is disabled.",
		side->node->name, identity.written, judgement->subject);
	judgement_remedy(judgement, "%s: net user \"%s\" /active:yes%s", side->node->name,
		identity.name, local ? "" : " (on a domain controller of its domain)");
}

static void judge_disabled(struct judgement *judgement, struct side *side, struct identity identity)
{
	struct answer disabled =
		judgement_ask_of(judgement, side, FACT_ACCOUNT_DISABLED, identity.account);
	judgement_show(judgement, side, disabled);
	switch (is_enabled(disabled)) {
	case TRUTH_YES:
		judgement_say(judgement, VERDICT_KEPT, "%s: %s, presented at %s, is enabled.",
			side->node->name, identity.written, judgement->subject);
		break;
	case TRUTH_UNKNOWN:
		say_unknown(judgement, side, identity, disabled);
		break;
	case TRUTH_NO:
		say_disabled(judgement, side, identity);
	}
}

static void judge_local(struct judgement *judgement, struct side *side, struct identity identity)
{
	struct answer exists = identity_account_exists(judgement, side, identity.account);
	switch (answer_is(exists, "true")) {
	case TRUTH_NO:
		judgement_show(judgement, side, (struct answer){.knowledge = KNOWLEDGE_ABSENT});
		judgement_say(judgement, VERDICT_BROKEN, "%s: %s, presented at %s, does not exist.",
			side->node->name, identity.written, judgement->subject);
		judgement_remedy(
			judgement, "%s: net user \"%s\" * /add", side->node->name, identity.name);
		break;
	case TRUTH_UNKNOWN:
		say_unknown(judgement, side, identity, exists);
		judge_disabled(judgement, side, identity);
		break;
	case TRUTH_YES:
		judge_disabled(judgement, side, identity);
	}
}

static void judge(struct judgement *judgement)
{
	struct side *side = judgement->sides[0];
	const char *node = side->node->name, *location = judgement->subject;
	if (!identity_anonymous_in_use_at(judgement, side, location))
		return;
	struct identity identity = identity_anonymous(judgement, side, location);
	if (!identity_known(judgement, side, identity))
		return;
	if (identity.kind == IDENTITY_LOCAL)
		judge_local(judgement, side, identity);
	else if (identity.kind == IDENTITY_DOMAIN)
		judge_disabled(judgement, side, identity);
	else if (identity.kind == IDENTITY_PEER)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s presents %s at %s, an account of another node, which it cannot see.",
			node, identity.written, location);
	else
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s presents the built-in %s at %s, which cannot be disabled.", node,
			identity.written, location);
}

const struct rule rule_account_enabled = {
	.id = "account_enabled",
	.title = "the anonymous user's account is enabled",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_NODE,
	.subject = SUBJECT_LOCATION,
	.judge = judge,
	.demand = "The account that IIS uses as the anonymous user of each web location in scope "
		  "exists and is not disabled.",
	.why = "Windows refuses the logon of a disabled account with 1331, and IIS answers 401.1.",
	.repair = "net user NAME /active:yes on the node, or for a domain account on a domain "
		  "controller. Find out first who disabled it and why.",
	.symptoms = {"1331", "401.1", "W3SVC 100"},
	.source = "KB 909887; Win32 system error codes",
};
