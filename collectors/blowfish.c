/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/blowfish.h"

#include "base/secret.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(struct blowfish) == sizeof blowfish_pi, "the words of pi fill the state");

void blowfish_begin(struct blowfish *cipher)
{
	memcpy(cipher, blowfish_pi, sizeof *cipher);
}

static uint32_t mix(const struct blowfish *cipher, uint32_t half)
{
	return ((cipher->boxes[0][half >> 24] + cipher->boxes[1][half >> 16 & 0xff]) ^
		       cipher->boxes[2][half >> 8 & 0xff]) +
	       cipher->boxes[3][half & 0xff];
}

void blowfish_encrypt(const struct blowfish *cipher, uint32_t block[2])
{
	uint32_t left = block[0], right = block[1];
	for (size_t i = 0; i < 16; i += 2) {
		left ^= cipher->keys[i];
		right ^= mix(cipher, left) ^ cipher->keys[i + 1];
		left ^= mix(cipher, right);
	}
	block[0] = right ^ cipher->keys[17];
	block[1] = left ^ cipher->keys[16];
}

/* Bytes read as words, from the beginning again after the last one; NULL data: only zeroes. */
struct words {
	struct bytes bytes;
	size_t at;
};

static uint32_t next_word(struct words *words)
{
	uint32_t word = 0;
	for (size_t i = 0; words->bytes.data && i < 4; i++) {
		word = word << 8 | words->bytes.data[words->at];
		if (++words->at == words->bytes.length)
			words->at = 0;
	}
	return word;
}

/* Encrypts what came out last, and puts what comes out now in the place of these words. */
static void replace(struct blowfish *cipher, uint32_t *words, size_t count, uint32_t block[2],
	struct words *salt)
{
	for (size_t i = 0; i < count; i += 2) {
		block[0] ^= next_word(salt);
		block[1] ^= next_word(salt);
		blowfish_encrypt(cipher, block);
		words[i] = block[0];
		words[i + 1] = block[1];
	}
}

void blowfish_expand(struct blowfish *cipher, struct bytes key, struct bytes salt)
{
	struct words keys = {.bytes = key}, salts = {.bytes = salt};
	uint32_t block[2] = {0};
	for (size_t i = 0; i < 18; i++)
		cipher->keys[i] ^= next_word(&keys);
	replace(cipher, cipher->keys, 18, block, &salts);
	for (size_t i = 0; i < 4; i++)
		replace(cipher, cipher->boxes[i], 256, block, &salts);
	secret_wipe(block, sizeof block);
}
