/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/arena.h"
#include "base/bytes.h"

#include <stdbool.h>

/* Base64 with its usual alphabet and padding (RFC 4648, section 4), in one line. */
char *base64_encode(struct arena *arena, struct bytes bytes);

/*
 * True when the `digits` characters, padding included, are base64 of exactly `length` bytes, which
 * `out` gets. Nothing else may stand among them; bits that belong to no byte must be zero.
 */
bool base64_decode(const char *text, size_t digits, unsigned char *out, size_t length);

#endif
