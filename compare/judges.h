/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_JUDGES_H
#define COMPARE_JUDGES_H

#include "compare/judgement.h"

/*
 * Judges for rules that are a list of paths (rule->paths, the placeholder is the subject).
 *
 * judge_same     each path has one value on all nodes. Absent on all: rule->absent_on_all for that
 *                path. Present on one and absent on another: broken. Values are compared as
 *                they are, except that case is ignored.
 * judge_equal    each path is present on each node with rule->expected (case ignored)
 * judge_present  each path is present on each node
 * judge_absent   no path is present on any node
 */
void judge_same(struct judgement *judgement);
void judge_equal(struct judgement *judgement);
void judge_present(struct judgement *judgement);
void judge_absent(struct judgement *judgement);

/* The work of judge_same on answers that the caller has: `what` names the thing in messages. Says
 * one verdict; returns it. */
enum verdict judge_answers_same(struct judgement *judgement, const char *what,
	const struct answer *answers, enum verdict absent_on_all);

#endif
