/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_list.h"

#include "base/buffer.h"
#include "base/text.h"
#include "compare/dcom_scope.h"
#include "compare/identity.h"
#include "inventory/vocabulary.h"

#include <stdint.h>
#include <string.h>

#define SENTENCE_LIMIT SIZE_MAX /* judgement_say cuts */

/* Two lists under comparison; 0 is the primary's, 1 the backup's. */
struct pair {
	struct judgement *judgement;
	const struct list_comparison *comparison;
	struct side *sides[2];
	const struct dcom_list *lists[2];
	enum verdict differing; /* what a difference means for these two */
	const char *because;	/* put behind a difference that is not broken */
};

static const struct dcom_list *list_of(const struct judgement *judgement,
	const struct list_comparison *comparison, struct side *side)
{
	size_t i = 0;
	while (judgement->sides[i] != side)
		i++;
	return &comparison->lists[i];
}

static const char *name_of(const struct pair *pair, unsigned i)
{
	return pair->sides[i]->node->name;
}

/* "CONF2's access list (its own)" */
static const char *list_name(const struct pair *pair, unsigned i)
{
	return arena_format(pair->judgement->arena, "%s's %s%s", name_of(pair, i),
		pair->comparison->what, dcom_list_source(pair->judgement, pair->lists[i]));
}

static void say_difference(const struct pair *pair, const char *sentence)
{
	judgement_say(pair->judgement, pair->differing, "%s%s", sentence,
		pair->differing == VERDICT_BROKEN ? "" : pair->because);
}

/* --- entries -----------------------------------------------------------------------------------
 */

/* Does list 1 - i hold a counterpart of this entry of list i? */
static enum truth counterpart(const struct pair *pair, unsigned i, const struct list_entry *entry,
	const struct list_entry **other_rights)
{
	const struct dcom_list *list = pair->lists[1 - i];
	enum truth found = list->complete ? TRUTH_NO : TRUTH_UNKNOWN;
	for (size_t k = 0; k < list->count; k++) {
		const struct list_entry *candidate = &list->entries[k];
		if (candidate->deny != entry->deny)
			continue;
		enum truth same = identity_trustees_same(pair->judgement, pair->sides[i],
			entry->trustee, pair->sides[1 - i], candidate->trustee);
		if (text_same(candidate->rights, entry->rights))
			found = truth_or(found, same);
		else if (same == TRUTH_YES)
			*other_rights = candidate;
	}
	return found;
}

/* "SYSTEM (local-access)", "@wam (.\iwam_conf1; local-access)" */
static const char *entry_text(const struct pair *pair, unsigned i, const struct list_entry *entry)
{
	const char *role = identity_display(pair->judgement, pair->sides[i], entry->trustee);
	bool plain = strcmp(role, entry->trustee) == 0;
	return arena_format(pair->judgement->arena, "%s%s (%s%s%s)",
		entry->deny ? "the denial of " : "", role, plain ? "" : entry->trustee,
		plain ? "" : "; ", entry->rights);
}

/* For the node that lacks it, which has another account in that role. */
static const char *entry_for_peer(
	const struct pair *pair, unsigned i, const struct list_entry *entry)
{
	return arena_format(pair->judgement->arena, "%s%s (%s)",
		entry->deny ? "the denial of " : "",
		identity_display(pair->judgement, pair->sides[i], entry->trustee), entry->rights);
}

static void remedy(const struct pair *pair, unsigned mends, const char *what)
{
	if (pair->differing == VERDICT_BROKEN)
		judgement_remedy(pair->judgement, "%s: %s: %s", name_of(pair, mends),
			dcom_list_steps(pair->judgement, pair->lists[mends]->prefix), what);
}

/* The sentence reads the same from whichever side the difference was met. */
static void say_other_rights(const struct pair *pair, unsigned i, const struct list_entry *entry,
	const struct list_entry *other)
{
	const char *rights[2];
	rights[i] = entry->rights;
	rights[1 - i] = other->rights;
	const struct list_entry *shown = i == 0 ? entry : other;
	const char *trustee = dcom_list_trustee(pair->judgement, pair->sides[0], shown->trustee);
	const char *verb = entry->deny ? "denies" : "gives";
	say_difference(pair,
		arena_format(pair->judgement->arena, "%s %s %s %s, %s %s.", list_name(pair, 0),
			verb, trustee, rights[0], list_name(pair, 1), rights[1]));
	remedy(pair, 1,
		arena_format(pair->judgement->arena, "%s %s %s as on %s, or make %s like %s",
			entry->deny ? "deny" : "give",
			identity_display(pair->judgement, pair->sides[0], shown->trustee),
			rights[0], name_of(pair, 0), name_of(pair, 0), name_of(pair, 1)));
}

static void add_text(struct buffer *buffer, const char *text)
{
	buffer_format(buffer, "%s%s", buffer->length ? ", " : "", text);
}

static void say_lacking(
	const struct pair *pair, unsigned i, const char *entries, const char *for_peer)
{
	struct arena *arena = pair->judgement->arena;
	unsigned lacks = 1 - i;
	say_difference(pair, arena_format(arena, "%s lacks %s, which %s has.",
				     list_name(pair, lacks), entries, list_name(pair, i)));
	remedy(pair, lacks,
		arena_format(arena, "add %s as on %s, or take it off there", for_peer,
			name_of(pair, i)));
}

/* What list i has and the other has not. */
static bool judge_entries(const struct pair *pair, unsigned i)
{
	auto_buffer struct buffer lacking = BUFFER_INIT(SENTENCE_LIMIT);
	auto_buffer struct buffer for_peer = BUFFER_INIT(SENTENCE_LIMIT);
	auto_buffer struct buffer unsure = BUFFER_INIT(SENTENCE_LIMIT);
	bool same = true;
	for (size_t k = 0; k < pair->lists[i]->count; k++) {
		const struct list_entry *entry = &pair->lists[i]->entries[k], *other = NULL;
		enum truth found = counterpart(pair, i, entry, &other);
		same &= found == TRUTH_YES;
		if (found == TRUTH_UNKNOWN) {
			add_text(&unsure, entry_text(pair, i, entry));
		} else if (found == TRUTH_NO && other) {
			say_other_rights(pair, i, entry, other);
		} else if (found == TRUTH_NO) {
			add_text(&lacking, entry_text(pair, i, entry));
			add_text(&for_peer, entry_for_peer(pair, i, entry));
		}
	}
	if (lacking.length)
		say_lacking(pair, i, lacking.data, for_peer.data);
	if (unsure.length && pair->lists[1 - i]->complete)
		judgement_say(pair->judgement, VERDICT_UNKNOWN,
			"Whether %s has a counterpart of %s of %s is not known: bring the accounts "
			"and the anonymous and WAM user of both nodes (identity.json).",
			list_name(pair, 1 - i), unsure.data, name_of(pair, i));
	return same;
}

static bool judge_whole(const struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		if (!pair->lists[i]->complete)
			judgement_say(pair->judgement, VERDICT_UNKNOWN,
				"%s was not seen whole: %s.", list_name(pair, i),
				pair->lists[i]->why);
	}
	return pair->lists[0]->complete && pair->lists[1]->complete;
}

static bool judge_all_entries(const struct pair *pair)
{
	bool whole = judge_whole(pair);
	bool forth = judge_entries(pair, 0);
	bool back = judge_entries(pair, 1);
	return whole && forth && back;
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
			what, list_name(pair, i), answers[i].why);
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
		"entries "
		"is let in by the first and refused by the other, and who that is is not known.",
		list_name(pair, odd), list_name(pair, 1 - odd));
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
			list_name(pair, has), labels[has].value, list_name(pair, 1 - has));
		return false;
	}
	if (text_same(labels[0].value, labels[1].value))
		return true;
	say_difference(pair,
		arena_format(pair->judgement->arena, "%s has the integrity label %s and %s has %s.",
			list_name(pair, 0), labels[0].value, list_name(pair, 1), labels[1].value));
	return false;
}

/* --- kinds -------------------------------------------------------------------------------------
 */

static void say_unknown(const struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		if (pair->lists[i]->kind == LIST_IS_UNKNOWN)
			judgement_say(pair->judgement, VERDICT_UNKNOWN, "%s is not known: %s.",
				list_name(pair, i), pair->lists[i]->why);
	}
}

static void say_none(const struct pair *pair)
{
	struct judgement *judgement = pair->judgement;
	if (pair->lists[0]->kind == pair->lists[1]->kind) {
		judgement_say(judgement, pair->comparison->none_on_all,
			"%s is in scope and registered neither on %s nor on %s.",
			judgement->subject, name_of(pair, 0), name_of(pair, 1));
		for (unsigned i = 0; i < 2; i++)
			judgement_remedy(judgement,
				"%s: register the server of %s (SERVER.exe /regserver, or regsvr32 "
				"SERVER.dll)",
				name_of(pair, i), judgement->subject);
		return;
	}
	unsigned lacks = pair->lists[0]->kind == LIST_IS_NONE ? 0 : 1;
	judgement_say(judgement, VERDICT_BROKEN, "%s is registered on %s and not on %s.",
		judgement->subject, name_of(pair, 1 - lacks), name_of(pair, lacks));
	judgement_remedy(judgement,
		"%s: register the server of %s (SERVER.exe /regserver, or regsvr32 SERVER.dll) and "
		"give it the permissions that it has on %s",
		name_of(pair, lacks), judgement->subject, name_of(pair, 1 - lacks));
}

static void say_malformed(const struct pair *pair)
{
	if (pair->lists[0]->kind == pair->lists[1]->kind) {
		judgement_say(pair->judgement, VERDICT_UNKNOWN,
			"COM refuses %s, whose form is %s, and %s, whose form is %s: what they "
			"grant is not known before they "
			"are "
			"mended.",
			list_name(pair, 0), pair->lists[0]->form, list_name(pair, 1),
			pair->lists[1]->form);
		return;
	}
	unsigned odd = pair->lists[0]->kind == LIST_IS_MALFORMED ? 0 : 1;
	judgement_say(pair->judgement, VERDICT_BROKEN,
		"COM refuses %s, whose form is %s, and not %s.", list_name(pair, odd),
		pair->lists[odd]->form, list_name(pair, 1 - odd));
	judgement_remedy(pair->judgement, "%s: %s: write the list anew, as on %s",
		name_of(pair, odd), dcom_list_steps(pair->judgement, pair->lists[odd]->prefix),
		name_of(pair, 1 - odd));
}

static void say_built_in(const struct pair *pair)
{
	struct judgement *judgement = pair->judgement;
	if (pair->lists[0]->kind != pair->lists[1]->kind) {
		unsigned silent = pair->lists[0]->kind == LIST_IS_BUILT_IN ? 0 : 1;
		judgement_say(judgement, VERDICT_UNKNOWN,
			"The %s is set on %s and not on %s, where COM's own default holds: whether "
			"the "
			"two let in the same callers cannot be compared. Set the list on %s as "
			"well.",
			pair->comparison->what, name_of(pair, 1 - silent), name_of(pair, silent),
			name_of(pair, silent));
		return;
	}
	if (dcom_same_release(judgement, pair->sides[0], pair->sides[1]) == TRUTH_YES)
		judgement_say(judgement, VERDICT_KEPT,
			"The %s is set neither on %s nor on %s, which run the same Windows: COM's "
			"own "
			"default holds on both.",
			pair->comparison->what, name_of(pair, 0), name_of(pair, 1));
	else
		judgement_say(judgement, VERDICT_UNKNOWN,
			"The %s is set neither on %s nor on %s, and they are not known to run the "
			"same "
			"version of Windows: COM's own defaults differ between versions.",
			pair->comparison->what, name_of(pair, 0), name_of(pair, 1));
}

static void say_kept(const struct pair *pair, const char *how)
{
	judgement_say(pair->judgement, VERDICT_KEPT, "%s and %s %s.", list_name(pair, 0),
		list_name(pair, 1), how);
}

static void judge_open(const struct pair *pair)
{
	if (pair->lists[0]->kind == pair->lists[1]->kind) {
		if (judge_label(pair))
			say_kept(pair, "are both open to everybody");
		return;
	}
	unsigned open = pair->lists[0]->kind == LIST_IS_OPEN ? 0 : 1;
	say_difference(
		pair, arena_format(pair->judgement->arena,
			      "%s is open to everybody (its descriptor has no DACL), %s is not.",
			      list_name(pair, open), list_name(pair, 1 - open)));
	remedy(pair, open,
		arena_format(pair->judgement->arena, "write the list as on %s",
			name_of(pair, 1 - open)));
}

static void judge_both(const struct pair *pair)
{
	bool entries = judge_all_entries(pair);
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
