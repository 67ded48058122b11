/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static void judge_on(struct judgement *judgement, struct side *from, struct side *to)
{
	const char *node = from->node->name, *location = judgement->subject;
	struct identity identity = identity_anonymous(judgement, from, location);
	if (!identity_known(judgement, from, identity))
		return;
	if (identity.kind == IDENTITY_DOMAIN) {
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: password synchronisation is on at %s for the domain account %s; what "
			"such a logon gives is not established. Clear it and enter the password.",
			node, location, identity.written);
		return;
	}
	judgement_say(judgement, VERDICT_BROKEN,
		"%s: password synchronisation is on at %s, so that its pages never call as %s: "
		"where subauthentication works, the call reaches %s as a null session, and where "
		"it does not, the anonymous logon itself fails.",
		node, location, identity.written, to->node->name);
	if (identity.kind == IDENTITY_LOCAL)
		judgement_remedy(judgement, "%s: net user \"%s\" * (asks for the password)", node,
			identity.name);
	identity_remedy_enter(judgement, from, "the password");
}

static void judge_sync(struct judgement *judgement, struct answer sync)
{
	struct side *from = judgement->sides[0];
	const char *node = from->node->name, *location = judgement->subject;
	switch (sync.knowledge) {
	case KNOWLEDGE_UNKNOWN:
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: password synchronisation at %s is not known: %s.", node, location,
			sync.why);
		break;
	case KNOWLEDGE_ABSENT:
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: password synchronisation is not set at %s, and what holds then is not "
			"established; clear it explicitly.",
			node, location);
		break;
	case KNOWLEDGE_PRESENT:
		if (answer_is(sync, "true") == TRUTH_YES)
			judge_on(judgement, from, judgement->sides[1]);
		else
			judgement_say(judgement, VERDICT_KEPT,
				"%s: password synchronisation is off at %s.", node, location);
	}
}

static const char *why_version(const struct side *side)
{
	struct answer version = side_answer(side, FACT_IIS_VERSION);
	return version.knowledge == KNOWLEDGE_UNKNOWN ? version.why : "no artefact states it";
}

static void judge(struct judgement *judgement)
{
	struct side *from = judgement->sides[0];
	const char *node = from->node->name, *location = judgement->subject;
	struct answer sync = judgement_ask_of(judgement, from, FACT_ANONYMOUS_SYNC, location);
	enum truth used = identity_anonymous_used_at(judgement, from, location);
	enum truth newer = identity_iis_from(judgement, from, 7, 0);
	if (newer == TRUTH_YES)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s has IIS 7 or later, which knows no password synchronisation.", node);
	else if (used != TRUTH_YES)
		identity_anonymous_in_use_at(judgement, from, location);
	else if (newer == TRUTH_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: password synchronisation means something only before IIS 7, and the "
			"version of IIS is not known: %s.",
			node, why_version(from));
	else
		judge_sync(judgement, sync);
}

const struct rule rule_password_sync_off = {
	.id = "password_sync_off",
	.title = "password synchronisation is off where pages call the other node",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PATH,
	.subject = SUBJECT_LOCATION,
	.cross_node = true,
	.judge = judge,
	.demand = "On IIS 4 to 6, where pages call the other node, AnonymousPasswordSync (\"Allow "
		  "IIS to control password\") is off for their location.",
	.why = "With it on, IIS logs the anonymous user on by subauthentication. That gives a "
	       "network token, which cannot log on to another computer: the call arrives there as "
	       "a null session. Windows 2000 counts a null session among Everyone; Windows Server "
	       "2003 and later do so only with EveryoneIncludesAnonymous set to 1. Where "
	       "subauthentication does not work, as on IIS 6 by default, the anonymous logon fails "
	       "before any call is made (401.1).",
	.repair = "In this order: set the account's password (net user NAME * asks for it), enter "
		  "it in IIS with \"Allow IIS to control password\" cleared, restart IIS "
		  "(iisreset).",
	.symptoms = {"Error #46", "Permission denied", "0x80070005", "800a0046"},
	.source = "KB 330346; KB Q207671; KB Q216828; KB 278259",
};
