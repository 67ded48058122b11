/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/metabase.h"

#include "base/number.h"
#include "base/text.h"
#include "collectors/merge.h"
#include "collectors/probe.h"
#include "inventory/vocabulary.h"

#include <string.h>

#define SERVICE "/LM/W3SVC"
#define POOLS "/LM/W3SVC/AppPools/"

static const char *const covers[] = {
	FACT_LOCATION_EXISTS,
	FACT_LOCATION_POOL,
	FACT_ANONYMOUS_ENABLED,
	FACT_ANONYMOUS_USER,
	FACT_ANONYMOUS_SYNC,
	FACT_ANONYMOUS_LOGON_METHOD,
	FACT_ANONYMOUS_EXPLICIT,
	FACT_POOL_IDENTITY,
	FACT_POOL_USER,
	FACT_WAM_USER,
	NULL,
};

static const char *const may_state[] = {FACT_IIS_VERSION, FACT_IIS_ISOLATION, NULL};

/* --- what values mean: NULL where that is not known --------------------------------------------
 */

struct word {
	const char *written;
	const char *meaning;
};

static const char *look_up(const struct word *words, const char *written)
{
	for (; words->written; words++)
		if (text_same(words->written, written))
			return words->meaning;
	return NULL;
}

static const char *truth(struct arena *arena, const char *value)
{
	(void)arena;
	static const struct word words[] = {
		{"TRUE", "true"},
		{"1", "true"},
		{"FALSE", "false"},
		{"0", "false"},
		{0},
	};
	return look_up(words, value);
}

static const char *logon_method(struct arena *arena, const char *value)
{
	(void)arena;
	static const struct word words[] = {
		{"0", "interactive"},
		{"1", "batch"},
		{"2", "network"},
		{"3", "cleartext"},
		{"interactive", "interactive"},
		{"batch", "batch"},
		{"network", "network"},
		{"cleartext", "cleartext"},
		{"network-cleartext", "cleartext"},
		{"MD_LOGON_INTERACTIVE", "interactive"},
		{"MD_LOGON_BATCH", "batch"},
		{"MD_LOGON_NETWORK", "network"},
		{"MD_LOGON_NETWORK_CLEARTEXT", "cleartext"},
		{0},
	};
	return look_up(words, value);
}

static const char *pool_identity(struct arena *arena, const char *value)
{
	(void)arena;
	static const struct word words[] = {
		{"0", "local-system"},
		{"1", "local-service"},
		{"2", "network-service"},
		{"3", "specific-user"},
		{"LocalSystem", "local-system"},
		{"LocalService", "local-service"},
		{"NetworkService", "network-service"},
		{"SpecificUser", "specific-user"},
		{0},
	};
	return look_up(words, value);
}

/* The words of AuthFlags, and whether each of them is the one for anonymous access. */
static const char *flag(struct arena *arena, const char *start, size_t length)
{
	static const struct word words[] = {
		{"AuthAnonymous", "true"},
		{"AuthBasic", "false"},
		{"AuthNTLM", "false"},
		{"AuthMD5", "false"},
		{"AuthPassport", "false"},
		{0},
	};
	while (length > 0 && start[0] == ' ') {
		start++;
		length--;
	}
	while (length > 0 && start[length - 1] == ' ')
		length--;
	return look_up(words, arena_text_n(arena, start, length));
}

static const char *anonymous_flag(struct arena *arena, const char *value)
{
	uint64_t bits;
	if (number_read(value, strlen(value), 10, UINT32_MAX, &bits))
		return bits & 1 ? "true" : "false";
	const char *found = "false";
	for (const char *end;; value = end + 1) {
		end = value + strcspn(value, "|");
		const char *meaning = flag(arena, value, (size_t)(end - value));
		if (!meaning)
			return NULL;
		if (strcmp(meaning, "true") == 0)
			found = meaning;
		if (!*end)
			return found;
	}
}

static const char *isolation_mode(struct arena *arena, const char *value)
{
	const char *iis5 = truth(arena, value);
	if (!iis5)
		return NULL;
	return strcmp(iis5, "true") == 0 ? "iis5" : "worker-process";
}

/* A pool is called by one name on every node, so that it can stand in a path. */
static const char *pool_name(struct arena *arena, const char *value)
{
	return text_fold(arena, value);
}

/* --- statements --------------------------------------------------------------------------------
 */

struct aspect {
	enum metabase_property property;
	const char *fact;
	const char *(*meaning)(struct arena *arena, const char *value); /* NULL: as it is */
	const char *fallback; /* what holds where nobody sets it; NULL: not known */
};

/* Gives the value, or NULL. `setter` is where it is set; NULL: nowhere. */
static const char *state(struct reading *reading, const struct aspect *aspect, const char *path,
	const struct metabase_key *setter)
{
	if (!setter)
		return NULL;
	const char *value = setter->properties[aspect->property];
	unsigned line = setter->lines[aspect->property];
	if (aspect->meaning)
		value = aspect->meaning(reading->arena, value);
	if (value)
		reading_state(reading, path, value, line);
	else
		reading_unknown(reading, path, "line %u: the value of %s cannot be understood",
			line, metabase_property_name(aspect->property));
	return value;
}

static const char *state_effective(struct reading *reading, const struct aspect *aspect,
	const char *name, const struct metabase_key *key)
{
	const char *path = pattern_fill(reading->arena, aspect->fact, name, NULL);
	const struct metabase_key *setter = metabase_setter(key, aspect->property);
	if (setter || !aspect->fallback)
		return state(reading, aspect, path, setter);
	reading_state(reading, path, aspect->fallback, key->line);
	return aspect->fallback;
}

static void state_explicit(
	struct reading *reading, const char *location, const struct metabase_key *key)
{
	static const struct {
		enum metabase_property property;
		const char *word;
	} parts[] = {
		{METABASE_AUTH_FLAGS, "enabled"},
		{METABASE_LOGON_METHOD, "logon-method"},
		{METABASE_ANONYMOUS_PASSWORD, "password"},
		{METABASE_ANONYMOUS_SYNC, "sync"},
		{METABASE_ANONYMOUS_USER, "user"},
	};
	const char *words = NULL;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (key->properties[parts[i].property])
			words = words ? arena_format(reading->arena, "%s %s", words, parts[i].word)
				      : parts[i].word;
	if (words)
		reading_state(reading,
			pattern_fill(reading->arena, FACT_ANONYMOUS_EXPLICIT, location, NULL),
			words, key->line);
}

/* --- web locations -----------------------------------------------------------------------------
 */

static bool is_web_class(const char *class_name)
{
	static const char *const classes[] = {"IIsWebService", "IIsWebServer", "IIsWebVirtualDir",
		"IIsWebDirectory", "IIsWebFile", "IIsConfigObject"};
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcmp(classes[i], class_name) == 0)
			return true;
	return false;
}

/* The service, a site (a number), its ROOT and what lies below: not Filters, Info, AppPools. */
static bool is_web_place(const char *location)
{
	size_t site = strspn(location, "0123456789");
	if (site == 0)
		return strcmp(location, "/") == 0;
	const char *rest = location + site;
	if (*rest == '\0')
		return true;
	static const char root[] = "/root";
	if (strncmp(rest, root, sizeof root - 1) != 0)
		return false;
	return rest[sizeof root - 1] == '\0' || rest[sizeof root - 1] == '/';
}

/* A key at or below the web service as a canonical location, or NULL. */
static const char *web_location(struct arena *arena, const struct metabase_key *key)
{
	if (!is_web_class(key->class_name) || !text_starts(key->location, SERVICE))
		return NULL;
	char next = key->location[sizeof SERVICE - 1];
	if (next != '\0' && next != '/')
		return NULL;
	const char *location = location_canonical(arena, key->location);
	return location && is_web_place(location) ? location : NULL;
}

static void read_location(
	struct reading *reading, const struct metabase_key *key, const char *location, bool whole)
{
	static const struct aspect aspects[] = {
		{METABASE_POOL_ID, FACT_LOCATION_POOL, pool_name, NULL},
		{METABASE_ANONYMOUS_USER, FACT_ANONYMOUS_USER, NULL, NULL},
		{METABASE_ANONYMOUS_SYNC, FACT_ANONYMOUS_SYNC, truth, NULL},
		{METABASE_LOGON_METHOD, FACT_ANONYMOUS_LOGON_METHOD, logon_method, NULL},
	};
	struct aspect enabled = {
		METABASE_AUTH_FLAGS, FACT_ANONYMOUS_ENABLED, anonymous_flag, whole ? "true" : NULL};
	reading_state(reading, pattern_fill(reading->arena, FACT_LOCATION_EXISTS, location, NULL),
		"true", key->line);
	state_effective(reading, &enabled, location, key);
	for (size_t i = 0; i < sizeof aspects / sizeof *aspects; i++)
		state_effective(reading, &aspects[i], location, key);
	state_explicit(reading, location, key);
}

/* --- pools and the service ---------------------------------------------------------------------
 */

static void read_pool(struct reading *reading, const struct metabase_key *key, bool whole)
{
	const struct aspect identity = {METABASE_POOL_IDENTITY, FACT_POOL_IDENTITY, pool_identity,
		whole ? "network-service" : NULL};
	static const struct aspect user = {METABASE_WAM_USER, FACT_POOL_USER, NULL, NULL};
	const char *name = text_fold(reading->arena, key->location + sizeof POOLS - 1);
	const char *held = state_effective(reading, &identity, name, key);
	if (!held && whole)
		reading_unknown(reading, pattern_fill(reading->arena, FACT_POOL_USER, name, NULL),
			"line %u: the identity of this pool cannot be understood", key->line);
	else if (held && strcmp(held, "specific-user") == 0)
		state_effective(reading, &user, name, key);
}

static bool is_pool(const struct metabase_key *key)
{
	if (strcmp(key->class_name, "IIsApplicationPool") != 0 ||
		!text_starts(key->location, POOLS))
		return false;
	const char *name = key->location + sizeof POOLS - 1;
	return *name && !strchr(name, '/');
}

static void read_service(struct reading *reading, const struct metabase_key *service)
{
	static const struct aspect aspects[] = {
		{METABASE_WAM_USER, FACT_WAM_USER, NULL, NULL},
		{METABASE_ISOLATION_IIS5, FACT_IIS_ISOLATION, isolation_mode, NULL},
	};
	for (size_t i = 0; i < sizeof aspects / sizeof *aspects; i++)
		state(reading, &aspects[i], aspects[i].fact,
			service->properties[aspects[i].property] ? service : NULL);
}

static void read_version(struct reading *reading, const struct metabase_key *info)
{
	const char *major = info ? info->properties[METABASE_VERSION_MAJOR] : NULL;
	const char *minor = info ? info->properties[METABASE_VERSION_MINOR] : NULL;
	if (!major || !minor)
		return;
	unsigned line = info->lines[METABASE_VERSION_MAJOR];
	uint64_t a, b;
	if (number_read(major, strlen(major), 10, 99, &a) &&
		number_read(minor, strlen(minor), 10, 99, &b))
		reading_state(reading, FACT_IIS_VERSION,
			arena_format(reading->arena, "%u.%u", (unsigned)a, (unsigned)b), line);
	else
		reading_unknown(reading, FACT_IIS_VERSION,
			"line %u: the version of IIS cannot be understood", line);
}

static void cover(struct reading *reading, const struct artefact *artefact, bool whole)
{
	for (size_t i = 0; covers[i]; i++) {
		if (whole)
			reading_cover(reading, covers[i]);
		else if (!artefact_partial(artefact))
			reading_unknown(reading, covers[i],
				"it has no key " SERVICE
				": not a whole MetaBase.xml of a web server");
	}
}

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct metabase *metabase = decoded;
	const struct metabase_key *service = metabase_key(metabase, SERVICE);
	/* Without the service, what is inherited cannot be known. */
	bool whole = service && !artefact_partial(artefact);
	for (size_t i = 0; i < metabase->count; i++) {
		const struct metabase_key *key = &metabase->keys[i];
		const char *location = web_location(reading->arena, key);
		if (location)
			read_location(reading, key, location, whole);
		else if (is_pool(key))
			read_pool(reading, key, whole);
	}
	if (service)
		read_service(reading, service);
	read_version(reading, metabase_key(metabase, SERVICE "/Info"));
	cover(reading, artefact, whole);
}

/* MetaBase.xml is of IIS 6 alone. Its compatibility part brings one to later ones, too. */
static const char *meaningless(struct arena *arena, const struct known *others)
{
	const char *version = known_value(others, FACT_IIS_VERSION);
	if (!version || text_starts(version, "6."))
		return NULL;
	return arena_format(arena,
		"MetaBase.xml is of IIS 6, and this node has IIS %s, whose settings are elsewhere: "
		"identity.json says them",
		version);
}

static const char *const elsewhere[] = {
	FACT_LOCATION_EXISTS,
	FACT_ANONYMOUS_ENABLED,
	FACT_ANONYMOUS_USER,
	FACT_ANONYMOUS_LOGON_METHOD,
	NULL,
};

const struct probe probe_metabase = {
	.id = "metabase",
	.summary = "anonymous access, application pools and their accounts of IIS 6",
	.format = &format_metabase,
	.covers = covers,
	.may_state = may_state,
	.obtain = "copy %windir%\\system32\\inetsrv\\MetaBase.xml MetaBase.xml",
	.wanted = probe_wanted_iis,
	.meaningless = meaningless,
	.elsewhere = elsewhere,
	.read = read,
};
