/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/ssh_wire.h"

#include "tests/test.h"

#include <string.h>

static struct bytes of(const char *text, size_t length)
{
	return (struct bytes){(const unsigned char *)text, length};
}

static void numbers_and_strings_are_taken_from_the_front(void **state)
{
	(void)state;
	struct bytes rest = of("\x01\x02\x03\x04\0\0\0\2abrest", 14), string;
	uint32_t number;
	assert_true(ssh_read_number(&rest, &number));
	assert_int_equal(number, 0x01020304);
	assert_true(ssh_read_string(&rest, &string));
	assert_true(ssh_string_is(string, "ab"));
	assert_true(ssh_string_is(rest, "rest"));
	assert_false(ssh_string_is(rest, "res"));
}

static void what_is_not_whole_is_left_as_it_was(void **state)
{
	(void)state;
	static const char *const cut[] = {"\0\0\0", "\0\0\0\3ab", "\xff\xff\xff\xffzz"};
	static const size_t lengths[] = {3, 6, 6};
	for (size_t i = 0; i < 3; i++) {
		struct bytes rest = of(cut[i], lengths[i]), before = rest, string;
		assert_false(ssh_read_string(&rest, &string));
		assert_false(ssh_read_mpint(&rest, &string));
		assert_ptr_equal(rest.data, before.data);
		assert_int_equal(rest.length, before.length);
	}
}

/* The examples of RFC 4251, section 5. */
static void integers_are_those_of_the_standard(void **state)
{
	(void)state;
	auto_buffer struct buffer out = BUFFER_INIT(100);
	struct bytes digits;
	assert_int_equal(ssh_write_mpint(&out, of("\0\0", 2)), 0);
	assert_int_equal(ssh_write_mpint(&out, of("\x09\xa3\x78\xf9\xb2\xe3\x32\xa7", 8)), 0);
	assert_int_equal(ssh_write_mpint(&out, of("\0\x80", 2)), 0);
	static const char expected[] = "\0\0\0\0\0\0\0\x08\x09\xa3\x78\xf9\xb2\xe3\x32\xa7"
				       "\0\0\0\2\0\x80";
	assert_int_equal(out.length, sizeof expected - 1);
	assert_memory_equal(out.data, expected, out.length);
	struct bytes rest = of(out.data, out.length);
	assert_true(ssh_read_mpint(&rest, &digits) && digits.length == 0);
	assert_true(ssh_read_mpint(&rest, &digits) && digits.length == 8);
	assert_true(ssh_read_mpint(&rest, &digits) && digits.length == 1);
	struct bytes negative = of("\0\0\0\2\xed\xcc", 6);
	assert_false(ssh_read_mpint(&negative, &digits));
}

static void a_full_buffer_takes_no_more(void **state)
{
	(void)state;
	auto_buffer struct buffer out = BUFFER_INIT(6);
	assert_int_equal(ssh_write_string(&out, of("abc", 3)), -1);
	buffer_clear(&out);
	assert_int_equal(ssh_write_string(&out, of("ab", 2)), 0);
	assert_memory_equal(out.data, "\0\0\0\2ab", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_strings_are_taken_from_the_front),
		cmocka_unit_test(what_is_not_whole_is_left_as_it_was),
		cmocka_unit_test(integers_are_those_of_the_standard),
		cmocka_unit_test(a_full_buffer_takes_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
