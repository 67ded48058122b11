/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_shell.h"

#include "base/base64.h"

#define APP "{11111111-2222-3333-4444-555555555555}"
#define OLE "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole"
#define OLE_TEXT "\r\n" OLE "\r\n    EnableDCOM    REG_SZ    Y\r\n\r\n"
#define IS_CMD                                                                                     \
	{                                                                                          \
		DIALECT_QUESTION, "C:\\WINDOWS\\system32\\cmd.exe $PSHOME\r\n", 0, NULL, false     \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, 0, NULL, false                                                         \
	}

/* What a node is sent, and what is believed of its answer. Only what these tests are about is
 * asked. */
extern const struct probe probe_dcom_machine, probe_dcom_app;
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

/* --- choosing ----------------------------------------------------------------------------------
 */

static void a_shell_without_powershell_gets_neither_script_nor_key(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *answer, *named;
	} others[] = {
		{"%ComSpec% \n", "gave \"%ComSpec%\" with code 1"}, /* a Unix shell */
		{"%ComSpec% /opt/x\n", "gave \"%ComSpec% /opt/x\" with code 1"},
		{"%ComSpec%\nlogout\n", "gave \"%ComSpec%\\u000alogout\" with code 1"},
		{"%ComSpec%\n\n", "gave \"%ComSpec%\" with code 1"},
		{"%ComSpec% $PSHOME\n", "gave \"%ComSpec% $PSHOME\" with code 1"},
		{"%ComSpec%\n$PSHOME\n", "gave \"%ComSpec%\\u000a$PSHOME\" with code 1"},
		{"$PSHOME\n", "gave \"$PSHOME\" with code 1"},
		{"welcome $PSHOME\n", "gave \"welcome $PSHOME\" with code 1"},
		{"", "gave nothing with code 1"},
		{"\033[31m\xff", "gave \"\\u001b[31m\\ufffd\" with code 1"},
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const struct fake_reply replies[] = {
			{DIALECT_QUESTION, others[i].answer, 1, NULL, false}, END};
		world->error = (struct error){0};
		world->fake.sent.count = 0;
		assert_int_equal(fetch(world, replies), -1);
		assert_int_equal(world->error.code, ERROR_UNREACHABLE);
		if (!strstr(world->error.text, others[i].named))
			fail_msg("\"%s\" without \"%s\"", world->error.text, others[i].named);
		assert_int_equal(world->fake.sent.count, 2);
		assert_string_equal(
			world->fake.sent.items[1], dialect_powershell_command(world->arena));
		assert_null(world->fake.input);
	}
}

/* That of Cygwin, say. */
static void a_shell_that_starts_powershell_gets_the_script(void **state)
{
	struct world *world = *state;
	const char *reply = arena_format(world->arena, "#standby 1\n%s#end 1\n",
		frame(world->arena, "dcom_machine", "ok", OLE, OLE_TEXT));
	const struct fake_reply replies[] = {{DIALECT_QUESTION, "%ComSpec% \n", 0, NULL, false},
		{"powershell.exe ", reply, 0, NULL, false}, END};
	assert_int_equal(fetch(world, replies), 0);
	assert_int_equal(world->fake.sent.count, 3);
	assert_non_null(world->fake.input);
	assert_int_equal(world->artefacts.count, 1);
	assert_content(&world->artefacts.items[0], OLE_TEXT);
	const struct fake_reply cut[] = {{DIALECT_QUESTION, "%ComSpec% \n", 0, NULL, false},
		{"powershell.exe ", "#standby 1\n", 0, NULL, false}, END};
	world->fake.input = NULL;
	assert_int_equal(fetch(world, cut), -1);
	assert_null(world->fake.input);
}

static void what_a_profile_prints_does_not_hide_the_shell(void **state)
{
	struct world *world = *state;
	static const char *const answers[] = {"AutoRun\r\nd:\\nt\\cmd.exe $PSHOME\r\n",
		"profile\r\n%ComSpec%\r\nC:\\Program Files\\PowerShell\\7\r\n",
		"%ComSpec%\n/opt/microsoft/powershell/7\n",
		"\xef\xbb\xbf%ComSpec%\r\nC:\\Windows\\System32\\WindowsPowerShell\\v1.0\r\n",
		"\033[?1h%ComSpec%\n/opt/microsoft/powershell/7\n",
		"keep out: C:\\WINDOWS\\system32\\cmd.exe $PSHOME \r\n"};
	const char *reply = arena_format(world->arena, "#standby 1\n%s#end 1\n",
		frame(world->arena, "dcom_machine", "ok", OLE, OLE_TEXT));
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		const struct fake_reply replies[] = {{DIALECT_QUESTION, answers[i], 0, NULL, false},
			{"powershell.exe ", reply, 0, NULL, false}, END};
		world->artefacts = (struct artefacts){0};
		assert_int_equal(fetch(world, replies), 0);
		assert_int_equal(world->artefacts.count, 1);
		assert_content(&world->artefacts.items[0], OLE_TEXT);
	}
}

/* --- replies -----------------------------------------------------------------------------------
 */

/* Nobody knows from where a frame was lost, nor which one is too many. */
static void a_wrong_number_of_frames_leaves_every_probe_in_doubt(void **state)
{
	struct world *world = *state;
	world->scope.probes = two_probes;
	for (int count = 1; count <= 3; count += 2) {
		const char *reply = arena_format(world->arena, "#standby 1\n%s%s#end %d\n",
			frame(world->arena, "dcom_app", "none", "", ""),
			frame(world->arena, "dcom_machine", "ok", OLE, OLE_TEXT), count);
		const struct fake_reply replies[] = {
			IS_CMD, {"powershell.exe ", reply, 0, NULL, false}, END};
		world->artefacts = (struct artefacts){0};
		assert_int_equal(fetch(world, replies), 0);
		assert_int_equal(world->artefacts.count, 3);
		assert_damage(&world->artefacts.items[0], "counts another number of frames");
		assert_string_equal(world->artefacts.items[0].probe, "dcom_app");
		assert_content(&world->artefacts.items[1], OLE_TEXT);
		assert_damage(&world->artefacts.items[2], "counts another number of frames");
		assert_string_equal(world->artefacts.items[2].probe, "dcom_machine");
	}
}

static void a_partial_answer_is_one_with_its_reason(void **state)
{
	struct world *world = *state;
	const char *whole = frame(world->arena, "dcom_machine", "ok", OLE, OLE_TEXT);
	size_t head = (size_t)(strstr(whole, OLE "\n") - whole) + strlen(OLE "\n");
	const char *reply = arena_format(world->arena, "#standby 1\n%.*s#partial %s\n%s#end 1\n",
		(int)head, whole, "reg said \"no\"", whole + head);
	const struct fake_reply replies[] = {
		IS_CMD, {"powershell.exe ", reply, 0, NULL, false}, END};
	assert_int_equal(fetch(world, replies), 0);
	assert_int_equal(world->artefacts.count, 1);
	assert_content(&world->artefacts.items[0], OLE_TEXT);
	assert_string_equal(world->artefacts.items[0].partial, "reg said \"no\"");
	const char *twice =
		arena_format(world->arena, "#standby 1\n%.*s#partial a\n#partial b\n%s#end 1\n",
			(int)head, whole, whole + head);
	const struct fake_reply bad[] = {IS_CMD, {"powershell.exe ", twice, 0, NULL, false}, END};
	world->artefacts = (struct artefacts){0};
	assert_int_equal(fetch(world, bad), 0);
	assert_damage(&world->artefacts.items[0], "another length than it says");
}

/* The script is kept for the next node, which may be of another cluster. */
static void each_scope_gets_its_own_script(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		IS_CMD, {"powershell.exe ", "#standby 1\n#end 0\n", 0, NULL, false}, END};
	static const char *const names[] = {APP, "{2}", "{2}", "{3}", APP};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		world->cluster.applications = (struct strings){0};
		strings_add(world->arena, &world->cluster.applications, names[i]);
		world->scope.check_logon = i == 2;
		assert_int_equal(fetch(world, replies), 0);
		const char *script = script_of(world);
		assert_non_null(strstr(
			script, arena_format(world->arena, "$applications = @('%s')\n", names[i])));
		assert_string_equal(script, dialect_powershell_script(world->arena, &world->scope));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_shell_without_powershell_gets_neither_script_nor_key),
		TEST(a_shell_that_starts_powershell_gets_the_script),
		TEST(what_a_profile_prints_does_not_hide_the_shell),
		TEST(a_wrong_number_of_frames_leaves_every_probe_in_doubt),
		TEST(a_partial_answer_is_one_with_its_reason),
		TEST(each_scope_gets_its_own_script),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
