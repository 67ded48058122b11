/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_FAKE_SHELL_H
#define TESTS_UNIT_FAKE_SHELL_H

/*
 * A fake of a node's shell: it answers command lines by their beginning from a list and writes down
 * what it was sent. A command that the list does not hold ends with code 1 and prints nothing, as
 * reg does for a key that is missing. Behind a reply with code 0 stands the end mark, where the
 * line asks for it.
 */
#include "collectors/dialect.h"

#include "tests/test.h"

#include <string.h>

struct fake_reply {
	const char *begins; /* of the command line; NULL ends the list */
	const char *output;
	uint32_t status;
	const char *trouble; /* the connection fails here, with this text */
	bool killed;
};

/* What commands that begin so write to standard error. */
struct fake_complaint {
	const char *begins; /* NULL ends the list */
	const char *text;
};

struct fake_shell {
	struct arena *arena;
	const struct fake_reply *replies;
	const struct fake_complaint *complaints; /* or NULL */
	const char *end; /* the end mark's line comes out so; NULL: as it should */
	struct strings sent;
	const char *input; /* the last standard input */
	const struct secret *key;
	bool dead; /* it was asked again after it failed */
	bool failed;
};

static inline const struct fake_reply *fake_find(const struct fake_shell *fake, const char *line)
{
	static const struct fake_reply missing = {.output = "", .status = 1};
	for (const struct fake_reply *reply = fake->replies; reply->begins; reply++)
		if (strncmp(line, reply->begins, strlen(reply->begins)) == 0)
			return reply;
	return &missing;
}

static inline void fake_complain(
	const struct fake_shell *fake, const char *line, struct buffer *errors)
{
	const struct fake_complaint *complaint = fake->complaints;
	for (; complaint && complaint->begins; complaint++)
		if (strncmp(line, complaint->begins, strlen(complaint->begins)) == 0)
			buffer_text(errors, complaint->text);
}

static inline bool fake_asks_for_end(const char *line)
{
	static const char asks[] = "&&echo #end";
	size_t length = strlen(line);
	return length >= sizeof asks - 1 && strcmp(line + length - (sizeof asks - 1), asks) == 0;
}

static inline int fake_run(void *session, const struct shell_command *command,
	struct shell_result *result, struct error *error)
{
	struct fake_shell *fake = session;
	const struct fake_reply *reply = fake_find(fake, command->line);
	fake->dead |= fake->failed;
	assert_true(strlen(command->line) <= SHELL_LINE_LIMIT);
	strings_add(fake->arena, &fake->sent, arena_text(fake->arena, command->line));
	if (command->input.length) {
		fake->input = arena_text_n(
			fake->arena, (const char *)command->input.data, command->input.length);
		fake->key = command->key;
	}
	fake->failed = reply->trouble != NULL;
	if (reply->trouble)
		return error_set(error, ERROR_UNREACHABLE, "%s", reply->trouble);
	if (reply->output)
		buffer_text(&result->output, reply->output);
	if (!reply->killed && reply->status == 0 && fake_asks_for_end(command->line))
		buffer_text(&result->output, fake->end ? fake->end : "#end\r\n");
	fake_complain(fake, command->line, &result->errors);
	result->exited = !reply->killed;
	result->status = reply->status;
	return 0;
}

#endif
