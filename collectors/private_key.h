/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_PRIVATE_KEY_H
#define COLLECTORS_PRIVATE_KEY_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"

#include <openssl/types.h>

/*
 * A private key of SSH from its file, ready to sign. Read are
 *	OpenSSH's own format (PROTOCOL.key of its sources), one key in a file, not encrypted or
 *	encrypted by aes-ctr, aes-cbc, aes-gcm or 3des-cbc with a key from bcrypt;
 *	PEM: PKCS#1 and SEC1, plain or with Proc-Type, and PKCS#8, plain or by PBES2 (RFC 8018).
 * Types: ed25519, ecdsa with nistp256, nistp384 and nistp521, rsa of 1024 to 16384 bits.
 *
 * A key is given out only when public and private part belong together: a signature of the private
 * part was verified with the public one.
 *
 * What is secret stays in locked memory that is in no core, and is wiped: what stands in the file
 * and what is made of it in pages of base/secret.h, the number that libcrypto signs with in its
 * secure heap. Worker processes share these pages, locked again. That holds for ed25519 and ecdsa
 * keys in OpenSSH's format; of others libcrypto 3.0 leaves copies in ordinary memory: of keys in
 * PEM when it has read them, of RSA keys also for as long as it has them.
 */
struct private_key {
	const char *type;   /* "ssh-ed25519", constant */
	struct buffer blob; /* the public key, as servers are told it (RFC 4253, 6.6) */
	EVP_PKEY *pkey;
};

/* How an encrypted key is opened. */
struct private_key_opener {
	/* Called at most once, and only if the key is encrypted; lent. NULL with the reason. */
	const struct secret *(*passphrase)(void *context, struct error *error);
	void *context;
	/* How many rounds of bcrypt may be needed (a round costs up to 10 ms); for PBKDF2 2,000
	 * iterations each, for scrypt 1,024 times the least. */
	unsigned effort;
};
#define PRIVATE_KEY_EFFORT 1024

#define PRIVATE_KEY_FILE_LIMIT ((size_t)64 << 10)

/*
 * NULL with an error that says what is wrong with the key and what to do, without naming the file:
 * private_key_read puts "private key PATH" or "key PATH" in front. ERROR_UNREACHABLE: the run was
 * interrupted.
 */
struct private_key *private_key_parse(
	struct bytes content, const struct private_key_opener *opener, struct error *error);
struct private_key *private_key_read(
	const char *path, const struct private_key_opener *opener, struct error *error);
void private_key_free(struct private_key *key); /* NULL is allowed */

/*
 * Signs. `method` is the name of the signature's algorithm: the key's type, or for RSA also
 * "rsa-sha2-256" and "rsa-sha2-512". The signature comes without that name, as it stands inside the
 * string of RFC 4253, 6.6: 64 bytes, the mpints r and s in a row, or a number as long as n.
 */
#define PRIVATE_KEY_SIGNATURE_LIMIT 2048
int private_key_sign(const struct private_key *key, struct bytes method, struct bytes data,
	struct buffer *signature, struct error *error);

#endif
