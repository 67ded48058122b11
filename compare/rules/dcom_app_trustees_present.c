/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/dcom_text.h"
#include "compare/dcom_trustee.h"
#include "compare/identity.h"
#include "compare/rule.h"

#include "base/buffer.h"
#include "base/text.h"
#include "inventory/vocabulary.h"

#include <stdint.h>
#include <string.h>

/* The accounts whose entries are sought in the lists of one node. */
struct search {
	struct judgement *judgement;
	struct side *side;
	struct strings accounts;
	struct strings roles; /* that must be let in too, by accounts that are not known */
	bool debugger;	      /* the application is known to be Machine Debug Manager */
};

/* --- whom the application needs ----------------------------------------------------------------
 */

static const struct strings *declared(const struct judgement *judgement)
{
	static const struct strings none;
	const struct cluster *cluster = judgement->cluster;
	for (size_t i = 0; i < cluster->needed_count; i++) {
		if (strcmp(cluster->needed[i].application, judgement->subject) == 0)
			return &cluster->needed[i].trustees;
	}
	return &none;
}

static void seek(struct search *search, const char *account)
{
	if (!strings_hold(&search->accounts, account))
		strings_add(search->judgement->arena, &search->accounts, account);
}

static void seek_role(struct search *search, const char *role, struct identity identity)
{
	const char *name = dcom_role_name(role);
	if (identity.account) {
		seek(search, identity.account);
		return;
	}
	if (!strings_hold(&search->roles, name))
		strings_add(search->judgement->arena, &search->roles, name);
	judgement_say(search->judgement, VERDICT_UNKNOWN,
		"%s: which account is %s, whom the lists of %s must hold, is not known: %s.",
		search->side->node->name, name, search->judgement->subject,
		identity.kind == IDENTITY_NONE ? "none is configured" : identity.why);
}

static void seek_anonymous(struct search *search)
{
	const struct strings *locations = &search->judgement->cluster->locations;
	for (size_t i = 0; i < locations->count; i++)
		seek_role(search, ROLE_ANONYMOUS,
			identity_anonymous(search->judgement, search->side, locations->items[i]));
	if (locations->count == 0)
		seek_role(search, ROLE_ANONYMOUS,
			identity_anonymous(search->judgement, search->side, "/"));
}

static void seek_trustee(struct search *search, const char *trustee)
{
	struct judgement *judgement = search->judgement;
	if (strcmp(trustee, ROLE_ANONYMOUS) == 0)
		seek_anonymous(search);
	else if (strcmp(trustee, ROLE_WAM) == 0)
		seek_role(search, ROLE_WAM,
			identity_of(judgement, search->side,
				judgement_ask(judgement, search->side, FACT_WAM_USER)));
	else
		seek(search,
			account_canonical(judgement->arena, trustee, search->side->node->name));
}

/* KB Q290398, with the names that facts have. */
static void seek_for_debugger(struct search *search)
{
	static const char *const trustees[] = {"INTERACTIVE", "SYSTEM", "Administrators", ROLE_WAM};
	for (size_t i = 0; i < sizeof trustees / sizeof *trustees; i++)
		seek_trustee(search, trustees[i]);
}

/* --- whether the lists hold them ---------------------------------------------------------------
 */

static void add_text(struct buffer *buffer, const char *text, const char *remark)
{
	buffer_format(buffer, "%s%s%s", buffer->length ? ", " : "", text, remark);
}

/* One list, and what it says to each of the accounts. */
struct asked {
	const struct dcom_list *list;
	const char *name;
	const struct admission *admissions;
};

static const char *default_of(const struct dcom_list *list)
{
	if (strcmp(list->prefix, LIST_LAUNCH_DEFAULT) == 0)
		return ", which is set nowhere, so that only Administrators, SYSTEM and "
		       "INTERACTIVE may launch,";
	return ", which is blank, so that only SYSTEM and the identity of the server have access "
	       "(KB Q290398),";
}

/* The rights that an account has where it is let in already; NULL where it is to be given all. */
static const struct list_entry *entry_of(
	const struct dcom_list *list, const char *account, const struct admission *admission)
{
	for (size_t i = 0; admission->admitted == TRUTH_YES && i < list->count; i++) {
		const struct list_entry *entry = &list->entries[i];
		if (!entry->deny && identity_accounts_same(entry->trustee, account) == TRUTH_YES)
			return entry;
	}
	return NULL;
}

/* Everybody for a list that replaces the default: who is needed, then whom that lets in besides. */
static const char *everybody(const struct search *search, const struct asked *asked)
{
	struct judgement *judgement = search->judgement;
	struct strings texts = {0};
	for (size_t i = 0; i < search->accounts.count; i++) {
		const char *account = search->accounts.items[i];
		const char *typed = dcom_trustee_typed(judgement, search->side, account);
		const struct list_entry *entry =
			entry_of(asked->list, account, &asked->admissions[i]);
		if (entry)
			dcom_add_entry(judgement, &texts, entry, typed);
		else if (!strings_hold(&texts, typed))
			strings_add(judgement->arena, &texts, typed);
	}
	for (size_t i = 0; i < search->roles.count; i++)
		strings_add(judgement->arena, &texts, search->roles.items[i]);
	dcom_add_default(judgement, search->side, asked->list, &search->accounts, &texts);
	return dcom_joined(judgement, &texts);
}

static void remedy_missing(
	const struct search *search, const struct asked *asked, const char *missing, bool denied)
{
	struct judgement *judgement = search->judgement;
	const char *steps = dcom_list_steps(judgement, asked->list->prefix);
	if (dcom_list_is_default(judgement, asked->list))
		judgement_remedy(judgement,
			"%s: %s: choose custom, Edit, and enter everybody, because the new list "
			"replaces the default: %s",
			search->side->node->name, steps, everybody(search, asked));
	else
		judgement_remedy(judgement, "%s: %s: Edit, and allow %s%s",
			search->side->node->name, steps, missing,
			denied ? "; remove the entries that deny them" : "");
}

static void say_missing(const struct search *search, const struct asked *asked)
{
	struct judgement *judgement = search->judgement;
	const struct dcom_list *list = asked->list;
	struct strings missing = {0}, typed = {0};
	bool denied = false;
	for (size_t i = 0; i < search->accounts.count; i++) {
		const char *account = search->accounts.items[i];
		const struct admission *admission = &asked->admissions[i];
		if (admission->admitted != TRUTH_NO)
			continue;
		strings_add(judgement->arena, &missing,
			arena_format(judgement->arena, "%s%s",
				dcom_trustee(judgement, search->side, account),
				admission->denied ? " (denied)" : ""));
		strings_add(judgement->arena, &typed,
			dcom_trustee_typed(judgement, search->side, account));
		denied |= admission->denied;
	}
	judgement_say(judgement, VERDICT_BROKEN, "%s: the %s of %s%s does not let in %s.",
		search->side->node->name, asked->name, judgement->subject,
		list->kind == LIST_IS_BUILT_IN ? default_of(list)
					       : dcom_list_source(judgement, list),
		dcom_joined(judgement, &missing));
	remedy_missing(search, asked, dcom_joined(judgement, &typed), denied);
}

/* Accounts of which nothing is known for the same reason stand in one sentence. */
static void say_unknown(const struct search *search, const struct asked *asked, size_t first)
{
	const char *why = asked->admissions[first].why;
	auto_buffer struct buffer names = BUFFER_INIT(SIZE_MAX);
	for (size_t i = 0; i < search->accounts.count; i++) {
		const struct admission *admission = &asked->admissions[i];
		if (admission->admitted != TRUTH_UNKNOWN || strcmp(admission->why, why) != 0)
			continue;
		if (i < first)
			return;
		add_text(&names,
			dcom_trustee(search->judgement, search->side, search->accounts.items[i]),
			"");
	}
	judgement_say(search->judgement, VERDICT_UNKNOWN,
		"%s: whether the %s of %s lets in %s is not known: %s.", search->side->node->name,
		asked->name, search->judgement->subject, names.data, why);
}

static void judge_list(const struct search *search, const struct dcom_list *list, const char *name)
{
	struct judgement *judgement = search->judgement;
	size_t count = search->accounts.count;
	struct admission *admissions = arena_alloc(judgement->arena, count * sizeof *admissions);
	const struct asked asked = {.list = list, .name = name, .admissions = admissions};
	bool missing = false;
	for (size_t i = 0; i < count; i++) {
		admissions[i] =
			dcom_list_admits(judgement, search->side, list, search->accounts.items[i]);
		missing |= admissions[i].admitted == TRUTH_NO;
	}
	for (size_t i = 0; i < count; i++) {
		if (admissions[i].admitted == TRUTH_UNKNOWN)
			say_unknown(search, &asked, i);
	}
	if (missing)
		say_missing(search, &asked);
	else
		judgement_say(judgement, VERDICT_KEPT,
			"%s: the %s of %s%s lets in every trustee that it must.",
			search->side->node->name, name, judgement->subject,
			dcom_list_source(judgement, list));
}

static void judge_lists(const struct search *search)
{
	struct judgement *judgement = search->judgement;
	struct side *side = search->side;
	struct dcom_list launch, access;
	dcom_list_effective(
		judgement, side, judgement->subject, LIST_APP_LAUNCH, LIST_LAUNCH_DEFAULT, &launch);
	dcom_list_effective(
		judgement, side, judgement->subject, LIST_APP_ACCESS, LIST_ACCESS_DEFAULT, &access);
	if (launch.kind == LIST_IS_NONE) {
		judgement_say(judgement, VERDICT_NOT_APPLICABLE, "%s does not have %s registered.",
			side->node->name, judgement->subject);
		return;
	}
	judge_list(search, &launch, "launch list");
	judge_list(search, &access, "access list");
	if (search->debugger)
		judgement_remedy(judgement,
			"%s: end every Mdm.exe, or restart the computer, so that it takes effect",
			side->node->name);
	struct answer a = dcom_list_summary(judgement, side, &launch);
	struct answer b = dcom_list_summary(judgement, side, &access);
	if (a.knowledge == KNOWLEDGE_PRESENT && b.knowledge == KNOWLEDGE_PRESENT)
		a.value =
			arena_format(judgement->arena, "launch: %s; access: %s", a.value, b.value);
	judgement_show(judgement, side, b.knowledge == KNOWLEDGE_PRESENT ? a : b);
}

static void judge(struct judgement *judgement)
{
	struct search search = {.judgement = judgement, .side = judgement->sides[0]};
	const char *node = search.side->node->name;
	enum truth debugger = dcom_is_debugger(judgement, search.side);
	const struct strings *needed = declared(judgement);
	search.debugger = debugger == TRUTH_YES;
	for (size_t i = 0; i < needed->count; i++)
		seek_trustee(&search, needed->items[i]);
	if (debugger == TRUTH_YES)
		seek_for_debugger(&search);
	else if (debugger == TRUTH_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: whether %s is " DEBUGGER_NAME
			", whose lists must hold certain trustees, is not known: bring the "
			"registry below HKLM\\SOFTWARE\\Classes.",
			node, judgement->subject);
	if (needed->count || debugger == TRUTH_YES)
		judge_lists(&search);
	else if (debugger == TRUTH_NO)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"The inventory names no trustees that the lists of %s must hold, and it is "
			"not " DEBUGGER_NAME ".",
			judgement->subject);
}

const struct rule rule_dcom_app_trustees_present = {
	.id = "dcom_app_trustees_present",
	.title = "the launch and the access list hold the trustees that the application needs",
	.severity = SEVERITY_ERROR,
	.scope = RULE_NODE,
	.subject = SUBJECT_APPLICATION,
	.judge = judge,
	.demand =
		"On each node both the launch and the access list that hold for the application "
		"let in "
		"each trustee that it needs: those that the inventory names under trustees, and "
		"for " DEBUGGER_NAME " INTERACTIVE, SYSTEM, Administrators and the node's WAM user "
		"(IWAM_<computer>). An entry for Everyone serves for all; a denial breaks the "
		"rule.",
	.why = "Where an application has no permissions of its own the machine's defaults hold, "
	       "and they are tight: blank access permissions mean that only the system and the "
	       "identity that is the server's own have access. IIS out of process starts and "
	       "calls " DEBUGGER_NAME " as IWAM_<computer>, which those defaults refuse.",
	.repair = "dcomcnfg, the application, Properties, Security: choose custom access "
		  "permissions, Edit, and add the trustees; do the same for custom launch "
		  "permissions. A custom list replaces the machine's default, so it must also name "
		  "everybody whom that lets in, SYSTEM above all. For " DEBUGGER_NAME
		  " set the identity to the interactive user (or to a named member of "
		  "Administrators if nobody will be logged on), and end every Mdm.exe or restart. "
		  "If dcomcnfg does not list it: mdm.exe /regserver.",
	.symptoms = {"10002", "10003", "Access denied attempting to launch a DCOM Server", "10016",
		"10017"},
	.source =
		"KB Q290398; Win32 docs, com/defaultlaunchpermission, com/defaultaccesspermission",
};
