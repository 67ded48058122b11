/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/probe.h"
#include "collectors/registry.h"
#include "inventory/vocabulary.h"

#include <inttypes.h>
#include <string.h>

#define VERSION HKLM "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
#define DIGITS "0123456789"

static const struct registry_value *find(const struct registry *registry, const char *name)
{
	return registry_value(registry, VERSION, name);
}

static const char *text_value(
	struct arena *arena, const struct registry *registry, const char *name)
{
	const struct registry_value *value = find(registry, name);
	return value && value->type == REGISTRY_SZ ? registry_fact_text(arena, value) : NULL;
}

/*
 * CurrentVersion stays at "6.3" for ever; the two numbers came with what follows that. Where they
 * may only not have been printed, it says nothing.
 */
static const char *release(struct arena *arena, const struct registry *registry, bool partial)
{
	const struct registry_value *major = find(registry, "CurrentMajorVersionNumber");
	const struct registry_value *minor = find(registry, "CurrentMinorVersionNumber");
	if (major && minor && major->number_known && minor->number_known)
		return arena_format(arena, "%" PRIu64 ".%" PRIu64, major->number, minor->number);
	const char *text = partial ? NULL : text_value(arena, registry, "CurrentVersion");
	int order;
	return text && version_compare(text, 0, 0, &order) == 0 ? text : NULL;
}

/* Windows 2000 has a sentence in CurrentBuild that begins with another number. */
static const char *build(struct arena *arena, const struct registry *registry)
{
	static const char *const names[] = {"CurrentBuildNumber", "CurrentBuild"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *text = text_value(arena, registry, names[i]);
		if (text && *text && text[strspn(text, DIGITS)] == '\0')
			return text;
	}
	return NULL;
}

static bool read_version(const struct registry *registry, bool partial, struct reading *reading)
{
	struct arena *arena = reading->arena;
	const char *numbers = release(arena, registry, partial), *last = build(arena, registry);
	if (!numbers || !last)
		return false;
	reading_state(reading, FACT_OS_VERSION, arena_format(arena, "%s.%s", numbers, last),
		registry_key(registry, VERSION)->line);
	return true;
}

/* "Service Pack 2" in words of any language. */
static void read_service_pack(const struct registry *registry, struct reading *reading)
{
	const struct registry_value *value = find(registry, "CSDVersion");
	const char *text = text_value(reading->arena, registry, "CSDVersion");
	if (value && !text)
		registry_unknown(reading, FACT_OS_SERVICE_PACK, value);
	if (!text || !*text)
		return;
	const char *digits = text + strcspn(text, DIGITS);
	if (*digits)
		text = arena_text_n(reading->arena, digits, strspn(digits, DIGITS));
	reading_state(reading, FACT_OS_SERVICE_PACK, text, value->line);
}

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct registry *registry = decoded;
	bool covered = registry_covers_values(registry, artefact, VERSION);
	bool complete = read_version(registry, artefact_partial(artefact), reading);
	registry_state(reading, FACT_OS_NAME, find(registry, "ProductName"));
	read_service_pack(registry, reading);
	if (!covered)
		return;
	reading_cover(reading, FACT_OS_NAME);
	reading_cover(reading, FACT_OS_SERVICE_PACK);
	if (complete)
		reading_cover(reading, FACT_OS_VERSION);
	else
		reading_unknown(reading, FACT_OS_VERSION,
			"the registry has no version and build number of Windows");
}

static const char *const covers[] = {FACT_OS_VERSION, FACT_OS_NAME, FACT_OS_SERVICE_PACK, NULL};

const struct probe probe_os_version = {
	.id = "os_version",
	.summary = "version, build and service pack of Windows",
	.format = &format_registry,
	.covers = covers,
	/* The values alone: below this key Windows keeps much more, and a password in Winlogon. */
	.obtain =
		"reg query \"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\""
		" > windows.txt && echo #asked "
		"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\*"
		">> windows.txt",
	.read = read,
};
