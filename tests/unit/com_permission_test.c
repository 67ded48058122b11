/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/com_permission.h"

#include "inventory/vocabulary.h"
#include "tests/descriptor.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#define LIST LIST_LAUNCH_LIMIT
#define ALL_LAUNCH "local-launch remote-launch local-activation remote-activation"
#define ALL_ACCESS "local-access remote-access"

static int by_path(const void *left, const void *right)
{
	const struct statement *a = left, *b = right;
	return strcmp(a->path, b->path);
}

/* Everything below the list as "path=value;", sorted. */
static const char *stated(struct reading *reading)
{
	const char *text = "";
	if (reading->statement_count)
		qsort(reading->statements, reading->statement_count, sizeof(struct statement),
			by_path);
	for (size_t i = 0; i < reading->statement_count; i++) {
		const struct statement *one = &reading->statements[i];
		assert_int_equal(strncmp(one->path, LIST, strlen(LIST)), 0);
		assert_int_equal(one->line, 7);
		text = arena_format(
			reading->arena, "%s%s=%s;", text, one->path + strlen(LIST), one->value);
	}
	return text;
}

static void assert_states(enum com_list kind, struct test_bytes in, const char *expected)
{
	auto_arena struct arena *arena = arena_new();
	struct reading reading = {.arena = arena};
	com_permission_state(&reading, LIST, kind, (struct bytes){in.data, in.length}, 7);
	assert_string_equal(stated(&reading), expected);
	assert_int_equal(reading.reach_count, 0);
}

static struct test_bytes with(struct test_list dacl)
{
	return test_descriptor(SD_DACL_PRESENT, dacl, TEST_NO_LIST);
}

static struct test_bytes with_one(uint32_t mask)
{
	return with(TEST_LIST({ACE_ALLOW, 0, mask, "S-1-1-0"}));
}

static void a_new_list_states_each_right(void **state)
{
	(void)state;
	struct test_bytes in = with(TEST_LIST({ACE_ALLOW, 0, 0x1f, "S-1-5-32-544"},
		{ACE_ALLOW, 0, 0x0b, "S-1-1-0"}, {ACE_ALLOW, 0, 0x15, "S-1-5-11"}));
	assert_states(COM_LAUNCH, in,
		"allow/S-1-1-0=local-launch local-activation;"
		"allow/S-1-5-11=remote-launch remote-activation;"
		"allow/S-1-5-32-544=" ALL_LAUNCH ";form=new;");
}

static void an_access_list_has_two_rights(void **state)
{
	(void)state;
	struct test_bytes in = with(TEST_LIST({ACE_ALLOW, 0, 0x07, "S-1-1-0"},
		{ACE_ALLOW, 0, 0x03, "S-1-5-7"}, {ACE_ALLOW, 0, 0x05, "S-1-5-11"}));
	assert_states(COM_ACCESS, in,
		"allow/S-1-1-0=" ALL_ACCESS ";allow/S-1-5-11=remote-access;"
		"allow/S-1-5-7=local-access;form=new;");
}

static void activation_says_nothing_in_an_access_list(void **state)
{
	(void)state;
	assert_states(COM_ACCESS, with_one(0x1f), "allow/S-1-1-0=" ALL_ACCESS ";form=new;");
	assert_states(COM_ACCESS, with_one(0x09), "allow/S-1-1-0=;form=new;");
}

static void an_old_list_means_every_right(void **state)
{
	(void)state;
	struct test_bytes in =
		with(TEST_LIST({ACE_DENY, 0, 1, "S-1-5-7"}, {ACE_ALLOW, 0, 1, "S-1-1-0"}));
	assert_states(COM_LAUNCH, in,
		"allow/S-1-1-0=" ALL_LAUNCH ";deny/S-1-5-7=" ALL_LAUNCH ";form=old;");
	assert_states(COM_ACCESS, in,
		"allow/S-1-1-0=" ALL_ACCESS ";deny/S-1-5-7=" ALL_ACCESS ";form=old;");
}

static void standard_rights_do_not_make_an_entry_new(void **state)
{
	(void)state;
	assert_states(
		COM_ACCESS, with_one(0x20001), "allow/S-1-1-0=" ALL_ACCESS " 0x20000;form=old;");
}

static void old_and_new_entries_make_a_mixed_list(void **state)
{
	(void)state;
	struct test_bytes in =
		with(TEST_LIST({ACE_ALLOW, 0, 1, "S-1-1-0"}, {ACE_ALLOW, 0, 3, "S-1-5-11"}));
	assert_states(COM_LAUNCH, in,
		"allow/S-1-1-0=" ALL_LAUNCH ";allow/S-1-5-11=local-launch;form=mixed;");
}

static void mixed_comes_before_no_execute(void **state)
{
	(void)state;
	struct test_bytes in =
		with(TEST_LIST({ACE_ALLOW, 0, 1, "S-1-1-0"}, {ACE_ALLOW, 0, 2, "S-1-5-11"}));
	assert_states(COM_ACCESS, in,
		"allow/S-1-1-0=" ALL_ACCESS ";allow/S-1-5-11=local-access;form=mixed;");
}

static void an_entry_without_execute_is_named(void **state)
{
	(void)state;
	assert_states(COM_ACCESS, with_one(2), "allow/S-1-1-0=local-access;form=no-execute;");
	assert_states(COM_ACCESS, with_one(0), "allow/S-1-1-0=;form=no-execute;");
	struct test_bytes in =
		with(TEST_LIST({ACE_DENY, 0, 4, "S-1-1-0"}, {ACE_ALLOW, 0, 7, "S-1-1-0"}));
	assert_states(COM_ACCESS, in,
		"allow/S-1-1-0=" ALL_ACCESS ";deny/S-1-1-0=remote-access;form=no-execute;");
	in = with(TEST_LIST({ACE_ALLOW, 0, 1, "S-1-1-0"}, {ACE_ALLOW, 0, 0, "S-1-5-7"}));
	assert_states(
		COM_ACCESS, in, "allow/S-1-1-0=" ALL_ACCESS ";allow/S-1-5-7=;form=no-execute;");
}

static void generic_bits_mean_every_right_of_the_list(void **state)
{
	(void)state;
	static const uint32_t masks[] = {0x10000000, 0x20000000, 0x30000000, 0x10000001};
	for (size_t i = 0; i < 4; i++) {
		assert_states(
			COM_LAUNCH, with_one(masks[i]), "allow/S-1-1-0=" ALL_LAUNCH ";form=new;");
		assert_states(
			COM_ACCESS, with_one(masks[i]), "allow/S-1-1-0=" ALL_ACCESS ";form=new;");
	}
	assert_states(
		COM_ACCESS, with_one(0x80000000), "allow/S-1-1-0=0x80000000;form=no-execute;");
}

static void other_bits_are_told_in_hexadecimal(void **state)
{
	(void)state;
	assert_states(COM_LAUNCH, with_one(0x000f0063),
		"allow/S-1-1-0=local-launch execute-container activate-container 0xf0000;"
		"form=new;");
}

static void null_empty_and_missing_lists_have_forms(void **state)
{
	(void)state;
	assert_states(COM_LAUNCH, with(TEST_NO_LIST), "form=null;");
	assert_states(COM_LAUNCH, test_descriptor(0, TEST_NO_LIST, TEST_NO_LIST), "form=null;");
	assert_states(COM_LAUNCH, test_descriptor(0, TEST_EMPTY_LIST, TEST_NO_LIST), "form=null;");
	assert_states(COM_LAUNCH, with(TEST_EMPTY_LIST), "form=empty;");
}

static void entries_that_only_inherit_do_not_count(void **state)
{
	(void)state;
	struct test_bytes in = with(TEST_LIST({ACE_ALLOW, ACE_FLAG_INHERIT_ONLY, 1, "S-1-1-0"},
		{ACE_ALLOW_CALLBACK, ACE_FLAG_INHERIT_ONLY | 2, 1, "S-1-1-0"},
		{ACE_ALLOW, 0x13, 7, "S-1-5-18"}));
	assert_states(COM_ACCESS, in, "allow/S-1-5-18=" ALL_ACCESS ";form=new;");
	in = with(TEST_LIST({ACE_ALLOW, ACE_FLAG_INHERIT_ONLY, 7, "S-1-1-0"}));
	assert_states(COM_ACCESS, in, "form=empty;");
}

static void entries_of_one_trustee_and_kind_are_united(void **state)
{
	(void)state;
	struct test_bytes in =
		with(TEST_LIST({ACE_DENY, 0, 5, "S-1-1-0"}, {ACE_ALLOW, 0, 3, "S-1-1-0"},
			{ACE_ALLOW, 0, 7, "S-1-5-18"}, {ACE_ALLOW, 0, 9, "S-1-1-0"}));
	assert_states(COM_LAUNCH, in,
		"allow/S-1-1-0=local-launch local-activation;"
		"allow/S-1-5-18=local-launch remote-launch;deny/S-1-1-0=remote-launch;form=new;");
	in = with(TEST_LIST({ACE_ALLOW, 0, 1, "S-1-1-0"}, {ACE_ALLOW, 0, 3, "S-1-1-0"}));
	assert_states(COM_ACCESS, in, "allow/S-1-1-0=" ALL_ACCESS ";form=mixed;");
}

static void an_allowing_entry_before_a_denying_one_is_told(void **state)
{
	(void)state;
	struct test_bytes in =
		with(TEST_LIST({ACE_ALLOW, 0, 7, "S-1-1-0"}, {ACE_DENY, 0, 7, "S-1-5-7"}));
	assert_states(COM_ACCESS, in,
		"allow/S-1-1-0=" ALL_ACCESS ";deny/S-1-5-7=" ALL_ACCESS
		";form=new;order=allow-before-deny;");
	in = with(TEST_LIST({ACE_ALLOW, ACE_FLAG_INHERIT_ONLY, 7, "S-1-1-0"},
		{ACE_DENY, 0, 7, "S-1-5-7"}, {ACE_ALLOW, 0, 7, "S-1-1-0"}));
	assert_states(COM_ACCESS, in,
		"allow/S-1-1-0=" ALL_ACCESS ";deny/S-1-5-7=" ALL_ACCESS ";form=new;");
}

static void deny_everyone_is_no_grant(void **state)
{
	(void)state;
	assert_states(COM_LAUNCH, with(TEST_LIST({ACE_DENY, 0, 0x1f, "S-1-1-0"})),
		"deny/S-1-1-0=" ALL_LAUNCH ";form=new;");
}

static void assert_label(uint32_t mask, const char *sid, const char *label)
{
	auto_arena struct arena *arena = arena_new();
	struct test_bytes in = test_descriptor(SD_DACL_PRESENT | SD_SACL_PRESENT, TEST_EMPTY_LIST,
		TEST_LIST({ACE_AUDIT, 0xc0, 1, "S-1-1-0"},
			{ACE_MANDATORY_LABEL, ACE_FLAG_INHERIT_ONLY, 7, "S-1-16-0"},
			{ACE_MANDATORY_LABEL, 0, mask, sid},
			{ACE_MANDATORY_LABEL, 0, 7, "S-1-16-0"}));
	assert_states(COM_LAUNCH, in, arena_format(arena, "form=empty;label=%s;", label));
}

static void the_first_label_that_counts_is_stated(void **state)
{
	(void)state;
	assert_label(4, "S-1-16-8192", "medium no-execute-up");
	assert_label(7, "S-1-16-0", "untrusted no-write-up no-read-up no-execute-up");
	assert_label(1, "S-1-16-4096", "low no-write-up");
	assert_label(2, "S-1-16-8448", "medium-plus no-read-up");
	assert_label(0, "S-1-16-12288", "high");
	assert_label(4, "S-1-16-16384", "system no-execute-up");
	assert_label(0x18, "S-1-16-20480", "0x5000 0x18");
	assert_label(4, "S-1-5-18", "S-1-5-18 no-execute-up");
}

static void a_label_without_access_list_is_stated_too(void **state)
{
	(void)state;
	struct test_bytes in = test_descriptor(SD_SACL_PRESENT, TEST_NO_LIST,
		TEST_LIST({ACE_MANDATORY_LABEL, 0, 4, "S-1-16-4096"}));
	assert_states(COM_LAUNCH, in, "form=null;label=low no-execute-up;");
}

static void what_cannot_be_decoded_is_malformed(void **state)
{
	(void)state;
	struct test_bytes in = with_one(7);
	for (in.length = 0; in.length < 48; in.length++)
		assert_states(COM_ACCESS, in, "form=malformed;");
}

static void an_entry_of_unknown_effect_makes_the_list_unknown(void **state)
{
	(void)state;
	static const uint8_t types[] = {ACE_AUDIT, ACE_ALLOW_COMPOUND, ACE_ALLOW_CALLBACK,
		ACE_DENY_CALLBACK, ACE_MANDATORY_LABEL, 0x2a};
	for (size_t i = 0; i < sizeof types; i++) {
		auto_arena struct arena *arena = arena_new();
		struct reading reading = {.arena = arena};
		struct test_bytes in = test_descriptor(SD_DACL_PRESENT | SD_SACL_PRESENT,
			TEST_LIST({ACE_ALLOW, 0, 7, "S-1-1-0"}, {types[i], 0, 7, "S-1-5-18"}),
			TEST_LIST({ACE_MANDATORY_LABEL, 0, 4, "S-1-16-4096"}));
		com_permission_state(&reading, LIST, COM_ACCESS, TEST_BYTES(in), 7);
		assert_int_equal(reading.statement_count, 0);
		assert_int_equal(reading.reach_count, 1);
		assert_string_equal(reading.reaches[0].pattern, LIST);
		assert_non_null(strstr(reading.reaches[0].why, "effect is not known"));
	}
}

static void an_object_entry_makes_the_list_unknown(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct reading reading = {.arena = arena};
	struct test_bytes in = {.length = 0};
	test_put(&in, 0x80040001, 4);
	test_put(&in, 0, 12);
	test_put(&in, 20, 4);
	test_put(&in, 4 | 32 << 16, 4);
	test_put(&in, 1, 4);
	test_put(&in, ACE_DENY_OBJECT | 24 << 16, 4);
	test_put(&in, 7, 4);
	test_put(&in, 0, 4);
	test_put_sid(&in, "S-1-1-0");
	com_permission_state(&reading, LIST, COM_ACCESS, TEST_BYTES(in), 7);
	assert_int_equal(reading.statement_count, 0);
	assert_int_equal(reading.reach_count, 1);
	assert_non_null(strstr(reading.reaches[0].why, "(deny-object)"));
}

static void no_descriptor_is_the_default_form(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct reading reading = {.arena = arena};
	com_permission_state_default(&reading, LIST, 7);
	assert_string_equal(stated(&reading), "form=default;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_list_states_each_right),
		cmocka_unit_test(an_access_list_has_two_rights),
		cmocka_unit_test(activation_says_nothing_in_an_access_list),
		cmocka_unit_test(an_old_list_means_every_right),
		cmocka_unit_test(standard_rights_do_not_make_an_entry_new),
		cmocka_unit_test(old_and_new_entries_make_a_mixed_list),
		cmocka_unit_test(mixed_comes_before_no_execute),
		cmocka_unit_test(an_entry_without_execute_is_named),
		cmocka_unit_test(generic_bits_mean_every_right_of_the_list),
		cmocka_unit_test(other_bits_are_told_in_hexadecimal),
		cmocka_unit_test(null_empty_and_missing_lists_have_forms),
		cmocka_unit_test(entries_that_only_inherit_do_not_count),
		cmocka_unit_test(entries_of_one_trustee_and_kind_are_united),
		cmocka_unit_test(an_allowing_entry_before_a_denying_one_is_told),
		cmocka_unit_test(deny_everyone_is_no_grant),
		cmocka_unit_test(the_first_label_that_counts_is_stated),
		cmocka_unit_test(a_label_without_access_list_is_stated_too),
		cmocka_unit_test(what_cannot_be_decoded_is_malformed),
		cmocka_unit_test(an_entry_of_unknown_effect_makes_the_list_unknown),
		cmocka_unit_test(an_object_entry_makes_the_list_unknown),
		cmocka_unit_test(no_descriptor_is_the_default_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
