/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/known_hosts_lines.h"

#include "base/base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define BLOCK_LENGTH 64 /* of SHA-1 */

bool known_hosts_decode(struct arena *arena, struct bytes text, struct bytes *out)
{
	size_t padding = 0;
	if (text.length == 0 || text.length % 4 != 0 || text.length > (1 << 20))
		return false;
	while (padding < 2 && text.data[text.length - 1 - padding] == '=')
		padding++;
	size_t length = text.length / 4 * 3 - padding;
	unsigned char *data = arena_alloc(arena, length + 1);
	*out = (struct bytes){.data = data, .length = length};
	return base64_decode((const char *)text.data, text.length, data, length);
}

static bool read_field(struct bytes text, unsigned char field[KNOWN_HOSTS_HASH_LENGTH])
{
	return base64_decode((const char *)text.data, text.length, field, KNOWN_HOSTS_HASH_LENGTH);
}

bool known_hosts_hash_read(struct bytes names, struct known_hosts_hash *hash)
{
	const unsigned char *salt = names.data + 3;
	const unsigned char *end = names.data + names.length;
	if (names.length <= 3 || memcmp(names.data, "|1|", 3) != 0)
		return false;
	const unsigned char *bar = memchr(salt, '|', (size_t)(end - salt));
	return bar && read_field((struct bytes){salt, (size_t)(bar - salt)}, hash->salt) &&
	       read_field((struct bytes){bar + 1, (size_t)(end - bar - 1)}, hash->hash);
}

/* SHA-1 of the salt as a padded block and of a text. HMAC() of libcrypto takes six times as long,
 * and a file may have one line for each host of a site. */
static bool digest_padded(EVP_MD_CTX *context, const struct known_hosts_hash *hash,
	unsigned char pad, struct bytes text, unsigned char *digest)
{
	unsigned char block[BLOCK_LENGTH];
	memset(block, pad, sizeof block);
	for (size_t i = 0; i < sizeof hash->salt; i++)
		block[i] ^= hash->salt[i];
	return EVP_DigestInit_ex(context, NULL, NULL) &&
	       EVP_DigestUpdate(context, block, sizeof block) &&
	       EVP_DigestUpdate(context, text.data, text.length) &&
	       EVP_DigestFinal_ex(context, digest, NULL);
}

bool known_hosts_hash_is(const struct known_hosts_hash *hash, EVP_MD_CTX *context, const char *host)
{
	unsigned char inner[EVP_MAX_MD_SIZE], outer[EVP_MAX_MD_SIZE];
	struct bytes name = {(const unsigned char *)host, strlen(host)};
	return digest_padded(context, hash, 0x36, name, inner) &&
	       digest_padded(context, hash, 0x5c, (struct bytes){inner, KNOWN_HOSTS_HASH_LENGTH},
		       outer) &&
	       CRYPTO_memcmp(outer, hash->hash, KNOWN_HOSTS_HASH_LENGTH) == 0;
}

EVP_MD_CTX *known_hosts_hash_context(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context && EVP_DigestInit_ex(context, EVP_sha1(), NULL))
		return context;
	EVP_MD_CTX_free(context);
	return NULL;
}

static bool hashed_match(struct bytes names, const char *host)
{
	struct known_hosts_hash hash;
	if (!known_hosts_hash_read(names, &hash))
		return false;
	EVP_MD_CTX *context = known_hosts_hash_context();
	bool matches = context && known_hosts_hash_is(&hash, context, host);
	EVP_MD_CTX_free(context);
	return matches;
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

/* * and ?, any case. Going back to the last * only keeps it from taking exponential time. */
static bool pattern_match(struct bytes pattern, const char *host)
{
	size_t at = 0, star = SIZE_MAX;
	const char *resume = host;
	while (*host) {
		unsigned char c = at < pattern.length ? lower(pattern.data[at]) : 0;
		if (at < pattern.length && c == '*') {
			star = at++;
			resume = host;
		} else if (at < pattern.length && (c == '?' || c == (unsigned char)*host)) {
			at++;
			host++;
		} else if (star != SIZE_MAX) {
			at = star + 1;
			host = ++resume;
		} else {
			return false;
		}
	}
	while (at < pattern.length && pattern.data[at] == '*')
		at++;
	return at == pattern.length;
}

bool known_hosts_match(struct bytes names, const char *host)
{
	bool matches = false;
	if (names.length > 3 && memcmp(names.data, "|1|", 3) == 0)
		return hashed_match(names, host);
	const unsigned char *at = names.data, *end = names.data + names.length;
	while (at < end) {
		const unsigned char *comma = memchr(at, ',', (size_t)(end - at));
		const unsigned char *next = comma ? comma : end;
		bool negated = *at == '!';
		at += negated;
		struct bytes pattern = {at, (size_t)(next - at)};
		if (pattern.length && pattern_match(pattern, host)) {
			if (negated)
				return false;
			matches = true;
		}
		at = next + 1;
	}
	return matches;
}
