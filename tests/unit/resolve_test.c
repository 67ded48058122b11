/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/resolve.h"

#include "inventory/vocabulary.h"
#include "tests/test.h"

#include <string.h>

#define PREFIX "S-1-5-21-1-2-3"
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct statement complete[] = {
	{"node/sid", PREFIX, 0},
	{"accounts-complete", "true", 0},
	{"account/.\\iusr_conf1/sid", PREFIX "-1003", 0},
	{"account/.\\iusr_conf1/exists", "true", 0},
	{"account/CORP\\web%2Fteam/sid", "S-1-5-21-7-8-9-1105", 0},
};

/* The same without saying that the list is complete. */
static const struct statement incomplete[] = {
	{"node/sid", PREFIX, 0},
	{"account/.\\iusr_conf1/sid", PREFIX "-1003", 0},
};

static void assert_resolves(
	const struct statement *statements, size_t count, const char *sid, const char *name)
{
	auto_arena struct arena *arena = arena_new();
	struct sid_names *names = sid_names_new(arena, statements, count);
	assert_string_equal(sid_names_resolve(names, sid), name);
}

static void well_known_principals_come_first(void **state)
{
	(void)state;
	assert_resolves(NULL, 0, "S-1-1-0", "Everyone");
	static const struct statement renamed[] = {{"account/.\\alle/sid", "S-1-1-0", 0}};
	assert_resolves(renamed, COUNT(renamed), "S-1-1-0", "Everyone");
}

static void accounts_are_named_by_their_facts(void **state)
{
	(void)state;
	assert_resolves(complete, COUNT(complete), PREFIX "-1003", ".\\iusr_conf1");
	assert_resolves(complete, COUNT(complete), "S-1-5-21-7-8-9-1105", "CORP\\web/team");
	assert_resolves(incomplete, COUNT(incomplete), PREFIX "-1003", ".\\iusr_conf1");
	static const struct statement sloppy[] = {
		{"account/.\\iusr_conf1/sid", "s-1-5-21-01-2-3-1003", 0}};
	assert_resolves(sloppy, COUNT(sloppy), PREFIX "-1003", ".\\iusr_conf1");
}

static void what_a_complete_list_does_not_hold_is_an_orphan(void **state)
{
	(void)state;
	assert_resolves(complete, COUNT(complete), PREFIX "-1044", "orphan:" PREFIX "-1044");
}

static void without_a_complete_list_nobody_is_an_orphan(void **state)
{
	(void)state;
	assert_resolves(
		incomplete, COUNT(incomplete), PREFIX "-1044", "unresolved:" PREFIX "-1044");
	static const struct statement says_no[] = {
		{"node/sid", PREFIX, 0}, {"accounts-complete", "false", 0}};
	assert_resolves(says_no, COUNT(says_no), PREFIX "-1044", "unresolved:" PREFIX "-1044");
	static const struct statement both[] = {{"node/sid", PREFIX, 0},
		{"accounts-complete", "true", 0}, {"accounts-complete", "false", 0}};
	assert_resolves(both, COUNT(both), PREFIX "-1044", "unresolved:" PREFIX "-1044");
}

static void without_the_nodes_prefix_any_account_could_be_its_own(void **state)
{
	(void)state;
	static const struct statement only_list[] = {{"accounts-complete", "true", 0}};
	assert_resolves(
		only_list, COUNT(only_list), "S-1-5-21-7-8-9-500", "unresolved:S-1-5-21-7-8-9-500");
	assert_resolves(NULL, 0, PREFIX "-1003", "unresolved:" PREFIX "-1003");
	static const struct statement two[] = {{"node/sid", PREFIX, 0},
		{"node/sid", "S-1-5-21-4-5-6", 0}, {"accounts-complete", "true", 0}};
	assert_resolves(two, COUNT(two), PREFIX "-1003", "unresolved:" PREFIX "-1003");
	static const struct statement broken[] = {
		{"node/sid", "not a sid", 0}, {"accounts-complete", "true", 0}};
	assert_resolves(broken, COUNT(broken), PREFIX "-1003", "unresolved:" PREFIX "-1003");
}

static void other_domains_and_families_stay_as_they_are(void **state)
{
	(void)state;
	assert_resolves(complete, COUNT(complete), "S-1-5-21-9-9-9-500", "S-1-5-21-9-9-9-500");
	assert_resolves(complete, COUNT(complete), "S-1-5-80-1-2-3-4-5", "S-1-5-80-1-2-3-4-5");
	assert_resolves(complete, COUNT(complete), "S-1-5-21-1-2-33-5", "S-1-5-21-1-2-33-5");
	assert_resolves(complete, COUNT(complete), PREFIX, PREFIX);
	assert_resolves(NULL, 0, "S-1-5-32-9999", "S-1-5-32-9999");
}

static void what_is_no_sid_stays_as_it_is(void **state)
{
	(void)state;
	assert_resolves(complete, COUNT(complete), "IUSR_CONF1", "IUSR_CONF1");
	assert_resolves(complete, COUNT(complete), "", "");
	assert_resolves(complete, COUNT(complete), "orphan:" PREFIX "-1", "orphan:" PREFIX "-1");
}

static void contradicting_account_facts_name_nobody(void **state)
{
	(void)state;
	static const struct statement shared[] = {{"account/.\\a/sid", PREFIX "-1003", 0},
		{"account/.\\b/sid", PREFIX "-1003", 0}, {"account/.\\c/sid", PREFIX "-1004", 0},
		{"node/sid", PREFIX, 0}, {"accounts-complete", "true", 0}};
	assert_resolves(shared, COUNT(shared), PREFIX "-1003", "unresolved:" PREFIX "-1003");
	assert_resolves(shared, COUNT(shared), PREFIX "-1004", ".\\c");
	static const struct statement two_sids[] = {{"account/.\\a/sid", PREFIX "-1003", 0},
		{"account/.\\a/sid", PREFIX "-1004", 0}, {"node/sid", PREFIX, 0},
		{"accounts-complete", "true", 0}};
	assert_resolves(two_sids, COUNT(two_sids), PREFIX "-1003", "unresolved:" PREFIX "-1003");
	assert_resolves(two_sids, COUNT(two_sids), PREFIX "-1004", "unresolved:" PREFIX "-1004");
	static const struct statement twice[] = {
		{"account/.\\a/sid", PREFIX "-1003", 0}, {"account/.\\a/sid", PREFIX "-1003", 0}};
	assert_resolves(twice, COUNT(twice), PREFIX "-1003", ".\\a");
}

static void an_account_that_is_a_sid_names_nothing(void **state)
{
	(void)state;
	static const struct statement self[] = {
		{"account/" PREFIX "-1003/sid", PREFIX "-1003", 0}, {"node/sid", PREFIX, 0}};
	assert_resolves(self, COUNT(self), PREFIX "-1003", "unresolved:" PREFIX "-1003");
}

static void an_account_value_that_is_no_sid_names_nothing(void **state)
{
	(void)state;
	static const struct statement empty[] = {{"account/.\\a/sid", "", 0},
		{"account/.\\b/sid", "unknown", 0}, {"node/sid", PREFIX, 0}};
	assert_resolves(empty, COUNT(empty), PREFIX "-1003", "unresolved:" PREFIX "-1003");
}

static void segments_of_paths_are_resolved_and_encoded(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"dcom/machine/launch-limit/allow/S-1-1-0",
			"dcom/machine/launch-limit/allow/Everyone"},
		{"rights/SeBatchLogonRight/" PREFIX "-1003",
			"rights/SeBatchLogonRight/.\\iusr_conf1"},
		{"account/" PREFIX "-1003/group/S-1-5-32-546",
			"account/.\\iusr_conf1/group/Guests"},
		{"rights/x/S-1-5-21-7-8-9-1105", "rights/x/CORP\\web%2Fteam"},
		{"S-1-1-0/x/S-1-5-18", "Everyone/x/SYSTEM"},
		{"rights/x/" PREFIX "-9", "rights/x/orphan:" PREFIX "-9"},
		{"rights/x/S-1-5-21-9-9-9-9", "rights/x/S-1-5-21-9-9-9-9"},
		{"rights/S-1-1-0x/y", "rights/S-1-1-0x/y"},
		{"rights/orphan:S-1-1-0", "rights/orphan:S-1-1-0"},
		{"rights//S-1-1-0/", "rights//Everyone/"},
		{"", ""},
	};
	auto_arena struct arena *arena = arena_new();
	struct sid_names *names = sid_names_new(arena, complete, COUNT(complete));
	for (size_t i = 0; i < COUNT(pairs); i++)
		assert_string_equal(sid_names_path(names, pairs[i][0]), pairs[i][1]);
	const char *path = "os/version";
	assert_ptr_equal(sid_names_path(names, path), path);
}

static void values_that_are_accounts_are_resolved_too(void **state)
{
	(void)state;
	assert_true(resolve_applies_to_value(
		"dcom/app/{0C0A3666-30C9-11D0-8F20-00805F2CD064}/identity"));
	assert_true(resolve_applies_to_value("iis/location/1%2Froot/anonymous/user"));
	assert_true(resolve_applies_to_value("iis/pool/DefaultAppPool/user"));
	assert_true(resolve_applies_to_value("iis/wam/user"));
	assert_false(resolve_applies_to_value("account/.\\iusr_conf1/sid"));
	assert_false(resolve_applies_to_value("node/sid"));
	assert_false(resolve_applies_to_value("iis/user"));
	assert_false(resolve_applies_to_value("iis/pool/superuser"));
	assert_false(resolve_applies_to_value("iis/pool/p/identity"));
	assert_false(resolve_applies_to_value("dcom/app/x/name"));
	assert_false(resolve_applies_to_value("service/user"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_known_principals_come_first),
		cmocka_unit_test(accounts_are_named_by_their_facts),
		cmocka_unit_test(what_a_complete_list_does_not_hold_is_an_orphan),
		cmocka_unit_test(without_a_complete_list_nobody_is_an_orphan),
		cmocka_unit_test(without_the_nodes_prefix_any_account_could_be_its_own),
		cmocka_unit_test(other_domains_and_families_stay_as_they_are),
		cmocka_unit_test(what_is_no_sid_stays_as_it_is),
		cmocka_unit_test(contradicting_account_facts_name_nobody),
		cmocka_unit_test(an_account_that_is_a_sid_names_nothing),
		cmocka_unit_test(an_account_value_that_is_no_sid_names_nothing),
		cmocka_unit_test(segments_of_paths_are_resolved_and_encoded),
		cmocka_unit_test(values_that_are_accounts_are_resolved_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
