/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/judges.h"

#include "base/pattern.h"
#include "base/text.h"
#include "compare/rule.h"

#include <string.h>

struct sameness {
	const struct answer *answers; /* one per side */
	bool differ, unknown, absent;
};

static struct answer answer_of(
	const struct judgement *judgement, const struct answer *answers, const struct side *side)
{
	size_t i = 0;
	while (judgement->sides[i] != side)
		i++;
	return answers[i];
}

static void compare_pair(
	struct judgement *judgement, struct side *primary, struct side *backup, void *context)
{
	struct sameness *sameness = context;
	struct answer a = answer_of(judgement, sameness->answers, primary);
	struct answer b = answer_of(judgement, sameness->answers, backup);
	if (a.knowledge == KNOWLEDGE_UNKNOWN || b.knowledge == KNOWLEDGE_UNKNOWN)
		sameness->unknown = true;
	else if (a.knowledge != b.knowledge)
		sameness->differ = true;
	else if (a.knowledge == KNOWLEDGE_ABSENT)
		sameness->absent = true;
	else if (!text_same(a.value, b.value))
		sameness->differ = true;
}

enum verdict judge_answers_same(struct judgement *judgement, const char *what,
	const struct answer *answers, enum verdict absent_on_all)
{
	struct sameness sameness = {.answers = answers};
	judgement_pairs(judgement, compare_pair, &sameness);
	const char *values = judgement_describe(judgement, answers);
	enum verdict verdict = VERDICT_KEPT;
	if (sameness.differ)
		verdict = VERDICT_BROKEN;
	else if (sameness.unknown)
		verdict = VERDICT_UNKNOWN;
	else if (sameness.absent)
		verdict = absent_on_all;
	judgement_say(judgement, verdict, "%s: %s.", what, values);
	return verdict;
}

static const char *filled(struct judgement *judgement, const char *pattern)
{
	return strchr(pattern, '{')
		       ? pattern_fill(judgement->arena, pattern, judgement->subject, NULL)
		       : pattern;
}

void judge_same(struct judgement *judgement)
{
	const struct rule *rule = judgement->rule;
	struct answer *answers = arena_alloc(judgement->arena, judgement->count * sizeof *answers);
	for (size_t p = 0; p < RULE_MAX_PATHS && rule->paths[p]; p++) {
		const char *path = filled(judgement, rule->paths[p]);
		for (size_t i = 0; i < judgement->count; i++)
			answers[i] = judgement_ask(judgement, judgement->sides[i], path);
		judge_answers_same(judgement, path, answers, rule->absent_on_all);
	}
}

/* Asks every path on every side; `judge` says what the answer means. */
typedef void judge_answer(struct judgement *judgement, const struct side *side, const char *path,
	struct answer answer);

static void each_answer(struct judgement *judgement, judge_answer *judge)
{
	const struct rule *rule = judgement->rule;
	for (size_t p = 0; p < RULE_MAX_PATHS && rule->paths[p]; p++) {
		const char *path = filled(judgement, rule->paths[p]);
		for (size_t i = 0; i < judgement->count; i++) {
			struct side *side = judgement->sides[i];
			struct answer answer = judgement_ask(judgement, side, path);
			if (answer.knowledge == KNOWLEDGE_UNKNOWN)
				judgement_say(judgement, VERDICT_UNKNOWN,
					"%s: %s is not known: %s.", side->node->name, path,
					answer.why);
			else
				judge(judgement, side, path, answer);
		}
	}
}

static void judge_one_equal(struct judgement *judgement, const struct side *side, const char *path,
	struct answer answer)
{
	const char *expected = judgement->rule->expected;
	if (answer.knowledge == KNOWLEDGE_ABSENT)
		judgement_say(judgement, VERDICT_BROKEN, "%s has no %s; it must be %s.",
			side->node->name, path, expected);
	else if (!text_same(answer.value, expected))
		judgement_say(judgement, VERDICT_BROKEN, "%s has %s %s; it must be %s.",
			side->node->name, path, answer.value, expected);
	else
		judgement_say(judgement, VERDICT_KEPT, "%s has %s %s.", side->node->name, path,
			answer.value);
}

void judge_equal(struct judgement *judgement)
{
	each_answer(judgement, judge_one_equal);
}

static void judge_one_present(struct judgement *judgement, const struct side *side,
	const char *path, struct answer answer)
{
	if (answer.knowledge == KNOWLEDGE_PRESENT)
		judgement_say(judgement, VERDICT_KEPT, "%s has %s.", side->node->name, path);
	else
		judgement_say(judgement, VERDICT_BROKEN, "%s has no %s.", side->node->name, path);
}

void judge_present(struct judgement *judgement)
{
	each_answer(judgement, judge_one_present);
}

static void judge_one_absent(struct judgement *judgement, const struct side *side, const char *path,
	struct answer answer)
{
	if (answer.knowledge == KNOWLEDGE_ABSENT)
		judgement_say(judgement, VERDICT_KEPT, "%s has no %s.", side->node->name, path);
	else
		judgement_say(judgement, VERDICT_BROKEN, "%s has %s %s; it must not be there.",
			side->node->name, path, answer.value);
}

void judge_absent(struct judgement *judgement)
{
	each_answer(judgement, judge_one_absent);
}
