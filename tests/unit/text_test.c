/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/number.h"
#include "base/utf8.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#define BYTES(literal) ((struct bytes){(const unsigned char *)(literal), sizeof(literal) - 1})
#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

static void assert_decodes(
	struct bytes bytes, enum text_encoding encoding, const char *expected, size_t length)
{
	auto_arena struct arena *arena = arena_new();
	struct text text = {0};
	struct error error = {0};
	assert_int_equal(text_detect(bytes), encoding);
	assert_int_equal(text_decode(arena, bytes, encoding, &text, &error), 0);
	assert_int_equal(text.length, length);
	assert_memory_equal(text.data, expected, length + 1);
}

#define assert_text(bytes, encoding, expected)                                                     \
	assert_decodes(BYTES(bytes), encoding, expected, sizeof(expected) - 1)

static void marked_text_is_detected_and_loses_its_mark(void **state)
{
	(void)state;
	assert_text("\xef\xbb\xbf\xc3\xa4", TEXT_UTF8, "\u00e4");
	assert_text("\xff\xfe\xe4\0", TEXT_UTF16LE, "\u00e4");
	assert_text("\xfe\xff\0\xe4", TEXT_UTF16BE, "\u00e4");
	assert_text("\xff\xfe", TEXT_UTF16LE, "");
}

static void unmarked_text_is_detected_by_its_bytes(void **state)
{
	(void)state;
	assert_text("", TEXT_UTF8, "");
	assert_text("abc\r\n", TEXT_UTF8, "abc\r\n");
	assert_text("a long text of ASCII, then \xe2\x82\xac", TEXT_UTF8,
		"a long text of ASCII, then \u20ac");
	assert_text("a\0b\0", TEXT_UTF16LE, "ab");
	assert_text("\0a\0b", TEXT_UTF16BE, "ab");
	assert_text("[\0a\0b\0c\0\xac\x20", TEXT_UTF16LE, "[abc\u20ac");
	assert_text("\0\0", TEXT_UTF8, "\0\0");
	assert_text("ab\0c", TEXT_UTF8, "ab\0c");
	assert_text("Gr\xf6\xdf"
		    "e \x80",
		TEXT_CP1252, "Gr\u00f6\u00dfe \u20ac");
}

static void no_bytes_at_null_are_an_empty_text(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	struct bytes none = {NULL, 0};
	assert_int_equal(text_detect(none), TEXT_UTF8);
	for (int encoding = TEXT_UTF8; encoding <= TEXT_CP1252; encoding++) {
		struct text text = {NULL, 1};
		assert_int_equal(
			text_decode(arena, none, (enum text_encoding)encoding, &text, &error), 0);
		assert_int_equal(text.length, 0);
		assert_string_equal(text.data, "");
	}
}

static void utf16_pairs_become_one_character_and_lone_halves_stay(void **state)
{
	(void)state;
	assert_text("\xff\xfe\x3d\xd8\x00\xde", TEXT_UTF16LE, "\U0001f600");
	assert_text("\xfe\xff\xd8\x3d\xde\x00", TEXT_UTF16BE, "\U0001f600");
	assert_text(
		"\xfe\xff\xdb\xff\xdf\xfd\xd8\x00\xdc\x00", TEXT_UTF16BE, "\U0010fffd\U00010000");
	assert_text("\xfe\xff\xd8\x3d\0a", TEXT_UTF16BE,
		"\xed\xa0\xbd"
		"a");
	assert_text("\xfe\xff\xde\x00\xd8\x3d", TEXT_UTF16BE, "\xed\xb8\x80\xed\xa0\xbd");
	assert_text("\xff\xfe\0\0a\0", TEXT_UTF16LE, "\0a");
}

static void code_page_1252_has_all_256_bytes(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	struct text text = {0};
	struct bytes open = BYTES("\x81\x8d\x8f\x90\x9d\x9f\xff");
	assert_int_equal(text_decode(arena, open, TEXT_CP1252, &text, &error), 0);
	static const char expected[] = "\xc2\x81\xc2\x8d\xc2\x8f\xc2\x90\xc2\x9d\u0178\u00ff";
	assert_int_equal(text.length, sizeof expected - 1);
	assert_string_equal(text.data, expected);
}

static void assert_refused(struct bytes bytes, enum text_encoding encoding, const char *expected)
{
	auto_arena struct arena *arena = arena_new();
	struct text text;
	struct error error = {0};
	assert_int_equal(text_decode(arena, bytes, encoding, &text, &error), -1);
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, expected);
}

static void invalid_utf8_is_refused_where_it_stands(void **state)
{
	(void)state;
	assert_refused(BYTES("\xef\xbb\xbf"
			     "a\xff"),
		TEXT_UTF8, "invalid UTF-8 at byte offset 4");
	assert_refused(BYTES("ab\xc0\x80"), TEXT_UTF8, "invalid UTF-8 at byte offset 2");
	assert_refused(BYTES("\xe0\x80\x80"), TEXT_UTF8, "invalid UTF-8 at byte offset 0");
	assert_refused(
		BYTES("0123456789\xed\xa0\x80"), TEXT_UTF8, "invalid UTF-8 at byte offset 10");
	assert_refused(BYTES("\xf4\x90\x80\x80"), TEXT_UTF8, "invalid UTF-8 at byte offset 0");
	assert_refused(BYTES("a\xe2\x82"), TEXT_UTF8, "invalid UTF-8 at byte offset 1");
}

static void half_a_utf16_character_is_refused(void **state)
{
	(void)state;
	assert_refused(BYTES("\xff\xfe"
			     "a"),
		TEXT_UTF16LE, "half a UTF-16LE character at byte offset 2");
}

static void assert_escapes(struct text text, const char *expected)
{
	auto_arena struct arena *arena = arena_new();
	assert_string_equal(text_escape(arena, text), expected);
}

static void visible_text_stays_as_it_is(void **state)
{
	(void)state;
	assert_escapes(TEXT(""), "");
	assert_escapes(TEXT("C:\\users\\x \"a\" \u00e4\u20ac\U0001f600"),
		"C:\\users\\x \"a\" \u00e4\u20ac\U0001f600");
	assert_escapes(TEXT("\ufffd"), "\ufffd");
}

static void what_cannot_be_seen_is_escaped(void **state)
{
	(void)state;
	assert_escapes(TEXT("a\0b\t\n\r\x1b\x7f"), "a\\u0000b\\u0009\\u000a\\u000d\\u001b\\u007f");
	assert_escapes(TEXT("\xc2\x9b"), "\\u009b");
	assert_escapes(TEXT("\u202e\u2066\u200f\u061c"), "\\u202e\\u2066\\u200f\\u061c");
	assert_escapes(TEXT("\u00ad\u200b\u2060\ufeff"), "\\u00ad\\u200b\\u2060\\ufeff");
	assert_escapes(TEXT("\u2028\u2029"), "\\u2028\\u2029");
	assert_escapes(TEXT("\ufdd0\uffff\U0001fffe"), "\\ufdd0\\uffff\\ud83f\\udffe");
	assert_escapes(TEXT("\U000e0041"), "\\udb40\\udc41");
	assert_escapes(TEXT("\xed\xa0\xbd"), "\\ud83d");
}

static void bytes_that_are_no_text_become_the_replacement_character(void **state)
{
	(void)state;
	assert_escapes(TEXT("a\xff"
			    "b\xc3"),
		"a\\ufffdb\\ufffd");
	assert_escapes(TEXT("\xc0\x80"), "\\ufffd\\ufffd");
}

static void a_backslash_that_would_read_as_an_escape_is_escaped(void **state)
{
	(void)state;
	assert_escapes(TEXT("\\u0000"), "\\u005cu0000");
	assert_escapes(TEXT("\\uABCD"), "\\u005cuABCD");
	assert_escapes(TEXT("\\u000"), "\\u000");
	assert_escapes(TEXT("\\u000g\\U0000"), "\\u000g\\U0000");
	assert_escapes(TEXT("\\\\u0000"), "\\\\u005cu0000");
}

/* What a reader of the escaped text makes of it. */
static size_t unescape(const char *escaped, char *out)
{
	size_t length = 0;
	while (*escaped) {
		uint64_t code;
		if (strncmp(escaped, "\\u", 2) == 0 && strnlen(escaped + 2, 4) == 4 &&
			number_read(escaped + 2, 4, 16, 0xffff, &code)) {
			length += utf8_write(out + length, (uint32_t)code);
			escaped += 6;
		} else {
			out[length++] = *escaped++;
		}
	}
	return length;
}

static void escaping_is_reversible(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const char letters[] = {'\\', 'u', '0', 'f', '\0'};
	for (unsigned number = 0; number < 5 * 5 * 5 * 5 * 5 * 5 * 5; number++) {
		char text[7], back[64];
		unsigned rest = number;
		for (size_t i = 0; i < sizeof text; i++, rest /= 5)
			text[i] = letters[rest % 5];
		const char *escaped = text_escape(arena, (struct text){text, sizeof text});
		assert_int_equal(unescape(escaped, back), sizeof text);
		assert_memory_equal(back, text, sizeof text);
	}
}

static void folding_is_independent_of_the_locale_and_of_length(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	assert_string_equal(text_fold(arena, ""), "");
	assert_string_equal(text_fold(arena, "ABC[xyz]09"), "abc[xyz]09");
	assert_string_equal(
		text_fold(arena, "GR\u00d6SSE \u0416 \u03a3"), "gr\u00f6sse \u0436 \u03c3");
	assert_string_equal(text_fold(arena, "\u023a\u023a\u023a"), "\u2c65\u2c65\u2c65");
	assert_string_equal(text_fold(arena, "\u212aelvin"), "kelvin");
	assert_string_equal(text_fold(arena, "\u00c4\xff"
					     "B\xc3"),
		"\u00e4\xff"
		"b\xc3");
}

static void folding_any_character_fits_and_equals_the_character(void **state)
{
	(void)state;
	(void)state;
	for (uint32_t code = 1; code < 0x110000; code++) {
		char one[5] = {0}, many[4 * 4 + 1] = {0};
		utf8_write(one, code);
		for (size_t i = 0; i < 4; i++)
			memcpy(many + i * strlen(one), one, strlen(one));
		struct arena *arena = arena_new();
		char *folded = text_fold(arena, many);
		assert_true(strlen(folded) <= strlen(many) + strlen(many) / 2);
		assert_true(text_same(folded, many));
		arena_free(arena);
	}
}

static void folding_text_that_grows_writes_only_its_own_memory(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char growing[2 * 100 + 1] = {0};
	for (size_t i = 0; i < 100; i++)
		memcpy(growing + 2 * i, "\u023a", 2);
	assert_int_equal(strlen(text_fold(arena, growing)), 300);
	static const char zeros[64];
	assert_memory_equal(arena_alloc(arena, sizeof zeros), zeros, sizeof zeros);
}

static void texts_are_the_same_but_for_case(void **state)
{
	(void)state;
	assert_true(text_same("Enterprise Admins", "ENTERPRISE admins"));
	assert_true(text_same("\u00c4RZTE", "\u00e4rzte"));
	assert_true(text_same("\u212a", "k"));
	assert_true(text_same("", ""));
	assert_true(text_same("\xff", "\xff"));
	assert_false(text_same("\xff", "\u00ff"));
	assert_false(text_same("\xff", "\xfe"));
	assert_false(text_same("a", "ab"));
	assert_false(text_same("ab", "a"));
	assert_false(text_same("a\u00e4", "a"));
	assert_false(text_same("[", "{"));
	assert_true(text_same(NULL, NULL));
	assert_false(text_same(NULL, ""));
	assert_false(text_same("", NULL));
}

static void a_beginning_is_found_whatever_its_case(void **state)
{
	(void)state;
	assert_true(text_starts("LDAP://x", "ldap:"));
	assert_true(text_starts("ldap", ""));
	assert_false(text_starts("lda", "ldap"));
	assert_false(text_starts("xldap", "ldap"));
}

static void assert_lines(struct text text, const char *const *expected)
{
	struct text_lines lines = {.rest = text};
	unsigned number = 0;
	for (; *expected; expected++) {
		assert_true(text_next_line(&lines));
		assert_int_equal(lines.number, ++number);
		assert_int_equal(lines.line.length, strlen(*expected));
		assert_memory_equal(lines.line.data, *expected, strlen(*expected));
	}
	assert_false(text_next_line(&lines));
	assert_int_equal(lines.number, number);
}

static void lines_end_with_any_line_end(void **state)
{
	(void)state;
	assert_lines(TEXT("a\r\nb\nc\rd"), (const char *[]){"a", "b", "c", "d", NULL});
	assert_lines(TEXT("a\r\n\r\nb\r\r\n"), (const char *[]){"a", "", "b", "", NULL});
	assert_lines(TEXT("a\n"), (const char *[]){"a", NULL});
	assert_lines(TEXT("a\r"), (const char *[]){"a", NULL});
	assert_lines(TEXT("\n"), (const char *[]){"", NULL});
	assert_lines(TEXT(""), (const char *[]){NULL});
	assert_lines((struct text){NULL, 0}, (const char *[]){NULL});
}

static void encodings_have_names(void **state)
{
	(void)state;
	assert_string_equal(text_encoding_name(TEXT_UTF8), "UTF-8");
	assert_string_equal(text_encoding_name(TEXT_UTF16LE), "UTF-16LE");
	assert_string_equal(text_encoding_name(TEXT_UTF16BE), "UTF-16BE");
	assert_string_equal(text_encoding_name(TEXT_CP1252), "Windows-1252");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marked_text_is_detected_and_loses_its_mark),
		cmocka_unit_test(unmarked_text_is_detected_by_its_bytes),
		cmocka_unit_test(no_bytes_at_null_are_an_empty_text),
		cmocka_unit_test(utf16_pairs_become_one_character_and_lone_halves_stay),
		cmocka_unit_test(code_page_1252_has_all_256_bytes),
		cmocka_unit_test(invalid_utf8_is_refused_where_it_stands),
		cmocka_unit_test(half_a_utf16_character_is_refused),
		cmocka_unit_test(visible_text_stays_as_it_is),
		cmocka_unit_test(what_cannot_be_seen_is_escaped),
		cmocka_unit_test(bytes_that_are_no_text_become_the_replacement_character),
		cmocka_unit_test(a_backslash_that_would_read_as_an_escape_is_escaped),
		cmocka_unit_test(escaping_is_reversible),
		cmocka_unit_test(folding_is_independent_of_the_locale_and_of_length),
		cmocka_unit_test(folding_any_character_fits_and_equals_the_character),
		cmocka_unit_test(folding_text_that_grows_writes_only_its_own_memory),
		cmocka_unit_test(texts_are_the_same_but_for_case),
		cmocka_unit_test(a_beginning_is_found_whatever_its_case),
		cmocka_unit_test(lines_end_with_any_line_end),
		cmocka_unit_test(encodings_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
