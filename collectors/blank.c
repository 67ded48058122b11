/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/blank.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

#define NOT_ASCII '\x7f'

static size_t mark_length(struct bytes content, enum text_encoding encoding)
{
	const unsigned char *data = content.data;
	if (content.length >= 3 && encoding == TEXT_UTF8 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		return 3;
	if (content.length >= 2 && encoding == TEXT_UTF16LE && memcmp(data, "\xff\xfe", 2) == 0)
		return 2;
	if (content.length >= 2 && encoding == TEXT_UTF16BE && memcmp(data, "\xfe\xff", 2) == 0)
		return 2;
	return 0;
}

struct blank blank_begin(struct arena *arena, struct bytes content)
{
	struct blank blank = {.encoding = text_detect(content)};
	unsigned char *copy = arena_copy(arena, content.data, content.length);
	size_t mark = mark_length(content, blank.encoding);
	bool wide = blank.encoding == TEXT_UTF16LE || blank.encoding == TEXT_UTF16BE;
	blank.whole = (struct bytes){copy, content.length};
	blank.data = copy + mark;
	blank.step = wide ? 2 : 1;
	blank.low = blank.encoding == TEXT_UTF16BE;
	blank.count = (content.length - mark) / blank.step;
	return blank;
}

char blank_at(const struct blank *blank, size_t unit)
{
	const unsigned char *at = blank->data + unit * blank->step;
	bool narrow = at[blank->low] < 0x80 && (blank->step == 1 || at[1 - blank->low] == 0);
	return narrow ? (char)at[blank->low] : NOT_ASCII;
}

void blank_put(const struct blank *blank, size_t unit)
{
	unsigned char *at = blank->data + unit * blank->step;
	char old = blank_at(blank, unit);
	if (old == '\r' || old == '\n')
		return;
	memset(at, 0, blank->step);
	at[blank->low] = BLANK;
}

/* How many units a character takes that takes so many bytes in UTF-8. */
static size_t units_of(const struct blank *blank, size_t bytes)
{
	if (blank->encoding == TEXT_UTF8)
		return bytes;
	return blank->step == 2 && bytes == 4 ? 2 : 1;
}

/* What told the encoding may have been overwritten; of ASCII alone that changes nothing. */
static bool reads_alike(const struct blank *blank)
{
	if (text_detect(blank->whole) == blank->encoding)
		return true;
	for (size_t i = 0; i < blank->count; i++)
		if (blank->step > 1 || blank_at(blank, i) == NOT_ASCII)
			return false;
	return true;
}

struct bytes blank_marked(const struct blank *blank, struct text text, const char *marks)
{
	size_t unit = 0;
	for (size_t at = 0; at < text.length;) {
		uint32_t code;
		size_t bytes = utf8_read(text.data + at, text.length - at, &code);
		size_t units = units_of(blank, bytes);
		if (bytes == 0 || units > blank->count - unit)
			return (struct bytes){0};
		for (size_t i = 0; i < units && marks[at]; i++)
			blank_put(blank, unit + i);
		unit += units;
		at += bytes;
	}
	return reads_alike(blank) ? blank->whole : (struct bytes){0};
}
