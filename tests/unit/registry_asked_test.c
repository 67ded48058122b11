/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/registry.h"

/* What a known request covers where it ends in \*: names, not what stands below them. */
#define ABOVE HKLM "SOFTWARE\\Test"

static const char *const names[] = {ABOVE "\\*", NULL};
static const char *const names_and_one[] = {ABOVE "\\*", ABOVE "\\{B}", ABOVE "\\{A}", NULL};

static struct registry *listing(void)
{
	return decode("\r\n" ABOVE "\r\n    v    REG_SZ    x\r\n\r\n" ABOVE "\\{A}\r\n" ABOVE
		      "\\c d\r\n");
}

static void names_show_which_keys_are_missing(void **state)
{
	(void)state;
	struct artefact artefact = {.asked = names};
	struct registry *registry = listing();
	assert_true(registry_covers(registry, &artefact, ABOVE "\\{B}"));
	assert_true(
		registry_covers(registry, &artefact, "hkey_local_machine\\software\\TEST\\{b}\\x"));
	assert_false(registry_covers(registry, &artefact, ABOVE "\\{A}"));
	assert_false(registry_covers(registry, &artefact, ABOVE "\\{a}\\x"));
	assert_false(registry_covers(registry, &artefact, ABOVE "\\C D"));
	assert_false(registry_covers(registry, &artefact, ABOVE));
	assert_false(registry_covers(registry, &artefact, HKLM "SOFTWARE"));
	assert_false(registry_covers(registry, &artefact, HKLM "SOFTWARE\\Tests\\x"));
}

static void values_of_the_key_itself_were_asked_too(void **state)
{
	(void)state;
	struct artefact artefact = {.asked = names};
	struct registry *registry = listing();
	assert_true(registry_covers_values(registry, &artefact, ABOVE));
	assert_true(registry_covers_values(registry, &artefact, ABOVE "\\{B}"));
	assert_false(registry_covers_values(registry, &artefact, ABOVE "\\{A}"));
	assert_false(registry_covers_values(registry, &artefact, HKLM "SOFTWARE"));
	assert_false(registry_covers_values(registry, NULL, ABOVE));
}

static void a_key_asked_among_names_is_covered_only_if_it_is_missing(void **state)
{
	(void)state;
	struct artefact artefact = {.asked = names_and_one};
	struct registry *registry = listing();
	assert_true(registry_covers(registry, &artefact, ABOVE "\\{B}"));
	assert_false(registry_covers(registry, &artefact, ABOVE "\\{A}"));
	const char *name;
	size_t index = 0;
	assert_true(registry_next_absent(arena, registry, &artefact, ABOVE, &index, &name));
	assert_string_equal(name, "{B}");
	assert_false(registry_next_absent(arena, registry, &artefact, ABOVE, &index, &name));
	index = 0;
	assert_false(
		registry_next_absent(arena, registry, &artefact, HKLM "SOFTWARE", &index, &name));
	assert_false(registry_next_absent(arena, registry, NULL, ABOVE, &index, &name));
}

static void a_key_that_only_deeper_ones_show_is_there(void **state)
{
	(void)state;
	struct artefact artefact = {.asked = names};
	struct registry *registry = decode(ABOVE "\\{A}\\deep\r\n");
	assert_false(registry_covers(registry, &artefact, ABOVE "\\{A}"));
	assert_true(registry_covers(registry, &artefact, ABOVE "\\{B}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_show_which_keys_are_missing),
		TEST(values_of_the_key_itself_were_asked_too),
		TEST(a_key_asked_among_names_is_covered_only_if_it_is_missing),
		TEST(a_key_that_only_deeper_ones_show_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
