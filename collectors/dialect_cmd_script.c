/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect_cmd_script.h"

#include "base/buffer.h"
#include "base/text.h"
#include "collectors/part.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#define WORD "script "
#define SCRIPT_LIMIT ((size_t)4 << 20)

bool dialect_cmd_is_script(const char *line)
{
	return strncmp(line, WORD, strlen(WORD)) == 0;
}

/* --- the script ------------------------------------------------------------------------------- */

/* The code point that begins here, by whose length `at` moves on. */
static uint32_t next_code(const unsigned char **at)
{
	static const unsigned char masks[] = {0x7f, 0x1f, 0x0f, 0x07};
	unsigned char first = *(*at)++;
	int more = (first >= 0xc0) + (first >= 0xe0) + (first >= 0xf0);
	uint32_t code = first & masks[more];
	for (; more > 0 && (**at & 0xc0) == 0x80; more--)
		code = code << 6 | (*(*at)++ & 0x3f);
	return code;
}

static void append_unit(struct buffer *script, uint32_t unit)
{
	if (unit >= 0x20 && unit < 0x7f && unit != '"' && unit != '\\')
		buffer_format(script, "%c", (char)unit);
	else
		buffer_format(script, "\\u%04" PRIx32, unit);
}

static void append_literal(struct buffer *script, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	buffer_text(script, "\"");
	while (*at) {
		uint32_t code = next_code(&at);
		if (code >= 0x10000)
			append_unit(script, 0xd800 + ((code - 0x10000) >> 10));
		append_unit(script, code < 0x10000 ? code : 0xdc00 + ((code - 0x10000) & 0x3ff));
	}
	buffer_text(script, "\"");
}

static void append_scope(struct buffer *script, const struct strings *locations, bool check_logon)
{
	buffer_text(script, "var scope = { locations: [");
	for (size_t i = 0; i < locations->count; i++) {
		buffer_text(script, i ? ", " : "");
		append_literal(script, locations->items[i]);
	}
	buffer_format(script, "], checkLogon: %s };\n", check_logon ? "true" : "false");
}

char *dialect_cmd_script_text(
	struct arena *arena, const char *line, const struct strings *locations, bool check_logon)
{
	auto_buffer struct buffer script = BUFFER_INIT(SCRIPT_LIMIT);
	append_scope(&script, locations, check_logon);
	const char *at = line + strlen(WORD);
	while (*at) {
		size_t length = strcspn(at, " ");
		const char *part = part_find(arena_text_n(arena, at, length), "js");
		if (!part || buffer_text(&script, part) != 0)
			return NULL;
		at += length;
		at += strspn(at, " ");
	}
	return arena_text(arena, script.data);
}

/* --- the command ------------------------------------------------------------------------------ */

char *dialect_cmd_script_command(struct arena *arena, const char *token, bool narrow)
{
	const char *file = arena_format(arena, "\"%%TEMP%%\\standby-%s.js\"", token);
	return arena_format(arena,
		"echo " DIALECT_CMD_BOOTSTRAP ">%s"
		"&%scscript //nologo //E:JScript //T:%d %s&del /f /q %s",
		file, narrow ? DIALECT_CMD_SYSNATIVE : "", DIALECT_CMD_SCRIPT_SECONDS, file, file);
}

/* One line: what unescape of JScript turns back. */
static const char *escape_line(struct arena *arena, const char *script)
{
	auto_buffer struct buffer out = BUFFER_INIT(2 * SCRIPT_LIMIT);
	while (*script) {
		size_t plain = strcspn(script, "%\r\n");
		buffer_append(&out, script, plain);
		script += plain;
		if (*script)
			buffer_format(&out, "%%%02X", (unsigned)(unsigned char)*script++);
	}
	return buffer_text(&out, "\n") == 0 ? arena_text(arena, out.data) : NULL;
}

static const char *random_token(struct arena *arena, struct error *error)
{
	uint64_t number;
	if (getrandom(&number, sizeof number, 0) == (ssize_t)sizeof number)
		return arena_format(arena, "%016" PRIx64, number);
	error_set(error, ERROR_INTERNAL, "the system gives no random bytes: %s", strerror(errno));
	return NULL;
}

int dialect_cmd_script_run(struct arena *arena, struct shell *shell,
	const struct dialect_scope *scope, const struct dialect_cmd_script *script,
	struct shell_result *result, struct error *error)
{
	const char *token = random_token(arena, error);
	const char *text = dialect_cmd_script_text(
		arena, script->line, &scope->cluster->locations, scope->check_logon);
	const char *input = text ? escape_line(arena, text) : NULL;
	*result = (struct shell_result){.output = BUFFER_INIT(SHELL_OUTPUT_LIMIT),
		.errors = BUFFER_INIT(SHELL_ERRORS_LIMIT)};
	if (!token)
		return -1;
	if (!input)
		return error_set(error, ERROR_INTERNAL, "the script of this part cannot be made");
	const struct shell_command command = {
		.line = dialect_cmd_script_command(arena, token, script->narrow),
		.input = {(const unsigned char *)input, strlen(input)},
		.key = scope->key,
	};
	return shell->run(shell->session, &command, result, error);
}
