/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include "tests/test.h"

#include <string.h>

static void setting_an_error_returns_minus_one_and_keeps_code_and_text(void **state)
{
	(void)state;
	struct error error = {0};
	assert_int_equal(error_set(&error, ERROR_INPUT, "line %d", 7), -1);
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, "line 7");
}

static void the_first_error_wins(void **state)
{
	(void)state;
	struct error error = {0};
	error_set(&error, ERROR_INPUT, "first");
	assert_int_equal(error_set(&error, ERROR_USAGE, "second"), -1);
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, "first");
}

static void context_stands_in_front(void **state)
{
	(void)state;
	struct error error = {0};
	error_set(&error, ERROR_INPUT, "no such key");
	error_context(&error, "node %s", "a");
	error_context(&error, "cluster");
	assert_string_equal(error.text, "cluster: node a: no such key");
}

static void context_without_an_error_changes_nothing(void **state)
{
	(void)state;
	struct error error = {0};
	error_context(&error, "node a");
	assert_int_equal(error.code, ERROR_NONE);
	assert_string_equal(error.text, "");
}

static void a_long_text_is_cut_between_characters(void **state)
{
	(void)state;
	char text[1024] = {0};
	/* The euro sign has three bytes: one of three beginnings must hit the middle of one. */
	for (size_t start = 0; start < 3; start++) {
		memset(text, 'x', start);
		for (size_t at = start; at + 3 < sizeof text; at += 3)
			memcpy(text + at, "\u20ac", 3);
		struct error error = {0};
		error_set(&error, ERROR_INPUT, "%s", text);
		size_t length = strlen(error.text);
		assert_true(length >= sizeof error.text - 3);
		assert_int_equal((length - start) % 3, 0);
	}
}

static void context_cuts_the_end_of_the_text(void **state)
{
	(void)state;
	char text[600];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	struct error error = {0};
	error_set(&error, ERROR_INPUT, "%s", text);
	assert_int_equal(strlen(error.text), sizeof error.text - 1);
	error_context(&error, "node");
	assert_int_equal(strlen(error.text), sizeof error.text - 1);
	assert_memory_equal(error.text, "node: xxx", 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_an_error_returns_minus_one_and_keeps_code_and_text),
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(context_stands_in_front),
		cmocka_unit_test(context_without_an_error_changes_nothing),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(context_cuts_the_end_of_the_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
