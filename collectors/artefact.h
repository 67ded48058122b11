/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_ARTEFACT_H
#define COLLECTORS_ARTEFACT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <time.h>

/* No artefact is larger; a larger one is damaged, not cut. */
#define ARTEFACT_LIMIT ((size_t)64 << 20)

/*
 * The format of an artefact: how it is recognised and decoded. Several probes may read one format
 * (all registry probes read "registry"); an artefact is decoded once for all of them.
 */
struct format {
	const char *name;      /* "registry" */
	const char *file_name; /* what we call such a file when we write or ask for one */
	/*
	 * True when the content is of this format, damaged or not: decided by how it begins, not
	 * by the file name. Must be cheap, safe on any bytes, and true for at most one format.
	 */
	bool (*recognise)(struct bytes content);
	/* True when the file name alone suggests it; asked only where no content could be had. */
	bool (*suggests)(const char *file_name);
	/*
	 * Decodes into the arena; NULL with an error "line N: what" (never quoting content) when
	 * the artefact is damaged. What it keeps holds no secret: passwords are dropped here.
	 */
	void *(*decode)(struct arena *arena, struct bytes content, struct error *error);
	/*
	 * Why an answer to a request may be partial although it is whole as a text, or NULL; in the
	 * arena. NULL: the format has no such signs.
	 */
	const char *(*doubt)(struct arena *arena, const void *decoded);
	/*
	 * The content with known secret places overwritten, before anything is stored; the arena's.
	 * NULL: the format has no such places.
	 */
	struct bytes (*blank)(struct arena *arena, struct bytes content);
};

struct artefact {
	const char *name;	     /* path within the node's folder, as it stands in reports */
	time_t modified;	     /* 0: not known */
	const struct format *format; /* NULL: nothing recognised it */
	struct bytes content;	     /* borrowed */
	const char *damage; /* why it could not be obtained or decoded, with the place; or NULL */
	/*
	 * With damage: nothing came at all, so that there is nothing in it that could contradict
	 * others. Without: it may hold anything.
	 */
	bool not_obtained;
	/*
	 * Why there may be more than it holds, or NULL. What it states holds; what it does not
	 * state is unknown, because nothing is covered.
	 */
	const char *partial;
	const void *decoded; /* what format->decode gave; NULL when damaged */
	/*
	 * What the request asked for, in the words of the format (registry: keys whose whole
	 * subtree was asked), ended by NULL. NULL: the request is not known. Damage concerns only
	 * the one application or class that the keys name.
	 */
	const char *const *asked;
	/* The id of the one probe for which it was asked, so that damage of it concerns only what
	 * that probe covers. NULL: not known, all probes of its format are concerned. */
	const char *probe;
};

/* NULL: as it was brought, with nothing known against it. */
static inline bool artefact_partial(const struct artefact *artefact)
{
	return artefact && artefact->partial;
}

struct artefacts {
	struct artefact *items;
	size_t count;
	size_t capacity;
};

#endif
