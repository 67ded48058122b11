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
		"code page 437",
		"code page 850",
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

/* What Windows makes of the bytes 0x80 to 0xff in the code pages of its consoles. */
static const uint16_t cp437[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, /* %02x */
	0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5, /* %02x */
	0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, /* %02x */
	0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192, /* %02x */
	0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, /* %02x */
	0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb, /* %02x */
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, /* %02x */
	0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510, /* %02x */
	0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, /* %02x */
	0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567, /* %02x */
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, /* %02x */
	0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, /* %02x */
	0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, /* %02x */
	0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229, /* %02x */
	0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248, /* %02x */
	0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0, /* %02x */
};

static const uint16_t cp850[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, /* %02x */
	0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5, /* %02x */
	0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, /* %02x */
	0x00ff, 0x00d6, 0x00dc, 0x00f8, 0x00a3, 0x00d8, 0x00d7, 0x0192, /* %02x */
	0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, /* %02x */
	0x00bf, 0x00ae, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb, /* %02x */
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x00c1, 0x00c2, 0x00c0, /* %02x */
	0x00a9, 0x2563, 0x2551, 0x2557, 0x255d, 0x00a2, 0x00a5, 0x2510, /* %02x */
	0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x00e3, 0x00c3, /* %02x */
	0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x00a4, /* %02x */
	0x00f0, 0x00d0, 0x00ca, 0x00cb, 0x00c8, 0x0131, 0x00cd, 0x00ce, /* %02x */
	0x00cf, 0x2518, 0x250c, 0x2588, 0x2584, 0x00a6, 0x00cc, 0x2580, /* %02x */
	0x00d3, 0x00df, 0x00d4, 0x00d2, 0x00f5, 0x00d5, 0x00b5, 0x00fe, /* %02x */
	0x00de, 0x00da, 0x00db, 0x00d9, 0x00fd, 0x00dd, 0x00af, 0x00b4, /* %02x */
	0x00ad, 0x00b1, 0x2017, 0x00be, 0x00b6, 0x00a7, 0x00f7, 0x00b8, /* %02x */
	0x00b0, 0x00a8, 0x00b7, 0x00b9, 0x00b3, 0x00b2, 0x25a0, 0x00a0, /* %02x */
};

static size_t convert_console(char *out, struct bytes bytes, const uint16_t *page)
{
	size_t length = 0;
	for (size_t at = 0; at < bytes.length; at++) {
		unsigned byte = bytes.data[at];
		length = put(out, length, byte < 0x80 ? byte : page[byte - 0x80]);
	}
	return length;
}

static size_t convert_cp437(char *out, struct bytes bytes, unsigned unused)
{
	(void)unused;
	return convert_console(out, bytes, cp437);
}

static size_t convert_cp850(char *out, struct bytes bytes, unsigned unused)
{
	(void)unused;
	return convert_console(out, bytes, cp850);
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
	if (encoding == TEXT_CP437)
		return convert(arena, rest, convert_cp437, 0, out);
	if (encoding == TEXT_CP850)
		return convert(arena, rest, convert_cp850, 0, out);
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
