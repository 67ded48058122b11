/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_pair.h"
#include "base/buffer.h"
#include "base/text.h"
#include "compare/dcom_text.h"
#include "compare/identity.h"

#include <stdint.h>
#include <string.h>

#define SENTENCE_LIMIT SIZE_MAX /* judgement_say cuts */

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

/* "SYSTEM (local-access)", "IWAM_CONF1 (the WAM user; all rights)" */
static const char *entry_text(const struct pair *pair, unsigned i, const struct list_entry *entry)
{
	const char *trustee = dcom_trustee(pair->judgement, pair->sides[i], entry->trustee);
	bool role = trustee != entry->trustee;
	size_t length = strlen(trustee) - role;
	return arena_format(pair->judgement->arena, "%s%.*s%s%s)",
		entry->deny ? "the denial of " : "", (int)length, trustee, role ? "; " : " (",
		dcom_rights(entry->rights));
}

/* For the node that lacks it, which has another account in that role. */
static const char *entry_for_peer(
	const struct pair *pair, unsigned i, const struct list_entry *entry)
{
	return arena_format(pair->judgement->arena, "%s%s (%s)",
		entry->deny ? "the denial of " : "",
		dcom_trustee_on_peer(
			pair->judgement, pair->sides[i], entry->trustee, pair->sides[1 - i]),
		dcom_rights(entry->rights));
}

/* --- repairs -----------------------------------------------------------------------------------
 */

static bool is_default(const struct pair *pair, unsigned i)
{
	return dcom_list_is_default(pair->judgement, pair->lists[i]);
}

/* What both lists hold, in the words of node i; where rights differ, the primary's. */
static const char *union_for(const struct pair *pair, unsigned i)
{
	struct judgement *judgement = pair->judgement;
	struct strings texts = {0};
	for (unsigned from = 0; from < 2; from++) {
		for (size_t k = 0; k < pair->lists[from]->count; k++) {
			const struct list_entry *entry = &pair->lists[from]->entries[k];
			const struct list_entry *other = NULL;
			enum truth found = counterpart(pair, from, entry, &other);
			if (from == 1 && (found == TRUTH_YES || other))
				continue;
			dcom_add_entry(judgement, &texts, entry,
				from == i ? dcom_trustee_typed(
						    judgement, pair->sides[i], entry->trustee)
					  : dcom_trustee_on_peer(judgement, pair->sides[from],
						    entry->trustee, pair->sides[i]));
		}
	}
	return dcom_joined(judgement, &texts);
}

/* A default holds for other applications too, and a list that replaces it must hold everybody. */
static void remedy_defaults(const struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		if (!is_default(pair, i))
			continue;
		pair_remedy(pair, i,
			arena_format(pair->judgement->arena,
				"do not change the machine's default, which holds for other "
				"applications too, but choose custom, Edit, and enter at least "
				"%s%s",
				union_for(pair, i),
				pair->lists[i]->complete ? ""
							 : ", and whoever else is on the default "
							   "list, which was not seen whole"));
	}
}

static const char *or_like_backup(const struct pair *pair)
{
	if (is_default(pair, 0))
		return "";
	return arena_format(pair->judgement->arena, ", or make %s like %s", pair_node(pair, 0),
		pair_node(pair, 1));
}

/* The sentence reads the same from whichever side the difference was met. */
static void say_other_rights(const struct pair *pair, unsigned i, const struct list_entry *entry,
	const struct list_entry *other)
{
	struct judgement *judgement = pair->judgement;
	const char *rights[2];
	rights[i] = dcom_rights(entry->rights);
	rights[1 - i] = dcom_rights(other->rights);
	const struct list_entry *shown = i == 0 ? entry : other;
	const char *trustee = dcom_trustee(judgement, pair->sides[0], shown->trustee);
	const char *verb = entry->deny ? "denies" : "gives";
	pair_say_difference(
		pair, arena_format(judgement->arena, "%s %s %s %s, %s %s.", pair_list(pair, 0),
			      verb, trustee, rights[0], pair_list(pair, 1), rights[1]));
	if (!is_default(pair, 1))
		pair_remedy(pair, 1,
			arena_format(judgement->arena, "%s %s %s as on %s%s",
				entry->deny ? "deny" : "give",
				dcom_trustee_on_peer(
					judgement, pair->sides[0], shown->trustee, pair->sides[1]),
				rights[0], pair_node(pair, 0), or_like_backup(pair)));
	remedy_defaults(pair);
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
	pair_say_difference(pair, arena_format(arena, "%s lacks %s, which %s has.",
					  pair_list(pair, lacks), entries, pair_list(pair, i)));
	if (!is_default(pair, lacks))
		pair_remedy(pair, lacks,
			arena_format(arena, "add %s as on %s%s", for_peer, pair_node(pair, i),
				is_default(pair, i) ? "" : ", or take it off there"));
	remedy_defaults(pair);
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
			pair_list(pair, 1 - i), unsure.data, pair_node(pair, i));
	return same;
}

static bool judge_whole(const struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		if (!pair->lists[i]->complete)
			judgement_say(pair->judgement, VERDICT_UNKNOWN,
				"%s was not seen whole: %s.", pair_list(pair, i),
				pair->lists[i]->why);
	}
	return pair->lists[0]->complete && pair->lists[1]->complete;
}

bool pair_judge_entries(const struct pair *pair)
{
	bool whole = judge_whole(pair);
	bool forth = judge_entries(pair, 0);
	bool back = judge_entries(pair, 1);
	return whole && forth && back;
}
