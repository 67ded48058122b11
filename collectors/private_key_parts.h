/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_PRIVATE_KEY_PARTS_H
#define COLLECTORS_PRIVATE_KEY_PARTS_H

#include "collectors/private_key.h"

/* What the files behind private_key.h share. */

#define PRIVATE_KEY_BLOB_LIMIT 8192

/* The body is what stands between the lines of the armour. */
EVP_PKEY *private_key_from_openssh(struct bytes body, const struct private_key_opener *opener,
	struct buffer *blob, struct error *error);
/* The whole file. */
EVP_PKEY *private_key_from_pem(
	struct bytes content, const struct private_key_opener *opener, struct error *error);

/* From the fields that follow the type in OpenSSH's private part, which are taken from `rest`;
 * whether they are a key that has sense is not said by this. */
EVP_PKEY *private_key_from_fields(struct bytes type, struct bytes *rest, struct error *error);

/* The name of its type, constant; NULL: not one of ours. */
const char *private_key_type_of(EVP_PKEY *pkey);
int private_key_blob_of(EVP_PKEY *pkey, struct buffer *blob);

/* Whether a signature is good; for trying a key. */
bool private_key_verify(const struct private_key *key, struct bytes data, struct bytes signature);

/* The texts that more than one of them says. Each returns NULL. */
void *private_key_damaged(const char *what, struct error *error);
void *private_key_not_opened(struct error *error); /* the passphrase is wrong */
void *private_key_of_other_type(bool hardware, struct error *error);
void *private_key_too_slow(const struct private_key_opener *opener, struct error *error);

#endif
