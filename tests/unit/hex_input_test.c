/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/hex_input.h"

#include "tests/test.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

static void assert_read(struct bytes input)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	struct bytes bytes;
	if (hex_input_read(arena, input, &bytes, &error) != 0)
		fail_msg("%s", error.text);
	assert_string_equal(hex_text(arena, bytes), "01000480ffab");
}

static void a_value_is_read_as_each_tool_prints_it(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"01000480ffab",
		"01000480FFAB\r\n",
		"  01 00 04 80\tff ab  ",
		"01,00,04,80,ff,ab",
		"010004\n80ffab\n",
		"hex:01,00,04,80,ff,ab",
		"HEX:01,00,04,80,\\\r\n  ff,ab\r\n",
		"hex(3):01,00,04,80,\\\n  ff,ab",
		"hex:01,00,04,80, \\ \n  ff,ab\\",
		"\"LaunchPermission\"=hex:01,00,04,80,\\\r\n  ff,ab\r\n",
		"@=hex:01,00,04,80,ff,ab",
		"    LaunchPermission    REG_BINARY    01000480FFAB",
		"LaunchPermission\tREG_BINARY\t01000480FFAB",
		"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole\r\n"
		"    Launch Permission    reg_binary    01000480FFAB\r\n\r\n",
		"Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\X]\n"
		"\"feed\"=hex:01,00,04,80,ff,ab\n",
	};
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_read(bytes_of(texts[i]));
}

static void the_encoding_of_the_text_does_not_matter(void **state)
{
	(void)state;
	static const char text[] = "\"Ab\"=hex:01,00,04,80,ff,ab";
	unsigned char wide[2 * sizeof text] = {0xff, 0xfe};
	for (size_t i = 0; text[i]; i++)
		wide[2 + 2 * i] = (unsigned char)text[i];
	assert_read((struct bytes){wide, sizeof wide});
	assert_read(bytes_of("\xef\xbb\xbfhex:01,00,04,80,ff,ab"));
}

static void faults_are_told_with_their_line_and_without_the_text(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"", "line 1: no hexadecimal digits here"},
		{" \n,\n", "line 1: no hexadecimal digits here"},
		{"\n\nhex:", "line 3: no hexadecimal digits here"},
		{"0100\n0", "line 2: a byte has two hexadecimal digits"},
		{"01,0,04", "line 1: a byte has two hexadecimal digits"},
		{"secret", "line 1: not a hexadecimal digit; one value is expected, and nothing "
			   "behind it"},
		{"hex:01,00\n\n\"Other\"=hex:02", "line 3: not a hexadecimal digit; one value is "
						  "expected, and nothing behind it"},
		{"01\\02", "line 1: not a hexadecimal digit; one value is expected, and nothing "
			   "behind it"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_arena struct arena *arena = arena_new();
		struct error error = {0};
		struct bytes bytes;
		assert_int_equal(
			hex_input_read(arena, bytes_of(cases[i].text), &bytes, &error), -1);
		assert_int_equal(error.code, ERROR_INPUT);
		assert_string_equal(error.text, cases[i].message);
	}
}

static void the_bytes_themselves_are_refused(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	struct bytes bytes, raw = {(const unsigned char *)"ab\0", 3};
	assert_int_equal(hex_input_read(arena, raw, &bytes, &error), -1);
	assert_int_equal(strncmp(error.text, "line 1: a zero byte", 19), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_read_as_each_tool_prints_it),
		cmocka_unit_test(the_encoding_of_the_text_does_not_matter),
		cmocka_unit_test(faults_are_told_with_their_line_and_without_the_text),
		cmocka_unit_test(the_bytes_themselves_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
