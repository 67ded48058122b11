/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/kind.h"

#include "base/json.h"
#include "collectors/metabase.h"

static void *decode(struct arena *arena, struct bytes input, struct error *error)
{
	return metabase_decode(arena, input, error);
}

static void print(const void *decoded, FILE *file)
{
	const struct metabase *metabase = decoded;
	for (size_t i = 0; i < metabase->count; i++) {
		const struct metabase_key *key = &metabase->keys[i];
		fprintf(file, "%s%s    %s    line %u\n", i ? "\n" : "", key->location,
			key->class_name, key->line);
		for (int p = 0; p < METABASE_PROPERTY_COUNT; p++)
			if (key->properties[p])
				fprintf(file, "    %s    %s\n", metabase_property_name(p),
					key->properties[p]);
	}
}

static json_t *key_json(const struct metabase_key *key)
{
	json_t *object = json_object(), *properties = json_object();
	for (int p = 0; p < METABASE_PROPERTY_COUNT; p++)
		if (key->properties[p])
			json_object_set_new(properties, metabase_property_name(p),
				json_of_text(key->properties[p]));
	json_object_set_new(object, "location", json_of_text(key->location));
	json_object_set_new(object, "class", json_of_text(key->class_name));
	json_object_set_new(object, "line", json_integer(key->line));
	json_object_set_new(object, "properties", properties);
	return object;
}

static json_t *json(struct arena *arena, const void *decoded)
{
	(void)arena;
	const struct metabase *metabase = decoded;
	json_t *object = json_object(), *keys = json_array();
	for (size_t i = 0; i < metabase->count; i++)
		json_array_append_new(keys, key_json(&metabase->keys[i]));
	json_object_set_new(object, "keys", keys);
	return object;
}

const struct kind kind_metabase = {
	.name = "metabase",
	.summary = "MetaBase.xml of IIS 6: what it says of anonymous access and pools",
	.decode = decode,
	.print = print,
	.json = json,
};
