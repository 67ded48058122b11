/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/recording.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "collectors/digest.h"

#include <stdint.h>
#include <string.h>

/* Reading a recording; recording_write.c writes it. */

#define INDEX_LIMIT ((size_t)64 << 20)
#define TOTAL_LIMIT ((size_t)256 << 20) /* of one node's replies together */
#define REPLIES_LIMIT 100000

struct reader {
	struct arena *arena;
	struct json_check check;
	const char *folder;
	const char *unreached;
	time_t collected;
	size_t total;
	struct artefacts *artefacts;
	struct error *error;
};

static const struct json_place root;

/* Would text_escape leave it alone, but for the backslashes of escapes that stand there? */
static bool is_printable(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	for (char *at = copy; (at = strchr(at, '\\')); at++)
		*at = '/';
	return strcmp(text_escape(arena, text_of(copy)), copy) == 0;
}

/* A text for reports, copied. */
static const char *take(struct reader *reader, const struct json_place *place, json_t *object,
	const char *key, bool required)
{
	struct json_place here = {.parent = place, .key = key};
	const char *text = json_member_text(&reader->check, place, object, key, required);
	if (text && !is_printable(reader->arena, text))
		json_mistake(&reader->check, &here, "control characters must be escaped");
	return arena_text(reader->arena, text);
}

/* The same; NULL also where null stands. */
static const char *optional(
	struct reader *reader, const struct json_place *place, json_t *object, const char *key)
{
	if (json_is_null(json_object_get(object, key)))
		return NULL;
	return take(reader, place, object, key, false);
}

static time_t read_time(struct reader *reader, json_t *document)
{
	const char *text = optional(reader, &root, document, "collected");
	struct json_place here = {.parent = &root, .key = "collected"};
	struct tm utc = {0};
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc) : NULL;
	if (text && (!end || *end))
		json_mistake(&reader->check, &here, "must be a time like 2026-11-21T10:00:00Z");
	return end ? timegm(&utc) : 0;
}

static const struct format *read_format(
	struct reader *reader, const struct json_place *place, json_t *object)
{
	const char *name = optional(reader, place, object, "format");
	struct json_place here = {.parent = place, .key = "format"};
	for (const struct probe *const *probe = probe_catalogue; name && *probe; probe++)
		if (strcmp((*probe)->format->name, name) == 0)
			return (*probe)->format;
	if (name)
		json_mistake(&reader->check, &here, "this version has no such format");
	return NULL;
}

static const char *const *read_asked(
	struct reader *reader, const struct json_place *place, json_t *object)
{
	struct json_place here = {.parent = place, .key = "asked"};
	if (json_is_null(json_object_get(object, "asked")))
		return NULL;
	json_t *list = json_member(&reader->check, place, object, "asked", JSON_ARRAY, false);
	const char **asked =
		arena_alloc(reader->arena, (json_array_size(list) + 1) * sizeof *asked);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct json_place item = {.parent = &here, .index = i};
		const char *text = json_string_value(json_array_get(list, i));
		if (!text)
			json_mistake(&reader->check, &item, "must be a text");
		asked[i] = arena_text(reader->arena, text ? text : "");
	}
	return list ? asked : NULL;
}

/* --- contents --------------------------------------------------------------------------------- */

static int read_content(struct reader *reader, const char *name, struct bytes *content)
{
	const char *path = file_join(reader->arena, reader->folder, name);
	auto_buffer struct buffer buffer = BUFFER_INIT(ARTEFACT_LIMIT);
	if (file_read(path, &buffer, NULL, reader->error) != 0)
		return -1;
	reader->total += buffer.length;
	if (reader->total > TOTAL_LIMIT)
		return error_set(reader->error, ERROR_INPUT,
			"%s: the replies are larger than %zu MiB together", reader->folder,
			TOTAL_LIMIT >> 20);
	content->data = arena_copy(reader->arena, buffer.data, buffer.length);
	content->length = buffer.length;
	return 0;
}

static bool is_file_name(const char *name)
{
	return name && *name && name[0] != '.' && !strchr(name, '/');
}

static int check_content(struct reader *reader, const char *name, json_t *object,
	const struct json_place *place, struct bytes content)
{
	json_t *length = json_member(&reader->check, place, object, "length", JSON_INTEGER, true);
	const char *digest = json_member_text(&reader->check, place, object, "sha256", true);
	if (!length || !digest)
		return 0;
	if (json_integer_value(length) == (json_int_t)content.length &&
		text_same(digest, digest_text(reader->arena, content)))
		return 0;
	return error_set(reader->error, ERROR_INPUT,
		"%s/%s is not what was recorded: its length or SHA-256 differs from %s; record "
		"the node again",
		reader->folder, name, RECORDING_FILE);
}

static int load(struct reader *reader, const struct json_place *place, json_t *object,
	struct artefact *artefact)
{
	const char *name = json_member_text(&reader->check, place, object, "file", true);
	struct json_place here = {.parent = place, .key = "file"};
	if (!is_file_name(name)) {
		json_mistake(&reader->check, &here, "must be the name of a file in this folder");
		return 0;
	}
	if (read_content(reader, name, &artefact->content) != 0)
		return -1;
	return check_content(reader, name, object, place, artefact->content);
}

/* --- replies ---------------------------------------------------------------------------------- */

enum status {
	STATUS_OK,
	STATUS_FAILED,	/* it has a reason instead of a file */
	STATUS_DAMAGED, /* likewise */
	STATUS_NOT_UNDERSTOOD,
	STATUS_NO_ARTEFACT,
	STATUS_NONE,
};

static enum status read_status(
	struct reader *reader, const struct json_place *place, json_t *object)
{
	static const struct {
		const char *name;
		enum status status;
	} names[] = {{"ok", STATUS_OK}, {"failed", STATUS_FAILED}, {"damaged", STATUS_DAMAGED},
		{"not-understood", STATUS_NOT_UNDERSTOOD}, {"no-artefact", STATUS_NO_ARTEFACT}};
	const char *text = json_member_text(&reader->check, place, object, "status", true);
	struct json_place here = {.parent = place, .key = "status"};
	for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, text) == 0)
			return names[i].status;
	if (text)
		json_mistake(&reader->check, &here,
			"must be ok, failed, damaged, not-understood or no-artefact");
	return STATUS_NONE;
}

static struct artefact *add(struct reader *reader)
{
	struct artefacts *artefacts = reader->artefacts;
	artefacts->items = arena_grow(reader->arena, artefacts->items, &artefacts->capacity,
		artefacts->count + 1, sizeof *artefacts->items);
	return &artefacts->items[artefacts->count++];
}

static int read_reply(struct reader *reader, const struct json_place *place, json_t *object)
{
	static const char *const keys[] = {"asked", "dialect", "file", "format", "length", "name",
		"partial", "probe", "request", "sha256", "status", "why", NULL};
	json_known_keys(&reader->check, place, object, keys);
	enum status status = read_status(reader, place, object);
	if (status == STATUS_NO_ARTEFACT || status == STATUS_NONE)
		return 0;
	struct artefact artefact = {.modified = reader->collected};
	artefact.name = take(reader, place, object, "name", true);
	artefact.format = read_format(reader, place, object);
	artefact.asked = read_asked(reader, place, object);
	artefact.probe = optional(reader, place, object, "probe");
	artefact.not_obtained = status == STATUS_FAILED;
	if (status == STATUS_FAILED || status == STATUS_DAMAGED)
		artefact.damage = take(reader, place, object, "why", true);
	else
		artefact.partial = optional(reader, place, object, "partial");
	if (status == STATUS_OK && load(reader, place, object, &artefact) != 0)
		return -1;
	if (reader->check.mistakes.count == 0)
		*add(reader) = artefact;
	return 0;
}

static int read_replies(struct reader *reader, json_t *document)
{
	struct json_place above = {.parent = &root, .key = "replies"};
	json_t *list = json_member(&reader->check, &root, document, above.key, JSON_ARRAY, true);
	size_t count = json_array_size(list);
	if (count > REPLIES_LIMIT)
		return error_set(reader->error, ERROR_INPUT, "%s: more than %d replies",
			reader->folder, REPLIES_LIMIT);
	for (size_t i = 0; i < count; i++) {
		struct json_place here = {.parent = &above, .index = i};
		if (read_reply(reader, &here, json_array_get(list, i)) != 0)
			return -1;
	}
	return 0;
}

static int read_document(struct reader *reader, json_t *document, const char *node)
{
	static const char *const keys[] = {
		"collected", "node", "replies", "source", "unreached", "version", NULL};
	json_version(&reader->check, &root, document);
	json_known_keys(&reader->check, &root, document, keys);
	const char *of = json_member_text(&reader->check, &root, document, "node", true);
	if (of && !text_same(of, node))
		return error_set(reader->error, ERROR_INPUT,
			"%s is a recording of another node than %s", reader->folder, node);
	reader->unreached = optional(reader, &root, document, "unreached");
	reader->collected = read_time(reader, document);
	return read_replies(reader, document);
}

int recording_read(struct arena *arena, const char *folder, const char *node,
	struct artefacts *artefacts, struct error *error)
{
	const char *path = file_join(arena, folder, RECORDING_FILE);
	auto_buffer struct buffer buffer = BUFFER_INIT(INDEX_LIMIT);
	struct bytes bytes;
	if (file_read(path, &buffer, NULL, error) != 0)
		return -1;
	bytes = (struct bytes){(const unsigned char *)buffer.data, buffer.length};
	auto_json json_t *document = json_read(bytes, path, error);
	struct reader reader = {.arena = arena,
		.check.arena = arena,
		.folder = folder,
		.artefacts = artefacts,
		.error = error};
	if (!document || read_document(&reader, document, node) != 0 ||
		json_check_result(&reader.check, path, error) != 0)
		return -1;
	return reader.unreached ? error_set(error, ERROR_UNREACHABLE, "%s", reader.unreached) : 0;
}
