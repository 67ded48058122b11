/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/merge.h"
#include "collectors/probe.h"
#include "collectors/registry.h"
#include "inventory/vocabulary.h"

#include <ctype.h>

#define NAMES HKLM "SYSTEM\\CurrentControlSet\\Control\\ComputerName"
/* What holds now; the other one is what will hold after the next start. */
#define ACTIVE NAMES "\\ActiveComputerName"
#define CONFIGURED NAMES "\\ComputerName"

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct registry *registry = decoded;
	const struct registry_value *value = registry_value(registry, ACTIVE, "ComputerName");
	if (!value && !artefact_partial(artefact))
		value = registry_value(registry, CONFIGURED, "ComputerName");
	if (registry_covers(registry, artefact, NAMES))
		reading_cover(reading, FACT_NODE_NAME);
	char *name = registry_fact_text(reading->arena, value);
	if (value && !name)
		registry_unknown(reading, FACT_NODE_NAME, value);
	if (!name || value->type != REGISTRY_SZ)
		return;
	for (char *at = name; *at; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)toupper(*at);
	reading_state(reading, FACT_NODE_NAME, name, value->line);
}

static bool wanted(const struct cluster *cluster, const struct known *known)
{
	(void)cluster;
	return !known_value(known, FACT_NODE_NAME);
}

static const char *const covers[] = {FACT_NODE_NAME, NULL};

const struct probe probe_computer_name = {
	.id = "computer_name",
	.summary = "the computer's own name",
	.format = &format_registry,
	.covers = covers,
	.obtain = "reg export \"HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\" "
		  "computername.reg",
	.wanted = wanted,
	.read = read,
};
