/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a hostile document may make us write: this many mistakes, each with a pointer this long.
 * Without, one long key around a million faults would fill the memory.
 */
#define MISTAKES_MAX 1000
#define POINTER_MAX 1000

/* --- memory ------------------------------------------------------------------------------------
 */

static struct {
	size_t held;
	bool reading; /* the limit is for what comes from outside, not for what we build */
	bool refused;
} memory;

static void *allocate(size_t size)
{
	bool allowed = !memory.reading || (memory.held <= JSON_MEMORY_LIMIT &&
						  size <= JSON_MEMORY_LIMIT - memory.held);
	void *block = allowed ? malloc(size) : NULL;
	if (!block && memory.reading) {
		memory.refused = true;
		return NULL;
	}
	/* Values that we build must not vanish, as NULL would make them in jansson. */
	if (!block)
		block = memory_alloc(size);
	memory.held += malloc_usable_size(block);
	return block;
}

static void release(void *block)
{
	memory.held -= malloc_usable_size(block);
	free(block);
}

void json_setup(void)
{
	json_set_alloc_funcs(allocate, release);
}

/* --- reading -----------------------------------------------------------------------------------
 */

struct fault {
	const char *start; /* of jansson's text */
	const char *words;
};

/* jansson quotes the document in its messages, so that they are replaced and not passed on. */
static const char *syntax_fault(const char *text)
{
	static const struct fault faults[] = {
		{"'[' or '{' expected", "expected an object or an array"},
		{"string or '}' expected", "expected a key or '}'"},
		{"':' expected", "expected ':'"},
		{"']' expected", "expected ',' or ']'"},
		{"'}' expected", "expected ',' or '}'"},
		{"unexpected newline", "line break inside a text"},
		{"control character", "control character inside a text"},
		{"invalid escape", "unknown escape inside a text"},
		{"invalid Unicode", "invalid \\u escape inside a text"},
		{"invalid token", "not a JSON value"},
		{"unexpected token", "unexpected character"},
	};
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (strncmp(text, faults[i].start, strlen(faults[i].start)) == 0)
			return faults[i].words;
	return "not valid JSON";
}

static const char *fault_of(const json_error_t *fault)
{
	switch (json_error_code(fault)) {
	case json_error_stack_overflow:
		return "nested too deeply";
	case json_error_invalid_utf8:
		return "invalid UTF-8";
	case json_error_premature_end_of_input:
		return "the document ends too early";
	case json_error_end_of_input_expected:
		return "text after the end of the document";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "\\u0000 is not allowed";
	case json_error_duplicate_key:
		return "a key that the object has already";
	case json_error_numeric_overflow:
		return "number out of range";
	default:
		return syntax_fault(fault->text);
	}
}

json_t *json_read(struct bytes bytes, const char *name, struct error *error)
{
	json_error_t fault;
	memory.reading = true;
	memory.refused = false;
	json_t *value = json_loadb(bytes.length ? (const char *)bytes.data : "", bytes.length,
		JSON_REJECT_DUPLICATES, &fault);
	memory.reading = false;
	if (value)
		return value;
	if (memory.refused)
		error_set(error, ERROR_INPUT, "%s: too large: reading it takes more than %zu MiB",
			name, JSON_MEMORY_LIMIT >> 20);
	else
		error_set(error, ERROR_INPUT, "%s:%d:%d: %s", name, fault.line, fault.column,
			fault_of(&fault));
	return NULL;
}

/* --- checking ----------------------------------------------------------------------------------
 */

static int append_key(struct buffer *out, const char *key)
{
	for (; *key; key++) {
		int result;
		if (*key == '~')
			result = buffer_text(out, "~0");
		else if (*key == '/')
			result = buffer_text(out, "~1");
		else
			result = buffer_append(out, key, 1);
		if (result != 0)
			return -1;
	}
	return 0;
}

/* Stops at the buffer's limit: what it then holds is the beginning of the pointer. */
static int append_pointer(struct buffer *out, const struct json_place *place)
{
	if (!place->parent)
		return 0;
	if (append_pointer(out, place->parent) != 0)
		return -1;
	if (!place->key)
		return buffer_format(out, "/%zu", place->index);
	if (buffer_text(out, "/") != 0)
		return -1;
	return append_key(out, place->key);
}

static char *pointer_up_to(struct arena *arena, const struct json_place *place, size_t limit)
{
	auto_buffer struct buffer out = BUFFER_INIT(limit);
	append_pointer(&out, place);
	return arena_text_n(arena, out.data, out.length);
}

char *json_pointer(struct arena *arena, const struct json_place *place)
{
	return pointer_up_to(arena, place, SIZE_MAX);
}

void json_mistake(struct json_check *check, const struct json_place *place, const char *format, ...)
{
	if (check->mistakes.count >= MISTAKES_MAX)
		return;
	const char *pointer = pointer_up_to(check->arena, place, POINTER_MAX);
	pointer = text_escape(check->arena, text_of(pointer)); /* keys come from outside */
	char *words = NULL;
	va_list values;
	va_start(values, format);
	if (vasprintf(&words, format, values) < 0)
		words = memory_text("invalid");
	va_end(values);
	const char *text =
		arena_format(check->arena, "%s%s%s", pointer, *pointer ? ": " : "", words);
	memory_free(words);
	const struct strings *noted = &check->mistakes;
	/* Each member that is asked of something that is no object says the same. */
	if (noted->count == 0 || strcmp(noted->items[noted->count - 1], text) != 0)
		strings_add(check->arena, &check->mistakes, text);
}

static bool is_among(const char *key, const char *const *names)
{
	while (*names && strcmp(*names, key) != 0)
		names++;
	return *names != NULL;
}

static const char *list_names(struct arena *arena, const char *const *names)
{
	auto_buffer struct buffer list = BUFFER_INIT(SIZE_MAX);
	for (size_t i = 0; names[i]; i++)
		buffer_format(&list, "%s%s", i ? ", " : "", names[i]);
	return arena_text_n(arena, list.data, list.length);
}

void json_known_keys(struct json_check *check, const struct json_place *place, json_t *object,
	const char *const *names)
{
	const char *key;
	json_t *value;
	json_object_foreach(object, key, value)
	{
		if (is_among(key, names))
			continue;
		struct json_place here = {.parent = place, .key = key};
		json_mistake(check, &here, "is not known here, expected one of: %s",
			list_names(check->arena, names));
	}
}

static bool has_type(const json_t *value, json_type type)
{
	if (type == JSON_TRUE || type == JSON_FALSE)
		return json_is_boolean(value);
	if (type == JSON_REAL)
		return json_is_number(value);
	return json_typeof(value) == type;
}

json_t *json_member(struct json_check *check, const struct json_place *place, json_t *object,
	const char *key, json_type type, bool required)
{
	static const char *const words[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a text",
		[JSON_INTEGER] = "a whole number",
		[JSON_REAL] = "a number",
		[JSON_TRUE] = "true or false",
		[JSON_FALSE] = "true or false",
		[JSON_NULL] = "null",
	};
	struct json_place here = {.parent = place, .key = key};
	if (object && !json_is_object(object))
		json_mistake(check, place, "must be an object");
	if (!json_is_object(object))
		return NULL; /* NULL: that it is missing was noted where it was looked for */
	json_t *value = json_object_get(object, key);
	if (value && has_type(value, type))
		return value;
	if (value)
		json_mistake(check, &here, "must be %s", words[type]);
	else if (required)
		json_mistake(check, &here, "is missing, must be %s", words[type]);
	return NULL;
}

const char *json_member_text(struct json_check *check, const struct json_place *place,
	json_t *object, const char *key, bool required)
{
	json_t *value = json_member(check, place, object, key, JSON_STRING, required);
	if (value && json_string_length(value) == 0) {
		struct json_place here = {.parent = place, .key = key};
		json_mistake(check, &here, "must not be empty");
		return NULL;
	}
	return json_string_value(value);
}

void json_version(struct json_check *check, const struct json_place *place, json_t *object)
{
	json_t *version = json_member(check, place, object, "version", JSON_INTEGER, true);
	struct json_place here = {.parent = place, .key = "version"};
	if (version && json_integer_value(version) != 1)
		json_mistake(check, &here, "must be 1");
}

int json_check_result(const struct json_check *check, const char *name, struct error *error)
{
	if (check->mistakes.count == 0)
		return 0;
	return error_set(error, ERROR_INPUT, "%s: %s", name, check->mistakes.items[0]);
}

/* --- writing -----------------------------------------------------------------------------------
 */

struct output {
	FILE *file;
	unsigned depth;
};

/* jansson escapes line breaks in texts, so that each one here is the end of a line. */
static int write_indented(const char *data, size_t size, void *context)
{
	struct output *output = context;
	while (size > 0) {
		const char *newline = memchr(data, '\n', size);
		size_t length = newline ? (size_t)(newline - data) + 1 : size;
		if (fwrite(data, 1, length, output->file) != length)
			return -1;
		for (unsigned i = 0; newline && i < output->depth; i++)
			if (fputs("  ", output->file) == EOF)
				return -1;
		data += length;
		size -= length;
	}
	return 0;
}

int json_write(FILE *file, json_t *value, unsigned depth)
{
	struct output output = {.file = file, .depth = depth};
	int result = json_dump_callback(
		value, write_indented, &output, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	return result != 0 || ferror(file) ? -1 : 0;
}

json_t *json_of_text(const char *text)
{
	if (!text)
		return json_null();
	json_t *value = json_string(text);
	if (value)
		return value;
	/* Not UTF-8 after all: what can be shown of it is better than nothing. */
	auto_arena struct arena *arena = arena_new();
	return json_string(text_escape(arena, text_of(text)));
}

void json_release(json_t **value)
{
	json_decref(*value);
	*value = NULL;
}
