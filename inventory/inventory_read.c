/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/inventory_read.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INVENTORY_SIZE_MAX ((size_t)16 << 20)

/* --- keys, to find what stands twice ---------------------------------------------------------- */

void key_index_add(struct arena *arena, struct key_index *index, const char *text, size_t position)
{
	index->items = arena_grow(
		arena, index->items, &index->capacity, index->count + 1, sizeof *index->items);
	index->items[index->count++] = (struct key){.text = text, .position = position};
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(((const struct key *)a)->text, ((const struct key *)b)->text);
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *left = a, *right = b;
	int order = compare_texts(a, b);

	if (order != 0)
		return order;
	return (left->position > right->position) - (left->position < right->position);
}

void key_index_sort(struct key_index *index)
{
	if (index->count > 1)
		qsort(index->items, index->count, sizeof *index->items, compare_keys);
}

bool key_index_may_hold(const struct key_index *index, const char *text)
{
	struct key wanted = {.text = text};

	if (index->gaps)
		return true;
	return index->count != 0 && bsearch(&wanted, index->items, index->count,
					    sizeof *index->items, compare_texts) != NULL;
}

bool key_index_repeats(const struct key_index *index, size_t i)
{
	return i > 0 && compare_texts(&index->items[i - 1], &index->items[i]) == 0;
}

/* --- members ---------------------------------------------------------------------------------- */

static bool is_among(const char *const *names, const char *name)
{
	for (size_t i = 0; names[i]; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static bool looks_like_a_secret(const char *key)
{
	return strcasestr(key, "password") || strcasestr(key, "passphrase") ||
	       strcasestr(key, "secret") || strcasestr(key, "token");
}

void inventory_known_keys(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const char *const *names)
{
	auto_json json_t *rest = json_copy(object); /* shallow: without the secrets */
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		struct json_place here = {.parent = place, .key = key};
		if (is_among(names, key) || !looks_like_a_secret(key))
			continue;
		json_mistake(reader->check, &here,
			"secrets never stand in the inventory: remove it, and change the secret if "
			"others could read the file; an agent or a key file opens the node");
		json_object_del(rest, key);
	}
	json_known_keys(reader->check, place, rest, names);
}

bool inventory_printable(
	struct inventory_reader *reader, const struct json_place *place, const char *text)
{
	if (strcmp(text_escape(reader->check->arena, text_of(text)), text) == 0)
		return true;
	json_mistake(reader->check, place,
		"must not hold control characters or others that cannot be seen");
	return false;
}

const char *inventory_text(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const char *key, bool required)
{
	struct json_place here = {.parent = place, .key = key};
	const char *text = json_member_text(reader->check, place, object, key, required);

	if (!text || !inventory_printable(reader, &here, text))
		return NULL;
	return arena_text(reader->arena, text);
}

json_t *inventory_array(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const char *key, bool required)
{
	struct json_place here = {.parent = place, .key = key};
	json_t *array = json_member(reader->check, place, object, key, JSON_ARRAY, required);

	if (!array || json_array_size(array) <= INVENTORY_ITEMS_MAX)
		return array;
	json_mistake(reader->check, &here, "must not hold more than %d items: split the inventory",
		INVENTORY_ITEMS_MAX);
	return NULL;
}

/* --- clusters --------------------------------------------------------------------------------- */

static void read_profile(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, struct cluster *cluster)
{
	struct json_place here = {.parent = place, .key = "profile"};
	const char *name = inventory_text(reader, place, object, "profile", false);
	const char *known = NULL;

	if (!name)
		return;
	cluster->profile = profile_find(name);
	if (cluster->profile)
		return;
	for (size_t i = 0; profile_catalogue[i]; i++)
		known = arena_format(reader->check->arena, "%s%s\"%s\"", known ? known : "",
			known ? ", " : "", profile_catalogue[i]->name);
	json_mistake(reader->check, &here, "must be a profile (%s), or be left out", known);
}

static void read_cluster(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, struct cluster *cluster)
{
	static const char *const keys[] = {"applications", "calls", "classes", "locations", "name",
		"nodes", "profile", "services", "trustees", NULL};

	if (!json_is_object(object)) {
		json_mistake(reader->check, place, "must be an object: a cluster");
		return;
	}
	inventory_known_keys(reader, place, object, keys);
	cluster->name = inventory_text(reader, place, object, "name", true);
	read_profile(reader, place, object, cluster);
	inventory_read_nodes(reader, place, object, cluster);
	inventory_read_scope(reader, place, object, cluster);
}

static void check_cluster_names(struct inventory_reader *reader, const struct json_place *place,
	const struct inventory *inventory)
{
	struct arena *arena = reader->check->arena;
	struct key_index names = {0};

	for (size_t i = 0; i < inventory->cluster_count; i++) {
		if (inventory->clusters[i].name)
			key_index_add(
				arena, &names, text_fold(arena, inventory->clusters[i].name), i);
	}
	key_index_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		struct json_place item = {.parent = place, .index = names.items[i].position};
		struct json_place here = {.parent = &item, .key = "name"};
		if (key_index_repeats(&names, i))
			json_mistake(reader->check, &here,
				"another cluster is named %s too (case does not count): each needs "
				"a name of its own",
				inventory->clusters[item.index].name);
	}
}

/* --- one computer in several clusters --------------------------------------------------------- */

struct node_reference {
	size_t cluster, node;
};

static const struct node *referenced(
	const struct inventory *inventory, const struct node_reference *reference)
{
	return &inventory->clusters[reference->cluster].nodes[reference->node];
}

static bool options_alike(const struct node *a, const struct node *b)
{
	if (a->option_count != b->option_count)
		return false;
	for (size_t i = 0; i < a->option_count; i++) {
		const char *value = node_option(b, a->options[i].key);
		if (!value || strcmp(value, a->options[i].value) != 0)
			return false;
	}
	return true;
}

static bool reached_alike(const struct node *a, const struct node *b)
{
	if (!a->scheme || !b->scheme)
		return true; /* a gap */
	if (strcmp(a->scheme, b->scheme) != 0 || strcmp(a->address, b->address) != 0)
		return false;
	return options_alike(a, b);
}

static void check_reference(struct inventory_reader *reader, const struct json_place *place,
	const struct inventory *inventory, const struct node_reference *first,
	const struct node_reference *other)
{
	struct json_place cluster = {.parent = place, .index = other->cluster};
	struct json_place nodes = {.parent = &cluster, .key = "nodes"};
	struct json_place here = {.parent = &nodes, .index = other->node};
	const struct node *node = referenced(inventory, other);
	const char *name = inventory->clusters[first->cluster].name;

	/* Two of one name within a cluster are noted there. */
	if (first->cluster == other->cluster || reached_alike(referenced(inventory, first), node))
		return;
	json_mistake(reader->check, &here,
		"node %s is reached in another way in cluster %s; one name is one computer: give "
		"both the same source, address and options",
		node->name, name ? name : "(without a name)");
}

static struct node_reference *all_nodes(
	struct inventory_reader *reader, const struct inventory *inventory, struct key_index *names)
{
	struct arena *arena = reader->check->arena;
	struct node_reference *references = NULL;
	size_t count = 0, capacity = 0;

	for (size_t i = 0; i < inventory->cluster_count; i++) {
		const struct cluster *cluster = &inventory->clusters[i];
		for (size_t j = 0; j < cluster->node_count; j++) {
			if (!cluster->nodes[j].name)
				continue;
			references = arena_grow(
				arena, references, &capacity, count + 1, sizeof *references);
			references[count] = (struct node_reference){.cluster = i, .node = j};
			key_index_add(
				arena, names, text_fold(arena, cluster->nodes[j].name), count++);
		}
	}
	return references;
}

static void check_shared_nodes(struct inventory_reader *reader, const struct json_place *place,
	const struct inventory *inventory)
{
	struct key_index names = {0};
	const struct node_reference *references = all_nodes(reader, inventory, &names);
	size_t first = 0;

	key_index_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		if (!key_index_repeats(&names, i))
			first = i;
		else
			check_reference(reader, place, inventory,
				&references[names.items[first].position],
				&references[names.items[i].position]);
	}
}

/* --- the file --------------------------------------------------------------------------------- */

static void read_clusters(struct inventory_reader *reader, const struct json_place *root,
	json_t *array, struct inventory *inventory)
{
	struct json_place place = {.parent = root, .key = "clusters"};

	inventory->cluster_count = json_array_size(array);
	if (inventory->cluster_count == 0) {
		json_mistake(reader->check, &place, "must hold at least one cluster");
		return;
	}
	inventory->clusters =
		arena_alloc(reader->arena, inventory->cluster_count * sizeof *inventory->clusters);
	for (size_t i = 0; i < inventory->cluster_count; i++) {
		struct json_place item = {.parent = &place, .index = i};
		read_cluster(reader, &item, json_array_get(array, i), &inventory->clusters[i]);
	}
	check_cluster_names(reader, &place, inventory);
	check_shared_nodes(reader, &place, inventory);
}

static void read_document(struct json_check *check, json_t *document, struct inventory *inventory)
{
	static const char *const keys[] = {"clusters", "version", NULL};
	struct inventory_reader reader = {.check = check, .arena = inventory->arena};
	struct json_place root = {0};

	if (!json_is_object(document)) {
		json_mistake(check, &root, "must be an object with \"version\" and \"clusters\"");
		return;
	}
	inventory_known_keys(&reader, &root, document, keys);
	json_version(check, &root, document);
	json_t *clusters = inventory_array(&reader, &root, document, "clusters", true);
	if (clusters)
		read_clusters(&reader, &root, clusters, inventory);
}

static char *folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return arena_text(arena, ".");
	return arena_text_n(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

static struct inventory *inventory_new(const char *path)
{
	struct arena *arena = arena_new();
	struct inventory *inventory = arena_alloc(arena, sizeof *inventory);

	inventory->arena = arena;
	inventory->path = arena_text(arena, path);
	inventory->folder = folder_of(arena, path);
	return inventory;
}

/* NULL where there is no JSON to check; otherwise good only if nothing was noted. */
static struct inventory *read_file(const char *path, struct json_check *check, struct error *error)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(INVENTORY_SIZE_MAX);

	if (file_read(path, &buffer, NULL, error) != 0)
		return NULL;
	struct bytes bytes = {(const unsigned char *)buffer.data, buffer.length};
	auto_json json_t *document = json_read(bytes, path, error);
	if (!document)
		return NULL;
	struct inventory *inventory = inventory_new(path);
	read_document(check, document, inventory);
	return inventory;
}

static void report_mistakes(const struct json_check *check, const char *path, struct error *error)
{
	const char *first = check->mistakes.items[0];

	if (check->mistakes.count == 1)
		error_set(error, ERROR_INPUT, "%s: %s", path, first);
	else
		error_set(error, ERROR_INPUT, "%s: %s (and %zu more; run standby inventory check)",
			path, first, check->mistakes.count - 1);
}

struct inventory *inventory_read(const char *path, struct error *error)
{
	auto_arena struct arena *messages = arena_new();
	struct json_check check = {.arena = messages};
	struct inventory *inventory = read_file(path, &check, error);

	if (!inventory || check.mistakes.count == 0)
		return inventory;
	report_mistakes(&check, path, error);
	inventory_free(inventory);
	return NULL;
}

size_t inventory_check(const char *path, struct arena *arena, struct strings *mistakes)
{
	struct error error = {0};
	struct json_check check = {.arena = arena};
	struct inventory *inventory = read_file(path, &check, &error);

	if (!inventory)
		strings_add(arena, &check.mistakes, arena_text(arena, error.text));
	for (size_t i = 0; i < check.mistakes.count; i++)
		strings_add(arena, mistakes, check.mistakes.items[i]);
	inventory_free(inventory);
	return check.mistakes.count;
}
