/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode_group(const unsigned char *bytes, size_t count, char *out)
{
	uint32_t group = 0;
	for (size_t i = 0; i < 3; i++)
		group = group << 8 | (i < count ? bytes[i] : 0);
	for (size_t i = 0; i < 4; i++)
		out[i] = i <= count ? alphabet[group >> (18 - 6 * i) & 0x3f] : '=';
}

char *base64_encode(struct arena *arena, struct bytes bytes)
{
	size_t length = (bytes.length + 2) / 3 * 4, at = 0;
	char *text = arena_alloc(arena, length + 1), *out = text;
	for (; bytes.length - at >= 3; at += 3, out += 4)
		encode_group(bytes.data + at, 3, out);
	if (at < bytes.length)
		encode_group(bytes.data + at, bytes.length - at, out);
	return text;
}

#define NO_DIGIT 0x80

/* By character; the first that decodes something fills it. */
static unsigned char values[256];

static void fill_values(void)
{
	for (size_t i = 0; i < sizeof values; i++)
		values[i] = NO_DIGIT;
	for (size_t i = 0; i < 64; i++)
		values[(unsigned char)alphabet[i]] = (unsigned char)i;
}

static int digit_value(char c)
{
	unsigned char value = values[(unsigned char)c];
	return value == NO_DIGIT ? -1 : value;
}

/* Four digits that give three bytes. */
static bool decode_full(const char *text, unsigned char *out)
{
	unsigned a = values[(unsigned char)text[0]], b = values[(unsigned char)text[1]];
	unsigned c = values[(unsigned char)text[2]], d = values[(unsigned char)text[3]];
	out[0] = (unsigned char)(a << 2 | b >> 4);
	out[1] = (unsigned char)(b << 4 | c >> 2);
	out[2] = (unsigned char)(c << 6 | d);
	return !((a | b | c | d) & NO_DIGIT);
}

/* Four digits that give `count` bytes. */
static bool decode_group(const char *text, unsigned char *out, size_t count)
{
	uint32_t group = 0;
	for (size_t i = 0; i < 4; i++) {
		int value = i <= count ? digit_value(text[i]) : text[i] == '=' ? 0 : -1;
		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
	}
	for (size_t i = 0; i < count; i++)
		out[i] = (unsigned char)(group >> (16 - 8 * i));
	return (group & (0xffffffU >> (8 * count))) == 0;
}

bool base64_decode(const char *text, size_t digits, unsigned char *out, size_t length)
{
	size_t at = 0;
	if (digits != (length + 2) / 3 * 4)
		return false;
	if (!values[(unsigned char)'='])
		fill_values();
	for (; length - at >= 3; at += 3, text += 4)
		if (!decode_full(text, out + at))
			return false;
	return at == length || decode_group(text, out + at, length - at);
}
