/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void who_has_a_secret_leaves_no_core_and_cannot_be_looked_into(void **state)
{
	(void)state;
	struct rlimit limit = {1, 1};
	auto_secret struct secret *secret = secret_new("x", 1);
	assert_non_null(secret);
	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	assert_true(limit.rlim_cur == 0 && limit.rlim_max == 0);
	assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
}

static unsigned long locked(void)
{
	unsigned long kilobytes = 0;
	char line[128];
	FILE *file = fopen("/proc/self/status", "re");
	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "VmLck: %lu", &kilobytes) == 1)
			break;
	fclose(file);
	return kilobytes;
}

/* Where nothing may be locked, and under sanitizers, both have nothing locked. */
static void a_forked_process_has_its_secrets_locked_too(void **state)
{
	(void)state;
	auto_secret struct secret *first = secret_new("a", 1);
	struct secret *gone = secret_new("b", 1);
	auto_secret struct secret *last = secret_new("c", 1);
	secret_free(gone);
	assert_true(first && last);
	unsigned long here = locked();
	int status = 0;
	pid_t child = fork();
	if (child == 0)
		_exit(locked() == here ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
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
		cmocka_unit_test(who_has_a_secret_leaves_no_core_and_cannot_be_looked_into),
		cmocka_unit_test(a_forked_process_has_its_secrets_locked_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
