/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/merge.h"
#include "collectors/probe.h"
#include "collectors/registry.h"
#include "inventory/vocabulary.h"

#include <inttypes.h>

#define SETUP HKLM "SOFTWARE\\Microsoft\\InetStp"

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct registry *registry = decoded;
	const struct registry_value *major = registry_value(registry, SETUP, "MajorVersion");
	const struct registry_value *minor = registry_value(registry, SETUP, "MinorVersion");
	if (registry_covers(registry, artefact, SETUP))
		reading_cover(reading, FACT_IIS_VERSION);
	if (!major || !minor || !major->number_known || !minor->number_known)
		return;
	reading_state(reading, FACT_IIS_VERSION,
		arena_format(reading->arena, "%" PRIu64 ".%" PRIu64, major->number, minor->number),
		major->line);
}

static bool wanted(const struct cluster *cluster, const struct known *known)
{
	return probe_wanted_iis(cluster, known) && !known_value(known, FACT_IIS_VERSION);
}

static const char *const covers[] = {FACT_IIS_VERSION, NULL};

const struct probe probe_iis_version = {
	.id = "iis_version",
	.summary = "the version of IIS",
	.format = &format_registry,
	.covers = covers,
	.obtain = "reg export \"HKLM\\SOFTWARE\\Microsoft\\InetStp\" inetstp.reg",
	.wanted = wanted,
	.read = read,
};
