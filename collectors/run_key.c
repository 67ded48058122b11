/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/run_key.h"

#include "collectors/digest.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define ID_LENGTH 16

struct secret *run_key_new(struct error *error)
{
	unsigned char bytes[RUN_KEY_LENGTH];
	/* Up to 256 bytes come whole or, before the system has any to give, not at all. */
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
		error_set(error, ERROR_INTERNAL, "the system gives no random bytes: %s",
			strerror(errno));
		return NULL;
	}
	struct secret *key = secret_new(bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
	return key;
}

char *run_key_id(struct arena *arena, const struct secret *key)
{
	static const char *const fields[] = {"standby/1", "key-id", NULL};
	char *id = digest_of_fields(arena, key, fields);
	id[ID_LENGTH] = '\0';
	return id;
}
