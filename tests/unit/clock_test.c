/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include "tests/test.h"

#include <limits.h>
#include <poll.h>

static void the_clock_goes_forward(void **state)
{
	(void)state;
	int64_t before = clock_now();
	poll(NULL, 0, 20);
	int64_t after = clock_now();
	assert_true(after >= before + 19);
	assert_true(after < before + 60000);
}

static void what_is_left_of_a_deadline_is_never_negative(void **state)
{
	(void)state;
	assert_int_equal(clock_left(clock_now()), 0);
	assert_int_equal(clock_left(0), 0);
	assert_int_equal(clock_left(INT64_MIN), 0);
	int left = clock_left(clock_now() + 10000);
	assert_true(left > 9000 && left <= 10000);
}

static void what_is_left_is_no_more_than_poll_takes(void **state)
{
	(void)state;
	assert_int_equal(clock_left(INT64_MAX), INT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_goes_forward),
		cmocka_unit_test(what_is_left_of_a_deadline_is_never_negative),
		cmocka_unit_test(what_is_left_is_no_more_than_poll_takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
