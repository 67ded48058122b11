/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decodes many security descriptors in one process: hexadecimal lines on standard input, for each
 * one line of JSON as "standby decode security-descriptor --format json" has it, or {"error": ...}.
 */
#include "base/json.h"
#include "base/memory.h"
#include "cli/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct kind kind_security_descriptor;

static void answer(struct bytes input)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	const struct kind *kind = &kind_security_descriptor;
	void *decoded = kind->decode(arena, input, &error);
	auto_json json_t *json =
		decoded ? kind->json(arena, decoded) : json_pack("{s:s}", "error", error.text);
	json_dumpf(json, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	putchar('\n');
}

int main(void)
{
	json_setup();
	char *line = NULL;
	size_t room = 0;
	for (ssize_t length; (length = getline(&line, &room, stdin)) >= 0;)
		answer((struct bytes){(const unsigned char *)line, (size_t)length});
	free(line);
	return fflush(stdout) == 0 ? 0 : 1;
}
