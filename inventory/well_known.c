/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/vocabulary.h"

#include "base/text.h"

#include <string.h>

/*
 * [MS-DTYP] 2.4.2.4, with the names of an English Windows. The first row of a SID is its canonical
 * name, later ones are spellings that configurations use.
 */
static const struct principal {
	const char *sid;
	const char *name;
} principals[] = {
	{"S-1-1-0", "Everyone"},
	{"S-1-2-0", "LOCAL"},
	{"S-1-3-0", "CREATOR OWNER"},
	{"S-1-3-1", "CREATOR GROUP"},
	{"S-1-3-4", "OWNER RIGHTS"},
	{"S-1-5-1", "DIALUP"},
	{"S-1-5-2", "NETWORK"},
	{"S-1-5-3", "BATCH"},
	{"S-1-5-4", "INTERACTIVE"},
	{"S-1-5-6", "SERVICE"},
	{"S-1-5-7", "ANONYMOUS LOGON"},
	{"S-1-5-7", "AnonymousLogon"},
	{"S-1-5-7", "Anonymous"},
	{"S-1-5-9", "ENTERPRISE DOMAIN CONTROLLERS"},
	{"S-1-5-10", "SELF"},
	{"S-1-5-11", "Authenticated Users"},
	{"S-1-5-11", "AuthenticatedUsers"},
	{"S-1-5-12", "RESTRICTED"},
	{"S-1-5-13", "TERMINAL SERVER USER"},
	{"S-1-5-14", "REMOTE INTERACTIVE LOGON"},
	{"S-1-5-15", "This Organization"},
	{"S-1-5-17", "IUSR"},
	{"S-1-5-18", "SYSTEM"},
	{"S-1-5-18", "LocalSystem"},
	{"S-1-5-18", "Local System"},
	{"S-1-5-19", "LOCAL SERVICE"},
	{"S-1-5-19", "LocalService"},
	{"S-1-5-20", "NETWORK SERVICE"},
	{"S-1-5-20", "NetworkService"},
	{"S-1-5-113", "Local account"},
	{"S-1-5-114", "Local account and member of Administrators group"},
	{"S-1-5-32-544", "Administrators"},
	{"S-1-5-32-545", "Users"},
	{"S-1-5-32-546", "Guests"},
	{"S-1-5-32-547", "Power Users"},
	{"S-1-5-32-548", "Account Operators"},
	{"S-1-5-32-549", "Server Operators"},
	{"S-1-5-32-550", "Print Operators"},
	{"S-1-5-32-551", "Backup Operators"},
	{"S-1-5-32-552", "Replicator"},
	{"S-1-5-32-554", "Pre-Windows 2000 Compatible Access"},
	{"S-1-5-32-555", "Remote Desktop Users"},
	{"S-1-5-32-556", "Network Configuration Operators"},
	{"S-1-5-32-558", "Performance Monitor Users"},
	{"S-1-5-32-559", "Performance Log Users"},
	{"S-1-5-32-562", "Distributed COM Users"},
	{"S-1-5-32-568", "IIS_IUSRS"},
	{"S-1-15-2-1", "ALL APPLICATION PACKAGES"},
	{"S-1-15-2-2", "ALL RESTRICTED APPLICATION PACKAGES"},
	{"S-1-16-0", "Untrusted Mandatory Level"},
	{"S-1-16-4096", "Low Mandatory Level"},
	{"S-1-16-8192", "Medium Mandatory Level"},
	{"S-1-16-8448", "Medium Plus Mandatory Level"},
	{"S-1-16-12288", "High Mandatory Level"},
	{"S-1-16-16384", "System Mandatory Level"},
};

#define PRINCIPALS (sizeof principals / sizeof *principals)

const char *well_known_name(const char *sid)
{
	if (*sid != 'S' && *sid != 's')
		return NULL;
	for (size_t i = 0; i < PRINCIPALS; i++)
		if (strcmp(principals[i].sid + 1, sid + 1) == 0)
			return principals[i].name;
	return NULL;
}

const char *well_known_sid(const char *name)
{
	for (size_t i = 0; i < PRINCIPALS; i++)
		if (text_starts(name, principals[i].name) && !name[strlen(principals[i].name)])
			return principals[i].sid;
	return NULL;
}
