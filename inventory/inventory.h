/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INVENTORY_INVENTORY_H
#define INVENTORY_INVENTORY_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * What the operator declares: clusters, their nodes, how to reach them, and what is in scope. The
 * file format is inventory/inventory.schema.json. Everything here is canonical in the sense of
 * inventory/vocabulary.h (locations, GUIDs, trustees) and has the profile's defaults filled in.
 * One arena owns the whole; all pointers are borrowed from it.
 */

enum node_role {
	NODE_PRIMARY,
	NODE_BACKUP,
};

struct node_option {
	const char *key; /* "identity-file" */
	const char *value;
};

struct node {
	const char *name; /* computer name (NetBIOS), as the operator writes it */
	enum node_role role;
	const char *scheme;  /* the transport: "files", "replay", "ssh", "openssh", "winrm" */
	const char *address; /* what stands behind the scheme, as written */
	struct node_option *options;
	size_t option_count;
};

struct call {
	const char *location;	 /* canonical */
	const char *application; /* canonical GUID, or NULL: which application is not named */
};

/* Trustees that the launch and the access list of an application must hold. */
struct needed_trustees {
	const char *application; /* canonical GUID */
	struct strings trustees; /* canonical, roles ("@anonymous", "@wam") among them */
};

struct cluster {
	const char *name;
	const struct profile *profile; /* NULL: none */
	struct node *nodes;	       /* two or more; at least one of each role */
	size_t node_count;
	struct strings locations;    /* canonical: "/" or "1/root/conferencing" */
	struct strings applications; /* canonical GUIDs */
	struct strings classes;	     /* canonical GUIDs */
	struct strings services;     /* as written */
	bool calls_declared;	     /* false: not known which location calls what */
	struct call *calls;
	size_t call_count;
	struct needed_trustees *needed;
	size_t needed_count;
};

struct inventory {
	struct arena *arena;
	const char *path;
	const char *folder; /* relative paths of nodes start here */
	struct cluster *clusters;
	size_t cluster_count;
};

/*
 * What a kind of cluster brings with it. A profile fills in only what the inventory leaves out;
 * what it demands must be in scope, otherwise the rules about it are unknown instead of not
 * applicable.
 */
struct profile {
	const char *name;
	const char *summary;
	const char *const *locations; /* NULL-terminated defaults, may be NULL */
	const char *const *services;
	bool demands_locations;
	bool demands_applications;
	bool locations_call; /* each location calls each application of the peer */
};
extern const struct profile *const profile_catalogue[]; /* ended by NULL */
const struct profile *profile_find(const char *name);

/* Reads and checks; the error names the first mistake. */
struct inventory *inventory_read(const char *path, struct error *error);
void inventory_free(struct inventory *inventory);

/*
 * Reads and checks; `mistakes` gets all of them ("/clusters/0/nodes: ...", by JSON pointer; for
 * broken syntax one with line and column), in the given arena. Returns their number, 0 when the
 * inventory is good.
 */
size_t inventory_check(const char *path, struct arena *arena, struct strings *mistakes);

/* The inventory with everything filled in, as JSON that inventory_read accepts again. */
int inventory_show(const struct inventory *inventory, FILE *file);

const char *node_role_name(enum node_role role);
const char *node_option(const struct node *node, const char *key); /* NULL if not given */

const struct cluster *inventory_cluster(const struct inventory *inventory, const char *name);
const struct node *cluster_node(const struct cluster *cluster, const char *name); /* any case */

/* Whether pages at this location call the peer. */
enum cross_node {
	CROSS_NODE_NO, /* declared: they do not */
	CROSS_NODE_YES,
	CROSS_NODE_NOT_SAID,
};
enum cross_node cluster_cross_node(const struct cluster *cluster, const char *location);

#endif
