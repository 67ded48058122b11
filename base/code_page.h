/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CODE_PAGE_H
#define BASE_CODE_PAGE_H

#include "base/text.h"

/*
 * What programs of a console print: bytes in a code page that only the console knows, never to be
 * detected. Pages of one byte per character are decoded, and UTF-8. Of another page nothing is
 * guessed: what is beyond ASCII becomes U+FFFD, as does a byte that a page leaves open. Two texts
 * with that character may differ though they look alike: ask code_page_unclear before comparing.
 */
#define CODE_PAGE_UNKNOWN 0
#define CODE_PAGE_1252 1252
#define CODE_PAGE_UTF8 65001
#define CODE_PAGE_NO_CODE 0xfffd

bool code_page_known(unsigned number);

/* The text, in the arena. Line ends are left as they are. Never fails. */
struct text code_page_decode(struct arena *arena, struct bytes bytes, unsigned number);

/* Whether a text has characters that nobody could decode. */
bool code_page_unclear(struct text text);

#endif
