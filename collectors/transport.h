/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_TRANSPORT_H
#define COLLECTORS_TRANSPORT_H

#include "base/secret.h"
#include "collectors/artefact.h"
#include "collectors/breaker.h"
#include "collectors/contact.h"
#include "collectors/probe.h"
#include "collectors/recording.h"
#include "inventory/inventory.h"

#include <stdint.h>

/*
 * A transport carries requests to a node and brings artefacts back. One file in
 * collectors/transports/, named after the scheme: transports/files.c defines
 * "const struct transport transport_files" for nodes with "files": "...".
 *
 * A node that cannot be reached is an error of open or fetch, with a text that says what happened
 * and what to do; collect.c turns it into a snapshot whose coverage says so. An artefact that could
 * not be obtained alone is no error: it comes with `damage` set.
 */
struct transport_options {
	const char *folder;	       /* of the inventory: relative paths start here */
	int64_t deadline;	       /* base/clock.h; of this node */
	const struct secret *key;      /* of the run, for fingerprints; NULL: ask for no secrets */
	struct breaker *breaker;       /* NULL: nothing is authenticated */
	struct recorder *recorder;     /* NULL: nothing is recorded */
	const char *known_hosts;       /* instead of the user's files; NULL: those */
	const struct cluster *cluster; /* the scope of what is asked */
	bool check_logon;      /* the guarded logon check; off unless the user asks for it */
	contact_cell *contact; /* told while opening; or NULL */
};

struct transport {
	const char *scheme;
	const char *summary;
	/*
	 * Opens a session; everything it and fetch give out lives in the arena. NULL on error:
	 * ERROR_UNREACHABLE.
	 */
	void *(*open)(struct arena *arena, const struct node *node,
		const struct transport_options *options, struct error *error);
	/*
	 * Answers the requests of these probes (ended by NULL). A transport that carries what
	 * somebody collected before gives all it has. `content` is set and `format` recognised;
	 * decoding is the caller's.
	 */
	int (*fetch)(void *session, const struct probe *const *probes, struct artefacts *artefacts,
		struct error *error);
	void (*close)(void *session); /* may be NULL */
	/* By which way, if not the scheme's usual one, and why; lent. The answer or all may be
	 * NULL. */
	const char *(*via)(void *session);
	/*
	 * Called once for each node before worker processes start, which inherit what it leaves in
	 * memory: decrypted keys, for example. What fails shows when the node is opened. NULL:
	 * nothing to prepare.
	 */
	void (*prepare)(const struct node *node, const struct transport_options *options);
};

extern const struct transport *const transport_catalogue[]; /* ended by NULL */
const struct transport *transport_find(const char *scheme);

#endif
