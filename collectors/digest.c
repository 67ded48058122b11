/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/digest.h"

#include "base/buffer.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_LIMIT ((size_t)64 << 10)

static char *hex_text(struct arena *arena, const unsigned char *data, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(arena, 2 * length + 1);
	for (size_t i = 0; i < length; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 0xf];
	}
	return text;
}

static void demand(int good)
{
	if (good)
		return;
	fputs("standby: libcrypto has no SHA-256\n", stderr);
	abort();
}

char *digest_text(struct arena *arena, struct bytes content)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	demand(EVP_Digest(content.data, content.length, digest, &length, EVP_sha256(), NULL));
	return hex_text(arena, digest, length);
}

char *digest_of_fields(struct arena *arena, const struct secret *key, const char *const *fields)
{
	auto_buffer struct buffer message = BUFFER_INIT(FIELDS_LIMIT);
	for (; *fields; fields++) {
		size_t length = strlen(*fields);
		const unsigned char prefix[] = {(unsigned char)(length >> 24),
			(unsigned char)(length >> 16), (unsigned char)(length >> 8),
			(unsigned char)length};
		buffer_append(&message, prefix, sizeof prefix);
		buffer_append(&message, *fields, length);
	}
	struct bytes bytes = secret_bytes(key);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	demand(HMAC(EVP_sha256(), bytes.data, (int)bytes.length,
		       (const unsigned char *)message.data, message.length, digest,
		       &length) != NULL);
	return hex_text(arena, digest, length);
}
