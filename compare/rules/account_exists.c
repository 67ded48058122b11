/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

/* Two names on two nodes: creating each on the other is no repair, one account for both is. */
static bool remedy_one_account(
	struct judgement *judgement, const struct side *side, struct identity identity)
{
	struct identity other =
		identity_anonymous(judgement, judgement->sides[1], judgement->subject);
	if (!other.account || identity_accounts_same(identity.account, other.account) != TRUTH_NO)
		return false;
	judgement_remedy(judgement,
		"%s: do not create %s: the repair is one account of one name and password on every "
		"node, in place of %s and %s (standby explain anonymous_user_same)",
		side->node->name, identity.written, identity.written, other.written);
	return true;
}

static void say_missing(struct judgement *judgement, struct side *side, struct identity identity)
{
	const char *node = side->node->name, *from = judgement->sides[0]->node->name;
	judgement_say(judgement, VERDICT_BROKEN,
		"%s does not have the account %s, which %s presents at %s.", node, identity.name,
		from, judgement->subject);
	if (!remedy_one_account(judgement, side, identity))
		judgement_remedy(judgement,
			"%s: net user \"%s\" * /add (the password that %s has configured)", node,
			identity.name, from);
}

static void judge_local(struct judgement *judgement, struct side *side, struct identity identity)
{
	const char *node = side->node->name;
	struct answer exists = identity_account_exists(judgement, side, identity.account);
	judgement_show(judgement, side, exists);
	switch (answer_is(exists, "true")) {
	case TRUTH_YES:
		judgement_say(
			judgement, VERDICT_KEPT, "%s has the account %s.", node, identity.name);
		break;
	case TRUTH_UNKNOWN:
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: whether it has the account %s, which %s presents at %s, is not known: "
			"%s.",
			node, identity.name, judgement->sides[0]->node->name, judgement->subject,
			exists.why);
		break;
	case TRUTH_NO:
		say_missing(judgement, side, identity);
	}
}

static bool any_missing(struct answer a, struct answer b)
{
	if (a.knowledge == KNOWLEDGE_UNKNOWN || b.knowledge == KNOWLEDGE_UNKNOWN)
		return false;
	return a.knowledge == KNOWLEDGE_PRESENT || b.knowledge == KNOWLEDGE_PRESENT;
}

/*
 * A domain's account is one, whichever node saw it: seen by either, it exists. It is missing
 * only where one node says so and the other cannot have seen it.
 */
static void judge_domain(struct judgement *judgement, struct identity identity)
{
	struct side *x = judgement->sides[0], *y = judgement->sides[1];
	struct answer a = judgement_ask_of(judgement, x, FACT_ACCOUNT_EXISTS, identity.account);
	struct answer b = judgement_ask_of(judgement, y, FACT_ACCOUNT_EXISTS, identity.account);
	const char *account = identity.written;
	judgement_show(judgement, x, a);
	judgement_show(judgement, y, b);
	if (truth_or(answer_is(a, "true"), answer_is(b, "true")) == TRUTH_YES) {
		judgement_say(judgement, VERDICT_KEPT, "The domain account %s exists.", account);
	} else if (!any_missing(a, b)) {
		judgement_say(judgement, VERDICT_UNKNOWN,
			"Whether the domain account %s exists, which %s presents at %s, is not "
			"known: %s.",
			account, x->node->name, judgement->subject,
			a.why	? a.why
			: b.why ? b.why
				: "neither node was asked for it");
	} else {
		judgement_say(judgement, VERDICT_BROKEN,
			"The domain account %s, which %s presents at %s, does not exist.", account,
			x->node->name, judgement->subject);
		judgement_remedy(judgement,
			"%s: create %s in its domain, or enter an account that exists in IIS",
			x->node->name, account);
	}
}

static void judge_identity(struct judgement *judgement, struct identity identity)
{
	const char *node = judgement->sides[0]->node->name, *location = judgement->subject;
	switch (identity.kind) {
	case IDENTITY_LOCAL:
		judge_local(judgement, judgement->sides[0], identity);
		judge_local(judgement, judgement->sides[1], identity);
		break;
	case IDENTITY_DOMAIN:
		judge_domain(judgement, identity);
		break;
	case IDENTITY_PEER:
		judgement_say(judgement, VERDICT_BROKEN,
			"%s presents %s at %s, an account of another node, which it does not have.",
			node, identity.written, location);
		judgement_remedy(judgement,
			"%s: enter an account of %s's own, or of a domain, in IIS as the anonymous "
			"user of %s",
			node, node, location);
		break;
	default:
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s presents the built-in %s at %s, which is no account that could be "
			"missing.",
			node, identity.written, location);
	}
}

static void judge(struct judgement *judgement)
{
	struct side *from = judgement->sides[0];
	if (!identity_anonymous_in_use_at(judgement, from, judgement->subject))
		return;
	struct identity identity = identity_anonymous(judgement, from, judgement->subject);
	if (identity_known(judgement, from, identity))
		judge_identity(judgement, identity);
}

const struct rule rule_account_exists = {
	.id = "account_exists",
	.title = "the account that pages present exists on both nodes",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PATH,
	.subject = SUBJECT_LOCATION,
	.cross_node = true,
	.judge = judge,
	.demand = "Where pages call the other node, the account that they present as the anonymous "
		  "user exists: an account of the node's own on both nodes, a domain account in "
		  "its domain.",
	.why = "A node logs the anonymous user on with its own account, and the other "
	       "authenticates the call only as an account of the same name of its own. Where it is "
	       "missing, the logon fails with 1326.",
	.repair = "Where the nodes present different names, the repair is one account of one name "
		  "and password on every node: anonymous_user_same. Where they present one name, "
		  "create it on the node that lacks it (net user NAME * /add asks for the "
		  "password, which is the same as on the other node), or enter an account that "
		  "exists in IIS. Running dcpromo deletes the local IUSR and IWAM accounts.",
	.symptoms = {"1326", "401.1", "Error #46", "0x80070005"},
	.source = "KB 330346; KB Q300432; Win32 system error codes",
};
