/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "collectors/bcrypt_pbkdf.h"
#include "collectors/private_key_parts.h"
#include "collectors/ssh_wire.h"

#include <openssl/evp.h>
#include <string.h>

/* OpenSSH's own format, as PROTOCOL.key of its sources describes it. */

#define LEAST_BLOCK 8 /* what the private part is filled up to where nothing is encrypted */
#define KEY_LENGTH_MAX 64

static const char magic[] = "openssh-key-v1"; /* its NUL counts */

struct cipher {
	const char *name;
	const EVP_CIPHER *(*evp)(void);
	size_t key, iv, block, tag; /* in bytes; the tag follows the private part */
};

static const struct cipher ciphers[] = {
	{"aes256-ctr", EVP_aes_256_ctr, 32, 16, 16, 0},
	{"aes192-ctr", EVP_aes_192_ctr, 24, 16, 16, 0},
	{"aes128-ctr", EVP_aes_128_ctr, 16, 16, 16, 0},
	{"aes256-cbc", EVP_aes_256_cbc, 32, 16, 16, 0},
	{"aes192-cbc", EVP_aes_192_cbc, 24, 16, 16, 0},
	{"aes128-cbc", EVP_aes_128_cbc, 16, 16, 16, 0},
	{"aes256-gcm@openssh.com", EVP_aes_256_gcm, 32, 12, 16, 16},
	{"aes128-gcm@openssh.com", EVP_aes_128_gcm, 16, 12, 16, 16},
	{"3des-cbc", EVP_des_ede3_cbc, 24, 8, 8, 0},
};

struct container {
	struct bytes cipher_name, kdf, kdf_options, blob, sealed, tag;
	const struct cipher *cipher; /* NULL: not encrypted */
};

/* --- the container ---------------------------------------------------------------------------- */

static bool split(struct bytes rest, struct container *container)
{
	uint32_t count;
	if (rest.length < sizeof magic || memcmp(rest.data, magic, sizeof magic) != 0)
		return false;
	rest = (struct bytes){rest.data + sizeof magic, rest.length - sizeof magic};
	if (!ssh_read_string(&rest, &container->cipher_name) ||
		!ssh_read_string(&rest, &container->kdf) ||
		!ssh_read_string(&rest, &container->kdf_options) ||
		!ssh_read_number(&rest, &count) || count != 1 ||
		!ssh_read_string(&rest, &container->blob) ||
		!ssh_read_string(&rest, &container->sealed))
		return false;
	container->tag = rest;
	return true;
}

static int choose_cipher(struct container *container, struct error *error)
{
	bool open = ssh_string_is(container->cipher_name, "none");
	for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers && !open; i++)
		if (ssh_string_is(container->cipher_name, ciphers[i].name))
			container->cipher = &ciphers[i];
	if (!open && !container->cipher)
		return error_set(error, ERROR_INPUT,
			"is encrypted by a cipher that standby cannot use; write it anew with "
			"\"ssh-keygen -p -Z aes256-ctr\"");
	size_t block = open ? LEAST_BLOCK : container->cipher->block;
	size_t tag = open ? 0 : container->cipher->tag;
	if (!ssh_string_is(container->kdf, open ? "none" : "bcrypt") ||
		container->sealed.length % block != 0 || container->tag.length != tag) {
		private_key_damaged("its head", error);
		return -1;
	}
	return 0;
}

/* Before anybody is asked for a passphrase. */
static int check_type(struct bytes blob, struct error *error)
{
	struct bytes type;
	if (!ssh_read_string(&blob, &type))
		private_key_damaged("its public part", error);
	else if (type.length > 3 &&
		 (memcmp(type.data, "sk-", 3) == 0 || memmem(type.data, type.length, "-cert-", 6)))
		private_key_of_other_type(true, error);
	return error->code ? -1 : 0;
}

/* --- the private part ------------------------------------------------------------------------- */

/* The comment, and padding of 1, 2, 3... */
static bool ends_well(struct bytes rest, size_t block)
{
	struct bytes comment;
	if (!ssh_read_string(&rest, &comment) || rest.length >= block)
		return false;
	for (size_t i = 0; i < rest.length; i++)
		if (rest.data[i] != i + 1)
			return false;
	return true;
}

static EVP_PKEY *read_private_part(
	const struct container *container, struct bytes rest, struct error *error)
{
	const struct cipher *cipher = container->cipher;
	uint32_t first, second;
	struct bytes type, named = container->blob, name;
	if (!ssh_read_number(&rest, &first) || !ssh_read_number(&rest, &second))
		return private_key_damaged("its private part", error);
	if (first != second)
		return cipher ? private_key_not_opened(error)
			      : private_key_damaged("its private part", error);
	if (!ssh_read_string(&rest, &type) || !ssh_read_string(&named, &name) ||
		type.length != name.length || memcmp(type.data, name.data, name.length) != 0)
		return private_key_damaged("its private part", error);
	EVP_PKEY *pkey = private_key_from_fields(type, &rest, error);
	if (pkey && !ends_well(rest, cipher ? cipher->block : LEAST_BLOCK)) {
		EVP_PKEY_free(pkey);
		return private_key_damaged("its private part", error);
	}
	return pkey;
}

/* --- decryption ------------------------------------------------------------------------------- */

/* `out` has room for as much as is sealed. */
static bool decrypt(const struct container *container, const unsigned char *key, unsigned char *out)
{
	const struct cipher *cipher = container->cipher;
	int length = 0, more = 0, size = (int)container->sealed.length;
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	bool done = context &&
		    EVP_DecryptInit_ex(context, cipher->evp(), NULL, key, key + cipher->key) == 1 &&
		    EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
		    (!cipher->tag ||
			    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)cipher->tag,
				    (void *)(uintptr_t)container->tag.data) == 1) &&
		    EVP_DecryptUpdate(context, out, &length, container->sealed.data, size) == 1 &&
		    EVP_DecryptFinal_ex(context, out + length, &more) == 1 && length + more == size;
	EVP_CIPHER_CTX_free(context);
	return done;
}

static int derive(const struct container *container, const struct private_key_opener *opener,
	unsigned char *key, struct error *error)
{
	struct bytes rest = container->kdf_options, salt;
	uint32_t rounds;
	if (!ssh_read_string(&rest, &salt) || !ssh_read_number(&rest, &rounds) || rest.length ||
		!salt.length || !rounds) {
		private_key_damaged("its head", error);
		return -1;
	}
	if (rounds > opener->effort) {
		private_key_too_slow(opener, error);
		return -1;
	}
	const struct secret *passphrase = opener->passphrase(opener->context, error);
	if (!passphrase)
		return -1;
	if (!secret_bytes(passphrase).length) {
		private_key_not_opened(error);
		return -1;
	}
	return bcrypt_pbkdf(secret_bytes(passphrase), salt, rounds, key,
		container->cipher->key + container->cipher->iv, error);
}

static EVP_PKEY *open_sealed(const struct container *container,
	const struct private_key_opener *opener, struct error *error)
{
	unsigned char *key, *plain;
	auto_secret struct secret *derived = secret_room(KEY_LENGTH_MAX, &key);
	auto_secret struct secret *opened = secret_room(container->sealed.length, &plain);
	if (derive(container, opener, key, error) != 0)
		return NULL;
	if (!decrypt(container, secret_bytes(derived).data, plain))
		return private_key_not_opened(error);
	return read_private_part(container, secret_bytes(opened), error);
}

/* --- the armour ------------------------------------------------------------------------------- */

/* The digits without line ends, into `joined`. */
static size_t join(struct bytes body, unsigned char *joined)
{
	size_t length = 0;
	for (size_t i = 0; i < body.length; i++)
		if (body.data[i] > ' ')
			joined[length++] = body.data[i];
	return length;
}

static EVP_PKEY *parse(struct bytes bytes, const struct private_key_opener *opener,
	struct buffer *blob, struct error *error)
{
	struct container container = {0};
	if (!split(bytes, &container))
		return private_key_damaged("its head", error);
	if (check_type(container.blob, error) != 0 || choose_cipher(&container, error) != 0)
		return NULL;
	if (buffer_append(blob, container.blob.data, container.blob.length) != 0)
		return private_key_damaged("its public part", error);
	return container.cipher ? open_sealed(&container, opener, error)
				: read_private_part(&container, container.sealed, error);
}

EVP_PKEY *private_key_from_openssh(struct bytes body, const struct private_key_opener *opener,
	struct buffer *blob, struct error *error)
{
	unsigned char *digits, *bytes;
	auto_secret struct secret *joined = secret_room(body.length, &digits);
	size_t count = join(body, digits), length = count / 4 * 3;
	if (count < 4)
		return private_key_damaged("its text", error);
	length -= (size_t)(digits[count - 1] == '=') + (digits[count - 2] == '=');
	auto_secret struct secret *decoded = secret_room(length, &bytes);
	if (!base64_decode((const char *)secret_bytes(joined).data, count, bytes, length))
		return private_key_damaged("its text", error);
	return parse(secret_bytes(decoded), opener, blob, error);
}
