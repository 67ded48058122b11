/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(struct arena *arena, struct bytes bytes)
{
	size_t length = (bytes.length + 2) / 3 * 4;
	char *text = arena_alloc(arena, length + 1);
	for (size_t at = 0, out = 0; at < bytes.length; at += 3) {
		size_t count = bytes.length - at < 3 ? bytes.length - at : 3;
		uint32_t group = 0;
		for (size_t i = 0; i < 3; i++)
			group = group << 8 | (i < count ? bytes.data[at + i] : 0);
		for (size_t i = 0; i < 4; i++)
			text[out++] = i <= count ? alphabet[group >> (18 - 6 * i) & 0x3f] : '=';
	}
	return text;
}

static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
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
	if (digits != (length + 2) / 3 * 4)
		return false;
	for (size_t at = 0; at < length; at += 3) {
		size_t count = length - at < 3 ? length - at : 3;
		if (!decode_group(text + at / 3 * 4, out + at, count))
			return false;
	}
	return true;
}
