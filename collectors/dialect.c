/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect.h"

#include "base/text.h"
#include "collectors/merge.h"
#include "collectors/part.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

const char *dialect_part(
	const struct dialect_scope *scope, const struct probe *probe, const char *dialect)
{
	static const struct known nothing = {0};
	if (probe->wanted && !probe->wanted(scope->cluster, &nothing))
		return NULL;
	return part_find(probe->id, dialect);
}

void dialect_add(struct arena *arena, const struct dialect_scope *scope,
	struct artefacts *artefacts, const struct dialect_reply *reply)
{
	artefacts->items = arena_grow(arena, artefacts->items, &artefacts->capacity,
		artefacts->count + 1, sizeof *artefacts->items);
	struct artefact *artefact = &artefacts->items[artefacts->count++];
	struct bytes content = {
		arena_copy(arena, reply->content.data, reply->content.length),
		reply->content.length,
	};
	const char *damage = reply->failure;
	bool obtained = damage ? reply->unread : content.length > 0;
	if (!damage && !reply->probe->format->recognise(content))
		damage = arena_format(arena, "%s printed %s", reply->request,
			content.length ? "something else than was asked" : "nothing");
	*artefact = (struct artefact){
		.name = arena_format(arena, "%s %u", reply->probe->id, reply->number),
		.modified = time(NULL),
		.format = reply->probe->format,
		.content = damage ? (struct bytes){0} : content,
		.damage = damage,
		.not_obtained = damage && !obtained,
		.partial = damage ? NULL : reply->partial,
		.asked = reply->asked,
		.probe = reply->probe->id,
	};
	if (scope->recorder)
		recorder_add(scope->recorder, reply->probe, reply->dialect, reply->request,
			reply->asked, artefact->content, damage);
}

/* --- choosing --------------------------------------------------------------------------------- */

enum shell_kind {
	SHELL_CMD,	  /* knows %ComSpec% and not $PSHOME */
	SHELL_POWERSHELL, /* the other way round, each word on a line of its own */
	SHELL_OTHER,
};

static bool ends(struct text text, const char *word)
{
	size_t length = strlen(word);
	return text.length >= length && memcmp(text.data + text.length - length, word, length) == 0;
}

static struct text trim(struct text text)
{
	while (text.length && text.data[text.length - 1] == ' ')
		text.length--;
	return text;
}

/* "C:\\" at the beginning. */
static bool begins_with_drive(struct text text)
{
	return text.length > 3 && isalpha((unsigned char)text.data[0]) && text.data[1] == ':' &&
	       text.data[2] == '\\';
}

/* "C:\\... $PSHOME", perhaps behind something that AutoRun printed without a line end. */
static bool is_cmd_line(struct text line)
{
	for (bool ended = ends(line, " $PSHOME"); ended && line.length; line.data++, line.length--)
		if (begins_with_drive(line))
			return true;
	return false;
}

/* Where PowerShell is; a Unix shell leaves nothing of $PSHOME. */
static bool is_home(struct text line)
{
	return begins_with_drive(line) || (line.length > 1 && line.data[0] == '/');
}

/* What a profile or AutoRun prints may stand before. */
static enum shell_kind kind_of(const struct buffer *output)
{
	struct text_lines lines = {.rest = {output->data, output->length}};
	bool word_before = false;
	while (text_next_line(&lines)) {
		struct text line = trim(lines.line);
		if (is_cmd_line(line))
			return SHELL_CMD;
		if (word_before && is_home(line))
			return SHELL_POWERSHELL;
		word_before = ends(line, "%ComSpec%");
	}
	return SHELL_OTHER;
}

/* What the node said, short and printable, for a message. */
static const char *quote(struct arena *arena, const struct shell_result *result)
{
	struct text said = {result->output.data, result->output.length};
	if (said.length == 0)
		said = (struct text){result->errors.data, result->errors.length};
	while (said.length && strchr(" \r\n", said.data[said.length - 1]))
		said.length--;
	if (said.length == 0)
		return "nothing";
	if (said.length > 120)
		said.length = 120;
	return arena_format(arena, "\"%s\"", text_escape(arena, said));
}

static int refuse(struct arena *arena, const struct shell_result *result, struct error *error)
{
	return error_set(error, ERROR_UNREACHABLE,
		"neither cmd.exe nor PowerShell answered: \"%s\" gave %s with code %u; the account "
		"needs one of them as its shell, without a forced command",
		DIALECT_QUESTION, quote(arena, result), (unsigned)result->status);
}

static int ask(struct shell *shell, struct shell_result *result, struct error *error)
{
	static const struct shell_command question = {.line = DIALECT_QUESTION};
	*result = (struct shell_result){.output = BUFFER_INIT(SHELL_OUTPUT_LIMIT),
		.errors = BUFFER_INIT(SHELL_ERRORS_LIMIT)};
	return shell->run(shell->session, &question, result, error);
}

int dialect_fetch(struct arena *arena, struct shell *shell, const struct dialect_scope *scope,
	struct artefacts *artefacts, struct error *error)
{
	auto_shell_result struct shell_result result = {0};
	if (ask(shell, &result, error) != 0)
		return -1;
	struct error problem = {0};
	bool absent = false;
	/* Script and key are not for a shell that nobody knows and that starts no PowerShell. */
	enum shell_kind kind = kind_of(&result.output);
	if (kind == SHELL_OTHER && dialect_powershell_knock(arena, shell, &absent, error) != 0)
		return -1;
	if (absent)
		return refuse(arena, &result, error);
	if (dialect_powershell_fetch(arena, shell, scope, artefacts, &absent, &problem) == 0)
		return 0;
	if (!absent)
		return error_set(error, problem.code, "%s", problem.text);
	if (kind == SHELL_CMD)
		return dialect_cmd_fetch(arena, shell, scope, artefacts, error);
	return error_set(error, ERROR_UNREACHABLE,
		"PowerShell is on this node, but did not run the script: %s", problem.text);
}
