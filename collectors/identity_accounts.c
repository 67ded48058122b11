/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/identity_read.h"

#include "base/text.h"
#include "collectors/sid.h"
#include "inventory/vocabulary.h"

#include <string.h>

#define WHOLE "account/{account}/"
#define GROUPS "account/{account}/group/"
#define WHY_MAX 300

/* --- accounts ----------------------------------------------------------------------------------
 */

/* The canonical form of an account's name, or NULL. */
static const char *account_name(
	struct identity_reader *reader, const struct json_place *place, const char *written)
{
	if (*written && identity_is_printable(reader->arena, written))
		return account_canonical(reader->arena, written, reader->computer);
	json_mistake(&reader->check, place, "must be the name of an account or its SID");
	return NULL;
}

/* The same for a key of which `seen` must not hold another spelling. */
static const char *new_account(
	struct identity_reader *reader, const struct json_place *place, json_t *seen)
{
	const char *name = account_name(reader, place, place->key);
	if (!name)
		return NULL;
	if (json_object_get(seen, name))
		json_mistake(&reader->check, place, "stands here already in another spelling");
	json_object_set_new(seen, name, json_null());
	return name;
}

/* A time, or null for never. */
static void read_time(struct identity_reader *reader, const struct json_place *place, json_t *entry,
	const struct identity_member *member, const char *name)
{
	if (json_is_null(json_object_get(entry, member->key)))
		identity_claim(
			reader, pattern_fill(reader->arena, member->fact, name, NULL), "never");
	else
		identity_claim_member(reader, place, entry, member, name);
}

static void read_groups(struct identity_reader *reader, const struct json_place *place,
	json_t *entry, const char *name)
{
	json_t *groups = json_member(&reader->check, place, entry, "groups", JSON_ARRAY, false);
	if (!groups)
		return;
	identity_claim_none(reader, pattern_fill(reader->arena, GROUPS, name, NULL));
	struct json_place list = {.parent = place, .key = "groups"};
	size_t index;
	json_t *item;
	json_array_foreach(groups, index, item)
	{
		struct json_place here = {.parent = &list, .index = index};
		if (identity_enough(reader, &here))
			return;
		const char *text = json_string_value(item);
		const char *group = account_name(reader, &here, text ? text : "");
		if (group)
			identity_claim(reader,
				pattern_fill(reader->arena, FACT_ACCOUNT_GROUP, name, group, NULL),
				"member");
	}
}

static void read_existing(struct identity_reader *reader, const struct json_place *place,
	json_t *entry, const char *name)
{
	static const char *const keys[] = {"exists", "sid", "enabled", "locked", "expires",
		"password-set", "password-expires", "groups", NULL};
	static const char time[] = "a time like 2026-11-21T10:00:00Z";
	static const struct identity_member sid = {
		"sid", FACT_ACCOUNT_SID, sid_is_text, "a SID", false};
	static const struct identity_member set = {
		"password-set", FACT_ACCOUNT_PASSWORD_SET, identity_is_time, time, false};
	static const struct identity_member ends[] = {
		{"expires", FACT_ACCOUNT_EXPIRES, identity_is_time, time, false},
		{"password-expires", FACT_ACCOUNT_PASSWORD_EXPIRES, identity_is_time, time, false},
	};
	struct json_check *check = &reader->check;
	json_known_keys(check, place, entry, keys);
	json_t *enabled = json_member(check, place, entry, "enabled", JSON_TRUE, false);
	if (enabled)
		identity_claim(reader,
			pattern_fill(reader->arena, FACT_ACCOUNT_DISABLED, name, NULL),
			json_is_true(enabled) ? "false" : "true");
	identity_claim_bool(reader, pattern_fill(reader->arena, FACT_ACCOUNT_LOCKED, name, NULL),
		json_member(check, place, entry, "locked", JSON_TRUE, false));
	identity_claim_member(reader, place, entry, &sid, name);
	identity_claim_member(reader, place, entry, &set, name);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		read_time(reader, place, entry, &ends[i], name);
	read_groups(reader, place, entry, name);
}

static void read_account(struct identity_reader *reader, const struct json_place *place,
	json_t *entry, const char *name)
{
	static const char *const missing[] = {"exists", NULL};
	json_t *exists = json_member(&reader->check, place, entry, "exists", JSON_TRUE, true);
	if (!exists)
		return;
	identity_claim_bool(
		reader, pattern_fill(reader->arena, FACT_ACCOUNT_EXISTS, name, NULL), exists);
	if (json_is_true(exists)) {
		read_existing(reader, place, entry, name);
		return;
	}
	json_known_keys(&reader->check, place, entry, missing);
	identity_claim_none(reader, pattern_fill(reader->arena, WHOLE, name, NULL));
}

void identity_read_accounts(struct identity_reader *reader, json_t *document)
{
	auto_json json_t *seen = json_object();
	struct json_place section = {.parent = &identity_root, .key = "accounts"};
	json_t *accounts = json_member(
		&reader->check, &identity_root, document, section.key, JSON_OBJECT, false);
	const char *key;
	json_t *entry;
	json_object_foreach(accounts, key, entry)
	{
		struct json_place place = {.parent = &section, .key = key};
		if (identity_enough(reader, &place))
			return;
		const char *name = new_account(reader, &place, seen);
		if (name)
			read_account(reader, &place, entry, name);
	}
	json_t *complete = json_member(
		&reader->check, &identity_root, document, "accounts-complete", JSON_TRUE, false);
	if (json_is_true(complete))
		identity_claim(reader, FACT_ACCOUNTS_COMPLETE, "true");
	else if (complete)
		identity_claim_none(reader, FACT_ACCOUNTS_COMPLETE);
}

/* --- logon -------------------------------------------------------------------------------------
 */

/* Why a logon was not tried, or NULL with a mistake. */
static const char *read_why(
	struct identity_reader *reader, const struct json_place *place, json_t *entry)
{
	static const char *const keys[] = {"state", "why", NULL};
	json_known_keys(&reader->check, place, entry, keys);
	const char *state = json_member_text(&reader->check, place, entry, "state", true);
	const char *why = json_member_text(&reader->check, place, entry, "why", true);
	if (!state || !why)
		return NULL;
	if (strcmp(state, "not-tried") == 0 && strlen(why) <= WHY_MAX)
		return arena_format(reader->arena, "the logon was not tried: %s",
			text_escape(reader->arena, text_of(why)));
	json_mistake(&reader->check, place,
		"must have the state not-tried and a reason of at most %d bytes", WHY_MAX);
	return NULL;
}

static void read_logon(struct identity_reader *reader, const struct json_place *place,
	json_t *entry, const char *name)
{
	const char *path = pattern_fill(reader->arena, FACT_ACCOUNT_LOGON, name, NULL);
	const char *state = json_string_value(entry);
	const char *why = "the logon was not tried";
	if (state && (strcmp(state, "valid") == 0 || strcmp(state, "refused") == 0)) {
		identity_claim(reader, path, state);
		return;
	}
	if (json_is_object(entry))
		why = read_why(reader, place, entry);
	else if (!state || strcmp(state, "not-tried") != 0)
		json_mistake(&reader->check, place,
			"must be valid, refused, not-tried, or an object with state and why");
	if (why)
		identity_claim_unknown(reader, path, why);
}

void identity_read_logons(struct identity_reader *reader, json_t *document)
{
	auto_json json_t *seen = json_object();
	struct json_place section = {.parent = &identity_root, .key = "logon"};
	json_t *logons = json_member(
		&reader->check, &identity_root, document, section.key, JSON_OBJECT, false);
	const char *key;
	json_t *entry;
	json_object_foreach(logons, key, entry)
	{
		struct json_place place = {.parent = &section, .key = key};
		if (identity_enough(reader, &place))
			return;
		const char *name = new_account(reader, &place, seen);
		if (name)
			read_logon(reader, &place, entry, name);
	}
}
