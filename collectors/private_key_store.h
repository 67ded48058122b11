/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_PRIVATE_KEY_STORE_H
#define COLLECTORS_PRIVATE_KEY_STORE_H

#include "collectors/private_key.h"

/*
 * The private keys of a run. Each pair of a file and a passphrase's place is read and decrypted
 * once, when it is first asked for, also where that fails: whoever asks again gets the same key or
 * the same error. What is asked for before worker processes start they inherit. Only an interrupted
 * run (base/interrupt.h) is nothing to remember.
 *
 * `reference` (collectors/secret_reference.h) may be NULL; it is read only if the key is encrypted.
 * Lent until private_key_store_clear. NULL with an error that names the file.
 */
const struct private_key *private_key_store_get(
	const char *path, const char *reference, struct error *error);
void private_key_store_clear(void);

#endif
