/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/registry.h"

#define QUERY                                                                                      \
	"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Test\r\n"                                               \
	"    (Predefinito)    REG_SZ    the default\r\n"                                           \
	"    Two Words    REG_SZ    one  two \r\n"                                                 \
	"    Empty    REG_SZ    \r\n"                                                              \
	"    Bare    REG_SZ\r\n"                                                                   \
	"    Expand    REG_EXPAND_SZ    %a%\r\n"                                                   \
	"    List    REG_MULTI_SZ    ab\\0c\r\n"                                                   \
	"    Number    REG_DWORD    0xff\r\n"                                                      \
	"    Big    REG_DWORD_BIG_ENDIAN    00000102\r\n"                                          \
	"    Wide    REG_QWORD    0x200000001\r\n"                                                 \
	"    Bytes    REG_BINARY    0100048014FF\r\n"                                              \
	"    (x)    REG_NONE    \r\n"                                                              \
	"\r\n"                                                                                     \
	"HKEY_LOCAL_MACHINE\\SOFTWARE\\Test\\One\r\n"                                              \
	"HKEY_LOCAL_MACHINE\\SOFTWARE\\Test\\Two\r\n"

static void reg_query_gives_keys_and_values(void **state)
{
	(void)state;
	struct registry *registry = decode(QUERY);
	assert_true(registry->query);
	assert_false(registry->exported);
	assert_int_equal(registry->key_count, 3);
	static const char *const expected[][2] = {
		{"", "the default"},
		{"two words", "one  two "},
		{"Empty", ""},
		{"Bare", ""},
		{"Expand", "%a%"},
		{"List", "ab\\u0000c"},
		{"Number", "255"},
		{"Big", "258"},
		{"Wide", "8589934593"},
		{"Bytes", "0100048014ff"},
		{"(x)", ""},
	};
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_string_equal(data(registry, KEY, expected[i][0]), expected[i][1]);
	assert_int_equal(registry->keys[0].value_count, 11);
	assert_int_equal(registry_value(registry, KEY, "Bytes")->line, 12);
	assert_false(registry_covers(registry, NULL, KEY));
}

static void the_default_value_is_known_in_every_language(void **state)
{
	(void)state;
	static const char *const names[] = {"(Default)", "(Standard)", "<NO NAME>", "<KEIN NAME>",
		"(\xd0\x9f\xd0\xbe \xd1\x83\xd0\xbc\xd0\xbe\xd0\xbb\xd1\x87.)"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct registry *registry = decode(arena_format(arena,
			"%s\n    a    REG_SZ    b\n\n%s\\x\n"
			"    %s    REG_SZ    c\n    %s    REG_SZ    d\n",
			KEY, KEY, names[i], names[i]));
		assert_string_equal(data(registry, KEY "\\x", ""), "c");
		assert_string_equal(data(registry, KEY "\\x", names[i]), "d");
	}
}

static void reg_exe_3_has_tabs(void **state)
{
	(void)state;
	struct registry *registry =
		decode("\r\n! REG.EXE VERSION 3.0\r\n\r\n" KEY "\r\n"
		       "    <NO NAME>\tREG_SZ\t\r\n    Run    As\tREG_SZ\tInteractive User\r\n"
		       "\tList\tREG_MULTI_SZ\ta\\0b\\0\\0\r\n    n\tREG_DWORD\t0x5\r\n\r\n");
	assert_string_equal(data(registry, KEY, ""), "");
	assert_string_equal(data(registry, KEY, "Run    As"), "Interactive User");
	assert_string_equal(data(registry, KEY, "List"), "a\\u0000b");
	assert_string_equal(data(registry, KEY, "n"), "5");
}

static void a_number_that_is_not_printed_is_not_known(void **state)
{
	(void)state;
	struct registry *registry = decode(KEY "\n    q    REG_QWORD    (null)\n\n");
	assert_false(registry_value(registry, KEY, "q")->number_known);
	assert_null(data(registry, KEY, "q"));
}

static void a_text_of_reg_query_goes_on_in_lines_without_indent(void **state)
{
	(void)state;
	struct registry *registry =
		decode(KEY "\r\n    a    REG_SZ    one\r\ntwo\r\nthree\r\n"
			   "    Br\r\nok\r\nen    REG_SZ    x\r\n    b    REG_DWORD    0x1\r\n\r\n"
			   "\\\\HOST\\HKEY_LOCAL_MACHINE\\SOFTWARE\\Far\r\n\r\n"
			   "End of search: 3 match(es) found.\r\n");
	assert_string_equal(data(registry, KEY, "a"), "one\\u000d\\u000atwo\\u000d\\u000athree");
	assert_string_equal(data(registry, KEY, "Br\\u000d\\u000aok\\u000d\\u000aen"), "x");
	assert_string_equal(data(registry, KEY, "b"), "1");
	assert_non_null(registry_key(registry, HKLM "SOFTWARE\\Far"));
}

static void damaged_output_of_reg_query_names_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{"HKEY_LOCAL", 1},
		{"HKEY_NOTHING\\a\n", 1},
		{KEY, 1},
		{KEY "\n    a    REG_SZ    b", 2},
		{KEY "\n    a    REG_SZ    b\nc", 3},
		{KEY "\nb\n", 2},
		{KEY "\\\\x\n", 1},
		{KEY "\n    a\n", 2},
		{KEY "\n    a    REG_UNHEARD    b\n", 2},
		{KEY "\n    a    REG_SZ    b\n    c\n    d    REG_SZ    e\n", 3},
		{KEY "\n    a    REG_DWORD    5\n", 2},
		{KEY "\n    a    REG_DWORD    0x\n", 2},
		{KEY "\n    a    REG_DWORD    0x123456789\n", 2},
		{KEY "\n    a    REG_DWORD    (null)\n", 2},
		{KEY "\n    a    REG_QWORD    0x11112222333344445\n", 2},
		{KEY "\n    a    REG_BINARY    012\n", 2},
		{KEY "\n    a    REG_BINARY    01 02\n", 2},
		{KEY "\n    a    REG_DWORD    0x1\nmore\n", 3},
		{KEY "\n    a    REG_SZ    b\n\nreg: not found\n\n" KEY "\n", 4},
		{"! REG.EXE VERSION 3.0\n\n    a\tREG_SZ\tb\n", 3},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_refused(cases[i].text, cases[i].line);
}

static void a_query_withholds_too(void **state)
{
	(void)state;
	struct registry *registry =
		decode(KEY "\n    Password    REG_SZ    hush\nhush\n    b    REG_SZ    c\n\n" HKLM
			   "SECURITY\\x\n    <NO NAME>    REG_NONE    00ff\n");
	assert_true(registry_value(registry, KEY, "Password")->withheld);
	assert_string_equal(data(registry, KEY, "b"), "c");
	assert_true(registry_value(registry, HKLM "SECURITY\\x", "")->withheld);
}

static void a_cut_output_never_yields_another_value(void **state)
{
	(void)state;
	assert_cuts_are_harmless(bytes_of(QUERY));
	assert_cuts_are_harmless(utf16(QUERY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reg_query_gives_keys_and_values),
		TEST(the_default_value_is_known_in_every_language),
		TEST(reg_exe_3_has_tabs),
		TEST(a_number_that_is_not_printed_is_not_known),
		TEST(a_text_of_reg_query_goes_on_in_lines_without_indent),
		TEST(damaged_output_of_reg_query_names_its_line),
		TEST(a_query_withholds_too),
		TEST(a_cut_output_never_yields_another_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
