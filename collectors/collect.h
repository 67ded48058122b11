/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_COLLECT_H
#define COLLECTORS_COLLECT_H

#include "collectors/artefact.h"
#include "collectors/contact.h"
#include "inventory/inventory.h"
#include "inventory/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

struct breaker;
struct secret;

/* What is the same for all nodes of a run. Zeroed: no secrets, nothing recorded. */
struct collect_options {
	const struct secret *key; /* NULL: --no-secrets */
	struct breaker *breaker;
	const char *record;	 /* folder for recordings, or NULL */
	const char *known_hosts; /* or NULL */
	bool check_logon;	 /* the guarded logon check */
	contact_cell *contact;	 /* where the transport tells how far it came, or NULL */
};

/*
 * One node to one snapshot, over whichever transport its source names: open, fetch, record, decode,
 * read, merge, close. Never fails: what could not be had by the deadline (base/clock.h) is in the
 * snapshot's coverage.
 */
struct snapshot *collect_node(const struct inventory *inventory, const struct cluster *cluster,
	const struct node *node, const struct collect_options *options, int64_t deadline);

/* The folder below options->record for this node's recording. */
const char *collect_recording_name(struct arena *arena, const struct inventory *inventory,
	const struct cluster *cluster, const struct node *node);

/* The format whose content this is, or NULL. Asks every format of the probe catalogue. */
const struct format *format_recognise(struct bytes content);
/* The format that a file name suggests, or NULL. */
const struct format *format_suggested(const char *file_name);

#endif
