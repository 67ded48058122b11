/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Text from outside. Inside the program it is UTF-8 in which a lone surrogate of a UTF-16 source
 * stands as its three bytes (generalised UTF-8), with a length, because Windows values hold NUL
 * and lone surrogates. It becomes a fact, a message or a report only through text_escape.
 */
struct text {
	const char *data;
	size_t length;
};

enum text_encoding {
	TEXT_UTF8,
	TEXT_UTF16LE,
	TEXT_UTF16BE,
	TEXT_CP1252,
};

/* "UTF-8", "UTF-16LE", ... for messages. */
const char *text_encoding_name(enum text_encoding encoding);

/*
 * Which encoding these bytes have: by byte order mark; else UTF-16 when every other byte of the
 * beginning is zero; else UTF-8 when they are valid UTF-8; else code page 1252. Never fails.
 */
enum text_encoding text_detect(struct bytes bytes);

/*
 * Bytes to text, without the byte order mark. Refuses, with the byte offset: invalid UTF-8 behind a
 * UTF-8 mark (or where UTF-8 was demanded), an odd last byte of UTF-16. The five bytes that code
 * page 1252 leaves open become U+0081 and so on, as Windows does. Line ends are left as they are.
 */
int text_decode(struct arena *arena, struct bytes bytes, enum text_encoding encoding,
	struct text *out, struct error *error);

/*
 * Text made printable, reversibly: control characters, NUL, lone surrogates, bidirectional and
 * other invisible format characters, line and paragraph separators and noncharacters become
 * \uXXXX (UTF-16 units, lower-case hex); a backslash that stands before "u" and four hex digits
 * becomes \u005c, so that two different texts never look alike. All else stays, tab and newline
 * are escaped too. Bytes that are not UTF-8 become \ufffd.
 */
char *text_escape(struct arena *arena, struct text text);

/* The whole of a C string as struct text. */
struct text text_of(const char *string);

/* Lower case by Unicode's simple mapping, independent of the locale. Input is UTF-8. */
char *text_fold(struct arena *arena, const char *string);
bool text_same(const char *a, const char *b); /* equal but for case; NULL equals only NULL */
bool text_starts(const char *string, const char *prefix); /* ASCII case ignored */

/*
 * Lines of a text, ended by CRLF, LF or CR, numbered from 1. Usage:
 *	struct text_lines lines = {.rest = text};
 *	while (text_next_line(&lines)) use(lines.line, lines.number);
 */
struct text_lines {
	struct text rest;
	struct text line;
	unsigned number;
};
bool text_next_line(struct text_lines *lines);

#endif
