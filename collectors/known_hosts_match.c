/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/known_hosts.h"

#include "base/base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define SHA1_LENGTH 20

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

/* |1|salt|hash, the name hashed by HMAC-SHA1 with the salt as key. */
static bool hashed_match(struct bytes names, const char *host)
{
	const unsigned char *salt = names.data + 3;
	const unsigned char *end = names.data + names.length;
	const unsigned char *bar = memchr(salt, '|', (size_t)(end - salt));
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	struct bytes key, hash;
	if (!bar)
		return false;
	auto_arena struct arena *arena = arena_new();
	struct bytes salt_text = {salt, (size_t)(bar - salt)};
	struct bytes hash_text = {bar + 1, (size_t)(end - bar - 1)};
	if (!known_hosts_decode(arena, salt_text, &key) ||
		!known_hosts_decode(arena, hash_text, &hash))
		return false;
	if (key.length != SHA1_LENGTH || hash.length != SHA1_LENGTH)
		return false;
	if (!HMAC(EVP_sha1(), key.data, (int)key.length, (const unsigned char *)host, strlen(host),
		    digest, &length))
		return false;
	return length == SHA1_LENGTH && CRYPTO_memcmp(digest, hash.data, SHA1_LENGTH) == 0;
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
