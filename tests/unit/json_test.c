/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/buffer.h"
#include "base/memory.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#define CANARY "hunter2"

static int install(void **state)
{
	(void)state;
	json_setup();
	return 0;
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

static void assert_refused(const char *document, const char *expected)
{
	struct error error = {0};
	assert_null(json_read(bytes_of(document), "x.json", &error));
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, expected);
}

static void a_document_is_read(void **state)
{
	(void)state;
	struct error error = {0};
	auto_json json_t *value = json_read(bytes_of("{\"a\": [1, \"\\u00e4\"]}"), "x", &error);
	assert_non_null(value);
	json_t *list = json_object_get(value, "a");
	assert_int_equal(json_integer_value(json_array_get(list, 0)), 1);
	assert_string_equal(json_string_value(json_array_get(list, 1)), "\u00e4");
}

static void faults_are_told_with_line_and_column(void **state)
{
	(void)state;
	assert_refused("{\n  \"a\" 1}", "x.json:2:7: expected ':'");
	assert_refused("{\"a\": 1, \"a\": 2}", "x.json:1:12: a key that the object has already");
	assert_refused("", "x.json:1:0: the document ends too early");
	assert_refused("{\"a\": ", "x.json:1:6: the document ends too early");
	assert_refused("[1 2]", "x.json:1:4: expected ',' or ']'");
	assert_refused("[1] 2", "x.json:1:5: text after the end of the document");
	assert_refused("5", "x.json:1:1: expected an object or an array");
	assert_refused("[\"\\u0000\"]", "x.json:1:9: \\u0000 is not allowed");
	assert_refused("[1e999]", "x.json:1:6: number out of range");
	assert_refused("[\"\xff\"]", "x.json:1:2: invalid UTF-8");
}

static void no_bytes_at_all_are_refused(void **state)
{
	(void)state;
	struct error error = {0};
	assert_null(json_read((struct bytes){NULL, 0}, "x.json", &error));
	assert_string_equal(error.text, "x.json:1:0: the document ends too early");
}

static void a_depth_bomb_is_refused(void **state)
{
	(void)state;
	static char bomb[100001];
	memset(bomb, '[', sizeof bomb - 1);
	struct error error = {0};
	assert_null(json_read(bytes_of(bomb), "x.json", &error));
	assert_non_null(strstr(error.text, ": nested too deeply"));
}

static void messages_never_show_the_document(void **state)
{
	(void)state;
	static const char *const documents[] = {
		"{\"p\": " CANARY "}",
		"{\"p\": \"" CANARY,
		"{\"p\": \"" CANARY "\n\"}",
		"{\"p\": \"" CANARY "\\q\"}",
		"{\"p\": \"\\u" CANARY "\"}",
		"{\"p\": \"\\ud800\\u0041" CANARY "\"}",
		"{\"p\": \"" CANARY "\" \"" CANARY "\"}",
		"{\"p\" \"" CANARY "\"}",
		"{\"" CANARY "\": 1, \"" CANARY "\": 2}",
		"{\"" CANARY "\\u0000\": 1}",
		"{} " CANARY,
		CANARY,
		"\"" CANARY "\"",
		"{" CANARY ": 1}",
		"[\"" CANARY "\" 1]",
		"[\"" CANARY "\x01\"]",
		"[\"" CANARY "\xff\"]",
	};
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
		struct error error = {0};
		assert_null(json_read(bytes_of(documents[i]), "x.json", &error));
		assert_int_equal(strncmp(error.text, "x.json:1:", 9), 0);
		for (size_t start = 0; start + 4 <= strlen(CANARY); start++) {
			char piece[5] = {0};
			memcpy(piece, &CANARY[start], 4);
			assert_null(strstr(error.text, piece));
		}
		assert_null(strstr(error.text, "near"));
	}
}

static void memory_beyond_the_limit_is_refused_and_given_back(void **state)
{
	(void)state;
	json_malloc_t take;
	json_free_t give_back;
	json_get_alloc_funcs(&take, &give_back);
	void *most = take(JSON_MEMORY_LIMIT - 10000); /* never touched, so that it costs nothing */
	auto_buffer struct buffer text = BUFFER_INIT(100000);
	for (size_t i = 0; i < 1000; i++)
		buffer_text(&text, i ? ",[]" : "[[]");
	buffer_text(&text, "]");
	const char *document = text.data;
	assert_refused(document, "x.json: too large: reading it takes more than 512 MiB");
	auto_json json_t *built = json_pack("{s:s}", "still", "possible");
	assert_non_null(built);
	give_back(most);
	struct error error = {0};
	auto_json json_t *value = json_read(bytes_of(document), "x.json", &error);
	assert_string_equal(error.text, "");
	assert_non_null(value);
}

static void pointers_escape_as_rfc_6901_says(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct json_place root = {0};
	struct json_place list = {.parent = &root, .key = "a/b~c"};
	struct json_place item = {.parent = &list, .index = 12};
	assert_string_equal(json_pointer(arena, &root), "");
	assert_string_equal(json_pointer(arena, &list), "/a~1b~0c");
	assert_string_equal(json_pointer(arena, &item), "/a~1b~0c/12");
}

struct check {
	struct json_check check;
	struct json_place root;
	json_t *document;
};

static struct check check_of(struct arena *arena, const char *document)
{
	struct error error = {0};
	struct check check = {.check.arena = arena};
	check.document = json_read(bytes_of(document), "x.json", &error);
	assert_string_equal(error.text, "");
	return check;
}

static void assert_mistakes(struct check *check, const char *const *expected)
{
	size_t count = 0;
	for (; expected[count]; count++) {
		assert_true(count < check->check.mistakes.count);
		assert_string_equal(check->check.mistakes.items[count], expected[count]);
	}
	assert_int_equal(check->check.mistakes.count, count);
	json_release(&check->document);
	assert_null(check->document);
}

static void members_of_the_right_type_are_given(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct check c = check_of(arena, "{\"n\": 1, \"b\": true, \"t\": \"x\", \"version\": 1}");
	json_t *d = c.document;
	assert_non_null(json_member(&c.check, &c.root, d, "n", JSON_INTEGER, true));
	assert_non_null(json_member(&c.check, &c.root, d, "n", JSON_REAL, true));
	assert_non_null(json_member(&c.check, &c.root, d, "b", JSON_FALSE, true));
	assert_string_equal(json_member_text(&c.check, &c.root, d, "t", true), "x");
	assert_null(json_member(&c.check, &c.root, d, "none", JSON_ARRAY, false));
	assert_null(json_member_text(&c.check, &c.root, d, "none", false));
	json_version(&c.check, &c.root, d);
	struct error error = {0};
	assert_int_equal(json_check_result(&c.check, "x.json", &error), 0);
	assert_mistakes(&c, (const char *[]){NULL});
}

static void every_mistake_is_noted_with_its_place(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct check c = check_of(arena, "{\"n\": \"1\", \"t\": \"\", \"version\": 2}");
	json_t *d = c.document;
	assert_null(json_member(&c.check, &c.root, d, "n", JSON_INTEGER, false));
	assert_null(json_member(&c.check, &c.root, d, "list", JSON_ARRAY, true));
	assert_null(json_member_text(&c.check, &c.root, d, "t", true));
	json_version(&c.check, &c.root, d);
	json_known_keys(&c.check, &c.root, d, (const char *[]){"n", "version", NULL});
	json_mistake(&c.check, &c.root, "must be %s", "better");
	struct error error = {0};
	assert_int_equal(json_check_result(&c.check, "x.json", &error), -1);
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, "x.json: /n: must be a whole number");
	assert_mistakes(&c,
		(const char *[]){"/n: must be a whole number",
			"/list: is missing, must be an array", "/t: must not be empty",
			"/version: must be 1", "/t: is not known here, expected one of: n, version",
			"must be better", NULL});
}

static void what_is_no_object_is_told_once(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct check c = check_of(arena, "[1]");
	struct json_place item = {.parent = &c.root, .index = 0};
	json_t *one = json_array_get(c.document, 0);
	assert_null(json_member(&c.check, &item, one, "a", JSON_ARRAY, true));
	assert_null(json_member_text(&c.check, &item, one, "b", false));
	assert_null(json_member_text(&c.check, &item, NULL, "b", true));
	json_known_keys(&c.check, &item, one, (const char *[]){"a", NULL});
	assert_mistakes(&c, (const char *[]){"/0: must be an object", NULL});
}

static void hostile_keys_cannot_flood_or_fool_a_message(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct check c = check_of(arena, "{\"\\u001b[31m\": 1}");
	json_known_keys(&c.check, &c.root, c.document, (const char *[]){"a", NULL});
	auto_free char *key = memory_alloc(100001);
	memset(key, 'k', 100000);
	struct json_place long_place = {.parent = &c.root, .key = key};
	for (size_t i = 0; i < 5000; i++) {
		struct json_place item = {.parent = i ? &long_place : &c.root, .index = i};
		json_mistake(&c.check, &item, "%zu", i);
	}
	assert_true(c.check.mistakes.count <= 1000);
	assert_true(strlen(c.check.mistakes.items[5]) < 1100);
	c.check.mistakes.count = 2;
	assert_mistakes(&c, (const char *[]){"/\\u001b[31m: is not known here, expected one of: a",
				    "/0: 0", NULL});
}

static void assert_written(json_t *value, unsigned depth, const char *expected)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	assert_int_equal(json_write(file, value, depth), 0);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
}

static void json_is_written_sorted_and_indented(void **state)
{
	(void)state;
	auto_json json_t *value =
		json_pack("{s:[i,s], s:{}, s:[], s:b}", "z", 1, "\u00e4\n", "o", "e", "b", 1);
	assert_written(value, 0,
		"{\n  \"b\": true,\n  \"e\": [],\n  \"o\": {},\n  \"z\": [\n    1,\n"
		"    \"\u00e4\\n\"\n  ]\n}");
	assert_written(json_object_get(value, "z"), 2, "[\n      1,\n      \"\u00e4\\n\"\n    ]");
	assert_written(json_object_get(value, "b"), 3, "true");
}

static void output_that_cannot_be_written_is_an_error(void **state)
{
	(void)state;
	auto_json json_t *value = json_pack("[s]", "text");
	FILE *file = fopen("/dev/full", "w");
	if (!file)
		skip();
	setvbuf(file, NULL, _IONBF, 0);
	assert_int_equal(json_write(file, value, 0), -1);
	fclose(file);
}

static void an_earlier_write_error_is_not_forgotten(void **state)
{
	(void)state;
	auto_json json_t *value = json_pack("[s]", "text");
	FILE *file = fopen("/dev/full", "w");
	if (!file)
		skip();
	fputs("before", file);
	assert_int_not_equal(fflush(file), 0);
	assert_int_equal(json_write(file, value, 0), -1);
	fclose(file);
}

static void texts_become_values_and_none_becomes_null(void **state)
{
	(void)state;
	auto_json json_t *text = json_of_text("\u00e4");
	auto_json json_t *none = json_of_text(NULL);
	auto_json json_t *broken = json_of_text("a\xff");
	assert_string_equal(json_string_value(text), "\u00e4");
	assert_true(json_is_null(none));
	assert_string_equal(json_string_value(broken), "a\\ufffd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_read),
		cmocka_unit_test(faults_are_told_with_line_and_column),
		cmocka_unit_test(no_bytes_at_all_are_refused),
		cmocka_unit_test(a_depth_bomb_is_refused),
		cmocka_unit_test(messages_never_show_the_document),
		cmocka_unit_test(memory_beyond_the_limit_is_refused_and_given_back),
		cmocka_unit_test(pointers_escape_as_rfc_6901_says),
		cmocka_unit_test(members_of_the_right_type_are_given),
		cmocka_unit_test(every_mistake_is_noted_with_its_place),
		cmocka_unit_test(what_is_no_object_is_told_once),
		cmocka_unit_test(hostile_keys_cannot_flood_or_fool_a_message),
		cmocka_unit_test(json_is_written_sorted_and_indented),
		cmocka_unit_test(output_that_cannot_be_written_is_an_error),
		cmocka_unit_test(an_earlier_write_error_is_not_forgotten),
		cmocka_unit_test(texts_become_values_and_none_becomes_null),
	};
	return cmocka_run_group_tests(tests, install, NULL);
}
