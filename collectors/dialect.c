/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect.h"

#include "base/text.h"
#include "collectors/merge.h"
#include "collectors/part.h"

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
	SHELL_POWERSHELL, /* the other way round */
	SHELL_OTHER,
};

static bool holds(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

static enum shell_kind kind_of(const char *answer)
{
	bool knows_comspec = !holds(answer, "%ComSpec%"), knows_home = !holds(answer, "$PSHOME");
	if (knows_comspec && !knows_home && answer[strspn(answer, " \r\n")] != '$')
		return SHELL_CMD;
	/* A Unix shell leaves nothing of $PSHOME. */
	const char *rest = answer + strcspn(answer, "\r\n ");
	if (!knows_comspec && knows_home && rest[strspn(rest, " \r\n")] != '\0')
		return SHELL_POWERSHELL;
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

static int refuse(struct arena *arena, const struct shell_result *result, enum shell_kind kind,
	struct error *problem, struct error *error)
{
	if (kind == SHELL_POWERSHELL)
		return error_set(error, ERROR_UNREACHABLE,
			"PowerShell is the shell of this node, but did not run the script: %s",
			problem->text);
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
	enum shell_kind kind = kind_of(result.output.data ? result.output.data : "");
	struct error problem = {0};
	bool absent = false;
	if (dialect_powershell_fetch(arena, shell, scope, artefacts, &absent, &problem) == 0)
		return 0;
	if (!absent)
		return error_set(error, problem.code, "%s", problem.text);
	if (kind == SHELL_CMD)
		return dialect_cmd_fetch(arena, shell, scope, artefacts, error);
	return refuse(arena, &result, kind, &problem, error);
}
