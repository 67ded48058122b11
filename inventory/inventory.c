/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/inventory.h"

#include "base/text.h"

#include <string.h>

void inventory_free(struct inventory *inventory)
{
	if (inventory)
		arena_free(inventory->arena); /* the inventory itself lies in it */
}

const char *node_role_name(enum node_role role)
{
	return role == NODE_PRIMARY ? "primary" : "backup";
}

const char *node_option(const struct node *node, const char *key)
{
	for (size_t i = 0; i < node->option_count; i++) {
		if (strcmp(node->options[i].key, key) == 0)
			return node->options[i].value;
	}
	return NULL;
}

const struct cluster *inventory_cluster(const struct inventory *inventory, const char *name)
{
	for (size_t i = 0; i < inventory->cluster_count; i++) {
		if (text_same(inventory->clusters[i].name, name))
			return &inventory->clusters[i];
	}
	return NULL;
}

const struct node *cluster_node(const struct cluster *cluster, const char *name)
{
	for (size_t i = 0; i < cluster->node_count; i++) {
		if (text_same(cluster->nodes[i].name, name))
			return &cluster->nodes[i];
	}
	return NULL;
}

static bool is_or_lies_below(const char *location, const char *above)
{
	size_t length = strlen(above);

	if (strcmp(above, "/") == 0)
		return true;
	return strncmp(location, above, length) == 0 &&
	       (location[length] == '\0' || location[length] == '/');
}

/* What the inventory says of a location it says of everything below that it does not name. */
static const char *nearest_in_scope(const struct cluster *cluster, const char *location)
{
	const char *nearest = NULL;

	for (size_t i = 0; i < cluster->locations.count; i++) {
		const char *item = cluster->locations.items[i];
		if (!is_or_lies_below(location, item))
			continue;
		if (!nearest || strcmp(nearest, "/") == 0 || strlen(item) > strlen(nearest))
			nearest = item;
	}
	return nearest ? nearest : location;
}

enum cross_node cluster_cross_node(const struct cluster *cluster, const char *location)
{
	if (!cluster->calls_declared)
		return CROSS_NODE_NOT_SAID;
	if (cluster->call_count == 0)
		return CROSS_NODE_NO;

	const char *nearest = nearest_in_scope(cluster, location);
	for (size_t i = 0; i < cluster->call_count; i++) {
		if (strcmp(cluster->calls[i].location, nearest) == 0)
			return CROSS_NODE_YES;
	}
	return CROSS_NODE_NO;
}
