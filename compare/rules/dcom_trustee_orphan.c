/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/rule.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

#include <string.h>

/* The SIDs that only one computer or domain can name. */
#define SID_OF_AUTHORITY "S-1-5-21-"

/* S-1-5-21-a-b-c of a node and S-1-5-21-a-b-c-1003 of its account. */
static enum truth is_issued_by(
	struct judgement *judgement, const struct side *side, const char *sid)
{
	struct answer prefix = side_answer(side, FACT_NODE_SID);
	judgement_note(judgement, side, FACT_NODE_SID, prefix);
	if (prefix.knowledge == KNOWLEDGE_UNKNOWN)
		return TRUTH_UNKNOWN;
	if (prefix.knowledge == KNOWLEDGE_ABSENT || !*prefix.value)
		return TRUTH_UNKNOWN;
	return text_starts(sid, prefix.value) && sid[strlen(prefix.value)] == '-' ? TRUTH_YES
										  : TRUTH_NO;
}

/* The node whose account it is. Cloned computers share a prefix: then it is nobody else's. */
static const char *copied_from(
	struct judgement *judgement, const struct side *side, const char *sid)
{
	if (!text_starts(sid, SID_OF_AUTHORITY) || is_issued_by(judgement, side, sid) != TRUTH_NO)
		return NULL;
	for (size_t i = 0; i < judgement->all_count; i++) {
		const struct side *peer = &judgement->all[i];
		if (peer->node != side->node && is_issued_by(judgement, peer, sid) == TRUTH_YES)
			return peer->node->name;
	}
	return NULL;
}

static const char *behind(const char *trustee, const char *mark)
{
	size_t length = strlen(mark);
	return strncmp(trustee, mark, length) == 0 ? trustee + length : NULL;
}

struct tally {
	size_t entries;
	struct strings orphans; /* for the table */
};

/* Where the SID was found, for one sentence. */
struct found {
	struct side *side;
	const char *list; /* name */
	const char *prefix;
	const char *sid;
	struct tally *tally;
};

static void say_broken(struct judgement *judgement, const struct found *found, const char *from)
{
	const char *node = found->side->node->name;
	if (!strings_hold(&found->tally->orphans, found->sid))
		strings_add(judgement->arena, &found->tally->orphans, found->sid);
	if (from)
		judgement_say(judgement, VERDICT_BROKEN,
			"%s: the %s names %s, an account of %s: the registry was copied from "
			"there.",
			node, found->list, found->sid, from);
	else
		judgement_say(judgement, VERDICT_BROKEN,
			"%s: the %s names %s, which no account has.", node, found->list,
			found->sid);
	judgement_remedy(judgement, "%s: %s: remove %s and add the account of %s that is meant",
		node, dcom_list_steps(judgement, found->prefix), found->sid, node);
}

static void judge_trustee(struct judgement *judgement, struct found *found, const char *trustee)
{
	const char *orphan = behind(trustee, TRUSTEE_ORPHAN);
	const char *unresolved = behind(trustee, TRUSTEE_UNRESOLVED);
	found->sid = orphan ? orphan : unresolved ? unresolved : trustee;
	if (!orphan && !unresolved && !text_starts(trustee, SID_OF_AUTHORITY))
		return;
	const char *from = copied_from(judgement, found->side, found->sid);
	if (from || orphan)
		say_broken(judgement, found, from);
	else if (unresolved)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: the %s names %s, and which account that is is not known: bring a "
			"complete list of the accounts (identity.json).",
			found->side->node->name, found->list, found->sid);
	else
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: the %s names %s of a domain or of another computer, and no directory "
			"was asked whether that account exists.",
			found->side->node->name, found->list, found->sid);
}

static void judge_list(
	struct judgement *judgement, struct side *side, const struct dcom_list *list, void *context)
{
	struct found found = {
		.side = side,
		.list = dcom_list_name(judgement, list->prefix),
		.prefix = list->prefix,
	};
	struct tally *tally = context;
	found.tally = tally;
	tally->entries += list->count;
	for (size_t i = 0; i < list->count; i++)
		judge_trustee(judgement, &found, list->entries[i].trustee);
	if (list->kind == LIST_IS_UNKNOWN || !list->complete)
		judgement_say(judgement, VERDICT_UNKNOWN, "%s: the %s was not seen whole: %s.",
			side->node->name, found.list, list->why);
	else if (list->kind == LIST_IS_MALFORMED && strcmp(list->form, "malformed") == 0)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: whom the %s names is not known, because it is malformed.",
			side->node->name, found.list);
}

static void show(struct judgement *judgement, struct side *side, const struct tally *tally)
{
	struct answer shown = {.knowledge = KNOWLEDGE_PRESENT, .value = "none"};
	for (size_t i = 0; i < tally->orphans.count; i++)
		shown.value = arena_format(judgement->arena, "%s%s%s", i ? shown.value : "",
			i ? ", " : "", tally->orphans.items[i]);
	if (judgement->verdict == VERDICT_UNKNOWN)
		shown = (struct answer){.knowledge = KNOWLEDGE_UNKNOWN,
			.why = "which account an entry names is not known"};
	judgement_show(judgement, side, shown);
}

static void judge(struct judgement *judgement)
{
	struct side *side = judgement->sides[0];
	struct tally tally = {0};
	dcom_each_list(judgement, side, judge_list, &tally);
	judgement_say(judgement, VERDICT_KEPT,
		"%s: none of the %zu entries names a SID that nobody has or that is another "
		"node's.",
		side->node->name, tally.entries);
	show(judgement, side, &tally);
}

const struct rule rule_dcom_trustee_orphan = {
	.id = "dcom_trustee_orphan",
	.title = "no DCOM permission names an account that does not exist on its node",
	.severity = SEVERITY_WARNING,
	.scope = RULE_NODE,
	.subject = SUBJECT_DCOM,
	.judge = judge,
	.demand =
		"The machine's DCOM lists and those of each application in scope name no SID that "
		"nobody has, and none that belongs to another node of the cluster.",
	.why = "An account of a node's own has a SID that holds on that node alone. A list that "
	       "was copied with the registry of another node still names that node's accounts: it "
	       "looks alike and lets in nobody. The entry of a deleted account is likewise without "
	       "effect, and an account of the same name that was made anew has another SID.",
	.repair = "dcomcnfg, the list: remove the entry that shows as a SID or as an unknown "
		  "account, and add the account of this node that is meant.",
	.symptoms = {"10002", "10016", "10017", "0x80070005", "Account Unknown"},
	.source = "[MS-DTYP] 2.4.2; Win32 docs, com/access-control-lists-for-com",
};
