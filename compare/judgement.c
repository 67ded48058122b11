/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/judgement.h"

#include "base/buffer.h"
#include "base/pattern.h"
#include "base/text.h"
#include "compare/rule.h"
#include "inventory/vocabulary.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* No message is longer; one that would be is cut, never lost. */
#define MESSAGE_LIMIT 8192

static struct answer masked(struct answer answer)
{
	if (answer.knowledge == KNOWLEDGE_PRESENT && password_is_fingerprint(answer.value))
		answer.value = "set";
	return answer;
}

struct answer side_answer(const struct side *side, const char *path)
{
	if (!side->snapshot)
		return (struct answer){
			.knowledge = KNOWLEDGE_UNKNOWN, .why = "there is no snapshot of this node"};
	return snapshot_ask(side->snapshot, path);
}

void judgement_note(struct judgement *judgement, const struct side *side, const char *path,
	struct answer answer)
{
	for (size_t i = 0; i < judgement->evidence_count; i++) {
		struct evidence *known = &judgement->evidence[i];
		if (known->node == side->node->name && strcmp(known->path, path) == 0)
			return;
	}
	judgement->evidence =
		arena_grow(judgement->arena, judgement->evidence, &judgement->evidence_capacity,
			judgement->evidence_count + 1, sizeof *judgement->evidence);
	judgement->evidence[judgement->evidence_count++] = (struct evidence){
		.node = side->node->name,
		.path = arena_text(judgement->arena, path),
		.answer = masked(answer),
	};
}

struct answer judgement_ask(struct judgement *judgement, struct side *side, const char *path)
{
	struct answer answer = side_answer(side, path);
	judgement_note(judgement, side, path, answer);
	if (!side->shows)
		judgement_show(judgement, side, answer);
	return answer;
}

struct answer judgement_ask_of(
	struct judgement *judgement, struct side *side, const char *pattern, const char *value)
{
	return judgement_ask(judgement, side, pattern_fill(judgement->arena, pattern, value, NULL));
}

void judgement_show(struct judgement *judgement, struct side *side, struct answer answer)
{
	(void)judgement;
	side->shown = masked(answer);
	side->shows = true;
}

__attribute__((format(printf, 2, 0))) static const char *format_text(
	struct arena *arena, const char *format, va_list arguments)
{
	char text[MESSAGE_LIMIT];
	vsnprintf(text, sizeof text, format, arguments);
	return arena_text(arena, text);
}

void judgement_say(struct judgement *judgement, enum verdict verdict, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = format_text(judgement->arena, format, arguments);
	va_end(arguments);
	struct strings *messages = &judgement->messages[verdict];
	if (!strings_hold(messages, text))
		strings_add(judgement->arena, messages, text);
	judgement->verdict = judgement->said ? verdict_worse(judgement->verdict, verdict) : verdict;
	judgement->said = true;
}

void judgement_remedy(struct judgement *judgement, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = format_text(judgement->arena, format, arguments);
	va_end(arguments);
	if (!strings_hold(&judgement->remedies, text))
		strings_add(judgement->arena, &judgement->remedies, text);
}

void judgement_severity(struct judgement *judgement, enum severity severity)
{
	judgement->severity = severity;
}

enum truth truth_and(enum truth a, enum truth b)
{
	return a < b ? a : b;
}

enum truth truth_or(enum truth a, enum truth b)
{
	return a > b ? a : b;
}

enum truth truth_not(enum truth a)
{
	return TRUTH_YES - a;
}

enum truth answer_is(struct answer answer, const char *value)
{
	if (answer.knowledge == KNOWLEDGE_UNKNOWN)
		return TRUTH_UNKNOWN;
	if (answer.knowledge == KNOWLEDGE_ABSENT)
		return TRUTH_NO;
	return strcmp(answer.value, value) == 0 ? TRUTH_YES : TRUTH_NO;
}

void judgement_pairs(struct judgement *judgement, pair_visit *visit, void *context)
{
	for (size_t i = 0; i < judgement->count; i++) {
		for (size_t k = 0; k < judgement->count; k++) {
			struct side *primary = judgement->sides[i], *backup = judgement->sides[k];
			if (primary->node->role == NODE_PRIMARY &&
				backup->node->role == NODE_BACKUP)
				visit(judgement, primary, backup, context);
		}
	}
}

static bool answers_equal(struct answer a, struct answer b)
{
	if (a.knowledge != b.knowledge)
		return false;
	if (a.knowledge == KNOWLEDGE_PRESENT)
		return text_same(a.value, b.value);
	return a.knowledge == KNOWLEDGE_ABSENT || strcmp(a.why, b.why) == 0;
}

static void describe_value(struct buffer *buffer, struct answer answer, bool several)
{
	answer = masked(answer);
	const char *verb = several ? "have" : "has";
	if (answer.knowledge == KNOWLEDGE_PRESENT && !*answer.value)
		buffer_format(buffer, "%s an empty value", verb);
	else if (answer.knowledge == KNOWLEDGE_PRESENT)
		buffer_format(buffer, "%s %s", verb, answer.value);
	else if (answer.knowledge == KNOWLEDGE_ABSENT)
		buffer_format(buffer, "%s none", verb);
	else
		buffer_format(buffer, "%s not known (%s)", several ? "are" : "is", answer.why);
}

/* The nodes that answer like node i, if i is the first of them. */
static void describe_group(
	struct buffer *buffer, struct judgement *judgement, const struct answer *answers, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (answers_equal(answers[k], answers[i]))
			return;
	}
	buffer_format(buffer, "%s%s", buffer->length ? ", " : "", judgement->sides[i]->node->name);
	bool several = false;
	for (size_t k = i + 1; k < judgement->count; k++) {
		if (answers_equal(answers[k], answers[i])) {
			buffer_format(buffer, " and %s", judgement->sides[k]->node->name);
			several = true;
		}
	}
	buffer_text(buffer, " ");
	describe_value(buffer, answers[i], several);
}

const char *judgement_describe(struct judgement *judgement, const struct answer *answers)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(MESSAGE_LIMIT);
	for (size_t i = 0; i < judgement->count; i++)
		describe_group(&buffer, judgement, answers, i);
	return arena_text(judgement->arena, buffer.data ? buffer.data : "");
}

const char *side_computer(struct judgement *judgement, const struct side *side)
{
	(void)judgement;
	struct answer name = side_answer(side, FACT_NODE_NAME);
	return name.knowledge == KNOWLEDGE_PRESENT ? name.value : side->node->name;
}
