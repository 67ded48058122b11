/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/identity.h"
#include "compare/rule.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

#define INTERACTIVE_USER "interactive-user"
#define AT_DCOMCNFG "dcomcnfg, Properties of the application, Identity"
#define AT_REGISTRY "reg add, reg delete below HKLM\\SOFTWARE\\Classes\\AppID"

static const char not_known[] = "; whether that is the same principal is not known";

/* One fact of the application on the two nodes of a pair. */
struct fact_pair {
	struct side *sides[2];
	struct answer answers[2];
	const char *what;
	const char *where; /* it is changed */
};

static const char *name_of(const struct fact_pair *fact, unsigned i)
{
	return fact->sides[i]->node->name;
}

static const char *value_of(const struct fact_pair *fact, unsigned i)
{
	struct answer answer = fact->answers[i];
	if (answer.knowledge == KNOWLEDGE_ABSENT)
		return "not set";
	return *answer.value ? answer.value : "empty";
}

static bool ask(struct judgement *judgement, struct fact_pair *fact, const char *pattern)
{
	bool known = true;
	for (unsigned i = 0; i < 2; i++) {
		struct answer answer =
			judgement_ask_of(judgement, fact->sides[i], pattern, judgement->subject);
		fact->answers[i] = answer;
		if (answer.knowledge != KNOWLEDGE_UNKNOWN)
			continue;
		known = false;
		judgement_say(judgement, VERDICT_UNKNOWN, "%s: the %s of %s is not known: %s.",
			name_of(fact, i), fact->what, judgement->subject, answer.why);
	}
	return known;
}

static void remedy(struct judgement *judgement, const struct fact_pair *fact)
{
	judgement_remedy(judgement, "%s: %s: make the %s of %s %s as on %s, or make %s like %s",
		name_of(fact, 1), fact->where, fact->what, judgement->subject, value_of(fact, 0),
		name_of(fact, 0), name_of(fact, 0), name_of(fact, 1));
}

static void say(struct judgement *judgement, const struct fact_pair *fact, enum truth same)
{
	static const enum verdict verdicts[] = {VERDICT_BROKEN, VERDICT_UNKNOWN, VERDICT_KEPT};
	const char *a = value_of(fact, 0), *b = value_of(fact, 1);
	if (text_same(a, b))
		judgement_say(judgement, verdicts[same], "The %s of %s is %s on %s and on %s%s.",
			fact->what, judgement->subject, a, name_of(fact, 0), name_of(fact, 1),
			same == TRUTH_UNKNOWN ? not_known : "");
	else
		judgement_say(judgement, verdicts[same], "The %s of %s is %s on %s and %s on %s%s.",
			fact->what, judgement->subject, a, name_of(fact, 0), b, name_of(fact, 1),
			same == TRUTH_UNKNOWN ? not_known : "");
}

static void compare_text(struct judgement *judgement, struct side *const *sides,
	const char *pattern, const char *what)
{
	struct fact_pair fact = {.sides = {sides[0], sides[1]}, .what = what, .where = AT_REGISTRY};
	if (!ask(judgement, &fact, pattern))
		return;
	const struct answer *a = &fact.answers[0], *b = &fact.answers[1];
	bool same = a->knowledge == b->knowledge;
	if (same && a->knowledge == KNOWLEDGE_PRESENT)
		same = text_same(a->value, b->value);
	say(judgement, &fact, same ? TRUTH_YES : TRUTH_NO);
	if (!same)
		remedy(judgement, &fact);
}

static bool is_interactive(struct answer answer)
{
	return answer.knowledge == KNOWLEDGE_PRESENT && text_same(answer.value, INTERACTIVE_USER);
}

static enum truth same_identity(struct judgement *judgement, const struct fact_pair *fact)
{
	bool interactive[2];
	struct identity identities[2];
	for (unsigned i = 0; i < 2; i++) {
		interactive[i] = is_interactive(fact->answers[i]);
		if (!interactive[i])
			identities[i] = identity_of(judgement, fact->sides[i], fact->answers[i]);
	}
	if (interactive[0] || interactive[1])
		return interactive[0] && interactive[1] ? TRUTH_YES : TRUTH_NO;
	const struct identity *a = &identities[0], *b = &identities[1];
	if (a->kind == IDENTITY_UNKNOWN || b->kind == IDENTITY_UNKNOWN)
		return TRUTH_UNKNOWN;
	if (!a->account || !b->account)
		return !a->account && !b->account ? TRUTH_YES : TRUTH_NO;
	return identity_trustees_same(
		judgement, fact->sides[0], a->account, fact->sides[1], b->account);
}

/* For people. Services do not use RunAs: where none is set, that is no launching user. */
static struct answer shown_identity(
	struct judgement *judgement, struct side *side, struct answer identity)
{
	if (is_interactive(identity))
		identity.value = "the interactive user";
	if (identity.knowledge != KNOWLEDGE_ABSENT)
		return identity;
	struct answer service =
		judgement_ask_of(judgement, side, FACT_APP_SERVICE, judgement->subject);
	identity.knowledge = KNOWLEDGE_PRESENT;
	identity.value = "the account of its service";
	if (service.knowledge == KNOWLEDGE_ABSENT)
		identity.value = "the launching user";
	else if (service.knowledge == KNOWLEDGE_UNKNOWN)
		identity.value = "not set";
	return identity;
}

static bool is_debugger(struct judgement *judgement, struct side *const *sides)
{
	return truth_or(dcom_is_debugger(judgement, sides[0]),
		       dcom_is_debugger(judgement, sides[1])) == TRUTH_YES;
}

/* Which of two others is meant nobody knows. */
static void remedy_identity(
	struct judgement *judgement, const struct fact_pair *fact, const struct fact_pair *shown)
{
	unsigned wanted = is_interactive(fact->answers[0]) ? 0 : 1;
	if (is_interactive(fact->answers[wanted]) && is_debugger(judgement, fact->sides))
		judgement_remedy(judgement,
			"%s: %s: choose the interactive user for %s, as on %s (KB Q290398)",
			name_of(fact, 1 - wanted), fact->where, judgement->subject,
			name_of(fact, wanted));
	else
		remedy(judgement, shown);
}

static void compare_identity(struct judgement *judgement, struct side *const *sides)
{
	struct fact_pair fact = {
		.sides = {sides[0], sides[1]}, .what = "identity (RunAs)", .where = AT_DCOMCNFG};
	if (!ask(judgement, &fact, FACT_APP_IDENTITY))
		return;
	enum truth same = same_identity(judgement, &fact);
	struct fact_pair shown = fact;
	for (unsigned i = 0; i < 2; i++)
		shown.answers[i] = shown_identity(judgement, sides[i], fact.answers[i]);
	say(judgement, &shown, same);
	if (same == TRUTH_NO)
		remedy_identity(judgement, &fact, &shown);
}

static enum truth exists_at(struct judgement *judgement, struct side *side)
{
	struct answer exists =
		judgement_ask_of(judgement, side, FACT_APP_EXISTS, judgement->subject);
	enum truth there = dcom_exists(exists);
	if (there == TRUTH_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"Whether %s has %s registered is not known: %s.", side->node->name,
			judgement->subject, exists.why ? exists.why : dcom_exists_odd);
	return there;
}

static void compare(
	struct judgement *judgement, struct side *primary, struct side *backup, void *context)
{
	(void)context;
	struct side *const sides[] = {primary, backup};
	enum truth a = exists_at(judgement, primary), b = exists_at(judgement, backup);
	if (a == TRUTH_UNKNOWN || b == TRUTH_UNKNOWN)
		return;
	if (a == TRUTH_YES && b == TRUTH_YES) {
		compare_identity(judgement, sides);
		compare_text(judgement, sides, FACT_APP_SERVICE, "service (LocalService)");
		compare_text(judgement, sides, FACT_APP_SURROGATE, "surrogate (DllSurrogate)");
	} else if (a == b) {
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s is registered neither on %s nor on %s.", judgement->subject,
			primary->node->name, backup->node->name);
	} else {
		const char *lacks = sides[a == TRUTH_YES]->node->name;
		const char *has = sides[a == TRUTH_NO]->node->name;
		judgement_say(judgement, VERDICT_BROKEN, "%s is registered on %s and not on %s.",
			judgement->subject, has, lacks);
		judgement_remedy(judgement,
			"%s: register the server of %s and give it the identity that it has on %s",
			lacks, judgement->subject, has);
	}
}

static void show(struct judgement *judgement, struct side *side)
{
	struct answer exists =
		judgement_ask_of(judgement, side, FACT_APP_EXISTS, judgement->subject);
	struct answer identity =
		judgement_ask_of(judgement, side, FACT_APP_IDENTITY, judgement->subject);
	struct answer shown = {.knowledge = KNOWLEDGE_PRESENT, .value = "not registered"};
	if (dcom_exists(exists) != TRUTH_NO)
		shown = shown_identity(judgement, side, identity);
	judgement_show(judgement, side, shown);
}

static void judge(struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		show(judgement, judgement->sides[i]);
	judgement_pairs(judgement, compare, NULL);
}

const struct rule rule_dcom_app_identity_same = {
	.id = "dcom_app_identity_same",
	.title = "the application runs in the same way as the same identity on every node",
	.severity = SEVERITY_WARNING,
	.scope = RULE_PAIR,
	.subject = SUBJECT_APPLICATION,
	.judge = judge,
	.paths = {FACT_APP_IDENTITY, FACT_APP_SERVICE, FACT_APP_SURROGATE},
	.demand =
		"RunAs, LocalService and DllSurrogate of each application in scope are the same on "
		"every node, or set on none. Accounts are compared by their meaning: accounts of "
		"the nodes' own by name or by role.",
	.why = "The identity decides what the server may do and whether it can start: as the "
	       "interactive user it starts only while somebody is logged on, as the launching user "
	       "it runs once for each caller, as a named account it needs that account's password "
	       "and the batch logon right on that node. Without DllSurrogate a library does not "
	       "start out of process, and LocalService takes precedence over a program.",
	.repair = "dcomcnfg, the application, Properties, Identity: choose on each node what the "
		  "other has. The password of a named account is asked for there. LocalService and "
		  "DllSurrogate are values of the AppID (HKLM\\SOFTWARE\\Classes\\AppID\\{...}), "
		  "written by the setup of the server.",
	.symptoms = {"10004", "10005", "10010", "0x80070005"},
	.source =
		"Win32 docs, com/runas, com/localservice, com/dllsurrogate; KB Q290398; KB Q259615",
};
