/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_text.h"

#include "base/buffer.h"
#include "base/pattern.h"
#include "base/text.h"
#include "compare/identity.h"
#include "inventory/vocabulary.h"

#include <stdint.h>
#include <string.h>

const char *dcom_rights(const char *rights)
{
	static const char *const all[] = {
		RIGHT_LOCAL_LAUNCH " " RIGHT_REMOTE_LAUNCH " " RIGHT_LOCAL_ACTIVATION
				   " " RIGHT_REMOTE_ACTIVATION,
		RIGHT_LOCAL_ACCESS " " RIGHT_REMOTE_ACCESS,
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (strcmp(rights, all[i]) == 0)
			return "all rights";
	}
	return rights;
}

const char *dcom_role_name(const char *role)
{
	if (strcmp(role, ROLE_ANONYMOUS) == 0)
		return "the anonymous user";
	return strcmp(role, ROLE_WAM) == 0 ? "the WAM user" : role;
}

/* --- trustees ----------------------------------------------------------------------------------
 */

static struct identity identity_at(
	struct judgement *judgement, const struct side *side, const char *path)
{
	return identity_of(judgement, side, side_answer(side, path));
}

/* The location, of those in scope, whose pages present the trustee; "/" where none is in scope. */
static const char *anonymous_path(
	struct judgement *judgement, const struct side *side, const char *trustee)
{
	const struct strings *locations = &judgement->cluster->locations;
	for (size_t i = 0; i < locations->count; i++) {
		const char *path = pattern_fill(
			judgement->arena, FACT_ANONYMOUS_USER, locations->items[i], NULL);
		struct identity identity = identity_at(judgement, side, path);
		if (identity.account &&
			identity_accounts_same(identity.account, trustee) == TRUTH_YES)
			return path;
	}
	return pattern_fill(judgement->arena, FACT_ANONYMOUS_USER, "/", NULL);
}

/* The fact that configures the role that the trustee plays; NULL: it plays none. */
static const char *role_path(
	struct judgement *judgement, const struct side *side, const char *trustee)
{
	const char *role = identity_display(judgement, side, trustee);
	if (strcmp(role, ROLE_WAM) == 0)
		return FACT_WAM_USER;
	if (strcmp(role, ROLE_ANONYMOUS) == 0)
		return anonymous_path(judgement, side, trustee);
	return NULL;
}

static const char *typed(struct identity identity)
{
	return identity.kind == IDENTITY_BUILT_IN ? identity.account : identity.written;
}

static const char *bare(const char *trustee)
{
	if (account_is_local(trustee))
		return strchr(trustee, '\\') + 1;
	if (text_starts(trustee, TRUSTEE_UNRESOLVED))
		return trustee + strlen(TRUSTEE_UNRESOLVED);
	return trustee;
}

const char *dcom_trustee(struct judgement *judgement, const struct side *side, const char *trustee)
{
	const char *path = role_path(judgement, side, trustee);
	if (!path)
		return trustee;
	return arena_format(judgement->arena, "%s (%s)", typed(identity_at(judgement, side, path)),
		dcom_role_name(identity_display(judgement, side, trustee)));
}

const char *dcom_trustee_typed(
	struct judgement *judgement, const struct side *side, const char *trustee)
{
	const char *path = role_path(judgement, side, trustee);
	return path ? typed(identity_at(judgement, side, path)) : bare(trustee);
}

const char *dcom_trustee_on_peer(struct judgement *judgement, const struct side *side,
	const char *trustee, const struct side *peer)
{
	const char *path = role_path(judgement, side, trustee);
	if (!path)
		return bare(trustee);
	struct identity identity = identity_at(judgement, peer, path);
	if (identity.account)
		return typed(identity);
	return arena_format(judgement->arena, "%s of %s",
		dcom_role_name(identity_display(judgement, side, trustee)), peer->node->name);
}

/* --- entries -----------------------------------------------------------------------------------
 */

static void add(struct judgement *judgement, struct strings *texts, const char *text)
{
	if (!strings_hold(texts, text))
		strings_add(judgement->arena, texts, text);
}

void dcom_add_entry(struct judgement *judgement, struct strings *texts,
	const struct list_entry *entry, const char *trustee)
{
	const char *rights = dcom_rights(entry->rights), *verb = entry->deny ? "deny " : "";
	if (text_starts(entry->trustee, TRUSTEE_ORPHAN))
		return;
	if (rights != entry->rights)
		add(judgement, texts, arena_format(judgement->arena, "%s%s", verb, trustee));
	else
		add(judgement, texts,
			arena_format(judgement->arena, "%s%s (%s)", verb, trustee, rights));
}

static bool is_among(const char *account, const struct strings *accounts)
{
	for (size_t i = 0; i < accounts->count; i++) {
		if (identity_accounts_same(account, accounts->items[i]) == TRUTH_YES)
			return true;
	}
	return false;
}

static void add_entries(struct judgement *judgement, struct side *side,
	const struct dcom_list *list, const struct strings *but, struct strings *texts)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct list_entry *entry = &list->entries[i];
		if (!is_among(entry->trustee, but))
			dcom_add_entry(judgement, texts, entry,
				dcom_trustee_typed(judgement, side, entry->trustee));
	}
	if (!list->complete)
		add(judgement, texts,
			"whoever else is on the default list, which was not seen whole");
}

/* Whom COM's own default access list holds beside SYSTEM. */
static const char *server_account(struct judgement *judgement, struct side *side)
{
	struct answer user =
		judgement_ask_of(judgement, side, FACT_APP_IDENTITY, judgement->subject);
	struct answer service =
		judgement_ask_of(judgement, side, FACT_APP_SERVICE, judgement->subject);
	bool is_plain = service.knowledge == KNOWLEDGE_ABSENT;
	if (is_plain && user.knowledge == KNOWLEDGE_PRESENT &&
		text_same(user.value, "interactive-user"))
		return "INTERACTIVE";
	if (is_plain && user.knowledge == KNOWLEDGE_ABSENT)
		return "the accounts that launch it (it runs as them)";
	struct identity identity = identity_of(judgement, side, user);
	return is_plain && identity.account ? typed(identity) : "the account that it runs as";
}

static void add_built_in(struct judgement *judgement, struct side *side,
	const struct dcom_list *list, const struct strings *but, struct strings *texts)
{
	static const char *const launchers[] = {"Administrators", "SYSTEM", "INTERACTIVE"};
	bool launch = strcmp(list->prefix, LIST_LAUNCH_DEFAULT) == 0;
	for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++) {
		bool holds = launch || strcmp(launchers[i], "SYSTEM") == 0;
		if (holds && !is_among(launchers[i], but))
			add(judgement, texts, launchers[i]);
	}
	if (!launch)
		add(judgement, texts, server_account(judgement, side));
}

void dcom_add_default(struct judgement *judgement, struct side *side, const struct dcom_list *list,
	const struct strings *but, struct strings *texts)
{
	if (list->kind == LIST_IS_BUILT_IN)
		add_built_in(judgement, side, list, but, texts);
	else
		add_entries(judgement, side, list, but, texts);
}

const char *dcom_joined(struct judgement *judgement, const struct strings *texts)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(SIZE_MAX);
	for (size_t i = 0; i < texts->count; i++)
		buffer_format(&buffer, "%s%s", i ? ", " : "", texts->items[i]);
	return arena_text(judgement->arena, buffer.data ? buffer.data : "");
}
