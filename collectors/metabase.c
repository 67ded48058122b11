/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/metabase.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"
#include "collectors/xml.h"

#include <stdlib.h>
#include <string.h>

/* Far above what Windows allows; without them a small file could fill the memory. */
#define MAX_KEYS 200000
#define MAX_LOCATION 4096

enum keep {
	KEEP_VALUE,
	KEEP_WHETHER_SET, /* a password */
};

struct property {
	const char *name;
	unsigned id;
	enum keep keep;
};

static const struct property properties[METABASE_PROPERTY_COUNT] = {
	[METABASE_AUTH_FLAGS] = {"AuthFlags", 6000, KEEP_VALUE},
	[METABASE_LOGON_METHOD] = {"LogonMethod", 6013, KEEP_VALUE},
	[METABASE_ANONYMOUS_USER] = {"AnonymousUserName", 6020, KEEP_VALUE},
	[METABASE_ANONYMOUS_PASSWORD] = {"AnonymousUserPass", 6021, KEEP_WHETHER_SET},
	[METABASE_ANONYMOUS_SYNC] = {"AnonymousPasswordSync", 6022, KEEP_VALUE},
	[METABASE_UNC_USER] = {"UNCUserName", 3002, KEEP_VALUE},
	[METABASE_UNC_PASSWORD] = {"UNCPassword", 3003, KEEP_WHETHER_SET},
	[METABASE_WAM_USER] = {"WAMUserName", 7501, KEEP_VALUE},
	[METABASE_WAM_PASSWORD] = {"WAMUserPass", 7502, KEEP_WHETHER_SET},
	[METABASE_POOL_IDENTITY] = {"AppPoolIdentityType", 9021, KEEP_VALUE},
	[METABASE_POOL_ID] = {"AppPoolId", 9101, KEEP_VALUE},
	[METABASE_ISOLATION_IIS5] = {"IIs5IsolationModeEnabled", 9203, KEEP_VALUE},
	[METABASE_VERSION_MAJOR] = {"MajorIIsVersionNumber", 1101, KEEP_VALUE},
	[METABASE_VERSION_MINOR] = {"MinorIIsVersionNumber", 1102, KEEP_VALUE},
};

const char *metabase_property_name(enum metabase_property property)
{
	return properties[property].name;
}

static int property_by_name(const char *name)
{
	for (int i = 0; i < METABASE_PROPERTY_COUNT; i++)
		if (strcmp(properties[i].name, name) == 0)
			return i;
	return -1;
}

static int property_by_id(const char *text)
{
	uint64_t id;
	if (!number_read(text, strlen(text), 10, UINT32_MAX, &id))
		return -1;
	for (int i = 0; i < METABASE_PROPERTY_COUNT; i++)
		if (properties[i].id == id)
			return i;
	return -1;
}

enum metabase_secrecy metabase_secrecy(const char *name, const char *id)
{
	int property = name ? property_by_name(name) : -1;
	if (property < 0 && id)
		property = property_by_id(id);
	if (property < 0)
		return METABASE_NOT_KNOWN;
	return properties[property].keep == KEEP_WHETHER_SET ? METABASE_SECRET : METABASE_SHOWN;
}

/* --- elements ----------------------------------------------------------------------------------
 */

struct decoder {
	struct arena *arena;
	struct metabase *metabase;
	bool inside; /* MBProperty */
	bool found;  /* there was one */
	bool open;   /* the last key is still open, and is kept */
};

/* The hierarchy of the XML: configuration, MBProperty, a key, its Custom elements. */
enum {
	DEPTH_ROOT = 1,
	DEPTH_SECTION = 2,
	DEPTH_KEY = 3,
	DEPTH_CUSTOM = 4,
};

static const char *printable(struct arena *arena, const char *text)
{
	return text_escape(arena, text_of(text));
}

static int keep(struct decoder *decoder, enum metabase_property property,
	const struct xml_element *element, const char *value, struct error *error)
{
	struct metabase_key *key = &decoder->metabase->keys[decoder->metabase->count - 1];
	if (key->properties[property])
		return error_set(error, ERROR_INPUT, "line %u: %s is set twice here, see line %u",
			element->line, properties[property].name, key->lines[property]);
	if (properties[property].keep == KEEP_WHETHER_SET)
		key->properties[property] = *value ? "set" : "empty";
	else
		key->properties[property] = printable(decoder->arena, value);
	key->lines[property] = element->line;
	return 0;
}

/* Templates for new sites, /LM/SERVICE/Info/Templates, are no configuration. */
static bool is_template(const char *location)
{
	const char *at = location;
	for (int i = 0; i < 2; i++) {
		if (*at != '/')
			return false;
		at += 1 + strcspn(at + 1, "/");
	}
	static const char templates[] = "/Info/Templates";
	if (!text_starts(at, templates))
		return false;
	char next = at[sizeof templates - 1];
	return next == '\0' || next == '/';
}

static struct metabase_key *add_key(struct decoder *decoder)
{
	struct metabase *metabase = decoder->metabase;
	metabase->keys = arena_grow(decoder->arena, metabase->keys, &metabase->capacity,
		metabase->count + 1, sizeof *metabase->keys);
	return &metabase->keys[metabase->count++];
}

static int start_key(
	struct decoder *decoder, const struct xml_element *element, struct error *error)
{
	const char *location = xml_attribute(element, "Location");
	if (!location)
		return error_set(
			error, ERROR_INPUT, "line %u: a key without Location", element->line);
	if (strlen(location) > MAX_LOCATION)
		return error_set(error, ERROR_INPUT, "line %u: a Location of more than %d bytes",
			element->line, MAX_LOCATION);
	if (decoder->metabase->count == MAX_KEYS)
		return error_set(
			error, ERROR_INPUT, "line %u: more than %d keys", element->line, MAX_KEYS);
	decoder->open = !is_template(location);
	if (!decoder->open)
		return 0;
	struct metabase_key *key = add_key(decoder);
	key->location = printable(decoder->arena, location);
	key->class_name = printable(decoder->arena, element->name);
	key->line = element->line;
	for (const struct xml_attribute *item = element->attributes; item->name; item++) {
		int property = property_by_name(item->name);
		if (property >= 0 && keep(decoder, (enum metabase_property)property, element,
					     item->value, error) != 0)
			return -1;
	}
	return 0;
}

static int custom(struct decoder *decoder, const struct xml_element *element, struct error *error)
{
	const char *name = xml_attribute(element, "Name");
	const char *id = xml_attribute(element, "ID");
	const char *value = xml_attribute(element, "Value");
	int by_name = name ? property_by_name(name) : -1;
	int by_id = id ? property_by_id(id) : -1;
	if (by_name >= 0 && by_id >= 0 && by_name != by_id)
		return error_set(error, ERROR_INPUT, "line %u: Name and ID of one property differ",
			element->line);
	int property = by_name >= 0 ? by_name : by_id;
	if (property < 0)
		return 0;
	if (!value)
		return error_set(error, ERROR_INPUT, "line %u: %s without Value", element->line,
			properties[property].name);
	return keep(decoder, (enum metabase_property)property, element, value, error);
}

static int on_start(void *context, const struct xml_element *element, struct error *error)
{
	struct decoder *decoder = context;
	switch (element->depth) {
	case DEPTH_ROOT:
		if (strcmp(element->name, "configuration") == 0)
			return 0;
		return error_set(error, ERROR_INPUT, "line %u: the root is not configuration",
			element->line);
	case DEPTH_SECTION:
		decoder->inside = strcmp(element->name, "MBProperty") == 0;
		decoder->found |= decoder->inside;
		return 0;
	case DEPTH_KEY:
		return decoder->inside ? start_key(decoder, element, error) : 0;
	case DEPTH_CUSTOM:
		if (!decoder->inside || !decoder->open || strcmp(element->name, "Custom") != 0)
			return 0;
		return custom(decoder, element, error);
	default:
		return 0;
	}
}

/* --- places ------------------------------------------------------------------------------------
 */

/* A key under the form of its location by which it is compared: folded, without a final slash. */
struct metabase_place {
	const char *location;
	size_t length;
	struct metabase_key *key;
};

struct sought {
	const char *location;
	size_t length;
};

static size_t location_length(const char *location)
{
	size_t length = strlen(location);
	while (length > 0 && location[length - 1] == '/')
		length--;
	return length;
}

static int compare_parts(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
	if (order != 0)
		return order;
	return (a_length > b_length) - (a_length < b_length);
}

static int compare_places(const void *a, const void *b)
{
	const struct metabase_place *x = a, *y = b;
	int order = compare_parts(x->location, x->length, y->location, y->length);
	return order ? order : (x->key > y->key) - (x->key < y->key);
}

static int compare_sought(const void *sought, const void *place)
{
	const struct sought *x = sought;
	const struct metabase_place *y = place;
	return compare_parts(x->location, x->length, y->location, y->length);
}

static const struct metabase_key *find(const struct metabase *metabase, struct sought sought)
{
	const struct metabase_place *place = NULL;
	if (metabase->count)
		place = bsearch(&sought, metabase->index, metabase->count, sizeof *metabase->index,
			compare_sought);
	return place ? place->key : NULL;
}

/* The nearest key above a folded location. */
static const struct metabase_key *find_above(const struct metabase *metabase, struct sought sought)
{
	while (sought.length > 0) {
		do
			sought.length--;
		while (sought.length > 0 && sought.location[sought.length] != '/');
		const struct metabase_key *key = find(metabase, sought);
		if (key)
			return key;
	}
	return NULL;
}

static int index_keys(struct arena *arena, struct metabase *metabase, struct error *error)
{
	struct metabase_place *index = arena_alloc(arena, (metabase->count + 1) * sizeof *index);
	for (size_t i = 0; i < metabase->count; i++) {
		const char *location = text_fold(arena, metabase->keys[i].location);
		index[i] = (struct metabase_place){
			location, location_length(location), &metabase->keys[i]};
	}
	qsort(index, metabase->count, sizeof *index, compare_places);
	metabase->index = index;
	for (size_t i = 1; i < metabase->count; i++) {
		const struct metabase_place *a = &index[i - 1], *b = &index[i];
		if (compare_parts(a->location, a->length, b->location, b->length) == 0)
			return error_set(error, ERROR_INPUT,
				"line %u: a key whose Location line %u has already", b->key->line,
				a->key->line);
	}
	for (size_t i = 0; i < metabase->count; i++)
		index[i].key->above =
			find_above(metabase, (struct sought){index[i].location, index[i].length});
	return 0;
}

const struct metabase_key *metabase_key(const struct metabase *metabase, const char *location)
{
	auto_arena struct arena *arena = arena_new();
	const char *folded = text_fold(arena, location);
	return find(metabase, (struct sought){folded, location_length(folded)});
}

const struct metabase_key *metabase_setter(
	const struct metabase_key *key, enum metabase_property property)
{
	while (key && !key->properties[property])
		key = key->above;
	return key;
}

const struct metabase_key *metabase_effective(
	const struct metabase *metabase, const char *location, enum metabase_property property)
{
	auto_arena struct arena *arena = arena_new();
	const char *folded = text_fold(arena, location);
	struct sought sought = {folded, location_length(folded)};
	const struct metabase_key *key = find(metabase, sought);
	return metabase_setter(key ? key : find_above(metabase, sought), property);
}

/* --- the format --------------------------------------------------------------------------------
 */

struct metabase *metabase_decode(struct arena *arena, struct bytes content, struct error *error)
{
	struct decoder decoder = {
		.arena = arena, .metabase = arena_alloc(arena, sizeof *decoder.metabase)};
	static const struct xml_handler handler = {.start = on_start};
	if (xml_read(content, &handler, &decoder, error) != 0)
		return NULL;
	if (!decoder.found || decoder.metabase->count == 0) {
		error_set(error, ERROR_INPUT, "line 1: no %s",
			decoder.found ? "keys in MBProperty" : "MBProperty");
		return NULL;
	}
	return index_keys(arena, decoder.metabase, error) == 0 ? decoder.metabase : NULL;
}

static void *decode(struct arena *arena, struct bytes content, struct error *error)
{
	return metabase_decode(arena, content, error);
}

/* The root of IIS 7's applicationHost.config has the same name. */
static bool recognise(struct bytes content)
{
	auto_arena struct arena *arena = arena_new();
	const char *root = xml_root_name(arena, content);
	return root && strcmp(root, "configuration") == 0 && xml_mentions(content, "MBProperty");
}

static bool suggests(const char *file_name)
{
	const char *slash = strrchr(file_name, '/');
	return text_same(slash ? slash + 1 : file_name, "MetaBase.xml");
}

const struct format format_metabase = {
	.name = "metabase",
	.file_name = "MetaBase.xml",
	.recognise = recognise,
	.suggests = suggests,
	.decode = decode,
	.blank = metabase_blank,
};
