/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_PROBE_H
#define COLLECTORS_PROBE_H

#include "collectors/artefact.h"
#include "collectors/reading.h"
#include "inventory/inventory.h"

#include <stdbool.h>

/*
 * A probe is one artefact and one reader: bytes to facts, pure. One file in collectors/probes/; its
 * name is the id: probes/dcom_app.c defines "const struct probe probe_dcom_app". How each shell
 * obtains the artefact stands beside it (probes/dcom_app.cmd, .ps1) where such a part exists.
 *
 * `covers` lists the patterns that the probe alone or with others states, in a whole artefact.
 * Where the artefact is missing or damaged all of them are unknown, with the reason; otherwise the
 * reader says by reading_cover which of them this artefact really covers.
 */
struct known; /* what the other artefacts of the node say already; see collectors/merge.h */

struct probe {
	const char *id;
	const char *summary; /* "application permissions and identities of DCOM" */
	const struct format *format;
	const char *const *covers; /* ended by NULL */
	/* What it may state too, but which a whole artefact need not have: damage makes it unknown,
	 * its lack is not missed. NULL: nothing. */
	const char *const *may_state;
	/*
	 * How a person obtains it, a command for the node: "reg export HKLM\... registry.reg".
	 * Never of a key below which a password stands: of that the values alone, as os_version.c
	 * does.
	 */
	const char *obtain;
	/*
	 * Whether this cluster's scope needs the artefact at all; NULL: always. What is not wanted
	 * and not there is not missing. `known` may be asked with known_value.
	 */
	bool (*wanted)(const struct cluster *cluster, const struct known *known);
	/*
	 * Why such an artefact means nothing on this node, by what the others say, or NULL; in the
	 * arena. Then it is not missed, and what it states is unknown: a file of another generation
	 * may have stayed behind. NULL: it always does.
	 */
	const char *(*meaningless)(struct arena *arena, const struct known *others);
	const char *const *elsewhere; /* of `covers`, what somebody else must say then; or NULL */
	/* `decoded` is what format->decode gave. Cannot fail: damage is the format's to find. */
	void (*read)(const struct artefact *artefact, const void *decoded, struct reading *reading);
};

extern const struct probe *const probe_catalogue[]; /* sorted by id, ended by NULL */

/* Common answers for `wanted`. */
bool probe_wanted_dcom(const struct cluster *cluster, const struct known *known);
bool probe_wanted_iis(const struct cluster *cluster, const struct known *known);

#endif
