/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_IDENTITY_H
#define COLLECTORS_IDENTITY_H

#include "collectors/artefact.h"

/*
 * identity.json: what a node says of itself, its accounts and its configured credentials, written
 * by the collection script or by hand. The file format is collectors/identity.schema.json.
 * Passwords stand in it as fingerprints only; anything else in their place is refused without being
 * quoted.
 *
 * Decoded it is a list of claims about fact paths (inventory/vocabulary.h). Everything is checked
 * when it is decoded: account names are canonical for the computer, values are printable.
 */
struct identity_claim {
	const char *path;  /* a path; a pattern (base/pattern.h) where there is no value */
	const char *value; /* what stands there; NULL: nothing does, or it is unknown */
	const char *why;   /* why it is unknown, or NULL */
};

struct identity {
	struct identity_claim *claims; /* in the order of the schema */
	size_t count, capacity;
};

extern const struct format format_identity;
struct identity *identity_decode(struct arena *arena, struct bytes content, struct error *error);

#endif
