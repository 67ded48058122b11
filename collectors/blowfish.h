/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_BLOWFISH_H
#define COLLECTORS_BLOWFISH_H

#include "base/bytes.h"

#include <stdint.h>

/*
 * The block cipher Blowfish (B. Schneier, 1993) with the two ways in which bcrypt prepares it
 * (N. Provos and D. Mazieres, "A Future-Adaptable Password Scheme", 1999). For bcrypt_pbkdf.c, as
 * libcrypto offers only the cipher itself. What depends on a passphrase is the caller's to wipe.
 */
#define BLOWFISH_WORDS 1042

struct blowfish {
	uint32_t keys[18];
	uint32_t boxes[4][256];
};

extern const uint32_t blowfish_pi[BLOWFISH_WORDS];

void blowfish_begin(struct blowfish *cipher);
/* Mixes in a key, which is not empty, and a salt; a salt without data is one of zeroes. */
void blowfish_expand(struct blowfish *cipher, struct bytes key, struct bytes salt);
/* One block: two words, in place. */
void blowfish_encrypt(const struct blowfish *cipher, uint32_t block[2]);

#endif
