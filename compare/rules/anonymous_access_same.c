/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

static const char *access_of(struct answer enabled)
{
	if (enabled.knowledge == KNOWLEDGE_ABSENT)
		return "does not set it";
	return text_same(enabled.value, "true") ? "has it on" : "has it off";
}

/* One node says on or off, the other says nothing: broken only where it lacks the location. */
static void judge_silent(struct judgement *judgement, struct side *silent, struct side *other)
{
	const char *node = silent->node->name, *location = judgement->subject;
	struct answer exists = judgement_ask_of(judgement, silent, FACT_LOCATION_EXISTS, location);
	struct answer enabled =
		judgement_ask_of(judgement, other, FACT_ANONYMOUS_ENABLED, location);
	if (answer_is(exists, "true") == TRUTH_NO) {
		judgement_say(judgement, VERDICT_BROKEN,
			"Anonymous access to %s: %s does not have the location, %s %s.", location,
			node, other->node->name, access_of(enabled));
		judgement_remedy(judgement, "%s: create %s as it is on %s", node, location,
			other->node->name);
	} else {
		judgement_say(judgement, VERDICT_UNKNOWN,
			"Anonymous access to %s: what was collected from %s does not say whether "
			"it is on, %s %s.",
			location, node, other->node->name, access_of(enabled));
	}
}

static void say_unknown(struct judgement *judgement, const struct side *side, struct answer enabled)
{
	if (enabled.knowledge == KNOWLEDGE_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: whether %s admits anonymous users is not known: %s.", side->node->name,
			judgement->subject, enabled.why);
}

/* Which of the two is right nobody has said: both ways are named. */
static void remedy(struct judgement *judgement, const struct side *on, const struct side *off)
{
	const char *location = judgement->subject;
	const char *key = identity_metabase_key(judgement, location);
	if (identity_iis_from(judgement, off, 7, 0) == TRUTH_YES)
		judgement_remedy(judgement,
			"%s: IIS Manager, %s, Authentication, Anonymous Authentication, Enable (or "
			"Disable on %s)",
			off->node->name, location, on->node->name);
	else
		judgement_remedy(judgement,
			"%s: cscript //nologo %%SystemDrive%%\\Inetpub\\AdminScripts\\adsutil.vbs "
			"SET %s/AuthAnonymous TRUE (or FALSE on %s)",
			off->node->name, key, on->node->name);
}

static void compare_set(struct judgement *judgement, const struct side *primary, struct answer a,
	const struct side *backup, struct answer b)
{
	bool same = text_same(a.value, b.value), on = text_same(a.value, "true");
	judgement_say(judgement, same ? VERDICT_KEPT : VERDICT_BROKEN,
		"Anonymous access to %s: %s %s, %s %s.", judgement->subject, primary->node->name,
		access_of(a), backup->node->name, access_of(b));
	if (!same)
		remedy(judgement, on ? primary : backup, on ? backup : primary);
}

static void compare(
	struct judgement *judgement, struct side *primary, struct side *backup, void *context)
{
	(void)context;
	const char *location = judgement->subject;
	struct answer a = judgement_ask_of(judgement, primary, FACT_ANONYMOUS_ENABLED, location);
	struct answer b = judgement_ask_of(judgement, backup, FACT_ANONYMOUS_ENABLED, location);
	say_unknown(judgement, primary, a);
	say_unknown(judgement, backup, b);
	if (a.knowledge == KNOWLEDGE_UNKNOWN || b.knowledge == KNOWLEDGE_UNKNOWN)
		return;
	if (a.knowledge != b.knowledge)
		judge_silent(judgement, a.knowledge == KNOWLEDGE_ABSENT ? primary : backup,
			a.knowledge == KNOWLEDGE_ABSENT ? backup : primary);
	else if (a.knowledge == KNOWLEDGE_ABSENT)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"Neither %s nor %s sets anonymous access for %s.", primary->node->name,
			backup->node->name, location);
	else
		compare_set(judgement, primary, a, backup, b);
}

static void judge(struct judgement *judgement)
{
	judgement_pairs(judgement, compare, NULL);
}

const struct rule rule_anonymous_access_same = {
	.id = "anonymous_access_same",
	.title = "anonymous access is on or off alike on all nodes",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PAIR,
	.subject = SUBJECT_LOCATION,
	.judge = judge,
	.demand = "Anonymous access is on on every node or off on every node, for each web "
		  "location in scope. A node that does not have the location does not agree with "
		  "one that does.",
	.why = "Where it is off, users whom the other node lets in without a name are asked for "
	       "one, or are refused with 401.2.",
	.repair = "Set it alike. IIS 5 and 6: IIS Manager, Properties of the location, Directory "
		  "Security, Anonymous access and authentication control (bit 1, AuthAnonymous, of "
		  "AuthFlags in the metabase). IIS 7 and later: the attribute enabled of "
		  "anonymousAuthentication in applicationHost.config.",
	.symptoms = {"401.2"},
	.source = "metabase property AuthFlags (cc785637); IIS docs, anonymousAuthentication",
};
