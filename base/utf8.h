/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One code point of generalised UTF-8 (RFC 3629, but surrogates are let through; see base/text.h).
 * Bytes are looked at one after the other and never behind a NUL, so that a C string may be read
 * with `left` 4.
 */

/* How many bytes the code point at `at` has, or 0 if there is none. */
static inline size_t utf8_read(const char *at, size_t left, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *byte = (const unsigned char *)at;
	if (left == 0)
		return 0;
	*code = byte[0];
	if (byte[0] < 0x80)
		return 1;
	size_t length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
	if (byte[0] < 0xc2 || byte[0] > 0xf4 || length > left)
		return 0;
	uint32_t value = byte[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (byte[i] & 0x3f);
	}
	*code = value;
	return value < least[length] || value > 0x10ffff ? 0 : length;
}

/* Writes at most 4 bytes, without a NUL, and returns how many. */
static inline size_t utf8_write(char *out, uint32_t code)
{
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	if (length == 1) {
		out[0] = (char)code;
		return 1;
	}
	for (size_t i = length - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)((0xf00U >> length & 0xf0) | code);
	return length;
}

static inline bool utf8_surrogate(uint32_t code)
{
	return code >= 0xd800 && code <= 0xdfff;
}

#endif
