/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/probe.h"
#include "collectors/registry_permission.h"
#include "inventory/vocabulary.h"

#define OLE HKLM "SOFTWARE\\Microsoft\\Ole"
#define COMPATIBILITY OLE "\\AppCompat"

static const struct list {
	const char *value;
	const char *list;
	enum com_list kind;
} lists[] = {
	{"DefaultLaunchPermission", LIST_LAUNCH_DEFAULT, COM_LAUNCH},
	{"DefaultAccessPermission", LIST_ACCESS_DEFAULT, COM_ACCESS},
	{"MachineLaunchRestriction", LIST_LAUNCH_LIMIT, COM_LAUNCH},
	{"MachineAccessRestriction", LIST_ACCESS_LIMIT, COM_ACCESS},
};

static const struct setting {
	const char *key;
	const char *value;
	const char *fact;
} settings[] = {
	{OLE, "LegacyAuthenticationLevel", FACT_DCOM_AUTHENTICATION},
	{OLE, "LegacyImpersonationLevel", FACT_DCOM_IMPERSONATION},
	{COMPATIBILITY, "RequireIntegrityActivationAuthenticationLevel",
		FACT_DCOM_HARDENING_SERVER},
	{COMPATIBILITY, "RaiseActivationAuthenticationLevel", FACT_DCOM_HARDENING_CLIENT},
};

static void read_enabled(const struct registry_value *value, struct reading *reading)
{
	const char *text = registry_fact_text(reading->arena, value);
	if (text_same(text, "y"))
		reading_state(reading, FACT_DCOM_ENABLED, "Y", value->line);
	else if (text_same(text, "n"))
		reading_state(reading, FACT_DCOM_ENABLED, "N", value->line);
	else
		registry_state(reading, FACT_DCOM_ENABLED, value);
}

static void read_coverage(
	const struct artefact *artefact, const struct registry *registry, struct reading *reading)
{
	if (registry_covers(registry, artefact, OLE)) {
		reading_cover(reading, FACT_DCOM_MACHINE);
	} else if (registry_covers(registry, artefact, COMPATIBILITY)) {
		reading_cover(reading, FACT_DCOM_HARDENING_SERVER);
		reading_cover(reading, FACT_DCOM_HARDENING_CLIENT);
	}
}

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct registry *registry = decoded;
	bool covered = registry_covers(registry, artefact, OLE);
	read_coverage(artefact, registry, reading);
	read_enabled(registry_value(registry, OLE, "EnableDCOM"), reading);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		registry_state(reading, settings[i].fact,
			registry_value(registry, settings[i].key, settings[i].value));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		registry_permission(reading, registry_value(registry, OLE, lists[i].value), covered,
			lists[i].list, lists[i].kind);
}

static const char *const covers[] = {FACT_DCOM_MACHINE, NULL};

const struct probe probe_dcom_machine = {
	.id = "dcom_machine",
	.summary = "machine-wide permissions, limits and levels of DCOM",
	.format = &format_registry,
	.covers = covers,
	.obtain = "reg export \"HKLM\\SOFTWARE\\Microsoft\\Ole\" ole.reg",
	.wanted = probe_wanted_dcom,
	.read = read,
};
