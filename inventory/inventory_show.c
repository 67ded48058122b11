/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/inventory.h"

#include "base/json.h"

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *show_strings(const struct strings *strings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strings->count; i++)
		json_array_append_new(array, json_of_text(strings->items[i]));
	return array;
}

static json_t *show_node(const struct node *node)
{
	json_t *object = json_object();

	set(object, "name", json_of_text(node->name));
	set(object, "role", json_of_text(node_role_name(node->role)));
	set(object, node->scheme, json_of_text(node->address));
	for (size_t i = 0; i < node->option_count; i++)
		set(object, node->options[i].key, json_of_text(node->options[i].value));
	return object;
}

static json_t *show_nodes(const struct cluster *cluster)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cluster->node_count; i++)
		json_array_append_new(array, show_node(&cluster->nodes[i]));
	return array;
}

static json_t *show_calls(const struct cluster *cluster)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cluster->call_count; i++) {
		const struct call *call = &cluster->calls[i];
		json_t *object = json_object();
		set(object, "location", json_of_text(call->location));
		if (call->application)
			set(object, "application", json_of_text(call->application));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *show_trustees(const struct cluster *cluster)
{
	json_t *object = json_object();

	for (size_t i = 0; i < cluster->needed_count; i++)
		set(object, cluster->needed[i].application,
			show_strings(&cluster->needed[i].trustees));
	return object;
}

static json_t *show_cluster(const struct cluster *cluster)
{
	json_t *object = json_object();

	set(object, "name", json_of_text(cluster->name));
	if (cluster->profile)
		set(object, "profile", json_of_text(cluster->profile->name));
	set(object, "nodes", show_nodes(cluster));
	set(object, "locations", show_strings(&cluster->locations));
	set(object, "applications", show_strings(&cluster->applications));
	set(object, "classes", show_strings(&cluster->classes));
	set(object, "services", show_strings(&cluster->services));
	if (cluster->calls_declared)
		set(object, "calls", show_calls(cluster));
	set(object, "trustees", show_trustees(cluster));
	return object;
}

int inventory_show(const struct inventory *inventory, FILE *file)
{
	auto_json json_t *root = json_object();
	json_t *clusters = json_array();

	for (size_t i = 0; i < inventory->cluster_count; i++)
		json_array_append_new(clusters, show_cluster(&inventory->clusters[i]));
	set(root, "version", json_integer(1));
	set(root, "clusters", clusters);
	if (json_write(file, root, 0) != 0)
		return -1;
	return fputc('\n', file) == EOF ? -1 : 0;
}
