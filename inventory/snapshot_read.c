/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/snapshot.h"

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_LIMIT ((size_t)64 << 20)
#define TAIL 1024

struct reader {
	struct snapshot *snapshot;
	struct json_check check; /* its arena goes when reading ends */
};

static const struct json_place root;

/* --- texts -------------------------------------------------------------------------------------
 */

#define EACH_BYTE(value) (UINT64_MAX / 255 * (value))

/* Only bytes from 0x20 to 0x7e; may say no of others close by, never yes. */
static bool is_plain(const char *text, size_t length)
{
	uint64_t found = 0, word = 0;
	for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
		memcpy(&word, text, sizeof word);
		found |= word | (word + EACH_BYTE(1)) | ((word - EACH_BYTE(0x20)) & ~word);
	}
	word = EACH_BYTE(0x20);
	memcpy(&word, text, length);
	found |= word | (word + EACH_BYTE(1)) | ((word - EACH_BYTE(0x20)) & ~word);
	return (found & EACH_BYTE(0x80)) == 0;
}

/*
 * Would text_escape leave it alone? But for backslashes: those of escapes that stand here already
 * would be escaped once more.
 */
bool snapshot_is_printable(struct arena *scratch, const char *text, size_t length)
{
	if (is_plain(text, length))
		return true;
	char *copy = arena_text_n(scratch, text, length);
	for (char *at = copy; (at = strchr(at, '\\')); at++)
		*at = '/';
	struct text whole = {.data = copy, .length = length};
	return strcmp(text_escape(scratch, whole), copy) == 0;
}

static bool check_text(struct reader *reader, const struct json_place *place, json_t *value)
{
	if (!json_is_string(value))
		json_mistake(&reader->check, place, "must be a text");
	else if (!snapshot_is_printable(
			 reader->check.arena, json_string_value(value), json_string_length(value)))
		json_mistake(&reader->check, place, "control characters must be escaped");
	else
		return true;
	return false;
}

/* Copied; NULL where it is missing or a mistake. */
static const char *take_text(struct reader *reader, const struct json_place *above, json_t *object,
	const char *key, bool required)
{
	const char *text = json_member_text(&reader->check, above, object, key, required);
	struct json_place here = {.parent = above, .key = key};
	if (!text || !check_text(reader, &here, json_object_get(object, key)))
		return NULL;
	return arena_text(reader->snapshot->arena, text);
}

static const char *take_optional(struct reader *reader, json_t *document, const char *key)
{
	if (json_is_null(json_object_get(document, key)))
		return NULL;
	return take_text(reader, &root, document, key, false);
}

static void read_collected(struct reader *reader, json_t *document)
{
	static const char shape[] = "0000-00-00T00:00:00Z";
	const char *time = take_optional(reader, document, "collected");
	struct json_place here = {.parent = &root, .key = "collected"};
	bool good = !time || strlen(time) == strlen(shape);
	for (size_t i = 0; time && good && shape[i]; i++)
		good = shape[i] == '0' ? time[i] >= '0' && time[i] <= '9' : time[i] == shape[i];
	if (!good)
		json_mistake(&reader->check, &here, "must be a time like 2026-11-21T10:00:00Z");
	reader->snapshot->collected = time;
}

/* --- facts -------------------------------------------------------------------------------------
 */

static bool check_path(struct reader *reader, const struct json_place *place, size_t length)
{
	if (length == 0)
		json_mistake(&reader->check, place, "a path must not be empty");
	else if (!snapshot_is_printable(reader->check.arena, place->key, length))
		json_mistake(&reader->check, place, "control characters must be escaped");
	else
		return true;
	return false;
}

static void read_fact(
	struct reader *reader, const struct json_place *above, const char *path, json_t *value)
{
	struct snapshot *snapshot = reader->snapshot;
	struct json_place here = {.parent = above, .key = path};
	size_t length = strlen(path);
	if (!check_path(reader, &here, length) || !check_text(reader, &here, value))
		return;
	struct fact *fact = &snapshot->facts[snapshot->fact_count++];
	fact->path = arena_text_n(snapshot->arena, path, length);
	fact->value =
		arena_text_n(snapshot->arena, json_string_value(value), json_string_length(value));
}

static void read_facts(struct reader *reader, json_t *document)
{
	struct snapshot *snapshot = reader->snapshot;
	struct json_place here = {.parent = &root, .key = "facts"};
	json_t *facts = json_member(&reader->check, &root, document, "facts", JSON_OBJECT, true);
	size_t count = json_object_size(facts);
	snapshot->facts = arena_alloc(snapshot->arena, count * sizeof *snapshot->facts);
	snapshot->fact_capacity = count;
	for (void *at = json_object_iter(facts); at; at = json_object_iter_next(facts, at))
		read_fact(reader, &here, json_object_iter_key(at), json_object_iter_value(at));
}

static int path_order(const void *path, const void *fact)
{
	return strcmp(path, ((const struct fact *)fact)->path);
}

/* Both are sorted as a rule, so that the fact is the next one or stands a little ahead. */
static struct fact *fact_ahead(const struct snapshot *snapshot, const char *path, size_t *next)
{
	struct fact *facts = snapshot->facts;
	while (*next < snapshot->fact_count) {
		int order = strcmp(facts[*next].path, path);
		if (order == 0)
			return &facts[(*next)++];
		if (order > 0)
			break;
		(*next)++;
	}
	return bsearch(path, facts, snapshot->fact_count, sizeof *facts, path_order);
}

/* Takes "artefact:line" apart; the name of the fact before is used again where it is the same. */
static int split_artefact(
	struct arena *arena, const char *text, const char *last, struct fact *fact)
{
	size_t length = strlen(text);
	const char *colon = strrchr(text, ':');
	uint64_t line = 0;
	if (colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")]) {
		if (!number_read(colon + 1, strlen(colon + 1), 10, UINT_MAX, &line))
			return -1;
		length = (size_t)(colon - text);
	}
	if (length == 0)
		return -1;
	bool same = last && strncmp(last, text, length) == 0 && last[length] == '\0';
	fact->artefact = same ? last : arena_text_n(arena, text, length);
	fact->line = (unsigned)line;
	return 0;
}

/* After the facts were sorted. */
static void read_artefacts(struct reader *reader, json_t *document)
{
	struct json_check *check = &reader->check;
	struct json_place above = {.parent = &root, .key = "artefacts"};
	json_t *artefacts = json_member(check, &root, document, above.key, JSON_OBJECT, false);
	const char *last = NULL;
	size_t next = 0;
	for (void *at = json_object_iter(artefacts); at;
		at = json_object_iter_next(artefacts, at)) {
		struct json_place here = {.parent = &above, .key = json_object_iter_key(at)};
		json_t *value = json_object_iter_value(at);
		struct fact *fact = fact_ahead(reader->snapshot, here.key, &next);
		if (!fact)
			json_mistake(check, &here, "there is no fact of this path");
		if (!check_text(reader, &here, value) || !fact)
			continue;
		if (split_artefact(reader->snapshot->arena, json_string_value(value), last, fact))
			json_mistake(check, &here, "must be a name, or a name, a colon and a line");
		last = fact->artefact;
	}
}

/* --- coverage and the rest ---------------------------------------------------------------------
 */

static const char *read_prefix(struct reader *reader, const struct json_place *place, json_t *entry)
{
	json_t *prefix = json_member(&reader->check, place, entry, "prefix", JSON_STRING, true);
	struct json_place here = {.parent = place, .key = "prefix"};
	if (!prefix || !check_text(reader, &here, prefix))
		return NULL;
	return json_string_value(prefix);
}

/* "read" stands alone, "unknown" with its reason. */
static bool check_state(
	struct reader *reader, const struct json_place *place, json_t *entry, const char *state)
{
	struct json_place state_here = {.parent = place, .key = "state"};
	struct json_place why_here = {.parent = place, .key = "why"};
	bool read = strcmp(state, "read") == 0, reasoned = json_object_get(entry, "why") != NULL;
	if (!read && strcmp(state, "unknown") != 0)
		json_mistake(&reader->check, &state_here, "must be read or unknown");
	else if (read && reasoned)
		json_mistake(&reader->check, &why_here, "stands only where the state is unknown");
	else if (!read && !reasoned)
		json_mistake(&reader->check, &why_here, "is missing, must say why it is unknown");
	return read;
}

static void read_entry(struct reader *reader, const struct json_place *place, json_t *entry)
{
	static const char *const keys[] = {"prefix", "state", "why", NULL};
	struct json_check *check = &reader->check;
	json_known_keys(check, place, entry, keys);
	const char *prefix = read_prefix(reader, place, entry);
	const char *state = json_member_text(check, place, entry, "state", true);
	const char *why = take_text(reader, place, entry, "why", false);
	if (!state)
		return;
	bool read = check_state(reader, place, entry, state);
	if (prefix && (read || why))
		snapshot_add_coverage(reader->snapshot, prefix, read, why);
}

static void read_coverage(struct reader *reader, json_t *document)
{
	struct json_place above = {.parent = &root, .key = "coverage"};
	json_t *list = json_member(&reader->check, &root, document, above.key, JSON_ARRAY, true);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct json_place here = {.parent = &above, .index = i};
		read_entry(reader, &here, json_array_get(list, i));
	}
}

static void read_ignored(struct reader *reader, json_t *document)
{
	struct snapshot *snapshot = reader->snapshot;
	struct json_place above = {.parent = &root, .key = "ignored"};
	json_t *list = json_member(&reader->check, &root, document, above.key, JSON_ARRAY, false);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct json_place here = {.parent = &above, .index = i};
		json_t *item = json_array_get(list, i);
		if (check_text(reader, &here, item))
			strings_add(snapshot->arena, &snapshot->not_understood,
				json_string_value(item));
	}
}

static void read_document(struct reader *reader, json_t *document)
{
	static const char *const keys[] = {"artefacts", "collected", "coverage", "facts", "ignored",
		"node", "source", "version", NULL};
	struct snapshot *snapshot = reader->snapshot;
	json_version(&reader->check, &root, document);
	json_known_keys(&reader->check, &root, document, keys);
	snapshot->node = take_text(reader, &root, document, "node", true);
	snapshot->source = take_optional(reader, document, "source");
	read_collected(reader, document);
	read_coverage(reader, document);
	read_facts(reader, document);
	read_ignored(reader, document);
	snapshot_seal(snapshot);
	read_artefacts(reader, document);
}

struct snapshot *snapshot_parse(struct bytes bytes, const char *name, struct error *error)
{
	auto_json json_t *document = json_read(bytes, name, error);
	if (!document)
		return NULL;
	auto_arena struct arena *scratch = arena_new();
	struct reader reader = {.snapshot = snapshot_new(NULL), .check.arena = scratch};
	read_document(&reader, document);
	if (json_check_result(&reader.check, name, error) == 0)
		return reader.snapshot;
	snapshot_free(reader.snapshot);
	return NULL;
}

struct snapshot *snapshot_read(const char *path, struct error *error)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(SIZE_LIMIT);
	if (file_read(path, &buffer, NULL, error) != 0)
		return NULL;
	struct bytes bytes = {(const unsigned char *)buffer.data, buffer.length};
	return snapshot_parse(bytes, path, error);
}

/* --- a glance ----------------------------------------------------------------------------------
 */

/* The end of a regular file, terminated. */
static size_t read_tail(const char *path, char *tail)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
		return 0;
	off_t start = info.st_size > TAIL ? info.st_size - TAIL : 0;
	ssize_t length = pread(fd, tail, TAIL, start);
	tail[length > 0 ? length : 0] = '\0';
	return length > 0 ? (size_t)length : 0;
}

static const char *after(const char *text, const char *start)
{
	size_t length = strlen(start);
	return strncmp(text, start, length) == 0 ? text + length : NULL;
}

/*
 * The node where the last three lines are as snapshot_write puts them, and its name needs no
 * unescaping; NULL otherwise. Lines begin nowhere but between values, and the last brace is the
 * document's, so that these three are its own members.
 */
static char *node_in_tail(struct arena *arena, const char *tail)
{
	static const char key[] = "\n  \"node\": \"";
	const char *name = NULL;
	for (const char *at = tail; (at = strstr(at, key)); name = at)
		at += strlen(key);
	const char *end = name ? strchr(name, '"') : NULL;
	const char *source = end ? after(end, "\",\n  \"source\": ") : NULL;
	const char *version = source ? strchr(source, '\n') : NULL;
	if (!version || strcmp(version, "\n  \"version\": 1\n}\n") != 0)
		return NULL;
	size_t length = (size_t)(end - name);
	bool simple = length && is_plain(name, length) && !memchr(name, '\\', length);
	return simple ? arena_text_n(arena, name, length) : NULL;
}

char *snapshot_peek_node(struct arena *arena, const char *path, struct error *error)
{
	char tail[TAIL + 1];
	char *node = read_tail(path, tail) ? node_in_tail(arena, tail) : NULL;
	if (node)
		return node;
	struct snapshot *snapshot = snapshot_read(path, error);
	if (snapshot)
		node = arena_text(arena, snapshot->node);
	snapshot_free(snapshot);
	return node;
}
