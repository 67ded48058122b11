/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/digest.h"
#include "collectors/run_key.h"

#include <stdio.h>

/* For tests/cli/run_key_test.py: a key on standard input; its id, and what it makes of each word.
 */
int main(int argc, char **argv)
{
	unsigned char bytes[RUN_KEY_LENGTH];
	if (fread(bytes, 1, sizeof bytes, stdin) != sizeof bytes)
		return 1;
	auto_arena struct arena *arena = arena_new();
	auto_secret struct secret *key = secret_new(bytes, sizeof bytes);
	puts(run_key_id(arena, key));
	for (int i = 1; i < argc; i++) {
		const char *const fields[] = {"standby/1", argv[i], NULL};
		puts(digest_of_fields(arena, key, fields));
	}
	return 0;
}
