/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "collectors/ssh_parts.h"

#include <string.h>

#define LIST_LIMIT 4096
#define SHOWN_LENGTH 110 /* of each list in a message */
#define COOKIE_LENGTH 16
#define MESSAGE_KEXINIT 20

struct weakness {
	int category;
	const char *part; /* of the name */
};

/* Dropped from what libssh2 offers; all else stays, so that newer versions bring what is new. */
static const struct weakness weak[] = {
	{SSH_KEX, "sha1"},
	{SSH_HOST_KEY, "ssh-rsa"},
	{SSH_HOST_KEY, "ssh-dss"},
	{SSH_CIPHER, "cbc"},
	{SSH_CIPHER, "arcfour"},
	{SSH_CIPHER, "3des"},
	{SSH_MAC, "sha1"},
	{SSH_MAC, "md5"},
	{SSH_MAC, "ripemd"},
};

struct category {
	const char *name;
	int methods[2]; /* both directions; -1: only one */
};

static const struct category categories[SSH_CATEGORIES] = {
	[SSH_KEX] = {"key exchange method", {LIBSSH2_METHOD_KEX, -1}},
	[SSH_HOST_KEY] = {"host key type", {LIBSSH2_METHOD_HOSTKEY, -1}},
	[SSH_CIPHER] = {"cipher", {LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC}},
	[SSH_MAC] = {"message authentication code", {LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC}},
};

static bool is_weak(int category, const char *name)
{
	for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
		if (weak[i].category == category && strstr(name, weak[i].part))
			return true;
	}
	return false;
}

/* What libssh2 has, in its order, without what is weak. */
static const char *strong_list(struct ssh_session *session, int category)
{
	auto_buffer struct buffer list = BUFFER_INIT(LIST_LIMIT);
	const char **names = NULL;
	int count = libssh2_session_supported_algs(
		session->libssh2, categories[category].methods[0], &names);
	for (int i = 0; i < count; i++) {
		if (!is_weak(category, names[i]))
			buffer_format(&list, "%s%s", list.length ? "," : "", names[i]);
	}
	if (count > 0)
		libssh2_free(session->libssh2, names);
	return list.length ? arena_text(session->arena, list.data) : "";
}

bool ssh_algorithm_supported(struct ssh_session *session, int method, const char *name)
{
	const char **names = NULL;
	bool found = false;
	int count = libssh2_session_supported_algs(session->libssh2, method, &names);
	for (int i = 0; i < count; i++)
		found = found || strcmp(names[i], name) == 0;
	if (count > 0)
		libssh2_free(session->libssh2, names);
	return found;
}

int ssh_algorithm_set(
	struct ssh_session *session, int method, const char *list, struct error *error)
{
	/* A list without any known name is refused *and leaves the default in force*. */
	if (*list && libssh2_session_method_pref(session->libssh2, method, list) == 0)
		return 0;
	return error_set(error, ERROR_UNREACHABLE,
		"libssh2 has none of the algorithms that are allowed (%s); use the source "
		"\"openssh\"",
		list);
}

int ssh_algorithms_prefer(struct ssh_session *session, struct error *error)
{
	for (int category = 0; category < SSH_CATEGORIES; category++) {
		const int *methods = categories[category].methods;
		const char *list = strong_list(session, category);
		session->wanted[category] = list;
		if (ssh_algorithm_set(session, methods[0], list, error) != 0)
			return -1;
		if (methods[1] >= 0 && ssh_algorithm_set(session, methods[1], list, error) != 0)
			return -1;
	}
	return 0;
}

/* --- what the server offered ------------------------------------------------------------------ */

static size_t length_at(const unsigned char *data)
{
	return (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
}

/* What follows the server's banner: its first packet, in the clear. */
static struct bytes first_packet(const struct ssh_session *session)
{
	struct bytes rest = {session->greeting, session->greeting_length};
	bool banner = false;
	while (rest.length && !banner) {
		const unsigned char *end = memchr(rest.data, '\n', rest.length);
		if (!end)
			return (struct bytes){0};
		banner = rest.length > 4 && memcmp(rest.data, "SSH-", 4) == 0;
		rest.length -= (size_t)(end + 1 - rest.data);
		rest.data = end + 1;
	}
	return rest;
}

/* The name lists of a KEXINIT message (RFC 4253, 7.1): the first SSH_CATEGORIES of interest. */
static bool read_offer(const struct ssh_session *session, struct bytes lists[SSH_CATEGORIES])
{
	/* kex, host key, cipher to the server, to the client, MAC to the server. */
	static const int fields[] = {SSH_KEX, SSH_HOST_KEY, SSH_CIPHER, SSH_CIPHER, SSH_MAC};
	struct bytes packet = first_packet(session);
	size_t at = 4 + 1 + 1 + COOKIE_LENGTH;
	if (packet.length < at || packet.data[5] != MESSAGE_KEXINIT)
		return false;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (packet.length - at < 4)
			return false;
		size_t length = length_at(packet.data + at);
		at += 4;
		if (packet.length - at < length)
			return false;
		lists[fields[i]] = (struct bytes){packet.data + at, length};
		at += length;
	}
	return true;
}

static bool in_list(struct bytes list, const char *name, size_t length)
{
	const unsigned char *at = list.data, *end = list.data + list.length;
	while (at < end) {
		const unsigned char *comma = memchr(at, ',', (size_t)(end - at));
		size_t size = (size_t)((comma ? comma : end) - at);
		if (size == length && memcmp(at, name, length) == 0)
			return true;
		at += size + 1;
	}
	return false;
}

static bool in_common(const char *wanted, struct bytes offered)
{
	while (*wanted) {
		size_t length = strcspn(wanted, ",");
		if (in_list(offered, wanted, length))
			return true;
		wanted += length + (wanted[length] == ',');
	}
	return false;
}

/* The server's own words, made harmless. */
static const char *shown(struct ssh_session *session, struct bytes list)
{
	size_t length = list.length < SHOWN_LENGTH ? list.length : SHOWN_LENGTH;
	char *text = arena_text_n(session->arena, (const char *)list.data, length);
	for (char *c = text; *c; c++) {
		if (*c <= ' ' || *c > '~')
			*c = '?';
	}
	return length < list.length ? arena_format(session->arena, "%s...", text) : text;
}

static const char *ours(struct ssh_session *session, int category)
{
	const char *list = session->wanted[category];
	return shown(session, (struct bytes){(const unsigned char *)list, strlen(list)});
}

/* What the server offers is none of the types that libssh2 can do, but one of those is known. */
static bool explain_known(struct ssh_session *session, struct bytes offered, struct error *error)
{
	const struct known_host *line = ssh_host_key_expected(session);
	if (!line)
		return false;
	error_set(error, ERROR_UNREACHABLE,
		"no common host key type: the server offers %s, and %s:%u expects %s %s, so that "
		"its key may have been changed; the source \"openssh\" can show the one it has",
		shown(session, offered), line->file, line->line, line->type,
		host_key_fingerprint(session->arena, line->key));
	return true;
}

bool ssh_algorithms_explain(struct ssh_session *session, struct error *error)
{
	struct bytes offered[SSH_CATEGORIES] = {0};
	if (!read_offer(session, offered))
		return false;
	for (int category = 0; category < SSH_CATEGORIES; category++) {
		if (in_common(session->wanted[category], offered[category]))
			continue;
		if (category == SSH_HOST_KEY && explain_known(session, offered[category], error))
			return true;
		error_set(error, ERROR_UNREACHABLE,
			"no common %s: the server offers %s; libssh2 can do %s; use the source "
			"\"openssh\" for this node",
			categories[category].name, shown(session, offered[category]),
			ours(session, category));
		return true;
	}
	return false;
}
