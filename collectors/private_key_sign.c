/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/private_key_parts.h"
#include "collectors/ssh_wire.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

static const struct method {
	const char *name, *type;
	const EVP_MD *(*digest)(void); /* NULL: it has its own */
} methods[] = {
	{"ssh-ed25519", "ssh-ed25519", NULL},
	{"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", EVP_sha256},
	{"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", EVP_sha384},
	{"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", EVP_sha512},
	{"rsa-sha2-512", "ssh-rsa", EVP_sha512},
	{"rsa-sha2-256", "ssh-rsa", EVP_sha256},
	{"ssh-rsa", "ssh-rsa", EVP_sha1},
};

static const struct method *find_method(const struct private_key *key, struct bytes name)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (ssh_string_is(name, methods[i].name) && strcmp(key->type, methods[i].type) == 0)
			return &methods[i];
	return NULL;
}

static int write_integer(struct buffer *out, const BIGNUM *number)
{
	unsigned char digits[128];
	if ((size_t)BN_num_bytes(number) > sizeof digits)
		return -1;
	int length = BN_bn2bin(number, digits);
	return ssh_write_mpint(out, (struct bytes){digits, (size_t)length});
}

/* RFC 5656, 3.1.2: r and s, where libcrypto has a sequence in DER. */
static int write_ecdsa(struct bytes der, struct buffer *out)
{
	const unsigned char *at = der.data;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)der.length);
	int result = -1;
	if (pair && write_integer(out, ECDSA_SIG_get0_r(pair)) == 0)
		result = write_integer(out, ECDSA_SIG_get0_s(pair));
	ECDSA_SIG_free(pair);
	return result;
}

static bool make(const struct private_key *key, const struct method *method, struct bytes data,
	unsigned char *out, size_t *length)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const EVP_MD *digest = method->digest ? method->digest() : NULL;
	bool done = context && EVP_DigestSignInit(context, NULL, digest, NULL, key->pkey) == 1 &&
		    EVP_DigestSign(context, out, length, data.data, data.length) == 1;
	EVP_MD_CTX_free(context);
	return done;
}

int private_key_sign(const struct private_key *key, struct bytes method, struct bytes data,
	struct buffer *signature, struct error *error)
{
	unsigned char made[PRIVATE_KEY_SIGNATURE_LIMIT];
	size_t length = sizeof made;
	const struct method *found = find_method(key, method);
	if (!found)
		return error_set(error, ERROR_INTERNAL,
			"a signature is wanted that this type of key does not make");
	if (!make(key, found, data, made, &length)) {
		ERR_clear_error();
		return error_set(error, ERROR_INTERNAL, "libcrypto makes no signature");
	}
	struct bytes bytes = {made, length};
	int written = EVP_PKEY_get_base_id(key->pkey) == EVP_PKEY_EC
			      ? write_ecdsa(bytes, signature)
			      : buffer_append(signature, made, length);
	return written == 0 ? 0
			    : error_set(error, ERROR_INTERNAL, "a signature is longer than any is");
}

/* --- trying ----------------------------------------------------------------------------------- */

static BIGNUM *read_integer(struct bytes *rest)
{
	struct bytes digits;
	return ssh_read_mpint(rest, &digits) && digits.length <= 128
		       ? BN_bin2bn(digits.data, (int)digits.length, NULL)
		       : NULL;
}

/* write_ecdsa, backwards; to be freed by OPENSSL_free. */
static int ecdsa_der(struct bytes signature, unsigned char **der)
{
	BIGNUM *r = read_integer(&signature), *s = read_integer(&signature);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	int length = -1;
	if (r && s && pair && ECDSA_SIG_set0(pair, r, s) == 1) {
		length = i2d_ECDSA_SIG(pair, der);
		r = s = NULL;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return length;
}

bool private_key_verify(const struct private_key *key, struct bytes data, struct bytes signature)
{
	unsigned char *der = NULL;
	const struct bytes name = {(const unsigned char *)key->type, strlen(key->type)};
	const struct method *method = find_method(key, name);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (EVP_PKEY_get_base_id(key->pkey) == EVP_PKEY_EC) {
		int length = ecdsa_der(signature, &der);
		signature = (struct bytes){der, length > 0 ? (size_t)length : 0};
	}
	bool good = context && method && signature.length &&
		    EVP_DigestVerifyInit(context, NULL, method->digest ? method->digest() : NULL,
			    NULL, key->pkey) == 1 &&
		    EVP_DigestVerify(
			    context, signature.data, signature.length, data.data, data.length) == 1;
	EVP_MD_CTX_free(context);
	OPENSSL_free(der);
	return good;
}
