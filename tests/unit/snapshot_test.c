/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "base/json.h"
#include "inventory/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- helpers -----------------------------------------------------------------------------------
 */

static struct snapshot *parse(const char *text, struct error *error)
{
	struct bytes bytes = {(const unsigned char *)text, strlen(text)};
	return snapshot_parse(bytes, "a.json", error);
}

static struct snapshot *parse_good(const char *text)
{
	struct error error = {0};
	struct snapshot *snapshot = parse(text, &error);
	if (!snapshot)
		fail_msg("%s", error.text);
	return snapshot;
}

static void refuses(const char *text, const char *message)
{
	struct error error = {0};
	assert_null(parse(text, &error));
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, message);
}

static char *written(const struct snapshot *snapshot)
{
	char *text = NULL;
	size_t length = 0;
	struct error error = {0};
	FILE *file = open_memstream(&text, &length);
	assert_non_null(file);
	assert_int_equal(snapshot_write(snapshot, file, &error), 0);
	fclose(file);
	return text;
}

static void asks(const struct snapshot *snapshot, const char *path, enum knowledge knowledge,
	const char *why)
{
	struct answer answer = snapshot_ask(snapshot, path);
	assert_string_equal(knowledge_name(answer.knowledge), knowledge_name(knowledge));
	if (why)
		assert_string_equal(answer.why, why);
	else
		assert_true((answer.why != NULL) == (knowledge == KNOWLEDGE_UNKNOWN));
}

static void complete(const struct snapshot *snapshot, const char *prefix, const char *why)
{
	struct answer answer = snapshot_complete(snapshot, prefix);
	assert_int_equal(answer.knowledge, why ? KNOWLEDGE_UNKNOWN : KNOWLEDGE_PRESENT);
	if (why)
		assert_non_null(strstr(answer.why, why));
}

static void fact(struct snapshot *snapshot, const char *path, const char *value)
{
	snapshot_add_fact(snapshot, path, value, NULL, 0);
}

static void read_below(struct snapshot *snapshot, const char *pattern)
{
	snapshot_add_coverage(snapshot, pattern, true, NULL);
}

static void unknown_below(struct snapshot *snapshot, const char *pattern, const char *why)
{
	snapshot_add_coverage(snapshot, pattern, false, why);
}

/* --- asking ------------------------------------------------------------------------------------
 */

static void where_nobody_looked_nothing_is_absent(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	read_below(snapshot, "dcom/machine/");
	snapshot_seal(snapshot);
	asks(snapshot, "dcom/machine/enabled", KNOWLEDGE_ABSENT, NULL);
	asks(snapshot, "dcom/machine", KNOWLEDGE_UNKNOWN, NULL);
	asks(snapshot, "rights/a/b", KNOWLEDGE_UNKNOWN, NULL);
	snapshot_free(snapshot);
}

static void an_empty_snapshot_knows_nothing(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	snapshot_seal(snapshot);
	asks(snapshot, "a", KNOWLEDGE_UNKNOWN, NULL);
	complete(snapshot, "a/", "nobody looked");
	assert_int_equal(snapshot_under(snapshot, "").count, 0);
	assert_null(snapshot_unreached(snapshot));
	snapshot_free(snapshot);
}

static void a_present_fact_brings_its_value_and_its_place(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	snapshot_add_fact(snapshot, "b", "2", "registry.reg", 7);
	snapshot_add_fact(snapshot, "a", "", "registry.reg", 3);
	snapshot_add_fact(snapshot, "c", "3", "", 9);
	snapshot_seal(snapshot);
	struct answer answer = snapshot_ask(snapshot, "b");
	assert_int_equal(answer.knowledge, KNOWLEDGE_PRESENT);
	assert_string_equal(answer.value, "2");
	assert_string_equal(answer.artefact, "registry.reg");
	assert_int_equal(answer.line, 7);
	assert_string_equal(snapshot_ask(snapshot, "a").value, "");
	assert_null(snapshot_ask(snapshot, "c").artefact);
	assert_int_equal(snapshot_ask(snapshot, "c").line, 0);
	snapshot_free(snapshot);
}

static void the_most_specific_entry_decides_and_unknown_wins_a_tie(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	unknown_below(snapshot, "", "not reached");
	read_below(snapshot, "rights/");
	unknown_below(snapshot, "rights/SeBatch/", "no list");
	read_below(snapshot, "account/{account}/sid");
	unknown_below(snapshot, "account/{name}/sid", "cut");
	snapshot_seal(snapshot);
	asks(snapshot, "rights/SeNetwork/Everyone", KNOWLEDGE_ABSENT, NULL);
	asks(snapshot, "rights/SeBatch/Everyone", KNOWLEDGE_UNKNOWN, "no list");
	asks(snapshot, "account/.\\a/sid", KNOWLEDGE_UNKNOWN, "cut");
	asks(snapshot, "else", KNOWLEDGE_UNKNOWN, "not reached");
	snapshot_free(snapshot);
}

static void an_unknown_entry_for_exactly_its_path_overrules_a_fact(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	fact(snapshot, "a/b", "1");
	fact(snapshot, "a/c", "1");
	read_below(snapshot, "a/b");
	unknown_below(snapshot, "a/b", "stated twice");
	unknown_below(snapshot, "a/", "damaged");
	snapshot_seal(snapshot);
	asks(snapshot, "a/b", KNOWLEDGE_UNKNOWN, "stated twice");
	asks(snapshot, "a/c", KNOWLEDGE_PRESENT, NULL);
	snapshot_free(snapshot);
}

static void equal_coverage_entries_become_one(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	unknown_below(snapshot, "b/", "x");
	read_below(snapshot, "a/");
	unknown_below(snapshot, "b/", "x");
	unknown_below(snapshot, "b/", "y");
	read_below(snapshot, "a/");
	snapshot_seal(snapshot);
	assert_int_equal(snapshot->coverage_count, 3);
	assert_string_equal(snapshot->coverage[0].pattern, "a/");
	assert_string_equal(snapshot->coverage[2].why, "y");
	snapshot_free(snapshot);
}

static void the_facts_below_a_prefix_are_one_run(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	const char *paths[] = {"r/b/2", "r/a", "r/b/1", "r/bc/1", "r/b", "r/b-/1", "q", "s"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		fact(snapshot, paths[i], "x");
	snapshot_seal(snapshot);
	struct fact_run run = snapshot_under(snapshot, "r/b/");
	assert_int_equal(run.count, 2);
	assert_string_equal(run.facts[0].path, "r/b/1");
	assert_string_equal(run.facts[1].path, "r/b/2");
	assert_int_equal(snapshot_under(snapshot, "r/").count, 6);
	assert_int_equal(snapshot_under(snapshot, "").count, 8);
	assert_int_equal(snapshot_under(snapshot, "t/").count, 0);
	snapshot_free(snapshot);
}

static void a_set_is_complete_only_where_all_of_it_was_read(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	unknown_below(snapshot, "", "the rest was not asked");
	read_below(snapshot, "rights/");
	read_below(snapshot, "account/{account}/sid");
	read_below(snapshot, "dcom/");
	unknown_below(snapshot, "dcom/app/{appid}/launch/", "damaged");
	snapshot_seal(snapshot);
	complete(snapshot, "rights/", NULL);
	complete(snapshot, "rights/SeBatch/", NULL);
	complete(snapshot, "account/", "the rest");
	complete(snapshot, "dcom/machine/", NULL);
	complete(snapshot, "dcom/app/x/access/", NULL);
	complete(snapshot, "dcom/app/x/launch/allow/", "damaged");
	complete(snapshot, "dcom/app/", "damaged");
	complete(snapshot, "", "the rest");
	snapshot_free(snapshot);
}

static void one_unknown_path_makes_its_set_incomplete(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("CONF1");
	read_below(snapshot, "list/allow/");
	unknown_below(snapshot, "list/allow/Everyone", "stated twice");
	unknown_below(snapshot, "list/deny/Everyone", "also");
	snapshot_seal(snapshot);
	complete(snapshot, "list/allow/", "stated twice");
	complete(snapshot, "list/allow/Users/", NULL);
	complete(snapshot, "list/deny/", "also");
	complete(snapshot, "list/order/", "nobody looked");
	snapshot_free(snapshot);
}

static void an_unreached_node_says_why(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_of_unreached("CONF2", "ssh:conf2", "refused");
	assert_string_equal(snapshot_unreached(snapshot), "refused");
	asks(snapshot, "node/name", KNOWLEDGE_UNKNOWN, "refused");
	complete(snapshot, "rights/", "refused");
	read_below(snapshot, "dcom/");
	snapshot_seal(snapshot);
	assert_null(snapshot_unreached(snapshot));
	snapshot_free(snapshot);
}

/* --- files -------------------------------------------------------------------------------------
 */

static const char example[] = "{\n"
			      "  \"artefacts\": {\n"
			      "    \"a/1\": \"registry.reg:12\",\n"
			      "    \"a/2\": \"registry.reg:13\",\n"
			      "    \"b\": \"C:odd:7:0\"\n"
			      "  },\n"
			      "  \"collected\": \"2026-11-21T10:00:00Z\",\n"
			      "  \"coverage\": [\n"
			      "    {\n"
			      "      \"prefix\": \"\",\n"
			      "      \"state\": \"unknown\",\n"
			      "      \"why\": \"not asked\"\n"
			      "    },\n"
			      "    {\n"
			      "      \"prefix\": \"a/\",\n"
			      "      \"state\": \"read\"\n"
			      "    }\n"
			      "  ],\n"
			      "  \"facts\": {\n"
			      "    \"a/1\": \"\",\n"
			      "    \"a/2\": \"\xc3\xbc \\\"quoted\\\" \\\\u0007\",\n"
			      "    \"a/3\": \".\\\\iusr\",\n"
			      "    \"b\": \"2\"\n"
			      "  },\n"
			      "  \"ignored\": [\n"
			      "    \"notes.txt\"\n"
			      "  ],\n"
			      "  \"node\": \"CONF1\",\n"
			      "  \"source\": \"files:CONF1\",\n"
			      "  \"version\": 1\n"
			      "}\n";

static void what_was_read_is_written_with_the_same_bytes(void **state)
{
	(void)state;
	struct snapshot *snapshot = parse_good(example);
	char *text = written(snapshot);
	assert_string_equal(text, example);
	assert_string_equal(snapshot_ask(snapshot, "a/2").artefact, "registry.reg");
	assert_int_equal(snapshot_ask(snapshot, "a/2").line, 13);
	assert_string_equal(snapshot_ask(snapshot, "b").artefact, "C:odd:7");
	assert_int_equal(snapshot_ask(snapshot, "b").line, 0);
	assert_null(snapshot_ask(snapshot, "a/3").artefact);
	free(text);
	snapshot_free(snapshot);
}

static void the_writer_gives_the_bytes_of_all_our_json(void **state)
{
	(void)state;
	struct error error = {0};
	struct bytes bytes = {(const unsigned char *)example, sizeof example - 1};
	auto_json json_t *document = json_read(bytes, "example", &error);
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);
	assert_int_equal(json_write(file, document, 0), 0);
	fputc('\n', file);
	fclose(file);
	assert_string_equal(text, example);
	free(text);
}

static void an_unsorted_file_is_written_sorted(void **state)
{
	(void)state;
	struct snapshot *snapshot =
		parse_good("{\"facts\":{\"b\":\"1\",\"a\":\"2\",\"c\":\"3\"},"
			   "\"artefacts\":{\"c\":\"y\",\"a\":\"x:5\",\"b\":\"x\"},\"coverage\":[],"
			   "\"ignored\":[\"z\",\"y\",\"z\"],\"version\":1,\"node\":\"N\"}");
	char *text = written(snapshot);
	assert_string_equal(text,
		"{\n  \"artefacts\": {\n    \"a\": \"x:5\",\n    \"b\": \"x\",\n    \"c\": \"y\"\n"
		"  },\n  \"collected\": null,\n  \"coverage\": [],\n  \"facts\": {\n"
		"    \"a\": \"2\",\n    \"b\": \"1\",\n    \"c\": \"3\"\n  },\n"
		"  \"ignored\": [\n    \"y\",\n    \"z\"\n  ],\n"
		"  \"node\": \"N\",\n  \"source\": null,\n  \"version\": 1\n}\n");
	struct snapshot *again = parse_good(text);
	char *second = written(again);
	assert_string_equal(second, text);
	free(text);
	free(second);
	snapshot_free(snapshot);
	snapshot_free(again);
}

static void an_artefact_that_ends_like_a_line_keeps_its_name(void **state)
{
	(void)state;
	struct snapshot *snapshot = snapshot_new("N");
	snapshot_add_fact(snapshot, "a", "1", "log:12", 0);
	snapshot_add_fact(snapshot, "b", "1", "log:", 0);
	snapshot_seal(snapshot);
	char *text = written(snapshot);
	struct snapshot *again = parse_good(text);
	assert_string_equal(snapshot_ask(again, "a").artefact, "log:12");
	assert_int_equal(snapshot_ask(again, "a").line, 0);
	assert_string_equal(snapshot_ask(again, "b").artefact, "log:");
	free(text);
	snapshot_free(again);
	snapshot_free(snapshot);
}

static void mistakes_are_named_with_file_and_place(void **state)
{
	(void)state;
#define WITH(more) "{\"version\":1,\"node\":\"N\"," more "}"
#define COVERED(entry) WITH("\"facts\":{},\"coverage\":[" entry "]")
#define STATED(facts) WITH("\"coverage\":[],\"facts\":{" facts "}")
	refuses("[]", "a.json: must be an object");
	refuses("{", "a.json:1:1: the document ends too early");
	refuses(WITH("\"coverage\":[]"), "a.json: /facts: is missing, must be an object");
	refuses(WITH("\"facts\":{},\"coverage\":[],\"origins\":{}"),
		"a.json: /origins: is not known here, expected one of: artefacts, collected, "
		"coverage, facts, ignored, node, source, version");
	refuses(STATED("\"\":\"x\""), "a.json: /facts/: a path must not be empty");
	refuses(STATED("\"a/b\":1"), "a.json: /facts/a~1b: must be a text");
	refuses(STATED("\"a\":\"\\u0007\""),
		"a.json: /facts/a: control characters must be escaped");
	refuses(STATED("\"a\":\"plain and then \xe2\x80\xae\""),
		"a.json: /facts/a: control characters must be escaped");
	refuses(STATED("\"a\\u007f\":\"x\""),
		"a.json: /facts/a\\u007f: control characters must be escaped");
	refuses(STATED("},\"artefacts\":{\"q\":\"x\""),
		"a.json: /artefacts/q: there is no fact of this path");
	refuses(STATED("\"q\":\"\"},\"artefacts\":{\"q\":\":1\""),
		"a.json: /artefacts/q: must be a name, or a name, a colon and a line");
	refuses(STATED("\"q\":\"\"},\"artefacts\":{\"q\":\"x:99999999999\""),
		"a.json: /artefacts/q: must be a name, or a name, a colon and a line");
	refuses(COVERED("{\"prefix\":\"a\",\"state\":\"seen\"}"),
		"a.json: /coverage/0/state: must be read or unknown");
	refuses(COVERED("{\"prefix\":\"a\",\"state\":\"unknown\"}"),
		"a.json: /coverage/0/why: is missing, must say why it is unknown");
	refuses(COVERED("{\"prefix\":\"a\",\"state\":\"read\",\"why\":\"x\"}"),
		"a.json: /coverage/0/why: stands only where the state is unknown");
	refuses(COVERED("3"), "a.json: /coverage/0: must be an object");
	refuses(WITH("\"facts\":{},\"coverage\":[],\"collected\":\"\""),
		"a.json: /collected: must not be empty");
	refuses(WITH("\"facts\":{},\"coverage\":[],\"collected\":\"2026-11-21 10:00:00Z\""),
		"a.json: /collected: must be a time like 2026-11-21T10:00:00Z");
	refuses(WITH("\"facts\":{},\"coverage\":[],\"ignored\":[1]"),
		"a.json: /ignored/0: must be a text");
}

static void a_missing_file_is_an_input_error(void **state)
{
	(void)state;
	struct error error = {0};
	assert_null(snapshot_read("/nonexistent/CONF1.json", &error));
	assert_int_equal(error.code, ERROR_INPUT);
	assert_non_null(strstr(error.text, "/nonexistent/CONF1.json"));
}

static void a_full_disk_is_said(void **state)
{
	(void)state;
	struct error error = {0};
	FILE *file = fopen("/dev/full", "w");
	if (!file)
		skip();
	struct snapshot *snapshot = parse_good(example);
	assert_int_equal(snapshot_write(snapshot, file, &error), -1);
	assert_int_equal(error.code, ERROR_INTERNAL);
	fclose(file);
	snapshot_free(snapshot);
}

/* --- a glance ----------------------------------------------------------------------------------
 */

static char *peek(const char *text, struct arena *arena, struct error *error)
{
	char path[] = "/tmp/snapshot_test_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	char *node = snapshot_peek_node(arena, path, error);
	unlink(path);
	return node;
}

static void a_glance_tells_whose_file_it_is(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	assert_string_equal(peek(example, arena, &error), "CONF1");
	/* The end is enough: nothing before it was read. */
	assert_string_equal(peek("no JSON\n  \"node\": \"C2\",\n  \"source\": null,\n"
				 "  \"version\": 1\n}\n",
				    arena, &error),
		"C2");
}

static void a_file_in_another_form_is_read_whole(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	assert_string_equal(peek("{\"node\":\"N\",\"version\":1,\"coverage\":[],\"facts\":{\n"
				 "  \"node\": \"M\",\n  \"source\": \"s\",\n"
				 "  \"version\": \"1\"\n}}\n",
				    arena, &error),
		"N");
	assert_string_equal(peek("{\n  \"coverage\": [],\n  \"facts\": {},\n"
				 "  \"node\": \"A\\\\B\",\n  \"source\": \"s\",\n"
				 "  \"version\": 1\n}\n",
				    arena, &error),
		"A\\B");
	assert_null(peek("nothing", arena, &error));
	assert_int_equal(error.code, ERROR_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_nobody_looked_nothing_is_absent),
		cmocka_unit_test(an_empty_snapshot_knows_nothing),
		cmocka_unit_test(a_present_fact_brings_its_value_and_its_place),
		cmocka_unit_test(the_most_specific_entry_decides_and_unknown_wins_a_tie),
		cmocka_unit_test(an_unknown_entry_for_exactly_its_path_overrules_a_fact),
		cmocka_unit_test(equal_coverage_entries_become_one),
		cmocka_unit_test(the_facts_below_a_prefix_are_one_run),
		cmocka_unit_test(a_set_is_complete_only_where_all_of_it_was_read),
		cmocka_unit_test(one_unknown_path_makes_its_set_incomplete),
		cmocka_unit_test(an_unreached_node_says_why),
		cmocka_unit_test(what_was_read_is_written_with_the_same_bytes),
		cmocka_unit_test(the_writer_gives_the_bytes_of_all_our_json),
		cmocka_unit_test(an_unsorted_file_is_written_sorted),
		cmocka_unit_test(an_artefact_that_ends_like_a_line_keeps_its_name),
		cmocka_unit_test(mistakes_are_named_with_file_and_place),
		cmocka_unit_test(a_missing_file_is_an_input_error),
		cmocka_unit_test(a_full_disk_is_said),
		cmocka_unit_test(a_glance_tells_whose_file_it_is),
		cmocka_unit_test(a_file_in_another_form_is_read_whole),
	};
	json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
