/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/xml.h"

#include <string.h>

/* How far into a document is looked, in characters. */
#define HEAD_MAX ((size_t)64 << 10)

/* The beginning of a document as ASCII, whatever its encoding; what is not ASCII is OTHER. */
struct head {
	const unsigned char *units;
	size_t count;
	unsigned width; /* bytes per unit */
	unsigned low;	/* which of them is the low one */
};

#define OTHER '\x7f'

static char unit(const struct head *head, size_t index)
{
	if (index >= head->count)
		return '\0';
	const unsigned char *at = head->units + index * head->width;
	unsigned char high = head->width == 2 ? at[1 - head->low] : 0;
	return high || at[head->low] >= 0x80 ? OTHER : (char)at[head->low];
}

static struct head head_of(struct bytes content)
{
	static const struct {
		const char *bytes;
		size_t length, skip;
		unsigned width, low;
	} marks[] = {
		{"\xef\xbb\xbf", 3, 3, 1, 0},
		{"\xff\xfe", 2, 2, 2, 0},
		{"\xfe\xff", 2, 2, 2, 1},
		{"<\0", 2, 0, 2, 0},
		{"\0<", 2, 0, 2, 1},
		{"", 0, 0, 1, 0},
	};
	size_t i = 0;
	while (content.length < marks[i].length ||
		(marks[i].length && memcmp(content.data, marks[i].bytes, marks[i].length) != 0))
		i++;
	size_t count = (content.length - marks[i].skip) / marks[i].width;
	return (struct head){
		.units = content.length ? content.data + marks[i].skip : NULL,
		.count = count < HEAD_MAX ? count : HEAD_MAX,
		.width = marks[i].width,
		.low = marks[i].low,
	};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == OTHER;
}

static bool is_name(char c)
{
	return begins_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

static bool stands_at(const struct head *head, size_t index, const char *text)
{
	while (*text && unit(head, index) == *text) {
		index++;
		text++;
	}
	return *text == '\0';
}

/* The index behind the next `text`, or the end. */
static size_t behind(const struct head *head, size_t index, const char *text)
{
	while (index < head->count && !stands_at(head, index, text))
		index++;
	return index < head->count ? index + strlen(text) : head->count;
}

/* Behind a document type declaration, whose internal subset may hold '>'. */
static size_t behind_document_type(const struct head *head, size_t index)
{
	while (index < head->count && unit(head, index) != '>' && unit(head, index) != '[')
		index++;
	if (unit(head, index) == '[')
		index = behind(head, index, "]");
	return behind(head, index, ">");
}

/* Where the name of the root element begins, or 0. */
static size_t root_start(const struct head *head)
{
	size_t index = 0;
	for (;;) {
		while (is_blank(unit(head, index)))
			index++;
		if (stands_at(head, index, "<?"))
			index = behind(head, index, "?>");
		else if (stands_at(head, index, "<!--"))
			index = behind(head, index, "-->");
		else if (stands_at(head, index, "<!DOCTYPE"))
			index = behind_document_type(head, index);
		else
			break;
	}
	bool element = unit(head, index) == '<' && begins_name(unit(head, index + 1));
	return element ? index + 1 : 0;
}

char *xml_root_name(struct arena *arena, struct bytes content)
{
	struct head head = head_of(content);
	size_t start = root_start(&head), end = start;
	if (start == 0)
		return NULL;
	for (; is_name(unit(&head, end)); end++)
		if (unit(&head, end) == ':')
			start = end + 1;
	char *name = arena_alloc(arena, end - start + 1);
	for (size_t i = start; i < end; i++)
		name[i - start] = unit(&head, i) == OTHER ? '?' : unit(&head, i);
	return name;
}

bool xml_mentions(struct bytes content, const char *element)
{
	struct head head = head_of(content);
	size_t at = root_start(&head);
	while (at > 0 && at < head.count) {
		at = behind(&head, at, "<");
		if (stands_at(&head, at, element) && !is_name(unit(&head, at + strlen(element))))
			return true;
	}
	return false;
}
