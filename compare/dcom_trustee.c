/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_trustee.h"

#include "base/pattern.h"
#include "base/text.h"
#include "compare/identity.h"
#include "compare/rule.h"
#include "inventory/vocabulary.h"

#include <string.h>

#define SID_EVERYONE "S-1-1-0"
#define SID_ANONYMOUS_LOGON "S-1-5-7"
#define SID_SYSTEM "S-1-5-18"

static bool is_sid_of(const char *trustee, const char *sid)
{
	const char *known = well_known_sid(trustee);
	return known && strcmp(known, sid) == 0;
}

static bool is_among(const char *trustee, const char *const *sids)
{
	while (*sids && !is_sid_of(trustee, *sids))
		sids++;
	return *sids;
}

/* Is no group itself, so that a denial of some group may hit it, and a server may run as it. */
static bool is_account(const char *trustee)
{
	static const char *const accounts[] = {
		"S-1-5-17", SID_SYSTEM, "S-1-5-19", "S-1-5-20", NULL};
	return !well_known_sid(trustee) || is_among(trustee, accounts);
}

static bool holds_local(const char *rights)
{
	return rights_hold(rights, RIGHT_LOCAL_LAUNCH) ||
	       rights_hold(rights, RIGHT_LOCAL_ACTIVATION) ||
	       rights_hold(rights, RIGHT_LOCAL_ACCESS);
}

/* An unresolved SID is no well-known principal: those have theirs by definition. */
static enum truth names(const struct list_entry *entry, const char *account)
{
	if (well_known_sid(account) && text_starts(entry->trustee, TRUSTEE_UNRESOLVED))
		return TRUTH_NO;
	return identity_accounts_same(entry->trustee, account);
}

static enum truth allows(const struct list_entry *entry, const char *account)
{
	if (!is_sid_of(entry->trustee, SID_EVERYONE))
		return names(entry, account);
	/* Whether Everyone includes it depends on the version and a policy. */
	return is_sid_of(account, SID_ANONYMOUS_LOGON) ? TRUTH_UNKNOWN : TRUTH_YES;
}

static enum truth denies(const struct list_entry *entry, const char *account)
{
	enum truth same = allows(entry, account);
	bool nobody = text_starts(entry->trustee, TRUSTEE_ORPHAN);
	return same == TRUTH_NO && is_account(account) && !nobody ? TRUTH_UNKNOWN : same;
}

static struct admission admitted_by_entries(const struct dcom_list *list, const char *account)
{
	enum truth allowed = list->complete ? TRUTH_NO : TRUTH_UNKNOWN, denied = allowed;
	for (size_t i = 0; i < list->count; i++) {
		const struct list_entry *entry = &list->entries[i];
		if (!holds_local(entry->rights))
			continue;
		if (entry->deny)
			denied = truth_or(denied, denies(entry, account));
		else
			allowed = truth_or(allowed, allows(entry, account));
	}
	/* An allowing entry that stands before the denying one is met first. */
	if (denied == TRUTH_YES && list->order.knowledge != KNOWLEDGE_ABSENT)
		denied = TRUTH_UNKNOWN;
	return (struct admission){
		.admitted = truth_and(allowed, truth_not(denied)),
		.denied = denied == TRUTH_YES,
		.why = list->complete ? "an entry may be for it, or for a group that it is in"
				      : list->why,
	};
}

/* Does the server run as this very account? */
static struct admission admitted_as_server(
	struct judgement *judgement, struct side *side, const char *account)
{
	struct admission admission = {.admitted = TRUTH_NO};
	if (!is_account(account))
		return admission;
	struct answer service =
		judgement_ask_of(judgement, side, FACT_APP_SERVICE, judgement->subject);
	struct answer user =
		judgement_ask_of(judgement, side, FACT_APP_IDENTITY, judgement->subject);
	struct identity identity = identity_of(judgement, side, user);
	admission.why = "which account the server runs as is not known";
	if (service.knowledge != KNOWLEDGE_ABSENT || user.knowledge == KNOWLEDGE_UNKNOWN)
		admission.admitted = TRUTH_UNKNOWN;
	else if (user.knowledge == KNOWLEDGE_ABSENT || text_same(user.value, "interactive-user"))
		admission.admitted = TRUTH_NO;
	else if (identity.kind == IDENTITY_UNKNOWN)
		admission.admitted = TRUTH_UNKNOWN;
	else if (identity.account)
		admission.admitted = identity_accounts_same(identity.account, account);
	return admission;
}

static struct admission admitted_by_default(struct judgement *judgement, struct side *side,
	const struct dcom_list *list, const char *account)
{
	static const char *const launchers[] = {"S-1-5-32-544", SID_SYSTEM, "S-1-5-4", NULL};
	if (strcmp(list->prefix, LIST_LAUNCH_DEFAULT) == 0)
		return (struct admission){
			.admitted = is_among(account, launchers) ? TRUTH_YES : TRUTH_NO};
	if (is_sid_of(account, SID_SYSTEM))
		return (struct admission){.admitted = TRUTH_YES};
	return admitted_as_server(judgement, side, account);
}

struct admission dcom_list_admits(struct judgement *judgement, struct side *side,
	const struct dcom_list *list, const char *account)
{
	switch (list->kind) {
	case LIST_IS_ENTRIES:
		return admitted_by_entries(list, account);
	case LIST_IS_OPEN:
		return (struct admission){.admitted = TRUTH_YES};
	case LIST_IS_BUILT_IN:
		return admitted_by_default(judgement, side, list, account);
	case LIST_IS_MALFORMED:
		return (struct admission){.admitted = TRUTH_UNKNOWN,
			.why = arena_format(
				judgement->arena, "COM refuses the list (%s)", list->form)};
	default:
		return (struct admission){.admitted = TRUTH_UNKNOWN,
			.why = list->why ? list->why : "the application is not registered"};
	}
}
