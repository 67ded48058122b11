/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests/cli/private_key_test.py. Answers each line of standard input with one line; passphrases
 * and salts are in hexadecimal digits ("-": none):
 *	kdf ROUNDS LENGTH PASSPHRASE SALT	what bcrypt_pbkdf gives, in hexadecimal digits
 *	key PASSPHRASE EFFORT PATH	"key TYPE PUBLIC ASKED" or "failed ASKED TEXT"; ASKED is how
 *					often the passphrase was asked for
 */
#include "base/arena.h"
#include "base/base64.h"
#include "base/number.h"
#include "collectors/bcrypt_pbkdf.h"
#include "collectors/private_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LIMIT 8192
#define WORDS 5

struct asked {
	const struct secret *passphrase;
	unsigned times;
};

static unsigned number(const char *text)
{
	uint64_t value = 0;
	return number_read(text, strlen(text), 10, UINT32_MAX, &value) ? (unsigned)value : 0;
}

static struct bytes unhex(struct arena *arena, const char *text)
{
	size_t length = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
	unsigned char *bytes = arena_alloc(arena, length + 1);
	for (size_t i = 0; i < length; i++) {
		uint64_t value = 0;
		number_read(text + 2 * i, 2, 16, UINT8_MAX, &value);
		bytes[i] = (unsigned char)value;
	}
	return (struct bytes){bytes, length};
}

static const struct secret *answer(void *context, struct error *error)
{
	struct asked *asked = context;
	asked->times++;
	if (!asked->passphrase)
		error_set(error, ERROR_INPUT, "no passphrase");
	return asked->passphrase;
}

static void kdf(struct arena *arena, char *const *words)
{
	unsigned char key[BCRYPT_PBKDF_KEY_LIMIT];
	size_t length = number(words[2]);
	struct error error = {0};
	if (bcrypt_pbkdf(unhex(arena, words[3]), unhex(arena, words[4]), number(words[1]), key,
		    length, &error) != 0) {
		printf("failed 0 %s", error.text);
		return;
	}
	for (size_t i = 0; i < length; i++)
		printf("%02x", key[i]);
}

static void read_key(struct arena *arena, char *const *words)
{
	struct error error = {0};
	struct bytes bytes = unhex(arena, words[1]);
	auto_secret struct secret *passphrase =
		bytes.length ? secret_new(bytes.data, bytes.length) : NULL;
	struct asked asked = {.passphrase = passphrase};
	const struct private_key_opener opener = {answer, &asked, number(words[2])};
	struct private_key *key = private_key_read(words[3], &opener, &error);
	if (key)
		printf("key %s %s %u", key->type,
			base64_encode(arena, (struct bytes){(const unsigned char *)key->blob.data,
						     key->blob.length}),
			asked.times);
	else
		printf("failed %u %s", asked.times, error.text);
	private_key_free(key);
}

int main(void)
{
	char line[LINE_LIMIT];
	while (fgets(line, sizeof line, stdin)) {
		auto_arena struct arena *arena = arena_new();
		char *words[WORDS] = {0}, *rest = line;
		size_t count = 0;
		line[strcspn(line, "\n")] = '\0';
		while (count < WORDS && rest)
			words[count++] = strsep(&rest, " ");
		if (count == WORDS && strcmp(words[0], "kdf") == 0)
			kdf(arena, words);
		else if (count == 4 && strcmp(words[0], "key") == 0)
			read_key(arena, words);
		else
			return 1;
		putchar('\n');
	}
	return 0;
}
