/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/inventory_read.h"

#include "base/text.h"
#include "inventory/vocabulary.h"

#include <string.h>

/* What is in scope of a cluster: lists of texts, and the calls and trustees that refer to them. */

typedef char *canonical_function(struct arena *arena, const char *text); /* NULL: is none */

/* A kind of text, of which a list holds each at most once. */
struct kind {
	const char *key; /* of the list in a cluster */
	canonical_function *canonical;
	const char *expected;
};

static char *trustee_canonical(struct arena *arena, const char *text)
{
	if (strcmp(text, ROLE_ANONYMOUS) == 0 || strcmp(text, ROLE_WAM) == 0)
		return arena_text(arena, text);
	if (text[0] == '@')
		return NULL;
	return account_canonical(arena, text, NULL);
}

#define GUID_EXPECTED "must be a GUID, like \"{0C0A3666-30C9-11D0-8F20-00805F2CD064}\""

static const struct kind location_kind = {"locations", location_canonical,
	"must be a location, like \"/\" or \"1/ROOT/conferencing\""};
static const struct kind application_kind = {"applications", guid_canonical, GUID_EXPECTED};
static const struct kind class_kind = {"classes", guid_canonical, GUID_EXPECTED};
static const struct kind service_kind = {
	"services", arena_text, "must be a service, like \"W3SVC\""};
static const struct kind trustee_kind = {NULL, trustee_canonical,
	"must be an account or group, or one of the roles \"" ROLE_ANONYMOUS "\", \"" ROLE_WAM
	"\""};

/* --- lists ------------------------------------------------------------------------------------ */

/* What a second look would see differently (/LM/W3SVC/LM/W3SVC/1) names no thing. */
static const char *settled(
	struct inventory_reader *reader, const char *text, const struct kind *kind)
{
	const char *canonical = kind->canonical(reader->arena, text);
	const char *again = canonical ? kind->canonical(reader->check->arena, canonical) : NULL;

	return again && strcmp(again, canonical) == 0 ? canonical : NULL;
}

static const char *read_item(struct inventory_reader *reader, const struct json_place *place,
	const char *text, const struct kind *kind)
{
	const char *canonical;

	if (!text || !*text) {
		json_mistake(reader->check, place, "must be a text that is not empty");
		return NULL;
	}
	if (!inventory_printable(reader, place, text))
		return NULL;
	canonical = settled(reader, text, kind);
	if (!canonical)
		json_mistake(reader->check, place, "%s", kind->expected);
	return canonical;
}

static void note_repeats(struct inventory_reader *reader, const struct json_place *place,
	struct key_index *index, const char *what)
{
	key_index_sort(index);
	for (size_t i = 0; i < index->count; i++) {
		struct json_place item = {.parent = place, .index = index->items[i].position};
		if (key_index_repeats(index, i))
			json_mistake(reader->check, &item, "%s", what);
	}
}

static void read_items(struct inventory_reader *reader, const struct json_place *place,
	json_t *array, const struct kind *kind, struct strings *list)
{
	struct key_index index = {0};

	for (size_t i = 0; i < json_array_size(array); i++) {
		struct json_place item = {.parent = place, .index = i};
		const char *text = json_string_value(json_array_get(array, i));
		const char *canonical = read_item(reader, &item, text, kind);
		if (!canonical)
			continue;
		strings_add(reader->arena, list, canonical);
		key_index_add(reader->check->arena, &index,
			text_fold(reader->check->arena, canonical), i);
	}
	note_repeats(reader, place, &index,
		"stands twice in this list (perhaps written differently): remove one");
}

static void read_list(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const struct kind *kind, struct strings *list)
{
	struct json_place here = {.parent = place, .key = kind->key};
	json_t *array = inventory_array(reader, place, object, kind->key, false);

	if (array)
		read_items(reader, &here, array, kind, list);
}

/* --- what the profile fills in ---------------------------------------------------------------- */

static void fill_list(struct inventory_reader *reader, json_t *object, const struct kind *kind,
	const char *const *defaults, struct strings *list)
{
	if (!defaults || json_object_get(object, kind->key))
		return;
	for (size_t i = 0; defaults[i]; i++)
		strings_add(reader->arena, list, kind->canonical(reader->arena, defaults[i]));
}

static void fill_lists(struct inventory_reader *reader, json_t *object, struct cluster *cluster)
{
	const struct profile *profile = cluster->profile;

	if (!profile)
		return;
	fill_list(reader, object, &location_kind, profile->locations, &cluster->locations);
	fill_list(reader, object, &service_kind, profile->services, &cluster->services);
}

static void add_calls_of(
	struct cluster *cluster, const char *location, const struct strings *applications)
{
	if (applications->count == 0)
		cluster->calls[cluster->call_count++] = (struct call){.location = location};
	for (size_t i = 0; i < applications->count; i++)
		cluster->calls[cluster->call_count++] =
			(struct call){.location = location, .application = applications->items[i]};
}

static void fill_calls(
	struct inventory_reader *reader, const struct json_place *place, struct cluster *cluster)
{
	const struct strings *locations = &cluster->locations;
	const struct strings *applications = &cluster->applications;
	size_t each = applications->count ? applications->count : 1;

	if (!cluster->profile || !cluster->profile->locations_call)
		return;
	cluster->calls_declared = true;
	if (locations->count > INVENTORY_ITEMS_MAX / each) {
		json_mistake(reader->check, place,
			"the profile would fill in more than %d calls, from each location to each "
			"application: write down \"calls\"",
			INVENTORY_ITEMS_MAX);
		return;
	}
	cluster->calls =
		arena_alloc(reader->arena, locations->count * each * sizeof *cluster->calls);
	for (size_t i = 0; i < locations->count; i++)
		add_calls_of(cluster, locations->items[i], applications);
}

/* --- what refers to the lists ----------------------------------------------------------------- */

struct scope {
	struct key_index locations;
	struct key_index applications;
};

static struct key_index index_of(struct inventory_reader *reader, json_t *object,
	const struct kind *kind, const struct strings *list)
{
	json_t *array = json_object_get(object, kind->key);
	struct key_index index = {.gaps = array && json_array_size(array) != list->count};

	for (size_t i = 0; i < list->count; i++)
		key_index_add(reader->check->arena, &index, list->items[i], i);
	key_index_sort(&index);
	return index;
}

static const char *read_reference(struct inventory_reader *reader, const struct json_place *place,
	const char *text, const struct kind *kind, const struct key_index *index)
{
	const char *canonical = read_item(reader, place, text, kind);

	if (!canonical || key_index_may_hold(index, canonical))
		return canonical;
	json_mistake(reader->check, place,
		"is not among the \"%s\" of this cluster: add it there, or remove it here",
		kind->key);
	return NULL;
}

static const char *read_call_member(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const struct kind *kind, const struct key_index *index)
{
	bool required = kind == &location_kind;
	const char *key = required ? "location" : "application";
	struct json_place here = {.parent = place, .key = key};
	const char *text = json_member_text(reader->check, place, object, key, required);

	return text ? read_reference(reader, &here, text, kind, index) : NULL;
}

/* False where the call could not be read. */
static bool read_call(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const struct scope *scope, struct call *call)
{
	static const char *const keys[] = {"application", "location", NULL};

	if (!json_is_object(object)) {
		json_mistake(reader->check, place,
			"must be an object with \"location\" and, where known, \"application\"");
		return false;
	}
	inventory_known_keys(reader, place, object, keys);
	call->location = read_call_member(reader, place, object, &location_kind, &scope->locations);
	call->application =
		read_call_member(reader, place, object, &application_kind, &scope->applications);
	return call->location && (call->application || !json_object_get(object, "application"));
}

static void read_calls(struct inventory_reader *reader, const struct json_place *place,
	json_t *array, const struct scope *scope, struct cluster *cluster)
{
	struct arena *arena = reader->check->arena;
	struct key_index index = {0};

	cluster->calls_declared = true;
	cluster->calls =
		arena_alloc(reader->arena, json_array_size(array) * sizeof *cluster->calls);
	for (size_t i = 0; i < json_array_size(array); i++) {
		struct json_place item = {.parent = place, .index = i};
		struct call *call = &cluster->calls[cluster->call_count];
		if (!read_call(reader, &item, json_array_get(array, i), scope, call))
			continue;
		cluster->call_count++;
		key_index_add(arena, &index,
			arena_format(arena, "%s\n%s", call->location,
				call->application ? call->application : ""),
			i);
	}
	note_repeats(reader, place, &index, "is the same call as another one: remove one");
}

static void read_or_fill_calls(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const struct scope *scope, struct cluster *cluster)
{
	struct json_place here = {.parent = place, .key = "calls"};
	json_t *array = inventory_array(reader, place, object, here.key, false);

	if (array)
		read_calls(reader, &here, array, scope, cluster);
	else if (!json_object_get(object, here.key))
		fill_calls(reader, place, cluster);
}

static void read_needed(struct inventory_reader *reader, const struct json_place *place,
	json_t *array, struct needed_trustees *needed)
{
	if (json_array_size(array) == 0 || json_array_size(array) > INVENTORY_ITEMS_MAX) {
		json_mistake(reader->check, place,
			"must be a list of trustees, at least one and at most %d: where nothing is "
			"needed leave the application out",
			INVENTORY_ITEMS_MAX);
		return;
	}
	read_items(reader, place, array, &trustee_kind, &needed->trustees);
}

static void note_repeated_applications(
	struct inventory_reader *reader, const struct json_place *place, struct key_index *index)
{
	key_index_sort(index);
	for (size_t i = 0; i < index->count; i++) {
		if (key_index_repeats(index, i))
			json_mistake(reader->check, place,
				"%s stands twice, written differently: put its trustees together",
				index->items[i].text);
	}
}

static void read_trustees(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, const struct scope *scope, struct cluster *cluster)
{
	struct key_index index = {0};
	const char *key;
	json_t *value;

	cluster->needed =
		arena_alloc(reader->arena, json_object_size(object) * sizeof *cluster->needed);
	json_object_foreach(object, key, value)
	{
		struct json_place here = {.parent = place, .key = key};
		struct needed_trustees *needed = &cluster->needed[cluster->needed_count];
		needed->application =
			read_reference(reader, &here, key, &application_kind, &scope->applications);
		read_needed(reader, &here, value, needed);
		if (!needed->application)
			continue;
		key_index_add(
			reader->check->arena, &index, needed->application, cluster->needed_count++);
	}
	note_repeated_applications(reader, place, &index);
}

void inventory_read_scope(struct inventory_reader *reader, const struct json_place *place,
	json_t *object, struct cluster *cluster)
{
	struct json_place trustees_place = {.parent = place, .key = "trustees"};
	struct scope scope;

	read_list(reader, place, object, &location_kind, &cluster->locations);
	read_list(reader, place, object, &application_kind, &cluster->applications);
	read_list(reader, place, object, &class_kind, &cluster->classes);
	read_list(reader, place, object, &service_kind, &cluster->services);
	fill_lists(reader, object, cluster);
	scope.locations = index_of(reader, object, &location_kind, &cluster->locations);
	scope.applications = index_of(reader, object, &application_kind, &cluster->applications);
	read_or_fill_calls(reader, place, object, &scope, cluster);
	json_t *trustees =
		json_member(reader->check, place, object, trustees_place.key, JSON_OBJECT, false);
	if (trustees)
		read_trustees(reader, &trustees_place, trustees, &scope, cluster);
}
