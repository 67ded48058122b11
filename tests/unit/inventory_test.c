/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory.h"

#include "base/json.h"

#include <time.h>

/* --- reading ---------------------------------------------------------------------------------- */

static void nodes_are_read_with_role_source_and_options(void **state)
{
	(void)state;
	struct error error = {0};
	struct inventory *inventory = inventory_read(FOLDER "conferencing.json", &error);
	assert_non_null(inventory);
	const struct cluster *cluster = inventory_cluster(inventory, "CONFerencing");
	const struct node *node = cluster_node(cluster, "conf2");

	assert_string_equal(inventory->folder, "tests/unit/inventory");
	assert_string_equal(node->name, "CONF2");
	assert_string_equal(node_role_name(node->role), "backup");
	assert_string_equal(node->scheme, "ssh");
	assert_string_equal(node->address, "admin@conf2.example.test:22");
	assert_string_equal(node_option(node, "identity-file"), "~/.ssh/id_ed25519");
	assert_null(node_option(node, "port"));
	assert_null(node_option(&cluster->nodes[0], "identity-file"));
	assert_null(cluster_node(cluster, "WEB1"));
	assert_null(inventory_cluster(inventory, "elsewhere"));
	inventory_free(inventory);
}

static void what_is_in_scope_is_canonical(void **state)
{
	(void)state;
	struct error error = {0};
	struct inventory *inventory = inventory_read(FOLDER "conferencing.json", &error);
	assert_non_null(inventory);
	const struct cluster *first = inventory_cluster(inventory, "conferencing");
	const struct cluster *bare = inventory_cluster(inventory, "bare");

	assert_string_equal(first->applications.items[0], AGENT);
	assert_string_equal(bare->locations.items[0], "2/root/shop");
	assert_string_equal(bare->services.items[1], "w3svc");
	assert_int_equal(first->needed_count, 2);
	assert_string_equal(first->needed[1].application, AGENT);
	assert_true(strings_hold(&first->needed[1].trustees, "@anonymous"));
	assert_true(strings_hold(&first->needed[0].trustees, "EXAMPLE\\operators"));
	inventory_free(inventory);
}

static void the_folder_of_a_path_without_one_is_the_current_one(void **state)
{
	(void)state;
	char here[4096];
	struct error error = {0};
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(FOLDER), 0);
	struct inventory *inventory = inventory_read("conferencing.json", &error);
	assert_int_equal(chdir(here), 0);
	assert_non_null(inventory);
	assert_string_equal(inventory->folder, ".");
	assert_string_equal(inventory->path, "conferencing.json");
	inventory_free(inventory);
}

static void what_is_shown_is_complete_and_gives_itself_when_read_again(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	struct inventory *inventory = inventory_read(FOLDER "conferencing.json", &error);
	assert_non_null(inventory);
	char *once = shown(arena, inventory);
	inventory_free(inventory);

	assert_string_equal(once, content_of(arena, FOLDER "conferencing.shown.json"));
	struct inventory *again = read_text(arena, once);
	assert_string_equal(shown(arena, again), once);
	inventory_free(again);
}

/* --- profiles --------------------------------------------------------------------------------- */

static void every_profile_is_found_by_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; profile_catalogue[i]; i++)
		assert_ptr_equal(profile_find(profile_catalogue[i]->name), profile_catalogue[i]);
	assert_null(profile_find("exchange"));
}

static void every_profile_stands_in_the_schema(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	char *text = content_of(arena, "inventory/inventory.schema.json");
	auto_json json_t *schema = json_read(
		(struct bytes){(const unsigned char *)text, strlen(text)}, "schema", &error);
	json_t *names = NULL;

	assert_int_equal(json_unpack(schema, "{s{s{s{s{so}}}}}", "definitions", "cluster",
				 "properties", "profile", "enum", &names),
		0);
	size_t count = 0;
	while (profile_catalogue[count])
		count++;
	assert_int_equal(json_array_size(names), count);
	for (size_t i = 0; i < count; i++)
		assert_non_null(profile_find(json_string_value(json_array_get(names, i))));
}

static void a_profile_fills_in_what_is_left_out(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct inventory *inventory = read_text(arena, cluster_with(arena, "\"profile\":\"iis\""));
	const struct cluster *cluster = &inventory->clusters[0];

	assert_int_equal(cluster->locations.count, 1);
	assert_string_equal(cluster->locations.items[0], "/");
	assert_string_equal(cluster->services.items[0], "W3SVC");
	assert_false(cluster->calls_declared);
	inventory_free(inventory);
}

static void a_profile_leaves_alone_what_is_given_even_when_empty(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct inventory *inventory = read_text(
		arena, cluster_with(arena,
			       "\"profile\":\"conferencing\",\"locations\":[],\"services\":[]"));
	const struct cluster *cluster = &inventory->clusters[0];

	assert_int_equal(cluster->locations.count, 0);
	assert_int_equal(cluster->services.count, 0);
	inventory_free(inventory);
}

static void conferencing_calls_each_application_from_each_location(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct inventory *inventory = read_text(arena,
		cluster_with(arena, "\"profile\":\"conferencing\",\"locations\":[\"1/A\",\"1/B\"],"
				    "\"applications\":[\"" AGENT
				    "\",\"{F3E1C3A0-0A7B-4D6E-9C55-1B2C3D4E5F60}\"]"));
	const struct cluster *cluster = &inventory->clusters[0];

	assert_true(cluster->calls_declared);
	assert_int_equal(cluster->call_count, 4);
	assert_string_equal(cluster->calls[3].location, "1/b");
	assert_string_equal(
		cluster->calls[3].application, "{F3E1C3A0-0A7B-4D6E-9C55-1B2C3D4E5F60}");
	inventory_free(inventory);
}

static void conferencing_without_applications_calls_one_that_is_not_named(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct inventory *inventory =
		read_text(arena, cluster_with(arena, "\"profile\":\"conferencing\""));
	const struct cluster *cluster = &inventory->clusters[0];

	assert_int_equal(cluster->call_count, 1);
	assert_string_equal(cluster->calls[0].location, "1/root/conferencing");
	assert_null(cluster->calls[0].application);
	inventory_free(inventory);
}

/* --- calls across nodes ----------------------------------------------------------------------- */

static enum cross_node cross_node_of(const char *members, const char *location)
{
	auto_arena struct arena *arena = arena_new();
	struct inventory *inventory = read_text(arena, cluster_with(arena, members));
	enum cross_node result = cluster_cross_node(&inventory->clusters[0], location);

	inventory_free(inventory);
	return result;
}

static void calls_left_out_are_not_said(void **state)
{
	(void)state;
	assert_int_equal(cross_node_of("\"locations\":[\"/\"]", "/"), CROSS_NODE_NOT_SAID);
}

static void no_calls_mean_no_location_calls(void **state)
{
	(void)state;
	assert_int_equal(cross_node_of("\"locations\":[\"/\"],\"calls\":[]", "/"), CROSS_NODE_NO);
}

static void only_a_location_that_calls_is_cross_node(void **state)
{
	(void)state;
	const char *members = "\"locations\":[\"/\",\"1/A\",\"1/A/B\"],"
			      "\"calls\":[{\"location\":\"1/a/\"}]";

	assert_int_equal(cross_node_of(members, "1/a"), CROSS_NODE_YES);
	assert_int_equal(cross_node_of(members, "1/a/b"), CROSS_NODE_NO);
	assert_int_equal(cross_node_of(members, "1/ab"), CROSS_NODE_NO);
	assert_int_equal(cross_node_of(members, "/"), CROSS_NODE_NO);
}

static void a_location_not_in_scope_is_judged_by_the_nearest_one_above(void **state)
{
	(void)state;
	const char *members = "\"locations\":[\"1/A\",\"/\",\"1/A/B\"],"
			      "\"calls\":[{\"location\":\"1/A\"}]";

	assert_int_equal(cross_node_of(members, "1/a/c/d"), CROSS_NODE_YES);
	assert_int_equal(cross_node_of(members, "1/a/b/c"), CROSS_NODE_NO);
	assert_int_equal(cross_node_of(members, "2"), CROSS_NODE_NO);
}

/* --- size ----------------------------------------------------------------------------------- */

static void five_thousand_clusters_are_read_in_a_moment(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	auto_buffer struct buffer clusters = BUFFER_INIT(16 << 20);
	struct timespec start, end;

	for (int i = 0; i < 5000; i++)
		buffer_format(&clusters,
			"%s{\"name\":\"c%d\",\"profile\":\"conferencing\",\"nodes\":["
			"{\"name\":\"P%d\",\"role\":\"primary\",\"files\":\"P%d\"},"
			"{\"name\":\"B%d\",\"role\":\"backup\",\"files\":\"B%d\"}]}",
			i ? "," : "", i, i, i, i, i);
	clock_gettime(CLOCK_MONOTONIC, &start);
	struct inventory *inventory = read_text(arena, inventory_of(arena, clusters.data));
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(inventory->cluster_count, 5000);
	/* All nodes with all nodes would take minutes; sanitizers and busy machines get room. */
	assert_in_range(end.tv_sec - start.tv_sec, 0, 5);
	inventory_free(inventory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_are_read_with_role_source_and_options),
		cmocka_unit_test(what_is_in_scope_is_canonical),
		cmocka_unit_test(the_folder_of_a_path_without_one_is_the_current_one),
		cmocka_unit_test(what_is_shown_is_complete_and_gives_itself_when_read_again),
		cmocka_unit_test(every_profile_is_found_by_its_name),
		cmocka_unit_test(every_profile_stands_in_the_schema),
		cmocka_unit_test(a_profile_fills_in_what_is_left_out),
		cmocka_unit_test(a_profile_leaves_alone_what_is_given_even_when_empty),
		cmocka_unit_test(conferencing_calls_each_application_from_each_location),
		cmocka_unit_test(conferencing_without_applications_calls_one_that_is_not_named),
		cmocka_unit_test(calls_left_out_are_not_said),
		cmocka_unit_test(no_calls_mean_no_location_calls),
		cmocka_unit_test(only_a_location_that_calls_is_cross_node),
		cmocka_unit_test(a_location_not_in_scope_is_judged_by_the_nearest_one_above),
		cmocka_unit_test(five_thousand_clusters_are_read_in_a_moment),
	};

	json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
