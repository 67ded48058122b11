/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_DCOM_LIST_H
#define COMPARE_DCOM_LIST_H

#include "compare/judgement.h"

/*
 * Effective DCOM lists. Where an application has no list of its own (form "default") the machine's
 * default holds; where that has none either, the built-in default of COM.
 */
enum list_kind {
	LIST_IS_UNKNOWN,   /* `why` */
	LIST_IS_NONE,	   /* the application itself is not there */
	LIST_IS_BUILT_IN,  /* no list is set anywhere: COM's own default */
	LIST_IS_OPEN,	   /* NULL DACL: everybody may do everything */
	LIST_IS_MALFORMED, /* COM does not accept it; `form` says how */
	LIST_IS_ENTRIES,   /* entries, perhaps none */
};

struct list_entry {
	bool deny;
	const char *trustee;
	const char *rights;
	const char *path;
	struct answer answer;
};

struct dcom_list {
	enum list_kind kind;
	const char *prefix; /* where it was found: "dcom/app/{...}/launch/" */
	const char *form;
	const char *why;
	bool complete; /* false: there may be more entries than are seen; `why` says why */
	struct list_entry *entries;
	size_t count;
	struct answer order; /* "allow-before-deny" or absent */
	struct answer label;
};

/* The list at `prefix` alone, form "default" giving LIST_IS_BUILT_IN. */
void dcom_list_at(
	struct judgement *judgement, struct side *side, const char *prefix, struct dcom_list *list);

/* The list that an application has of its own; LIST_IS_NONE where it is not registered. */
void dcom_list_own(struct judgement *judgement, struct side *side, const char *application,
	const char *own, struct dcom_list *list);

/* The effective list of an application: `own` is LIST_APP_LAUNCH or LIST_APP_ACCESS, `fallback` the
 * machine's default. */
void dcom_list_effective(struct judgement *judgement, struct side *side, const char *application,
	const char *own, const char *fallback, struct dcom_list *list);

/*
 * Says whether the lists of all sides (one each, in their order) agree by role: every entry of one
 * has an entry of the same kind and rights for the same trustee in the other
 * (identity_trustees_same). Entries that have no counterpart are named with their node and rights.
 */
struct list_comparison {
	const char *what; /* "access list" */
	const struct dcom_list *lists;
	enum verdict none_on_all; /* where neither node of a pair has the application */
	bool by_release;	  /* differs by design between versions of Windows: unknown then */
};
void dcom_lists_same(struct judgement *judgement, const struct list_comparison *comparison);

/* For the report's table: "SYSTEM: all rights, ...", "set nowhere", or unknown. */
struct answer dcom_list_summary(
	struct judgement *judgement, const struct side *side, const struct dcom_list *list);

/* "(its own)" or "(the machine's default)" behind the list of an application, else "". */
const char *dcom_list_source(const struct judgement *judgement, const struct dcom_list *list);

/* Whether it is the default that holds for an application: of the machine, or COM's own. Changing
 * it would change every other application that has no list of its own. */
bool dcom_list_is_default(const struct judgement *judgement, const struct dcom_list *list);

/* A limit of the machine: where none is set, none holds, or the one that this Windows brings. */
bool dcom_list_is_limit(const struct dcom_list *list);

#endif
