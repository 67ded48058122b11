/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_text.h"

#include "base/number.h"

#include <string.h>

/*
 * The output of reg query. Keys stand at the line's beginning; values are indented by four blanks
 * and have columns: name, type, data. The columns are four blanks apart, in REG.EXE 3.0 and older
 * one tab. Only the words REG_... are matched, never what Windows translates.
 *
 * A line end inside a text is printed raw: a line that is not indented goes on with the text before
 * it. So a text with several lines that is the last of a cut output is not seen to be cut; a line
 * without its end is.
 *
 * Items of a list are printed with \0 between them. An item that holds these two characters itself
 * cannot be told from two items.
 */
struct query_reader {
	struct arena *arena;
	struct registry_builder *builder;
	const char *separator;
	struct registry_value value; /* the last one, while its text may go on */
	struct text name, data;
	bool pending;
	struct text broken;   /* a name that holds a line end; its beginning */
	unsigned broken_line; /* 0: there is none */
	bool first;	      /* no value of this key was read yet */
	bool after_empty;
	unsigned remark; /* line of what reg.exe says at its end; 0: none */
	struct error *error;
};

static int expected(struct query_reader *reader, unsigned line, const char *what)
{
	return error_set(reader->error, ERROR_INPUT, "line %u: expected %s", line, what);
}

static bool starts(struct text text, const char *word)
{
	size_t length = strlen(word);
	return text.length >= length && memcmp(text.data, word, length) == 0;
}

static struct text skip(struct text text, size_t count)
{
	return (struct text){text.data + count, text.length - count};
}

/* --- data ------------------------------------------------------------------------------------- */

static struct text trim(struct text text)
{
	while (text.length && text.data[text.length - 1] == ' ')
		text.length--;
	return text;
}

static int read_hex(struct query_reader *reader, struct text digits)
{
	unsigned char *bytes = arena_alloc(reader->arena, digits.length / 2 + 1);
	bool good = digits.length % 2 == 0;
	for (size_t i = 0; good && i + 1 < digits.length; i += 2) {
		int high = number_hex_digit(digits.data[i]);
		int low = number_hex_digit(digits.data[i + 1]);
		good = high >= 0 && low >= 0;
		if (good)
			bytes[i / 2] = (unsigned char)(high << 4 | low);
	}
	if (!good)
		return expected(reader, reader->value.line, "bytes of two hexadecimal digits");
	registry_value_decode(
		reader->arena, &reader->value, (struct bytes){bytes, digits.length / 2}, false);
	return 0;
}

/* "(null)" is what some print for a QWORD: there is a number, but nobody knows which. */
static int read_number(struct query_reader *reader, struct text data)
{
	struct registry_value *value = &reader->value;
	bool wide = value->type == REGISTRY_QWORD;
	if (wide && starts(data, "("))
		return 0;
	if (value->type == REGISTRY_DWORD_BIG_ENDIAN && !starts(data, "0x"))
		return read_hex(reader, data);
	value->number_known =
		starts(data, "0x") && number_read(data.data + 2, data.length - 2, 16,
					      wide ? UINT64_MAX : UINT32_MAX, &value->number);
	return value->number_known ? 0 : expected(reader, value->line, "0x and hexadecimal digits");
}

static bool is_separator(struct text text, size_t at)
{
	return at + 1 < text.length && text.data[at] == '\\' && text.data[at + 1] == '0';
}

static void read_list(struct query_reader *reader, struct text data)
{
	for (int i = 0; i < 2 && data.length >= 2 && is_separator(data, data.length - 2); i++)
		data.length -= 2;
	size_t count = data.length > 0;
	for (size_t at = 0; at < data.length; at++)
		count += is_separator(data, at);
	struct registry_value *value = &reader->value;
	value->list = arena_alloc(reader->arena, count * sizeof *value->list);
	while (value->list_count < count) {
		size_t length = 0;
		while (length < data.length && !is_separator(data, length))
			length++;
		value->list[value->list_count++] = (struct text){data.data, length};
		data = skip(data, length < data.length ? length + 2 : length);
	}
}

static int read_data(struct query_reader *reader)
{
	switch (reader->value.type) {
	case REGISTRY_SZ:
	case REGISTRY_EXPAND_SZ:
	case REGISTRY_LINK:
		reader->value.text = reader->data;
		return 0;
	case REGISTRY_MULTI_SZ:
		read_list(reader, reader->data);
		return 0;
	case REGISTRY_DWORD:
	case REGISTRY_DWORD_BIG_ENDIAN:
	case REGISTRY_QWORD:
		return read_number(reader, trim(reader->data));
	default:
		return read_hex(reader, trim(reader->data));
	}
}

/* The default value has a name in brackets, in words of the node's language, and stands first. */
static struct text real_name(const struct query_reader *reader)
{
	struct text name = reader->name;
	char last = name.length >= 2 ? name.data[name.length - 1] : '\0';
	if (reader->first &&
		((last == ')' && name.data[0] == '(') || (last == '>' && name.data[0] == '<')))
		return (struct text){"", 0};
	return name;
}

static int finish_value(struct query_reader *reader)
{
	if (reader->broken_line)
		return expected(reader, reader->broken_line, "a value: name, type and data");
	if (!reader->pending)
		return 0;
	reader->pending = false;
	if (read_data(reader) != 0)
		return -1;
	struct text name = real_name(reader);
	reader->first = false;
	const struct registry_source source = {.name = reader->name, .data = reader->data};
	return registry_builder_value(reader->builder, &reader->value, name, &source);
}

/* --- lines ------------------------------------------------------------------------------------ */

/* The type whose word begins the text and ends before a separator or with the line. */
static bool read_type(const struct query_reader *reader, struct text text, uint32_t *type)
{
	for (uint32_t i = 0; registry_type_name(i); i++) {
		const char *name = registry_type_name(i);
		if (!starts(text, name))
			continue;
		struct text rest = skip(text, strlen(name));
		if (trim(rest).length == 0 || starts(rest, reader->separator)) {
			*type = i;
			return true;
		}
	}
	return false;
}

/* Takes "name, type, data" apart; `from` begins with the name, the type stands behind `start`. */
static bool find_columns(struct query_reader *reader, struct text from, size_t start, unsigned line)
{
	size_t width = strlen(reader->separator);
	for (size_t at = start; at < from.length; at++) {
		struct text rest = skip(from, at);
		uint32_t type;
		if (!starts(rest, reader->separator) ||
			!read_type(reader, skip(rest, width), &type))
			continue;
		rest = skip(rest, width + strlen(registry_type_name(type)));
		reader->value =
			(struct registry_value){.type = type, .line = line, .printed = true};
		reader->name = (struct text){from.data, at};
		bool empty = !starts(rest, reader->separator);
		reader->data = skip(rest, empty ? rest.length : width);
		reader->pending = true;
		return true;
	}
	return false;
}

static int read_value(struct query_reader *reader, struct text line, unsigned number)
{
	if (finish_value(reader) != 0)
		return -1;
	struct text rest = skip(line, line.data[0] == '\t' ? 1 : 4);
	if (!find_columns(reader, rest, 0, number)) {
		reader->broken = rest;
		reader->broken_line = number;
	}
	return 0;
}

static int read_key(struct query_reader *reader, struct text path, unsigned number)
{
	if (finish_value(reader) != 0)
		return -1;
	reader->first = true;
	return registry_builder_key(reader->builder, path, number, false);
}

/* What follows directly on a value's line, without an indent. */
static int read_rest(struct query_reader *reader, struct text line, unsigned number)
{
	if (reader->broken_line) {
		size_t start = (size_t)(line.data - reader->broken.data);
		struct text whole = {reader->broken.data, start + line.length};
		if (find_columns(reader, whole, start, reader->broken_line))
			reader->broken_line = 0;
		return 0;
	}
	bool goes_on = reader->pending && !reader->after_empty;
	switch (goes_on ? (int)reader->value.type : -1) {
	case REGISTRY_SZ:
	case REGISTRY_EXPAND_SZ:
	case REGISTRY_LINK:
	case REGISTRY_MULTI_SZ:
		reader->data.length = (size_t)(line.data + line.length - reader->data.data);
		return 0;
	default:
		if (!reader->after_empty)
			return expected(reader, number, "a key or an indented value");
		reader->remark = number;
		return 0;
	}
}

/* A key of another computer has "\\name\" in front. */
static struct text without_machine(struct text line)
{
	if (!starts(line, "\\\\"))
		return line;
	const char *slash = memchr(line.data + 2, '\\', line.length - 2);
	return slash ? skip(line, (size_t)(slash + 1 - line.data)) : line;
}

static bool is_indented(struct text line)
{
	return starts(line, "    ") || starts(line, "\t");
}

static int read_line(struct query_reader *reader, struct text line, unsigned number)
{
	struct text path = without_machine(line);
	/* Only the last line may be one that is neither key nor value. */
	if (reader->remark)
		return expected(reader, reader->remark, "a key or an indented value");
	if (is_indented(line))
		return read_value(reader, line, number);
	if (registry_begins_with_hive(path))
		return read_key(reader, path, number);
	if (starts(line, REGISTRY_HEADER_QUERY)) {
		reader->separator = "\t";
		return finish_value(reader);
	}
	return read_rest(reader, line, number);
}

int registry_read_query(struct registry_builder *builder, struct arena *arena, struct text text,
	struct error *error)
{
	struct query_reader reader = {
		.arena = arena, .builder = builder, .separator = "    ", .error = error};
	struct text_lines lines = {.rest = text};
	while (text_next_line(&lines)) {
		bool empty = trim(lines.line).length == 0;
		if (!empty && read_line(&reader, lines.line, lines.number) != 0)
			return -1;
		if (!empty && lines.line.data + lines.line.length == text.data + text.length)
			return expected(&reader, lines.number,
				"a line end, the output is cut here; run the command again");
		reader.after_empty = empty;
	}
	registry_builder_remark(builder, reader.remark);
	return finish_value(&reader);
}
