/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a private key file: what is read twice is the same, a key can sign, and no text
 * holds the passphrase. A first line "OPENSSH", or "PEM" and a label, asks for the armour of such a
 * key around the rest, so that the corpus holds no file that looks like a key, and fewer digits
 * that no change leaves as they must be. Nothing may cost more than one round of bcrypt.
 */
#include "base/arena.h"
#include "base/base64.h"
#include "base/buffer.h"
#include "collectors/private_key.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT ((size_t)1 << 20)
#define LABEL_LIMIT 40
#define DIGITS 64 /* in a line */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char passphrase[] = "hush-hush";

/* assert, also where NDEBUG is set. */
static void demand(bool holds)
{
	if (!holds)
		abort();
}

static const struct secret *answer(void *context, struct error *error)
{
	(void)error;
	return context;
}

static struct private_key *read(struct bytes content, struct secret *secret, struct error *error)
{
	const struct private_key_opener opener = {answer, secret, 1};
	struct private_key *key = private_key_parse(content, &opener, error);
	demand((key != NULL) == (error->code == ERROR_NONE));
	demand(!strstr(error->text, passphrase));
	return key;
}

static void check_key(const struct private_key *key)
{
	auto_buffer struct buffer signature = BUFFER_INIT(PRIVATE_KEY_SIGNATURE_LIMIT);
	const struct bytes method = {(const unsigned char *)key->type, strlen(key->type)};
	struct error error = {0};
	demand(key->blob.length > 4 + method.length);
	demand(memcmp(key->blob.data + 4, key->type, method.length) == 0);
	demand(private_key_sign(key, method, method, &signature, &error) == 0 && signature.length);
}

static void check(struct bytes content)
{
	auto_secret struct secret *secret = secret_new(passphrase, strlen(passphrase));
	struct error first = {0}, second = {0};
	struct private_key *one = read(content, secret, &first);
	struct private_key *two = read(content, secret, &second);
	demand(strcmp(first.text, second.text) == 0 && (one != NULL) == (two != NULL));
	if (one) {
		demand(one->type == two->type && one->blob.length == two->blob.length);
		demand(memcmp(one->blob.data, two->blob.data, one->blob.length) == 0);
		check_key(one);
	}
	private_key_free(one);
	private_key_free(two);
}

static void check_in_armour(struct bytes label, struct bytes body)
{
	auto_arena struct arena *arena = arena_new();
	auto_buffer struct buffer file = BUFFER_INIT(FILE_LIMIT);
	const char *digits = base64_encode(arena, body);
	const char *name = arena_text_n(arena, (const char *)label.data, label.length);
	buffer_format(&file, "-----BEGIN %s-----\n", name);
	for (size_t left = strlen(digits); left; left -= left < DIGITS ? left : DIGITS)
		buffer_format(&file, "%.*s\n", DIGITS, digits + strlen(digits) - left);
	buffer_format(&file, "-----END %s-----\n", name);
	check((struct bytes){(const unsigned char *)file.data, file.length});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char openssh[] = "OPENSSH PRIVATE "
				      "KEY";
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t length = end ? (size_t)(end - data) : 0;
	struct bytes rest = {data + length + 1, end ? size - length - 1 : 0};
	check((struct bytes){data, size});
	if (length == 7 && memcmp(data, "OPENSSH", 7) == 0)
		check_in_armour(
			(struct bytes){(const unsigned char *)openssh, strlen(openssh)}, rest);
	else if (length > 4 && length < LABEL_LIMIT && memcmp(data, "PEM ", 4) == 0)
		check_in_armour((struct bytes){data + 4, length - 4}, rest);
	return 0;
}
