/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/sid.h"

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "cli/hex_input.h"
#include "cli/kind.h"
#include "inventory/vocabulary.h"

#include <string.h>

struct sid_parts {
	const char *sid;
	uint64_t authority;
	uint64_t parts[SID_MAX_SUBAUTHORITIES];
	size_t count;
};

/* The numbers of a canonical SID. */
static struct sid_parts *take_apart(struct arena *arena, const char *sid)
{
	struct sid_parts *out = arena_alloc(arena, sizeof *out);
	out->sid = sid;
	const char *at = sid + strlen("S-1-");
	size_t length = strcspn(at, "-");
	bool hex = strncmp(at, "0x", 2) == 0;
	number_read(at + (hex ? 2 : 0), length - (hex ? 2 : 0), hex ? 16 : 10, UINT64_MAX,
		&out->authority);
	for (at += length; *at; at += length) {
		length = strcspn(++at, "-");
		number_read(at, length, 10, UINT32_MAX, &out->parts[out->count++]);
	}
	return out;
}

/* One SID in text, blanks around it and the star of security templates allowed; NULL: none. */
static const char *read_text(struct arena *arena, struct bytes input)
{
	struct error unused = {0};
	struct text text;
	if (text_decode(arena, input, text_detect(input), &text, &unused) != 0 ||
		memchr(text.data, '\0', text.length))
		return NULL;
	const char *word = arena_text_n(arena, text.data, text.length);
	word += strspn(word, " \t\r\n");
	word += *word == '*';
	size_t length = strcspn(word, " \t\r\n");
	if (word[length + strspn(word + length, " \t\r\n")] != '\0')
		return NULL;
	return sid_read(arena, arena_text_n(arena, word, length));
}

static void *decode(struct arena *arena, struct bytes input, struct error *error)
{
	const char *sid = read_text(arena, input);
	if (sid)
		return take_apart(arena, sid);
	struct bytes bytes;
	size_t length;
	if (hex_input_read(arena, input, &bytes, error) != 0) {
		error_context(error, "neither S-1-... nor a SID in hexadecimal");
		return NULL;
	}
	sid = sid_decode(arena, bytes, &length);
	if (!sid)
		error_set(error, ERROR_INPUT, "byte 0: no SID, or not all of one");
	else if (length != bytes.length)
		error_set(error, ERROR_INPUT, "byte %zu: more bytes than the SID has", length);
	else
		return take_apart(arena, sid);
	return NULL;
}

static void print(const void *decoded, FILE *file)
{
	auto_arena struct arena *arena = arena_new();
	const struct sid_parts *parts = decoded;
	const char *shown = sid_display(arena, parts->sid);
	fprintf(file, "sid              %s\n", parts->sid);
	fprintf(file, "who              %s\n",
		strcmp(shown, parts->sid) == 0 ? "not a known name" : shown);
	fprintf(file, "authority        %llu\n", (unsigned long long)parts->authority);
	fputs("sub-authorities ", file);
	for (size_t i = 0; i < parts->count; i++)
		fprintf(file, " %llu", (unsigned long long)parts->parts[i]);
	fputs(parts->count ? "\n" : " none\n", file);
}

static json_t *json(struct arena *arena, const void *decoded)
{
	const struct sid_parts *parts = decoded;
	json_t *list = json_array(), *object = json_object();
	for (size_t i = 0; i < parts->count; i++)
		json_array_append_new(list, json_integer((json_int_t)parts->parts[i]));
	json_object_set_new(object, "sid", json_of_text(parts->sid));
	json_object_set_new(object, "name", json_of_text(well_known_name(parts->sid)));
	json_object_set_new(object, "display", json_of_text(sid_display(arena, parts->sid)));
	json_object_set_new(object, "authority", json_integer((json_int_t)parts->authority));
	json_object_set_new(object, "sub-authorities", list);
	return object;
}

const struct kind kind_sid = {
	.name = "sid",
	.summary = "a security identifier, as S-1-... or in hexadecimal",
	.decode = decode,
	.print = print,
	.json = json,
};
