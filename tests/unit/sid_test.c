/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/sid.h"

#include "base/memory.h"
#include "tests/test.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const unsigned char administrators[] = {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0};

static void a_sid_in_bytes_becomes_text(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	size_t length = 0;
	struct bytes bytes = {administrators, sizeof administrators};
	assert_string_equal(sid_decode(arena, bytes, &length), "S-1-5-32-544");
	assert_int_equal(length, 16);
	assert_string_equal(sid_decode(arena, bytes, NULL), "S-1-5-32-544");
}

static void bytes_behind_the_sid_are_not_its_own(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const unsigned char more[] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 0xff, 0xff};
	size_t length = 0;
	struct bytes bytes = {more, sizeof more};
	assert_string_equal(sid_decode(arena, bytes, &length), "S-1-5-18");
	assert_int_equal(length, 12);
}

static void numbers_use_all_their_bits(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const unsigned char large[] = {
		1, 1, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xff, 0xff, 0xff, 0xff};
	static const unsigned char last_decimal[] = {1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
	static const unsigned char first_hexadecimal[] = {1, 0, 0, 1, 0, 0, 0, 0};
	assert_string_equal(sid_decode(arena, (struct bytes){large, sizeof large}, NULL),
		"S-1-0x123456789abc-4294967295");
	assert_string_equal(
		sid_decode(arena, (struct bytes){last_decimal, sizeof last_decimal}, NULL),
		"S-1-4294967295");
	assert_string_equal(
		sid_decode(
			arena, (struct bytes){first_hexadecimal, sizeof first_hexadecimal}, NULL),
		"S-1-0x000100000000");
}

static void a_sid_cut_anywhere_is_none(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	for (size_t length = 0; length < sizeof administrators; length++) {
		/* Of the exact size, so that a sanitizer sees a byte too far. */
		auto_free unsigned char *cut = memory_alloc(length + !length);
		memcpy(cut, administrators, length);
		assert_null(sid_decode(arena, (struct bytes){cut, length}, NULL));
	}
}

static void other_revisions_and_too_many_parts_are_none(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	unsigned char bytes[8 + 4 * 16] = {1, 15, 0, 0, 0, 0, 0, 5};
	assert_string_equal(sid_decode(arena, (struct bytes){bytes, sizeof bytes}, NULL),
		"S-1-5-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0");
	bytes[1] = 16;
	assert_null(sid_decode(arena, (struct bytes){bytes, sizeof bytes}, NULL));
	bytes[1] = 1;
	bytes[0] = 2;
	assert_null(sid_decode(arena, (struct bytes){bytes, sizeof bytes}, NULL));
	bytes[0] = 0;
	assert_null(sid_decode(arena, (struct bytes){bytes, sizeof bytes}, NULL));
}

static void text_becomes_canonical(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"S-1-5-32-544", "S-1-5-32-544"},
		{"s-1-5-18", "S-1-5-18"},
		{"S-1-05-018", "S-1-5-18"},
		{"S-1-0x5-18", "S-1-5-18"},
		{"S-1-0X123456789ABC-1", "S-1-0x123456789abc-1"},
		{"S-1-4294967296", "S-1-0x000100000000"},
		{"S-1-281474976710655", "S-1-0xffffffffffff"},
		{"S-1-5", "S-1-5"},
		{"S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-4294967295",
			"S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-4294967295"},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_string_equal(sid_read(arena, pairs[i][0]), pairs[i][1]);
		assert_true(sid_is_text(pairs[i][1]));
		assert_int_equal(sid_is_text(pairs[i][0]), strcmp(pairs[i][0], pairs[i][1]) == 0);
	}
}

static void what_is_no_sid_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "S", "S-", "S-1", "S-1-", "S-2-5-18", "S-1-5-",
		"S-1--18", "S-1-5--18", "S-1-5-18-", "S-1-5-18 ", " S-1-5-18", "S-1-5-0x12",
		"S-1-x-18", "S-1-0x-18", "S-1-5-4294967296", "S-1-281474976710656",
		"S-1-0x1000000000000", "S-1-5-+18", "S-1-5-18\n", "Everyone", "*S-1-5-18",
		"S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16",
		"S-1-5-99999999999999999999999999999999"};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_null(sid_read(arena, texts[i]));
		assert_false(sid_is_text(texts[i]));
	}
}

static void a_prefix_is_followed_by_one_number(void **state)
{
	(void)state;
	assert_true(sid_has_prefix("S-1-5-21-1-2-3-500", "S-1-5-21-1-2-3"));
	assert_false(sid_has_prefix("S-1-5-21-1-2-3", "S-1-5-21-1-2-3"));
	assert_false(sid_has_prefix("S-1-5-21-1-2-33-500", "S-1-5-21-1-2-3"));
	assert_false(sid_has_prefix("S-1-5-21-1-2-3-500-1", "S-1-5-21-1-2-3"));
	assert_false(sid_has_prefix("S-1-5-21-1-2-3-", "S-1-5-21-1-2-3"));
	assert_false(sid_has_prefix("S-1-5-18", ""));
}

static void people_see_names_and_families(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"S-1-1-0", "Everyone"},
		{"S-1-5-32-562", "Distributed COM Users"},
		{"S-1-5-80-1-2-3-4-5", "S-1-5-80-1-2-3-4-5 (service)"},
		{"S-1-5-82-1-2-3-4-5", "S-1-5-82-1-2-3-4-5 (application pool)"},
		{"S-1-5-21-1-2-3-1003", "S-1-5-21-1-2-3-1003 (account of a computer or domain)"},
		{"S-1-5-32-9999", "S-1-5-32-9999 (built-in group)"},
		{"S-1-16-20480", "S-1-16-20480 (integrity label)"},
		{"S-1-77-5", "S-1-77-5"},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(pairs); i++)
		assert_string_equal(sid_display(arena, pairs[i][0]), pairs[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sid_in_bytes_becomes_text),
		cmocka_unit_test(bytes_behind_the_sid_are_not_its_own),
		cmocka_unit_test(numbers_use_all_their_bits),
		cmocka_unit_test(a_sid_cut_anywhere_is_none),
		cmocka_unit_test(other_revisions_and_too_many_parts_are_none),
		cmocka_unit_test(text_becomes_canonical),
		cmocka_unit_test(what_is_no_sid_is_refused),
		cmocka_unit_test(a_prefix_is_followed_by_one_number),
		cmocka_unit_test(people_see_names_and_families),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
