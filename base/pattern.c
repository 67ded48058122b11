/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pattern.h"

#include "base/buffer.h"
#include "base/number.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#define GUID_LENGTH 38

/* --- segments ----------------------------------------------------------------------------------
 */

static bool is_upper_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* Never looks behind a NUL, which fits nowhere in the shape. */
static bool guid_at(const char *text)
{
	static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
	for (size_t i = 0; i < GUID_LENGTH; i++)
		if (shape[i] == 'x' ? !is_upper_hex(text[i]) : text[i] != shape[i])
			return false;
	return true;
}

static bool must_encode(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f || c == '%' || c == '/' || c == '{' || c == '}';
}

static void encode_into(struct buffer *out, const char *value)
{
	while (*value) {
		size_t plain = 0;
		while (value[plain] && !must_encode(value[plain]))
			plain++;
		if (plain == 0 && guid_at(value))
			plain = GUID_LENGTH;
		if (plain)
			buffer_append(out, value, plain);
		else
			buffer_format(out, "%%%02X", (unsigned char)*value);
		value += plain ? plain : 1;
	}
}

char *segment_encode(struct arena *arena, const char *value)
{
	size_t plain = 0;
	while (value[plain] && !must_encode(value[plain]))
		plain++;
	if (!value[plain])
		return arena_text_n(arena, value, plain);
	auto_buffer struct buffer out = BUFFER_INIT(SIZE_MAX);
	encode_into(&out, value);
	return arena_text_n(arena, out.data, out.length);
}

/* The character that encoding wrote as %XX, or NUL where the text is nothing that it writes. */
static char decode_at(const char *text, size_t left)
{
	if (left < 3 || text[0] != '%' || !is_upper_hex(text[1]) || !is_upper_hex(text[2]))
		return '\0';
	char c = (char)(number_hex_digit(text[1]) << 4 | number_hex_digit(text[2]));
	return must_encode(c) ? c : '\0';
}

char *segment_decode(struct arena *arena, const char *segment, size_t length)
{
	char *value = arena_text_n(arena, segment, length);
	if (length == 0 || !memchr(segment, '%', length))
		return value;
	char *out = value;
	for (size_t at = 0; at < length; out++) {
		char c = decode_at(segment + at, length - at);
		*out = c ? c : segment[at];
		at += c ? 3 : 1;
	}
	*out = '\0';
	return value;
}

/* --- matching ----------------------------------------------------------------------------------
 */

static const char *segment_end(const char *segment)
{
	while (*segment && *segment != '/')
		segment++;
	return segment;
}

/* The end of a placeholder that stands here as a whole segment, or NULL. */
static const char *placeholder_end(const char *segment)
{
	if (*segment != '{')
		return NULL;
	const char *at = segment + 1;
	while ((*at >= 'a' && *at <= 'z') || *at == '-')
		at++;
	if (at == segment + 1 || *at != '}')
		return NULL;
	at++;
	return *at == '\0' || *at == '/' ? at : NULL;
}

/* Moves both over their common beginning within a segment; true when that was all of it. */
static bool same_segment(const char **a, const char **b)
{
	const char *x = *a, *y = *b;
	while (*x == *y && *x && *x != '/') {
		x++;
		y++;
	}
	*a = x;
	*b = y;
	return (*x == '\0' || *x == '/') && (*y == '\0' || *y == '/');
}

struct span {
	const char *start;
	const char *end;
};

/* spans, if not NULL, has room for every placeholder of the pattern. */
static bool match(const char *pattern, const char *path, struct span *spans)
{
	while (*pattern) {
		const char *end = placeholder_end(pattern);
		if (end) {
			const char *start = path;
			path = segment_end(path);
			pattern = end;
			if (spans)
				*spans++ = (struct span){start, path};
		} else if (!same_segment(&pattern, &path)) {
			return false;
		}
		if (*pattern != *path)
			return false;
		if (*pattern == '\0')
			return true;
		pattern++;
		path++;
	}
	return true;
}

bool pattern_matches(const char *pattern, const char *path)
{
	return match(pattern, path, NULL);
}

struct shape {
	size_t segments;
	size_t placeholders;
	bool open; /* ends in "/", or is empty */
};

static struct shape shape_of(const char *pattern)
{
	struct shape shape = {0};
	while (*pattern) {
		shape.segments++;
		shape.placeholders += placeholder_end(pattern) != NULL;
		pattern = segment_end(pattern);
		if (*pattern == '\0')
			return shape;
		pattern++;
	}
	shape.open = true;
	return shape;
}

size_t pattern_placeholders(const char *pattern)
{
	return shape_of(pattern).placeholders;
}

bool pattern_extract(
	struct arena *arena, const char *pattern, const char *path, char **values, size_t count)
{
	struct span spans[PATTERN_MAX_VALUES];
	assert(count <= PATTERN_MAX_VALUES && shape_of(pattern).placeholders == count);
	if (!match(pattern, path, spans))
		return false;
	for (size_t i = 0; i < count; i++)
		values[i] = segment_decode(
			arena, spans[i].start, (size_t)(spans[i].end - spans[i].start));
	return true;
}

char *pattern_fill(struct arena *arena, const char *pattern, const char *first, ...)
{
	auto_buffer struct buffer out = BUFFER_INIT(SIZE_MAX);
	va_list values;
	va_start(values, first);
	const char *value = first;
	while (*pattern) {
		const char *end = placeholder_end(pattern);
		if (end) {
			assert(value);
			encode_into(&out, value);
			value = va_arg(values, const char *);
		} else {
			end = segment_end(pattern);
			buffer_append(&out, pattern, (size_t)(end - pattern));
		}
		if (*end == '/')
			buffer_append(&out, end++, 1);
		pattern = end;
	}
	va_end(values);
	assert(!value);
	return arena_text_n(arena, out.data, out.length);
}

/* --- patterns among themselves -----------------------------------------------------------------
 */

bool pattern_covers(const char *outer, const char *inner)
{
	while (*outer) {
		if (*inner == '\0')
			return false; /* inner is open here, outer is not */
		const char *end = placeholder_end(outer);
		if (end) {
			outer = end;
			inner = segment_end(inner);
		} else if (!same_segment(&outer, &inner)) {
			return false;
		}
		if (*outer != *inner)
			return false;
		if (*outer == '\0')
			return true;
		outer++;
		inner++;
	}
	return true;
}

bool pattern_overlaps(const char *a, const char *b)
{
	while (*a && *b) {
		if (placeholder_end(a) || placeholder_end(b)) {
			a = segment_end(a);
			b = segment_end(b);
		} else if (!same_segment(&a, &b)) {
			return false;
		}
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
	return true; /* one of them is open here */
}

int pattern_specificity(const char *a, const char *b)
{
	struct shape x = shape_of(a), y = shape_of(b);
	if (x.segments != y.segments)
		return x.segments > y.segments ? 1 : -1;
	if (x.open != y.open)
		return x.open ? -1 : 1;
	/* As many segments: fewer placeholders are more literals. */
	if (x.placeholders != y.placeholders)
		return x.placeholders < y.placeholders ? 1 : -1;
	return 0;
}
