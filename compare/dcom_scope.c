/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"

#include "base/pattern.h"
#include "base/text.h"
#include "compare/rule.h"
#include "inventory/vocabulary.h"

#include <assert.h>
#include <string.h>

const char dcom_exists_odd[] = "the artefact says neither that it is registered nor that it is not";

enum truth dcom_exists(struct answer exists)
{
	if (exists.knowledge == KNOWLEDGE_ABSENT)
		return TRUTH_NO;
	if (exists.knowledge == KNOWLEDGE_UNKNOWN)
		return TRUTH_UNKNOWN;
	if (text_same(exists.value, "true"))
		return TRUTH_YES;
	return text_same(exists.value, "false") ? TRUTH_NO : TRUTH_UNKNOWN;
}

#define DEBUGGER_CLASS "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"

/* A class that is not in scope is not collected, so it is not asked for. */
enum truth dcom_is_debugger(struct judgement *judgement, struct side *side)
{
	if (text_same(judgement->subject, DEBUGGER_CLASS))
		return TRUTH_YES;
	struct answer name = judgement_ask_of(judgement, side, FACT_APP_NAME, judgement->subject);
	enum truth debugger = name.knowledge == KNOWLEDGE_UNKNOWN ? TRUTH_UNKNOWN : TRUTH_NO;
	if (name.knowledge == KNOWLEDGE_PRESENT && text_same(name.value, DEBUGGER_NAME))
		debugger = TRUTH_YES;
	if (!strings_hold(&judgement->cluster->classes, DEBUGGER_CLASS))
		return debugger;
	struct answer app = judgement_ask_of(judgement, side, FACT_CLASS_APP, DEBUGGER_CLASS);
	return truth_or(debugger, answer_is(app, judgement->subject));
}

/* --- platform --------------------------------------------------------------------- */

static enum truth same_answer(struct answer a, struct answer b, enum truth absent_on_both)
{
	if (a.knowledge == KNOWLEDGE_UNKNOWN || b.knowledge == KNOWLEDGE_UNKNOWN)
		return TRUTH_UNKNOWN;
	if (a.knowledge == KNOWLEDGE_ABSENT && b.knowledge == KNOWLEDGE_ABSENT)
		return absent_on_both;
	if (a.knowledge != b.knowledge)
		return absent_on_both == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : TRUTH_NO;
	return text_same(a.value, b.value) ? TRUTH_YES : TRUTH_NO;
}

enum truth dcom_same_release(struct judgement *judgement, struct side *a, struct side *b)
{
	enum truth version = same_answer(judgement_ask(judgement, a, FACT_OS_VERSION),
		judgement_ask(judgement, b, FACT_OS_VERSION), TRUTH_UNKNOWN);
	enum truth pack = same_answer(judgement_ask(judgement, a, FACT_OS_SERVICE_PACK),
		judgement_ask(judgement, b, FACT_OS_SERVICE_PACK), TRUTH_YES);
	return truth_and(version, pack);
}

/* --- lists -------------------------------------------------------------------------------------
 */

static const struct place {
	const char *prefix; /* with a placeholder where it belongs to an application */
	const char *name;
	const char *value; /* of the registry */
	const char *page;  /* of dcomcnfg */
} places[] = {
	{LIST_LAUNCH_DEFAULT, "default launch list", "DefaultLaunchPermission",
		"Launch and Activation Permissions, Edit Default"},
	{LIST_ACCESS_DEFAULT, "default access list", "DefaultAccessPermission",
		"Access Permissions, Edit Default"},
	{LIST_LAUNCH_LIMIT, "launch limit", "MachineLaunchRestriction",
		"Launch and Activation Permissions, Edit Limits"},
	{LIST_ACCESS_LIMIT, "access limit", "MachineAccessRestriction",
		"Access Permissions, Edit Limits"},
	{LIST_APP_LAUNCH, "launch list", "LaunchPermission", "launch permissions"},
	{LIST_APP_ACCESS, "access list", "AccessPermission", "access permissions"},
};
#define PLACES (sizeof places / sizeof *places)
#define MACHINE_LISTS 4 /* the first ones; the default of application list i is i - 4 */

struct located {
	const struct place *place;
	char *application; /* NULL: a list of the machine */
};

static struct located locate(struct judgement *judgement, const char *prefix)
{
	struct located located = {0};
	const char *form = arena_format(judgement->arena, "%s%s", prefix, LIST_FORM);
	for (size_t i = 0; i < PLACES; i++) {
		located.place = &places[i];
		if (i < MACHINE_LISTS && strcmp(places[i].prefix, prefix) == 0)
			return located;
		if (i >= MACHINE_LISTS && pattern_extract(judgement->arena, places[i].prefix, form,
						  &located.application, 1))
			return located;
	}
	assert(!"a prefix of no DCOM list");
	return located;
}

const char *dcom_list_name(struct judgement *judgement, const char *prefix)
{
	struct located located = locate(judgement, prefix);
	if (!located.application)
		return located.place->name;
	return arena_format(judgement->arena, "%s of %s", located.place->name, located.application);
}

const char *dcom_list_steps(struct judgement *judgement, const char *prefix)
{
	struct located located = locate(judgement, prefix);
	/* What is wrong for one application is mended there, not for the whole machine. */
	if (!located.application && judgement->rule->subject == SUBJECT_APPLICATION) {
		located.place += MACHINE_LISTS;
		located.application = arena_text(judgement->arena, judgement->subject);
	}
	if (located.application)
		return arena_format(judgement->arena, "dcomcnfg, %s, Properties, Security, %s",
			located.application, located.place->page);
	return arena_format(judgement->arena,
		"dcomcnfg, My Computer, Properties, COM Security, %s (value %s of "
		"HKLM\\SOFTWARE\\Microsoft\\Ole)",
		located.place->page, located.place->value);
}

void dcom_each_list(
	struct judgement *judgement, struct side *side, list_visit *visit, void *context)
{
	const struct strings *applications = &judgement->cluster->applications;
	struct dcom_list list;
	for (size_t i = 0; i < MACHINE_LISTS; i++) {
		dcom_list_at(judgement, side, places[i].prefix, &list);
		visit(judgement, side, &list, context);
	}
	for (size_t a = 0; a < applications->count; a++) {
		for (size_t i = MACHINE_LISTS; i < PLACES; i++) {
			dcom_list_own(
				judgement, side, applications->items[a], places[i].prefix, &list);
			visit(judgement, side, &list, context);
		}
	}
}

/* --- judges ------------------------------------------------------------------------------------
 */

static struct answer both(struct judgement *judgement, struct answer launch, struct answer access)
{
	if (launch.knowledge == KNOWLEDGE_UNKNOWN)
		return launch;
	if (access.knowledge == KNOWLEDGE_UNKNOWN)
		return access;
	return (struct answer){.knowledge = KNOWLEDGE_PRESENT,
		.value = arena_format(
			judgement->arena, "launch: %s; access: %s", launch.value, access.value)};
}

void dcom_judge_machine_lists(struct judgement *judgement, const char *launch, const char *access)
{
	const char *prefixes[] = {launch, access};
	struct dcom_list *lists[2];
	for (size_t k = 0; k < 2; k++) {
		lists[k] = arena_alloc(judgement->arena, judgement->count * sizeof **lists);
		for (size_t i = 0; i < judgement->count; i++)
			dcom_list_at(judgement, judgement->sides[i], prefixes[k], &lists[k][i]);
		struct list_comparison comparison = {
			.what = dcom_list_name(judgement, prefixes[k]),
			.lists = lists[k],
			.none_on_all = VERDICT_UNKNOWN,
			.by_release = true,
		};
		dcom_lists_same(judgement, &comparison);
	}
	for (size_t i = 0; i < judgement->count; i++) {
		struct side *side = judgement->sides[i];
		judgement_show(judgement, side,
			both(judgement, dcom_list_summary(judgement, side, &lists[0][i]),
				dcom_list_summary(judgement, side, &lists[1][i])));
	}
}

void dcom_judge_application_list(
	struct judgement *judgement, const char *what, const char *own, const char *fallback)
{
	struct dcom_list *lists = arena_alloc(judgement->arena, judgement->count * sizeof *lists);
	for (size_t i = 0; i < judgement->count; i++) {
		struct side *side = judgement->sides[i];
		dcom_list_effective(judgement, side, judgement->subject, own, fallback, &lists[i]);
		judgement_show(judgement, side, dcom_list_summary(judgement, side, &lists[i]));
	}
	struct list_comparison comparison = {
		.what = what, .lists = lists, .none_on_all = VERDICT_BROKEN};
	dcom_lists_same(judgement, &comparison);
}
