/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_FINDING_H
#define COMPARE_FINDING_H

#include "inventory/inventory.h"
#include "inventory/snapshot.h"

#include <stdbool.h>
#include <stddef.h>

/* Worse is larger. */
enum verdict {
	VERDICT_NOT_APPLICABLE,
	VERDICT_KEPT,
	VERDICT_UNKNOWN,
	VERDICT_BROKEN,
};
#define VERDICT_COUNT 4
const char *verdict_name(enum verdict verdict);	  /* "not-applicable" */
const char *verdict_signal(enum verdict verdict); /* "GO", "HOLD", "NO-GO" */
enum verdict verdict_worse(enum verdict a, enum verdict b);

enum severity {
	SEVERITY_INFO,	  /* worth knowing; never changes a cluster's verdict */
	SEVERITY_WARNING, /* will or may break failover */
	SEVERITY_ERROR,	  /* breaks failover */
};
const char *severity_name(enum severity severity); /* "info", "warning", "error" */
bool severity_find(const char *name, enum severity *severity);

struct evidence {
	const char *node;
	const char *path;
	struct answer answer; /* passwords' fingerprints are replaced by "set" */
};

struct node_answer {
	const char *node;
	bool asked; /* false: the rule concerns the node, but had no need to ask it */
	struct answer answer;
};

/* One rule on one subject. Everything lives in the arena of its comparison. */
struct finding {
	const struct rule *rule;
	enum verdict verdict;
	enum severity severity;
	bool gate;	     /* must be kept before a drill may say GO */
	const char *subject; /* location, AppID, CLSID, or "" for the cluster or node itself */
	const char *message; /* which node, both values, what is odd */
	const char *remedy;  /* commands for the node that needs them; NULL where kept */
	bool unreached;	     /* unknown only because a node was not reached */
	const char *from;    /* of a direction: users meet the pages of `from`, `to` is active */
	const char *to;
	struct node_answer *nodes; /* the value that the rule is about, per node */
	size_t node_count;
	struct evidence *evidence; /* every fact that was asked, in the order of asking */
	size_t evidence_count;
};

/* What one cluster's nodes look like side by side. */
struct comparison {
	struct arena *arena;
	const struct cluster *cluster;
	struct finding *findings; /* broken, unknown, kept, not-applicable; then by severity... */
	size_t finding_count, finding_capacity;
	enum verdict verdict;	       /* never NOT_APPLICABLE: nothing kept is unknown */
	size_t counts[VERDICT_COUNT];  /* of all findings */
	struct strings not_understood; /* "CONF1: notes.txt" */
};

#endif
