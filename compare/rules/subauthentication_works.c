/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

#include <string.h>

/* One of the conditions, all of which must hold. */
struct condition {
	enum truth holds;
	const char *failing; /* what is said of it where it does not hold */
	const char *unknown; /* ... where it is not known, with its reason */
};

static const char *why_not(struct answer answer)
{
	return answer.knowledge == KNOWLEDGE_UNKNOWN ? answer.why : "no artefact states it";
}

/* The name of the library, with or without a folder in front and ".dll" behind. */
static bool names_iissuba(const char *value)
{
	const char *slash = strrchr(value, '\\');
	const char *name = slash ? slash + 1 : value;
	return text_same(name, "iissuba") || text_same(name, "iissuba.dll");
}

static struct condition is_registered(struct judgement *judgement, struct side *side)
{
	struct answer dll = judgement_ask(judgement, side, FACT_SUBAUTH_DLL);
	struct condition condition = {
		.holds = TRUTH_NO,
		.failing = "iissuba.dll is not registered (Lsa\\MSV1_0\\Auth132)",
	};
	if (dll.knowledge == KNOWLEDGE_UNKNOWN) {
		condition.holds = TRUTH_UNKNOWN;
		condition.unknown = arena_format(judgement->arena,
			"whether iissuba.dll is registered is not known: %s", dll.why);
	} else if (dll.knowledge == KNOWLEDGE_PRESENT && names_iissuba(dll.value)) {
		condition.holds = TRUTH_YES;
	} else if (dll.knowledge == KNOWLEDGE_PRESENT) {
		condition.failing = arena_format(judgement->arena,
			"Lsa\\MSV1_0\\Auth132 names %s and not iissuba.dll", dll.value);
	}
	return condition;
}

/* The identity of the pool that serves the location. */
static struct answer pool_identity(
	struct judgement *judgement, struct side *side, const char **pool_name)
{
	struct answer pool =
		judgement_ask_of(judgement, side, FACT_LOCATION_POOL, judgement->subject);
	*pool_name = "";
	if (pool.knowledge != KNOWLEDGE_PRESENT)
		return (struct answer){.knowledge = KNOWLEDGE_UNKNOWN, .why = why_not(pool)};
	*pool_name = pool.value;
	struct answer identity = judgement_ask_of(judgement, side, FACT_POOL_IDENTITY, pool.value);
	if (identity.knowledge == KNOWLEDGE_PRESENT)
		return identity;
	return (struct answer){.knowledge = KNOWLEDGE_UNKNOWN, .why = why_not(identity)};
}

/* The words of a pool's identity as IIS Manager and the documentation write them. */
static const char *identity_words(const char *identity)
{
	static const struct {
		const char *value, *words;
	} identities[] = {
		{"local-system", "LocalSystem"},
		{"local-service", "LocalService"},
		{"network-service", "NetworkService"},
		{"specific-user", "a user of its own"},
	};
	for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
		if (strcmp(identities[i].value, identity) == 0)
			return identities[i].words;
	}
	return identity;
}

/* In IIS 5 isolation mode applications in process run as LocalSystem, whatever the pools say. */
static struct condition runs_as_system(struct judgement *judgement, struct side *side)
{
	const char *pool;
	struct answer isolation = judgement_ask(judgement, side, FACT_IIS_ISOLATION);
	struct answer identity = pool_identity(judgement, side, &pool);
	enum truth old_mode = isolation.knowledge == KNOWLEDGE_ABSENT
				      ? TRUTH_UNKNOWN
				      : answer_is(isolation, "iis5");
	struct condition condition = {
		.holds = truth_or(old_mode, answer_is(identity, "local-system"))};
	if (condition.holds == TRUTH_NO)
		condition.failing = arena_format(judgement->arena,
			"the application pool %s runs as %s and not as LocalSystem", pool,
			identity_words(identity.value));
	else if (condition.holds == TRUTH_UNKNOWN)
		condition.unknown = arena_format(judgement->arena,
			"whether the worker process runs as LocalSystem is not known: %s",
			identity.knowledge == KNOWLEDGE_UNKNOWN ? identity.why
								: why_not(isolation));
	return condition;
}

static struct condition is_on_at_service(struct judgement *judgement, struct side *side)
{
	struct answer sync = judgement_ask_of(judgement, side, FACT_ANONYMOUS_SYNC, "/");
	struct condition condition = {
		.holds = sync.knowledge == KNOWLEDGE_ABSENT ? TRUTH_UNKNOWN
							    : answer_is(sync, "true"),
		.failing = "password synchronisation is off at the level of the web service",
	};
	if (condition.holds == TRUTH_UNKNOWN)
		condition.unknown = arena_format(judgement->arena,
			"password synchronisation of the web service is not known: %s",
			why_not(sync));
	return condition;
}

/* The way without subauthentication is the one that all sources agree on. */
static void say_failing(struct judgement *judgement, const struct side *side, const char *reason)
{
	const char *node = side->node->name, *location = judgement->subject;
	judgement_say(judgement, VERDICT_BROKEN,
		"%s: password synchronisation is on at %s and cannot work: %s.", node, location,
		reason);
	identity_remedy_enter(judgement, side, "the account's password");
}

/* IIS 5 registers the library by default; IIS 6 needs three things, off in a new installation. */
static void judge_conditions(struct judgement *judgement, struct side *side)
{
	const char *node = side->node->name, *location = judgement->subject;
	struct condition conditions[3] = {is_registered(judgement, side)};
	size_t count = 1;
	enum truth all = TRUTH_YES;
	if (identity_iis_from(judgement, side, 6, 0) == TRUTH_YES) {
		conditions[count++] = runs_as_system(judgement, side);
		conditions[count++] = is_on_at_service(judgement, side);
	}
	for (size_t i = 0; i < count; i++) {
		all = truth_and(all, conditions[i].holds);
		if (conditions[i].holds == TRUTH_NO)
			say_failing(judgement, side, conditions[i].failing);
		else if (conditions[i].holds == TRUTH_UNKNOWN)
			judgement_say(judgement, VERDICT_UNKNOWN,
				"%s: password synchronisation is on at %s; %s.", node, location,
				conditions[i].unknown);
	}
	if (all == TRUTH_YES)
		judgement_say(judgement, VERDICT_KEPT,
			"%s: password synchronisation is on at %s and what it needs is there.",
			node, location);
}

static void judge_on(struct judgement *judgement, struct side *side)
{
	struct identity identity = identity_anonymous(judgement, side, judgement->subject);
	const char *node = side->node->name, *location = judgement->subject;
	if (!identity_known(judgement, side, identity))
		return;
	if (identity.kind == IDENTITY_LOCAL)
		judge_conditions(judgement, side);
	else if (identity.kind == IDENTITY_PEER)
		say_failing(judgement, side,
			arena_format(judgement->arena,
				"%s is an account of another computer, which alone can check it",
				identity.written));
	else
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: password synchronisation is on at %s for %s, which is no account of "
			"the node's own; whether it works there is not established.",
			node, location, identity.written);
}

static void say_sync_unknown(struct judgement *judgement, struct side *side, struct answer sync)
{
	if (sync.knowledge == KNOWLEDGE_ABSENT)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: password synchronisation is not set at %s, and what holds then is not "
			"established; clear it explicitly.",
			side->node->name, judgement->subject);
	else
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: password synchronisation at %s is not known: %s.", side->node->name,
			judgement->subject, sync.why);
}

static void judge(struct judgement *judgement)
{
	struct side *side = judgement->sides[0];
	const char *node = side->node->name, *location = judgement->subject;
	struct answer sync = judgement_ask_of(judgement, side, FACT_ANONYMOUS_SYNC, location);
	enum truth used = identity_anonymous_used_at(judgement, side, location);
	enum truth newer = identity_iis_from(judgement, side, 7, 0);
	bool off = sync.knowledge == KNOWLEDGE_PRESENT && answer_is(sync, "true") == TRUTH_NO;
	if (newer == TRUTH_YES)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s has IIS 7 or later, which knows no subauthentication.", node);
	else if (off)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s: password synchronisation is off at %s.", node, location);
	else if (used != TRUTH_YES)
		identity_anonymous_in_use_at(judgement, side, location);
	else if (newer == TRUTH_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: what subauthentication needs depends on the version of IIS, which is "
			"not known: %s.",
			node, why_not(side_answer(side, FACT_IIS_VERSION)));
	else if (sync.knowledge == KNOWLEDGE_PRESENT)
		judge_on(judgement, side);
	else
		say_sync_unknown(judgement, side, sync);
}

const struct rule rule_subauthentication_works = {
	.id = "subauthentication_works",
	.title = "where password synchronisation is on, what it needs is there",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_NODE,
	.subject = SUBJECT_LOCATION,
	.judge = judge,
	.demand = "Where AnonymousPasswordSync is on, subauthentication works. IIS 5: iissuba.dll "
		  "is registered as Auth132. IIS 6: also the worker process runs as LocalSystem "
		  "(the identity of the application pool, or IIS 5 isolation mode in process), and "
		  "the setting is on at the level of the web service.",
	.why = "IIS 6 is installed with subauthentication off. After an upgrade from IIS 5 the "
	       "setting stays on and the other conditions fail: anonymous users get 401.1, and "
	       "event 2266 says that password synchronisation is disabled. Auth132 alone proves "
	       "nothing: it was seen on systems that never used it.",
	.repair = "Do without: set the account's password (net user NAME * asks for it), enter it "
		  "in IIS with \"Allow IIS to control password\" cleared, restart IIS (iisreset). "
		  "To keep it on IIS 6, all three are needed: the pool's identity LocalSystem, "
		  "rundll32 %windir%\\system32\\inetsrv\\iissuba.dll,RegisterIISSUBA, and "
		  "AnonymousPasswordSync true on w3svc.",
	.symptoms = {"W3SVC-WP 2266", "2266", "401.1", "W3SVC 100"},
	.source = "cc739654; cc783654; KB 332167; KB 899300; KB Q190005",
};
