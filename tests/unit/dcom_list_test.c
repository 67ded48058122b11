/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_list.h"

#include "compare/dcom_text.h"
#include "compare/dcom_trustee.h"
#include "compare/rule.h"
#include "inventory/vocabulary.h"

#include "tests/test.h"

#include <string.h>

#define APP "{11111111-2222-3333-4444-555555555555}"
#define LAUNCH "dcom/app/" APP "/launch/"
#define ACCESS "dcom/app/" APP "/access/"
#define DEFAULT_ACCESS "dcom/machine/access-default/"

static const struct rule application_rule = {.id = "test", .subject = SUBJECT_APPLICATION};

/* Two nodes, their snapshots, and one judgement over them. */
struct bench {
	struct arena *arena;
	struct node nodes[2];
	struct cluster cluster;
	struct snapshot *snapshots[2];
	struct side sides[2], *pointers[2];
	struct judgement judgement;
};

static int set_up(void **state)
{
	struct arena *arena = arena_new();
	struct bench *bench = arena_alloc(arena, sizeof *bench);
	static const char *const names[] = {"CONF1", "CONF2"};
	bench->arena = arena;
	bench->cluster =
		(struct cluster){.name = "conferencing", .nodes = bench->nodes, .node_count = 2};
	for (size_t i = 0; i < 2; i++) {
		bench->nodes[i] = (struct node){
			.name = names[i], .role = i == 0 ? NODE_PRIMARY : NODE_BACKUP};
		bench->snapshots[i] = snapshot_new(names[i]);
		bench->sides[i] =
			(struct side){.node = &bench->nodes[i], .snapshot = bench->snapshots[i]};
		bench->pointers[i] = &bench->sides[i];
		snapshot_add_coverage(bench->snapshots[i], "", true, NULL);
	}
	bench->judgement = (struct judgement){
		.arena = arena,
		.rule = &application_rule,
		.cluster = &bench->cluster,
		.subject = APP,
		.sides = bench->pointers,
		.count = 2,
		.all = bench->sides,
		.all_count = 2,
	};
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;
	for (size_t i = 0; i < 2; i++)
		snapshot_free(bench->snapshots[i]);
	arena_free(bench->arena);
	return 0;
}

static void add(struct bench *bench, size_t node, const char *path, const char *value)
{
	snapshot_add_fact(bench->snapshots[node], path, value, NULL, 0);
}

static void lose(struct bench *bench, size_t node, const char *pattern)
{
	snapshot_add_coverage(bench->snapshots[node], pattern, false, "the file is cut");
}

static void seal(struct bench *bench)
{
	for (size_t i = 0; i < 2; i++)
		snapshot_seal(bench->snapshots[i]);
}

static struct dcom_list list_at(struct bench *bench, const char *prefix)
{
	struct dcom_list list;
	seal(bench);
	dcom_list_at(&bench->judgement, &bench->sides[0], prefix, &list);
	return list;
}

static struct dcom_list effective(struct bench *bench, size_t node)
{
	struct dcom_list list;
	dcom_list_effective(&bench->judgement, &bench->sides[node], APP, LIST_APP_ACCESS,
		LIST_ACCESS_DEFAULT, &list);
	return list;
}

/* --- reading -----------------------------------------------------------------------------------
 */

static void entries_are_read_with_their_rights(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, LAUNCH LIST_FORM, "new");
	add(bench, 0, LAUNCH "allow/SYSTEM", "local-launch");
	add(bench, 0, LAUNCH "deny/.\\a%2Fb", "remote-launch");
	add(bench, 0, LAUNCH LIST_ORDER, "allow-before-deny");
	struct dcom_list list = list_at(bench, LAUNCH);
	assert_int_equal(list.kind, LIST_IS_ENTRIES);
	assert_true(list.complete);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.entries[0].trustee, "SYSTEM");
	assert_false(list.entries[0].deny);
	assert_string_equal(list.entries[1].trustee, ".\\a/b");
	assert_string_equal(list.entries[1].rights, "remote-launch");
	assert_true(list.entries[1].deny);
	assert_int_equal(list.order.knowledge, KNOWLEDGE_PRESENT);
	assert_int_equal(list.label.knowledge, KNOWLEDGE_ABSENT);
}

static void each_form_has_its_kind(void **state)
{
	static const struct {
		const char *form;
		enum list_kind kind;
	} forms[] = {
		{"default", LIST_IS_BUILT_IN},
		{"null", LIST_IS_OPEN},
		{"empty", LIST_IS_ENTRIES},
		{"new", LIST_IS_ENTRIES},
		{"old", LIST_IS_ENTRIES},
		{"mixed", LIST_IS_MALFORMED},
		{"no-execute", LIST_IS_MALFORMED},
		{"malformed", LIST_IS_MALFORMED},
		{"strange", LIST_IS_UNKNOWN},
	};
	struct bench *bench = *state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		add(bench, 0, arena_format(bench->arena, "dcom/app/%zu/launch/form", i),
			forms[i].form);
	seal(bench);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct dcom_list list;
		dcom_list_at(&bench->judgement, &bench->sides[0],
			arena_format(bench->arena, "dcom/app/%zu/launch/", i), &list);
		assert_int_equal(list.kind, forms[i].kind);
		assert_int_equal(list.why != NULL, forms[i].kind == LIST_IS_UNKNOWN);
	}
}

static void a_form_that_is_not_set_is_the_default_of_com(void **state)
{
	struct dcom_list list = list_at(*state, LAUNCH);
	assert_int_equal(list.kind, LIST_IS_BUILT_IN);
}

static void a_form_that_is_not_known_leaves_nothing_to_see(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, LAUNCH LIST_FORM, "new");
	add(bench, 0, LAUNCH "allow/SYSTEM", "local-launch");
	lose(bench, 0, LAUNCH LIST_FORM);
	struct dcom_list list = list_at(bench, LAUNCH);
	assert_int_equal(list.kind, LIST_IS_UNKNOWN);
	assert_string_equal(list.why, "the file is cut");
	assert_int_equal(list.count, 0);
}

static void an_entry_that_is_not_known_makes_the_list_incomplete(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, LAUNCH LIST_FORM, "new");
	add(bench, 0, LAUNCH "allow/SYSTEM", "local-launch");
	add(bench, 0, LAUNCH "allow/Users", "local-launch");
	lose(bench, 0, LAUNCH "allow/SYSTEM");
	struct dcom_list list = list_at(bench, LAUNCH);
	assert_false(list.complete);
	assert_string_equal(list.why, "the file is cut");
	assert_int_equal(list.count, 1);
	assert_string_equal(list.entries[0].trustee, "Users");
}

static void an_entry_that_might_be_there_makes_the_list_incomplete(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, LAUNCH LIST_FORM, "new");
	lose(bench, 0, LAUNCH "deny/Users");
	struct dcom_list list = list_at(bench, LAUNCH);
	assert_false(list.complete);
}

static void an_application_that_is_not_there_has_no_list(void **state)
{
	struct bench *bench = *state;
	seal(bench);
	assert_int_equal(effective(bench, 0).kind, LIST_IS_NONE);
}

static void the_default_of_the_machine_holds_where_there_is_no_own_list(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, "dcom/app/" APP "/exists", "true");
	add(bench, 0, ACCESS LIST_FORM, "default");
	add(bench, 0, DEFAULT_ACCESS LIST_FORM, "new");
	add(bench, 0, DEFAULT_ACCESS "allow/SYSTEM", "local-access");
	add(bench, 1, "dcom/app/" APP "/exists", "true");
	add(bench, 1, ACCESS LIST_FORM, "empty");
	add(bench, 1, DEFAULT_ACCESS LIST_FORM, "null");
	seal(bench);
	struct dcom_list list = effective(bench, 0);
	assert_string_equal(list.prefix, DEFAULT_ACCESS);
	assert_int_equal(list.count, 1);
	assert_string_equal(dcom_list_source(&bench->judgement, &list), " (the machine's default)");
	list = effective(bench, 1);
	assert_string_equal(list.prefix, ACCESS);
	assert_int_equal(list.count, 0);
	assert_string_equal(dcom_list_source(&bench->judgement, &list), " (its own)");
}

static void existence_that_is_not_known_is_no_absence(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, ACCESS LIST_FORM, "null");
	lose(bench, 0, "dcom/app/" APP "/exists");
	add(bench, 1, "dcom/app/" APP "/exists", "perhaps");
	seal(bench);
	assert_int_equal(effective(bench, 0).kind, LIST_IS_UNKNOWN);
	assert_int_equal(effective(bench, 1).kind, LIST_IS_UNKNOWN);
}

static void the_summary_names_entries_and_roles(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, "iis/wam/user", "IWAM_CONF1");
	add(bench, 0, ACCESS LIST_FORM, "new");
	add(bench, 0, ACCESS "allow/.\\iwam_conf1", "local-access");
	add(bench, 0, ACCESS "deny/Guests", "remote-access");
	struct dcom_list list = list_at(bench, ACCESS);
	struct answer answer = dcom_list_summary(&bench->judgement, &bench->sides[0], &list);
	assert_string_equal(answer.value,
		"IWAM_CONF1 (the WAM user): local-access, deny Guests: remote-access");
}

/* --- comparing ---------------------------------------------------------------------------------
 */

static enum verdict compare(struct bench *bench, bool by_release)
{
	struct dcom_list lists[2];
	seal(bench);
	for (size_t i = 0; i < 2; i++)
		dcom_list_at(&bench->judgement, &bench->sides[i], ACCESS, &lists[i]);
	struct list_comparison comparison = {
		.what = "access list",
		.lists = lists,
		.none_on_all = VERDICT_BROKEN,
		.by_release = by_release,
	};
	dcom_lists_same(&bench->judgement, &comparison);
	return bench->judgement.verdict;
}

static void write_lists(struct bench *bench)
{
	for (size_t i = 0; i < 2; i++) {
		add(bench, i, ACCESS LIST_FORM, "new");
		add(bench, i, ACCESS "allow/SYSTEM", "local-access");
		add(bench, i, "os/version", "5.2.3790");
	}
}

static void equal_lists_agree(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	assert_int_equal(compare(bench, false), VERDICT_KEPT);
}

static void one_role_agrees_whatever_its_account_is_called(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	add(bench, 0, "iis/location/%2F/anonymous/user", "IUSR_CONF1");
	add(bench, 1, "iis/location/%2F/anonymous/user", "IUSR_CONF2");
	add(bench, 0, ACCESS "allow/.\\iusr_conf1", "local-access");
	add(bench, 1, ACCESS "allow/.\\iusr_conf2", "local-access");
	assert_int_equal(compare(bench, false), VERDICT_KEPT);
}

static void an_entry_without_a_counterpart_is_named_with_its_node(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	add(bench, 0, ACCESS "allow/Users", "remote-access");
	assert_int_equal(compare(bench, false), VERDICT_BROKEN);
	assert_int_equal(bench->judgement.messages[VERDICT_BROKEN].count, 1);
	assert_string_equal(bench->judgement.messages[VERDICT_BROKEN].items[0],
		"CONF2's access list (its own) lacks Users (remote-access), which CONF1's access "
		"list (its own) has.");
	assert_string_equal(bench->judgement.remedies.items[0],
		"CONF2: dcomcnfg, " APP ", Properties, Security, access permissions: add Users "
		"(remote-access) as on CONF1, or "
		"take it off there");
}

static bool is_evidence(const struct bench *bench, const char *path)
{
	for (size_t i = 0; i < bench->judgement.evidence_count; i++) {
		if (strcmp(bench->judgement.evidence[i].path, path) == 0)
			return true;
	}
	return false;
}

static void roles_are_no_evidence_where_only_groups_and_the_system_are_on_the_lists(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	lose(bench, 0, "iis/");
	add(bench, 0, ACCESS "allow/Administrators", "local-access");
	add(bench, 1, ACCESS "allow/Users", "local-access");
	assert_int_equal(compare(bench, false), VERDICT_BROKEN);
	assert_false(is_evidence(bench, "iis/location/%2F/anonymous/user"));
	assert_false(is_evidence(bench, "iis/wam/user"));
}

static void a_list_for_people_names_all_rights_of_its_kind_at_once(void **state)
{
	(void)state;
	assert_string_equal(dcom_rights("local-access remote-access"), "all rights");
	assert_string_equal(
		dcom_rights("local-launch remote-launch local-activation remote-activation"),
		"all rights");
	assert_string_equal(
		dcom_rights("local-launch remote-launch"), "local-launch remote-launch");
	assert_string_equal(dcom_rights(""), "");
}

static void an_account_is_typed_as_it_is_configured_on_the_node(void **state)
{
	struct bench *bench = *state;
	const struct side *sides = bench->sides;
	add(bench, 0, "iis/wam/user", "CONF1\\IWAM_CONF1");
	add(bench, 1, "iis/wam/user", "CORP\\Wam");
	seal(bench);
	struct judgement *judgement = &bench->judgement;
	assert_string_equal(
		dcom_trustee_typed(judgement, &sides[0], ".\\iwam_conf1"), "IWAM_CONF1");
	assert_string_equal(dcom_trustee_on_peer(judgement, &sides[0], ".\\iwam_conf1", &sides[1]),
		"CORP\\Wam");
	assert_string_equal(
		dcom_trustee(judgement, &sides[1], "CORP\\wam"), "CORP\\Wam (the WAM user)");
	assert_string_equal(dcom_trustee_typed(judgement, &sides[0], ".\\other"), "other");
	assert_string_equal(dcom_trustee_typed(judgement, &sides[0], "SYSTEM"), "SYSTEM");
}

static void a_denial_is_no_counterpart_of_a_grant(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	add(bench, 0, ACCESS "allow/Users", "local-access");
	add(bench, 1, ACCESS "deny/Users", "local-access");
	assert_int_equal(compare(bench, false), VERDICT_BROKEN);
	assert_int_equal(bench->judgement.messages[VERDICT_BROKEN].count, 2);
}

static void other_rights_are_named_once(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	add(bench, 0, ACCESS "allow/Users", "local-access");
	add(bench, 1, ACCESS "allow/Users", "remote-access");
	assert_int_equal(compare(bench, false), VERDICT_BROKEN);
	assert_int_equal(bench->judgement.messages[VERDICT_BROKEN].count, 1);
	assert_string_equal(bench->judgement.messages[VERDICT_BROKEN].items[0],
		"CONF1's access list (its own) gives Users local-access, CONF2's access list (its "
		"own) "
		"remote-access.");
}

static void what_an_incomplete_list_lacks_is_not_known(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	add(bench, 0, ACCESS "allow/Users", "local-access");
	lose(bench, 1, ACCESS "allow/Users");
	assert_int_equal(compare(bench, false), VERDICT_UNKNOWN);
}

static void what_a_complete_list_lacks_is_broken_beside_an_incomplete_one(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	add(bench, 0, ACCESS "allow/Users", "local-access");
	lose(bench, 0, ACCESS "allow/Guests");
	assert_int_equal(compare(bench, false), VERDICT_BROKEN);
}

static void a_difference_between_versions_is_no_drift_where_it_is_by_design(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	add(bench, 1, "os/service-pack", "2");
	add(bench, 1, ACCESS "allow/Users", "local-access");
	assert_int_equal(compare(bench, true), VERDICT_UNKNOWN);
	assert_int_equal(bench->judgement.remedies.count, 0);
}

static void the_same_difference_on_one_version_is_drift(void **state)
{
	struct bench *bench = *state;
	write_lists(bench);
	add(bench, 1, ACCESS "allow/Users", "local-access");
	assert_int_equal(compare(bench, true), VERDICT_BROKEN);
}

/* --- letting in --------------------------------------------------------------------------------
 */

static struct admission admits(struct bench *bench, const char *account)
{
	struct dcom_list list;
	dcom_list_at(&bench->judgement, &bench->sides[0], ACCESS, &list);
	return dcom_list_admits(&bench->judgement, &bench->sides[0], &list, account);
}

static void everyone_lets_in_all_but_anonymous_logon(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, ACCESS LIST_FORM, "new");
	add(bench, 0, ACCESS "allow/Everyone", "local-access");
	seal(bench);
	assert_int_equal(admits(bench, ".\\iwam_conf1").admitted, TRUTH_YES);
	assert_int_equal(admits(bench, "INTERACTIVE").admitted, TRUTH_YES);
	assert_int_equal(admits(bench, "ANONYMOUS LOGON").admitted, TRUTH_UNKNOWN);
}

static void remote_rights_alone_let_nobody_in_from_here(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, ACCESS LIST_FORM, "new");
	add(bench, 0, ACCESS "allow/SYSTEM", "remote-access");
	seal(bench);
	assert_int_equal(admits(bench, "SYSTEM").admitted, TRUTH_NO);
}

static void a_denial_wins_unless_it_stands_behind(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, ACCESS LIST_FORM, "new");
	add(bench, 0, ACCESS "allow/.\\a", "local-access");
	add(bench, 0, ACCESS "deny/.\\a", "local-access");
	seal(bench);
	struct admission admission = admits(bench, ".\\a");
	assert_int_equal(admission.admitted, TRUTH_NO);
	assert_true(admission.denied);
	add(bench, 0, ACCESS LIST_ORDER, "allow-before-deny");
	seal(bench);
	assert_int_equal(admits(bench, ".\\a").admitted, TRUTH_UNKNOWN);
}

static void the_denial_of_another_may_hit_an_account_but_no_group(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, ACCESS LIST_FORM, "new");
	add(bench, 0, ACCESS "allow/.\\a", "local-access");
	add(bench, 0, ACCESS "allow/INTERACTIVE", "local-access");
	add(bench, 0, ACCESS "deny/Guests", "local-access");
	seal(bench);
	assert_int_equal(admits(bench, ".\\a").admitted, TRUTH_UNKNOWN);
	assert_int_equal(admits(bench, "INTERACTIVE").admitted, TRUTH_YES);
}

static void an_unresolved_entry_may_be_an_account_but_no_well_known_group(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, ACCESS LIST_FORM, "new");
	add(bench, 0, ACCESS "allow/unresolved:S-1-5-21-1-2-3-1004", "local-access");
	seal(bench);
	assert_int_equal(admits(bench, ".\\a").admitted, TRUTH_UNKNOWN);
	assert_int_equal(admits(bench, "INTERACTIVE").admitted, TRUTH_NO);
}

static void where_access_is_blank_only_the_system_and_the_server_are_let_in(void **state)
{
	struct bench *bench = *state;
	add(bench, 0, "dcom/app/" APP "/identity", "CORP\\svc");
	seal(bench);
	assert_int_equal(admits(bench, "SYSTEM").admitted, TRUTH_YES);
	assert_int_equal(admits(bench, "CORP\\svc").admitted, TRUTH_YES);
	assert_int_equal(admits(bench, "CORP\\other").admitted, TRUTH_NO);
	assert_int_equal(admits(bench, "Administrators").admitted, TRUTH_NO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_are_read_with_their_rights),
		TEST(each_form_has_its_kind),
		TEST(a_form_that_is_not_set_is_the_default_of_com),
		TEST(a_form_that_is_not_known_leaves_nothing_to_see),
		TEST(an_entry_that_is_not_known_makes_the_list_incomplete),
		TEST(an_entry_that_might_be_there_makes_the_list_incomplete),
		TEST(an_application_that_is_not_there_has_no_list),
		TEST(the_default_of_the_machine_holds_where_there_is_no_own_list),
		TEST(existence_that_is_not_known_is_no_absence),
		TEST(the_summary_names_entries_and_roles),
		TEST(equal_lists_agree),
		TEST(one_role_agrees_whatever_its_account_is_called),
		TEST(an_entry_without_a_counterpart_is_named_with_its_node),
		TEST(roles_are_no_evidence_where_only_groups_and_the_system_are_on_the_lists),
		TEST(a_list_for_people_names_all_rights_of_its_kind_at_once),
		TEST(an_account_is_typed_as_it_is_configured_on_the_node),
		TEST(a_denial_is_no_counterpart_of_a_grant),
		TEST(other_rights_are_named_once),
		TEST(what_an_incomplete_list_lacks_is_not_known),
		TEST(what_a_complete_list_lacks_is_broken_beside_an_incomplete_one),
		TEST(a_difference_between_versions_is_no_drift_where_it_is_by_design),
		TEST(the_same_difference_on_one_version_is_drift),
		TEST(everyone_lets_in_all_but_anonymous_logon),
		TEST(remote_rights_alone_let_nobody_in_from_here),
		TEST(a_denial_wins_unless_it_stands_behind),
		TEST(the_denial_of_another_may_hit_an_account_but_no_group),
		TEST(an_unresolved_entry_may_be_an_account_but_no_well_known_group),
		TEST(where_access_is_blank_only_the_system_and_the_server_are_let_in),
	};
	return cmocka_run_group_tests_name("dcom_list", tests, NULL, NULL);
}
