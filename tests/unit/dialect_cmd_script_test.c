/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect_cmd_script.h"

#include "collectors/part.h"
#include "tests/test.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LINE "script identity_fingerprint identity"

/* A shell that keeps what it was told. */
struct heard {
	struct arena *arena;
	const char *line;
	const char *input;
	const struct secret *key;
	unsigned count;
};

static int hear(void *session, const struct shell_command *command, struct shell_result *result,
	struct error *error)
{
	(void)result;
	(void)error;
	struct heard *heard = session;
	heard->line = arena_text(heard->arena, command->line);
	heard->input = arena_text_n(
		heard->arena, (const char *)command->input.data, command->input.length);
	heard->key = command->key;
	heard->count++;
	return 0;
}

static unsigned hex_digit(char c)
{
	return (unsigned)(isdigit((unsigned char)c) ? c - '0' : c - 'A' + 10);
}

/* What unescape of JScript makes of a line. */
static char *unescaped(struct arena *arena, const char *line)
{
	char *out = arena_text(arena, line), *at = out;
	for (; *line; line++) {
		bool escaped = *line == '%';
		*at++ = escaped ? (char)(hex_digit(line[1]) << 4 | hex_digit(line[2])) : *line;
		line += escaped ? 2 : 0;
	}
	*at = '\0';
	return out;
}

static struct heard run(struct arena *arena, const char *line, const struct secret *key, int *code)
{
	struct cluster cluster = {0};
	strings_add(arena, &cluster.locations, "1/root/100% \"\xc3\xa4\xf0\x9f\x94\x91\"");
	const struct probe *const probes[] = {NULL};
	const struct dialect_scope scope = {.cluster = &cluster, .probes = probes, .key = key};
	struct heard heard = {.arena = arena};
	struct shell shell = {.session = &heard, .run = hear};
	auto_shell_result struct shell_result result = {0};
	const struct dialect_cmd_script script = {.line = line};
	*code = dialect_cmd_script_run(arena, &shell, &scope, &script, &result, &(struct error){0});
	return heard;
}

static void the_script_is_the_first_line_of_input_and_the_key_comes_behind(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	auto_secret struct secret *key = secret_new("0123456789abcdef0123456789abcdef", 32);
	int code;
	struct heard heard = run(arena, LINE, key, &code);
	assert_int_equal(code, 0);
	assert_int_equal(heard.count, 1);
	assert_ptr_equal(heard.key, key);
	const char *end = strchr(heard.input, '\n');
	assert_non_null(end);
	assert_string_equal(end, "\n");
	assert_null(strstr(heard.input, "0123456789abcdef0123456789abcdef"));
	char *script = unescaped(arena, heard.input);
	script[strlen(script) - 1] = '\0';
	const char *head = "var scope = { locations: [\"1/root/100% "
			   "\\u0022\\u00e4\\ud83d\\udd11\\u0022\"], checkLogon: false };\n";
	assert_string_equal(
		script, arena_format(arena, "%s%s%s", head, part_find("identity_fingerprint", "js"),
				part_find("identity", "js")));
}

static void the_command_removes_the_file_that_it_writes(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	assert_string_equal(dialect_cmd_script_command(arena, "a1", false),
		"echo eval(unescape(WScript.StdIn.ReadLine()))>\"%TEMP%\\standby-a1.js\""
		"&cscript //nologo //E:JScript //T:300 \"%TEMP%\\standby-a1.js\""
		"&del /f /q \"%TEMP%\\standby-a1.js\"");
}

static void every_run_has_another_file(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	int code;
	struct heard a = run(arena, LINE, NULL, &code), b = run(arena, LINE, NULL, &code);
	assert_null(a.key);
	assert_string_not_equal(a.line, b.line);
	assert_int_equal(strlen(a.line), strlen(b.line));
}

static void a_part_that_is_missing_is_not_sent(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	int code;
	struct heard heard = run(arena, "script identity nonsense", NULL, &code);
	assert_int_equal(code, -1);
	assert_int_equal(heard.count, 0);
}

static void only_lines_that_begin_so_are_scripts(void **state)
{
	(void)state;
	assert_true(dialect_cmd_is_script(LINE));
	assert_false(dialect_cmd_is_script("reg query \"script \""));
	assert_false(dialect_cmd_is_script("scripts"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_script_is_the_first_line_of_input_and_the_key_comes_behind),
		cmocka_unit_test(the_command_removes_the_file_that_it_writes),
		cmocka_unit_test(every_run_has_another_file),
		cmocka_unit_test(a_part_that_is_missing_is_not_sent),
		cmocka_unit_test(only_lines_that_begin_so_are_scripts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
