/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_BLANK_H
#define COLLECTORS_BLANK_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/text.h"

/*
 * Overwriting places of a text in its own bytes and encoding, without changing its length. What is
 * overwritten becomes '0', which is a character of names, texts and hexadecimal data alike; line
 * ends stay, so that places keep their lines.
 *
 * A unit is what the encoding is made of: two bytes of UTF-16, else one byte.
 */
struct blank {
	enum text_encoding encoding;
	struct bytes whole;  /* the copy that is written to, byte order mark and all */
	unsigned char *data; /* its units */
	size_t count;
	size_t step; /* bytes of a unit */
	size_t low;  /* where in it the low byte stands */
};
#define BLANK '0'

struct blank blank_begin(struct arena *arena, struct bytes content);

/* A unit as a character of ASCII; '\x7f' for what is none. */
char blank_at(const struct blank *blank, size_t unit);
void blank_put(const struct blank *blank, size_t unit);

/*
 * Overwrites each character of the decoded text whose first byte is marked. NULL data if the text
 * is not what these bytes decode to, or if they would be taken for another encoding then.
 */
struct bytes blank_marked(const struct blank *blank, struct text text, const char *marks);

#endif
