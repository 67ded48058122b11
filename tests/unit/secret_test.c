/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static void a_secret_lends_a_copy_of_its_bytes(void **state)
{
	(void)state;
	char source[] = "pass\0word";
	auto_secret struct secret *secret = secret_new(source, sizeof source);
	memset(source, 'x', sizeof source);
	struct bytes bytes = secret_bytes(secret);
	assert_int_equal(bytes.length, sizeof source);
	assert_memory_equal(bytes.data, "pass\0word", sizeof source);
}

static void secrets_are_equal_when_all_bytes_are(void **state)
{
	(void)state;
	auto_secret struct secret *a = secret_new("abcd", 4);
	auto_secret struct secret *same = secret_new("abcd", 4);
	auto_secret struct secret *shorter = secret_new("abc", 3);
	auto_secret struct secret *other_start = secret_new("xbcd", 4);
	auto_secret struct secret *other_end = secret_new("abcx", 4);
	assert_true(secret_equal(a, same));
	assert_false(secret_equal(a, shorter));
	assert_false(secret_equal(a, other_start));
	assert_false(secret_equal(a, other_end));
	assert_false(secret_equal(a, NULL));
}

static void an_empty_secret_and_none_are_allowed(void **state)
{
	(void)state;
	auto_secret struct secret *empty = secret_new(NULL, 0);
	assert_int_equal(secret_bytes(empty).length, 0);
	secret_free(NULL);
	secret_wipe(NULL, 0);
}

static void a_secret_larger_than_a_page_is_whole(void **state)
{
	(void)state;
	char source[10000];
	memset(source, 's', sizeof source);
	auto_secret struct secret *secret = secret_new(source, sizeof source);
	assert_memory_equal(secret_bytes(secret).data, source, sizeof source);
}

static void wiping_leaves_zeros(void **state)
{
	(void)state;
	char memory[] = "password";
	secret_wipe(memory, 4);
	assert_memory_equal(memory, "\0\0\0\0word", 9);
}

/* The VmFlags of the mapping that holds the address, as /proc/self/smaps has them. */
static bool mapping_flags(const void *address, char *flags, size_t size)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	if (!file)
		return false;
	char line[1024];
	bool inside = false, found = false;
	while (!found && fgets(line, sizeof line, file)) {
		unsigned long start, end;
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = (uintptr_t)address >= start && (uintptr_t)address < end;
		found = inside && strncmp(line, "VmFlags:", 8) == 0;
	}
	fclose(file);
	snprintf(flags, size, "%s", found ? line : "");
	return found;
}

static void a_secret_is_kept_out_of_core_dumps(void **state)
{
	(void)state;
	auto_secret struct secret *secret = secret_new("abc", 3);
	char flags[1024];
	if (!mapping_flags(secret_bytes(secret).data, flags, sizeof flags)) {
		print_message("skipped: /proc/self/smaps shows no VmFlags\n");
		skip();
	}
	assert_non_null(strstr(flags, " dd"));
}

static void a_freed_secret_is_gone_from_memory(void **state)
{
	(void)state;
	struct secret *secret = secret_new("abc", 3);
	uintptr_t page = (uintptr_t)secret_bytes(secret).data & ~(uintptr_t)4095;
	secret_free(secret);
	unsigned char resident;
	assert_int_equal(mincore((void *)page, 1, &resident), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_lends_a_copy_of_its_bytes),
		cmocka_unit_test(secrets_are_equal_when_all_bytes_are),
		cmocka_unit_test(an_empty_secret_and_none_are_allowed),
		cmocka_unit_test(a_secret_larger_than_a_page_is_whole),
		cmocka_unit_test(wiping_leaves_zeros),
		cmocka_unit_test(a_secret_is_kept_out_of_core_dumps),
		cmocka_unit_test(a_freed_secret_is_gone_from_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
