/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any reply: reading it ends, errors are of one kind, and what was read whole holds what it says. A
 * reply written anew from the frames of a good one gives the same frames.
 */
#include "base/base64.h"
#include "base/buffer.h"
#include "collectors/frame.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void write_frame(struct arena *arena, struct buffer *out, const struct frame *frame)
{
	static const char *const statuses[] = {"ok", "error", "none"};
	buffer_format(out, "#frame %s %s %zu\n", frame->probe, statuses[frame->status],
		frame->content.length);
	for (size_t i = 0; i < frame->asks.count; i++)
		buffer_format(out, "#asks %s\n", frame->asks.items[i]);
	buffer_format(out, "%s\n", base64_encode(arena, frame->content));
}

static void assert_same(const struct frame *a, const struct frame *b)
{
	demand(strcmp(a->probe, b->probe) == 0 && a->status == b->status);
	demand(a->asks.count == b->asks.count && a->content.length == b->content.length);
	demand(memcmp(a->content.data, b->content.data, a->content.length) == 0);
	for (size_t i = 0; i < a->asks.count; i++)
		demand(strcmp(a->asks.items[i], b->asks.items[i]) == 0);
}

static void read_again(struct arena *arena, const struct frames *frames)
{
	auto_buffer struct buffer out = BUFFER_INIT((size_t)1 << 30);
	struct frames again;
	struct error error = {0};
	buffer_text(&out, "#standby 1\n");
	for (size_t i = 0; i < frames->count; i++)
		write_frame(arena, &out, &frames->items[i]);
	buffer_format(&out, "#end %zu\n", frames->count);
	struct bytes bytes = {(const unsigned char *)out.data, out.length};
	demand(frames_read(arena, bytes, &again, &error) == 0);
	demand(again.count == frames->count);
	for (size_t i = 0; i < frames->count; i++)
		assert_same(&frames->items[i], &again.items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena *arena = arena_new();
	struct frames frames;
	struct error error = {0};
	int code = frames_read(arena, (struct bytes){data, size}, &frames, &error);
	demand((code == 0) == (error.code == ERROR_NONE));
	demand(code == 0 || error.code == ERROR_UNREACHABLE);
	demand(frames.begun || frames.count == 0);
	if (frames.begun)
		read_again(arena, &frames);
	return 0;
}
