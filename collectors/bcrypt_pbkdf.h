/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_BCRYPT_PBKDF_H
#define COLLECTORS_BCRYPT_PBKDF_H

#include "base/bytes.h"
#include "base/error.h"

/*
 * The key of an encrypted private key file from its passphrase: OpenBSD's bcrypt_pbkdf(3), which is
 * PBKDF2 (RFC 8018, 5.2) over bcrypt of 32 bytes, but for the order of the bytes that come out. One
 * round costs about 4 ms for each 32 bytes of the key, and OpenSSH writes 16 or 24 rounds.
 *
 * Neither passphrase nor salt is empty; 1 to 1024 bytes of key; at least one round. -1 when the run
 * is interrupted (base/interrupt.h); the key is wiped then. Nothing else of it is left in memory.
 */
#define BCRYPT_PBKDF_KEY_LIMIT 1024

int bcrypt_pbkdf(struct bytes passphrase, struct bytes salt, unsigned rounds, unsigned char *key,
	size_t length, struct error *error);

#endif
