/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/utf8.h"

#include <string.h>

/* How many bytes at the beginning tell UTF-16 without a mark. */
#define BEGINNING 8

static const struct mark {
	enum text_encoding encoding;
	size_t length;
	unsigned char bytes[3];
} marks[] = {
	{TEXT_UTF8, 3, {0xef, 0xbb, 0xbf}},
	{TEXT_UTF16LE, 2, {0xff, 0xfe}},
	{TEXT_UTF16BE, 2, {0xfe, 0xff}},
};

static const struct mark *find_mark(struct bytes bytes)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (bytes.length >= marks[i].length &&
			memcmp(bytes.data, marks[i].bytes, marks[i].length) == 0)
			return &marks[i];
	return NULL;
}

const char *text_encoding_name(enum text_encoding encoding)
{
	static const char *const names[] = {
		"UTF-8",
		"UTF-16LE",
		"UTF-16BE",
		"Windows-1252",
	};
	return names[encoding];
}

/* True when the zeros of the beginning are exactly its bytes at odd (1) or even (0) offsets. */
static bool zeros_stand_at(struct bytes bytes, size_t parity)
{
	size_t length = bytes.length < BEGINNING ? bytes.length & ~(size_t)1 : BEGINNING;
	for (size_t i = 0; i < length; i++)
		if ((bytes.data[i] == 0) != (i % 2 == parity))
			return false;
	return length > 0;
}

static size_t ascii_length(const char *data, size_t length)
{
	size_t at = 0;
	for (uint64_t word; length - at >= sizeof word; at += sizeof word) {
		memcpy(&word, data + at, sizeof word);
		if (word & 0x8080808080808080)
			break;
	}
	return at;
}

/* The length of the beginning that is valid UTF-8, without surrogates. */
static size_t valid_utf8(struct bytes bytes)
{
	const char *data = (const char *)bytes.data;
	size_t at = bytes.length ? ascii_length(data, bytes.length) : 0;
	while (at < bytes.length) {
		uint32_t code;
		size_t length = utf8_read(data + at, bytes.length - at, &code);
		if (length == 0 || utf8_surrogate(code))
			break;
		at += length;
	}
	return at;
}

enum text_encoding text_detect(struct bytes bytes)
{
	const struct mark *mark = find_mark(bytes);
	if (mark)
		return mark->encoding;
	if (zeros_stand_at(bytes, 1))
		return TEXT_UTF16LE;
	if (zeros_stand_at(bytes, 0))
		return TEXT_UTF16BE;
	return valid_utf8(bytes) == bytes.length ? TEXT_UTF8 : TEXT_CP1252;
}

static int decode_utf8(
	struct arena *arena, struct bytes bytes, size_t skip, struct text *out, struct error *error)
{
	size_t valid = valid_utf8(bytes);
	if (valid < bytes.length)
		return error_set(error, ERROR_INPUT, "invalid UTF-8 at byte offset %zu", valid);
	out->length = bytes.length - skip;
	out->data = arena_text_n(arena, (const char *)bytes.data + skip, out->length);
	return 0;
}

/* Counts bytes, and writes them where there is an `out`. */
static size_t put(char *out, size_t length, uint32_t code)
{
	char scratch[4];
	return length + utf8_write(out ? out + length : scratch, code);
}

static uint32_t unit_at(struct bytes bytes, size_t at, unsigned high)
{
	return (uint32_t)bytes.data[at + high] << 8 | bytes.data[at + 1 - high];
}

/* `high` is the offset of a unit's high byte: 1 for little-endian. */
static size_t convert_utf16(char *out, struct bytes bytes, unsigned high)
{
	size_t length = 0;
	for (size_t at = 0; at < bytes.length; at += 2) {
		uint32_t code = unit_at(bytes, at, high);
		if (code >= 0xd800 && code < 0xdc00 && bytes.length - at >= 4) {
			uint32_t low = unit_at(bytes, at + 2, high);
			if (low >= 0xdc00 && low <= 0xdfff) {
				code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
				at += 2;
			}
		}
		length = put(out, length, code);
	}
	return length;
}

/* What Windows makes of the bytes 0x80 to 0x9f. */
static const uint16_t cp1252[32] = {
	0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, /* 80 */
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f, /* 88 */
	0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, /* 90 */
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178, /* 98 */
};

static size_t convert_cp1252(char *out, struct bytes bytes, unsigned unused)
{
	(void)unused;
	size_t length = 0;
	for (size_t at = 0; at < bytes.length; at++) {
		unsigned byte = bytes.data[at];
		bool moved = byte >= 0x80 && byte < 0xa0;
		length = put(out, length, moved ? cp1252[byte - 0x80] : byte);
	}
	return length;
}

typedef size_t convert_fn(char *out, struct bytes bytes, unsigned high);

static int convert(
	struct arena *arena, struct bytes bytes, convert_fn *run, unsigned high, struct text *out)
{
	out->length = run(NULL, bytes, high);
	char *data = arena_alloc(arena, out->length + 1);
	run(data, bytes, high);
	out->data = data;
	return 0;
}

int text_decode(struct arena *arena, struct bytes bytes, enum text_encoding encoding,
	struct text *out, struct error *error)
{
	if (bytes.length == 0)
		bytes.data =
			(const unsigned char *)""; /* it may be NULL, where adding 0 is undefined */
	const struct mark *mark = find_mark(bytes);
	size_t skip = mark && mark->encoding == encoding ? mark->length : 0;
	if (encoding == TEXT_UTF8)
		return decode_utf8(arena, bytes, skip, out, error);
	struct bytes rest = {bytes.data + skip, bytes.length - skip};
	if (encoding == TEXT_CP1252)
		return convert(arena, rest, convert_cp1252, 0, out);
	if (bytes.length % 2)
		return error_set(error, ERROR_INPUT, "half a %s character at byte offset %zu",
			text_encoding_name(encoding), bytes.length - 1);
	return convert(arena, rest, convert_utf16, encoding == TEXT_UTF16LE, out);
}

struct text text_of(const char *string)
{
	return (struct text){.data = string, .length = string ? strlen(string) : 0};
}

static bool ends_line(char c)
{
	return c == '\n' || c == '\r';
}

bool text_next_line(struct text_lines *lines)
{
	struct text rest = lines->rest;
	if (rest.length == 0)
		return false;
	size_t end = 0;
	while (end < rest.length && !ends_line(rest.data[end]))
		end++;
	lines->line = (struct text){.data = rest.data, .length = end};
	lines->number++;
	if (end + 1 < rest.length && rest.data[end] == '\r' && rest.data[end + 1] == '\n')
		end++;
	if (end < rest.length)
		end++;
	lines->rest = (struct text){.data = rest.data + end, .length = rest.length - end};
	return true;
}
