/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/private_key_parts.h"

#include <openssl/asn1t.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

/* PEM (RFC 7468 and what came before it), by libcrypto's functions that read it in secure memory.
 */

#define ITERATIONS_PER_EFFORT 2000
#define SCRYPT_PER_EFFORT 1024
#define ANY_PRIVATE_KEY "ANY PRIVATE KEY"

struct asking {
	const struct private_key_opener *opener;
	struct error *error;
	bool asked;
};

/* --- what the passphrase costs ---------------------------------------------------------------- */

static bool at_most(const ASN1_INTEGER *number, int64_t limit)
{
	int64_t value;
	return ASN1_INTEGER_get_int64(&value, number) == 1 && value > 0 && value <= limit;
}

static bool cheap_pbkdf2(const ASN1_TYPE *parameters, unsigned effort)
{
	PBKDF2PARAM *read = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), parameters);
	bool cheap = read && at_most(read->iter, (int64_t)effort * ITERATIONS_PER_EFFORT);
	PBKDF2PARAM_free(read);
	return cheap;
}

static bool cheap_scrypt(const ASN1_TYPE *parameters, unsigned effort)
{
	SCRYPT_PARAMS *read = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), parameters);
	int64_t cost, block, parallel, limit = (int64_t)effort * SCRYPT_PER_EFFORT;
	bool cheap = read && ASN1_INTEGER_get_int64(&cost, read->costParameter) == 1 &&
		     ASN1_INTEGER_get_int64(&block, read->blockSize) == 1 &&
		     ASN1_INTEGER_get_int64(&parallel, read->parallelizationParameter) == 1 &&
		     cost > 0 && block > 0 && parallel > 0 && cost <= limit &&
		     block <= limit / cost && parallel <= limit / cost / block;
	SCRYPT_PARAMS_free(read);
	return cheap;
}

/* False also for what is none of RFC 8018's second scheme. */
static bool cheap(const X509_ALGOR *algorithm, unsigned effort, bool *known)
{
	*known = false;
	PBE2PARAM *scheme =
		OBJ_obj2nid(algorithm->algorithm) == NID_pbes2
			? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter)
			: NULL;
	int function = scheme ? OBJ_obj2nid(scheme->keyfunc->algorithm) : NID_undef;
	bool result = false;
	*known = function == NID_id_pbkdf2 || function == NID_id_scrypt;
	if (function == NID_id_pbkdf2)
		result = cheap_pbkdf2(scheme->keyfunc->parameter, effort);
	else if (function == NID_id_scrypt)
		result = cheap_scrypt(scheme->keyfunc->parameter, effort);
	PBE2PARAM_free(scheme);
	return result;
}

/* --- PKCS#8 ----------------------------------------------------------------------------------- */

static EVP_PKEY *of_info(PKCS8_PRIV_KEY_INFO *info)
{
	EVP_PKEY *pkey = info ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	return pkey;
}

static EVP_PKEY *decrypt(X509_SIG *sealed, struct asking *asking)
{
	const X509_ALGOR *algorithm;
	const struct private_key_opener *opener = asking->opener;
	bool known;
	X509_SIG_get0(sealed, &algorithm, NULL);
	if (!cheap(algorithm, opener->effort, &known)) {
		if (known)
			return private_key_too_slow(opener, asking->error);
		error_set(asking->error, ERROR_INPUT,
			"is encrypted in a way that standby cannot use; write it anew with "
			"\"ssh-keygen -p\"");
		return NULL;
	}
	asking->asked = true;
	const struct secret *passphrase = opener->passphrase(opener->context, asking->error);
	if (!passphrase)
		return NULL;
	struct bytes bytes = secret_bytes(passphrase);
	return of_info(PKCS8_decrypt(sealed, (const char *)bytes.data, (int)bytes.length));
}

static EVP_PKEY *read_sealed(struct bytes der, struct asking *asking)
{
	const unsigned char *at = der.data;
	X509_SIG *sealed = d2i_X509_SIG(NULL, &at, (long)der.length);
	EVP_PKEY *pkey = sealed ? decrypt(sealed, asking) : NULL;
	X509_SIG_free(sealed);
	return pkey;
}

/* --- PEM -------------------------------------------------------------------------------------- */

/* The passphrase of "Proc-Type: 4,ENCRYPTED". */
static int answer(char *room, int size, int writing, void *context)
{
	(void)writing;
	struct asking *asking = context;
	asking->asked = true;
	const struct secret *passphrase =
		asking->opener->passphrase(asking->opener->context, asking->error);
	if (!passphrase)
		return -1;
	struct bytes bytes = secret_bytes(passphrase);
	if (bytes.length > (size_t)size) {
		error_set(asking->error, ERROR_INPUT,
			"is encrypted in an old form that takes %d bytes of passphrase at most",
			size);
		return -1;
	}
	memcpy(room, bytes.data, bytes.length);
	return (int)bytes.length;
}

static EVP_PKEY *read_der(const char *label, struct bytes der, struct asking *asking)
{
	const unsigned char *at = der.data;
	long length = (long)der.length;
	if (strcmp(label, PEM_STRING_PKCS8) == 0)
		return read_sealed(der, asking);
	if (strcmp(label, PEM_STRING_PKCS8INF) == 0)
		return of_info(d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, length));
	if (strcmp(label, PEM_STRING_RSA) == 0)
		return d2i_PrivateKey(EVP_PKEY_RSA, NULL, &at, length);
	if (strcmp(label, PEM_STRING_ECPRIVATEKEY) == 0)
		return d2i_PrivateKey(EVP_PKEY_EC, NULL, &at, length);
	return private_key_of_other_type(false, asking->error);
}

EVP_PKEY *private_key_from_pem(
	struct bytes content, const struct private_key_opener *opener, struct error *error)
{
	struct asking asking = {.opener = opener, .error = error};
	unsigned char *data = NULL;
	char *label = NULL;
	long length = 0;
	EVP_PKEY *pkey = NULL;
	BIO *source = BIO_new_mem_buf(content.data, (int)content.length);
	if (source && PEM_bytes_read_bio_secmem(&data, &length, &label, ANY_PRIVATE_KEY, source,
			      answer, &asking) == 1)
		pkey = read_der(label, (struct bytes){data, (size_t)length}, &asking);
	if (data)
		OPENSSL_secure_clear_free(data, (size_t)length);
	OPENSSL_secure_free(label);
	BIO_free(source);
	if (pkey || error->code)
		return pkey;
	return asking.asked ? private_key_not_opened(error)
			    : private_key_damaged("its text", error);
}
