/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_shell.h"

#define APP "{11111111-2222-3333-4444-555555555555}"
#define APPS "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\AppID"
#define OLE "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole"
#define OLE_TEXT "\r\n" OLE "\r\n    EnableDCOM    REG_SZ    Y\r\n\r\n"
#define DENIED "Error:  Access is denied in the key " OLE "\\AppCompat\r\n"
#define OLE_ASKED                                                                                  \
	{                                                                                          \
		"reg query \"" OLE "\" /s", OLE_TEXT, 0, NULL, false                               \
	}
#define EXITS                                                                                      \
	{                                                                                          \
		DIALECT_CMD_FAILURE, "", 3, NULL, false                                            \
	}
#define PRINTED "\r\n" OLE "\r\n    Name    REG_SZ    "
#define OEM_PAGE                                                                                   \
	"\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage\r\n"            \
	"    OEMCP    REG_SZ    "
#define BEGIN                                                                                      \
	{"chcp", "Aktive Codepage: 850.\r\n%PROCESSOR_ARCHITEW6432%\r\n", 0, NULL, false},         \
	{                                                                                          \
		DIALECT_CMD_FAILURE, "", 3, NULL, false                                            \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, 0, NULL, false                                                         \
	}

extern const struct probe probe_dcom_machine, probe_dcom_app, probe_metabase, probe_identity;

struct world {
	struct arena *arena;
	struct fake_shell fake;
	struct shell shell;
	struct cluster cluster;
	const struct probe *probes[2];
	struct dialect_scope scope;
	struct artefacts artefacts;
};

static int setup(void **state)
{
	struct arena *arena = arena_new();
	struct world *world = arena_alloc(arena, sizeof *world);
	world->arena = world->fake.arena = arena;
	world->shell = (struct shell){.session = &world->fake, .run = fake_run};
	strings_add(arena, &world->cluster.applications, APP);
	strings_add(arena, &world->cluster.locations, "/");
	world->probes[0] = &probe_dcom_machine;
	world->scope = (struct dialect_scope){.cluster = &world->cluster, .probes = world->probes};
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	arena_free(world->arena);
	return 0;
}

/* The one artefact that came of it. */
static const struct artefact *fetch(struct world *world, const struct probe *probe,
	const struct fake_reply *replies, const struct fake_complaint *complaints)
{
	struct error error = {0};
	world->probes[0] = probe;
	world->fake.replies = replies;
	world->fake.complaints = complaints;
	world->artefacts = (struct artefacts){0};
	int code = dialect_cmd_fetch(
		world->arena, &world->shell, &world->scope, &world->artefacts, &error);
	if (code != 0)
		fail_msg("%s", error.text);
	assert_int_equal(world->artefacts.count, 1);
	return &world->artefacts.items[0];
}

static unsigned times_sent(const struct world *world, const char *line)
{
	unsigned times = 0;
	for (size_t i = 0; i < world->fake.sent.count; i++)
		times += strcmp(world->fake.sent.items[i], line) == 0;
	return times;
}

static void assert_holds(const char *text, const char *part)
{
	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("\"%s\" without \"%s\"", text, part);
}

static void assert_content(const struct artefact *artefact, const char *expected)
{
	if (artefact->damage)
		fail_msg("%s: %s", artefact->name, artefact->damage);
	assert_int_equal(artefact->content.length, strlen(expected));
	assert_memory_equal(artefact->content.data, expected, strlen(expected));
}

/* --- standard error --------------------------------------------------------------------------- */

static void an_answer_beside_which_something_was_said_is_partial(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {BEGIN, OLE_ASKED, END};
	static const struct fake_complaint denied[] = {{"reg query", DENIED}, {NULL, NULL}};
	const struct artefact *artefact = fetch(world, &probe_dcom_machine, replies, denied);
	assert_null(artefact->damage);
	assert_int_equal(artefact->content.length, strlen(OLE_TEXT));
	assert_holds(artefact->partial,
		"reg query \"" OLE "\" /s answered, but also wrote to standard error");
	assert_holds(
		artefact->partial, ": \"Error:  Access is denied in the key " OLE "\\AppCompat\"");
	artefact = fetch(world, &probe_dcom_machine, replies, NULL);
	assert_null(artefact->damage);
	assert_null(artefact->partial);
}

static void what_was_said_is_printable_and_short(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {BEGIN, OLE_ASKED, END};
	char *said = arena_alloc(world->arena, 4001);
	memset(said, 'x', 4000);
	memcpy(said, "\x94\033[31m\r\n", 8);
	const struct fake_complaint complaints[] = {{"reg query", said}, {NULL, NULL}};
	const struct artefact *artefact = fetch(world, &probe_dcom_machine, replies, complaints);
	assert_holds(artefact->partial, ": \"\u00f6\\u001b[31m\\u000d\\u000axx");
	assert_true(strlen(artefact->partial) < 500);
}

static void blanks_are_nothing_said(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {BEGIN, OLE_ASKED, END};
	static const struct fake_complaint blanks[] = {{"reg query", " \r\n\t\r\n"}, {NULL, NULL}};
	assert_null(fetch(world, &probe_dcom_machine, replies, blanks)->partial);
}

/* A command shell that starts with an AutoRun may say something at each command. */
static void what_the_shell_says_at_each_command_is_not_the_commands(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {BEGIN, OLE_ASKED, END};
	static const struct fake_complaint noise[] = {
		{DIALECT_CMD_FAILURE, "The system cannot find the path specified.\r\n"},
		{"reg query", "The system cannot find the path specified.\r\n"}, {NULL, NULL}};
	assert_null(fetch(world, &probe_dcom_machine, replies, noise)->partial);
	static const struct fake_complaint more[] = {
		{DIALECT_CMD_FAILURE, "The system cannot find the path specified.\r\n"},
		{"reg query", "The system cannot find the path specified.\r\n" DENIED},
		{NULL, NULL}};
	const struct artefact *artefact = fetch(world, &probe_dcom_machine, replies, more);
	assert_holds(artefact->partial, ": \"Error:  Access is denied");
	static const struct fake_complaint another[] = {
		{DIALECT_CMD_FAILURE, "noise 1\r\n"}, {"reg query", "noise 2\r\n"}, {NULL, NULL}};
	assert_non_null(fetch(world, &probe_dcom_machine, replies, another)->partial);
}

/* What came behind it was dropped, so that nobody knows whether the command complained. */
static void a_shell_that_says_more_than_is_kept_hides_no_complaint(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {BEGIN, OLE_ASKED, END};
	char *much = arena_alloc(world->arena, SHELL_ERRORS_LIMIT + 1);
	memset(much, 'x', SHELL_ERRORS_LIMIT);
	const struct fake_complaint noise[] = {{"", much}, {NULL, NULL}};
	assert_non_null(fetch(world, &probe_dcom_machine, replies, noise)->partial);
	much[SHELL_ERRORS_LIMIT - 1] = '\0';
	assert_null(fetch(world, &probe_dcom_machine, replies, noise)->partial);
}

static void a_failure_says_what_was_said(void **state)
{
	struct world *world = *state;
	static const struct fake_reply minus[] = {
		BEGIN, {"reg query", "", UINT32_MAX, NULL, false}, END};
	static const struct fake_complaint denied[] = {{"reg query", DENIED}, {NULL, NULL}};
	const struct artefact *artefact = fetch(world, &probe_dcom_machine, minus, denied);
	assert_holds(artefact->damage, "/s ended with code 4294967295 and said \"Error:  Access");
	assert_true(artefact->not_obtained);
	static const struct fake_reply nothing[] = {BEGIN, {"reg query", "", 0, NULL, false}, END};
	artefact = fetch(world, &probe_dcom_machine, nothing, denied);
	assert_holds(artefact->damage, "printed nothing and said \"Error:  Access");
	assert_true(artefact->not_obtained);
}

/* It might be what nobody expected, and say anything. */
static void what_cannot_be_read_was_obtained(void **state)
{
	struct world *world = *state;
	static const struct fake_reply junk[] = {BEGIN,
		{"reg query \"" OLE, "Nanu?\r\n", 0, NULL, false},
		{"reg query \"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\"", "", 1, NULL, false}, END};
	const struct artefact *artefact = fetch(world, &probe_dcom_machine, junk, NULL);
	assert_holds(artefact->damage, "printed something else than was asked");
	assert_false(artefact->not_obtained);
}

static void a_node_that_complains_does_not_lack_what_was_asked(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		BEGIN, {"if exist", "#none\r\n", 0, NULL, false}, END};
	static const struct fake_complaint complaints[] = {
		{"if exist", "The device is not ready.\r\n"}, {NULL, NULL}};
	const struct artefact *artefact = fetch(world, &probe_metabase, replies, complaints);
	assert_holds(artefact->damage, "The device is not ready.");
}

static void what_a_script_says_is_not_shown(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		BEGIN, {"echo eval", "{\"computer\": {}}", 0, NULL, false}, END};
	static const struct fake_complaint complaints[] = {
		{"echo eval", "the password is Zeisig\r\n"}, {NULL, NULL}};
	const struct artefact *artefact = fetch(world, &probe_identity, replies, complaints);
	assert_holds(artefact->partial, "a text that is not shown");
	assert_null(strstr(artefact->partial, "Zeisig"));
}

static void a_remark_behind_an_answer_raises_doubt(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		BEGIN, {"reg query", OLE_TEXT "ERROR: Access is denied.\r\n", 0, NULL, false}, END};
	const struct artefact *artefact = fetch(world, &probe_dcom_machine, replies, NULL);
	void *decoded =
		artefact->format->decode(world->arena, artefact->content, &(struct error){0});
	assert_non_null(decoded);
	assert_holds(artefact->format->doubt(world->arena, decoded), "line 5: ");
	decoded = artefact->format->decode(world->arena,
		(struct bytes){(const unsigned char *)OLE_TEXT, strlen(OLE_TEXT)},
		&(struct error){0});
	assert_null(artefact->format->doubt(world->arena, decoded));
}

/* --- the end mark ----------------------------------------------------------------------------- */

static void what_reg_prints_is_whole_with_its_end_mark(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {BEGIN, OLE_ASKED, END};
	static const char *const good[] = {"#end\r\n", "#end\n", "#end \r\n", "#end \n"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		world->fake.end = good[i];
		const struct artefact *artefact = fetch(world, &probe_dcom_machine, replies, NULL);
		assert_null(artefact->damage);
		assert_null(artefact->partial);
		assert_int_equal(artefact->content.length, strlen(OLE_TEXT));
		assert_memory_equal(artefact->content.data, OLE_TEXT, strlen(OLE_TEXT));
	}
	assert_int_equal(times_sent(world, "reg query \"" OLE "\" /s&&echo #end"), 4);
	assert_int_equal(times_sent(world, "reg query \"" OLE "\" /s"), 0);
}

/* A server that closes the channel without an exit code looks like one that says 0. */
static void without_its_end_mark_an_answer_was_cut_off(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {BEGIN, OLE_ASKED, END};
	static const char *const bad[] = {"", "#end", "#en\r\n", " #end\r\n", "x#end\r\n",
		"#endx\r\n", "#end\r\n\r\n", "#end\r\nmore\r\n", "#END\r\n", "end\r\n", "\n",
		"    #end\r\n"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		world->fake.end = bad[i];
		const struct artefact *artefact = fetch(world, &probe_dcom_machine, replies, NULL);
		assert_holds(artefact->damage, "reg query \"" OLE "\" /s ended with code 0, but "
					       "without its end mark: it was cut off");
		assert_true(artefact->not_obtained);
		assert_int_equal(artefact->content.length, 0);
	}
	static const struct fake_reply nothing[] = {
		BEGIN, {"reg query \"" OLE, "", 0, NULL, false}, END};
	world->fake.end = "";
	assert_holds(fetch(world, &probe_dcom_machine, nothing, NULL)->damage, "cut off");
	world->fake.end = NULL;
	assert_holds(fetch(world, &probe_dcom_machine, nothing, NULL)->damage, "printed nothing");
}

static void an_end_mark_inside_a_value_is_none(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		BEGIN, {"reg query", PRINTED "#end\r\n", 0, NULL, false}, END};
	assert_content(fetch(world, &probe_dcom_machine, replies, NULL), PRINTED "#end\r\n");
	world->fake.end = "";
	assert_holds(fetch(world, &probe_dcom_machine, replies, NULL)->damage, "cut off");
	world->fake.end = NULL;
	static const struct fake_reply lines[] = {
		BEGIN, {"reg query", PRINTED "a\r\n#end\r\n\r\n", 0, NULL, false}, END};
	assert_content(fetch(world, &probe_dcom_machine, lines, NULL), PRINTED "a\r\n#end\r\n\r\n");
}

/* What is missing in half a list of keys would be taken for absent. */
static void the_command_instead_of_another_has_an_end_mark_too(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {BEGIN,
		{"reg query \"" APPS "\\" APP, "", 1, NULL, false},
		{"reg query \"" APPS "\"", "\r\n" APPS "\\{0}\r\n", 0, NULL, false}, END};
	const struct artefact *artefact = fetch(world, &probe_dcom_app, replies, NULL);
	assert_null(artefact->damage);
	assert_int_equal(times_sent(world, "reg query \"" APPS "\"&&echo #end"), 1);
	world->fake.end = "";
	artefact = fetch(world, &probe_dcom_app, replies, NULL);
	assert_holds(artefact->damage, "ended with code 1");
	assert_true(artefact->not_obtained);
}

static void a_page_that_was_cut_off_is_not_believed(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		{"chcp", "Active code page: 0\r\n%PROCESSOR_ARCHITEW6432%\r\n", 0, NULL, false},
		{DIALECT_CMD_PAGE, OEM_PAGE "850\r\n", 0, NULL, false}, EXITS,
		{"reg query \"" OLE, PRINTED "\x94\r\n#end\r\n", 0, NULL, false}, END};
	world->fake.end = "";
	assert_content(fetch(world, &probe_dcom_machine, replies, NULL), PRINTED "\ufffd\r\n");
}

static void the_reg_of_the_wide_view_has_an_end_mark_too(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		{"chcp", "Active code page: 437\r\nAMD64\r\n", 0, NULL, false}, EXITS,
		{"%windir%\\sysnative\\reg query \"" OLE "\" /s", OLE_TEXT, 0, NULL, false}, END};
	assert_content(fetch(world, &probe_dcom_machine, replies, NULL), OLE_TEXT);
	assert_int_equal(
		times_sent(world, "%windir%\\sysnative\\reg query \"" OLE "\" /s&&echo #end"), 1);
	world->fake.end = "";
	const struct artefact *artefact = fetch(world, &probe_dcom_machine, replies, NULL);
	assert_holds(artefact->damage, "cut off");
	assert_null(strstr(artefact->damage, "KB942589"));
}

/* No longer than cmd.exe takes, with the mark and the other view's path. */
static void a_command_with_its_end_mark_has_room_in_a_line(void **state)
{
	struct world *world = *state;
	static const struct fake_reply narrow[] = {
		{"chcp", "Active code page: 437\r\nAMD64\r\n", 0, NULL, false}, EXITS, END};
	const size_t around = strlen("%windir%\\sysnative\\reg query \"" APPS "\\\" /s&&echo #end");
	char *app = arena_alloc(world->arena, SHELL_LINE_LIMIT);
	memset(app, 'a', SHELL_LINE_LIMIT);
	app[SHELL_LINE_LIMIT - around] = '\0';
	world->cluster.applications = (struct strings){0};
	strings_add(world->arena, &world->cluster.applications, app);
	fetch(world, &probe_dcom_app, narrow, NULL);
	size_t longest = 0;
	for (size_t i = 0; i < world->fake.sent.count; i++)
		if (strlen(world->fake.sent.items[i]) > longest)
			longest = strlen(world->fake.sent.items[i]);
	assert_int_equal(longest, SHELL_LINE_LIMIT);
	world->cluster.applications = (struct strings){0};
	strings_add(
		world->arena, &world->cluster.applications, arena_format(world->arena, "%sa", app));
	assert_holds(fetch(world, &probe_dcom_app, narrow, NULL)->damage, "longer than");
}

/* --- code pages ------------------------------------------------------------------------------- */

static void assert_printed(struct world *world, const char *page, const char *raw, const char *text)
{
	const char *output = arena_format(world->arena, PRINTED "%s\r\n", raw);
	const char *question =
		arena_format(world->arena, "%s\r\n%%PROCESSOR_ARCHITEW6432%%\r\n", page);
	const struct fake_reply replies[] = {{"chcp", question, 0, NULL, false}, EXITS,
		{"reg query \"" OLE, output, 0, NULL, false}, END};
	assert_content(fetch(world, &probe_dcom_machine, replies, NULL),
		arena_format(world->arena, PRINTED "%s\r\n", text));
}

static void registry_text_is_in_the_code_page_of_the_console(void **state)
{
	struct world *world = *state;
	assert_printed(world, "Active code page: 437", "\x94\xe1\x9b", "\u00f6\u00df\u00a2");
	assert_printed(world, "Aktive Codepage: 850.", "\x94\xe1\x9b", "\u00f6\u00df\u00f8");
	assert_printed(world, "Aktuelna strona kodowa: 852", "\xa5\x88", "\u0105\u0142");
	assert_printed(world, "866", "\x8f\xe0", "\u041f\u0440");
	assert_printed(world, "Active code page: 1252", "\xf6\x80", "\u00f6\u20ac");
	assert_printed(world, "Active code page: 65001", "\u00f6", "\u00f6");
	/* Without a mark these are two characters of the console. */
	assert_printed(world, "Active code page: 437", "\xc3\xb6", "\u251c\u2562");
	assert_printed(world, "Active code page: 850", "plain", "plain");
}

/* Where chcp names no page, the registry does; of a page that is not known nothing is guessed. */
static void a_page_that_nobody_names_is_not_guessed(void **state)
{
	struct world *world = *state;
	assert_printed(world, "Active code page: 932", "a\x94z", "a\ufffdz");
	assert_int_equal(times_sent(world, DIALECT_CMD_PAGE), 0);
	assert_printed(world, "nothing with a number", "\x94", "\ufffd");
	assert_int_equal(times_sent(world, DIALECT_CMD_PAGE), 1);
	assert_printed(world, "Active code page: 0", "\x94", "\ufffd");
	assert_printed(world, "", "\x94", "\ufffd");
	assert_printed(world, "Active code page: 65001", "\x94\u00f6", "\ufffd\u00f6");
	assert_printed(world, "Active code page: 0", "plain", "plain");
}

static void assert_oem_page(
	struct world *world, const char *type, const char *data, const char *text)
{
	const char *page = arena_format(world->arena,
		"\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage\r\n"
		"    OEMCP    %s    %s\r\n\r\n",
		type, data);
	const struct fake_reply replies[] = {
		{"chcp", "Active code page: 0\r\n%PROCESSOR_ARCHITEW6432%\r\n", 0, NULL, false},
		{DIALECT_CMD_PAGE, page, 0, NULL, false}, EXITS,
		{"reg query \"" OLE, PRINTED "\x94\r\n", 0, NULL, false}, END};
	assert_content(fetch(world, &probe_dcom_machine, replies, NULL),
		arena_format(world->arena, PRINTED "%s\r\n", text));
}

static void where_there_is_no_console_the_registry_names_the_page(void **state)
{
	struct world *world = *state;
	assert_oem_page(world, "REG_SZ", "850", "\u00f6");
	assert_oem_page(world, "REG_SZ", "866", "\u0424");
	assert_oem_page(world, "REG_SZ", "932", "\ufffd");
	assert_oem_page(world, "REG_SZ", "", "\ufffd");
	assert_oem_page(world, "REG_DWORD", "0x352", "\ufffd");
}

static void text_with_a_mark_is_left_alone(void **state)
{
	struct world *world = *state;
#define MARKED "\xef\xbb\xbf" OLE "\r\n    Name    REG_SZ    \u00f6\r\n"
	static const struct fake_reply replies[] = {
		BEGIN, {"reg query", MARKED, 0, NULL, false}, END};
	assert_content(fetch(world, &probe_dcom_machine, replies, NULL), MARKED);
}

static void a_narrow_shell_asks_the_reg_of_the_wide_view(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		{"chcp", "Active code page: 437\r\nAMD64\r\n", 0, NULL, false}, EXITS,
		{"%windir%\\sysnative\\reg query \"" OLE "\" /s", OLE_TEXT, 0, NULL, false}, END};
	assert_content(fetch(world, &probe_dcom_machine, replies, NULL), OLE_TEXT);
	static const struct fake_reply without[] = {
		{"chcp", "Active code page: 437\r\nAMD64\r\n", 0, NULL, false}, EXITS,
		{DIALECT_CMD_FIND_REG, "[C:\\WINDOWS\\system32\\reg.exe]\r\n", 0, NULL, false},
		END};
	assert_holds(fetch(world, &probe_dcom_machine, without, NULL)->damage, "KB942589");
}

static void a_narrow_shell_runs_the_cscript_of_the_wide_view(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		{"chcp", "Active code page: 437\r\nAMD64\r\n", 0, NULL, false}, EXITS,
		{"echo eval", "{\"computer\": {}}", 0, NULL, false}, END};
	fetch(world, &probe_identity, replies, NULL);
	const char *last = world->fake.sent.items[world->fake.sent.count - 1];
	assert_non_null(strstr(last, "&%windir%\\sysnative\\cscript //nologo"));
}

/* --- reg.exe ---------------------------------------------------------------------------------- */

/* Windows 2000 has none of its own. */
static void a_node_without_reg_is_told_what_to_do(void **state)
{
	struct world *world = *state;
	strings_add(world->arena, &world->cluster.applications,
		"{22222222-2222-3333-4444-555555555555}");
	struct error error = {0};
	static const struct fake_reply none[] = {
		BEGIN, {DIALECT_CMD_FIND_REG, "[]\r\n", 0, NULL, false}, END};
	world->probes[0] = &probe_dcom_app;
	world->fake.replies = none;
	assert_int_equal(dialect_cmd_fetch(world->arena, &world->shell, &world->scope,
				 &world->artefacts, &error),
		0);
	assert_int_equal(world->artefacts.count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_holds(world->artefacts.items[i].damage, "this node has no reg.exe");
	assert_int_equal(times_sent(world, DIALECT_CMD_FIND_REG), 1);
}

static void where_reg_is_it_is_not_looked_for_twice(void **state)
{
	struct world *world = *state;
	static const struct fake_reply there[] = {BEGIN,
		{DIALECT_CMD_FIND_REG, "[C:\\WINDOWS\\system32\\reg.exe]\r\n", 0, NULL, false},
		END};
	const struct artefact *artefact = fetch(world, &probe_dcom_machine, there, NULL);
	assert_null(strstr(artefact->damage, "no reg.exe"));
	assert_int_equal(times_sent(world, DIALECT_CMD_FIND_REG), 1);
	static const struct fake_reply answers[] = {BEGIN, OLE_ASKED, END};
	world->fake.sent = (struct strings){0};
	fetch(world, &probe_dcom_machine, answers, NULL);
	assert_int_equal(times_sent(world, DIALECT_CMD_FIND_REG), 0);
	static const struct fake_reply mute[] = {
		BEGIN, {DIALECT_CMD_FIND_REG, "ECHO is on.\r\n", 0, NULL, false}, END};
	artefact = fetch(world, &probe_dcom_machine, mute, NULL);
	assert_null(strstr(artefact->damage, "no reg.exe"));
}

static void a_key_that_is_there_and_could_not_be_read_has_its_reason(void **state)
{
	struct world *world = *state;
	static const struct fake_reply there[] = {BEGIN,
		{"reg query \"" APPS "\\" APP, "", 5, NULL, false},
		{"reg query \"" APPS "\"", "\r\n" APPS "\\" APP "\r\n", 0, NULL, false}, END};
	static const struct fake_complaint denied[] = {
		{"reg query \"" APPS "\\" APP, "ERROR: Access is denied.\r\n"}, {NULL, NULL}};
	const struct artefact *artefact = fetch(world, &probe_dcom_app, there, denied);
	assert_null(artefact->damage);
	assert_holds(artefact->partial, "ended with code 5 and said \"ERROR: Access is denied.\"");
	static const struct fake_reply missing[] = {BEGIN,
		{"reg query \"" APPS "\\" APP, "", 1, NULL, false},
		{"reg query \"" APPS "\"", "\r\n" APPS "\\{2}\r\n", 0, NULL, false}, END};
	assert_null(fetch(world, &probe_dcom_app, missing, NULL)->partial);
}

/* --- the logon check -------------------------------------------------------------------------- */

static void the_script_knows_whether_the_logon_check_was_asked_for(void **state)
{
	struct world *world = *state;
	static const struct fake_reply replies[] = {
		BEGIN, {"echo eval", "{\"computer\": {}}", 0, NULL, false}, END};
	fetch(world, &probe_identity, replies, NULL);
	assert_non_null(strstr(world->fake.input, ", checkLogon: false };"));
	world->scope.check_logon = true;
	fetch(world, &probe_identity, replies, NULL);
	assert_non_null(strstr(world->fake.input, ", checkLogon: true };"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_beside_which_something_was_said_is_partial),
		TEST(what_was_said_is_printable_and_short),
		TEST(blanks_are_nothing_said),
		TEST(what_the_shell_says_at_each_command_is_not_the_commands),
		TEST(a_shell_that_says_more_than_is_kept_hides_no_complaint),
		TEST(a_failure_says_what_was_said),
		TEST(what_cannot_be_read_was_obtained),
		TEST(a_node_that_complains_does_not_lack_what_was_asked),
		TEST(what_a_script_says_is_not_shown),
		TEST(a_remark_behind_an_answer_raises_doubt),
		TEST(what_reg_prints_is_whole_with_its_end_mark),
		TEST(without_its_end_mark_an_answer_was_cut_off),
		TEST(an_end_mark_inside_a_value_is_none),
		TEST(the_command_instead_of_another_has_an_end_mark_too),
		TEST(a_page_that_was_cut_off_is_not_believed),
		TEST(the_reg_of_the_wide_view_has_an_end_mark_too),
		TEST(a_command_with_its_end_mark_has_room_in_a_line),
		TEST(a_node_without_reg_is_told_what_to_do),
		TEST(where_reg_is_it_is_not_looked_for_twice),
		TEST(a_key_that_is_there_and_could_not_be_read_has_its_reason),
		TEST(the_script_knows_whether_the_logon_check_was_asked_for),
		TEST(registry_text_is_in_the_code_page_of_the_console),
		TEST(a_page_that_nobody_names_is_not_guessed),
		TEST(where_there_is_no_console_the_registry_names_the_page),
		TEST(text_with_a_mark_is_left_alone),
		TEST(a_narrow_shell_asks_the_reg_of_the_wide_view),
		TEST(a_narrow_shell_runs_the_cscript_of_the_wide_view),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
