/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of the probes: tests/probes/PROBE/CASE/ holds one artefact, under any name, and
 * expected.json: {"facts": {path: value}, "covers": [pattern]}. Where a case needs them also
 * "unknown": [pattern], what the probe calls unknown, and "asked": [text], what the request was.
 */
#include "base/file.h"
#include "base/json.h"
#include "base/pattern.h"
#include "collectors/probe.h"

#include "tests/test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/probes"
#define EXPECTED "expected.json"

/* Names in a folder, sorted, without hidden ones; empty where there is no such folder. */
static struct strings list(struct arena *arena, const char *folder)
{
	struct strings names = {0};
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.')
			strings_add(arena, &names, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return names;
}

static struct bytes load(struct arena *arena, const char *path)
{
	struct error error = {0};
	auto_buffer struct buffer buffer = BUFFER_INIT(ARTEFACT_LIMIT);
	if (file_read(path, &buffer, NULL, &error) != 0)
		fail_msg("%s", error.text);
	return (struct bytes){arena_copy(arena, buffer.data, buffer.length), buffer.length};
}

static json_t *expectation(struct arena *arena, const char *folder)
{
	struct error error = {0};
	const char *path = arena_format(arena, "%s/" EXPECTED, folder);
	json_t *json = json_read(load(arena, path), path, &error);
	if (!json)
		fail_msg("%s", error.text);
	return json;
}

static const char *artefact_name(struct arena *arena, const char *folder)
{
	const char *found = NULL;
	struct strings names = list(arena, folder);
	for (size_t i = 0; i < names.count; i++) {
		if (strcmp(names.items[i], EXPECTED) == 0)
			continue;
		if (found)
			fail_msg("%s: more than one artefact", folder);
		found = names.items[i];
	}
	if (!found)
		fail_msg("%s: no artefact", folder);
	return found;
}

static const char *const *texts_of(struct arena *arena, json_t *array)
{
	if (!array)
		return NULL;
	size_t count = json_array_size(array);
	const char **texts = arena_alloc(arena, (count + 1) * sizeof *texts);
	for (size_t i = 0; i < count; i++)
		texts[i] = json_string_value(json_array_get(array, i));
	return texts;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The patterns that were read whole, or those that are unknown; sorted. */
static json_t *patterns_json(const struct reading *reading, bool unknown)
{
	json_t *array = json_array();
	const char **patterns =
		arena_alloc(reading->arena, (reading->reach_count + 1) * sizeof *patterns);
	size_t count = 0;
	for (size_t i = 0; i < reading->reach_count; i++)
		if ((reading->reaches[i].why != NULL) == unknown)
			patterns[count++] = reading->reaches[i].pattern;
	qsort(patterns, count, sizeof *patterns, compare_texts);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(patterns[i]));
	return array;
}

static json_t *reading_json(const struct reading *reading)
{
	json_t *json = json_object(), *facts = json_object();
	json_object_set_new(json, "facts", facts);
	json_object_set_new(json, "covers", patterns_json(reading, false));
	auto_json json_t *unknown = patterns_json(reading, true);
	if (json_array_size(unknown) > 0)
		json_object_set(json, "unknown", unknown);
	for (size_t i = 0; i < reading->statement_count; i++) {
		const struct statement *statement = &reading->statements[i];
		const char *before = json_string_value(json_object_get(facts, statement->path));
		if (before && strcmp(before, statement->value) != 0)
			fail_msg("%s is stated twice", statement->path);
		json_object_set_new(facts, statement->path, json_string(statement->value));
	}
	return json;
}

static bool is_promised(const struct probe *probe, const char *pattern)
{
	const char *const *promise;
	for (promise = probe->covers; *promise; promise++)
		if (pattern_overlaps(*promise, pattern))
			return true;
	for (promise = probe->may_state; promise && *promise; promise++)
		if (pattern_overlaps(*promise, pattern))
			return true;
	return false;
}

/*
 * What a probe calls read whole must be among what it promises, or a missing artefact would leave
 * it uncovered without a reason. Stating more than that is allowed.
 */
static int check_promises(const struct probe *probe, const struct reading *reading)
{
	int wrong = 0;
	for (size_t i = 0; i < reading->reach_count; i++) {
		const struct reach *reach = &reading->reaches[i];
		if (reach->why || is_promised(probe, reach->pattern))
			continue;
		print_error("%s: its covers do not hold %s\n", probe->id, reach->pattern);
		wrong++;
	}
	return wrong;
}

static void check_format(const struct probe *probe, struct bytes content, const char *folder)
{
	for (const struct probe *const *other = probe_catalogue; *other; other++)
		if ((*other)->format->recognise(content) != ((*other)->format == probe->format))
			fail_msg("%s: is or is not %s", folder, (*other)->format->name);
}

static struct artefact open_artefact(
	struct arena *arena, const struct probe *probe, const char *folder)
{
	struct error error = {0};
	const char *name = artefact_name(arena, folder);
	struct bytes content = load(arena, arena_format(arena, "%s/%s", folder, name));
	check_format(probe, content, folder);
	void *decoded = probe->format->decode(arena, content, &error);
	if (!decoded)
		fail_msg("%s: %s", folder, error.text);
	return (struct artefact){
		.name = name, .format = probe->format, .content = content, .decoded = decoded};
}

static int read_case(const struct probe *probe, const char *folder)
{
	auto_arena struct arena *arena = arena_new();
	auto_json json_t *expected = expectation(arena, folder);
	struct artefact artefact = open_artefact(arena, probe, folder);
	artefact.asked = texts_of(arena, json_object_get(expected, "asked"));
	struct reading reading = {.arena = arena, .artefact = artefact.name, .probe = probe->id};
	probe->read(&artefact, artefact.decoded, &reading);
	int wrong = check_promises(probe, &reading);
	auto_json json_t *found = reading_json(&reading);
	if (artefact.asked)
		json_object_set(found, "asked", json_object_get(expected, "asked"));
	if (json_equal(expected, found))
		return wrong;
	print_error("%s: found\n", folder);
	json_write(stderr, found, 0);
	print_error("\n");
	return wrong + 1;
}

static void each_probe_reads_its_cases(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	int wrong = 0;
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		const char *folder = arena_format(arena, FOLDER "/%s", (*probe)->id);
		struct strings cases = list(arena, folder);
		if (cases.count == 0)
			print_error("%s: no case\n", folder);
		wrong += cases.count == 0;
		for (size_t i = 0; i < cases.count; i++)
			wrong += read_case(
				*probe, arena_format(arena, "%s/%s", folder, cases.items[i]));
	}
	assert_int_equal(wrong, 0);
}

static void each_folder_of_cases_belongs_to_a_probe(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct strings folders = list(arena, FOLDER);
	for (size_t i = 0; i < folders.count; i++) {
		const struct probe *const *probe = probe_catalogue;
		while (*probe && strcmp((*probe)->id, folders.items[i]) != 0)
			probe++;
		if (!*probe)
			fail_msg(FOLDER "/%s: there is no such probe", folders.items[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_probe_reads_its_cases),
		cmocka_unit_test(each_folder_of_cases_belongs_to_a_probe),
	};
	json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
