/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include "tests/test.h"

#include <string.h>

static bool reads(const char *text, unsigned base, uint64_t maximum, uint64_t expected)
{
	uint64_t value = 0;
	return number_read(text, strlen(text), base, maximum, &value) && value == expected;
}

static bool refuses(const char *text, unsigned base, uint64_t maximum)
{
	uint64_t value = 4711;
	return !number_read(text, strlen(text), base, maximum, &value) && value == 4711;
}

static void digits_of_the_base_are_read(void **state)
{
	(void)state;
	assert_true(reads("0", 10, 0, 0));
	assert_true(reads("00042", 10, 100, 42));
	assert_true(reads("fF", 16, 255, 255));
	assert_true(reads("18446744073709551615", 10, UINT64_MAX, UINT64_MAX));
	assert_true(reads("ffffffffffffffff", 16, UINT64_MAX, UINT64_MAX));
}

static void anything_but_digits_is_refused(void **state)
{
	(void)state;
	const char *const texts[] = {"", " 1", "1 ", "+1", "-1", "0x1", "1a", "1.0"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_true(refuses(texts[i], 10, UINT64_MAX));
	assert_true(refuses("0x1", 16, UINT64_MAX));
	assert_true(refuses("g", 16, UINT64_MAX));
}

static void a_value_beyond_the_maximum_is_refused(void **state)
{
	(void)state;
	assert_true(reads("65535", 10, 65535, 65535));
	assert_true(refuses("65536", 10, 65535));
	assert_true(refuses("5", 10, 4));
	assert_true(refuses("10", 10, 4));
	assert_true(refuses("18446744073709551616", 10, UINT64_MAX));
	assert_true(refuses("99999999999999999999999", 10, UINT64_MAX));
	assert_true(refuses("10000000000000000", 16, UINT64_MAX));
}

static void only_the_given_length_is_looked_at(void **state)
{
	(void)state;
	uint64_t value = 0;
	assert_true(number_read("12x", 2, 10, 99, &value));
	assert_int_equal(value, 12);
}

static void a_hex_digit_has_a_value_and_nothing_else_has(void **state)
{
	(void)state;
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	for (int c = -128; c < 128; c++) {
		const char *found = c ? strchr(digits, c) : NULL;
		assert_int_equal(number_hex_digit((char)c), found ? (found - digits) % 16 : -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_of_the_base_are_read),
		cmocka_unit_test(anything_but_digits_is_refused),
		cmocka_unit_test(a_value_beyond_the_maximum_is_refused),
		cmocka_unit_test(only_the_given_length_is_looked_at),
		cmocka_unit_test(a_hex_digit_has_a_value_and_nothing_else_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
