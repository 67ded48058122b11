/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/inventory.h"

#include <string.h>

static const struct profile profile_iis = {
	.name = "iis",
	.summary = "web sites on IIS",
	.locations = (const char *const[]){"/", NULL},
	.services = (const char *const[]){"W3SVC", NULL},
	.demands_locations = true,
};

static const struct profile profile_dcom = {
	.name = "dcom",
	.summary = "DCOM applications that the peer or other machines call",
	.demands_applications = true,
};

static const struct profile profile_conferencing = {
	.name = "conferencing",
	.summary = "web pages on each node that call DCOM applications on its peer",
	.locations = (const char *const[]){"1/ROOT/conferencing", NULL},
	.services = (const char *const[]){"W3SVC", NULL},
	.demands_locations = true,
	.demands_applications = true,
	.locations_call = true,
};

const struct profile *const profile_catalogue[] = {
	&profile_conferencing,
	&profile_dcom,
	&profile_iis,
	NULL,
};

const struct profile *profile_find(const char *name)
{
	for (size_t i = 0; profile_catalogue[i]; i++) {
		if (strcmp(profile_catalogue[i]->name, name) == 0)
			return profile_catalogue[i];
	}
	return NULL;
}
