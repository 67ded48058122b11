/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_JUDGEMENT_H
#define COMPARE_JUDGEMENT_H

#include "compare/finding.h"

/*
 * One rule on one subject while it is being judged. The judge asks for facts (each question becomes
 * evidence), says verdicts with their reasons, and the worst of what it said is the finding's; a
 * judge that says nothing found nothing to compare: unknown. Messages of the worst verdict are
 * joined in the order they were said.
 */
struct side {
	const struct node *node;
	const struct snapshot *snapshot;
	struct answer shown; /* what the report's table shows for this node */
	bool shows;
};

struct judgement {
	struct arena *arena;
	const struct rule *rule;
	const struct cluster *cluster;
	const char *subject;
	struct side **sides; /* under judgement; nodes in the order of the inventory */
	size_t count;
	struct side *all; /* every node of the cluster, reached or not, for knowledge of peers */
	size_t all_count;
	/* The rest belongs to judgement.c. */
	enum severity severity;
	bool said;
	enum verdict verdict;
	struct strings messages[VERDICT_COUNT];
	struct strings remedies;
	struct evidence *evidence;
	size_t evidence_count, evidence_capacity;
};

/* Looks a fact up and notes it as evidence. The first question to a side is what it shows, unless
 * judgement_show says otherwise. */
struct answer judgement_ask(struct judgement *judgement, struct side *side, const char *path);

/* The same with a pattern and one value for its placeholder. */
struct answer judgement_ask_of(
	struct judgement *judgement, struct side *side, const char *pattern, const char *value);

/* Looks up without noting. */
struct answer side_answer(const struct side *side, const char *path);

/* Notes as evidence what was found by walking a run of facts. */
void judgement_note(struct judgement *judgement, const struct side *side, const char *path,
	struct answer answer);

/* What the table of the report shows for this side. */
void judgement_show(struct judgement *judgement, struct side *side, struct answer answer);

/* Whole sentences, with nodes and values. A reason of an unknown says what to do. */
void judgement_say(struct judgement *judgement, enum verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Repairs, one command or step a call, "NODE: command"; kept only where the verdict is not. */
void judgement_remedy(struct judgement *judgement, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void judgement_severity(struct judgement *judgement, enum severity severity);

/* Three-valued logic, for judges that combine several facts. */
enum truth {
	TRUTH_NO,
	TRUTH_UNKNOWN,
	TRUTH_YES,
};
enum truth truth_and(enum truth a, enum truth b);
enum truth truth_or(enum truth a, enum truth b);
enum truth truth_not(enum truth a);
/* Is the fact present with exactly this value? Unknown where it is not known. */
enum truth answer_is(struct answer answer, const char *value);

/* Calls back for each pair of a primary and a backup among the sides. */
typedef void pair_visit(
	struct judgement *judgement, struct side *primary, struct side *backup, void *context);
void judgement_pairs(struct judgement *judgement, pair_visit *visit, void *context);

/* "CONF1 has a, CONF2 has b": values of all sides, equal ones together, unknown ones with reason.
 * `answers` has one entry per side. */
const char *judgement_describe(struct judgement *judgement, const struct answer *answers);

/* The computer name of this node, upper case: node/name where known, else the inventory's. */
const char *side_computer(struct judgement *judgement, const struct side *side);

#endif
