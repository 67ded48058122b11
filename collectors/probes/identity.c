/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/identity.h"

#include "collectors/probe.h"
#include "inventory/vocabulary.h"

#include <string.h>

static const char *const covers[] = {
	FACT_NODE_NAME,
	FACT_NODE_SID,
	FACT_NODE_DOMAIN,
	FACT_OS_VERSION,
	FACT_ANONYMOUS_PASSWORD,
	NULL,
};

static const char *const may_state[] = {
	FACT_IIS_VERSION,
	FACT_IIS_ISOLATION,
	"account/",
	FACT_ACCOUNTS_COMPLETE,
	FACT_WAM_USER,
	FACT_WAM_PASSWORD,
	FACT_LOCATION_EXISTS,
	FACT_ANONYMOUS_ENABLED,
	FACT_ANONYMOUS_USER,
	FACT_ANONYMOUS_SYNC,
	FACT_ANONYMOUS_LOGON_METHOD,
	FACT_POOL_USER,
	FACT_POOL_PASSWORD,
	NULL,
};

static void read(const struct artefact *artefact, const void *decoded, struct reading *reading)
{
	const struct identity *identity = decoded;
	for (size_t i = 0; i < identity->count; i++) {
		const struct identity_claim *claim = &identity->claims[i];
		if (artefact_partial(artefact) && strcmp(claim->path, FACT_ACCOUNTS_COMPLETE) == 0)
			continue; /* it says that nothing is missing */
		if (claim->value)
			reading_state(reading, claim->path, claim->value, 0);
		else if (claim->why)
			reading_unknown(reading, claim->path, "%s", claim->why);
		else
			reading_cover(reading, claim->path);
	}
}

const struct probe probe_identity = {
	.id = "identity",
	.summary = "the node, its accounts and its configured credentials",
	.format = &format_identity,
	.covers = covers,
	.may_state = may_state,
	.obtain = "write identity.json as collectors/identity.schema.json says (computer, "
		  "accounts, credentials)",
	.read = read,
};
