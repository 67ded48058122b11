/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

static void say_unknown(struct judgement *judgement, const struct side *side, const char *what,
	struct answer answer)
{
	judgement_say(judgement, VERDICT_UNKNOWN, "%s: %s is not known: %s.", side->node->name,
		what, answer.knowledge == KNOWLEDGE_UNKNOWN ? answer.why : "no artefact states it");
}

static const char *state_of(struct answer sync)
{
	if (sync.knowledge == KNOWLEDGE_ABSENT)
		return "does not set it";
	return text_same(sync.value, "true") ? "has it on" : "has it off";
}

static void compare_unset(struct judgement *judgement, struct side *primary, struct side *backup)
{
	struct answer a = judgement_ask(judgement, primary, FACT_IIS_VERSION);
	struct answer b = judgement_ask(judgement, backup, FACT_IIS_VERSION);
	if (text_same(a.value, b.value))
		judgement_say(judgement, VERDICT_KEPT,
			"Neither %s nor %s sets password synchronisation at %s, and both have IIS "
			"%s.",
			primary->node->name, backup->node->name, judgement->subject, a.value);
	else
		judgement_say(judgement, VERDICT_UNKNOWN,
			"Neither %s nor %s sets password synchronisation at %s, and what holds "
			"then is not established for different versions of IIS (%s, %s).",
			primary->node->name, backup->node->name, judgement->subject, a.value,
			b.value);
}

static void say_differ(struct judgement *judgement, const struct side *on, const char *values)
{
	judgement_say(judgement, VERDICT_BROKEN, "%s.", values);
	identity_remedy_enter(judgement, on, "the account's password");
}

static void compare_sync(struct judgement *judgement, struct side *primary, struct side *backup)
{
	const char *location = judgement->subject;
	struct answer a = judgement_ask_of(judgement, primary, FACT_ANONYMOUS_SYNC, location);
	struct answer b = judgement_ask_of(judgement, backup, FACT_ANONYMOUS_SYNC, location);
	if (a.knowledge == KNOWLEDGE_UNKNOWN)
		say_unknown(judgement, primary, "password synchronisation", a);
	if (b.knowledge == KNOWLEDGE_UNKNOWN)
		say_unknown(judgement, backup, "password synchronisation", b);
	if (a.knowledge == KNOWLEDGE_UNKNOWN || b.knowledge == KNOWLEDGE_UNKNOWN)
		return;
	if (a.knowledge == KNOWLEDGE_ABSENT && b.knowledge == KNOWLEDGE_ABSENT) {
		compare_unset(judgement, primary, backup);
		return;
	}
	const char *values = arena_format(judgement->arena,
		"Password synchronisation at %s: %s %s, %s %s", location, primary->node->name,
		state_of(a), backup->node->name, state_of(b));
	if (a.knowledge != b.knowledge)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: what holds where it is not set is not established.", values);
	else if (text_same(a.value, b.value))
		judgement_say(judgement, VERDICT_KEPT, "%s.", values);
	else
		say_differ(judgement, answer_is(a, "true") == TRUTH_YES ? primary : backup, values);
}

/* A pair of which one has it and the other knows no such thing has nothing in common. */
static void compare(
	struct judgement *judgement, struct side *primary, struct side *backup, void *context)
{
	(void)context;
	enum truth a = identity_iis_from(judgement, primary, 7, 0);
	enum truth b = identity_iis_from(judgement, backup, 7, 0);
	if (a == TRUTH_UNKNOWN)
		say_unknown(judgement, primary, "the version of IIS",
			side_answer(primary, FACT_IIS_VERSION));
	if (b == TRUTH_UNKNOWN)
		say_unknown(judgement, backup, "the version of IIS",
			side_answer(backup, FACT_IIS_VERSION));
	if (a == TRUTH_UNKNOWN || b == TRUTH_UNKNOWN)
		return;
	if (a == TRUTH_YES && b == TRUTH_YES)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s and %s have IIS 7 or later, which knows no password synchronisation.",
			primary->node->name, backup->node->name);
	else if (a != b)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s has IIS 7 or later, which knows no password synchronisation, and %s "
			"has an earlier one: they cannot be compared in this.",
			(a == TRUTH_YES ? primary : backup)->node->name,
			(a == TRUTH_YES ? backup : primary)->node->name);
	else
		compare_sync(judgement, primary, backup);
}

static void judge(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		judgement_ask_of(
			judgement, judgement->sides[i], FACT_ANONYMOUS_SYNC, judgement->subject);
	if (identity_anonymous_in_use(judgement, judgement->subject))
		judgement_pairs(judgement, compare, NULL);
}

const struct rule rule_password_sync_same = {
	.id = "password_sync_same",
	.title = "password synchronisation of the anonymous user is set alike",
	.severity = SEVERITY_WARNING,
	.scope = RULE_PAIR,
	.subject = SUBJECT_LOCATION,
	.judge = judge,
	.demand = "On IIS 4 to 6 AnonymousPasswordSync (\"Allow IIS to control password\") has the "
		  "same value on every node, for each web location in scope. IIS 7 and later have "
		  "no such setting.",
	.why = "With it on, IIS logs the anonymous user on by subauthentication and the configured "
	       "password is not compared with the account's; with it off, the password must be "
	       "right. A node where only one of the two works answers 401.1 while the other "
	       "serves. What holds on IIS 6 where the value is not set is not established: "
	       "Microsoft's pages and the metabase schema disagree.",
	.repair = "Clear it on every node: enter the account's password in IIS Manager with "
		  "\"Allow IIS to control password\" cleared, or adsutil.vbs SET "
		  "w3svc/LOCATION/AnonymousPasswordSync FALSE, and restart IIS (iisreset). Once it "
		  "is cleared the password must be stored: in IIS 4 and 5, selecting the box "
		  "deletes it.",
	.symptoms = {"401.1", "W3SVC 100", "W3SVC-WP 2266"},
	.source = "KB 330346; KB Q216828; KB Q259353; metabase property AnonymousPasswordSync "
		  "(cc737387)",
};
