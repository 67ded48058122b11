/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/run_key.h"

#include "collectors/digest.h"

#include "tests/test.h"

#include <string.h>

static struct secret *counting_key(void)
{
	unsigned char bytes[RUN_KEY_LENGTH];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)i;
	return secret_new(bytes, sizeof bytes);
}

static void keys_are_random_and_of_256_bits(void **state)
{
	(void)state;
	struct error error = {0};
	auto_secret struct secret *first = run_key_new(&error);
	auto_secret struct secret *second = run_key_new(&error);
	assert_int_equal(error.code, ERROR_NONE);
	assert_int_equal(secret_bytes(first).length, 32);
	assert_false(secret_equal(first, second));
}

static void the_id_follows_from_the_key(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	auto_secret struct secret *key = counting_key();
	auto_secret struct secret *other = run_key_new(&error);
	assert_int_equal(strlen(run_key_id(arena, key)), 16);
	assert_string_equal(run_key_id(arena, key), run_key_id(arena, key));
	assert_string_not_equal(run_key_id(arena, key), run_key_id(arena, other));
}

/* FIPS 180-2, appendix B.1. */
static void a_digest_is_sha_256(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct bytes abc = {(const unsigned char *)"abc", 3};
	assert_string_equal(digest_text(arena, abc),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void where_fields_end_counts(void **state)
{
	(void)state;
	static const char *const one[] = {"ab", "c", NULL}, *const other[] = {"a", "bc", NULL};
	auto_arena struct arena *arena = arena_new();
	auto_secret struct secret *key = counting_key();
	assert_string_not_equal(
		digest_of_fields(arena, key, one), digest_of_fields(arena, key, other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_random_and_of_256_bits),
		cmocka_unit_test(the_id_follows_from_the_key),
		cmocka_unit_test(a_digest_is_sha_256),
		cmocka_unit_test(where_fields_end_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
