/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

#define ADSUTIL "cscript //nologo %%SystemDrive%%\\Inetpub\\AdminScripts\\adsutil.vbs"

/* Whom a side's pages present. */
struct presented {
	struct side *side;
	struct identity identity;
};

struct outcome {
	bool error;   /* a pair is broken by more than two domain accounts that differ */
	bool warning; /* a pair is broken by just that */
};

static const char *presents(struct judgement *judgement, const struct presented *presented)
{
	const char *level = identity_level(judgement, presented->side, "user");
	const char *node = presented->side->node->name, *written = presented->identity.written;
	if (!level)
		return arena_format(judgement->arena, "%s presents %s", node, written);
	return arena_format(judgement->arena, "%s presents %s (set at %s)", node, written, level);
}

/* In the order that the sources agree on: the account, then IIS with synchronisation off. */
static void remedy(struct judgement *judgement, const struct side *side)
{
	const char *node = side->node->name, *level = identity_level(judgement, side, "user");
	if (!level)
		level = judgement->subject;
	judgement_remedy(judgement,
		"%s: net user NAME * /add (NAME and its password the same on every node; where the "
		"account exists, net user NAME * sets the password)",
		node);
	bool metabase = identity_iis_from(judgement, side, 7, 0) != TRUTH_YES;
	if (metabase)
		judgement_remedy(judgement, "%s: " ADSUTIL " SET %s/AnonymousUserName NAME", node,
			identity_metabase_key(judgement, level));
	identity_remedy_enter(judgement, side, metabase ? "the password" : "NAME and the password");
}

static void say_broken(struct judgement *judgement, const struct presented *primary,
	const struct presented *backup, const char *reason)
{
	judgement_say(judgement, VERDICT_BROKEN, "%s and %s at %s: %s.",
		presents(judgement, primary), presents(judgement, backup), judgement->subject,
		reason);
	remedy(judgement, primary->side);
	remedy(judgement, backup->side);
}

static void compare_domain(struct judgement *judgement, const struct presented *primary,
	const struct presented *backup, struct outcome *outcome)
{
	outcome->warning = true;
	judgement_say(judgement, VERDICT_BROKEN,
		"%s and %s at %s: domain accounts need not be the same, but then each must be "
		"allowed to open the other node.",
		presents(judgement, primary), presents(judgement, backup), judgement->subject);
	judgement_remedy(judgement,
		"%s: check that %s has every right, group and DCOM permission that %s has, or "
		"present one account on both nodes",
		backup->side->node->name, primary->identity.written, backup->identity.written);
	judgement_remedy(judgement,
		"%s: check that %s has every right, group and DCOM permission that %s has, or "
		"present one account on both nodes",
		primary->side->node->name, backup->identity.written, primary->identity.written);
}

/* Both are accounts of the node's own or of a domain. */
static void compare_accounts(struct judgement *judgement, const struct presented *primary,
	const struct presented *backup, struct outcome *outcome)
{
	const struct identity *a = &primary->identity, *b = &backup->identity;
	enum truth same = identity_accounts_same(a->account, b->account);
	if (a->kind != b->kind) {
		outcome->error = true;
		say_broken(judgement, primary, backup,
			"one is an account of the node's own and the other is of a domain, and an "
			"account of a node's own is nobody on the other node");
	} else if (same == TRUTH_YES) {
		judgement_say(judgement, VERDICT_KEPT, "%s and %s at %s.",
			presents(judgement, primary), presents(judgement, backup),
			judgement->subject);
	} else if (same == TRUTH_UNKNOWN) {
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s and %s at %s: the two names may mean one account; write both as "
			"DOMAIN\\name.",
			presents(judgement, primary), presents(judgement, backup),
			judgement->subject);
	} else if (a->kind == IDENTITY_DOMAIN) {
		compare_domain(judgement, primary, backup, outcome);
	} else {
		outcome->error = true;
		say_broken(judgement, primary, backup,
			"a node authenticates a DCOM call of the other's pages only as an account "
			"of the same name and password of its own");
	}
}

static bool is_peer(
	struct judgement *judgement, const struct presented *presented, struct outcome *outcome)
{
	if (presented->identity.kind != IDENTITY_PEER)
		return false;
	outcome->error = true;
	judgement_say(judgement, VERDICT_BROKEN,
		"%s at %s: that is an account of another node, which this node cannot "
		"authenticate.",
		presents(judgement, presented), judgement->subject);
	remedy(judgement, presented->side);
	return true;
}

static bool is_built_in(struct judgement *judgement, const struct presented *presented)
{
	if (presented->identity.kind != IDENTITY_BUILT_IN)
		return false;
	judgement_say(judgement, VERDICT_UNKNOWN,
		"%s at %s: that is a built-in account, which has no password to log on to the "
		"other node with; built-in IUSR is anonymous on the network. Whether the other "
		"node admits such a caller is not judged by this rule.",
		presents(judgement, presented), judgement->subject);
	return true;
}

static void compare(
	struct judgement *judgement, struct side *primary, struct side *backup, void *context)
{
	struct outcome *outcome = context;
	const struct presented a = {
		primary, identity_anonymous(judgement, primary, judgement->subject)};
	const struct presented b = {
		backup, identity_anonymous(judgement, backup, judgement->subject)};
	bool clear = identity_known(judgement, primary, a.identity);
	clear &= identity_known(judgement, backup, b.identity);
	clear &= !is_peer(judgement, &a, outcome);
	clear &= !is_peer(judgement, &b, outcome);
	clear &= !is_built_in(judgement, &a);
	clear &= !is_built_in(judgement, &b);
	if (clear)
		compare_accounts(judgement, &a, &b, outcome);
}

static void judge(struct judgement *judgement)
{
	struct outcome outcome = {0};
	for (size_t i = 0; i < judgement->count; i++)
		judgement_ask_of(
			judgement, judgement->sides[i], FACT_ANONYMOUS_USER, judgement->subject);
	if (!identity_anonymous_in_use(judgement, judgement->subject))
		return;
	judgement_pairs(judgement, compare, &outcome);
	if (outcome.warning && !outcome.error && judgement->severity > SEVERITY_WARNING)
		judgement_severity(judgement, SEVERITY_WARNING);
}

const struct rule rule_anonymous_user_same = {
	.id = "anonymous_user_same",
	.title = "the anonymous user of IIS is one name on all nodes",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PAIR,
	.subject = SUBJECT_LOCATION,
	.cross_node = true,
	.judge = judge,
	.demand = "Where pages call the other node, the anonymous user of their location is an "
		  "account of the same name on every node. The default IUSR_<computer> of IIS 5 "
		  "and 6 never is. Domain accounts may differ if each is allowed to open the other "
		  "node.",
	.why = "An account of a node's own is not known to another computer: the call is "
	       "authenticated there only if an account of the same name and password exists. With "
	       "different names the pages of one node are refused by the other after failover. The "
	       "built-in IUSR of IIS 7 and later is anonymous on the network even where both nodes "
	       "have it.",
	.repair = "In this order: create one account of the same name and password on every node "
		  "(net user NAME * /add asks for the password). Enter it in IIS with password "
		  "synchronisation (\"Allow IIS to control password\") cleared; on IIS 5 and 6 "
		  "adsutil.vbs SET w3svc/LOCATION/AnonymousUserName NAME sets the name. Restart "
		  "IIS (iisreset). Where local accounts are denied network logon (S-1-5-113), use "
		  "a domain account instead.",
	.symptoms = {"Error #46", "Permission denied", "0x80070005", "800a0046", "10006"},
	.source = "KB 330346; KB Q216828; KB Q253204; KB Q249603; IIS docs, "
		  "understanding-built-in-user-and-group-accounts-in-iis",
};
