/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/hex_input.h"

#include "base/number.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

/* Length of "hex:" or "hex(3):" at the beginning, or 0. */
static size_t hex_mark(const char *at)
{
	if (strncasecmp(at, "hex", 3) != 0)
		return 0;
	size_t length = 3;
	if (at[length] == '(') {
		length += 1 + strspn(at + length + 1, "0123456789abcdefABCDEF");
		if (at[length++] != ')')
			return 0;
	}
	return at[length] == ':' ? length + 1 : 0;
}

/* Where the bytes of the value begin. */
static const char *find_data(const char *text)
{
	static const char type[] = "REG_BINARY";
	const size_t length = sizeof type - 1;
	for (const char *at = text; *at; at++) {
		bool starts = at == text || strchr(" \t\r\n=", at[-1]);
		if (!starts)
			continue;
		if (hex_mark(at))
			return at + hex_mark(at);
		if (strncasecmp(at, type, length) == 0 && strchr(" \t\r\n", at[length]))
			return at + length;
	}
	return text;
}

static unsigned line_of(const char *text, const char *at)
{
	unsigned line = 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* How many characters at `at` only separate: blanks, line ends, a backslash that ends its line. */
static size_t separator(const char *at)
{
	if (*at != '\\')
		return strspn(at, " \t\r\n,");
	size_t blanks = strspn(at + 1, " \t");
	return at[1 + blanks] == '\0' || strchr("\r\n", at[1 + blanks]) ? 1 + blanks : 0;
}

static int refuse(const char *text, const char *at, struct error *error)
{
	if (number_hex_digit(at[0]) >= 0 && (at[1] == '\0' || separator(at + 1)))
		return error_set(error, ERROR_INPUT, "line %u: a byte has two hexadecimal digits",
			line_of(text, at));
	return error_set(error, ERROR_INPUT,
		"line %u: not a hexadecimal digit; one value is expected, and nothing behind it",
		line_of(text, at));
}

static int read_bytes(
	const char *text, const char *at, unsigned char *data, size_t *count, struct error *error)
{
	*count = 0;
	while (*at) {
		size_t skip = separator(at);
		if (skip) {
			at += skip;
			continue;
		}
		int high = number_hex_digit(at[0]);
		int low = high < 0 ? -1 : number_hex_digit(at[1]);
		if (low < 0)
			return refuse(text, at, error);
		data[(*count)++] = (unsigned char)(high << 4 | low);
		at += 2;
	}
	return 0;
}

int hex_input_read(struct arena *arena, struct bytes input, struct bytes *out, struct error *error)
{
	struct text text;
	if (text_decode(arena, input, text_detect(input), &text, error) != 0)
		return -1;
	const char *whole = arena_text_n(arena, text.data, text.length);
	const char *zero = memchr(whole, '\0', text.length);
	if (zero)
		return error_set(error, ERROR_INPUT,
			"line %u: a zero byte; hexadecimal text is expected, not the bytes "
			"themselves",
			line_of(whole, zero));
	const char *at = find_data(whole);
	unsigned char *data = arena_alloc(arena, strlen(at) / 2 + 1);
	size_t count;
	if (read_bytes(whole, at, data, &count, error) != 0)
		return -1;
	if (count == 0)
		return error_set(error, ERROR_INPUT, "line %u: no hexadecimal digits here",
			line_of(whole, at));
	*out = (struct bytes){data, count};
	return 0;
}

char *hex_text(struct arena *arena, struct bytes bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(arena, 2 * bytes.length + 1);
	for (size_t i = 0; i < bytes.length; i++) {
		text[2 * i] = digits[bytes.data[i] >> 4];
		text[2 * i + 1] = digits[bytes.data[i] & 15];
	}
	return text;
}
