/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_text.h"

#include "base/buffer.h"
#include "base/number.h"
#include "base/secret.h"

#include <string.h>

/*
 * .reg files. regedit and reg.exe end a file with an empty line, so one that stops inside a line,
 * or at a line end between two values, was cut or written by hand. A cut exactly behind the empty
 * line between two keys cannot be seen.
 */
struct reg_reader {
	struct arena *arena;
	struct registry_builder *builder;
	const char *at, *end;
	unsigned line;
	unsigned unfinished;
	bool wide;	       /* version 5: texts in hexadecimal are UTF-16LE */
	struct buffer scratch; /* bytes of hexadecimal data; wiped after each value */
	struct error *error;
};

struct reg_data {
	struct registry_value value;
	bool removed;
};

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static int expected(struct reg_reader *reader, const char *what)
{
	return error_set(reader->error, ERROR_INPUT, "line %u: expected %s", reader->line, what);
}

/* The text stops here without a line end. */
static int stop(struct reg_reader *reader)
{
	reader->unfinished = reader->line;
	return 0;
}

static char peek(const struct reg_reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

static void skip_blanks(struct reg_reader *reader)
{
	while (peek(reader) == ' ' || peek(reader) == '\t')
		reader->at++;
}

static void skip_to_line_end(struct reg_reader *reader)
{
	while (reader->at < reader->end && *reader->at != '\r' && *reader->at != '\n')
		reader->at++;
}

static bool take(struct reg_reader *reader, const char *word)
{
	size_t length = strlen(word);
	if ((size_t)(reader->end - reader->at) < length ||
		strncasecmp(reader->at, word, length) != 0)
		return false;
	reader->at += length;
	return true;
}

static bool take_line_end(struct reg_reader *reader)
{
	if (!take(reader, "\r\n") && !take(reader, "\n") && !take(reader, "\r"))
		return false;
	reader->line++;
	return true;
}

/* What may stand behind a key or a value: blanks, a comment. */
static int finish_line(struct reg_reader *reader)
{
	skip_blanks(reader);
	if (peek(reader) == ';')
		skip_to_line_end(reader);
	if (take_line_end(reader))
		return 0;
	if (reader->at == reader->end)
		return stop(reader);
	return expected(reader, "the end of the line");
}

/* --- texts in quotes -------------------------------------------------------------------------- */

static void count_line(struct reg_reader *reader)
{
	bool before_newline =
		reader->at[0] == '\r' && reader->at + 1 < reader->end && reader->at[1] == '\n';
	if ((*reader->at == '\n' || *reader->at == '\r') && !before_newline)
		reader->line++;
}

/*
 * Windows writes \\ and \" alone, wine also \n, \r and \0. Before any other character a backslash
 * stands for itself.
 */
static char *unescape(struct arena *arena, struct text *text)
{
	static const char from[] = "\\\"nr0", to[] = "\\\"\n\r";
	char *out = arena_text_n(arena, text->data, text->length);
	size_t length = 0;
	for (size_t i = 0; i < text->length; i++) {
		char c = text->data[i];
		const char *known = NULL;
		if (c == '\\' && i + 1 < text->length)
			known = memchr(from, text->data[i + 1], sizeof from - 1);
		out[length++] = known ? to[known - from] : c;
		i += known != NULL;
	}
	out[length] = '\0';
	text->length = length;
	return out;
}

static int read_quoted(struct reg_reader *reader, struct text *out)
{
	unsigned first_line = reader->line;
	const char *start = ++reader->at;
	bool escapes = false;
	for (; reader->at < reader->end && *reader->at != '"'; reader->at++) {
		if (*reader->at == '\\') {
			escapes = true;
			reader->at += reader->at + 1 < reader->end;
		}
		count_line(reader);
	}
	if (reader->at == reader->end) {
		reader->line = first_line;
		return expected(reader, "a text that ends with a quotation mark");
	}
	*out = (struct text){start, (size_t)(reader->at - start)};
	if (escapes)
		out->data = unescape(reader->arena, out);
	reader->at++;
	return 0;
}

/* --- other data ------------------------------------------------------------------------------- */

static size_t hex_length(const struct reg_reader *reader)
{
	const char *at = reader->at;
	while (at < reader->end && number_hex_digit(*at) >= 0)
		at++;
	return (size_t)(at - reader->at);
}

static int read_dword(struct reg_reader *reader, struct registry_value *value)
{
	skip_blanks(reader);
	size_t length = hex_length(reader);
	value->type = REGISTRY_DWORD;
	value->number_known =
		number_read(reader->at, length, 16, UINT32_MAX, &value->number) && length <= 8;
	if (!value->number_known)
		return expected(reader, "one to eight hexadecimal digits");
	reader->at += length;
	return 0;
}

/* A backslash at the end of a line: the data goes on in the next one. */
static int continue_line(struct reg_reader *reader)
{
	reader->at++;
	if (finish_line(reader) != 0)
		return -1;
	if (reader->at == reader->end)
		return expected(reader, "hexadecimal data that goes on, the file is cut here");
	return 0;
}

static int read_byte(struct reg_reader *reader)
{
	size_t length = hex_length(reader);
	uint64_t byte;
	if (length > 2 || !number_read(reader->at, length, 16, 0xff, &byte))
		return expected(reader, "a byte of two hexadecimal digits");
	unsigned char one = (unsigned char)byte;
	buffer_append(&reader->scratch, &one, 1);
	reader->at += length;
	return 0;
}

static bool ends_data(const struct reg_reader *reader)
{
	return reader->at == reader->end || strchr("\r\n;", *reader->at);
}

static int read_bytes(struct reg_reader *reader)
{
	bool more = false; /* behind a comma */
	for (;;) {
		skip_blanks(reader);
		if (peek(reader) == '\\' && (more || reader->scratch.length == 0)) {
			if (continue_line(reader) != 0)
				return -1;
			continue;
		}
		if (!more && ends_data(reader))
			return 0;
		if (!more && reader->scratch.length > 0)
			return expected(reader, "a comma between bytes");
		if (read_byte(reader) != 0)
			return -1;
		skip_blanks(reader);
		more = peek(reader) == ',';
		reader->at += more;
	}
}

/* hex: is REG_BINARY, hex(N): the type of that number. */
static int read_hex(struct reg_reader *reader, struct registry_value *value)
{
	uint64_t type = REGISTRY_BINARY;
	if (take(reader, "(")) {
		size_t length = hex_length(reader);
		if (!number_read(reader->at, length, 16, UINT32_MAX, &type))
			return expected(reader, "the number of a type, hexadecimal");
		reader->at += length;
		if (!take(reader, ")"))
			return expected(reader, "a closing bracket");
	}
	if (!take(reader, ":"))
		return expected(reader, "a colon behind hex");
	value->type = (uint32_t)type;
	if (read_bytes(reader) != 0)
		return -1;
	struct bytes bytes = {
		arena_copy(reader->arena, reader->scratch.data, reader->scratch.length),
		reader->scratch.length};
	registry_value_decode(reader->arena, value, bytes, reader->wide);
	if (reader->scratch.length)
		secret_wipe(reader->scratch.data, reader->scratch.length);
	buffer_clear(&reader->scratch);
	return 0;
}

static int read_data(struct reg_reader *reader, struct reg_data *data)
{
	if (peek(reader) == '"') {
		data->value.type = REGISTRY_SZ;
		return read_quoted(reader, &data->value.text);
	}
	if (take(reader, "dword:"))
		return read_dword(reader, &data->value);
	if (take(reader, "hex"))
		return read_hex(reader, &data->value);
	data->removed = take(reader, "-");
	return data->removed ? 0 : expected(reader, "a text in quotes, dword:, hex: or -");
}

/* --- lines ------------------------------------------------------------------------------------ */

static int read_name(struct reg_reader *reader, struct text *name)
{
	if (peek(reader) == '"')
		return read_quoted(reader, name);
	reader->at++; /* @ */
	*name = (struct text){"", 0};
	return 0;
}

static int read_value(struct reg_reader *reader)
{
	struct reg_data data = {.value.line = reader->line};
	struct text name;
	if (read_name(reader, &name) != 0)
		return -1;
	skip_blanks(reader);
	if (!take(reader, "="))
		return expected(reader, "= behind the name of a value");
	skip_blanks(reader);
	struct text source = {.data = reader->at};
	if (read_data(reader, &data) != 0)
		return -1;
	source.length = (size_t)(reader->at - source.data);
	if (finish_line(reader) != 0)
		return -1;
	if (data.removed)
		return registry_builder_no_value(reader->builder, name, data.value.line);
	return registry_builder_value(reader->builder, &data.value, name, source);
}

/* A name may hold brackets: the last one closes, or the last one before a comment. */
static const char *closing_bracket(const char *start, const char *end)
{
	while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (end > start && end[-1] == ']')
		return end - 1;
	for (const char *at = start; at < end; at++) {
		if (*at != ']')
			continue;
		const char *behind = at + 1;
		while (behind < end && (*behind == ' ' || *behind == '\t'))
			behind++;
		if (behind < end && *behind == ';')
			return at;
	}
	return NULL;
}

static int read_key(struct reg_reader *reader)
{
	unsigned line = reader->line;
	reader->at++;
	bool removed = take(reader, "-");
	const char *start = reader->at;
	skip_to_line_end(reader);
	const char *close = closing_bracket(start, reader->at);
	if (!close)
		return expected(reader, "a key that ends with a bracket");
	if (!take_line_end(reader))
		stop(reader);
	struct text path = {start, (size_t)(close - start)};
	return registry_builder_key(reader->builder, path, line, removed);
}

/* Also in the middle of a file: exports that were copied together. */
static int read_header(struct reg_reader *reader)
{
	const char *start = reader->at;
	skip_to_line_end(reader);
	const char *end = reader->at;
	while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	size_t length = (size_t)(end - start);
	reader->wide = length == strlen(REGISTRY_HEADER_5) &&
		       memcmp(start, REGISTRY_HEADER_5, length) == 0;
	bool narrow = length == strlen(REGISTRY_HEADER_4) &&
		      memcmp(start, REGISTRY_HEADER_4, length) == 0;
	if (!reader->wide && !narrow)
		return expected(reader, "a key, a value, a comment or a header");
	registry_builder_part(reader->builder);
	return finish_line(reader);
}

static int read_line(struct reg_reader *reader)
{
	take(reader, BYTE_ORDER_MARK);
	skip_blanks(reader);
	switch (peek(reader)) {
	case ';':
	case '#': /* nobody's comment, but people write it and regedit passes over it */
		skip_to_line_end(reader);
		return 0;
	case '[':
		return read_key(reader);
	case '"':
	case '@':
		return read_value(reader);
	default:
		if (take_line_end(reader) || reader->at == reader->end)
			return 0;
		return read_header(reader);
	}
}

static bool ends_with_empty_line(struct text text)
{
	static const char *const endings[] = {"\r\n\r\n", "\n\n", "\r\r"};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t length = strlen(endings[i]);
		if (text.length >= length &&
			memcmp(text.data + text.length - length, endings[i], length) == 0)
			return true;
	}
	return false;
}

int registry_read_reg(struct registry_builder *builder, struct arena *arena, struct text text,
	struct error *error)
{
	struct reg_reader reader = {
		.arena = arena,
		.builder = builder,
		.at = text.data,
		.end = text.data + text.length,
		.line = 1,
		.scratch = BUFFER_INIT(ARTEFACT_LIMIT),
		.error = error,
	};
	int result = 0;
	while (result == 0 && reader.at < reader.end)
		result = read_line(&reader);
	buffer_release(&reader.scratch);
	registry_builder_ending(builder, reader.unfinished, ends_with_empty_line(text));
	return result;
}
