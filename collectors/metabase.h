/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_METABASE_H
#define COLLECTORS_METABASE_H

#include "collectors/artefact.h"

#include <stdbool.h>

/*
 * MetaBase.xml of IIS 6: a flat list of elements, each a key with a Location; the hierarchy is in
 * the Location alone. Properties stand as attributes or as Custom elements (by Name, or by ID where
 * the name is unknown). Only properties of the table in metabase.c are kept; of a password only
 * whether it is set, so that no output can hold one. Templates (/LM/W3SVC/Info/Templates) are
 * skipped.
 */
enum metabase_property {
	METABASE_AUTH_FLAGS,	     /* 6000 */
	METABASE_LOGON_METHOD,	     /* 6013 */
	METABASE_ANONYMOUS_USER,     /* 6020 */
	METABASE_ANONYMOUS_PASSWORD, /* 6021: "set" or "empty" */
	METABASE_ANONYMOUS_SYNC,     /* 6022 */
	METABASE_UNC_USER,	     /* 3002 */
	METABASE_UNC_PASSWORD,	     /* 3003: "set" or "empty" */
	METABASE_WAM_USER,	     /* 7501 */
	METABASE_WAM_PASSWORD,	     /* 7502: "set" or "empty" */
	METABASE_POOL_IDENTITY,	     /* 9021 */
	METABASE_POOL_ID,	     /* 9101 */
	METABASE_ISOLATION_IIS5,     /* IIs5IsolationModeEnabled, 9203 */
	METABASE_VERSION_MAJOR,	     /* MajorIIsVersionNumber, 1101 */
	METABASE_VERSION_MINOR,	     /* MinorIIsVersionNumber, 1102 */
	METABASE_PROPERTY_COUNT,
};
const char *metabase_property_name(enum metabase_property property); /* "AnonymousUserName" */

enum metabase_secrecy {
	METABASE_SHOWN,
	METABASE_SECRET,
	METABASE_NOT_KNOWN, /* not in the table */
};
/* Of a property, by name or by ID in decimal; either may be NULL. */
enum metabase_secrecy metabase_secrecy(const char *name, const char *id);
/* format->blank (metabase_blank.c) */
struct bytes metabase_blank(struct arena *arena, struct bytes content);

struct metabase_key {
	const char *location;	/* as written, escaped: "/LM/W3SVC/1/ROOT" */
	const char *class_name; /* "IIsWebVirtualDir" */
	const char *properties[METABASE_PROPERTY_COUNT]; /* escaped; NULL: not set at this key */
	unsigned lines[METABASE_PROPERTY_COUNT];
	unsigned line;
	const struct metabase_key *above; /* the nearest key above this one; NULL: none */
};

struct metabase {
	struct metabase_key *keys; /* as in the file */
	size_t count, capacity;
	const struct metabase_place *index; /* sorted by location; of metabase.c */
};

extern const struct format format_metabase;
struct metabase *metabase_decode(struct arena *arena, struct bytes content, struct error *error);

/* Without case; NULL: no such key. */
const struct metabase_key *metabase_key(const struct metabase *metabase, const char *location);

/* The nearest key at or above `location` that sets the property; NULL: none. */
const struct metabase_key *metabase_effective(
	const struct metabase *metabase, const char *location, enum metabase_property property);

/* The same for a key that is at hand. */
const struct metabase_key *metabase_setter(
	const struct metabase_key *key, enum metabase_property property);

#endif
