/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/bcrypt_pbkdf.h"

#include "base/interrupt.h"
#include "tests/test.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

#define LENGTH 48

static const struct bytes passphrase = {(const unsigned char *)"passphrase", 10};
static const struct bytes salt = {(const unsigned char *)"0123456789abcdef", 16};

/* By python3-bcrypt; tests/cli/private_key_test.py compares with it at random. */
static void a_key_is_the_one_of_another_program(void **state)
{
	(void)state;
	static const unsigned char expected[] = {
		0x4b,
		0xbf,
		0x33,
		0x27,
		0xb2,
		0x25,
		0x6b,
		0xd2,
		0x6e,
		0x46,
		0xd7,
		0xff,
		0xc5,
		0xec,
		0x5f,
		0xb0,
		0x3b,
		0x49,
		0x58,
		0x25,
		0x6e,
		0x71,
		0x92,
		0x27,
		0xcb,
		0xa0,
		0x12,
		0xd4,
		0xf2,
		0x91,
		0xa5,
		0xc4,
		0x90,
		0xfc,
		0x51,
		0x03,
		0x35,
		0x35,
		0xc4,
		0x2e,
		0xba,
		0x5b,
		0x4b,
		0xc0,
		0xa7,
		0x18,
		0xd6,
		0xd6,
	};
	unsigned char key[LENGTH];
	struct error error = {0};
	assert_int_equal(bcrypt_pbkdf(passphrase, salt, 2, key, LENGTH, &error), 0);
	assert_memory_equal(key, expected, LENGTH);
}

/* It would take some months otherwise. */
static void an_interrupted_run_gets_no_key(void **state)
{
	(void)state;
	static const unsigned char zeroes[LENGTH];
	unsigned char key[LENGTH];
	struct error error = {0};
	memset(key, 'x', sizeof key);
	interrupt_watch();
	raise(SIGINT);
	assert_int_equal(bcrypt_pbkdf(passphrase, salt, UINT_MAX, key, LENGTH, &error), -1);
	assert_string_equal(error.text, "stopped by SIGINT");
	assert_memory_equal(key, zeroes, LENGTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_the_one_of_another_program),
		cmocka_unit_test(an_interrupted_run_gets_no_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
