/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A secret: locked in memory where the system allows it, also in processes that are forked while it
 * is there, kept out of core dumps, wiped when it is released. The type is opaque and no function
 * that formats text takes it. The bytes are lent by secret_bytes for the one call that needs them
 * and must not be copied.
 */
struct secret;

struct secret *secret_new(const void *data, size_t length);
/* One that is still to be had: zeroes, which the caller fills in place. */
struct secret *secret_room(size_t length, unsigned char **room);
void secret_free(struct secret *secret); /* wipes; NULL is allowed */
struct bytes secret_bytes(const struct secret *secret);
bool secret_equal(const struct secret *a, const struct secret *b); /* in constant time */

/*
 * No core dump of this process and its later children, and no look into its memory for other
 * processes of the same user (prctl PR_SET_DUMPABLE; root can). secret_new does it, too.
 */
void secret_guard_process(void);

/* Overwrites memory in a way that the compiler keeps. */
void secret_wipe(void *memory, size_t length);

void secret_release(struct secret **secret);
#define auto_secret __attribute__((cleanup(secret_release)))

#endif
