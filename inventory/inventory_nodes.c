/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/inventory_read.h"

#include "base/number.h"
#include "base/text.h"

#include <limits.h>
#include <string.h>

#define COMPUTER_NAME_MAX 15

/* Sources: where the artefacts of a node come from. */
static const struct source {
	const char *scheme;
	bool is_folder; /* an address is a path, not a host */
	bool is_ssh;
} sources[] = {
	{.scheme = "files", .is_folder = true},
	{.scheme = "replay", .is_folder = true},
	{.scheme = "ssh", .is_ssh = true},
	{.scheme = "openssh", .is_ssh = true},
	{.scheme = "winrm"},
};
#define SOURCE_COUNT (sizeof sources / sizeof *sources)
#define SOURCE_WORDS "\"files\", \"replay\", \"ssh\", \"openssh\" or \"winrm\""

/* --- name and role ---------------------------------------------------------------------------- */

static bool is_computer_name(const char *name)
{
	size_t characters = 0;

	for (const char *c = name; *c; c++)
		characters += ((unsigned char)*c & 0xc0) != 0x80; /* not a continuation byte */
	return characters >= 1 && characters <= COMPUTER_NAME_MAX && name[0] != '.' &&
	       !strpbrk(name, "\\/:*?\"<>| ,");
}

static const char *read_name(
	struct inventory_reader *reader, const struct json_place *place, json_t *object)
{
	struct json_place here = {.parent = place, .key = "name"};
	const char *name = inventory_text(reader, place, object, "name", true);

	if (!name || is_computer_name(name))
		return name;
	json_mistake(reader->check, &here,
		"must be the computer name (NetBIOS, not DNS): 1 to %d characters, no blank, no "
		"dot in front, none of \\ / : * ? \" < > | ,",
		COMPUTER_NAME_MAX);
	return NULL;
}

/* False where the role could not be read. */
static bool read_role(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, enum node_role *role)
{
	struct json_place here = {.parent = place, .key = "role"};
	const char *text = json_member_text(reader->check, place, object, "role", true);

	if (!text)
		return false;
	if (strcmp(text, node_role_name(NODE_PRIMARY)) == 0) {
		*role = NODE_PRIMARY;
	} else if (strcmp(text, node_role_name(NODE_BACKUP)) == 0) {
		*role = NODE_BACKUP;
	} else {
		json_mistake(reader->check, &here, "must be \"primary\" or \"backup\"");
		return false;
	}
	return true;
}

/* --- source ----------------------------------------------------------------------------------- */

/* user:password@host, with or without a scheme:// in front */
static bool holds_password(const char *address)
{
	const char *start = strstr(address, "://");
	const char *at = strrchr(address, '@');

	start = start ? start + 3 : address;
	return at && at > start && memchr(start, ':', (size_t)(at - start));
}

static void check_host(
	struct inventory_reader *reader, const struct json_place *place, const char *address)
{
	if (holds_password(address))
		json_mistake(reader->check, place,
			"secrets never stand in the inventory: write user@host, without a "
			"password");
	if (address[0] == '-')
		json_mistake(reader->check, place, "must not begin with a hyphen");
}

static void read_address(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const struct source *source, struct node *node)
{
	struct json_place here = {.parent = place, .key = source->scheme};

	node->address = inventory_text(reader, place, object, source->scheme, true);
	if (!node->address)
		return;
	node->scheme = source->scheme;
	if (!source->is_folder)
		check_host(reader, &here, node->address);
}

/* --- options ---------------------------------------------------------------------------------- */

/* Of "ssh" and "openssh". */
static const struct option {
	const char *key;
	bool is_reference; /* to a secret */
} options[] = {
	{.key = "identity-file"},
	{.key = "known-hosts"},
	{.key = "passphrase-from", .is_reference = true},
	{.key = "password-from", .is_reference = true},
};
#define OPTION_COUNT (sizeof options / sizeof *options)

/* collectors/secret_reference.h; that layer is above this one. */
static bool is_reference(const char *text)
{
	uint64_t number;
	const char *rest = strchr(text, ':');
	size_t length = rest ? (size_t)(++rest - text) : 0;

	if (!rest || !*rest)
		return false;
	if (strncmp(text, "fd:", length) == 0)
		return number_read(rest, strlen(rest), 10, INT_MAX, &number);
	if (strncmp(text, "credential:", length) == 0)
		return !strchr(rest, '/') && strcmp(rest, ".") != 0 && strcmp(rest, "..") != 0;
	return strncmp(text, "pipe:", length) == 0;
}

static void read_option(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const struct option *option, struct node *node)
{
	struct json_place here = {.parent = place, .key = option->key};
	const char *value = inventory_text(reader, place, object, option->key, false);

	if (!value)
		return;
	/* What stands there instead may be the secret: it is not quoted. */
	if (option->is_reference && !is_reference(value))
		json_mistake(reader->check, &here,
			"must say where the secret comes from: \"fd:NUMBER\", \"pipe:PATH\" or "
			"\"credential:NAME\"; secrets never stand in the inventory");
	node->options[node->option_count++] =
		(struct node_option){.key = option->key, .value = value};
}

static void read_options(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const struct source *source, struct node *node)
{
	node->options = arena_alloc(reader->arena, OPTION_COUNT * sizeof *node->options);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		struct json_place here = {.parent = place, .key = options[i].key};
		if (source->is_ssh)
			read_option(reader, place, object, &options[i], node);
		else if (inventory_text(reader, place, object, options[i].key, false))
			json_mistake(reader->check, &here,
				"goes with \"ssh\" and \"openssh\" only: remove it, or change "
				"the source");
	}
}

static void read_source(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, struct node *node)
{
	const struct source *source = NULL;
	size_t count = 0;

	for (size_t i = 0; i < SOURCE_COUNT; i++) {
		if (!json_object_get(object, sources[i].scheme))
			continue;
		source = &sources[i];
		count++;
	}
	if (count == 1) {
		read_address(reader, place, object, source, node);
		read_options(reader, place, object, source, node);
	} else {
		json_mistake(reader->check, place,
			"must have exactly one source (" SOURCE_WORDS "), but has %zu", count);
	}
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* Which roles were seen; NOT_READ where one could not be told. */
enum {
	SEEN_PRIMARY = 1,
	SEEN_BACKUP = 2,
	NOT_READ = 4,
};

static unsigned read_node(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, struct node *node)
{
	static const char *const keys[] = {"files", "identity-file", "known-hosts", "name",
		"openssh", "passphrase-from", "password-from", "replay", "role", "ssh", "winrm",
		NULL};

	if (!json_is_object(object)) {
		json_mistake(reader->check, place, "must be an object: a node");
		return NOT_READ;
	}
	inventory_known_keys(reader, place, object, keys);
	node->name = read_name(reader, place, object);
	bool role_read = read_role(reader, place, object, &node->role);
	read_source(reader, place, object, node);
	if (!role_read)
		return NOT_READ;
	return node->role == NODE_PRIMARY ? SEEN_PRIMARY : SEEN_BACKUP;
}

static void check_names(struct inventory_reader *reader, const struct json_place *place,
	const struct cluster *cluster)
{
	struct arena *arena = reader->check->arena;
	struct key_index names = {0};

	for (size_t i = 0; i < cluster->node_count; i++) {
		if (cluster->nodes[i].name)
			key_index_add(arena, &names, text_fold(arena, cluster->nodes[i].name), i);
	}
	key_index_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		struct json_place item = {.parent = place, .index = names.items[i].position};
		struct json_place here = {.parent = &item, .key = "name"};
		if (key_index_repeats(&names, i))
			json_mistake(reader->check, &here,
				"two nodes of this cluster are named %s (case does not count)",
				cluster->nodes[item.index].name);
	}
}

/* One form for addresses that surely mean the same. */
static const char *address_key(struct arena *arena, const struct node *node)
{
	const char *address = node->address;
	size_t length;

	if (strcmp(node->scheme, "files") != 0 && strcmp(node->scheme, "replay") != 0)
		return arena_format(arena, "host %s", text_fold(arena, address));
	while (address[0] == '.' && address[1] == '/')
		address += 2 + strspn(address + 2, "/");
	length = strlen(address);
	while (length > 1 && address[length - 1] == '/')
		length--;
	return arena_format(arena, "folder %s", arena_text_n(arena, address, length));
}

/* Two nodes that read the same artefacts would agree with themselves. */
static void check_addresses(struct inventory_reader *reader, const struct json_place *place,
	const struct cluster *cluster)
{
	struct arena *arena = reader->check->arena;
	struct key_index addresses = {0};

	for (size_t i = 0; i < cluster->node_count; i++) {
		if (cluster->nodes[i].scheme)
			key_index_add(arena, &addresses, address_key(arena, &cluster->nodes[i]), i);
	}
	key_index_sort(&addresses);
	for (size_t i = 0; i < addresses.count; i++) {
		struct json_place item = {.parent = place, .index = addresses.items[i].position};
		struct json_place here = {
			.parent = &item, .key = cluster->nodes[item.index].scheme};
		if (key_index_repeats(&addresses, i))
			json_mistake(reader->check, &here,
				"another node of this cluster has the same address: the two would "
				"be compared with themselves; give each its own");
	}
}

static void check_roles(
	struct inventory_reader *reader, const struct json_place *place, unsigned seen)
{
	if (seen & NOT_READ)
		return;
	if (!(seen & SEEN_PRIMARY))
		json_mistake(reader->check, place,
			"no node is primary: give one or more the role \"primary\"");
	if (!(seen & SEEN_BACKUP))
		json_mistake(reader->check, place,
			"no node is backup: give one or more the role \"backup\"");
}

void inventory_read_nodes(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, struct cluster *cluster)
{
	struct json_place here = {.parent = place, .key = "nodes"};
	json_t *array = inventory_array(reader, place, object, "nodes", true);
	unsigned seen = 0;

	if (!array)
		return;
	cluster->node_count = json_array_size(array);
	cluster->nodes = arena_alloc(reader->arena, cluster->node_count * sizeof *cluster->nodes);
	for (size_t i = 0; i < cluster->node_count; i++) {
		struct json_place item = {.parent = &here, .index = i};
		seen |= read_node(reader, &item, json_array_get(array, i), &cluster->nodes[i]);
	}
	if (cluster->node_count < 2)
		json_mistake(reader->check, &here,
			"must hold at least two nodes, one of them primary and one backup");
	else
		check_roles(reader, &here, seen);
	check_names(reader, &here, cluster);
	check_addresses(reader, &here, cluster);
}
