/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_list.h"

#include "base/buffer.h"
#include "base/pattern.h"
#include "base/text.h"
#include "compare/dcom_scope.h"
#include "compare/dcom_text.h"
#include "compare/rule.h"
#include "inventory/vocabulary.h"

#include <string.h>

#define SUMMARY_LIMIT 8192

static const struct {
	const char *form;
	enum list_kind kind;
} forms[] = {
	{"default", LIST_IS_BUILT_IN},
	{"null", LIST_IS_OPEN},
	{"empty", LIST_IS_ENTRIES},
	{"new", LIST_IS_ENTRIES},
	{"old", LIST_IS_ENTRIES},
	{"mixed", LIST_IS_MALFORMED},
	{"no-execute", LIST_IS_MALFORMED},
	{"malformed", LIST_IS_MALFORMED},
};

static enum list_kind kind_of(const char *form)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (strcmp(forms[i].form, form) == 0)
			return forms[i].kind;
	}
	return LIST_IS_UNKNOWN;
}

static const char *joined(struct judgement *judgement, const char *a, const char *b)
{
	return arena_format(judgement->arena, "%s%s", a, b);
}

static void not_whole(struct dcom_list *list, const char *why)
{
	list->complete = false;
	if (!list->why)
		list->why = why;
}

static void add_entry(struct judgement *judgement, struct dcom_list *list, size_t *capacity,
	struct list_entry entry)
{
	list->entries = arena_grow(
		judgement->arena, list->entries, capacity, list->count + 1, sizeof entry);
	list->entries[list->count++] = entry;
}

/* An entry that is overruled is not seen at all: it may hold any rights, or not be there. */
static void read_entries(
	struct judgement *judgement, const struct side *side, struct dcom_list *list, bool deny)
{
	const char *prefix = joined(judgement, list->prefix, deny ? LIST_DENY : LIST_ALLOW);
	size_t skip = strlen(prefix), capacity = list->count;
	struct fact_run run = snapshot_under(side->snapshot, prefix);
	for (size_t i = 0; i < run.count; i++) {
		const char *path = run.facts[i].path, *segment = path + skip;
		struct answer answer = side_answer(side, path);
		judgement_note(judgement, side, path, answer);
		if (answer.knowledge != KNOWLEDGE_PRESENT) {
			not_whole(list, answer.why);
			continue;
		}
		add_entry(judgement, list, &capacity,
			(struct list_entry){
				.deny = deny,
				.trustee =
					segment_decode(judgement->arena, segment, strlen(segment)),
				.rights = answer.value,
				.path = path,
				.answer = answer,
			});
	}
	struct answer whole = snapshot_complete(side->snapshot, prefix);
	if (whole.knowledge == KNOWLEDGE_UNKNOWN)
		not_whole(list, whole.why);
}

static void read_rest(struct judgement *judgement, struct side *side, struct dcom_list *list)
{
	list->order = judgement_ask(judgement, side, joined(judgement, list->prefix, LIST_ORDER));
	list->label = judgement_ask(judgement, side, joined(judgement, list->prefix, LIST_LABEL));
	if (list->kind == LIST_IS_OPEN || strcmp(list->form, "empty") == 0)
		return;
	read_entries(judgement, side, list, false);
	read_entries(judgement, side, list, true);
}

void dcom_list_at(
	struct judgement *judgement, struct side *side, const char *prefix, struct dcom_list *list)
{
	*list = (struct dcom_list){
		.prefix = arena_text(judgement->arena, prefix), .complete = true};
	struct answer form = judgement_ask(judgement, side, joined(judgement, prefix, LIST_FORM));
	if (form.knowledge == KNOWLEDGE_UNKNOWN) {
		list->why = form.why;
		return;
	}
	list->form = form.knowledge == KNOWLEDGE_PRESENT ? form.value : "default";
	list->kind = kind_of(list->form);
	if (list->kind == LIST_IS_UNKNOWN)
		list->why = arena_format(judgement->arena,
			"%s%s is %s, which is no form of a list that is known", prefix, LIST_FORM,
			list->form);
	else if (list->kind != LIST_IS_BUILT_IN)
		read_rest(judgement, side, list);
}

void dcom_list_own(struct judgement *judgement, struct side *side, const char *application,
	const char *own, struct dcom_list *list)
{
	struct answer exists = judgement_ask_of(judgement, side, FACT_APP_EXISTS, application);
	const char *prefix = pattern_fill(judgement->arena, own, application, NULL);
	*list = (struct dcom_list){.prefix = prefix, .complete = true};
	switch (dcom_exists(exists)) {
	case TRUTH_YES:
		dcom_list_at(judgement, side, prefix, list);
		break;
	case TRUTH_NO:
		list->kind = LIST_IS_NONE;
		break;
	case TRUTH_UNKNOWN:
		list->why = exists.why ? exists.why : dcom_exists_odd;
		break;
	}
}

void dcom_list_effective(struct judgement *judgement, struct side *side, const char *application,
	const char *own, const char *fallback, struct dcom_list *list)
{
	dcom_list_own(judgement, side, application, own, list);
	if (list->kind == LIST_IS_BUILT_IN)
		dcom_list_at(judgement, side, fallback, list);
}

bool dcom_list_is_default(const struct judgement *judgement, const struct dcom_list *list)
{
	return judgement->rule->subject == SUBJECT_APPLICATION &&
	       text_starts(list->prefix, FACT_DCOM_MACHINE);
}

const char *dcom_list_source(const struct judgement *judgement, const struct dcom_list *list)
{
	if (judgement->rule->subject != SUBJECT_APPLICATION)
		return "";
	return dcom_list_is_default(judgement, list) ? " (the machine's default)" : " (its own)";
}

static const char *entries_text(
	struct judgement *judgement, const struct side *side, const struct dcom_list *list)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(SUMMARY_LIMIT);
	for (size_t i = 0; i < list->count; i++) {
		const struct list_entry *entry = &list->entries[i];
		buffer_format(&buffer, "%s%s%s: %s", i ? ", " : "", entry->deny ? "deny " : "",
			dcom_trustee(judgement, side, entry->trustee), dcom_rights(entry->rights));
	}
	return arena_text(judgement->arena, buffer.data ? buffer.data : "nobody");
}

bool dcom_list_is_limit(const struct dcom_list *list)
{
	return strcmp(list->prefix, LIST_LAUNCH_LIMIT) == 0 ||
	       strcmp(list->prefix, LIST_ACCESS_LIMIT) == 0;
}

static const char *list_text(
	struct judgement *judgement, const struct side *side, const struct dcom_list *list)
{
	switch (list->kind) {
	case LIST_IS_NONE:
		return "not registered";
	case LIST_IS_BUILT_IN:
		return dcom_list_is_limit(list) ? "no limit is set" : "set nowhere";
	case LIST_IS_OPEN:
		return "open to everybody";
	case LIST_IS_ENTRIES:
		return entries_text(judgement, side, list);
	default:
		return arena_format(judgement->arena, "refused by COM (%s)", list->form);
	}
}

struct answer dcom_list_summary(
	struct judgement *judgement, const struct side *side, const struct dcom_list *list)
{
	if (list->kind == LIST_IS_UNKNOWN || !list->complete)
		return (struct answer){.knowledge = KNOWLEDGE_UNKNOWN, .why = list->why};
	return (struct answer){
		.knowledge = KNOWLEDGE_PRESENT, .value = list_text(judgement, side, list)};
}
