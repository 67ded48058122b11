/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a known_hosts file: every line taken has a key of its type, the same bytes give the
 * same lines, as many as when each line is read alone, and no key is known that stands there
 * revoked, nor one that does not stand there.
 */
#include "base/text.h"
#include "collectors/known_hosts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert, also where NDEBUG is set. */
static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_line(struct arena *arena, const struct known_hosts *hosts, size_t index)
{
	const struct known_host *host = &hosts->items[index];
	const struct known_host *because;
	size_t length = strlen(host->type);
	demand(length && host->line && host->key.length >= 4 + length);
	demand(memcmp(host->key.data + 4, host->type, length) == 0);
	demand(!(host->revoked && host->authority));
	enum host_key_verdict verdict = known_hosts_judge(hosts, host->type, host->key, &because);
	demand(!host->revoked || verdict == HOST_KEY_REVOKED);
	demand(host->revoked || host->authority || host->portless || verdict == HOST_KEY_KNOWN ||
		verdict == HOST_KEY_REVOKED);
	demand((because == NULL) == (verdict == HOST_KEY_UNKNOWN));
	demand(strlen(host_key_fingerprint(arena, host->key)) == 50);
}

/* Found by their names, they are those that are found by looking at each. */
static void check_all(
	struct bytes content, const struct known_hosts *hosts, const char *name, unsigned port)
{
	auto_arena struct arena *arena = arena_new();
	struct text_lines lines = {.rest = {(const char *)content.data, content.length}};
	size_t found = 0;
	while (text_next_line(&lines)) {
		struct known_hosts one = {0};
		struct bytes line = {(const unsigned char *)lines.line.data, lines.line.length};
		known_hosts_take(arena, "FILE", line, name, port, &one);
		demand(one.count <= 1 && found + one.count <= hosts->count);
		if (one.count == 0)
			continue;
		demand(hosts->items[found].line == lines.number);
		demand(hosts->items[found].portless == one.items[0].portless);
		found++;
	}
	demand(found == hosts->count);
}

static void check(struct bytes content, const char *name, unsigned port)
{
	auto_arena struct arena *arena = arena_new();
	struct known_hosts hosts = {0}, again = {0};
	const struct bytes stranger = {(const unsigned char *)"stranger", 8};
	known_hosts_take(arena, "FILE", content, name, port, &hosts);
	known_hosts_take(arena, "FILE", content, name, port, &again);
	demand(hosts.count == again.count);
	for (size_t i = 0; i < hosts.count; i++) {
		check_line(arena, &hosts, i);
		demand(hosts.items[i].line == again.items[i].line);
		demand(i == 0 || hosts.items[i].line > hosts.items[i - 1].line);
	}
	check_all(content, &hosts, name, port);
	enum host_key_verdict verdict = known_hosts_judge(&hosts, "ssh-ed25519", stranger, NULL);
	demand(verdict == HOST_KEY_UNKNOWN || verdict == HOST_KEY_CHANGED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes content = {data, size};
	check(content, "conf1.example.test", 22);
	check(content, "conf1.example.test", 2222);
	return 0;
}
