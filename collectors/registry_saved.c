/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_text.h"

#include "base/code_page.h"

#include <string.h>

#define MARK "#asked "
#define MARK_LENGTH (sizeof MARK - 1)
#define NO_ASCII '\x7f'

/* A text whose characters are found without decoding it: only ASCII matters here. */
struct saved {
	struct bytes content;
	size_t step; /* bytes of a unit */
	size_t low;  /* the lower byte within it */
};

struct line {
	size_t start, end; /* offsets; the line end itself stands at `end` */
	unsigned number;
	bool ended; /* there is one */
	bool last;
};

static struct saved saved_of(struct bytes content, enum text_encoding encoding)
{
	bool wide = encoding == TEXT_UTF16LE || encoding == TEXT_UTF16BE;
	return (struct saved){content, wide ? 2 : 1, encoding == TEXT_UTF16BE};
}

static char character(const struct saved *saved, size_t at)
{
	if (at + saved->step > saved->content.length)
		return NO_ASCII;
	const unsigned char *unit = saved->content.data + at;
	bool narrow = unit[saved->low] < 0x80 && (saved->step == 1 || unit[1 - saved->low] == 0);
	return narrow ? (char)unit[saved->low] : NO_ASCII;
}

static bool next_line(const struct saved *saved, struct line *line)
{
	size_t length = saved->content.length;
	line->start = line->number ? line->end + saved->step : 0;
	if (line->start >= length)
		return false;
	line->number++;
	line->end = line->start;
	while (line->end < length && character(saved, line->end) != '\n')
		line->end += saved->step;
	line->ended = line->end < length;
	line->last = line->end + saved->step >= length;
	return true;
}

static bool mark_stands_at(const struct saved *saved, size_t at)
{
	for (size_t i = 0; i < MARK_LENGTH; i++)
		if (character(saved, at + i * saved->step) != MARK[i])
			return false;
	return true;
}

static bool has_mark(const struct saved *saved, const struct line *line)
{
	for (size_t at = line->start; at < line->end; at += saved->step)
		if (mark_stands_at(saved, at))
			return true;
	return false;
}

/* What stands behind the mark, without blanks at its end; NULL: not only printable ASCII. */
static const char *words_of(struct arena *arena, const struct saved *saved, const struct line *line)
{
	size_t start = line->start + MARK_LENGTH * saved->step;
	size_t length = (line->end - start) / saved->step;
	char *words = arena_alloc(arena, length + 1);
	for (size_t i = 0; i < length; i++)
		words[i] = character(saved, start + i * saved->step);
	if (length && words[length - 1] == '\r')
		length--;
	while (length && words[length - 1] == ' ')
		length--;
	words[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (words[i] < ' ' || words[i] == NO_ASCII)
			return NULL;
	return words;
}

static bool names_a_key(struct arena *arena, const char *words)
{
	struct text key = text_of(words);
	if (key.length >= 2 && strcmp(words + key.length - 2, "\\*") == 0)
		key.length -= 2;
	bool open = key.length && key.data[key.length - 1] == '\\';
	return !open && registry_path(arena, key);
}

/* The line away, and its words instead of it. */
static int take(struct arena *arena, struct artefact *artefact, enum text_encoding encoding,
	const struct line *line, struct error *error)
{
	struct saved saved = saved_of(artefact->content, encoding);
	const char *words = words_of(arena, &saved, line);
	if (!words || !names_a_key(arena, words))
		return error_set(error, ERROR_INPUT,
			"line %u: expected a key of the registry behind \"#asked\", with or "
			"without \"\\*\"; run the command again",
			line->number);
	const char **asked = arena_alloc(arena, 2 * sizeof *asked);
	asked[0] = words;
	asked[1] = NULL;
	artefact->asked = asked;
	artefact->content.length = line->start;
	if (encoding != TEXT_CP1252)
		return 0;
	struct text text = code_page_decode(arena, artefact->content, CODE_PAGE_UNKNOWN);
	artefact->content = (struct bytes){(const unsigned char *)text.data, text.length};
	return 0;
}

int registry_take_asked(struct arena *arena, struct artefact *artefact, struct error *error)
{
	enum text_encoding encoding = text_detect(artefact->content);
	struct saved saved = saved_of(artefact->content, encoding);
	struct line line = {0};
	if (registry_form(artefact->content) != REGISTRY_FORM_QUERY)
		return 0;
	while (next_line(&saved, &line)) {
		bool begins = mark_stands_at(&saved, line.start);
		if (begins && line.last && line.ended)
			return take(arena, artefact, encoding, &line, error);
		if (begins && !line.last)
			return error_set(error, ERROR_INPUT,
				"line %u: expected \"#asked\" in the last line alone; keep each "
				"answer in a file of its own",
				line.number);
		if (line.last && has_mark(&saved, &line))
			return error_set(error, ERROR_INPUT,
				"line %u: expected a line end in front of \"#asked\" and behind "
				"the key, the output is cut here; run the command again",
				line.number);
	}
	return 0;
}
