/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/text.h"
#include "collectors/openssh_parts.h"
#include "collectors/ssh_address.h"

#include <string.h>

/* Who logs in where, in the words of "ssh -G" (its manual: prints the configuration and exits). */
#define ASKING_MS 5000 /* Match exec may run something */
#define CONFIG_LIMIT ((size_t)1 << 20)
#define JUMPS_LIMIT 16

/* Prints nothing when ssh does not answer. */
static const char *ask(struct openssh_session *session, const char *const *target)
{
	auto_buffer struct buffer output = BUFFER_INIT(CONFIG_LIMIT);
	auto_buffer struct buffer errors = BUFFER_INIT(0);
	const struct child_streams streams = {.output = &output, .errors = &errors};
	struct strings words = {0};
	struct child child;
	struct error ignored = {0};
	int64_t soon = clock_now() + ASKING_MS;
	const char *const first[] = {"ssh", "-F", session->config, "-G"};
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		strings_add(session->arena, &words, first[i]);
	for (; *target; target++)
		strings_add(session->arena, &words, *target);
	strings_add(session->arena, &words, NULL);
	if (soon > session->options.deadline)
		soon = session->options.deadline;
	if (child_run(&child, words.items, &streams, soon, &ignored) != 0 || !output.length)
		return "";
	return arena_text_n(session->arena, output.data, output.length);
}

static const char *value_of(struct arena *arena, const char *config, const char *key)
{
	struct text_lines lines = {.rest = text_of(config)};
	size_t length = strlen(key);
	while (text_next_line(&lines)) {
		struct text line = lines.line;
		if (line.length > length + 1 && line.data[length] == ' ' &&
			memcmp(line.data, key, length) == 0)
			return arena_text_n(
				arena, line.data + length + 1, line.length - length - 1);
	}
	return NULL;
}

static void add_account(struct openssh_session *session, const char *user)
{
	const char *account = breaker_account(session->arena, user);
	for (size_t i = 0; i < session->jumps.count; i++)
		if (strcmp(session->jumps.items[i], account) == 0)
			return;
	strings_add(session->arena, &session->jumps, account);
}

/* "[user@]host[:port]" or "ssh://..." */
static void add_jump(struct openssh_session *session, const char *hop)
{
	if (strncmp(hop, "ssh://", 6) == 0)
		hop += 6;
	const char *at = strrchr(hop, '@');
	if (at) {
		add_account(session, arena_text_n(session->arena, hop, (size_t)(at - hop)));
		return;
	}
	struct ssh_address address;
	struct error ignored = {0};
	if (ssh_address_read(session->arena, hop, &address, &ignored) != 0)
		return;
	const char *const target[] = {"--", address.host, NULL};
	const char *user = value_of(session->arena, ask(session, target), "user");
	add_account(session, user ? user : address.user);
}

static void add_jumps(struct openssh_session *session, const char *list)
{
	for (size_t i = 0; *list && i < JUMPS_LIMIT; i++) {
		size_t length = strcspn(list, ",");
		add_jump(session, arena_text_n(session->arena, list, length));
		list += length + (list[length] == ',');
	}
}

void openssh_find_accounts(struct openssh_session *session)
{
	struct ssh_address address = {.user = "somebody"};
	struct error ignored = {0};
	const char *config = ask(session, session->target.items);
	const char *jumps = value_of(session->arena, config, "proxyjump");
	(void)ssh_address_read(session->arena, session->node->address, &address, &ignored);
	session->user = value_of(session->arena, config, "user");
	if (!session->user)
		session->user = address.user;
	if (jumps && strcmp(jumps, "none") != 0)
		add_jumps(session, jumps);
}
