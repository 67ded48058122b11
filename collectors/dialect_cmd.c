/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect.h"

#include "base/code_page.h"
#include "base/number.h"
#include "collectors/dialect_cmd_script.h"
#include "collectors/part.h"
#include "collectors/registry.h"

#include <string.h>

#define SAID_LIMIT 200
#define CODE_PAGES HKLM "SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage"

struct console {
	struct arena *arena;
	struct shell *shell;
	const struct dialect_scope *scope;
	struct artefacts *artefacts;
	unsigned page;	    /* CODE_PAGE_UNKNOWN: what is beyond ASCII is not known */
	struct text noise;  /* what the shell itself writes to standard error, at each command */
	bool narrow;	    /* a 32-bit shell on 64-bit Windows */
	bool answered;	    /* any command came to an end */
	const char *advice; /* where reg fails; NULL: nobody looked for it yet */
	const char *broken; /* why the shell can no longer be used, or NULL */
};

/* What came of one command: content, or a failure, or neither: the node has no such thing. */
struct outcome {
	struct bytes content;
	const char *partial; /* why the content may not be whole, or NULL */
	const char *failure;
	bool unread; /* something came, and nobody can read it */
	bool cut;    /* the end is missing */
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
	if (is_ascii(bytes) || is_unicode(bytes))
		return bytes;
	struct text text = code_page_decode(console->arena, bytes, console->page);
	return (struct bytes){(const unsigned char *)text.data, text.length};
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The line's last number, which is the same in every language; 0: it has none. */
static unsigned number_of(struct text line)
{
	size_t end = line.length;
	while (end && !is_digit(line.data[end - 1]))
		end--;
	size_t start = end;
	while (start && is_digit(line.data[start - 1]))
		start--;
	uint64_t number = 0;
	bool good = number_read(line.data + start, end - start, 10, UINT32_MAX, &number);
	return good ? (unsigned)number : 0;
}

static struct text trim(struct text text)
{
	while (text.length && memchr(" \t\r\n", text.data[text.length - 1], 4))
		text.length--;
	while (text.length && memchr(" \t\r\n", text.data[0], 4))
		text = (struct text){text.data + 1, text.length - 1};
	return text;
}

/* What a command wrote to standard error, without what the shell writes there at each command. */
static struct text complaint(const struct console *console, const struct shell_result *result)
{
	struct text text = {result->errors.data ? result->errors.data : "", result->errors.length};
	size_t length = console->noise.length;
	/* Of what reached the limit more may have been dropped. */
	if (length && text.length < SHELL_ERRORS_LIMIT && text.length >= length &&
		memcmp(text.data, console->noise.data, length) == 0)
		text = (struct text){text.data + length, text.length - length};
	return trim(text);
}

/* It, short and printable. What a script says could hold what it has seen, and is not shown. */
static const char *quote(const struct console *console, const char *line, struct text text)
{
	if (dialect_cmd_is_script(line))
		return "a text that is not shown, because the script works with passwords";
	if (text.length > SAID_LIMIT)
		text.length = SAID_LIMIT;
	struct bytes bytes = {(const unsigned char *)text.data, text.length};
	struct bytes utf8 = to_utf8(console, bytes);
	struct text said = {(const char *)utf8.data, utf8.length};
	return arena_format(console->arena, "\"%s\"", text_escape(console->arena, said));
}

/* --- one command ------------------------------------------------------------------------------ */

static bool is_reg(const char *line)
{
	if (text_starts(line, DIALECT_CMD_SYSNATIVE))
		line += strlen(DIALECT_CMD_SYSNATIVE);
	return text_starts(line, "reg ");
}

const char *dialect_cmd_line(struct arena *arena, const char *line)
{
	return is_reg(line) ? arena_format(arena, "%s" DIALECT_CMD_AND_END, line) : line;
}

/* Takes the last line off, which must be the end mark and nothing else; false: it was cut off.
 * echo prints blanks that stand behind its text. */
static bool take_end(struct bytes *content)
{
	static const char end[] = DIALECT_CMD_END;
	const char *data = (const char *)content->data;
	size_t length = content->length;
	if (length == 0 || data[--length] != '\n')
		return false;
	if (length && data[length - 1] == '\r')
		length--;
	while (length && data[length - 1] == ' ')
		length--;
	if (length < sizeof end - 1)
		return false;
	length -= sizeof end - 1;
	if (memcmp(data + length, end, sizeof end - 1) != 0 || (length && data[length - 1] != '\n'))
		return false;
	content->length = length;
	return true;
}

static int run(const struct console *console, const char *line, struct shell_result *result,
	struct error *error)
{
	const struct shell_command command = {.line = line};
	const struct dialect_cmd_script script = {.line = line, .narrow = console->narrow};
	if (dialect_cmd_is_script(line))
		return dialect_cmd_script_run(
			console->arena, console->shell, console->scope, &script, result, error);
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

/* The line of a part as a person may know it. */
static const char *called(const char *line)
{
	return dialect_cmd_is_script(line) ? "the script (run by cscript)" : line;
}

static struct outcome fail(const struct console *console, const char *line, const char *how,
	const struct shell_result *result)
{
	struct text said = complaint(console, result);
	if (said.length == 0)
		return (struct outcome){
			.failure = arena_format(console->arena, "%s %s", called(line), how)};
	return (struct outcome){.failure = arena_format(console->arena, "%s %s and said %s",
					called(line), how, quote(console, line, said))};
}

static const char *partial(
	const struct console *console, const char *line, const struct shell_result *result)
{
	struct text said = complaint(console, result);
	if (said.length == 0)
		return NULL;
	return arena_format(console->arena,
		"%s answered, but also wrote to standard error, so that there may be more than "
		"it printed: %s",
		called(line), quote(console, line, said));
}

static struct outcome judge(const struct console *console, const struct probe *probe,
	const char *line, const struct shell_result *result)
{
	struct arena *arena = console->arena;
	struct bytes content = {(const unsigned char *)result->output.data, result->output.length};
	struct outcome outcome = {.partial = partial(console, line, result)};
	if (!result->exited)
		return fail(console, line, "was ended before its end", result);
	if (result->status != 0)
		return fail(console, line,
			arena_format(arena, "ended with code %u", (unsigned)result->status),
			result);
	if (is_reg(line) && !take_end(&content)) {
		outcome = fail(console, line,
			"ended with code 0, but without its end mark: it was cut off", result);
		outcome.cut = true;
		return outcome;
	}
	if (content.length == 0)
		return fail(console, line, "ended with code 0, but printed nothing", result);
	if (says_none(content))
		return outcome.partial ? (struct outcome){.failure = outcome.partial} : outcome;
	if (probe->format == &format_registry)
		content = to_utf8(console, content);
	if (!probe->format->recognise(content)) {
		outcome = fail(console, line, "printed something else than was asked", result);
		outcome.unread = true;
		return outcome;
	}
	outcome.content =
		(struct bytes){arena_copy(arena, content.data, content.length), content.length};
	return outcome;
}

/* Asked only where reg failed before it ever answered. */
static const char *look_for_reg(struct console *console)
{
	auto_shell_result struct shell_result result = {0};
	struct error error = {0};
	if (run(console, DIALECT_CMD_FIND_REG, &result, &error) != 0) {
		console->broken = arena_text(console->arena, error.text);
		return "";
	}
	struct text path = trim(
		(struct text){result.output.data ? result.output.data : "", result.output.length});
	bool nowhere = path.length == 2 && memcmp(path.data, "[]", 2) == 0;
	if (!nowhere && console->narrow)
		return "; in this 32-bit shell of a 64-bit Windows it takes %windir%\\sysnative, "
		       "which Windows Server 2003 has only with the update KB942589";
	if (!nowhere)
		return "";
	return "; this node has no reg.exe (Windows 2000 has one only in its Support Tools): "
	       "install them, or export the keys with regedit there and name their folder under "
	       "\"files\"";
}

static void advise(struct console *console, struct outcome *outcome)
{
	if (!outcome->failure || outcome->unread) {
		console->advice = "";
		return;
	}
	if (!console->advice)
		console->advice = look_for_reg(console);
	outcome->failure = arena_format(console->arena, "%s%s", outcome->failure, console->advice);
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
	bool reg = is_reg(line);
	if (console->narrow && reg)
		line = arena_format(console->arena, "%s%s", DIALECT_CMD_SYSNATIVE, line);
	if (run(console, dialect_cmd_line(console->arena, line), &result, &error) != 0) {
		console->broken = arena_text(console->arena, error.text);
		return (struct outcome){.failure = console->broken};
	}
	console->answered = true;
	struct outcome outcome = judge(console, probe, line, &result);
	if (reg && !outcome.cut)
		advise(console, &outcome);
	return outcome;
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

/* Why a key is not known that the names beside it show to be there: its own request failed. */
static const char *why_not_known(const struct console *console, const struct dialect_reply *names,
	const char *key, const char *failure)
{
	const struct artefact artefact = {.asked = names->asked};
	const struct registry *registry = NULL;
	if (names->probe->format == &format_registry && key)
		registry = registry_decode(console->arena, names->content, &(struct error){0});
	return registry && !registry_covers(registry, &artefact, key) ? failure : NULL;
}

static void take_instead(const struct console *console, struct dialect_reply *reply,
	const struct part_command *command, const struct outcome *second)
{
	const char *failure = reply->failure;
	note(console, reply, failure);
	reply->request = command[1].line;
	reply->failure = NULL;
	reply->unread = false;
	reply->asked = asked_of(console->arena, command[1].asks, command->asks);
	reply->content = second->content;
	reply->partial = second->partial;
	if (!reply->partial)
		reply->partial = why_not_known(console, reply, command->asks, failure);
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
		.content = outcome.content,
		.partial = outcome.partial,
		.failure = outcome.failure,
		.unread = outcome.unread,
	};
	if (outcome.failure && command[1].line && command[1].otherwise) {
		struct outcome second = execute(console, probe, &command[1]);
		if (!second.failure)
			take_instead(console, &reply, command, &second);
	}
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

/* What this command writes to standard error is nothing that a command of ours has to say. */
static int ask_failure(struct console *console, struct error *error)
{
	auto_shell_result struct shell_result result = {0};
	if (run(console, DIALECT_CMD_FAILURE, &result, error) != 0)
		return -1;
	console->noise =
		(struct text){arena_copy(console->arena, result.errors.data, result.errors.length),
			result.errors.length};
	if (result.exited && result.status != 0)
		return 0;
	return error_set(error, ERROR_UNREACHABLE,
		"the server does not say how a command ended (\"%s\" gave %s), so that a failure "
		"cannot be told from an answer; use another SSH server there, or PowerShell",
		DIALECT_CMD_FAILURE, result.exited ? "0" : "nothing");
}

/* Where there is no console, programs print in the system's page. */
static int ask_page(struct console *console, struct error *error)
{
	auto_shell_result struct shell_result result = {0};
	if (run(console, DIALECT_CMD_PAGE, &result, error) != 0)
		return -1;
	struct bytes output = {(const unsigned char *)result.output.data, result.output.length};
	const struct registry *registry =
		take_end(&output) && output.length
			? registry_decode(console->arena, output, &(struct error){0})
			: NULL;
	const struct registry_value *value =
		registry ? registry_value(registry, CODE_PAGES, "OEMCP") : NULL;
	console->page = value && value->type == REGISTRY_SZ ? number_of(value->text) : 0;
	return 0;
}

static int ask_console(struct console *console, struct error *error)
{
	auto_shell_result struct shell_result result = {0};
	if (run(console, DIALECT_CMD_QUESTION, &result, error) != 0)
		return -1;
	struct text_lines lines = {.rest = {result.output.data, result.output.length}};
	struct text last = {"", 0};
	unsigned count = 0;
	for (; text_next_line(&lines); last = lines.line, count++)
		if (last.length)
			console->page = number_of(last);
	console->narrow = is_machine(last);
	/* The code page alone: what would have told a 32-bit shell is missing. */
	if (count < 2 && !console->narrow && !(last.length && *last.data == '%'))
		return error_set(error, ERROR_UNREACHABLE, "the command \"%s\" %s",
			DIALECT_CMD_QUESTION,
			count ? "was cut off before its last line; try again" : "printed nothing");
	if (console->page == 0 && ask_page(console, error) != 0)
		return -1;
	if (!code_page_known(console->page))
		console->page = CODE_PAGE_UNKNOWN;
	return 0;
}

int dialect_cmd_fetch(struct arena *arena, struct shell *shell, const struct dialect_scope *scope,
	struct artefacts *artefacts, struct error *error)
{
	struct console console = {
		.arena = arena, .shell = shell, .scope = scope, .artefacts = artefacts};
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
