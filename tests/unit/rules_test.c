/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Runs every fixture of the rules: a folder in tests/rules/RULE/CASE/ holds inventory.json, one
 * NODE.json per node and expected.json. Started in the folder of the source tree; with words
 * behind the program's name only the cases that hold one of them in RULE/CASE are run.
 */
#include "compare/compare.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#include "tests/test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURES "tests/rules"
#define REPORT_LIMIT ((size_t)1 << 20)

struct rule_case {
	const char *rule;
	const char *name;
	const char *folder;
};

static struct arena *memory;
static struct strings folders; /* of rules */
static struct rule_case *cases;
static size_t case_count, case_capacity;

/* --- finding the cases -------------------------------------------------------------------------
 */

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type != DT_REG;
}

static struct strings list(const char *folder)
{
	struct dirent **entries = NULL;
	struct strings names = {0};
	int count = scandir(folder, &entries, is_entry, alphasort);
	for (int i = 0; i < count; i++) {
		strings_add(memory, &names, arena_text(memory, entries[i]->d_name));
		free(entries[i]);
	}
	free(entries);
	return names;
}

static void find_cases(void)
{
	folders = list(FIXTURES);
	for (size_t i = 0; i < folders.count; i++) {
		const char *rule = folders.items[i];
		struct strings names = list(file_join(memory, FIXTURES, rule));
		for (size_t k = 0; k < names.count; k++) {
			cases = arena_grow(
				memory, cases, &case_capacity, case_count + 1, sizeof *cases);
			cases[case_count++] = (struct rule_case){
				.rule = rule,
				.name = names.items[k],
				.folder = arena_format(
					memory, "%s/%s/%s", FIXTURES, rule, names.items[k]),
			};
		}
	}
}

static bool begins_with_verdict(const char *name, const char *verdict)
{
	size_t length = strlen(verdict);
	return strncmp(name, verdict, length) == 0 && (name[length] == '\0' || name[length] == '-');
}

static bool has_case(const char *rule, const char *verdict)
{
	for (size_t i = 0; i < case_count; i++) {
		if (strcmp(cases[i].rule, rule) == 0 && begins_with_verdict(cases[i].name, verdict))
			return true;
	}
	return false;
}

/* --- one case ----------------------------------------------------------------------------------
 */

static json_t *read_json(const char *path)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(REPORT_LIMIT);
	struct error error = {0};
	json_t *document = NULL;
	if (file_read(path, &buffer, NULL, &error) == 0)
		document =
			json_read((struct bytes){(const unsigned char *)buffer.data, buffer.length},
				path, &error);
	if (!document)
		fail_msg("%s", error.text);
	return document;
}

static struct inventory *read_inventory(const struct rule_case *rule_case)
{
	struct error error = {0};
	const char *path = file_join(memory, rule_case->folder, "inventory.json");
	struct inventory *inventory = inventory_read(path, &error);
	if (!inventory)
		fail_msg("%s", error.text);
	assert_int_equal(inventory->cluster_count, 1);
	return inventory;
}

/* A node without a snapshot file is one of which there is no snapshot. */
static const struct snapshot **read_snapshots(
	const struct rule_case *rule_case, const struct cluster *cluster)
{
	const struct snapshot **snapshots =
		arena_alloc(memory, cluster->node_count * sizeof(struct snapshot *));
	for (size_t i = 0; i < cluster->node_count; i++) {
		const char *file = arena_format(memory, "%s.json", cluster->nodes[i].name);
		const char *path = file_join(memory, rule_case->folder, file);
		struct error error = {0};
		if (access(path, F_OK) != 0)
			continue;
		snapshots[i] = snapshot_read(path, &error);
		if (!snapshots[i])
			fail_msg("%s", error.text);
	}
	return snapshots;
}

static json_t *json_of_finding(const struct finding *finding)
{
	json_t *object = json_object();
	json_object_set_new(object, "subject", json_of_text(finding->subject));
	json_object_set_new(object, "verdict", json_of_text(verdict_name(finding->verdict)));
	json_object_set_new(object, "severity", json_of_text(severity_name(finding->severity)));
	json_object_set_new(object, "message", json_of_text(finding->message));
	json_object_set_new(object, "remedy", json_of_text(finding->remedy));
	json_object_set_new(object, "from", json_of_text(finding->from));
	json_object_set_new(object, "to", json_of_text(finding->to));
	return object;
}

/* Keys that are not given may be anything. */
static bool finding_is(const struct finding *finding, json_t *expected)
{
	auto_json json_t *got = json_of_finding(finding);
	const char *key;
	json_t *value;
	json_object_foreach(expected, key, value)
	{
		json_t *other = json_object_get(got, key);
		if (!other || !json_equal(value, other))
			return false;
	}
	return true;
}

static bool findings_are(const struct comparison *comparison, json_t *expected)
{
	if (comparison->finding_count != json_array_size(expected))
		return false;
	for (size_t i = 0; i < comparison->finding_count; i++) {
		if (!finding_is(&comparison->findings[i], json_array_get(expected, i)))
			return false;
	}
	return true;
}

/* What came, in the form of expected.json. */
static void print_got(const struct comparison *comparison)
{
	auto_json json_t *document = json_object();
	json_t *findings = json_array();
	json_object_set_new(document, "findings", findings);
	for (size_t i = 0; i < comparison->finding_count; i++)
		json_array_append_new(findings, json_of_finding(&comparison->findings[i]));
	json_write(stderr, document, 0);
	fputc('\n', stderr);
}

static void check_worst(const struct rule_case *rule_case, const struct comparison *comparison)
{
	enum verdict worst = VERDICT_NOT_APPLICABLE;
	for (size_t i = 0; i < comparison->finding_count; i++)
		worst = verdict_worse(worst, comparison->findings[i].verdict);
	if (!begins_with_verdict(rule_case->name, verdict_name(worst)))
		fail_msg("%s: the worst verdict is %s", rule_case->folder, verdict_name(worst));
}

static void compare_and_check(const struct rule_case *rule_case, const struct cluster *cluster,
	const struct snapshot *const *snapshots)
{
	struct selection selection = {0};
	strings_add(memory, &selection.rules, rule_case->rule);
	auto_json json_t *document =
		read_json(file_join(memory, rule_case->folder, "expected.json"));
	json_t *expected = json_object_get(document, "findings");
	struct comparison *comparison = compare_cluster(cluster, snapshots, &selection);
	bool good = findings_are(comparison, expected);
	if (!good) {
		fprintf(stderr, "--- %s: expected\n", rule_case->folder);
		json_write(stderr, document, 0);
		fputs("\n--- got\n", stderr);
		print_got(comparison);
	}
	check_worst(rule_case, comparison);
	comparison_free(comparison);
	assert_true(good);
}

static void a_case_gives_the_findings_it_expects(void **state)
{
	const struct rule_case *rule_case = *state;
	struct inventory *inventory = read_inventory(rule_case);
	const struct cluster *cluster = &inventory->clusters[0];
	const struct snapshot **snapshots = read_snapshots(rule_case, cluster);
	compare_and_check(rule_case, cluster, snapshots);
	for (size_t i = 0; i < cluster->node_count; i++)
		snapshot_free((struct snapshot *)snapshots[i]);
	inventory_free(inventory);
}

/* --- all of them -------------------------------------------------------------------------------
 */

static bool can_be_broken(const char *rule)
{
	return strcmp(rule, "node_reached") != 0 && strcmp(rule, "artefact_complete") != 0;
}

static void every_rule_has_cases_kept_broken_and_unknown(void **state)
{
	(void)state;
	static const char *const verdicts[] = {"kept", "broken", "unknown"};
	size_t missing = 0;
	for (const struct rule *const *rule = rule_catalogue; *rule; rule++) {
		for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
			if (strcmp(verdicts[i], "broken") == 0 && !can_be_broken((*rule)->id))
				continue;
			if (has_case((*rule)->id, verdicts[i]))
				continue;
			fprintf(stderr, "%s/%s: no case %s\n", FIXTURES, (*rule)->id, verdicts[i]);
			missing++;
		}
	}
	assert_int_equal(missing, 0);
}

static void no_folder_lacks_its_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < folders.count; i++) {
		if (!rule_find(folders.items[i]))
			fail_msg("%s/%s: there is no such rule", FIXTURES, folders.items[i]);
	}
	assert_true(case_count > 0);
}

static bool is_wanted(const struct rule_case *rule_case, int count, char **words)
{
	for (int i = 1; i < count; i++) {
		if (strstr(rule_case->folder + strlen(FIXTURES) + 1, words[i]))
			return true;
	}
	return count <= 1;
}

int main(int count, char **words)
{
	json_setup();
	memory = arena_new();
	find_cases();
	struct CMUnitTest *tests = arena_alloc(memory, (case_count + 2) * sizeof *tests);
	size_t test_count = 0;
	for (size_t i = 0; i < case_count; i++) {
		if (!is_wanted(&cases[i], count, words))
			continue;
		tests[test_count++] = (struct CMUnitTest){
			.name = cases[i].folder + strlen(FIXTURES) + 1,
			.test_func = a_case_gives_the_findings_it_expects,
			.initial_state = &cases[i],
		};
	}
	if (count <= 1) {
		tests[test_count++] = (struct CMUnitTest)cmocka_unit_test(
			every_rule_has_cases_kept_broken_and_unknown);
		tests[test_count++] = (struct CMUnitTest)cmocka_unit_test(no_folder_lacks_its_rule);
	}
	int failed = _cmocka_run_group_tests("rules", tests, test_count, NULL, NULL);
	arena_free(memory);
	return failed;
}
