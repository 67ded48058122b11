/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/judges.h"

#include "compare/rule.h"

#include "tests/test.h"

#define FACT "service/w3svc/start"

/* What the primary and the backup say: a value, NULL for absent, UNKNOWN for nobody looked. */
#define UNKNOWN "?"

static struct snapshot *snapshot_saying(const char *node, const char *value)
{
	struct snapshot *snapshot = snapshot_new(node);
	if (!value || value[0] != UNKNOWN[0])
		snapshot_add_coverage(snapshot, "service/", true, NULL);
	if (value && value[0] != UNKNOWN[0])
		snapshot_add_fact(snapshot, FACT, value, NULL, 0);
	snapshot_seal(snapshot);
	return snapshot;
}

static void assert_verdict(void (*judge)(struct judgement *judgement), const char *primary,
	const char *backup, enum verdict expected)
{
	auto_arena struct arena *arena = arena_new();
	const struct rule rule = {.id = "test",
		.paths = {FACT},
		.expected = "automatic",
		.absent_on_all = VERDICT_UNKNOWN};
	const struct node nodes[] = {
		{.name = "A", .role = NODE_PRIMARY}, {.name = "B", .role = NODE_BACKUP}};
	struct snapshot *snapshots[] = {
		snapshot_saying("A", primary), snapshot_saying("B", backup)};
	struct side sides[] = {{.node = &nodes[0], .snapshot = snapshots[0]},
		{.node = &nodes[1], .snapshot = snapshots[1]}};
	struct side *pointers[] = {&sides[0], &sides[1]};
	struct judgement judgement = {
		.arena = arena, .rule = &rule, .subject = "", .sides = pointers, .count = 2};
	judge(&judgement);
	assert_true(judgement.said);
	assert_int_equal(judgement.verdict, expected);
	snapshot_free(snapshots[0]);
	snapshot_free(snapshots[1]);
}

static void same_is_one_value_whatever_its_case(void **state)
{
	(void)state;
	assert_verdict(judge_same, "manual", "Manual", VERDICT_KEPT);
	assert_verdict(judge_same, "manual", "automatic", VERDICT_BROKEN);
	assert_verdict(judge_same, "manual", NULL, VERDICT_BROKEN);
	assert_verdict(judge_same, NULL, NULL, VERDICT_UNKNOWN);
	assert_verdict(judge_same, "manual", UNKNOWN, VERDICT_UNKNOWN);
}

static void equal_is_the_expected_value_on_each_node(void **state)
{
	(void)state;
	assert_verdict(judge_equal, "automatic", "Automatic", VERDICT_KEPT);
	assert_verdict(judge_equal, "manual", "manual", VERDICT_BROKEN);
	assert_verdict(judge_equal, "automatic", NULL, VERDICT_BROKEN);
	assert_verdict(judge_equal, "automatic", UNKNOWN, VERDICT_UNKNOWN);
	assert_verdict(judge_equal, "manual", UNKNOWN, VERDICT_BROKEN);
}

static void present_needs_a_value_on_each_node(void **state)
{
	(void)state;
	assert_verdict(judge_present, "a", "b", VERDICT_KEPT);
	assert_verdict(judge_present, "a", NULL, VERDICT_BROKEN);
	assert_verdict(judge_present, "a", UNKNOWN, VERDICT_UNKNOWN);
}

static void absent_needs_a_witness_on_each_node(void **state)
{
	(void)state;
	assert_verdict(judge_absent, NULL, NULL, VERDICT_KEPT);
	assert_verdict(judge_absent, NULL, "a", VERDICT_BROKEN);
	assert_verdict(judge_absent, NULL, UNKNOWN, VERDICT_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_is_one_value_whatever_its_case),
		cmocka_unit_test(equal_is_the_expected_value_on_each_node),
		cmocka_unit_test(present_needs_a_value_on_each_node),
		cmocka_unit_test(absent_needs_a_witness_on_each_node),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
