/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_FRAME_H
#define COLLECTORS_FRAME_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>

/*
 * Replies of the PowerShell dialect (collectors/dialect.h), in ASCII, lines ended by LF or CRLF:
 *
 *	#standby 1
 *	#frame PROBE ok|error|none LENGTH	LENGTH bytes, base64 in lines of 76
 *	#asks KEY				any number: what the artefact answers, in words of
 *						the format (artefact->asked)
 *	#partial TEXT				at most one: why there may be more
 *	<base64>
 *	#end COUNT				COUNT frames
 *
 * What stands before "#standby", between frames and behind "#end" in lines that do not begin with
 * "#" is noise of the node and ignored. A line that begins with "#" and is none of these, or has
 * not all of its words, is an error, because it may be one that was damaged.
 */
enum frame_status {
	FRAME_OK,
	FRAME_ERROR, /* the content says why, in UTF-8 */
	FRAME_NONE,  /* the node has no such thing */
};

struct frame {
	const char *probe;
	enum frame_status status;
	struct bytes content;
	struct strings asks;
	const char *partial; /* or NULL */
};

struct frames {
	struct frame *items;
	size_t count, capacity;
	bool begun;	 /* there was a "#standby" line */
	bool miscounted; /* on error: some frames are missing or too many, nobody knows which */
};

#define FRAMES_LIMIT 100000
#define FRAME_ASKS_LIMIT 100

/*
 * Everything lives in the arena. On error, which is ERROR_UNREACHABLE and says "line N", the frames
 * that came whole before it are there.
 */
int frames_read(
	struct arena *arena, struct bytes output, struct frames *frames, struct error *error);

#endif
