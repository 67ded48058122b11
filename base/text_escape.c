/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/number.h"
#include "base/utf8.h"

#include <string.h>

/*
 * Unicode 15: Cc, Zl, Zp, Bidi_Control, Default_Ignorable_Code_Point, surrogates, the noncharacters
 * of the Arabic block, and the Cf that draw nothing. Cf that draw (U+0600 ...) are left out.
 */
static const struct range {
	uint32_t first, last;
} hidden[] = {
	{0x0000, 0x001f},
	{0x007f, 0x009f},
	{0x00ad, 0x00ad},
	{0x034f, 0x034f},
	{0x061c, 0x061c},
	{0x115f, 0x1160},
	{0x17b4, 0x17b5},
	{0x180b, 0x180f},
	{0x200b, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0x3164, 0x3164},
	{0xd800, 0xdfff},
	{0xfdd0, 0xfdef},
	{0xfe00, 0xfe0f},
	{0xfeff, 0xfeff},
	{0xffa0, 0xffa0},
	{0xfff0, 0xfffb},
	{0x13430, 0x1343f},
	{0x1bca0, 0x1bca3},
	{0x1d173, 0x1d17a},
	{0xe0000, 0xe0fff},
	{UINT32_MAX, UINT32_MAX},
};

static bool is_hidden(uint32_t code)
{
	if ((code & 0xfffe) == 0xfffe)
		return true;
	const struct range *range = hidden;
	while (range->last < code)
		range++;
	return range->first <= code;
}

static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

/* True when the text from here on would be read as one of our escapes. */
static bool looks_escaped(const char *at, size_t left)
{
	if (left < 6 || at[0] != '\\' || at[1] != 'u')
		return false;
	for (size_t i = 2; i < 6; i++)
		if (number_hex_digit(at[i]) < 0)
			return false;
	return true;
}

static size_t write_unit(char *out, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	memcpy(out, "\\u", 2);
	for (unsigned i = 0; i < 4; i++)
		out[2 + i] = digits[unit >> (12 - 4 * i) & 0xf];
	return 6;
}

static size_t write_escape(char *out, uint32_t code)
{
	if (code < 0x10000)
		return write_unit(out, code);
	size_t length = write_unit(out, 0xd800 + ((code - 0x10000) >> 10));
	return length + write_unit(out + length, 0xdc00 + (code & 0x3ff));
}

#define PIECE 12

/* Writes what stands for the code point at `at` (at most PIECE bytes); *used is its own length. */
static size_t write_piece(char *out, const char *at, size_t left, size_t *used)
{
	uint32_t code;
	size_t length = utf8_read(at, left, &code);
	*used = length ? length : 1;
	if (length == 0)
		return write_unit(out, 0xfffd);
	if (is_hidden(code) || looks_escaped(at, left))
		return write_escape(out, code);
	memcpy(out, at, length);
	return length;
}

static size_t plain_length(struct text text)
{
	size_t at = 0;
	while (at < text.length && is_plain(text.data[at]))
		at++;
	return at;
}

/* Counts bytes, and writes them where there is an `out`. */
static size_t escape(char *out, struct text text)
{
	size_t total = 0;
	for (size_t at = 0, used; at < text.length; at += used) {
		char piece[PIECE];
		size_t length = 1;
		used = 1;
		if (is_plain(text.data[at]))
			piece[0] = text.data[at];
		else
			length = write_piece(piece, text.data + at, text.length - at, &used);
		if (out)
			memcpy(out + total, piece, length);
		total += length;
	}
	return total;
}

char *text_escape(struct arena *arena, struct text text)
{
	if (plain_length(text) == text.length)
		return arena_text_n(arena, text.data, text.length);
	char *out = arena_alloc(arena, escape(NULL, text) + 1);
	escape(out, text);
	return out;
}
