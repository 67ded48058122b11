/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory.h"

#include "base/json.h"

static void every_mistake_is_named_with_its_place(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct strings mistakes = {0};
	char *all = arena_text(arena, "");

	inventory_check(FOLDER "mistakes.json", arena, &mistakes);
	for (size_t i = 0; i < mistakes.count; i++)
		all = arena_format(arena, "%s%s\n", all, mistakes.items[i]);
	assert_string_equal(all, content_of(arena, FOLDER "mistakes.txt"));
	assert_null(strstr(all, "hunter2"));
}

static void reading_names_the_first_mistake_and_how_many_more_there_are(void **state)
{
	(void)state;
	struct error error = {0};

	assert_null(inventory_read(FOLDER "mistakes.json", &error));
	assert_int_equal(error.code, ERROR_INPUT);
	assert_ptr_equal(strstr(error.text, FOLDER "mistakes.json: /version: "), error.text);
	assert_non_null(strstr(error.text, " more; run standby inventory check)"));
}

static void reading_names_a_single_mistake_alone(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	char *path = written(arena, cluster_with(arena, "\"profile\":\"x\""));

	assert_null(inventory_read(path, &error));
	unlink(path);
	assert_string_equal(error.text,
		arena_format(arena,
			"%s: /clusters/0/profile: must be a profile (\"conferencing\", \"dcom\", "
			"\"iis\"), or be left out",
			path));
}

static void broken_syntax_is_named_with_line_and_column(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct strings mistakes = mistakes_of(arena, "{\"version\":1,\n\"clusters\" []}");

	assert_int_equal(mistakes.count, 1);
	assert_non_null(strstr(mistakes.items[0], ":2:"));
}

static void a_file_that_is_not_there_or_too_large_is_a_mistake(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct strings mistakes = {0};
	char *path = written(arena, "{}");

	assert_int_equal(inventory_check("/nonexistent/inventory.json", arena, &mistakes), 1);
	assert_int_equal(truncate(path, (16 << 20) + 1), 0);
	assert_int_equal(inventory_check(path, arena, &mistakes), 1);
	unlink(path);
	assert_int_equal(mistakes.count, 2);
}

static void the_document_has_version_1_and_a_cluster(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char *two = inventory_of(arena, "");

	assert_mistake(arena, "[]", "must be an object");
	assert_mistake(arena, two, "/clusters: must hold at least one cluster");
	assert_mistake(arena, "{\"version\":1}", "/clusters: is missing");
	char *good = cluster_with(arena, "");
	assert_good(arena, good);
	*strchr(good, '1') = '2';
	assert_mistake(arena, good, "/version: must be 1");
}

static void a_cluster_needs_two_nodes_one_of_each_role(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const char *const cases[][2] = {{"primary", "/clusters/0/nodes: no node is backup"},
		{"backup", "/clusters/0/nodes: no node is primary"}};

	assert_mistake(arena, cluster_of_nodes(arena, ""), "/clusters/0/nodes: must hold");
	for (size_t i = 0; i < 2; i++) {
		char *nodes = arena_format(arena,
			"{\"name\":\"A\",\"role\":\"%s\",\"files\":\"A\"},"
			"{\"name\":\"B\",\"role\":\"%s\",\"files\":\"B\"}",
			cases[i][0], cases[i][0]);
		assert_mistake(arena, cluster_of_nodes(arena, nodes), cases[i][1]);
	}
}

static void node_name(struct arena *arena, const char *name, bool good)
{
	char *content = third_node(arena, name, "C");

	if (good)
		assert_good(arena, content);
	else
		assert_mistake(arena, content, "/clusters/0/nodes/2/name: must ");
}

static void a_node_has_a_computer_name(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const char *const bad[] = {"", "ABCDEFGHIJKLMNOP", "A B", "A\\\\B", "A/B", "A:B",
		"A*B", "A?B", "A\\\"B", "A<B", "A>B", "A|B", "A,B", ".", "..", "A\\u0007",
		"A\\u202eB"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		node_name(arena, bad[i], false);
	node_name(arena, "ABCDEFGHIJKLMNO", true);
	node_name(
		arena, "\xc3\x84\xc3\x84\xc3\x84\xc3\x84\xc3\x84\xc3\x84\xc3\x84\xc3\x84-01", true);
}

static void node_source(struct arena *arena, const char *members, const char *mistake)
{
	char *content = cluster_of_nodes(
		arena, arena_format(arena, "%s,{\"name\":\"C\",\"role\":\"backup\"%s%s}", two_nodes,
			       *members ? "," : "", members));

	if (mistake)
		assert_mistake(
			arena, content, arena_format(arena, "/clusters/0/nodes/2%s", mistake));
	else
		assert_good(arena, content);
}

static void a_node_has_exactly_one_source(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();

	node_source(arena, "", ": must have exactly one source");
	node_source(arena, "\"files\":\"C\",\"replay\":\"C\"", ": must have exactly one source");
	node_source(arena, "\"files\":\"\"", "/files: must not be empty");
	node_source(arena, "\"files\":1", "/files: must be a text");
	node_source(arena, "\"winrm\":\"c\"", NULL);
}

static void an_identity_file_goes_with_ssh_only(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();

	node_source(arena, "\"ssh\":\"c\",\"identity-file\":\"k\"", NULL);
	node_source(arena, "\"openssh\":\"c\",\"identity-file\":\"k\"", NULL);
	node_source(arena, "\"winrm\":\"c\",\"identity-file\":\"k\"", "/identity-file: goes with");
	node_source(arena, "\"files\":\"c\",\"identity-file\":\"k\"", "/identity-file: goes with");
}

static void secrets_are_named_by_where_they_come_from(void **state)
{
	(void)state;
	static const char *const good[] = {"fd:0", "fd:37", "pipe:/run/secret", "pipe:secret",
		"credential:conf1", "credential:...", NULL};
	static const char *const bad[] = {"Tr0ub4dor", "fd:", "fd:x", "fd:-1", "fd:99999999999",
		"pipe:", "credential:", "credential:a/b", "credential:..", "credential:.",
		"file:/etc/secret", ":x", "f:1", NULL};
	auto_arena struct arena *arena = arena_new();

	for (const char *const *value = good; *value; value++)
		node_source(arena,
			arena_format(arena,
				"\"ssh\":\"c\",\"password-from\":\"%s\",\"passphrase-from\":\"%s\"",
				*value, *value),
			NULL);
	for (const char *const *value = bad; *value; value++)
		node_source(arena,
			arena_format(arena, "\"openssh\":\"c\",\"password-from\":\"%s\"", *value),
			"/password-from: must say where the secret comes from");
	node_source(
		arena, "\"winrm\":\"c\",\"password-from\":\"fd:3\"", "/password-from: goes with");
	node_source(arena, "\"files\":\"c\",\"known-hosts\":\"k\"", "/known-hosts: goes with");
	node_source(arena, "\"ssh\":\"c\",\"known-hosts\":\"k\"", NULL);
}

static void a_host_is_neither_an_option_nor_holds_a_password(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();

	node_source(arena, "\"ssh\":\"-oProxyCommand=x\"", "/ssh: must not begin");
	node_source(arena, "\"ssh\":\"admin:pw@c\"", "/ssh: secrets never stand");
	node_source(arena, "\"winrm\":\"https://admin:p@w@c:5986\"", "/winrm: secrets never stand");
	node_source(arena, "\"winrm\":\"https://admin@c:5986\"", NULL);
	node_source(arena, "\"ssh\":\"admin@[2001:db8::1]:22\"", NULL);
	node_source(arena, "\"ssh\":\"[2001:db8::1]:22\"", NULL);
}

static void a_key_that_looks_like_a_secret_says_so(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const char *const keys[] = {"password", "ssh-Passphrase", "clientSECRET", "token"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		char *member = arena_format(arena, "\"%s\":\"do-not-print\"", keys[i]);
		char *expected = arena_format(
			arena, "/clusters/0/%s: secrets never stand in the inventory", keys[i]);
		assert_mistake(arena, cluster_with(arena, member), expected);
	}
	assert_mistake(
		arena, cluster_with(arena, "\"owner\":1"), "/clusters/0/owner: is not known");
}

static void two_nodes_of_a_cluster_differ_in_name_and_address(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();

	assert_mistake(arena, third_node(arena, "a", "C"),
		"/clusters/0/nodes/2/name: two nodes of this cluster are named a");
	assert_mistake(arena, third_node(arena, "C", ".//B/"),
		"/clusters/0/nodes/2/files: another node of this cluster has the same address");
}

/* Node A of the first cluster in a second one. */
static char *shared_node(struct arena *arena, const char *source)
{
	return inventory_of(
		arena, arena_format(arena,
			       "{\"name\":\"c\",\"nodes\":[%s]},{\"name\":\"d\",\"nodes\":["
			       "{\"name\":\"a\",\"role\":\"backup\",%s},"
			       "{\"name\":\"D\",\"role\":\"primary\",\"files\":\"D\"}]}",
			       two_nodes, source));
}

static void one_name_in_two_clusters_is_one_computer(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const char *mistake = "/clusters/1/nodes/0: node a is reached in another way in cluster c";

	assert_good(arena, shared_node(arena, "\"files\":\"A\""));
	assert_mistake(arena, shared_node(arena, "\"replay\":\"A\""), mistake);
	assert_mistake(arena, shared_node(arena, "\"files\":\"E\""), mistake);
}

static void clusters_differ_in_name_whatever_its_case(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char *clusters = arena_format(arena,
		"{\"name\":\"Web\",\"nodes\":[%s]},{\"name\":\"WEB\",\"nodes\":[%s]}", two_nodes,
		two_nodes);

	assert_mistake(arena, inventory_of(arena, clusters),
		"/clusters/1/name: another cluster is named WEB too");
}

static void a_list_holds_each_thing_once(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const char *const cases[][2] = {
		{"\"locations\":[\"1/A\",\"/LM/W3SVC/1/a/\"]", "locations/1: stands twice"},
		{"\"locations\":[\"/LM/W3SVC/LM/W3SVC/1\"]", "locations/0: must be a location"},
		{"\"applications\":[\"" AGENT "\",\"0c0a3666-30c9-11d0-8f20-00805f2cd064\"]",
			"applications/1: stands twice"},
		{"\"services\":[\"W3SVC\",\"w3svc\"]", "services/1: stands twice"},
		{"\"services\":[\"\"]", "services/0: must be a text that is not empty"},
		{"\"services\":[\"a\\u001b[2J\"]", "services/0: must not hold control"},
		{"\"classes\":[\"" AGENT "x\"]", "classes/0: must be a GUID"},
		{"\"classes\":{}", "classes: must be an array"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_mistake(arena, cluster_with(arena, cases[i][0]),
			arena_format(arena, "/clusters/0/%s", cases[i][1]));
}

static void calls_and_trustees_refer_to_what_is_in_scope(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	static const char *const cases[][2] = {
		{"\"calls\":[{\"location\":\"1\"}]", "calls/0/location: is not among"},
		{"\"locations\":[\"1\"],\"calls\":[{\"location\":\"1\",\"application\":\"" AGENT
		 "\"}]",
			"calls/0/application: is not among"},
		{"\"locations\":[\"1\"],\"calls\":[{\"location\":\"1\"},{\"location\":\"1/\"}]",
			"calls/1: is the same call"},
		{"\"calls\":[{}]", "calls/0/location: is missing"},
		{"\"calls\":[\"1\"]", "calls/0: must be an object"},
		{"\"calls\":null", "calls: must be an array"},
		{"\"trustees\":{\"" AGENT "\":[\"SYSTEM\"]}", "trustees/" AGENT ": is not among"},
		{"\"applications\":[\"" AGENT "\"],\"trustees\":{\"" AGENT "\":[]}",
			"trustees/" AGENT ": must be a list of trustees"},
		{"\"applications\":[\"" AGENT "\"],\"trustees\":{\"" AGENT "\":[\"@iusr\"]}",
			"trustees/" AGENT "/0: must be an account"},
		{"\"applications\":[\"" AGENT "\"],\"trustees\":{\"" AGENT
		 "\":[\"a\"],\"0C0A3666-30C9-11D0-8F20-00805F2CD064\":[\"b\"]}",
			"trustees: " AGENT " stands twice"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_mistake(arena, cluster_with(arena, cases[i][0]),
			arena_format(arena, "/clusters/0/%s", cases[i][1]));
}

static void a_call_may_refer_to_what_the_profile_fills_in(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();

	assert_good(
		arena, cluster_with(arena, "\"profile\":\"iis\",\"calls\":[{\"location\":\"/\"}]"));
}

static void from_an_item_that_is_wrong_no_further_mistake_follows(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();

	assert_mistake(arena,
		cluster_with(arena,
			"\"applications\":[\"x\"],\"trustees\":{\"" AGENT "\":[\"SYSTEM\"]}"),
		"/clusters/0/applications/0: must be a GUID");
}

static void list_of_numbers(
	struct buffer *out, const char *key, const char *before, const char *after)
{
	buffer_format(out, ",\"%s\":[", key);
	for (unsigned i = 0; i < 400; i++)
		buffer_format(out, "%s\"%s%08X%s\"", i ? "," : "", before, i, after);
	buffer_text(out, "]");
}

static void a_profile_does_not_fill_in_calls_without_end(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	auto_buffer struct buffer members = BUFFER_INIT(1 << 20);

	buffer_text(&members, "\"profile\":\"conferencing\"");
	list_of_numbers(&members, "locations", "1/", "");
	list_of_numbers(&members, "applications", "{", "-30C9-11D0-8F20-00805F2CD064}");
	assert_mistake(arena, cluster_with(arena, members.data),
		"/clusters/0: the profile would fill in more than 100000 calls");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_is_named_with_its_place),
		cmocka_unit_test(reading_names_the_first_mistake_and_how_many_more_there_are),
		cmocka_unit_test(reading_names_a_single_mistake_alone),
		cmocka_unit_test(broken_syntax_is_named_with_line_and_column),
		cmocka_unit_test(a_file_that_is_not_there_or_too_large_is_a_mistake),
		cmocka_unit_test(the_document_has_version_1_and_a_cluster),
		cmocka_unit_test(a_cluster_needs_two_nodes_one_of_each_role),
		cmocka_unit_test(a_node_has_a_computer_name),
		cmocka_unit_test(a_node_has_exactly_one_source),
		cmocka_unit_test(an_identity_file_goes_with_ssh_only),
		cmocka_unit_test(secrets_are_named_by_where_they_come_from),
		cmocka_unit_test(a_host_is_neither_an_option_nor_holds_a_password),
		cmocka_unit_test(a_key_that_looks_like_a_secret_says_so),
		cmocka_unit_test(two_nodes_of_a_cluster_differ_in_name_and_address),
		cmocka_unit_test(one_name_in_two_clusters_is_one_computer),
		cmocka_unit_test(clusters_differ_in_name_whatever_its_case),
		cmocka_unit_test(a_list_holds_each_thing_once),
		cmocka_unit_test(calls_and_trustees_refer_to_what_is_in_scope),
		cmocka_unit_test(a_call_may_refer_to_what_the_profile_fills_in),
		cmocka_unit_test(from_an_item_that_is_wrong_no_further_mistake_follows),
		cmocka_unit_test(a_profile_does_not_fill_in_calls_without_end),
	};

	json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
