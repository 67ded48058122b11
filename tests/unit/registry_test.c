/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/registry.h"

static void assert_withheld(const char *key, const char *line, const char *name, bool withheld)
{
	struct registry *registry = decode(arena_format(arena, V5 "[%s]\r\n%s\r\n", key, line));
	const struct registry_value *value = registry_value(registry, key, name);
	assert_non_null(value);
	assert_int_equal(value->withheld, withheld);
	assert_int_equal(value->text.length == 0 && value->bytes.length == 0 &&
				 value->list_count == 0 && !value->number_known,
		withheld);
	if (withheld)
		assert_null(registry_value_text(arena, value));
}

static void secrets_are_withheld_wherever_windows_keeps_them(void **state)
{
	(void)state;
	const char *logon = HKLM "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon";
	assert_withheld(logon, "\"DefaultPassword\"=\"hush\"", "DefaultPassword", true);
	assert_withheld(logon, "\"defaultpassword\"=hex(1):61,00", "DefaultPassword", true);
	assert_withheld(logon, "\"AutoAdminLogon\"=\"1\"", "AutoAdminLogon", false);
	assert_withheld(KEY, "\"Password\"=hex:01,02", "Password", true);
	assert_withheld(KEY, "\"passwd\"=\"hush\"", "passwd", true);
	assert_withheld(KEY "\\Password", "@=\"hush\"", "", true);
	assert_withheld(KEY "\\Passage", "@=\"hush\"", "", false);
	assert_withheld(KEY "\\Passwords", "\"admin\"=\"hush\"", "admin", true);
	assert_withheld(KEY "\\Passwords", "\"Length\"=dword:8", "Length", false);
	assert_withheld(KEY "\\Passwords\\x", "\"admin\"=\"hush\"", "admin", false);
	assert_withheld(KEY "\\Credentials", "@=\"hush\"", "", true);
	assert_withheld(KEY, "\"Dienstkennwort\"=\"hush\"", "Dienstkennwort", true);
	assert_withheld(KEY, "\"SitePwd\"=\"x\"", "SitePwd", true);
	assert_withheld(KEY, "\"Passphrases\"=hex(7):61,00,00,00", "Passphrases", true);
	assert_withheld(KEY, "\"ClientSecret\"=\"hush\"", "ClientSecret", true);
	assert_withheld(KEY, "\"LimitBlankPasswordUse\"=dword:1", "LimitBlankPasswordUse", false);
	assert_withheld(HKLM "SECURITY\\Policy\\Secrets\\_SC_x", "@=hex:01", "", true);
	assert_withheld(HKLM "Security", "\"x\"=dword:1", "x", true);
	assert_withheld(HKLM "SAM\\SAM\\Domains", "\"V\"=hex:01", "V", true);
	assert_withheld(HKLM "SECURITYX", "\"x\"=\"y\"", "x", false);
}

static bool holds(const char *haystack, const char *needle)
{
	return haystack && strstr(haystack, needle);
}

static void community_names_are_withheld_themselves(void **state)
{
	(void)state;
#define SNMP HKLM "SYSTEM\\CurrentControlSet\\Services\\SNMP\\Parameters"
	struct registry *registry = decode(
		V5 "[" SNMP "\\ValidCommunities]\r\n\"hush\"=dword:4\r\n\"hush2\"=dword:4\r\n"
		   "[" SNMP "\\TrapConfiguration\\hush\\deep]\r\n\"1\"=\"10.0.0.1\"\r\n");
	assert_int_equal(registry->keys[0].value_count, 1);
	assert_string_equal(registry->keys[0].values[0].name, "(withheld)");
	assert_string_equal(registry->keys[1].path, SNMP "\\TrapConfiguration\\(withheld)");
	size_t index = 0;
	const char *name;
	const struct registry_key *key;
	assert_true(registry_next_child(registry, SNMP "\\TrapConfiguration", &index, &name, &key));
	assert_false(holds(name, "hush"));
}

static void errors_do_not_quote(void **state)
{
	(void)state;
	static const char *const texts[] = {
		V5 SECTION "\"Password\"=\"hush\"hush\r\n",
		V5 SECTION "\"Password\"=hush\r\n",
		V5 SECTION "hush\r\n",
		V5 "[hush]\r\n",
		KEY "\n    Password    REG_BINARY    hush\n",
		KEY "\nhush\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct error error = {0};
		assert_null(registry_decode(arena, bytes_of(texts[i]), &error));
		assert_null(strstr(error.text, "hush"));
	}
}

static void the_format_is_known_by_its_beginning(void **state)
{
	(void)state;
	static const char *const ours[] = {V5, "REGEDIT4\n", BOM "REGEDIT4\n", "\r\n" KEY "\r\n",
		"\\\\HOST\\HKEY_USERS\\x\r\n", "\r\n! REG.EXE VERSION 3.0\r\n", "  \n\nREGEDIT4",
		KEY};
	static const char *const others[] = {"", "\n\n", "<xml/>", "[HKEY_LOCAL_MACHINE\\a]\r\n",
		"[Unicode]\r\nUnicode=yes\r\n", "{}", "\\\\", "HKEX", ("x" V5), "\xff\xfe", "\xff",
		"version: 1\ndn: DC=x\n"};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		assert_true(format_registry.recognise(bytes_of(ours[i])));
		if (strncmp(ours[i], BOM, 3) != 0)
			assert_true(format_registry.recognise(utf16(ours[i])));
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(format_registry.recognise(bytes_of(others[i])));
	assert_true(format_registry.suggests("a/B.REG"));
	assert_false(format_registry.suggests("reg"));
	assert_false(format_registry.suggests("a.reg.txt"));
}

static void an_export_covers_what_lies_below_its_first_key(void **state)
{
	(void)state;
	struct registry *registry = decode(V5 "[hklm\\software\\test]\r\n[HKLM\\SYSTEM]\r\n\r\n");
	assert_true(registry_covers(registry, NULL, KEY));
	assert_true(registry_covers(registry, NULL, KEY "\\Deep\\Er"));
	assert_false(registry_covers(registry, NULL, KEY "er"));
	assert_false(registry_covers(registry, NULL, HKLM "SOFTWARE"));
	assert_false(registry_covers(registry, NULL, HKLM "SYSTEM"));
	assert_false(registry_covers(decode(V5), NULL, KEY));
}

static void an_answer_covers_what_was_asked(void **state)
{
	(void)state;
	static const char *const asked[] = {"nonsense", "HKLM\\Software\\Test", NULL};
	struct artefact artefact = {.asked = asked};
	struct registry *registry = decode(KEY "\n");
	assert_true(registry_covers(registry, &artefact, KEY "\\a"));
	assert_false(registry_covers(registry, &artefact, HKLM "SOFTWARE"));
	artefact.asked = NULL;
	assert_false(registry_covers(registry, &artefact, KEY));
}

static void children_come_once_and_in_order(void **state)
{
	(void)state;
	struct registry *registry = decode(V5 "[HKLM\\a\\z\\1]\r\n[HKLM\\a\\B]\r\n[HKLM\\a\\Z]\r\n"
					      "[HKLM\\a\\c\\d\\e]\r\n");
	static const char *const names[] = {"z", "B", "c"};
	const struct registry_key *key;
	const char *name;
	size_t index = 0;
	for (size_t i = 0; i < 3; i++) {
		assert_true(registry_next_child(
			registry, "hkey_local_machine\\A", &index, &name, &key));
		assert_string_equal(name, names[i]);
		assert_true((key == NULL) == (i == 2));
	}
	assert_false(registry_next_child(registry, HKLM "a", &index, &name, &key));
	index = 0;
	assert_false(registry_next_child(registry, HKLM "none", &index, &name, &key));
}

static void hidden_characters_of_a_key_do_not_divide_it(void **state)
{
	(void)state;
	struct registry *registry = decode(V5 "[HKLM\\{A}\xe2\x80\x8b\\x]\r\n[HKLM\\ubeef\\y]\r\n");
	assert_string_equal(registry->keys[0].path, HKLM "{A}\\u200b\\x");
	assert_null(registry_key(registry, HKLM "{A}"));
	assert_ptr_equal(registry_key(registry, HKLM "{A}\\u200b\\x"), &registry->keys[0]);
	size_t index = 0;
	const struct registry_key *key;
	const char *name;
	assert_true(registry_next_child(registry, "HKEY_LOCAL_MACHINE", &index, &name, &key));
	assert_string_equal(name, "{A}\\u200b");
	assert_true(registry_next_child(registry, "HKEY_LOCAL_MACHINE", &index, &name, &key));
	assert_true(registry_next_child(
		registry, arena_format(arena, HKLM "%s", name), &(size_t){0}, &name, &key));
	assert_string_equal(name, "y");
	assert_false(registry_covers(registry, NULL, HKLM "{A}"));
	assert_false(registry_covers(decode(V5 "[HKLM\\{A}]\r\n"), NULL, HKLM "{A}\\u200b"));
}

static void what_is_not_known_is_stated_as_unknown(void **state)
{
	(void)state;
	struct reading reading = {.arena = arena};
	struct registry *registry = decode(KEY
		"\n    a    REG_SZ    x\n    q    REG_QWORD    (null)\n    pwd    REG_SZ    y\n");
	registry_state(&reading, "f/a", registry_value(registry, KEY, "a"));
	registry_state(&reading, "f/q", registry_value(registry, KEY, "q"));
	registry_state(&reading, "f/p", registry_value(registry, KEY, "pwd"));
	registry_state(&reading, "f/n", registry_value(registry, KEY, "none"));
	assert_int_equal(reading.statement_count, 1);
	assert_string_equal(reading.statements[0].value, "x");
	assert_int_equal(reading.statements[0].line, 2);
	assert_int_equal(reading.reach_count, 2);
	assert_non_null(reading.reaches[0].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(secrets_are_withheld_wherever_windows_keeps_them),
		TEST(community_names_are_withheld_themselves),
		TEST(errors_do_not_quote),
		TEST(the_format_is_known_by_its_beginning),
		TEST(an_export_covers_what_lies_below_its_first_key),
		TEST(an_answer_covers_what_was_asked),
		TEST(children_come_once_and_in_order),
		TEST(hidden_characters_of_a_key_do_not_divide_it),
		TEST(what_is_not_known_is_stated_as_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
