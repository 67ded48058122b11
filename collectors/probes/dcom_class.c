/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/probe.h"
#include "collectors/registry.h"
#include "inventory/vocabulary.h"

#define CLASSES HKLM "SOFTWARE\\Classes\\CLSID"
#define FACTS "dcom/class/"

static void read_app(struct reading *reading, const char *fact, const struct registry_value *value)
{
	const char *text = registry_fact_text(reading->arena, value);
	const char *guid = text ? guid_canonical(reading->arena, text) : NULL;
	if (guid)
		reading_state(reading, fact, guid, value->line);
	else if (text)
		reading_unknown(reading, fact, "line %u: AppID is no GUID", value->line);
	else if (value)
		registry_unknown(reading, fact, value);
}

static void read_class(struct reading *reading, const struct registry *registry, const char *path,
	const char *clsid, unsigned line)
{
	struct arena *arena = reading->arena;
	reading_state(reading, pattern_fill(arena, FACT_CLASS_EXISTS, clsid, NULL), "true", line);
	read_app(reading, pattern_fill(arena, FACT_CLASS_APP, clsid, NULL),
		registry_value(registry, path, "AppID"));
}

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct registry *registry = decoded;
	bool all = registry_covers(registry, artefact, CLASSES);
	if (all)
		reading_cover(reading, FACTS);
	const struct registry_key *key;
	const char *name;
	for (size_t i = 0; registry_next_child(registry, CLASSES, &i, &name, &key);) {
		const char *path = arena_format(reading->arena, CLASSES "\\%s", name);
		const char *clsid = *name == '{' ? guid_canonical(reading->arena, name) : NULL;
		bool covered = all || registry_covers(registry, artefact, path);
		if (!clsid || (!covered && !registry_meant(artefact, path)))
			continue;
		if (!all && covered)
			reading_cover(reading,
				pattern_fill(reading->arena, FACTS "{clsid}/", clsid, NULL));
		read_class(reading, registry, path, clsid, key ? key->line : 0);
	}
	for (size_t i = 0;
		registry_next_absent(reading->arena, registry, artefact, CLASSES, &i, &name);) {
		const char *clsid = guid_canonical(reading->arena, name);
		if (clsid)
			reading_cover(reading,
				pattern_fill(reading->arena, FACTS "{clsid}/", clsid, NULL));
	}
}

static const char *const covers[] = {FACTS "{clsid}/", NULL};

const struct probe probe_dcom_class = {
	.id = "dcom_class",
	.summary = "which DCOM application a class belongs to",
	.format = &format_registry,
	.covers = covers,
	.obtain = "reg export \"HKLM\\SOFTWARE\\Classes\\CLSID\" clsid.reg",
	.wanted = probe_wanted_dcom,
	.read = read,
};
