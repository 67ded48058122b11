/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pattern.h"

#include "tests/test.h"

#include <string.h>

#define GUID "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"

static void assert_encoded(const char *value, const char *segment)
{
	auto_arena struct arena *arena = arena_new();
	assert_string_equal(segment_encode(arena, value), segment);
	assert_string_equal(segment_decode(arena, segment, strlen(segment)), value);
}

static void encoding_escapes_what_has_a_meaning_and_decoding_undoes_it(void **state)
{
	(void)state;
	assert_encoded("", "");
	assert_encoded(
		"plain text\\with (all) else: \u00e4*", "plain text\\with (all) else: \u00e4*");
	assert_encoded("/etc/100%", "%2Fetc%2F100%25");
	assert_encoded("{name}", "%7Bname%7D");
	assert_encoded("a\tb\n\x1f\x7f", "a%09b%0A%1F%7F");
	assert_encoded("%2F", "%252F");
}

static void a_guid_in_braces_stands_as_it_is(void **state)
{
	(void)state;
	assert_encoded(GUID, GUID);
	assert_encoded("Classes\\" GUID "\\x{", "Classes\\" GUID "\\x%7B");
	assert_encoded("{0c0a3666-30c9-11d0-8f20-00805f2cd064}",
		"%7B0c0a3666-30c9-11d0-8f20-00805f2cd064%7D");
	assert_encoded("{0C0A3666-30C9-11D0-8F20-00805F2CD06}",
		"%7B0C0A3666-30C9-11D0-8F20-00805F2CD06%7D");
	assert_encoded("{0C0A3666", "%7B0C0A3666");
}

static void decoding_leaves_what_encoding_never_writes(void **state)
{
	(void)state;
	static const char *const segments[] = {"%", "%2", "%zz", "%2f", "%00", "%41", "a%", "%%"};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof segments / sizeof *segments; i++)
		assert_string_equal(
			segment_decode(arena, segments[i], strlen(segments[i])), segments[i]);
	assert_string_equal(segment_decode(arena, "%25xx", 2), "%2");
}

struct match {
	const char *pattern;
	const char *path;
	bool matches;
};

static void paths_match_patterns_segment_by_segment(void **state)
{
	(void)state;
	static const struct match cases[] = {
		{"a/b", "a/b", true},
		{"a/b", "a/bc", false},
		{"a/bc", "a/b", false},
		{"a/b", "a", false},
		{"a", "a/b", false},
		{"a/b", "A/b", false},
		{"a/{name}", "a/b", true},
		{"a/{name}", "a/b/c", false},
		{"a/{name}", "a", false},
		{"a/{name}/c", "a/b/c", true},
		{"a/{name}/c", "a/b/d", false},
		{"{long-name}", "x", true},
		{"a/{name}", "a/", true},
		{"a/", "a/b", true},
		{"a/", "a/b/c", true},
		{"a/", "a", false},
		{"a/", "ab/c", false},
		{"a/{name}/", "a/b/c", true},
		{"a/{name}/", "a/b", false},
		{"", "", true},
		{"", "a/b", true},
		{"x" GUID, "x" GUID, true},
		{GUID, GUID, true},
		{GUID, "b", false},
		{"{Name}", "b", false},
		{"{}", "b", false},
		{"{a}b", "b", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (pattern_matches(cases[i].pattern, cases[i].path) != cases[i].matches)
			fail_msg("%s and %s", cases[i].pattern, cases[i].path);
}

static void extraction_gives_the_decoded_values(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char *values[PATTERN_MAX_VALUES] = {0};
	assert_true(
		pattern_extract(arena, "file/{path}/x/{user}", "file/%2Fetc/x/a%25", values, 2));
	assert_string_equal(values[0], "/etc");
	assert_string_equal(values[1], "a%");
	assert_true(pattern_extract(arena, "a/{b}/", "a/" GUID "/c/d", values, 1));
	assert_string_equal(values[0], GUID);
	assert_true(pattern_extract(arena, "a/b", "a/b", values, 0));
	assert_false(pattern_extract(arena, "a/{b}", "c/d", values, 1));
}

static void filling_and_extracting_are_inverse(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char *path = pattern_fill(arena, "a/{b}/" GUID "/{c}", "x/{y}", "100%", NULL);
	assert_string_equal(path, "a/x%2F%7By%7D/" GUID "/100%25");
	char *values[2];
	assert_true(pattern_extract(arena, "a/{b}/" GUID "/{c}", path, values, 2));
	assert_string_equal(values[0], "x/{y}");
	assert_string_equal(values[1], "100%");
	assert_string_equal(pattern_fill(arena, "a/{b}", "", NULL), "a/");
	assert_string_equal(pattern_fill(arena, "a/b", NULL, NULL), "a/b");
	assert_string_equal(pattern_fill(arena, "a/{b}/", "c", NULL), "a/c/");
}

static void a_pattern_covers_what_says_more(void **state)
{
	(void)state;
	static const struct match cases[] = {
		{"", "a/b", true},
		{"", "", true},
		{"a/", "", false},
		{"{x}", "", false},
		{"a/", "a/b", true},
		{"a/", "a/b/", true},
		{"a/", "a/", true},
		{"a/", "a", false},
		{"a/{x}", "a/", false},
		{"a/{x}", "a/b", true},
		{"a/{x}", "a/{y}", true},
		{"a/b", "a/{y}", false},
		{"a/{x}", "a/b/c", false},
		{"a/{x}/", "a/b/{c}", true},
		{"a/{x}/", "a/b", false},
		{"a/b", "a/b/", false},
		{"a/b", "a/b", true},
		{"{x}/b", "a/c", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (pattern_covers(cases[i].pattern, cases[i].path) != cases[i].matches)
			fail_msg("%s and %s", cases[i].pattern, cases[i].path);
}

static void patterns_overlap_when_a_path_could_match_both(void **state)
{
	(void)state;
	static const struct match cases[] = {
		{"", "a", true},
		{"", "", true},
		{"a/", "a/b", true},
		{"a/", "a", false},
		{"a/", "b/", false},
		{"a/", "{x}/b", true},
		{"a/{x}", "{y}/b", true},
		{"a/{x}", "{y}/b/c", false},
		{"a/{x}/c", "a/b/{y}", true},
		{"a/{x}/c", "a/b/d", false},
		{"a/b", "a/bc", false},
		{GUID, "{x}", true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool there = pattern_overlaps(cases[i].pattern, cases[i].path);
		bool back = pattern_overlaps(cases[i].path, cases[i].pattern);
		if (there != cases[i].matches || back != cases[i].matches)
			fail_msg("%s and %s", cases[i].pattern, cases[i].path);
	}
}

static void specific_patterns_come_before_general_ones(void **state)
{
	(void)state;
	/* From the most specific to the least. */
	static const char *const order[] = {
		"a/b/c",
		"a/{x}/c",
		"{x}/{y}/c",
		"a/b/c/",
		"a/{x}/c/",
		"a/b",
		"a/{x}",
		"a/b/",
		"a",
		"{x}",
		"a/",
		"",
	};
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
			int result = pattern_specificity(order[i], order[k]);
			int expected = i < k ? 1 : i > k ? -1 : 0;
			if ((result > 0) - (result < 0) != expected)
				fail_msg("%s and %s", order[i], order[k]);
		}
	assert_int_equal(pattern_specificity("a/" GUID, "a/b"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoding_escapes_what_has_a_meaning_and_decoding_undoes_it),
		cmocka_unit_test(a_guid_in_braces_stands_as_it_is),
		cmocka_unit_test(decoding_leaves_what_encoding_never_writes),
		cmocka_unit_test(paths_match_patterns_segment_by_segment),
		cmocka_unit_test(extraction_gives_the_decoded_values),
		cmocka_unit_test(filling_and_extracting_are_inverse),
		cmocka_unit_test(a_pattern_covers_what_says_more),
		cmocka_unit_test(patterns_overlap_when_a_path_could_match_both),
		cmocka_unit_test(specific_patterns_come_before_general_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
