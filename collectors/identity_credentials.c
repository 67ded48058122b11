/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/identity_read.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

#include <string.h>

static bool is_logon_method(const char *text)
{
	static const char *const names[] = {"interactive", "batch", "network", "cleartext"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], text) == 0)
			return true;
	return false;
}

static bool is_password_state(const char *text)
{
	return strcmp(text, PASSWORD_EMPTY) == 0 || strcmp(text, PASSWORD_NOT_SET) == 0 ||
	       strcmp(text, PASSWORD_UNREADABLE) == 0 || password_is_fingerprint(text);
}

/* --- places ------------------------------------------------------------------------------------
 */

static char *pool_canonical(struct arena *arena, const char *text)
{
	return text_fold(arena, text);
}

/* A place of credentials is a path without its last segment. */
struct credential_place {
	const char *pattern;
	char *(*canonical)(struct arena *arena, const char *value); /* NULL: no placeholder */
	const char *exists; /* the fact that such a place is there, or NULL */
};

static const struct credential_place places[] = {
	{"iis/location/{location}/anonymous", location_canonical, FACT_LOCATION_EXISTS},
	{"iis/wam", NULL, NULL},
	{"iis/pool/{pool}", pool_canonical, NULL},
	{"iis/directory/{location}", location_canonical, NULL},
};

/* Whether it is one, as inventory/vocabulary.h spells it; *value gets what fills the pattern. */
static bool is_place(
	struct arena *arena, const struct credential_place *place, const char *key, char **value)
{
	*value = NULL;
	if (!place->canonical)
		return strcmp(place->pattern, key) == 0;
	char *written;
	if (!pattern_extract(arena, place->pattern, key, &written, 1) || !*written)
		return false;
	*value = place->canonical(arena, written);
	return *value && strcmp(pattern_fill(arena, place->pattern, *value, NULL), key) == 0;
}

static const struct credential_place *find_place(
	struct identity_reader *reader, const struct json_place *here, char **value)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (identity_is_printable(reader->arena, here->key) &&
			is_place(reader->arena, &places[i], here->key, value))
			return &places[i];
	json_mistake(&reader->check, here,
		"must be iis/location/LOCATION/anonymous, iis/wam, iis/pool/POOL or "
		"iis/directory/LOCATION, in lower case, with / as %%2F inside LOCATION");
	return NULL;
}

/* --- entries -----------------------------------------------------------------------------------
 */

static const char *below(
	struct identity_reader *reader, const struct json_place *here, const char *name)
{
	return arena_format(reader->arena, "%s/%s", here->key, name);
}

static void read_credential(
	struct identity_reader *reader, const struct json_place *here, json_t *entry)
{
	static const struct identity_member password = {"password", NULL, is_password_state,
		"a fingerprint (hmac-sha256:KEYID:HEX), empty, not-set or unreadable, never a "
		"password",
		false};
	json_t *user = json_member(&reader->check, here, entry, "user", JSON_STRING, false);
	if (user)
		identity_claim(reader, below(reader, here, "user"), json_string_value(user));
	const char *state = identity_text(reader, here, entry, &password);
	if (state)
		identity_claim(reader, below(reader, here, "password"), state);
}

/* What else says how IIS logs the anonymous user on: on IIS 5 nothing but this file can tell. */
static void read_anonymous(
	struct identity_reader *reader, const struct json_place *here, json_t *entry)
{
	static const struct identity_member method = {"logon-method", NULL, is_logon_method,
		"interactive, batch, network or cleartext", false};
	static const char *const switches[] = {"enabled", "sync"};
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		identity_claim_bool(reader, below(reader, here, switches[i]),
			json_member(&reader->check, here, entry, switches[i], JSON_TRUE, false));
	const char *name = identity_text(reader, here, entry, &method);
	if (name)
		identity_claim(reader, below(reader, here, "logon-method"), name);
}

static void read_entry(struct identity_reader *reader, const struct json_place *here, json_t *entry)
{
	static const char *const plain[] = {"user", "password", NULL};
	static const char *const anonymous[] = {
		"user", "password", "enabled", "sync", "logon-method", NULL};
	char *value;
	const struct credential_place *place = find_place(reader, here, &value);
	if (!place)
		return;
	json_known_keys(&reader->check, here, entry, place->exists ? anonymous : plain);
	if (place->exists)
		identity_claim(
			reader, pattern_fill(reader->arena, place->exists, value, NULL), "true");
	read_credential(reader, here, entry);
	if (place->exists)
		read_anonymous(reader, here, entry);
}

void identity_read_credentials(struct identity_reader *reader, json_t *document)
{
	struct json_place section = {.parent = &identity_root, .key = "credentials"};
	json_t *credentials = json_member(
		&reader->check, &identity_root, document, section.key, JSON_OBJECT, false);
	const char *key;
	json_t *entry;
	json_object_foreach(credentials, key, entry)
	{
		struct json_place here = {.parent = &section, .key = key};
		if (identity_enough(reader, &here))
			return;
		read_entry(reader, &here, entry);
	}
}
