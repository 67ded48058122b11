/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_DIGEST_H
#define COLLECTORS_DIGEST_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/secret.h"

/* SHA-256 (FIPS 180-4), in lower-case hexadecimal. */
#define DIGEST_LENGTH 64
char *digest_text(struct arena *arena, struct bytes content);

/*
 * HMAC-SHA-256 (RFC 2104) in lower-case hexadecimal over fields (ended by a NULL), each with its
 * length in bytes as four bytes, most significant first, in front.
 */
char *digest_of_fields(struct arena *arena, const struct secret *key, const char *const *fields);

#endif
