/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect.h"

#include "base/number.h"
#include "base/text.h"
#include "collectors/dialect_cmd_script.h"
#include "collectors/part.h"
#include "collectors/registry.h"

#include <string.h>

struct console {
	struct arena *arena;
	struct shell *shell;
	const struct dialect_scope *scope;
	struct artefacts *artefacts;
	enum text_encoding page;
	bool narrow;	    /* a 32-bit shell on 64-bit Windows */
	bool answered;	    /* any command came to an end */
	const char *broken; /* why the shell can no longer be used, or NULL */
};

/* What came of one command: content, or a failure, or neither: the node has no such thing. */
struct outcome {
	struct bytes content;
	const char *failure;
};

/* --- text of the console ---------------------------------------------------------------------- */

static bool is_ascii(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.length; i++)
		if (bytes.data[i] >= 0x80 || bytes.data[i] == 0)
			return false;
	return true;
}

/* Tools that write Unicode on their own say so by a mark or by their zeros. */
static bool is_unicode(struct bytes bytes)
{
	static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
	enum text_encoding found = text_detect(bytes);
	bool marked = bytes.length >= sizeof mark && memcmp(bytes.data, mark, sizeof mark) == 0;
	return found == TEXT_UTF16LE || found == TEXT_UTF16BE || marked;
}

static struct bytes to_utf8(const struct console *console, struct bytes bytes)
{
	struct text text = {0};
	if (is_ascii(bytes) || is_unicode(bytes))
		return bytes;
	if (console->page == TEXT_UTF8 && text_detect(bytes) == TEXT_UTF8)
		return bytes;
	enum text_encoding page = console->page == TEXT_UTF8 ? TEXT_CP437 : console->page;
	text_decode(console->arena, bytes, page, &text, &(struct error){0});
	return (struct bytes){(const unsigned char *)text.data, text.length};
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The line's last number is the same in every language; 437 where it is none we know. */
static enum text_encoding page_of(struct text line)
{
	static const struct {
		uint64_t number;
		enum text_encoding encoding;
	} pages[] = {{850, TEXT_CP850}, {1252, TEXT_CP1252}, {65001, TEXT_UTF8}};
	size_t end = line.length;
	while (end && !is_digit(line.data[end - 1]))
		end--;
	size_t start = end;
	while (start && is_digit(line.data[start - 1]))
		start--;
	uint64_t number = 0;
	if (number_read(line.data + start, end - start, 10, UINT32_MAX, &number))
		for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
			if (pages[i].number == number)
				return pages[i].encoding;
	return TEXT_CP437;
}

/* --- one command ------------------------------------------------------------------------------ */

static int run(const struct console *console, const char *line, struct shell_result *result,
	struct error *error)
{
	const struct shell_command command = {.line = line};
	if (dialect_cmd_is_script(line))
		return dialect_cmd_script_run(
			console->arena, console->shell, console->scope, line, result, error);
	*result = (struct shell_result){.output = BUFFER_INIT(SHELL_OUTPUT_LIMIT),
		.errors = BUFFER_INIT(SHELL_ERRORS_LIMIT)};
	return console->shell->run(console->shell->session, &command, result, error);
}

static bool says_none(struct bytes content)
{
	static const char none[] = "#none";
	size_t length = content.length;
	while (length && strchr(" \r\n", content.data[length - 1]))
		length--;
	return length == sizeof none - 1 && memcmp(content.data, none, length) == 0;
}

static struct outcome judge(const struct console *console, const struct probe *probe,
	const char *line, const struct shell_result *result)
{
	struct arena *arena = console->arena;
	struct bytes content = {(const unsigned char *)result->output.data, result->output.length};
	if (!result->exited)
		return (struct outcome){
			.failure = arena_format(arena, "%s was ended before its end", line)};
	if (result->status != 0)
		return (struct outcome){.failure = arena_format(arena, "%s ended with code %u",
						line, (unsigned)result->status)};
	if (content.length == 0)
		return (struct outcome){.failure = arena_format(arena,
						"%s ended with code 0, but printed nothing", line)};
	if (says_none(content))
		return (struct outcome){0};
	if (probe->format == &format_registry)
		content = to_utf8(console, content);
	if (!probe->format->recognise(content))
		return (struct outcome){.failure = arena_format(arena,
						"%s printed something else than was asked", line)};
	return (struct outcome){
		.content = {arena_copy(arena, content.data, content.length), content.length}};
}

static struct outcome execute(
	struct console *console, const struct probe *probe, const struct part_command *command)
{
	auto_shell_result struct shell_result result = {0};
	struct error error = {0};
	const char *line = command->line;
	if (command->trouble || console->broken)
		return (struct outcome){
			.failure = command->trouble ? command->trouble : console->broken};
	if (console->narrow && text_starts(line, "reg "))
		line = arena_format(console->arena, "%s%s", DIALECT_CMD_SYSNATIVE, line);
	if (run(console, line, &result, &error) != 0) {
		console->broken = arena_text(console->arena, error.text);
		return (struct outcome){.failure = console->broken};
	}
	console->answered = true;
	return judge(console, probe, line, &result);
}

/* --- parts ------------------------------------------------------------------------------------ */

static const char *const *asked_of(struct arena *arena, const char *first, const char *second)
{
	const char **asked = arena_alloc(arena, 3 * sizeof *asked);
	asked[0] = first ? first : second;
	asked[1] = first ? second : NULL;
	return asked;
}

/* For the recording: a request that brings no artefact. */
static void note(
	const struct console *console, const struct dialect_reply *reply, const char *failure)
{
	if (console->scope->recorder)
		recorder_add(console->scope->recorder, reply->probe, reply->dialect, reply->request,
			reply->asked, (struct bytes){0}, failure);
}

/* A command and, where it fails, the one instead of it. Then what both asked is the answer's
 * request: registry_covers knows that the second shows at most that there is no such key. */
static void ask(struct console *console, const struct probe *probe,
	const struct part_command *command, unsigned number)
{
	struct outcome outcome = execute(console, probe, command);
	struct dialect_reply reply = {
		.probe = probe,
		.dialect = "cmd",
		.number = number,
		.request = command->line,
		.asked = asked_of(console->arena, command->asks, NULL),
		.failure = outcome.failure,
	};
	if (outcome.failure && command[1].line && command[1].otherwise) {
		struct outcome second = execute(console, probe, &command[1]);
		if (!second.failure) {
			note(console, &reply, outcome.failure);
			outcome = second;
			reply.request = command[1].line;
			reply.failure = NULL;
			reply.asked = asked_of(console->arena, command[1].asks, command->asks);
		}
	}
	reply.content = outcome.content;
	if (reply.failure || reply.content.length)
		dialect_add(console->arena, console->scope, console->artefacts, &reply);
	else
		note(console, &reply, "the node has no such thing");
}

static void ask_part(struct console *console, const struct probe *probe, const char *part)
{
	const struct part_command *command =
		part_commands(console->arena, part, console->scope->cluster);
	unsigned number = 0;
	for (; command->line; command++)
		if (!command->otherwise)
			ask(console, probe, command, ++number);
}

/* Where there is no such variable, its name comes back as it was sent. */
static bool is_machine(struct text line)
{
	static const char *const machines[] = {"AMD64", "ARM64", "IA64"};
	for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
		if (line.length >= strlen(machines[i]) && text_starts(line.data, machines[i]))
			return true;
	return false;
}

static int ask_failure(struct console *console, struct error *error)
{
	auto_shell_result struct shell_result result = {0};
	if (run(console, DIALECT_CMD_FAILURE, &result, error) != 0)
		return -1;
	if (result.exited && result.status != 0)
		return 0;
	return error_set(error, ERROR_UNREACHABLE,
		"the server does not say how a command ended (\"%s\" gave %s), so that a failure "
		"cannot be told from an answer; use another SSH server there, or PowerShell",
		DIALECT_CMD_FAILURE, result.exited ? "0" : "nothing");
}

static int ask_console(struct console *console, struct error *error)
{
	auto_shell_result struct shell_result result = {0};
	if (run(console, DIALECT_CMD_QUESTION, &result, error) != 0)
		return -1;
	struct text_lines lines = {.rest = {result.output.data, result.output.length}};
	struct text last = {"", 0};
	for (; text_next_line(&lines); last = lines.line)
		if (last.length)
			console->page = page_of(last);
	console->narrow = is_machine(last);
	return 0;
}

int dialect_cmd_fetch(struct arena *arena, struct shell *shell, const struct dialect_scope *scope,
	struct artefacts *artefacts, struct error *error)
{
	struct console console = {.arena = arena,
		.shell = shell,
		.scope = scope,
		.artefacts = artefacts,
		.page = TEXT_CP437};
	if (ask_console(&console, error) != 0 || ask_failure(&console, error) != 0)
		return -1;
	for (const struct probe *const *probe = scope->probes; *probe; probe++) {
		const char *part = dialect_part(scope, *probe, "cmd");
		if (part)
			ask_part(&console, *probe, part);
	}
	if (console.broken && !console.answered)
		return error_set(error, ERROR_UNREACHABLE, "%s", console.broken);
	return 0;
}
