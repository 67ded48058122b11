/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_text.h"

#include "collectors/blank.h"

#include <ctype.h>
#include <string.h>

/*
 * What the reader withholds is overwritten where it stood, and no more, so that the text still says
 * the same. The reader has wiped its own copy of the text by then: the rules look at another one.
 */
struct blanking {
	enum registry_form form;
	const char *read; /* the copy that the reader had */
	struct text text; /* the other one */
	char *marks;	  /* one for each byte */
};

static void mark(struct blanking *blanking, size_t from, size_t to)
{
	if (from < to)
		memset(blanking->marks + from, 1, to - from);
}

static void mark_digits(struct blanking *blanking, size_t from, size_t to)
{
	for (; from < to; from++)
		blanking->marks[from] |= isxdigit((unsigned char)blanking->text.data[from]) != 0;
}

static void mark_reg_data(struct blanking *blanking, size_t from, size_t to)
{
	const char *start = blanking->text.data + from;
	if (*start == '"') {
		mark(blanking, from + 1, to - 1);
		return;
	}
	const char *colon = memchr(start, ':', to - from); /* hex(2): */
	if (colon)
		mark_digits(blanking, (size_t)(colon + 1 - blanking->text.data), to);
}

static void mark_query_data(struct blanking *blanking, size_t from, size_t to, uint32_t type)
{
	const char *start = blanking->text.data + from;
	switch (type) {
	case REGISTRY_SZ:
	case REGISTRY_EXPAND_SZ:
	case REGISTRY_LINK:
	case REGISTRY_MULTI_SZ:
		mark(blanking, from, to);
		break;
	case REGISTRY_DWORD:
	case REGISTRY_DWORD_BIG_ENDIAN:
	case REGISTRY_QWORD:
		if (*start == '(') /* a number that is not printed */
			break;
		mark_digits(blanking, to - from > 1 && start[1] == 'x' ? from + 2 : from, to);
		break;
	default:
		mark_digits(blanking, from, to);
	}
}

/* Quotation marks stay, and the brackets of what may be the default value. */
static void mark_name(struct blanking *blanking, size_t from, size_t to)
{
	char first = blanking->text.data[from], last = blanking->text.data[to - 1];
	bool closed =
		to - from > 1 && ((first == '"' && last == '"') || (first == '(' && last == ')') ||
					 (first == '<' && last == '>'));
	if (closed)
		mark(blanking, from + 1, to - 1);
	else if (blanking->form != REGISTRY_FORM_REG) /* there it is @ */
		mark(blanking, from, to);
}

/* Behind the key whose children are secrets; false: it is not there. */
static bool mark_key(struct blanking *blanking, size_t from, size_t to)
{
	static const char above[] = REGISTRY_SECRET_CHILDREN "\\";
	size_t length = sizeof above - 1;
	for (; from + length <= to; from++) {
		if (strncasecmp(blanking->text.data + from, above, length) != 0)
			continue;
		mark(blanking, from + length, to);
		return true;
	}
	return false;
}

static bool mark_place(struct blanking *blanking, const struct registry_place *place)
{
	size_t from = (size_t)(place->source.data - blanking->read);
	size_t to = from + place->source.length;
	switch (place->kind) {
	case REGISTRY_PLACE_KEY:
		return mark_key(blanking, from, to);
	case REGISTRY_PLACE_NAME:
		mark_name(blanking, from, to);
		return true;
	case REGISTRY_PLACE_DATA:
		if (blanking->form == REGISTRY_FORM_REG)
			mark_reg_data(blanking, from, to);
		else
			mark_query_data(blanking, from, to, place->type);
		return true;
	default:
		mark(blanking, from, to);
		return true;
	}
}

struct bytes registry_blank(struct arena *arena, struct bytes content)
{
	struct blanking blanking = {.form = registry_form(content)};
	struct error error = {0};
	struct text read;
	if (registry_text(arena, content, &read, &error) != 0 ||
		registry_text(arena, content, &blanking.text, &error) != 0)
		return (struct bytes){0};
	const struct registry *registry = registry_parse(arena, blanking.form, read, &error);
	bool good = registry && blanking.text.length == read.length;
	blanking.read = read.data;
	blanking.marks = arena_alloc(arena, read.length + 1);
	for (size_t i = 0; good && i < registry->withheld_count; i++)
		good = mark_place(&blanking, &registry->withheld[i]);
	if (!good)
		return (struct bytes){0};
	struct blank blank = blank_begin(arena, content);
	return blank_marked(&blank, blanking.text, blanking.marks);
}
