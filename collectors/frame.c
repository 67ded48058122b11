/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/frame.h"

#include "base/base64.h"
#include "base/number.h"
#include "base/text.h"
#include "collectors/artefact.h"

#include <string.h>

struct frame_reader {
	struct arena *arena;
	struct frames *frames;
	struct text_lines lines;
	bool again; /* the current line is still to be read */
	struct error *error;
};

static int refuse(const struct frame_reader *reader, const char *what)
{
	return error_set(reader->error, ERROR_UNREACHABLE, "line %u of the reply: %s",
		reader->lines.number, what);
}

static bool next_line(struct frame_reader *reader)
{
	if (reader->again) {
		reader->again = false;
		return true;
	}
	return text_next_line(&reader->lines);
}

static bool begins(struct text text, const char *word)
{
	size_t length = strlen(word);
	return text.length >= length && memcmp(text.data, word, length) == 0;
}

static bool is_word(struct text text, const char *word)
{
	return text.length == strlen(word) && begins(text, word);
}

static struct text cut_word(struct text *rest)
{
	const char *blank = rest->length ? memchr(rest->data, ' ', rest->length) : NULL;
	size_t length = blank ? (size_t)(blank - rest->data) : rest->length;
	struct text word = {rest->data, length};
	size_t used = length + (blank != NULL);
	*rest = (struct text){rest->data + used, rest->length - used};
	return word;
}

static bool is_plain(struct text text)
{
	for (size_t i = 0; i < text.length; i++)
		if (text.data[i] < 0x20 || text.data[i] > 0x7e)
			return false;
	return text.length > 0;
}

static bool read_status(struct text word, enum frame_status *status)
{
	static const char *const names[] = {"ok", "error", "none"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (is_word(word, names[i])) {
			*status = (enum frame_status)i;
			return true;
		}
	}
	return false;
}

/* A line cut short may still look like one with a smaller number: each needs its line end. */
static bool is_ended(const struct frame_reader *reader)
{
	const char *end = reader->lines.line.data + reader->lines.line.length;
	return reader->lines.rest.data > end;
}

static int read_asks(struct frame_reader *reader, struct frame *frame)
{
	while (next_line(reader)) {
		struct text rest = reader->lines.line;
		if (!begins(rest, "#asks ")) {
			reader->again = true;
			return 0;
		}
		cut_word(&rest);
		if (!is_plain(rest) || !is_ended(reader) || frame->asks.count == FRAME_ASKS_LIMIT)
			return refuse(reader, "what a frame answers cannot be understood");
		strings_add(reader->arena, &frame->asks,
			arena_text_n(reader->arena, rest.data, rest.length));
	}
	return 0;
}

static int read_partial(struct frame_reader *reader, struct frame *frame)
{
	if (!next_line(reader))
		return 0;
	struct text rest = reader->lines.line;
	reader->again = !begins(rest, "#partial ");
	if (reader->again)
		return 0;
	cut_word(&rest);
	if (!is_plain(rest) || !is_ended(reader) || frame->status != FRAME_OK)
		return refuse(reader, "what a frame says of its completeness cannot be understood");
	frame->partial = arena_text_n(reader->arena, rest.data, rest.length);
	return 0;
}

/* Base64 up to the next line that begins with "#", which must give exactly `length` bytes. */
static int read_content(struct frame_reader *reader, size_t length, struct frame *frame)
{
	size_t digits = (length + 2) / 3 * 4, found = 0;
	if (digits > reader->lines.rest.length + reader->lines.line.length)
		return refuse(reader, "the frame ends before its length; the reply is cut");
	char *base64 = arena_alloc(reader->arena, digits + 1);
	while (found < digits && next_line(reader)) {
		struct text line = reader->lines.line;
		if (begins(line, "#") || line.length > digits - found)
			return refuse(reader, "the frame has another length than it says");
		if (line.length)
			memcpy(base64 + found, line.data, line.length);
		found += line.length;
	}
	if (found < digits)
		return refuse(reader, "the frame ends before its length; the reply is cut");
	unsigned char *bytes = arena_alloc(reader->arena, length + 1);
	if (!base64_decode(base64, digits, bytes, length))
		return refuse(reader, "the frame is not base64 of its length");
	frame->content = (struct bytes){bytes, length};
	return 0;
}

static int read_frame(struct frame_reader *reader, struct text rest)
{
	struct text probe = cut_word(&rest), status = cut_word(&rest);
	struct frame frame = {0};
	uint64_t length;
	bool good = is_plain(probe) && read_status(status, &frame.status) &&
		    number_read(rest.data, rest.length, 10, ARTEFACT_LIMIT, &length);
	if (!good || !is_ended(reader))
		return refuse(reader, "a frame begins that cannot be understood");
	if (reader->frames->count == FRAMES_LIMIT)
		return refuse(reader, "too many frames");
	frame.probe = arena_text_n(reader->arena, probe.data, probe.length);
	if (read_asks(reader, &frame) != 0 || read_partial(reader, &frame) != 0 ||
		read_content(reader, (size_t)length, &frame) != 0)
		return -1;
	struct frames *frames = reader->frames;
	frames->items = arena_grow(reader->arena, frames->items, &frames->capacity,
		frames->count + 1, sizeof *frames->items);
	frames->items[frames->count++] = frame;
	return 0;
}

/* 1: this was the end. */
static int read_end(struct frame_reader *reader, struct text rest)
{
	uint64_t count;
	if (!number_read(rest.data, rest.length, 10, FRAMES_LIMIT, &count) || !is_ended(reader))
		return refuse(reader, "the end mark cannot be understood");
	reader->frames->miscounted = count != reader->frames->count;
	if (reader->frames->miscounted)
		return refuse(reader, "the end mark counts another number of frames");
	return 1;
}

/* 0: go on, 1: the end. */
static int read_line(struct frame_reader *reader)
{
	struct text rest = reader->lines.line;
	if (!begins(rest, "#"))
		return 0;
	struct text word = cut_word(&rest);
	if (is_word(word, "#frame"))
		return read_frame(reader, rest);
	if (is_word(word, "#end"))
		return read_end(reader, rest);
	return refuse(reader, "a line begins with # and is neither frame nor end mark");
}

/* Noise may lack its line end, so that the mark stands behind it. */
static bool find_beginning(struct frame_reader *reader)
{
	static const char mark[] = "#standby 1";
	while (next_line(reader)) {
		struct text line = reader->lines.line;
		size_t length = sizeof mark - 1;
		if (line.length >= length &&
			memcmp(line.data + line.length - length, mark, length) == 0)
			return true;
	}
	return false;
}

int frames_read(
	struct arena *arena, struct bytes output, struct frames *frames, struct error *error)
{
	struct frame_reader reader = {
		.arena = arena,
		.frames = frames,
		.lines = {.rest = {(const char *)output.data, output.length}},
		.error = error,
	};
	*frames = (struct frames){.begun = find_beginning(&reader)};
	if (!frames->begun)
		return error_set(error, ERROR_UNREACHABLE, "the reply has no line \"#standby 1\"");
	while (next_line(&reader)) {
		int result = read_line(&reader);
		if (result != 0)
			return result > 0 ? 0 : -1;
	}
	return refuse(&reader, "the reply ends without its end mark; it is cut");
}
