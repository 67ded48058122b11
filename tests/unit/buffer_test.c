/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include "tests/test.h"

#include <string.h>

static void appended_bytes_stand_one_after_the_other_and_end_with_nul(void **state)
{
	(void)state;
	auto_buffer struct buffer buffer = BUFFER_INIT(100);
	assert_int_equal(buffer_append(&buffer, "a\0b", 3), 0);
	assert_int_equal(buffer_text(&buffer, "cd"), 0);
	assert_int_equal(buffer_format(&buffer, "%03d", 7), 0);
	assert_int_equal(buffer.length, 8);
	assert_memory_equal(buffer.data, "a\0bcd007", 9);
}

static void appending_nothing_gives_an_empty_text(void **state)
{
	(void)state;
	auto_buffer struct buffer buffer = BUFFER_INIT(0);
	assert_int_equal(buffer_append(&buffer, NULL, 0), 0);
	assert_string_equal(buffer.data, "");
}

static void the_limit_is_reached_but_not_passed(void **state)
{
	(void)state;
	auto_buffer struct buffer buffer = BUFFER_INIT(5);
	assert_int_equal(buffer_text(&buffer, "abc"), 0);
	assert_int_equal(buffer_text(&buffer, "def"), -1);
	assert_int_equal(buffer_format(&buffer, "%s", "def"), -1);
	assert_int_equal(buffer_append(&buffer, "x", SIZE_MAX), -1);
	assert_string_equal(buffer.data, "abc");
	assert_int_equal(buffer.length, 3);
	assert_int_equal(buffer_format(&buffer, "%s", "de"), 0);
	assert_string_equal(buffer.data, "abcde");
}

static void many_small_appends_give_the_whole(void **state)
{
	(void)state;
	auto_buffer struct buffer buffer = BUFFER_INIT(100000);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(buffer_append(&buffer, &"abc"[i % 3], 1), 0);
	assert_int_equal(buffer_append(&buffer, "x", 1), -1);
	assert_int_equal(strlen(buffer.data), 100000);
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(buffer.data[i], "abc"[i % 3]);
}

static void clearing_keeps_the_memory_and_releasing_the_limit(void **state)
{
	(void)state;
	struct buffer buffer = BUFFER_INIT(10);
	buffer_clear(&buffer);
	buffer_text(&buffer, "abc");
	char *data = buffer.data;
	buffer_clear(&buffer);
	assert_int_equal(buffer.length, 0);
	assert_ptr_equal(buffer.data, data);
	assert_string_equal(buffer.data, "");
	buffer_release(&buffer);
	assert_null(buffer.data);
	assert_int_equal(buffer_text(&buffer, "0123456789"), 0);
	assert_int_equal(buffer_text(&buffer, "0"), -1);
	buffer_release(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appended_bytes_stand_one_after_the_other_and_end_with_nul),
		cmocka_unit_test(appending_nothing_gives_an_empty_text),
		cmocka_unit_test(the_limit_is_reached_but_not_passed),
		cmocka_unit_test(many_small_appends_give_the_whole),
		cmocka_unit_test(clearing_keeps_the_memory_and_releasing_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
