/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_RULE_H
#define COMPARE_RULE_H

#include "compare/finding.h"
#include "compare/judgement.h"

/*
 * A rule is one demand on the nodes of a cluster. One file in compare/rules/, whose name is the id:
 * rules/dcom_enabled.c defines "const struct rule rule_dcom_enabled" at its bottom. Its fixtures
 * are tests/rules/dcom_enabled/{kept,broken,unknown,not-applicable}/.
 *
 * A judge is a pure function of what it asks. It must be monotone: with any fact replaced by
 * unknown its verdict stays or becomes unknown, so it never reasons from what it could not see.
 */
enum rule_scope {
	RULE_PAIR, /* one judgement over all nodes: each backup against each primary */
	RULE_NODE, /* one judgement per node */
	RULE_PATH, /* one per direction: sides[0] is from (its pages), sides[1] is to (active) */
};

/* What the rule is asked about, one judgement each. None in scope: not applicable, unless the
 * profile demands that there are some: then unknown. */
enum rule_subject {
	SUBJECT_CLUSTER,     /* once, subject "" */
	SUBJECT_LOCATION,    /* each web location in scope */
	SUBJECT_APPLICATION, /* each AppID in scope */
	SUBJECT_CLASS,	     /* each CLSID in scope */
	SUBJECT_DCOM, /* once, subject "", where applications, classes or calls are in scope */
};

#define RULE_MAX_PATHS 8
#define RULE_MAX_SYMPTOMS 12

struct rule {
	const char *id;
	const char *title; /* what holds, in half a line */
	enum severity severity;
	bool gate;
	enum rule_scope scope;
	enum rule_subject subject;
	/*
	 * Matters only where the location calls the peer: the engine answers not applicable where
	 * it is declared that it does not, and makes the finding severity info where nobody said.
	 */
	bool cross_node;
	/* Also judged where a node was not reached at all; others get one unknown then. */
	bool judges_unreached;

	void (*judge)(struct judgement *judgement);
	/* For the judges of compare/judges.h: patterns with at most one placeholder, the subject.
	 */
	const char *paths[RULE_MAX_PATHS];
	const char *expected;	    /* judge_equal */
	enum verdict absent_on_all; /* judge_same: what "no node has it" means */

	/* Texts for explain, README and reports. Whole sentences. */
	const char *demand; /* what must hold */
	const char *why;    /* why its breach breaks failover */
	const char *repair; /* how it is repaired, commands where there are some */
	const char *symptoms[RULE_MAX_SYMPTOMS]; /* what users or logs show: "Error #46", "10016" */
	const char *source; /* "KB 330346", "win32 com/access-control-lists-for-com" */
};

extern const struct rule *const rule_catalogue[]; /* sorted by id, ended by NULL */
const struct rule *rule_find(const char *id);

#endif
