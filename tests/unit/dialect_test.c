/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_shell.h"

#include "base/base64.h"
#include "collectors/part.h"
#include "collectors/registry.h"

#define APP "{11111111-2222-3333-4444-555555555555}"
#define APPS "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\AppID"
#define OLE "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole"
#define OLE_TEXT "\r\n" OLE "\r\n    EnableDCOM    REG_SZ    Y\r\n\r\n"
#define IS_CMD                                                                                     \
	{                                                                                          \
		DIALECT_QUESTION, "C:\\WINDOWS\\system32\\cmd.exe $PSHOME\r\n", 0, NULL, false     \
	}
#define IS_POWERSHELL                                                                              \
	{                                                                                          \
		DIALECT_QUESTION,                                                                  \
			"%ComSpec%\r\nC:\\Windows\\System32\\WindowsPowerShell\\v1.0\r\n", 0,      \
			NULL, false                                                                \
	}
#define NO_POWERSHELL                                                                              \
	{                                                                                          \
		"powershell.exe ", "", 9009, NULL, false                                           \
	}
#define CHCP(text)                                                                                 \
	{                                                                                          \
		"chcp", text "\r\n%PROCESSOR_ARCHITEW6432%\r\n", 0, NULL, false                    \
	}
#define OLE_ASKED                                                                                  \
	{                                                                                          \
		"reg query \"" OLE "\" /s", OLE_TEXT, 0, NULL, false                               \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, 0, NULL, false                                                         \
	}

/* Only what these tests are about is asked. */
extern const struct probe probe_dcom_machine, probe_dcom_app, probe_metabase;
static const struct probe *const one_probe[] = {&probe_dcom_machine, NULL};
static const struct probe *const two_probes[] = {&probe_dcom_app, &probe_dcom_machine, NULL};

struct world {
	struct arena *arena;
	struct fake_shell fake;
	struct shell shell;
	struct cluster cluster;
	struct dialect_scope scope;
	struct artefacts artefacts;
	struct error error;
};

static int setup(void **state)
{
	struct arena *arena = arena_new();
	struct world *world = arena_alloc(arena, sizeof *world);
	world->arena = world->fake.arena = arena;
	world->shell = (struct shell){.session = &world->fake, .run = fake_run};
	strings_add(arena, &world->cluster.applications, APP);
	world->scope = (struct dialect_scope){.cluster = &world->cluster, .probes = one_probe};
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	arena_free(world->arena);
	return 0;
}

static int fetch(struct world *world, const struct fake_reply *replies)
{
	world->fake.replies = replies;
	int code = dialect_fetch(
		world->arena, &world->shell, &world->scope, &world->artefacts, &world->error);
	assert_int_equal(code == 0, world->error.code == ERROR_NONE);
	assert_false(world->fake.dead);
	return code;
}

static const struct artefact *only(const struct world *world)
{
	assert_int_equal(world->artefacts.count, 1);
	return &world->artefacts.items[0];
}

static void assert_content(const struct artefact *artefact, const char *expected)
{
	if (artefact->damage)
		fail_msg("%s: %s", artefact->name, artefact->damage);
	assert_int_equal(artefact->content.length, strlen(expected));
	assert_memory_equal(artefact->content.data, expected, strlen(expected));
}

static void assert_damage(const struct artefact *artefact, const char *part)
{
	assert_non_null(artefact->damage);
	if (!strstr(artefact->damage, part))
		fail_msg("\"%s\" without \"%s\"", artefact->damage, part);
	assert_int_equal(artefact->content.length, 0);
}

/* A frame as a node would write it. */
static const char *frame(struct arena *arena, const char *probe, const char *status,
	const char *asks, const char *text)
{
	const char *base64 =
		base64_encode(arena, (struct bytes){(const unsigned char *)text, strlen(text)});
	return arena_format(arena, "#frame %s %s %zu\n%s%s%s%s%s%s", probe, status, strlen(text),
		*asks ? "#asks " : "", asks, *asks ? "\n" : "", base64, *base64 ? "\n" : "", "");
}

static const char *script_of(const struct world *world)
{
	size_t digits = strcspn(world->fake.input, "\n"), length = digits / 4 * 3;
	while (length && world->fake.input[digits - (digits / 4 * 3 - length) - 1] == '=')
		length--;
	char *script = arena_alloc(world->arena, length + 1);
	assert_true(base64_decode(world->fake.input, digits, (unsigned char *)script, length));
	return script;
}

/* --- choosing --------------------------------------------------------------------------------- */

static void powershell_is_asked_where_it_is_the_shell(void **state)
{
	struct world *world = *state;
	const char *reply = arena_format(world->arena, "profile noise\r\n#standby 1\n%s#end 1\n",
		frame(world->arena, "dcom_machine", "ok", OLE, OLE_TEXT));
	const struct fake_reply replies[] = {
		IS_POWERSHELL, {"powershell.exe ", reply, 0, NULL, false}, END};
	assert_int_equal(fetch(world, replies), 0);
	assert_content(only(world), OLE_TEXT);
	assert_string_equal(only(world)->name, "dcom_machine 1");
	assert_string_equal(only(world)->asked[0], OLE);
	assert_null(only(world)->asked[1]);
	assert_ptr_equal(only(world)->format, &format_registry);
	assert_int_not_equal(only(world)->modified, 0);
	assert_int_equal(world->fake.sent.count, 2);
}

static void powershell_is_asked_before_cmd(void **state)
{
	struct world *world = *state;
	const char *reply = arena_format(world->arena, "#standby 1\r\n%s#end 1\r\n",
		frame(world->arena, "dcom_machine", "ok", OLE, OLE_TEXT));
	const struct fake_reply replies[] = {
		IS_CMD, {"powershell.exe ", reply, 1, NULL, false}, END};
	assert_int_equal(fetch(world, replies), 0);
	assert_content(only(world), OLE_TEXT);
	assert_int_equal(world->fake.sent.count, 2);
}

static void without_powershell_cmd_is_asked(void **state)
{
	struct world *world = *state;
	static const struct fake_reply missing[] = {
		IS_CMD, NO_POWERSHELL, CHCP("Active code page: 437"), OLE_ASKED, END};
	static const struct fake_reply silent[] = {IS_CMD, {"powershell.exe ", "", 0, NULL, false},
		CHCP("Active code page: 437"), OLE_ASKED, END};
	static const struct fake_reply forbidden[] = {IS_CMD,
		{"powershell.exe ", "This program is blocked by group policy.\r\n", 1, NULL, false},
		CHCP("Active code page: 437"), OLE_ASKED, END};
	const struct fake_reply *const all[] = {missing, silent, forbidden};
	for (size_t i = 0; i < 3; i++) {
		world->artefacts = (struct artefacts){0};
		assert_int_equal(fetch(world, all[i]), 0);
		assert_content(only(world), OLE_TEXT);
		assert_string_equal(only(world)->name, "dcom_machine 1");
		assert_string_equal(only(world)->asked[0], OLE);
	}
}

static void a_server_that_hides_how_commands_end_is_refused(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {IS_CMD, NO_POWERSHELL,
		CHCP("Active code page: 437"), {DIALECT_CMD_FAILURE, "", 0, NULL, false}, OLE_ASKED,
		END};
	assert_int_equal(fetch(world, replies), -1);
	assert_non_null(strstr(world->error.text, "does not say how a command ended"));
	assert_int_equal(world->artefacts.count, 0);
}

/* Without its last line nobody knows whether a 32-bit shell was asked. */
static void a_question_whose_answer_is_cut_asks_nothing_more(void **state)
{
	struct world *world = *state;
	static const struct fake_reply cut[] = {IS_CMD, NO_POWERSHELL,
		{"chcp", "Active code page: 437\r\n", 0, NULL, false}, OLE_ASKED, END};
	assert_int_equal(fetch(world, cut), -1);
	assert_non_null(strstr(world->error.text, "was cut off"));
	assert_int_equal(world->artefacts.count, 0);
	/* Of a node without chcp the line is the only one. */
	static const struct fake_reply without[] = {IS_CMD, NO_POWERSHELL,
		{"chcp", "%PROCESSOR_ARCHITEW6432%\r\n", 0, NULL, false},
		{DIALECT_CMD_FAILURE, "", 3, NULL, false}, OLE_ASKED, END};
	world->error = (struct error){0};
	assert_int_equal(fetch(world, without), 0);
}

static void a_shell_that_is_neither_is_named(void **state)
{
	struct world *world = *state;
	static const struct fake_reply unix_shell[] = {
		{DIALECT_QUESTION, "%ComSpec% \n", 0, NULL, false}, NO_POWERSHELL, END};
	assert_int_equal(fetch(world, unix_shell), -1);
	assert_int_equal(world->error.code, ERROR_UNREACHABLE);
	assert_non_null(strstr(world->error.text, "gave \"%ComSpec%\" with code 0"));
	static const struct fake_reply nothing[] = {{DIALECT_QUESTION, "", 1, NULL, false}, END};
	world->error = (struct error){0};
	assert_int_equal(fetch(world, nothing), -1);
	assert_non_null(strstr(world->error.text, "gave nothing with code 1"));
	static const struct fake_reply garbage[] = {
		{DIALECT_QUESTION, "\033[31m\xff", 0, NULL, false}, END};
	world->error = (struct error){0};
	assert_int_equal(fetch(world, garbage), -1);
	assert_non_null(strstr(world->error.text, "gave \"\\u001b[31m\\ufffd\" with code 0"));
}

static void powershell_that_does_not_answer_is_named_where_it_is_the_shell(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		IS_POWERSHELL, {"powershell.exe ", "", 0, NULL, false}, END};
	assert_int_equal(fetch(world, replies), -1);
	assert_non_null(strstr(world->error.text, "did not run the script"));
	assert_int_equal(world->artefacts.count, 0);
}

static void a_lost_connection_is_not_asked_again(void **state)
{
	struct world *world = *state;
	static const struct fake_reply at_once[] = {
		{DIALECT_QUESTION, NULL, 0, "session refused", false}, END};
	assert_int_equal(fetch(world, at_once), -1);
	assert_string_equal(world->error.text, "session refused");
	static const struct fake_reply in_powershell[] = {
		IS_CMD, {"powershell.exe ", NULL, 0, "the deadline passed", false}, END};
	world->error = (struct error){0};
	world->fake.failed = false;
	assert_int_equal(fetch(world, in_powershell), -1);
	assert_string_equal(world->error.text, "the deadline passed");
}

/* --- PowerShell ------------------------------------------------------------------------------- */

static void the_bootstrap_is_short_and_has_no_quotes(void **state)
{
	struct world *world = *state;
	const char *line = dialect_powershell_command(world->arena);
	assert_true(strlen(line) < 8191);
	assert_null(strpbrk(line, "\"'`$%&|<>^!();"));
	const char *base64 = strrchr(line, ' ') + 1;
	size_t digits = strlen(base64), length = 2 * strlen(dialect_powershell_bootstrap);
	unsigned char *wide = arena_alloc(world->arena, length);
	assert_true(base64_decode(base64, digits, wide, length));
	for (size_t i = 0; i < length; i++)
		assert_int_equal(wide[i], i % 2 ? 0 : dialect_powershell_bootstrap[i / 2]);
}

static void the_key_is_no_part_of_what_is_written(void **state)
{
	struct world *world = *state;
	struct secret *key = secret_new("0123456789abcdef0123456789abcdef", 32);
	static const struct fake_reply replies[] = {IS_POWERSHELL, END};
	world->scope.key = key;
	assert_int_equal(fetch(world, replies), -1);
	assert_ptr_equal(world->fake.key, key);
	assert_null(strstr(world->fake.input, "30313233"));
	assert_null(strstr(script_of(world), "30313233"));
	assert_null(strstr(script_of(world), "0123456789abcdef"));
	/* One line: the next one is the key's. */
	assert_string_equal(strchr(world->fake.input, '\n'), "\n");
	secret_free(key);
}

static void the_script_holds_the_scope_as_literals(void **state)
{
	struct world *world = *state;
	strings_add(world->arena, &world->cluster.locations, "1/root/it's \xe2\x80\x99 $(x) `\"");
	strings_add(world->arena, &world->cluster.locations, "/");
	const char *script = dialect_powershell_script(world->arena, &world->scope);
	assert_non_null(strstr(script, "\n$applications = @('" APP "')\n"));
	assert_non_null(strstr(script, "\n$classes = @()\n"));
	assert_non_null(strstr(script,
		"\n$locations = @('1/root/it''s \xe2\x80\x99\xe2\x80\x99 $(x) `\"', '/')\n"));
	assert_non_null(strstr(script, "\nInvoke-Part 'dcom_machine' {\n"));
	assert_null(strstr(script, "Invoke-Part 'dcom_app'"));
	assert_string_equal(script + strlen(script) - strlen("\nexit 0\n"), "\nexit 0\n");
}

static void accounts_are_tried_only_where_the_user_asks_for_it(void **state)
{
	struct world *world = *state;
	const char *script = dialect_powershell_script(world->arena, &world->scope);
	assert_non_null(strstr(script, "\n$checkLogon = $false\n"));
	assert_null(strstr(script, "$checkLogon = $true"));
	world->scope.check_logon = true;
	script = dialect_powershell_script(world->arena, &world->scope);
	assert_non_null(strstr(script, "\n$checkLogon = $true\n"));
	assert_null(strstr(script, "$checkLogon = $false"));
}

static void frames_become_artefacts(void **state)
{
	struct world *world = *state;
	world->scope.probes = two_probes;
	const char *app = arena_format(world->arena, APPS "\\*\n#asks " APPS "\\" APP);
	const char *reply = arena_format(world->arena, "#standby 1\n%snoise\n%s\n%s#end 3\nnoise\n",
		frame(world->arena, "dcom_app", "ok", app, "\r\n" APPS "\r\n\r\n"),
		frame(world->arena, "dcom_app", "error", "", "reg query \"x\" ended with code 5"),
		frame(world->arena, "dcom_machine", "none", "", ""));
	const struct fake_reply replies[] = {
		IS_POWERSHELL, {"powershell.exe ", reply, 0, NULL, false}, END};
	assert_int_equal(fetch(world, replies), 0);
	assert_int_equal(world->artefacts.count, 2);
	const struct artefact *first = &world->artefacts.items[0];
	assert_string_equal(first->name, "dcom_app 1");
	assert_string_equal(first->asked[0], APPS "\\*");
	assert_string_equal(first->asked[1], APPS "\\" APP);
	assert_null(first->asked[2]);
	assert_string_equal(first[1].name, "dcom_app 2");
	assert_damage(&first[1], "reg query \"x\" ended with code 5");
}

static void a_frame_of_another_format_is_damage(void **state)
{
	struct world *world = *state;
	const char *reply = arena_format(world->arena, "#standby 1\n%s#end 1\n",
		frame(world->arena, "dcom_machine", "ok", "", "hush"));
	const struct fake_reply replies[] = {
		IS_POWERSHELL, {"powershell.exe ", reply, 0, NULL, false}, END};
	assert_int_equal(fetch(world, replies), 0);
	assert_damage(only(world), "dcom_machine.ps1 printed something else than was asked");
}

/* A reply cut at each of its bytes, and with each byte damaged, never gives what was not sent. */
static void a_cut_or_damaged_reply_is_unknown(void **state)
{
	struct world *world = *state;
	world->scope.probes = two_probes;
	char *reply = arena_format(world->arena, "#standby 1\n%s%s#end 2\n",
		frame(world->arena, "dcom_app", "none", "", ""),
		frame(world->arena, "dcom_machine", "ok", OLE, OLE_TEXT));
	size_t whole = strlen(reply);
	for (size_t length = strlen("#standby 1"); length < whole; length++) {
		const char *cut = arena_text_n(world->arena, reply, length);
		const struct fake_reply replies[] = {
			IS_CMD, {"powershell.exe ", cut, 0, NULL, true}, END};
		world->artefacts = (struct artefacts){0};
		assert_int_equal(fetch(world, replies), 0);
		const struct artefact *last = &world->artefacts.items[world->artefacts.count - 1];
		assert_true(world->artefacts.count > 0);
		assert_string_equal(last->format->name, "registry");
		assert_damage(last, "of the reply: ");
		assert_damage(last, "; powershell.exe was ended before its end");
	}
}

static void assert_reply_damage(struct world *world, const char *reply, const char *why)
{
	const struct fake_reply replies[] = {
		IS_CMD, {"powershell.exe ", reply, 0, NULL, false}, END};
	world->artefacts = (struct artefacts){0};
	assert_int_equal(fetch(world, replies), 0);
	assert_damage(&world->artefacts.items[world->artefacts.count - 1], why);
}

static void what_is_wrong_with_a_reply_is_named(void **state)
{
	struct world *world = *state;
	assert_reply_damage(world, "#standby 1\n", "ends without its end mark");
	assert_reply_damage(world, "#standby 1\n#end 1\n", "another number of frames");
	assert_reply_damage(world, "#standby 1\n#end 0\n", "no frame of it");
	assert_reply_damage(world, "#standby 1\n#frame dcom_machine ok 3\nYWJjZA==\n#end 1\n",
		"another length");
	assert_reply_damage(
		world, "#standby 1\n#frame dcom_machine ok 3\nYW*j\n#end 1\n", "not base64");
	assert_reply_damage(world, "#standby 1\n#frame dcom_machine ok 9\nYWJj\n#end 1\n",
		"ends before its length");
	assert_reply_damage(world, "#standby 1\n#frame dcom_machine ok 99999999999\nYWJj\n",
		"cannot be understood");
	assert_reply_damage(
		world, "#standby 1\n#frame dcom_machine fine 3\nYWJj\n#end 1\n", "cannot be");
	assert_reply_damage(world, "#standby 1\n#fra\n", "neither frame nor end mark");
	assert_reply_damage(
		world, "#standby 1\n#frame dcom_app ok 3\nYWJj\n#end 1\n", "nobody asked for");
}

static void a_script_that_does_not_parse_is_an_error(void **state)
{
	struct world *world = *state;
	const char *reply = arena_format(world->arena, "#standby 1\n%s#end 1\n",
		frame(world->arena, "bootstrap", "error", "", "Missing closing '}'\r\nin block"));
	const struct fake_reply replies[] = {
		IS_CMD, {"powershell.exe ", reply, 3, NULL, false}, END};
	assert_int_equal(fetch(world, replies), -1);
	assert_non_null(
		strstr(world->error.text, "refused the script: Missing closing '}'\\u000d"));
}

/* --- cmd -------------------------------------------------------------------------------------- */

static void a_failed_command_asks_for_the_names_above(void **state)
{
	struct world *world = *state;
	static const struct probe *const probes[] = {&probe_dcom_app, NULL};
	world->scope.probes = probes;
#define NAMES "\r\n" APPS "\\{22222222-2222-3333-4444-555555555555}\r\n"
	static const struct fake_reply replies[] = {IS_CMD, NO_POWERSHELL,
		CHCP("Active code page: 437"), {"reg query \"" APPS "\"", NAMES, 0, NULL, false},
		END};
	assert_int_equal(fetch(world, replies), 0);
	assert_content(only(world), NAMES);
	assert_string_equal(only(world)->name, "dcom_app 1");
	struct error error = {0};
	const struct registry *registry =
		format_registry.decode(world->arena, only(world)->content, &error);
	assert_non_null(registry);
	assert_true(registry_covers(registry, only(world), APPS "\\" APP));
	assert_false(registry_covers(
		registry, only(world), APPS "\\{22222222-2222-3333-4444-555555555555}"));
	assert_false(registry_covers(registry, only(world), APPS));
	size_t index = 0;
	const char *name;
	assert_true(registry_next_absent(world->arena, registry, only(world), APPS, &index, &name));
	assert_string_equal(name, APP);
	assert_false(
		registry_next_absent(world->arena, registry, only(world), APPS, &index, &name));
}

static void nothing_printed_and_failures_are_damage(void **state)
{
	struct world *world = *state;
	static const struct {
		struct fake_reply reply;
		const char *why;
	} cases[] = {
		{{"reg query", "", 0, NULL, false}, "ended with code 0, but printed nothing"},
		{{"reg query", "", 1, NULL, false}, "ended with code 1"},
		{{"reg query", OLE_TEXT, 5, NULL, false}, "ended with code 5"},
		{{"reg query", OLE_TEXT, 0, NULL, true}, "was ended before its end"},
		{{"reg query", "ERROR: hush\r\n", 0, NULL, false}, "something else than was asked"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct fake_reply replies[] = {
			IS_CMD, NO_POWERSHELL, CHCP("Code page: 437"), cases[i].reply, END};
		world->artefacts = (struct artefacts){0};
		assert_int_equal(fetch(world, replies), 0);
		assert_damage(only(world), cases[i].why);
		assert_damage(only(world), "reg query \"" OLE "\" /s ");
		assert_null(strstr(only(world)->damage, "hush"));
		assert_ptr_equal(only(world)->format, &format_registry);
	}
}

static void a_connection_lost_midway_leaves_what_came_before(void **state)
{
	struct world *world = *state;
	world->scope.probes = two_probes;
	static const struct fake_reply replies[] = {IS_CMD, NO_POWERSHELL, CHCP("437"),
		{"reg query \"" APPS, "\r\n" APPS "\r\n", 0, NULL, false},
		{"reg query", NULL, 0, "connection reset", false}, END};
	assert_int_equal(fetch(world, replies), 0);
	assert_int_equal(world->artefacts.count, 2);
	assert_null(world->artefacts.items[0].damage);
	assert_damage(&world->artefacts.items[1], "connection reset");
	static const struct fake_reply all[] = {IS_CMD, NO_POWERSHELL, CHCP("437"),
		{"reg query", NULL, 0, "connection reset", false}, END};
	world->fake.failed = false;
	assert_int_equal(fetch(world, all), -1);
	assert_string_equal(world->error.text, "connection reset");
}

static void a_node_may_lack_what_was_asked(void **state)
{
	struct world *world = *state;
	static const struct probe *const probes[] = {&probe_metabase, NULL};
	strings_add(world->arena, &world->cluster.locations, "/");
	world->scope.probes = probes;
	static const struct fake_reply replies[] = {
		IS_CMD, NO_POWERSHELL, CHCP("437"), {"if exist", "#none\r\n", 0, NULL, false}, END};
	assert_int_equal(fetch(world, replies), 0);
	assert_int_equal(world->artefacts.count, 0);
}

/* --- parts ------------------------------------------------------------------------------------ */

static void a_part_is_repeated_for_its_scope(void **state)
{
	struct world *world = *state;
	strings_add(world->arena, &world->cluster.applications, "{2}");
	static const char part[] =
		"rem of {appid}\r\nfirst\nasks A\\{appid}\ncmd {appid} \"{appid}\"\n"
		"else\nasks A\\*\nother\n\nlast {clsid}\n";
	const struct part_command *commands = part_commands(world->arena, part, &world->cluster);
	static const struct part_command expected[] = {
		{"first", NULL, false, NULL},
		{"cmd " APP " \"" APP "\"", "A\\" APP, false, NULL},
		{"other", "A\\*", true, NULL},
		{"cmd {2} \"{2}\"", "A\\{2}", false, NULL},
		{"other", "A\\*", true, NULL},
	};
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		assert_string_equal(commands[i].line, expected[i].line);
		assert_int_equal(commands[i].otherwise, expected[i].otherwise);
		assert_true((commands[i].asks == NULL) == (expected[i].asks == NULL));
		if (expected[i].asks)
			assert_string_equal(commands[i].asks, expected[i].asks);
		assert_null(commands[i].trouble);
	}
	assert_null(commands[5].line);
}

static void a_name_that_a_shell_would_run_is_not_sent(void **state)
{
	struct world *world = *state;
	static const char *const names[] = {
		"a\"&b", "a%x%", "a^", "a|b", "\xc3\xb6", "a>b", "a\nb"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		world->cluster.locations = (struct strings){0};
		strings_add(world->arena, &world->cluster.locations, names[i]);
		const struct part_command *commands =
			part_commands(world->arena, "type \"{location}\"\n", &world->cluster);
		assert_non_null(commands[0].trouble);
	}
	char *longest = arena_alloc(world->arena, 9001);
	memset(longest, 'x', 9000);
	assert_non_null(part_commands(world->arena, longest, &world->cluster)->trouble);
	assert_null(part_commands(world->arena, "", &world->cluster)->line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(powershell_is_asked_where_it_is_the_shell),
		TEST(powershell_is_asked_before_cmd),
		TEST(without_powershell_cmd_is_asked),
		TEST(a_server_that_hides_how_commands_end_is_refused),
		TEST(a_question_whose_answer_is_cut_asks_nothing_more),
		TEST(a_shell_that_is_neither_is_named),
		TEST(powershell_that_does_not_answer_is_named_where_it_is_the_shell),
		TEST(a_lost_connection_is_not_asked_again),
		TEST(the_bootstrap_is_short_and_has_no_quotes),
		TEST(the_key_is_no_part_of_what_is_written),
		TEST(the_script_holds_the_scope_as_literals),
		TEST(accounts_are_tried_only_where_the_user_asks_for_it),
		TEST(frames_become_artefacts),
		TEST(a_frame_of_another_format_is_damage),
		TEST(a_cut_or_damaged_reply_is_unknown),
		TEST(what_is_wrong_with_a_reply_is_named),
		TEST(a_script_that_does_not_parse_is_an_error),
		TEST(a_failed_command_asks_for_the_names_above),
		TEST(nothing_printed_and_failures_are_damage),
		TEST(a_connection_lost_midway_leaves_what_came_before),
		TEST(a_node_may_lack_what_was_asked),
		TEST(a_part_is_repeated_for_its_scope),
		TEST(a_name_that_a_shell_would_run_is_not_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
