/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/kind.h"

#include "base/json.h"
#include "collectors/registry.h"

#include <inttypes.h>

static const char *type_text(struct arena *arena, uint32_t type)
{
	const char *name = registry_type_name(type);
	return name ? name : arena_format(arena, "0x%" PRIx32, type);
}

static void print_value(const struct registry_value *value, FILE *file)
{
	auto_arena struct arena *arena = arena_new();
	const char *name = *value->name ? value->name : "(default)";
	const char *data = registry_value_text(arena, value);
	if (!data)
		data = value->withheld ? "(withheld)" : "(not printed)";
	fprintf(file, "    %s    %s    %s\n", name, type_text(arena, value->type), data);
}

static void print(const void *decoded, FILE *file)
{
	const struct registry *registry = decoded;
	for (size_t i = 0; i < registry->key_count; i++) {
		const struct registry_key *key = &registry->keys[i];
		fprintf(file, "%s%s%s\n", i ? "\n" : "", key->path,
			key->deleted ? "    (removed)" : "");
		for (size_t v = 0; v < key->value_count; v++)
			print_value(&key->values[v], file);
	}
	if (registry->unfinished)
		fprintf(file, "\nThe text stops in line %u without a line end: it may be cut.\n",
			registry->unfinished);
}

static json_t *list_json(struct arena *arena, const struct registry_value *value)
{
	json_t *list = json_array();
	for (size_t i = 0; i < value->list_count; i++)
		json_array_append_new(list, json_of_text(text_escape(arena, value->list[i])));
	return list;
}

/* A number beyond what JSON readers hold is a text of decimal digits. */
static json_t *data_json(struct arena *arena, const struct registry_value *value)
{
	if (value->withheld)
		return json_null();
	if (value->type == REGISTRY_MULTI_SZ)
		return list_json(arena, value);
	if (value->number_known && value->number <= INT64_MAX)
		return json_integer((json_int_t)value->number);
	return json_of_text(registry_value_text(arena, value));
}

static json_t *value_json(struct arena *arena, const struct registry_value *value)
{
	json_t *object = json_object();
	json_object_set_new(object, "name", json_of_text(value->name));
	json_object_set_new(object, "type", json_of_text(type_text(arena, value->type)));
	json_object_set_new(object, "data", data_json(arena, value));
	json_object_set_new(object, "line", json_integer(value->line));
	if (value->withheld)
		json_object_set_new(object, "withheld", json_true());
	return object;
}

static json_t *key_json(struct arena *arena, const struct registry_key *key)
{
	json_t *object = json_object(), *values = json_array();
	json_object_set_new(object, "key", json_of_text(key->path));
	json_object_set_new(object, "line", json_integer(key->line));
	json_object_set_new(object, "values", values);
	if (key->deleted)
		json_object_set_new(object, "deleted", json_true());
	for (size_t i = 0; i < key->value_count; i++)
		json_array_append_new(values, value_json(arena, &key->values[i]));
	return object;
}

static json_t *json(struct arena *arena, const void *decoded)
{
	const struct registry *registry = decoded;
	json_t *object = json_object(), *keys = json_array();
	json_object_set_new(object, "keys", keys);
	json_object_set_new(object, "source", json_of_text(registry->query ? "query" : "reg"));
	if (registry->unfinished)
		json_object_set_new(object, "unfinished", json_integer(registry->unfinished));
	for (size_t i = 0; i < registry->key_count; i++)
		json_array_append_new(keys, key_json(arena, &registry->keys[i]));
	return object;
}

static void *decode(struct arena *arena, struct bytes input, struct error *error)
{
	struct artefact answer = {.content = input};
	if (registry_take_asked(arena, &answer, error) != 0)
		return NULL;
	return registry_decode(arena, answer.content, error);
}

const struct kind kind_registry = {
	.name = "registry",
	.summary = "a .reg file or the output of reg query",
	.decode = decode,
	.print = print,
	.json = json,
};
