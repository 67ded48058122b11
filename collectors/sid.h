/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SID_H
#define COLLECTORS_SID_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>

/*
 * Security identifiers, [MS-DTYP] 2.4.2: revision 1, n sub-authorities (at most 15), a 48-bit
 * big-endian authority, n little-endian 32-bit numbers. As text S-1-A-s1-...-sn; an authority of
 * 2^32 and more in hexadecimal, 0x and twelve digits.
 */
#define SID_MAX_SUBAUTHORITIES 15

/*
 * The SID at the beginning of the bytes as text, in the arena; *length gets the bytes it takes.
 * NULL: fewer bytes than it says, another revision, too many sub-authorities.
 */
char *sid_decode(struct arena *arena, struct bytes bytes, size_t *length);

/* A SID as people write it, checked and in canonical spelling; NULL: it is none. */
char *sid_read(struct arena *arena, const char *text);

bool sid_is_text(const char *text); /* canonical spelling */

/* True when the SID is of the form PREFIX-rid. */
bool sid_has_prefix(const char *sid, const char *prefix);

/* "Everyone" for S-1-1-0; for families ("service", "application pool", ...) a word in brackets
 * behind the SID; else the SID itself. For people. */
const char *sid_display(struct arena *arena, const char *sid);

#endif
