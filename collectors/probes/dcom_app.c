/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/probe.h"
#include "collectors/registry_permission.h"
#include "inventory/vocabulary.h"

/* The view of 32-bit programs, WOW6432Node, is another configuration and is not looked at. */
#define APPLICATIONS HKLM "SOFTWARE\\Classes\\AppID"
#define FACTS "dcom/app/"

static const struct setting {
	const char *value;
	const char *fact;
} settings[] = {
	{"", FACT_APP_NAME},
	{"LocalService", FACT_APP_SERVICE},
	{"DllSurrogate", FACT_APP_SURROGATE},
	{"RemoteServerName", FACT_APP_REMOTE_SERVER},
	{"AuthenticationLevel", FACT_APP_AUTHENTICATION},
};

struct app {
	struct reading *reading;
	const struct registry *registry;
	const char *key;
	const char *guid;
	bool covered;
};

static const char *fact(const struct app *app, const char *pattern)
{
	return pattern_fill(app->reading->arena, pattern, app->guid, NULL);
}

static const struct registry_value *value(const struct app *app, const char *name)
{
	return registry_value(app->registry, app->key, name);
}

static void read_identity(const struct app *app)
{
	const struct registry_value *run_as = value(app, "RunAs");
	const char *text = registry_fact_text(app->reading->arena, run_as);
	if (text_same(text, "Interactive User"))
		reading_state(app->reading, fact(app, FACT_APP_IDENTITY), "interactive-user",
			run_as->line);
	else
		registry_state(app->reading, fact(app, FACT_APP_IDENTITY), run_as);
}

static void read_app(const struct app *app, const struct registry_key *key)
{
	reading_state(app->reading, fact(app, FACT_APP_EXISTS), "true", key ? key->line : 0);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		registry_state(
			app->reading, fact(app, settings[i].fact), value(app, settings[i].value));
	read_identity(app);
	registry_permission(app->reading, value(app, "LaunchPermission"), app->covered,
		fact(app, LIST_APP_LAUNCH), COM_LAUNCH);
	registry_permission(app->reading, value(app, "AccessPermission"), app->covered,
		fact(app, LIST_APP_ACCESS), COM_ACCESS);
}

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct registry *registry = decoded;
	bool all = registry_covers(registry, artefact, APPLICATIONS);
	if (all)
		reading_cover(reading, FACTS);
	const struct registry_key *key;
	const char *name;
	for (size_t i = 0; registry_next_child(registry, APPLICATIONS, &i, &name, &key);) {
		const char *path = arena_format(reading->arena, APPLICATIONS "\\%s", name);
		struct app app = {.reading = reading, .registry = registry, .key = path};
		/* Names of programs stand among the GUIDs: they only refer to one. */
		app.guid = *name == '{' ? guid_canonical(reading->arena, name) : NULL;
		app.covered = all || registry_covers(registry, artefact, path);
		if (!app.guid || (!app.covered && !registry_meant(artefact, path)))
			continue;
		if (!all && app.covered)
			reading_cover(reading, fact(&app, FACT_APP));
		read_app(&app, key);
	}
	for (size_t i = 0; registry_next_absent(
		     reading->arena, registry, artefact, APPLICATIONS, &i, &name);) {
		const char *guid = guid_canonical(reading->arena, name);
		if (guid)
			reading_cover(reading, pattern_fill(reading->arena, FACT_APP, guid, NULL));
	}
}

static const char *const covers[] = {FACT_APP, NULL};

const struct probe probe_dcom_app = {
	.id = "dcom_app",
	.summary = "permissions and identities of DCOM applications",
	.format = &format_registry,
	.covers = covers,
	.obtain = "reg export \"HKLM\\SOFTWARE\\Classes\\AppID\" appid.reg",
	.wanted = probe_wanted_dcom,
	.read = read,
};
