/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_MERGE_H
#define COLLECTORS_MERGE_H

#include "collectors/artefact.h"
#include "collectors/probe.h"
#include "collectors/reading.h"
#include "inventory/snapshot.h"

/*
 * All readings of one node become one snapshot.
 *
 * - Equal statements of one path are one. Different ones, or one artefact stating what another one
 *   that was read whole does not have, make the path unknown; the reason names both artefacts.
 * - A damaged artefact: all that the probes of its format cover is unknown, with file and place,
 *   whatever other artefacts say, because it might say something else.
 * - An artefact for which one probe asked the node and which did not come: what that probe covers,
 *   for the application or class that was asked, is unknown unless artefacts of other probes say
 * it.
 * - A partial artefact: what it states holds; what that probe covers and nobody states or covers is
 *   unknown.
 * - An artefact that means nothing on this node (of another version of IIS): what it states is
 *   unknown, with the reason, unless others state it.
 * - A probe whose artefact is wanted but did not come, or came without covering all: what it covers
 *   and nobody else covered is unknown, with how to obtain it.
 */
struct known {
	const struct reading *readings;
	size_t count;
};

/* The first value stated for a path, or NULL: for probes' `wanted`. */
const char *known_value(const struct known *known, const char *path);

/*
 * Reads every artefact (format recognised, content decoded) with every probe of its format and
 * merges. The snapshot is sealed, SIDs are resolved, `collected` is the latest modification time.
 */
struct snapshot *merge_artefacts(const struct cluster *cluster, const struct node *node,
	const char *source, const struct artefacts *artefacts);

#endif
