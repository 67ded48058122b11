/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code pages of consoles. What is expected of two was printed by Python's codecs:
 *	for b in range(0x80, 0x100): print("\\u%04x" % ord(bytes([b]).decode("cp437")))
 * All are held against iconv of the C library.
 */
#include "base/code_page.h"

#include "tests/test.h"

#include <iconv.h>
#include <stdio.h>
#include <string.h>

static const char *const cp437[128] = {
	"\u00c7",
	"\u00fc",
	"\u00e9",
	"\u00e2",
	"\u00e4",
	"\u00e0",
	"\u00e5",
	"\u00e7",
	"\u00ea",
	"\u00eb",
	"\u00e8",
	"\u00ef",
	"\u00ee",
	"\u00ec",
	"\u00c4",
	"\u00c5",
	"\u00c9",
	"\u00e6",
	"\u00c6",
	"\u00f4",
	"\u00f6",
	"\u00f2",
	"\u00fb",
	"\u00f9",
	"\u00ff",
	"\u00d6",
	"\u00dc",
	"\u00a2",
	"\u00a3",
	"\u00a5",
	"\u20a7",
	"\u0192",
	"\u00e1",
	"\u00ed",
	"\u00f3",
	"\u00fa",
	"\u00f1",
	"\u00d1",
	"\u00aa",
	"\u00ba",
	"\u00bf",
	"\u2310",
	"\u00ac",
	"\u00bd",
	"\u00bc",
	"\u00a1",
	"\u00ab",
	"\u00bb",
	"\u2591",
	"\u2592",
	"\u2593",
	"\u2502",
	"\u2524",
	"\u2561",
	"\u2562",
	"\u2556",
	"\u2555",
	"\u2563",
	"\u2551",
	"\u2557",
	"\u255d",
	"\u255c",
	"\u255b",
	"\u2510",
	"\u2514",
	"\u2534",
	"\u252c",
	"\u251c",
	"\u2500",
	"\u253c",
	"\u255e",
	"\u255f",
	"\u255a",
	"\u2554",
	"\u2569",
	"\u2566",
	"\u2560",
	"\u2550",
	"\u256c",
	"\u2567",
	"\u2568",
	"\u2564",
	"\u2565",
	"\u2559",
	"\u2558",
	"\u2552",
	"\u2553",
	"\u256b",
	"\u256a",
	"\u2518",
	"\u250c",
	"\u2588",
	"\u2584",
	"\u258c",
	"\u2590",
	"\u2580",
	"\u03b1",
	"\u00df",
	"\u0393",
	"\u03c0",
	"\u03a3",
	"\u03c3",
	"\u00b5",
	"\u03c4",
	"\u03a6",
	"\u0398",
	"\u03a9",
	"\u03b4",
	"\u221e",
	"\u03c6",
	"\u03b5",
	"\u2229",
	"\u2261",
	"\u00b1",
	"\u2265",
	"\u2264",
	"\u2320",
	"\u2321",
	"\u00f7",
	"\u2248",
	"\u00b0",
	"\u2219",
	"\u00b7",
	"\u221a",
	"\u207f",
	"\u00b2",
	"\u25a0",
	"\u00a0",
};

static const char *const cp850[128] = {
	"\u00c7",
	"\u00fc",
	"\u00e9",
	"\u00e2",
	"\u00e4",
	"\u00e0",
	"\u00e5",
	"\u00e7",
	"\u00ea",
	"\u00eb",
	"\u00e8",
	"\u00ef",
	"\u00ee",
	"\u00ec",
	"\u00c4",
	"\u00c5",
	"\u00c9",
	"\u00e6",
	"\u00c6",
	"\u00f4",
	"\u00f6",
	"\u00f2",
	"\u00fb",
	"\u00f9",
	"\u00ff",
	"\u00d6",
	"\u00dc",
	"\u00f8",
	"\u00a3",
	"\u00d8",
	"\u00d7",
	"\u0192",
	"\u00e1",
	"\u00ed",
	"\u00f3",
	"\u00fa",
	"\u00f1",
	"\u00d1",
	"\u00aa",
	"\u00ba",
	"\u00bf",
	"\u00ae",
	"\u00ac",
	"\u00bd",
	"\u00bc",
	"\u00a1",
	"\u00ab",
	"\u00bb",
	"\u2591",
	"\u2592",
	"\u2593",
	"\u2502",
	"\u2524",
	"\u00c1",
	"\u00c2",
	"\u00c0",
	"\u00a9",
	"\u2563",
	"\u2551",
	"\u2557",
	"\u255d",
	"\u00a2",
	"\u00a5",
	"\u2510",
	"\u2514",
	"\u2534",
	"\u252c",
	"\u251c",
	"\u2500",
	"\u253c",
	"\u00e3",
	"\u00c3",
	"\u255a",
	"\u2554",
	"\u2569",
	"\u2566",
	"\u2560",
	"\u2550",
	"\u256c",
	"\u00a4",
	"\u00f0",
	"\u00d0",
	"\u00ca",
	"\u00cb",
	"\u00c8",
	"\u0131",
	"\u00cd",
	"\u00ce",
	"\u00cf",
	"\u2518",
	"\u250c",
	"\u2588",
	"\u2584",
	"\u00a6",
	"\u00cc",
	"\u2580",
	"\u00d3",
	"\u00df",
	"\u00d4",
	"\u00d2",
	"\u00f5",
	"\u00d5",
	"\u00b5",
	"\u00fe",
	"\u00de",
	"\u00da",
	"\u00db",
	"\u00d9",
	"\u00fd",
	"\u00dd",
	"\u00af",
	"\u00b4",
	"\u00ad",
	"\u00b1",
	"\u2017",
	"\u00be",
	"\u00b6",
	"\u00a7",
	"\u00f7",
	"\u00b8",
	"\u00b0",
	"\u00a8",
	"\u00b7",
	"\u00b9",
	"\u00b3",
	"\u00b2",
	"\u25a0",
	"\u00a0",
};

static void assert_byte(unsigned page, unsigned char byte, const char *expected)
{
	auto_arena struct arena *arena = arena_new();
	struct text text = code_page_decode(arena, (struct bytes){&byte, 1}, page);
	assert_int_equal(text.length, byte ? strlen(expected) : 1);
	assert_string_equal(text.data, expected);
}

static void assert_page(unsigned page, const char *const *upper)
{
	assert_true(code_page_known(page));
	for (unsigned byte = 0; byte < 0x80; byte++)
		assert_byte(page, (unsigned char)byte, (char[]){(char)byte, '\0'});
	for (unsigned byte = 0x80; byte < 0x100; byte++)
		assert_byte(page, (unsigned char)byte, upper[byte - 0x80]);
}

static void code_page_437_has_all_256_bytes(void **state)
{
	(void)state;
	assert_page(437, cp437);
}

static void code_page_850_has_all_256_bytes(void **state)
{
	(void)state;
	assert_page(850, cp850);
}

static void assert_as_iconv(iconv_t library, unsigned page, unsigned char byte)
{
	char in[] = {(char)byte}, out[8] = "", *from = in, *to = out;
	size_t left = 1, room = sizeof out - 1;
	iconv(library, NULL, NULL, NULL, NULL);
	bool open = iconv(library, &from, &left, &to, &room) == (size_t)-1;
	assert_byte(page, byte, open ? "\ufffd" : out);
}

static void every_page_is_what_the_c_library_takes_it_for(void **state)
{
	(void)state;
	static const unsigned numbers[] = {437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862,
		863, 865, 866, 1250, 1251, 1253, 1254, 1257};
	unsigned compared = 0;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		char name[16];
		snprintf(name, sizeof name, "CP%u", numbers[i]);
		assert_true(code_page_known(numbers[i]));
		iconv_t library = iconv_open("UTF-8", name);
		if (library == (iconv_t)-1)
			continue; /* its converters are a package of their own on some systems */
		for (unsigned byte = 1; byte < 0x100; byte++)
			assert_as_iconv(library, numbers[i], (unsigned char)byte);
		iconv_close(library);
		compared++;
	}
	if (compared == 0) {
		print_message("the C library has none of these code pages\n");
		skip();
	}
}

static void a_text_of_a_console_is_decoded_whole(void **state)
{
	(void)state;
	static const unsigned char raw[] = "Gr\x94\xe1"
					   "e\r\n";
	auto_arena struct arena *arena = arena_new();
	struct bytes bytes = {raw, sizeof raw - 1};
	struct text text = code_page_decode(arena, bytes, 850);
	assert_string_equal(text.data, "Gr\u00f6\u00dfe\r\n");
	assert_int_equal(text.length, strlen(text.data));
	assert_false(code_page_unclear(text));
	assert_int_equal(code_page_decode(arena, (struct bytes){NULL, 0}, 437).length, 0);
}

static void of_a_page_that_is_not_known_only_ascii_is_taken(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const unsigned numbers[] = {CODE_PAGE_UNKNOWN, 932, 936, 949, 950, 65000};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		assert_false(code_page_known(numbers[i]));
		struct bytes bytes = {(const unsigned char *)"a\x94z", 3};
		struct text text = code_page_decode(arena, bytes, numbers[i]);
		assert_string_equal(text.data, "a\ufffdz");
		assert_true(code_page_unclear(text));
	}
	assert_false(code_page_unclear((struct text){NULL, 0}));
}

static void a_page_may_leave_bytes_open(void **state)
{
	(void)state;
	assert_byte(857, 0xd5, "\ufffd");
	assert_byte(1253, 0xaa, "\ufffd");
	assert_byte(1252, 0x80, "\u20ac");
}

static void what_is_no_utf8_is_not_known(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const char raw[] = "\xc3\xb6\xc3|\xed\xa0\x80|\xf0\x9f\x94\x91";
	struct bytes bytes = {(const unsigned char *)raw, sizeof raw - 1};
	struct text text = code_page_decode(arena, bytes, CODE_PAGE_UTF8);
	assert_string_equal(text.data, "\u00f6\ufffd|\ufffd\ufffd\ufffd|\U0001f511");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_page_437_has_all_256_bytes),
		cmocka_unit_test(code_page_850_has_all_256_bytes),
		cmocka_unit_test(every_page_is_what_the_c_library_takes_it_for),
		cmocka_unit_test(a_text_of_a_console_is_decoded_whole),
		cmocka_unit_test(of_a_page_that_is_not_known_only_ascii_is_taken),
		cmocka_unit_test(a_page_may_leave_bytes_open),
		cmocka_unit_test(what_is_no_utf8_is_not_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
