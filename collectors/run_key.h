/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_RUN_KEY_H
#define COLLECTORS_RUN_KEY_H

#include "base/arena.h"
#include "base/error.h"
#include "base/secret.h"

/*
 * The key of a run: 32 random bytes with which nodes make fingerprints of the passwords that they
 * have configured. It lives in the memory of the run, travels on standard input only, and dies with
 * the run.
 */
#define RUN_KEY_LENGTH 32

struct secret *run_key_new(struct error *error); /* NULL: the system gives no random bytes */

/*
 * What fingerprints name their key by: the first 16 hexadecimal digits of HMAC-SHA-256 under it
 * over the fields "standby/1" and "key-id" (collectors/digest.h).
 */
char *run_key_id(struct arena *arena, const struct secret *key);

#endif
