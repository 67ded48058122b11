/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/private_key_parts.h"
#include "collectors/ssh_wire.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdbool.h>
#include <string.h>

/* Keys of libcrypto from the fields of OpenSSH's private part, and back to public keys of SSH. */

#define SEED_LENGTH 32
#define RSA_BITS_MIN 1024
#define RSA_BITS_MAX 16384
#define NUMBER_LIMIT (RSA_BITS_MAX / 8) /* bytes of any number here */

static const struct curve {
	const char *type, *name, *group;
	size_t length; /* of a coordinate, in bytes */
} curves[] = {
	{"ecdsa-sha2-nistp256", "nistp256", "prime256v1", 32},
	{"ecdsa-sha2-nistp384", "nistp384", "secp384r1", 48},
	{"ecdsa-sha2-nistp521", "nistp521", "secp521r1", 66},
};
#define CURVES (sizeof curves / sizeof *curves)

static const struct curve *curve_of(EVP_PKEY *pkey)
{
	char group[32];
	size_t length;
	if (EVP_PKEY_get_group_name(pkey, group, sizeof group, &length) != 1)
		return NULL;
	for (size_t i = 0; i < CURVES; i++)
		if (strcmp(group, curves[i].group) == 0)
			return &curves[i];
	return NULL;
}

/* --- making ----------------------------------------------------------------------------------- */

static EVP_PKEY *from_data(const char *algorithm, OSSL_PARAM_BLD *builder)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	if (context && params && EVP_PKEY_fromdata_init(context) == 1)
		EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params); /* wipes what came from secure numbers */
	EVP_PKEY_CTX_free(context);
	return pkey;
}

/* In the secure heap, and with it all that is made of it. */
static BIGNUM *secret_number(struct bytes digits)
{
	BIGNUM *number = BN_secure_new();
	if (number && digits.length && digits.length <= NUMBER_LIMIT &&
		BN_bin2bn(digits.data, (int)digits.length, number)) {
		BN_set_flags(number, BN_FLG_CONSTTIME);
		return number;
	}
	BN_clear_free(number);
	return NULL;
}

/* Given a seed libcrypto keeps it in ordinary memory; only a copy of such a key is locked. */
static EVP_PKEY *make_ed25519(struct bytes *rest)
{
	struct bytes public, private;
	if (!ssh_read_string(rest, &public) || !ssh_read_string(rest, &private) ||
		public.length != SEED_LENGTH || private.length != 2 * SEED_LENGTH ||
		memcmp(private.data + SEED_LENGTH, public.data, SEED_LENGTH) != 0)
		return NULL;
	EVP_PKEY *first =
		EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, private.data, SEED_LENGTH);
	EVP_PKEY *copy = first ? EVP_PKEY_dup(first) : NULL;
	EVP_PKEY_free(first);
	return copy;
}

static EVP_PKEY *make_ecdsa(const struct curve *curve, struct bytes *rest)
{
	struct bytes name, point, digits;
	if (!ssh_read_string(rest, &name) || !ssh_read_string(rest, &point) ||
		!ssh_read_mpint(rest, &digits) || !ssh_string_is(name, curve->name) ||
		point.length != 1 + 2 * curve->length)
		return NULL;
	EVP_PKEY *pkey = NULL;
	BIGNUM *number = secret_number(digits);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	if (number && builder &&
		OSSL_PARAM_BLD_push_utf8_string(
			builder, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(
			builder, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.length) == 1 &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1)
		pkey = from_data("EC", builder);
	OSSL_PARAM_BLD_free(builder);
	BN_clear_free(number);
	return pkey;
}

enum { RSA_N, RSA_E, RSA_D, RSA_INVERSE, RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_NUMBERS };

static const char *const rsa_names[RSA_NUMBERS] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
	OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_RSA_FACTOR1,
	OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2};

/* The exponents for the two primes are in no file of OpenSSH. */
static bool add_exponents(BIGNUM *numbers[RSA_NUMBERS])
{
	BN_CTX *context = BN_CTX_secure_new();
	BIGNUM *less = BN_secure_new();
	bool done = context && less;
	for (int i = 0; i < 2 && done; i++) {
		BIGNUM *exponent = numbers[RSA_DP + i] = BN_secure_new();
		done = exponent && BN_sub(less, numbers[RSA_P + i], BN_value_one()) == 1 &&
		       !BN_is_zero(less) && BN_mod(exponent, numbers[RSA_D], less, context) == 1;
	}
	BN_clear_free(less);
	BN_CTX_free(context);
	return done;
}

static bool sensible_rsa(BIGNUM *const numbers[RSA_NUMBERS])
{
	int bits = BN_num_bits(numbers[RSA_N]);
	return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX && BN_is_odd(numbers[RSA_N]) &&
	       BN_num_bits(numbers[RSA_E]) <= 64;
}

static EVP_PKEY *make_rsa(struct bytes *rest)
{
	BIGNUM *numbers[RSA_NUMBERS] = {0};
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	struct bytes digits;
	bool whole = builder;
	for (int i = 0; i < RSA_DP && whole; i++)
		whole = ssh_read_mpint(rest, &digits) && (numbers[i] = secret_number(digits));
	whole = whole && sensible_rsa(numbers) && add_exponents(numbers);
	for (int i = 0; i < RSA_NUMBERS && whole; i++)
		whole = OSSL_PARAM_BLD_push_BN(builder, rsa_names[i], numbers[i]) == 1;
	if (whole)
		pkey = from_data("RSA", builder);
	OSSL_PARAM_BLD_free(builder);
	for (int i = 0; i < RSA_NUMBERS; i++)
		BN_clear_free(numbers[i]);
	return pkey;
}

EVP_PKEY *private_key_from_fields(struct bytes type, struct bytes *rest, struct error *error)
{
	EVP_PKEY *pkey = NULL;
	const struct curve *curve = NULL;
	for (size_t i = 0; i < CURVES; i++)
		if (ssh_string_is(type, curves[i].type))
			curve = &curves[i];
	if (curve)
		pkey = make_ecdsa(curve, rest);
	else if (ssh_string_is(type, "ssh-ed25519"))
		pkey = make_ed25519(rest);
	else if (ssh_string_is(type, "ssh-rsa"))
		pkey = make_rsa(rest);
	else
		return private_key_of_other_type(false, error);
	return pkey ? pkey : private_key_damaged("its private part", error);
}

/* --- the public key --------------------------------------------------------------------------- */

const char *private_key_type_of(EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);
	const struct curve *curve;
	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_ED25519:
		return "ssh-ed25519";
	case EVP_PKEY_RSA:
		return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX ? "ssh-rsa" : NULL;
	case EVP_PKEY_EC:
		curve = curve_of(pkey);
		return curve ? curve->type : NULL;
	default:
		return NULL;
	}
}

static struct bytes of_text(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

/* A public number of `length` bytes, or with length 0 as an mpint of SSH. */
static int write_number(EVP_PKEY *pkey, const char *name, size_t length, struct buffer *out)
{
	unsigned char digits[NUMBER_LIMIT];
	BIGNUM *number = NULL;
	int count = -1, result = -1;
	if (EVP_PKEY_get_bn_param(pkey, name, &number) == 1 &&
		(size_t)BN_num_bytes(number) <= sizeof digits)
		count = BN_bn2binpad(number, digits, (int)(length ? length : sizeof digits));
	if (count >= 0)
		result = length ? buffer_append(out, digits, length)
				: ssh_write_mpint(out, (struct bytes){digits, (size_t)count});
	BN_free(number);
	return result;
}

static int write_point(EVP_PKEY *pkey, struct buffer *blob)
{
	const struct curve *curve = curve_of(pkey);
	const unsigned char uncompressed = 4;
	auto_buffer struct buffer point = BUFFER_INIT(256);
	if (!curve || buffer_append(&point, &uncompressed, 1) != 0 ||
		write_number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, curve->length, &point) != 0 ||
		write_number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, curve->length, &point) != 0 ||
		ssh_write_string(blob, of_text(curve->name)) != 0)
		return -1;
	return ssh_write_string(
		blob, (struct bytes){(const unsigned char *)point.data, point.length});
}

int private_key_blob_of(EVP_PKEY *pkey, struct buffer *blob)
{
	unsigned char raw[SEED_LENGTH];
	size_t length = sizeof raw;
	const char *type = private_key_type_of(pkey);
	if (!type || ssh_write_string(blob, of_text(type)) != 0)
		return -1;
	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_ED25519:
		if (EVP_PKEY_get_raw_public_key(pkey, raw, &length) != 1)
			return -1;
		return ssh_write_string(blob, (struct bytes){raw, length});
	case EVP_PKEY_RSA:
		if (write_number(pkey, OSSL_PKEY_PARAM_RSA_E, 0, blob) != 0)
			return -1;
		return write_number(pkey, OSSL_PKEY_PARAM_RSA_N, 0, blob);
	default:
		return write_point(pkey, blob);
	}
}
