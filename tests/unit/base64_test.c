/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include "tests/test.h"

#include <string.h>

/* RFC 4648, section 10. */
static const struct {
	const char *bytes, *text;
} vectors[] = {
	{"", ""},
	{"f", "Zg=="},
	{"fo", "Zm8="},
	{"foo", "Zm9v"},
	{"foob", "Zm9vYg=="},
	{"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"},
	{"\xff\xfe\xfb\xef", "//777w=="},
};

static void the_vectors_of_the_standard_hold(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		size_t length = strlen(vectors[i].bytes), digits = strlen(vectors[i].text);
		unsigned char out[16] = {0};
		const unsigned char *bytes = (const unsigned char *)vectors[i].bytes;
		assert_string_equal(
			base64_encode(arena, (struct bytes){bytes, length}), vectors[i].text);
		assert_true(base64_decode(vectors[i].text, digits, out, length));
		assert_memory_equal(out, bytes, length + 1);
	}
}

static void what_is_not_base64_of_that_length_is_refused(void **state)
{
	(void)state;
	unsigned char out[16];
	assert_false(base64_decode("Zm9v", 4, out, 2));
	assert_false(base64_decode("Zm9v", 4, out, 4));
	assert_false(base64_decode("Zm9", 3, out, 2));
	assert_false(base64_decode("Zg==", 4, out, 2));
	assert_false(base64_decode("Zh==", 4, out, 1));
	assert_false(base64_decode("Z===", 4, out, 1));
	assert_false(base64_decode("Zm9=", 4, out, 2));
	assert_false(base64_decode("Zm 9", 4, out, 3));
	assert_false(base64_decode("Zm9\xff", 4, out, 3));
	assert_false(base64_decode("====", 4, out, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_standard_hold),
		cmocka_unit_test(what_is_not_base64_of_that_length_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
