/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/registry.h"

/* A sample of every type, as regedit writes it. */
#define EVERY_TYPE                                                                                 \
	V5 SECTION "@=\"the default\"\r\n"                                                         \
		   "\"Text\"=\"one\"\r\n"                                                          \
		   "\"Path\"=\"C:\\\\Program Files\\\\a \\\"b\\\"\"\r\n"                           \
		   "\"Number\"=dword:000000ff\r\n"                                                 \
		   "\"Big\"=hex(5):00,00,01,02\r\n"                                                \
		   "\"Wide\"=hex(b):01,00,00,00,02,00,00,00\r\n"                                   \
		   "\"Bytes\"=hex:01,00,04,80,\\\r\n  14,00,00,00,\\\r\n  ff\r\n"                  \
		   "\"Nothing\"=hex(0):\r\n"                                                       \
		   "\"Expand\"=hex(2):25,00,61,00,25,00,00,00\r\n"                                 \
		   "\"List\"=hex(7):61,00,62,00,00,00,63,00,00,00,00,00\r\n"                       \
		   "\"Link\"=hex(6):61,00\r\n"                                                     \
		   "\"Strange\"=hex(20001):0a,0B\r\n\r\n"

static void a_version_5_file_in_utf_16_gives_each_type(void **state)
{
	(void)state;
	struct registry *registry = decode_bytes(utf16(EVERY_TYPE));
	assert_int_equal(registry->key_count, 1);
	assert_int_equal(registry->keys[0].value_count, 12);
	assert_true(registry->exported);
	assert_false(registry->query);
	assert_string_equal(registry->keys[0].path, KEY);
	assert_int_equal(registry->keys[0].line, 3);
	static const char *const expected[][2] = {
		{"", "the default"},
		{"text", "one"},
		{"PATH", "C:\\Program Files\\a \"b\""},
		{"Number", "255"},
		{"Big", "258"},
		{"Wide", "8589934593"},
		{"Bytes", "0100048014000000ff"},
		{"Nothing", ""},
		{"Expand", "%a%"},
		{"List", "ab\\u0000c"},
		{"Link", "a"},
		{"Strange", "0a0b"},
	};
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_string_equal(data(registry, KEY, expected[i][0]), expected[i][1]);
	assert_int_equal(registry_value(registry, KEY, "Strange")->type, 0x20001);
	assert_int_equal(registry_value(registry, KEY, "Strange")->line, 17);
	assert_int_equal(registry_value(registry, KEY, "Expand")->type, REGISTRY_EXPAND_SZ);
}

static void a_regedit4_file_has_ansi_bytes_in_its_hexadecimal_texts(void **state)
{
	(void)state;
	struct registry *registry = decode("REGEDIT4\n\n" SECTION "\"a\"=hex(2):25,53,e4,25,00\n"
					   "\"b\"=hex(7):61,00,62,00,00\n\"c\"=\"\xe4\"\n");
	assert_string_equal(data(registry, KEY, "a"), "%S\xc3\xa4%");
	assert_string_equal(data(registry, KEY, "b"), "a\\u0000b");
	assert_string_equal(data(registry, KEY, "c"), "\xc3\xa4");
}

static void texts_run_over_lines_and_know_their_escapes(void **state)
{
	(void)state;
	struct registry *registry = decode(V5 SECTION "\"a\"=\"one\r\ntwo\r\n[three]\"\r\n"
						      "\"b\"=\"x\\ny\\q\\\\\"\r\n"
						      "\"n\\\"[]=;\"=\"c\"\r\n");
	assert_string_equal(data(registry, KEY, "a"), "one\\u000d\\u000atwo\\u000d\\u000a[three]");
	assert_string_equal(data(registry, KEY, "b"), "x\\u000ay\\q\\");
	assert_string_equal(data(registry, KEY, "n\"[]=;"), "c");
	assert_int_equal(registry_value(registry, KEY, "b")->line, 7);
}

static void comments_and_blanks_change_nothing(void **state)
{
	(void)state;
	struct registry *registry =
		decode("\r\n" V5 "; [comment]\r\n \t[HKEY_LOCAL_MACHINE\\SOFTWARE\\Test] ; why\r\n"
		       "\t\"a\" = \"b\" ; c\r\n\r\n; d\r\n @=hex: 1 , 02,\\ ; e\r\n\t03\r\n"
		       "\"n\"=dword:1 \r\n;last");
	assert_int_equal(registry->keys[0].value_count, 3);
	assert_string_equal(data(registry, KEY, "a"), "b");
	assert_string_equal(data(registry, KEY, ""), "010203");
	assert_string_equal(data(registry, KEY, "n"), "1");
}

static void line_ends_of_every_kind_are_counted(void **state)
{
	(void)state;
	struct registry *registry = decode("REGEDIT4\r\r" SECTION "\"a\"=\"1\"\n\"b\"=\"2\"\r");
	assert_int_equal(registry_value(registry, KEY, "b")->line, 5);
}

static void a_second_header_begins_a_new_part(void **state)
{
	(void)state;
	const char *other = HKLM "SYSTEM\\Other";
	struct registry *registry = decode(V5 SECTION "\"a\"=hex(1):62,00\r\n\r\n" BOM
						      "REGEDIT4\r\n\r\n[" HKLM "SYSTEM\\Other]\r\n"
						      "\"a\"=hex(1):62,63\r\n\r\n");
	assert_string_equal(data(registry, KEY, "a"), "b");
	assert_string_equal(data(registry, other, "a"), "bc");
	assert_true(registry_covers(registry, NULL, KEY));
	assert_false(registry_covers(registry, NULL, other));
	assert_refused(V5 SECTION "REGEDIT4\r\n\"a\"=\"b\"\r\n", 5);
}

static void exports_joined_by_copy_end_with_control_z(void **state)
{
	(void)state;
	struct bytes wide = utf16(V5 SECTION "\"a\"=\"b\"\r\n");
	unsigned char *joined = arena_alloc(arena, 2 * wide.length + 1);
	memcpy(joined, wide.data, wide.length);
	memcpy(joined + wide.length, wide.data, wide.length);
	joined[2 * wide.length] = 0x1a;
	struct registry *registry = decode_bytes((struct bytes){joined, 2 * wide.length + 1});
	assert_string_equal(data(registry, KEY, "a"), "b");
	decode("REGEDIT4\r\n" SECTION "\x1a");
}

static void what_is_removed_states_nothing(void **state)
{
	(void)state;
	struct registry *registry =
		decode(V5 SECTION "\"a\"=\"1\"\r\n\"b\"=\"2\"\r\n\"A\"=-\r\n"
				  "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Old\\Deep]\r\n\"a\"=\"1\"\r\n"
				  "[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Old]\r\n\"c\"=\"3\"\r\n");
	assert_null(registry_value(registry, KEY, "a"));
	assert_string_equal(data(registry, KEY, "b"), "2");
	assert_null(registry_key(registry, HKLM "SOFTWARE\\Old"));
	assert_null(registry_key(registry, HKLM "SOFTWARE\\Old\\Deep"));
	assert_true(registry->keys[1].deleted && registry->keys[2].deleted);
	assert_int_equal(registry->keys[1].value_count, 0);
	assert_int_equal(registry->keys[2].value_count, 0);
	assert_false(registry->exported);
	size_t index = 0;
	const char *name;
	const struct registry_key *key;
	assert_true(registry_next_child(registry, HKLM "SOFTWARE", &index, &name, &key));
	assert_string_equal(name, "Test");
	assert_false(registry_next_child(registry, HKLM "SOFTWARE", &index, &name, &key));
}

static void a_key_that_is_removed_first_holds_what_comes_later(void **state)
{
	(void)state;
	struct registry *registry =
		decode(V5 SECTION "\"a\"=\"1\"\r\n[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Test]\r\n" SECTION
				  "\"b\"=\"2\"\r\n");
	assert_int_equal(registry->key_count, 1);
	assert_false(registry->keys[0].deleted);
	assert_null(registry_value(registry, KEY, "a"));
	assert_string_equal(data(registry, KEY, "b"), "2");
	assert_false(registry_covers(registry, NULL, KEY));
}

static void sections_of_one_key_are_joined_and_the_last_value_holds(void **state)
{
	(void)state;
	struct registry *registry = decode(V5 SECTION
		"\"a\"=\"1\"\r\n\"b\"=\"2\"\r\n[hklm\\software\\TEST\\]\r\n\"A\"=\"3\"\r\n");
	assert_int_equal(registry->key_count, 1);
	assert_int_equal(registry->keys[0].value_count, 2);
	assert_string_equal(data(registry, KEY, "a"), "3");
	assert_string_equal(registry->keys[0].values[0].name, "b");
}

static void names_are_found_without_case_in_any_alphabet(void **state)
{
	(void)state;
	struct registry *registry =
		decode(V5 "[HKCR\\\xc3\x84rger]\r\n\"\xd0\x96\"=\"1\"\r\n[HKU\\x]\r\n[HKCU\\y]\r\n"
			  "[HKCC\\z]\r\n");
	assert_string_equal(data(registry, "hkey_classes_root\\\xc3\xa4RGER", "\xd0\xb6"), "1");
	assert_string_equal(registry->keys[1].path, "HKEY_USERS\\x");
	assert_string_equal(registry->keys[2].path, "HKEY_CURRENT_USER\\y");
	assert_string_equal(registry->keys[3].path, "HKEY_CURRENT_CONFIG\\z");
	assert_null(registry_key(registry, "HKEY_USERS\\x\\"));
	assert_null(registry_key(registry, ""));
	assert_null(registry_value(registry, "HKEY_USERS\\x", "a"));
}

static void a_number_of_another_length_is_not_known(void **state)
{
	(void)state;
	struct registry *registry = decode(V5 SECTION "\"a\"=hex(4):01,02\r\n\"b\"=hex(b):\r\n"
						      "\"c\"=hex(4):01,00,00,00\r\n");
	assert_false(registry_value(registry, KEY, "a")->number_known);
	assert_string_equal(data(registry, KEY, "a"), "0102");
	assert_null(data(registry, KEY, "b"));
	assert_string_equal(data(registry, KEY, "c"), "1");
}

static void lists_and_texts_end_where_their_data_does(void **state)
{
	(void)state;
	struct registry *registry =
		decode(V5 SECTION "\"a\"=hex(7):\r\n\"b\"=hex(7):00,00\r\n"
				  "\"c\"=hex(7):61,00\r\n"
				  "\"d\"=hex(1):61,00,00,00,62,00,00,00,63\r\n");
	assert_int_equal(registry_value(registry, KEY, "a")->list_count, 0);
	assert_int_equal(registry_value(registry, KEY, "b")->list_count, 0);
	assert_int_equal(registry_value(registry, KEY, "c")->list_count, 1);
	assert_string_equal(data(registry, KEY, "d"), "a\\u0000b");
}

static void a_damaged_reg_file_names_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{"", 1},
		{"nothing\r\n", 1},
		{V5 "\"a\"=\"b\"\r\n", 3},
		{V5 "nonsense\r\n", 3},
		{V5 "[HKEY_LOCAL_MACHINE\\a\r\n", 3},
		{V5 "[HKEY_LOCAL_MACHINE\\a] b\r\n", 3},
		{V5 "[SOFTWARE\\a]\r\n", 3},
		{V5 "[]\r\n", 3},
		{V5 "[HKLM\\a\\\\b]\r\n", 3},
		{V5 "[HKLM\\\\a]\r\n", 3},
		{V5 SECTION "\"a\r\nb\r\n", 4},
		{V5 SECTION "\"a\"\r\n", 4},
		{V5 SECTION "\"a\"=\r\n", 4},
		{V5 SECTION "\"a\"=b\r\n", 4},
		{V5 SECTION "a=\"b\"\r\n", 4},
		{V5 SECTION "\"a\"=\"b\"c\r\n", 4},
		{V5 SECTION "\"a\"=\"b\r\nc\r\n", 4},
		{V5 SECTION "\"a\"=dword:\r\n", 4},
		{V5 SECTION "\"a\"=dword:xyz\r\n", 4},
		{V5 SECTION "\"a\"=dword:123456789\r\n", 4},
		{V5 SECTION "\"a\"=hex(z):00\r\n", 4},
		{V5 SECTION "\"a\"=hex(2:00\r\n", 4},
		{V5 SECTION "\"a\"=hex00\r\n", 4},
		{V5 SECTION "\"a\"=hex:001\r\n", 4},
		{V5 SECTION "\"a\"=hex:00,\r\n", 4},
		{V5 SECTION "\"a\"=hex:00 01\r\n", 4},
		{V5 SECTION "\"a\"=hex:00\\\r\n  01\r\n", 4},
		{V5 SECTION "\"a\"=hex:00,\\\r\n  gg\r\n", 5},
		{V5 SECTION "\"a\"=hex:00,\\\r\n", 5},
		{V5 SECTION "\"a\"=hex:00,\\\r\n  01,\\\r\n\"b\"=\"c\"\r\n", 6},
		/* cut inside a line */
		{V5 "[HKEY_LOCAL_MACHINE\\a]", 3},
		{V5 SECTION "\"a\"=\"b\"", 4},
		{V5 SECTION "\"a\"=dword:0000", 4},
		{V5 SECTION "\"a\"=hex:00", 4},
		{V5 SECTION "\"a\"=hex:00,\\", 4},
		{V5 SECTION "\"a\"=-", 4},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_refused(cases[i].text, cases[i].line);
}

static void a_file_that_does_not_end_with_an_empty_line_witnesses_no_absence(void **state)
{
	(void)state;
	assert_true(decode(V5 SECTION "\"a\"=\"b\"\r\n\r\n")->exported);
	assert_false(decode(V5 SECTION "\"a\"=\"b\"\r\n")->exported);
}

static void a_person_may_read_what_stops_without_a_line_end(void **state)
{
	(void)state;
	struct registry *registry = decode(V5 SECTION "\"a\"=\"b\"");
	assert_int_equal(registry->unfinished, 4);
	assert_string_equal(data(registry, KEY, "a"), "b");
	assert_int_equal(decode(V5 SECTION "\"a\"=\"b\"\r\n")->unfinished, 0);
}

static void a_cut_reg_file_never_yields_another_value(void **state)
{
	(void)state;
	assert_cuts_are_harmless(bytes_of(EVERY_TYPE));
	assert_cuts_are_harmless(utf16(EVERY_TYPE));
	assert_cuts_are_harmless(bytes_of(V5 SECTION "\"a\"=\"one\r\ntwo\"\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_version_5_file_in_utf_16_gives_each_type),
		TEST(a_regedit4_file_has_ansi_bytes_in_its_hexadecimal_texts),
		TEST(texts_run_over_lines_and_know_their_escapes),
		TEST(comments_and_blanks_change_nothing),
		TEST(line_ends_of_every_kind_are_counted),
		TEST(a_second_header_begins_a_new_part),
		TEST(exports_joined_by_copy_end_with_control_z),
		TEST(what_is_removed_states_nothing),
		TEST(a_key_that_is_removed_first_holds_what_comes_later),
		TEST(sections_of_one_key_are_joined_and_the_last_value_holds),
		TEST(names_are_found_without_case_in_any_alphabet),
		TEST(a_number_of_another_length_is_not_known),
		TEST(lists_and_texts_end_where_their_data_does),
		TEST(a_damaged_reg_file_names_its_line),
		TEST(a_file_that_does_not_end_with_an_empty_line_witnesses_no_absence),
		TEST(a_person_may_read_what_stops_without_a_line_end),
		TEST(a_cut_reg_file_never_yields_another_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
