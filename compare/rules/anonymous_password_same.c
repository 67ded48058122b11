/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "base/pattern.h"
#include "inventory/vocabulary.h"

#include <string.h>

enum { KEYED = sizeof "hmac-sha256:0123456789abcdef" - 1 };

static bool is(struct answer answer, const char *state)
{
	return answer_is(answer, state) == TRUTH_YES;
}

static bool is_fingerprint(struct answer answer)
{
	return answer.knowledge == KNOWLEDGE_PRESENT && password_is_fingerprint(answer.value);
}

static bool is_missing(struct answer answer)
{
	return is(answer, PASSWORD_EMPTY) || is(answer, PASSWORD_NOT_SET);
}

/* Why the password that one side has configured cannot be compared, NULL: it can. */
static const char *obstacle(struct answer answer)
{
	if (answer.knowledge == KNOWLEDGE_UNKNOWN)
		return answer.why;
	if (answer.knowledge == KNOWLEDGE_ABSENT)
		return "the artefacts that were collected do not hold it";
	if (is(answer, PASSWORD_UNREADABLE))
		return "it could not be read there; collect as an administrator of the node";
	if (!is_fingerprint(answer) && !is_missing(answer))
		return "what was collected is no fingerprint";
	return NULL;
}

static bool is_comparable(
	struct judgement *judgement, const struct side *side, struct answer answer)
{
	const char *why = obstacle(answer);
	if (why)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: the password of the anonymous user at %s is not known: %s.",
			side->node->name, judgement->subject, why);
	return !why;
}

static bool compare_fingerprints(
	struct judgement *judgement, struct side *primary, struct side *backup, bool same)
{
	const char *a = primary->node->name, *b = backup->node->name;
	if (same)
		judgement_say(judgement, VERDICT_KEPT,
			"%s and %s have the same password configured at %s.", a, b,
			judgement->subject);
	else
		judgement_say(judgement, VERDICT_BROKEN,
			"%s and %s have different passwords configured for the anonymous user at "
			"%s.",
			a, b, judgement->subject);
	return !same;
}

static const char *state_of(struct answer answer)
{
	if (is_fingerprint(answer))
		return "a password";
	return is(answer, PASSWORD_EMPTY) ? "an empty password" : "no password";
}

/* At least one has none. */
static bool compare_missing(struct judgement *judgement, struct side *primary, struct answer a,
	struct side *backup, struct answer b)
{
	bool broken = is_fingerprint(a) || is_fingerprint(b);
	const char *reason = "both must have one password";
	if (!broken && is(a, PASSWORD_EMPTY) && is(b, PASSWORD_EMPTY))
		reason = "by default Windows refuses blank passwords from the network "
			 "(LimitBlankPasswordUse), and whether these nodes do is not judged here";
	else if (!broken)
		reason = "with nothing configured there is nothing to compare; enter the account's "
			 "password with password synchronisation cleared";
	judgement_say(judgement, broken ? VERDICT_BROKEN : VERDICT_UNKNOWN,
		"%s has %s configured at %s and %s has %s: %s.", primary->node->name, state_of(a),
		judgement->subject, backup->node->name, state_of(b), reason);
	return broken;
}

static void remedy(struct judgement *judgement, struct side *side)
{
	const char *node = side->node->name, *location = judgement->subject;
	struct identity identity = identity_anonymous(judgement, side, location);
	judgement_remedy(judgement,
		"%s: net user \"%s\" * (asks for the password: the same on every node)", node,
		identity.name);
	identity_remedy_enter(judgement, side, "that password");
}

static void compare_passwords(
	struct judgement *judgement, struct side *primary, struct side *backup)
{
	const char *location = judgement->subject;
	struct answer a = judgement_ask_of(judgement, primary, FACT_ANONYMOUS_PASSWORD, location);
	struct answer b = judgement_ask_of(judgement, backup, FACT_ANONYMOUS_PASSWORD, location);
	bool comparable = is_comparable(judgement, primary, a);
	comparable &= is_comparable(judgement, backup, b);
	bool broken = false;
	if (!comparable)
		return;
	if (is_missing(a) || is_missing(b))
		broken = compare_missing(judgement, primary, a, backup, b);
	else if (strncmp(a.value, b.value, KEYED) != 0)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s and %s: the passwords configured at %s were fingerprinted in different "
			"runs, and can be compared only within one; collect both nodes in one run.",
			primary->node->name, backup->node->name, location);
	else
		broken = compare_fingerprints(
			judgement, primary, backup, strcmp(a.value, b.value) == 0);
	if (broken) {
		remedy(judgement, primary);
		remedy(judgement, backup);
	}
}

static void compare(
	struct judgement *judgement, struct side *primary, struct side *backup, void *context)
{
	bool *compared = context;
	struct identity a = identity_anonymous(judgement, primary, judgement->subject);
	struct identity b = identity_anonymous(judgement, backup, judgement->subject);
	if (a.kind == IDENTITY_UNKNOWN)
		identity_known(judgement, primary, a);
	if (b.kind == IDENTITY_UNKNOWN)
		identity_known(judgement, backup, b);
	if (a.kind == IDENTITY_UNKNOWN || b.kind == IDENTITY_UNKNOWN)
		return;
	if (a.kind == IDENTITY_LOCAL && b.kind == IDENTITY_LOCAL) {
		*compared = true;
		compare_passwords(judgement, primary, backup);
	} else {
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s and %s do not both present an account of their own at %s.",
			primary->node->name, backup->node->name, judgement->subject);
	}
}

static struct answer password_of(const struct judgement *judgement, const struct side *side)
{
	return side_answer(side,
		pattern_fill(judgement->arena, FACT_ANONYMOUS_PASSWORD, judgement->subject, NULL));
}

/* The side that the others are shown against, whatever the order of the nodes. */
static const struct side *reference(const struct judgement *judgement)
{
	const struct side *best = NULL;
	for (size_t i = 0; i < judgement->count; i++) {
		const struct side *side = judgement->sides[i];
		if (!is_fingerprint(password_of(judgement, side)))
			continue;
		if (!best || (side->node->role == best->node->role
					     ? strcmp(side->node->name, best->node->name) < 0
					     : side->node->role == NODE_PRIMARY))
			best = side;
	}
	return best;
}

static bool of_one_run(struct answer a, struct answer b)
{
	return is_fingerprint(a) && is_fingerprint(b) && strncmp(a.value, b.value, KEYED) == 0;
}

/* Says in the table which passwords are one: two different ones would both be "set" there. */
static void show_passwords(struct judgement *judgement)
{
	const struct side *best = reference(judgement);
	struct answer first = best ? password_of(judgement, best) : (struct answer){0};
	size_t comparable = 0, equal = 0;
	for (size_t i = 0; i < judgement->count; i++) {
		struct answer answer = password_of(judgement, judgement->sides[i]);
		comparable += of_one_run(first, answer);
		equal += of_one_run(first, answer) && strcmp(answer.value, first.value) == 0;
	}
	for (size_t i = 0; comparable > 1 && i < judgement->count; i++) {
		struct answer answer = password_of(judgement, judgement->sides[i]);
		if (!of_one_run(first, answer))
			continue;
		bool same = strcmp(answer.value, first.value) == 0;
		const char *one = equal == comparable ? "the same password" : "one password";
		answer.value = same ? one : "another password";
		judgement_show(judgement, judgement->sides[i], answer);
	}
}

static void judge(struct judgement *judgement)
{
	bool compared = false;
	for (size_t i = 0; i < judgement->count; i++)
		judgement_ask_of(judgement, judgement->sides[i], FACT_ANONYMOUS_PASSWORD,
			judgement->subject);
	if (identity_anonymous_in_use(judgement, judgement->subject))
		judgement_pairs(judgement, compare, &compared);
	if (compared)
		show_passwords(judgement);
}

const struct rule rule_anonymous_password_same = {
	.id = "anonymous_password_same",
	.title = "the anonymous user has one configured password on all nodes",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PAIR,
	.subject = SUBJECT_LOCATION,
	.cross_node = true,
	.judge = judge,
	.demand = "Where pages call the other node as an account of their own node, the password "
		  "that IIS has configured for that account is the same on every node. Passwords "
		  "are compared by fingerprints that hold for one run; no password leaves its "
		  "node.",
	.why = "A node authenticates the other's anonymous user as its own account of that name, "
	       "which succeeds only with the same password. This rule compares what is configured "
	       "with what is configured; whether it opens the account is another rule's question.",
	.repair = "Set one password for the account on every node (net user NAME * asks for it), "
		  "enter it in IIS with password synchronisation (\"Allow IIS to control "
		  "password\") cleared, and restart IIS (iisreset). In IIS 4 and 5, selecting that "
		  "box again deletes the stored password.",
	.symptoms = {"Error #46", "Permission denied", "0x80070005", "401.1", "W3SVC 100"},
	.source = "KB 330346; KB Q216828; KB Q259353",
};
