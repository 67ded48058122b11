/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/bcrypt_pbkdf.h"

#include "base/interrupt.h"
#include "base/secret.h"
#include "collectors/blowfish.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

#define HASH_WORDS 8
#define HASH_LENGTH (4 * HASH_WORDS)
#define DIGEST_LENGTH 64 /* of SHA-512 */
#define EXPANSIONS 64
#define ENCRYPTIONS 64

/* All that depends on the passphrase, in one place to be wiped. */
struct work {
	struct blowfish cipher;
	uint32_t words[HASH_WORDS];
	unsigned char passphrase[DIGEST_LENGTH];
	unsigned char salt[DIGEST_LENGTH];
	unsigned char hash[HASH_LENGTH];
	unsigned char sum[HASH_LENGTH];
};

/* bcrypt of the two digests, with 2^6 expansions and a text of 32 bytes. */
static void hash(struct work *work)
{
	static const unsigned char text[] = "OxychromaticBlowfishSwatDynamite";
	const struct bytes key = {work->passphrase, DIGEST_LENGTH};
	const struct bytes salt = {work->salt, DIGEST_LENGTH};
	const struct bytes zeroes = {0};
	blowfish_begin(&work->cipher);
	blowfish_expand(&work->cipher, key, salt);
	for (int i = 0; i < EXPANSIONS; i++) {
		blowfish_expand(&work->cipher, salt, zeroes);
		blowfish_expand(&work->cipher, key, zeroes);
	}
	for (size_t i = 0; i < HASH_WORDS; i++)
		work->words[i] = (uint32_t)text[4 * i] << 24 | (uint32_t)text[4 * i + 1] << 16 |
				 (uint32_t)text[4 * i + 2] << 8 | text[4 * i + 3];
	for (int i = 0; i < ENCRYPTIONS; i++)
		for (size_t j = 0; j < HASH_WORDS; j += 2)
			blowfish_encrypt(&work->cipher, work->words + j);
	/* The words come out with their lowest byte first. */
	for (size_t i = 0; i < HASH_LENGTH; i++)
		work->hash[i] = (unsigned char)(work->words[i / 4] >> 8 * (i % 4));
}

static int digest(struct bytes first, struct bytes second, unsigned char *out, struct error *error)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = context && EVP_DigestInit_ex(context, EVP_sha512(), NULL) == 1 &&
		    EVP_DigestUpdate(context, first.data, first.length) == 1 &&
		    EVP_DigestUpdate(context, second.data, second.length) == 1 &&
		    EVP_DigestFinal_ex(context, out, NULL) == 1;
	EVP_MD_CTX_free(context);
	return done ? 0 : error_set(error, ERROR_INTERNAL, "libcrypto computes no SHA-512");
}

/* work->sum: the exclusive or of what all rounds give for block `number`. */
static int block(
	struct work *work, struct bytes salt, uint32_t number, unsigned rounds, struct error *error)
{
	const unsigned char counted[] = {(unsigned char)(number >> 24),
		(unsigned char)(number >> 16), (unsigned char)(number >> 8), (unsigned char)number};
	struct bytes first = salt, second = {counted, sizeof counted};
	memset(work->sum, 0, HASH_LENGTH);
	for (unsigned i = 0; i < rounds; i++) {
		if (interrupt_name())
			return error_set(
				error, ERROR_UNREACHABLE, "stopped by %s", interrupt_name());
		if (digest(first, second, work->salt, error) != 0)
			return -1;
		hash(work);
		for (size_t j = 0; j < HASH_LENGTH; j++)
			work->sum[j] ^= work->hash[j];
		first = (struct bytes){work->hash, HASH_LENGTH};
		second = (struct bytes){0};
	}
	return 0;
}

/* The bytes of a block are not neighbours in the key, so that all blocks are needed for any part.
 */
static int blocks(struct work *work, struct bytes salt, unsigned rounds, unsigned char *key,
	size_t length, struct error *error)
{
	size_t count = (length + HASH_LENGTH - 1) / HASH_LENGTH;
	for (size_t i = 0; i < count; i++) {
		if (block(work, salt, (uint32_t)i + 1, rounds, error) != 0)
			return -1;
		for (size_t j = 0; j < HASH_LENGTH && i + j * count < length; j++)
			key[i + j * count] = work->sum[j];
	}
	return 0;
}

int bcrypt_pbkdf(struct bytes passphrase, struct bytes salt, unsigned rounds, unsigned char *key,
	size_t length, struct error *error)
{
	struct work work;
	assert(passphrase.length && salt.length && rounds && length &&
		length <= BCRYPT_PBKDF_KEY_LIMIT);
	int result = digest(passphrase, (struct bytes){0}, work.passphrase, error);
	if (result == 0)
		result = blocks(&work, salt, rounds, key, length, error);
	if (result != 0)
		secret_wipe(key, length);
	secret_wipe(&work, sizeof work);
	return result;
}
