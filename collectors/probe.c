/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/probe.h"

bool probe_wanted_dcom(const struct cluster *cluster, const struct known *known)
{
	(void)known;
	return cluster->applications.count || cluster->classes.count || cluster->call_count ||
	       (cluster->profile && cluster->profile->demands_applications);
}

bool probe_wanted_iis(const struct cluster *cluster, const struct known *known)
{
	(void)known;
	return cluster->locations.count ||
	       (cluster->profile && cluster->profile->demands_locations);
}
