/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"

#include "base/pattern.h"
#include "inventory/vocabulary.h"

#include "tests/test.h"

#include <string.h>

#define PAGES "1/root/conferencing"
#define NODES 2

/* Two nodes of one cluster, under judgement together. */
struct fixture {
	struct arena *arena;
	struct node nodes[NODES];
	struct cluster cluster;
	struct snapshot *snapshots[NODES];
	struct side sides[NODES];
	struct side *under[NODES];
	struct judgement judgement;
};

static int set_up(void **state)
{
	struct arena *arena = arena_new();
	struct fixture *fixture = arena_alloc(arena, sizeof *fixture);
	fixture->arena = arena;
	fixture->nodes[0] = (struct node){.name = "CONF1", .role = NODE_PRIMARY};
	fixture->nodes[1] = (struct node){.name = "CONF2", .role = NODE_BACKUP};
	fixture->cluster.nodes = fixture->nodes;
	fixture->cluster.node_count = NODES;
	strings_add(arena, &fixture->cluster.locations, PAGES);
	for (size_t i = 0; i < NODES; i++) {
		fixture->snapshots[i] = snapshot_new(fixture->nodes[i].name);
		fixture->sides[i] = (struct side){
			.node = &fixture->nodes[i], .snapshot = fixture->snapshots[i]};
		fixture->under[i] = &fixture->sides[i];
	}
	fixture->judgement = (struct judgement){
		.arena = arena,
		.cluster = &fixture->cluster,
		.subject = PAGES,
		.sides = fixture->under,
		.count = NODES,
		.all = fixture->sides,
		.all_count = NODES,
	};
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < NODES; i++)
		snapshot_free(fixture->snapshots[i]);
	arena_free(fixture->arena);
	return 0;
}

static void add(struct fixture *fixture, size_t node, const char *path, const char *value)
{
	snapshot_add_fact(fixture->snapshots[node], path, value, NULL, 0);
	snapshot_seal(fixture->snapshots[node]);
}

static void add_of(struct fixture *fixture, size_t node, const char *pattern, const char *of,
	const char *value)
{
	add(fixture, node, pattern_fill(fixture->arena, pattern, of, NULL), value);
}

static void cover(struct fixture *fixture, size_t node, const char *pattern, const char *why)
{
	snapshot_add_coverage(fixture->snapshots[node], pattern, why == NULL, why);
	snapshot_seal(fixture->snapshots[node]);
}

static void set_users(struct fixture *fixture, const char *first, const char *second)
{
	add_of(fixture, 0, FACT_ANONYMOUS_USER, PAGES, first);
	add_of(fixture, 1, FACT_ANONYMOUS_USER, PAGES, second);
}

static struct identity identity(struct fixture *fixture, const char *written)
{
	return identity_of(&fixture->judgement, &fixture->sides[0],
		(struct answer){.knowledge = KNOWLEDGE_PRESENT, .value = written});
}

static void assert_identity(
	struct fixture *fixture, const char *written, enum identity_kind kind, const char *account)
{
	struct identity found = identity(fixture, written);
	assert_int_equal(found.kind, kind);
	if (account)
		assert_string_equal(found.account, account);
	else
		assert_null(found.account);
}

static enum truth same(struct fixture *fixture, const char *a, const char *b)
{
	return identity_trustees_same(
		&fixture->judgement, &fixture->sides[0], a, &fixture->sides[1], b);
}

/* --- who is it ---------------------------------------------------------------------------------
 */

static void a_name_is_of_the_node_of_a_domain_of_a_peer_or_built_in(void **state)
{
	struct fixture *fixture = *state;
	assert_identity(fixture, "IUSR_CONF1", IDENTITY_LOCAL, ".\\iusr_conf1");
	assert_identity(fixture, ".\\Web", IDENTITY_LOCAL, ".\\web");
	assert_identity(fixture, "conf1\\Web", IDENTITY_LOCAL, ".\\web");
	assert_identity(fixture, "corp\\Web", IDENTITY_DOMAIN, "CORP\\web");
	assert_identity(fixture, "web@corp.example.test", IDENTITY_DOMAIN, "web@corp.example.test");
	assert_identity(fixture, "Conf2\\Web", IDENTITY_PEER, "CONF2\\web");
	assert_identity(
		fixture, "NT AUTHORITY\\NETWORK SERVICE", IDENTITY_BUILT_IN, "NETWORK SERVICE");
	assert_identity(fixture, "IIS APPPOOL\\Conf", IDENTITY_BUILT_IN, "IIS APPPOOL\\conf");
	assert_identity(fixture, "", IDENTITY_NONE, NULL);
}

static void what_is_no_name_of_an_account_is_not_known(void **state)
{
	assert_identity(*state, "S-1-5-21-1-2-3-1005", IDENTITY_UNKNOWN, NULL);
	assert_identity(*state, "orphan:S-1-5-21-1-2-3-1005", IDENTITY_UNKNOWN, NULL);
	assert_non_null(identity(*state, "S-1-5-21-1-2-3-1005").why);
}

static void people_and_commands_get_the_name_as_it_is_written(void **state)
{
	struct identity own = identity(*state, "CONF1\\IUSR_Conf"),
			domain = identity(*state, "Corp\\Web"),
			upn = identity(*state, "Web@corp.example");
	assert_string_equal(own.written, "IUSR_Conf");
	assert_string_equal(own.name, "IUSR_Conf");
	assert_string_equal(domain.written, "Corp\\Web");
	assert_string_equal(domain.name, "Web");
	assert_string_equal(upn.name, "Web");
}

static void bare_iusr_is_built_in_from_iis_7_on(void **state)
{
	struct fixture *fixture = *state;
	add(fixture, 0, FACT_IIS_VERSION, "7.0");
	assert_identity(fixture, "iusr", IDENTITY_BUILT_IN, "IUSR");
	assert_identity(fixture, ".\\IUSR", IDENTITY_LOCAL, ".\\iusr");
}

static void bare_iusr_is_an_account_of_the_node_before_iis_7(void **state)
{
	struct fixture *fixture = *state;
	add(fixture, 0, FACT_IIS_VERSION, "6.0");
	assert_identity(fixture, "IUSR", IDENTITY_LOCAL, ".\\iusr");
	assert_identity(fixture, "NT AUTHORITY\\IUSR", IDENTITY_BUILT_IN, "IUSR");
}

static void bare_iusr_is_not_known_without_the_version(void **state)
{
	struct fixture *fixture = *state;
	assert_identity(fixture, "IUSR", IDENTITY_UNKNOWN, NULL);
	cover(fixture, 0, FACT_IIS_VERSION, NULL);
	assert_identity(fixture, "IUSR", IDENTITY_UNKNOWN, NULL);
}

static void the_anonymous_user_is_asked_for_and_noted(void **state)
{
	struct fixture *fixture = *state;
	struct judgement *judgement = &fixture->judgement;
	set_users(fixture, "IUSR_CONF1", "IUSR_CONF2");
	struct identity found = identity_anonymous(judgement, &fixture->sides[1], PAGES);
	assert_string_equal(found.account, ".\\iusr_conf2");
	assert_string_equal(found.written, "IUSR_CONF2");
	assert_int_equal(judgement->evidence_count, 1);
	assert_string_equal(judgement->evidence[0].node, "CONF2");
}

static void where_nobody_looked_the_anonymous_user_is_not_known(void **state)
{
	struct fixture *fixture = *state;
	struct judgement *judgement = &fixture->judgement;
	struct identity found = identity_anonymous(judgement, &fixture->sides[0], PAGES);
	assert_int_equal(found.kind, IDENTITY_UNKNOWN);
	assert_false(identity_known(judgement, &fixture->sides[0], found));
	assert_int_equal(judgement->verdict, VERDICT_UNKNOWN);
}

/* --- are they the same ------------------------------------------------------------------------
 */

static void accounts_of_one_name_are_the_same_whatever_their_role(void **state)
{
	struct fixture *fixture = *state;
	set_users(fixture, "other1", "other2");
	add(fixture, 0, FACT_WAM_USER, "IWAM_CONF1");
	add(fixture, 1, FACT_WAM_USER, "IWAM_CONF2");
	assert_int_equal(same(fixture, ".\\web", ".\\web"), TRUTH_YES);
	assert_int_equal(same(fixture, "CORP\\web", "CORP\\web"), TRUTH_YES);
	assert_int_equal(same(fixture, "Everyone", "Everyone"), TRUTH_YES);
	assert_int_equal(same(fixture, ".\\web1", ".\\web2"), TRUTH_NO);
	assert_int_equal(same(fixture, ".\\web", "CORP\\web"), TRUTH_NO);
}

static void accounts_in_one_role_are_the_same_whatever_their_names(void **state)
{
	struct fixture *fixture = *state;
	set_users(fixture, "IUSR_CONF1", "IUSR_CONF2");
	add(fixture, 0, FACT_WAM_USER, "IWAM_CONF1");
	add(fixture, 1, FACT_WAM_USER, "IWAM_CONF2");
	assert_int_equal(same(fixture, ".\\iusr_conf1", ".\\iusr_conf2"), TRUTH_YES);
	assert_int_equal(same(fixture, ".\\iwam_conf1", ".\\iwam_conf2"), TRUTH_YES);
	assert_int_equal(same(fixture, ".\\iusr_conf1", ".\\iwam_conf2"), TRUTH_NO);
	assert_int_equal(same(fixture, ".\\iusr_conf1", "Everyone"), TRUTH_NO);
}

static void anonymous_users_of_two_locations_are_two_roles(void **state)
{
	struct fixture *fixture = *state;
	strings_add(fixture->arena, &fixture->cluster.locations, "2/root");
	set_users(fixture, "web1", "web2");
	add_of(fixture, 0, FACT_ANONYMOUS_USER, "2/root", "other1");
	add_of(fixture, 1, FACT_ANONYMOUS_USER, "2/root", "other2");
	cover(fixture, 0, "iis/", NULL);
	cover(fixture, 1, "iis/", NULL);
	assert_int_equal(same(fixture, ".\\web1", ".\\web2"), TRUTH_YES);
	assert_int_equal(same(fixture, ".\\other1", ".\\other2"), TRUTH_YES);
	assert_int_equal(same(fixture, ".\\web1", ".\\other2"), TRUTH_NO);
}

static void without_locations_the_service_names_the_anonymous_user(void **state)
{
	struct fixture *fixture = *state;
	fixture->cluster.locations.count = 0;
	add_of(fixture, 0, FACT_ANONYMOUS_USER, "/", "IUSR_CONF1");
	add_of(fixture, 1, FACT_ANONYMOUS_USER, "/", "IUSR_CONF2");
	assert_int_equal(same(fixture, ".\\iusr_conf1", ".\\iusr_conf2"), TRUTH_YES);
}

static void an_unknown_role_leaves_it_open_but_not_for_groups(void **state)
{
	struct fixture *fixture = *state;
	add_of(fixture, 0, FACT_ANONYMOUS_USER, PAGES, "IUSR_CONF1");
	add(fixture, 0, FACT_WAM_USER, "IWAM_CONF1");
	assert_int_equal(same(fixture, ".\\iusr_conf1", ".\\iusr_conf2"), TRUTH_UNKNOWN);
	assert_int_equal(same(fixture, ".\\other", ".\\iusr_conf2"), TRUTH_NO);
	assert_int_equal(same(fixture, ".\\iusr_conf1", "Administrators"), TRUTH_NO);
}

static void what_nobody_resolved_is_never_the_same(void **state)
{
	struct fixture *fixture = *state;
	const char *sid = "unresolved:S-1-5-21-1-2-3-1005";
	set_users(fixture, "web1", "web2");
	assert_int_equal(same(fixture, sid, sid), TRUTH_UNKNOWN);
	assert_int_equal(same(fixture, ".\\web1", sid), TRUTH_UNKNOWN);
}

static void two_ways_to_write_a_domain_account_leave_it_open(void **state)
{
	(void)state;
	assert_int_equal(
		identity_accounts_same("CORP\\web", "web@corp.example.test"), TRUTH_UNKNOWN);
	assert_int_equal(identity_accounts_same("CORP\\web", "S-1-5-21-1-2-3-1105"), TRUTH_UNKNOWN);
	assert_int_equal(identity_accounts_same("CORP\\web", "CORP\\other"), TRUTH_NO);
	assert_int_equal(identity_accounts_same(".\\web", "S-1-5-21-1-2-3-1105"), TRUTH_NO);
	assert_int_equal(
		identity_accounts_same("orphan:S-1-5-21-1-2-3-1005", "orphan:S-1-5-21-9-9-9-1005"),
		TRUTH_NO);
}

static void people_see_the_role(void **state)
{
	struct fixture *fixture = *state;
	struct judgement *judgement = &fixture->judgement;
	const struct side *side = &fixture->sides[0];
	set_users(fixture, "IUSR_CONF1", "IUSR_CONF2");
	add(fixture, 0, FACT_WAM_USER, "IWAM_CONF1");
	assert_string_equal(identity_display(judgement, side, ".\\iusr_conf1"), ROLE_ANONYMOUS);
	assert_string_equal(identity_display(judgement, side, ".\\iwam_conf1"), ROLE_WAM);
	assert_string_equal(identity_display(judgement, side, ".\\other"), ".\\other");
}

/* --- does it exist -----------------------------------------------------------------------------
 */

static enum truth exists(struct fixture *fixture)
{
	struct judgement *judgement = &fixture->judgement;
	struct answer answer = identity_account_exists(judgement, &fixture->sides[0], ".\\web");
	return answer_is(answer, "true");
}

static void a_complete_list_makes_what_it_does_not_hold_missing(void **state)
{
	assert_int_equal(exists(*state), TRUTH_UNKNOWN);
	add(*state, 0, FACT_ACCOUNTS_COMPLETE, "true");
	assert_int_equal(exists(*state), TRUTH_NO);
}

static void a_list_that_is_not_complete_says_nothing(void **state)
{
	add(*state, 0, FACT_ACCOUNTS_COMPLETE, "false");
	assert_int_equal(exists(*state), TRUTH_UNKNOWN);
}

static void a_complete_list_does_not_decide_about_what_was_sought_in_vain(void **state)
{
	add(*state, 0, FACT_ACCOUNTS_COMPLETE, "true");
	cover(*state, 0, "account/.\\web/exists", "the answer was cut");
	assert_int_equal(exists(*state), TRUTH_UNKNOWN);
}

static void a_complete_list_does_not_deny_an_account_of_which_something_is_known(void **state)
{
	add(*state, 0, FACT_ACCOUNTS_COMPLETE, "true");
	add_of(*state, 0, FACT_ACCOUNT_DISABLED, ".\\web", "false");
	assert_int_equal(exists(*state), TRUTH_UNKNOWN);
}

static void of_an_account_that_is_not_listed_the_evidence_says_absent(void **state)
{
	struct fixture *fixture = *state;
	struct judgement *judgement = &fixture->judgement;
	add(fixture, 0, FACT_ACCOUNTS_COMPLETE, "true");
	assert_int_equal(exists(fixture), TRUTH_NO);
	assert_int_equal(judgement->evidence_count, 2);
	assert_string_equal(judgement->evidence[0].path, FACT_ACCOUNTS_COMPLETE);
	assert_string_equal(judgement->evidence[1].path, "account/.\\web/exists");
	assert_int_equal(judgement->evidence[1].answer.knowledge, KNOWLEDGE_ABSENT);
}

/* --- where it is set ---------------------------------------------------------------------------
 */

#define PROPERTIES "Directory Security, Anonymous access: "
#define CLEAR "clear \"Allow IIS to control password\""

/* The level of the location, of the service; NULL: it sets nothing there. */
static void set_levels(struct fixture *fixture, const char *pages, const char *service)
{
	cover(fixture, 0, "iis/", NULL);
	if (pages)
		add_of(fixture, 0, FACT_ANONYMOUS_EXPLICIT, PAGES, pages);
	if (service)
		add_of(fixture, 0, FACT_ANONYMOUS_EXPLICIT, "/", service);
}

static const char *level(struct fixture *fixture, const char *property)
{
	return identity_level(&fixture->judgement, &fixture->sides[0], property);
}

static void assert_steps(struct fixture *fixture, const char *first, const char *second)
{
	const struct strings *steps = &fixture->judgement.remedies;
	identity_remedy_enter(&fixture->judgement, &fixture->sides[0], "it");
	assert_int_equal(steps->count, second ? 3 : 2);
	assert_string_equal(steps->items[0], first);
	if (second)
		assert_string_equal(steps->items[1], second);
	assert_string_equal(steps->items[steps->count - 1], "CONF1: iisreset");
}

static void a_property_is_set_at_the_nearest_level_that_sets_it(void **state)
{
	set_levels(*state, "enabled user", "password sync user");
	assert_string_equal(level(*state, "user"), PAGES);
	assert_string_equal(level(*state, "sync"), "/");
	assert_null(level(*state, "logon-method"));
}

static void a_password_is_set_where_it_or_its_user_is(void **state)
{
	set_levels(*state, "enabled", "user");
	assert_string_equal(level(*state, "password"), "/");
}

static void a_password_of_a_lower_user_is_set_there(void **state)
{
	set_levels(*state, "user", "password sync user");
	assert_string_equal(level(*state, "password"), PAGES);
}

static void a_level_below_an_unknown_one_is_not_known(void **state)
{
	set_levels(*state, NULL, "user");
	assert_string_equal(level(*state, "user"), "/");
	cover(*state, 0, "iis/location/1%2Froot/anonymous/explicit", "the answer was cut");
	assert_null(level(*state, "user"));
}

static void what_is_inherited_is_repaired_where_it_is_set(void **state)
{
	set_levels(*state, "enabled", "password sync user");
	assert_steps(*state,
		"CONF1: IIS Manager, Properties of Web Sites, " PROPERTIES CLEAR " and enter it",
		NULL);
}

static void box_and_password_are_repaired_at_two_levels_where_they_are_set_at_two(void **state)
{
	set_levels(*state, "password user", "sync user");
	assert_steps(*state, "CONF1: IIS Manager, Properties of Web Sites, " PROPERTIES CLEAR,
		"CONF1: IIS Manager, Properties of " PAGES ", " PROPERTIES "enter it");
}

static void where_the_level_is_not_known_the_location_is_repaired(void **state)
{
	assert_steps(*state,
		"CONF1: IIS Manager, Properties of " PAGES ", " PROPERTIES CLEAR " and enter it",
		NULL);
}

/* --- is anonymous access in use -----------------------------------------------------------------
 */

static enum truth used(struct fixture *fixture)
{
	return identity_anonymous_used(&fixture->judgement, PAGES);
}

static void access_is_in_use_where_one_node_has_it_on(void **state)
{
	add_of(*state, 0, FACT_ANONYMOUS_ENABLED, PAGES, "false");
	assert_int_equal(used(*state), TRUTH_UNKNOWN);
	add_of(*state, 1, FACT_ANONYMOUS_ENABLED, PAGES, "true");
	assert_int_equal(used(*state), TRUTH_YES);
	assert_true(identity_anonymous_in_use(&((struct fixture *)*state)->judgement, PAGES));
}

static void a_location_that_is_missing_has_it_off(void **state)
{
	struct fixture *fixture = *state;
	add_of(fixture, 0, FACT_ANONYMOUS_ENABLED, PAGES, "false");
	cover(fixture, 1, "iis/location/", NULL);
	assert_int_equal(used(fixture), TRUTH_NO);
	assert_false(identity_anonymous_in_use(&fixture->judgement, PAGES));
	assert_int_equal(fixture->judgement.verdict, VERDICT_NOT_APPLICABLE);
}

static void a_location_that_exists_and_says_nothing_is_not_known(void **state)
{
	struct fixture *fixture = *state;
	add_of(fixture, 0, FACT_ANONYMOUS_ENABLED, PAGES, "false");
	add_of(fixture, 1, FACT_LOCATION_EXISTS, PAGES, "true");
	cover(fixture, 1, "iis/location/", NULL);
	assert_int_equal(used(fixture), TRUTH_UNKNOWN);
	assert_false(identity_anonymous_in_use(&fixture->judgement, PAGES));
	assert_int_equal(fixture->judgement.verdict, VERDICT_UNKNOWN);
}

static void one_side_is_asked_alone(void **state)
{
	struct fixture *fixture = *state;
	struct judgement *judgement = &fixture->judgement;
	add_of(fixture, 0, FACT_ANONYMOUS_ENABLED, PAGES, "false");
	add_of(fixture, 1, FACT_ANONYMOUS_ENABLED, PAGES, "true");
	assert_true(identity_anonymous_in_use_at(judgement, &fixture->sides[1], PAGES));
	assert_false(identity_anonymous_in_use_at(judgement, &fixture->sides[0], PAGES));
	assert_int_equal(judgement->verdict, VERDICT_NOT_APPLICABLE);
}

static void metabase_keys_have_no_slash_at_the_end(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(identity_metabase_key(&fixture->judgement, "/"), "w3svc");
	assert_string_equal(identity_metabase_key(&fixture->judgement, PAGES), "w3svc/" PAGES);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_is_of_the_node_of_a_domain_of_a_peer_or_built_in),
		TEST(what_is_no_name_of_an_account_is_not_known),
		TEST(people_and_commands_get_the_name_as_it_is_written),
		TEST(bare_iusr_is_built_in_from_iis_7_on),
		TEST(bare_iusr_is_an_account_of_the_node_before_iis_7),
		TEST(bare_iusr_is_not_known_without_the_version),
		TEST(the_anonymous_user_is_asked_for_and_noted),
		TEST(where_nobody_looked_the_anonymous_user_is_not_known),
		TEST(accounts_of_one_name_are_the_same_whatever_their_role),
		TEST(accounts_in_one_role_are_the_same_whatever_their_names),
		TEST(anonymous_users_of_two_locations_are_two_roles),
		TEST(without_locations_the_service_names_the_anonymous_user),
		TEST(an_unknown_role_leaves_it_open_but_not_for_groups),
		TEST(what_nobody_resolved_is_never_the_same),
		TEST(two_ways_to_write_a_domain_account_leave_it_open),
		TEST(people_see_the_role),
		TEST(a_complete_list_makes_what_it_does_not_hold_missing),
		TEST(a_list_that_is_not_complete_says_nothing),
		TEST(a_complete_list_does_not_decide_about_what_was_sought_in_vain),
		TEST(a_complete_list_does_not_deny_an_account_of_which_something_is_known),
		TEST(of_an_account_that_is_not_listed_the_evidence_says_absent),
		TEST(a_property_is_set_at_the_nearest_level_that_sets_it),
		TEST(a_password_is_set_where_it_or_its_user_is),
		TEST(a_password_of_a_lower_user_is_set_there),
		TEST(a_level_below_an_unknown_one_is_not_known),
		TEST(what_is_inherited_is_repaired_where_it_is_set),
		TEST(box_and_password_are_repaired_at_two_levels_where_they_are_set_at_two),
		TEST(where_the_level_is_not_known_the_location_is_repaired),
		TEST(access_is_in_use_where_one_node_has_it_on),
		TEST(a_location_that_is_missing_has_it_off),
		TEST(a_location_that_exists_and_says_nothing_is_not_known),
		TEST(one_side_is_asked_alone),
		TEST(metabase_keys_have_no_slash_at_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
