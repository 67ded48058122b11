/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_list.h"

#include "base/text.h"
#include "compare/dcom_pair.h"
#include "compare/dcom_scope.h"
#include "compare/dcom_text.h"

static const struct dcom_list *list_of(const struct judgement *judgement,
	const struct list_comparison *comparison, struct side *side)
{
	size_t i = 0;
	while (judgement->sides[i] != side)
		i++;
	return &comparison->lists[i];
}

const char *pair_node(const struct pair *pair, unsigned i)
{
	return pair->sides[i]->node->name;
}

const char *pair_list(const struct pair *pair, unsigned i)
{
	return arena_format(pair->judgement->arena, "%s's %s%s", pair_node(pair, i),
		pair->comparison->what, dcom_list_source(pair->judgement, pair->lists[i]));
}

void pair_say_difference(const struct pair *pair, const char *sentence)
{
	judgement_say(pair->judgement, pair->differing, "%s%s", sentence,
		pair->differing == VERDICT_BROKEN ? "" : pair->because);
}

void pair_remedy(const struct pair *pair, unsigned mends, const char *what)
{
	if (pair->differing == VERDICT_BROKEN)
		judgement_remedy(pair->judgement, "%s: %s: %s", pair_node(pair, mends),
			dcom_list_steps(pair->judgement, pair->lists[mends]->prefix), what);
}

/* --- order and label ---------------------------------------------------------------------------
 */

static bool answer_missing(const struct pair *pair, const struct answer *answers, const char *what)
{
	bool missing = false;
	for (unsigned i = 0; i < 2; i++) {
		if (answers[i].knowledge != KNOWLEDGE_UNKNOWN)
			continue;
		judgement_say(pair->judgement, VERDICT_UNKNOWN, "The %s of %s is not known: %s.",
			what, pair_list(pair, i), answers[i].why);
		missing = true;
	}
	return missing;
}

static bool denies(const struct dcom_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i].deny)
			return true;
	}
	return false;
}

/* Order matters only where something is denied, and then only to who meets both entries. */
static bool judge_order(const struct pair *pair)
{
	const struct answer orders[] = {pair->lists[0]->order, pair->lists[1]->order};
	if (!denies(pair->lists[0]) && !denies(pair->lists[1]))
		return true;
	if (answer_missing(pair, orders, "order of the entries"))
		return false;
	if (orders[0].knowledge == orders[1].knowledge)
		return true;
	unsigned odd = orders[0].knowledge == KNOWLEDGE_PRESENT ? 0 : 1;
	judgement_say(pair->judgement, VERDICT_UNKNOWN,
		"%s has an allowing entry before a denying one, %s has not: whoever meets both "
		"entries is let in by the first and refused by the other, and who that is is not "
		"known.",
		pair_list(pair, odd), pair_list(pair, 1 - odd));
	return false;
}

static bool judge_label(const struct pair *pair)
{
	const struct answer labels[] = {pair->lists[0]->label, pair->lists[1]->label};
	if (answer_missing(pair, labels, "integrity label"))
		return false;
	if (labels[0].knowledge == KNOWLEDGE_ABSENT && labels[1].knowledge == KNOWLEDGE_ABSENT)
		return true;
	if (labels[0].knowledge != labels[1].knowledge) {
		unsigned has = labels[0].knowledge == KNOWLEDGE_PRESENT ? 0 : 1;
		judgement_say(pair->judgement, VERDICT_UNKNOWN,
			"%s has the integrity label %s and %s has none; what Windows puts in the "
			"place of a missing label is not documented.",
			pair_list(pair, has), labels[has].value, pair_list(pair, 1 - has));
		return false;
	}
	if (text_same(labels[0].value, labels[1].value))
		return true;
	pair_say_difference(pair,
		arena_format(pair->judgement->arena, "%s has the integrity label %s and %s has %s.",
			pair_list(pair, 0), labels[0].value, pair_list(pair, 1), labels[1].value));
	return false;
}

/* --- kinds -------------------------------------------------------------------------------------
 */

static void say_unknown(const struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		if (pair->lists[i]->kind == LIST_IS_UNKNOWN)
			judgement_say(pair->judgement, VERDICT_UNKNOWN, "%s is not known: %s.",
				pair_list(pair, i), pair->lists[i]->why);
	}
}

static void say_none(const struct pair *pair)
{
	struct judgement *judgement = pair->judgement;
	if (pair->lists[0]->kind == pair->lists[1]->kind) {
		judgement_say(judgement, pair->comparison->none_on_all,
			"%s is in scope and registered neither on %s nor on %s.",
			judgement->subject, pair_node(pair, 0), pair_node(pair, 1));
		for (unsigned i = 0; i < 2; i++)
			judgement_remedy(judgement,
				"%s: register the server of %s (SERVER.exe /regserver, or regsvr32 "
				"SERVER.dll)",
				pair_node(pair, i), judgement->subject);
		return;
	}
	unsigned lacks = pair->lists[0]->kind == LIST_IS_NONE ? 0 : 1;
	judgement_say(judgement, VERDICT_BROKEN, "%s is registered on %s and not on %s.",
		judgement->subject, pair_node(pair, 1 - lacks), pair_node(pair, lacks));
	judgement_remedy(judgement,
		"%s: register the server of %s (SERVER.exe /regserver, or regsvr32 SERVER.dll) and "
		"give it the permissions that it has on %s",
		pair_node(pair, lacks), judgement->subject, pair_node(pair, 1 - lacks));
}

static void say_malformed(const struct pair *pair)
{
	if (pair->lists[0]->kind == pair->lists[1]->kind) {
		judgement_say(pair->judgement, VERDICT_UNKNOWN,
			"COM refuses %s, whose form is %s, and %s, whose form is %s: what they "
			"grant is not known before they are mended.",
			pair_list(pair, 0), pair->lists[0]->form, pair_list(pair, 1),
			pair->lists[1]->form);
		return;
	}
	unsigned odd = pair->lists[0]->kind == LIST_IS_MALFORMED ? 0 : 1;
	judgement_say(pair->judgement, VERDICT_BROKEN,
		"COM refuses %s, whose form is %s, and not %s.", pair_list(pair, odd),
		pair->lists[odd]->form, pair_list(pair, 1 - odd));
	judgement_remedy(pair->judgement, "%s: %s: write the list anew, as on %s",
		pair_node(pair, odd), dcom_list_steps(pair->judgement, pair->lists[odd]->prefix),
		pair_node(pair, 1 - odd));
}

/* What a list on the silent node has to hold: what the other holds, and whom COM lets in now. */
static const char *everybody_of(const struct pair *pair, unsigned silent)
{
	struct judgement *judgement = pair->judgement;
	const struct dcom_list *list = pair->lists[1 - silent];
	static const struct strings nobody;
	struct strings texts = {0};
	for (size_t i = 0; i < list->count; i++) {
		const struct list_entry *entry = &list->entries[i];
		const char *trustee = dcom_trustee_on_peer(
			judgement, pair->sides[1 - silent], entry->trustee, pair->sides[silent]);
		dcom_add_entry(judgement, &texts, entry, trustee);
	}
	dcom_add_default(judgement, pair->sides[silent], pair->lists[silent], &nobody, &texts);
	return dcom_joined(judgement, &texts);
}

static void say_set_on_one(const struct pair *pair)
{
	struct judgement *judgement = pair->judgement;
	unsigned silent = pair->lists[0]->kind == LIST_IS_BUILT_IN ? 0 : 1;
	const char *node = pair_node(pair, silent), *what = pair->comparison->what;
	bool own = dcom_list_is_default(judgement, pair->lists[silent]);
	judgement_say(judgement, VERDICT_UNKNOWN,
		"The %s is set on %s and not on %s, where %s: whether the two let in the same "
		"callers cannot be compared. %s on %s as well.",
		what, pair_node(pair, 1 - silent), node,
		dcom_list_is_limit(pair->lists[silent]) ? "no limit is set"
							: "COM's own default holds",
		own ? "Give the application a list of its own" : "Set the list", node);
	if (own && pair->lists[1 - silent]->kind == LIST_IS_ENTRIES)
		judgement_remedy(judgement,
			"%s: %s: the new list replaces the default, so choose custom, Edit, and "
			"enter at least %s",
			node, dcom_list_steps(judgement, pair->lists[silent]->prefix),
			everybody_of(pair, silent));
}

static void say_no_limit(const struct pair *pair, bool same_release)
{
	judgement_say(pair->judgement, same_release ? VERDICT_KEPT : VERDICT_UNKNOWN,
		"No %s is set on %s and on %s, which %s.", pair->comparison->what,
		pair_node(pair, 0), pair_node(pair, 1),
		same_release ? "run the same Windows"
			     : "are not known to run the same version of Windows: what holds where "
			       "no limit is set differs between versions");
}

static void say_built_in(const struct pair *pair)
{
	struct judgement *judgement = pair->judgement;
	const char *a = pair_node(pair, 0), *b = pair_node(pair, 1);
	if (pair->lists[0]->kind != pair->lists[1]->kind) {
		say_set_on_one(pair);
		return;
	}
	bool same = dcom_same_release(judgement, pair->sides[0], pair->sides[1]) == TRUTH_YES;
	if (dcom_list_is_limit(pair->lists[0]))
		say_no_limit(pair, same);
	else if (same)
		judgement_say(judgement, VERDICT_KEPT,
			"The %s is set neither on %s nor on %s, which run the same Windows: COM's "
			"own default holds on both.",
			pair->comparison->what, a, b);
	else
		judgement_say(judgement, VERDICT_UNKNOWN,
			"The %s is set neither on %s nor on %s, and they are not known to run the "
			"same version of Windows: COM's own defaults differ between versions.",
			pair->comparison->what, a, b);
}

static void say_kept(const struct pair *pair, const char *how)
{
	judgement_say(pair->judgement, VERDICT_KEPT, "%s and %s %s.", pair_list(pair, 0),
		pair_list(pair, 1), how);
}

static void judge_open(const struct pair *pair)
{
	if (pair->lists[0]->kind == pair->lists[1]->kind) {
		if (judge_label(pair))
			say_kept(pair, "are both open to everybody");
		return;
	}
	unsigned open = pair->lists[0]->kind == LIST_IS_OPEN ? 0 : 1;
	pair_say_difference(
		pair, arena_format(pair->judgement->arena,
			      "%s is open to everybody (its descriptor has no DACL), %s is not.",
			      pair_list(pair, open), pair_list(pair, 1 - open)));
	pair_remedy(pair, open,
		arena_format(pair->judgement->arena, "write the list as on %s",
			pair_node(pair, 1 - open)));
}

static void judge_both(const struct pair *pair)
{
	bool entries = pair_judge_entries(pair);
	bool order = judge_order(pair);
	bool label = judge_label(pair);
	if (entries && order && label)
		say_kept(pair, "grant the same to the same");
}

static bool either(const struct pair *pair, enum list_kind kind)
{
	return pair->lists[0]->kind == kind || pair->lists[1]->kind == kind;
}

static void judge_pair(const struct pair *pair)
{
	if (either(pair, LIST_IS_UNKNOWN))
		say_unknown(pair);
	else if (either(pair, LIST_IS_NONE))
		say_none(pair);
	else if (either(pair, LIST_IS_MALFORMED))
		say_malformed(pair);
	else if (either(pair, LIST_IS_BUILT_IN))
		say_built_in(pair);
	else if (either(pair, LIST_IS_OPEN))
		judge_open(pair);
	else
		judge_both(pair);
}

static void compare_pair(
	struct judgement *judgement, struct side *primary, struct side *backup, void *context)
{
	const struct list_comparison *comparison = context;
	struct pair pair = {
		.judgement = judgement,
		.comparison = comparison,
		.sides = {primary, backup},
		.lists = {list_of(judgement, comparison, primary),
			list_of(judgement, comparison, backup)},
		.differing = VERDICT_BROKEN,
		.because =
			" The two nodes are not known to run the same version of Windows, and this "
			"list differs between versions by design.",
	};
	if (comparison->by_release && dcom_same_release(judgement, primary, backup) != TRUTH_YES)
		pair.differing = VERDICT_UNKNOWN;
	judge_pair(&pair);
}

void dcom_lists_same(struct judgement *judgement, const struct list_comparison *comparison)
{
	struct list_comparison copy = *comparison;
	judgement_pairs(judgement, compare_pair, &copy);
}
