/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/probe.h"
#include "collectors/registry.h"
#include "inventory/vocabulary.h"

#define PACKAGES HKLM "SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0"
/* MSV1_0 looks for the package of number N in AuthN; 132 is that of IIS. */
#define PACKAGE_OF_IIS "Auth132"

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct registry *registry = decoded;
	if (registry_covers(registry, artefact, PACKAGES))
		reading_cover(reading, FACT_SUBAUTH_DLL);
	registry_state(
		reading, FACT_SUBAUTH_DLL, registry_value(registry, PACKAGES, PACKAGE_OF_IIS));
}

static const char *const covers[] = {FACT_SUBAUTH_DLL, NULL};

const struct probe probe_subauthentication = {
	.id = "subauthentication",
	.summary = "the subauthentication package of IIS",
	.format = &format_registry,
	.covers = covers,
	.obtain = "reg export \"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0\" msv1_0.reg",
	.wanted = probe_wanted_iis,
	.read = read,
};
