/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/ssh_parts.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define BLOCK_LENGTH 64

/*
 * libcrypto looks an algorithm up when it is first used, which takes longer than using it. Done
 * before worker processes start, none of them has to; its random numbers notice a fork.
 */

static void use_digests(void)
{
	const EVP_MD *const digests[] = {EVP_sha256(), EVP_sha512(), EVP_sha1()};
	unsigned char block[BLOCK_LENGTH] = {0}, digest[EVP_MAX_MD_SIZE];
	for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
		EVP_Digest(block, sizeof block, digest, NULL, digests[i], NULL);
		HMAC(digests[i], block, sizeof block, block, sizeof block, digest, NULL);
	}
}

static void use_ciphers(void)
{
	const EVP_CIPHER *const ciphers[] = {
		EVP_aes_256_ctr(), EVP_aes_192_ctr(), EVP_aes_128_ctr()};
	static const unsigned char zeros[BLOCK_LENGTH];
	for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++) {
		EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
		EVP_EncryptInit_ex(context, ciphers[i], NULL, zeros, zeros);
		EVP_CIPHER_CTX_free(context);
	}
}

static void use_key_exchange(void)
{
	unsigned char shared[BLOCK_LENGTH];
	size_t length = sizeof shared;
	EVP_PKEY *ours = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	EVP_PKEY_CTX *context = ours ? EVP_PKEY_CTX_new(ours, NULL) : NULL;
	if (context && EVP_PKEY_derive_init(context) == 1 &&
		EVP_PKEY_derive_set_peer(context, ours) == 1)
		EVP_PKEY_derive(context, shared, &length);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(ours);
}

static void use_signatures(void)
{
	unsigned char signature[BLOCK_LENGTH], text[BLOCK_LENGTH] = {0};
	size_t length = sizeof signature;
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_MD_CTX *sign = EVP_MD_CTX_new(), *verify = EVP_MD_CTX_new();
	if (key && EVP_DigestSignInit(sign, NULL, NULL, NULL, key) == 1 &&
		EVP_DigestSign(sign, signature, &length, text, sizeof text) == 1 &&
		EVP_DigestVerifyInit(verify, NULL, NULL, NULL, key) == 1)
		EVP_DigestVerify(verify, signature, length, text, sizeof text);
	EVP_MD_CTX_free(sign);
	EVP_MD_CTX_free(verify);
	EVP_PKEY_free(key);
}

static void use_all(void)
{
	static bool done;
	if (done)
		return;
	done = true;
	libssh2_init(0);
	use_digests();
	use_ciphers();
	use_key_exchange();
	use_signatures();
}

void ssh_session_prepare(const struct node *node, const struct transport_options *options)
{
	use_all();
	ssh_prepare_keys(node, options);
}
