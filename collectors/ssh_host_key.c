/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "collectors/ssh_choice.h"
#include "collectors/ssh_parts.h"

#include <string.h>

#define LIST_LIMIT 4096

const char *const *ssh_known_hosts_files(
	struct arena *arena, const struct node *node, const struct transport_options *options)
{
	const char *const *usual = ssh_choice_usual_known_hosts;
	const char *option = node_option(node, "known-hosts");
	struct strings files = {0};
	if (option)
		strings_add(arena, &files, ssh_path(arena, options->folder, option));
	else if (options->known_hosts)
		strings_add(arena, &files, ssh_path(arena, NULL, options->known_hosts));
	for (size_t i = 0; usual[i] && !option && !options->known_hosts; i++)
		strings_add(arena, &files, ssh_path(arena, NULL, usual[i]));
	strings_add(arena, &files, NULL);
	return files.items;
}

static int read_files(struct ssh_session *session, struct error *error)
{
	const char *const *files =
		ssh_known_hosts_files(session->arena, session->node, &session->options);
	session->known_hosts_file = files[0];
	for (; *files; files++) {
		if (known_hosts_read(session->arena, *files, session->address.host,
			    session->address.port, &session->known_hosts, error) != 0)
			return -1;
	}
	return 0;
}

static bool listed(const char *list, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = list; (at = strstr(at, name)); at += length) {
		if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	}
	return false;
}

static void add_type(struct ssh_session *session, struct buffer *list, const char *type)
{
	if (!listed(session->wanted[SSH_HOST_KEY], type))
		return;
	if (list->length && listed(list->data, type))
		return;
	buffer_format(list, "%s%s", list->length ? "," : "", type);
}

/* An RSA key is asked for by the names of its signatures (RFC 8332). */
static void add_types_of(
	struct ssh_session *session, struct buffer *list, const struct known_host *host)
{
	if (strcmp(host->type, "ssh-rsa") == 0) {
		add_type(session, list, "rsa-sha2-512");
		add_type(session, list, "rsa-sha2-256");
	} else {
		add_type(session, list, host->type);
	}
}

/* The plain lines, of one kind: with the port, or those that only can confirm. */
static const struct known_host *add_lines(
	struct ssh_session *session, struct buffer *list, bool portless)
{
	const struct known_host *first = NULL;
	for (size_t i = 0; i < session->known_hosts.count; i++) {
		const struct known_host *host = &session->known_hosts.items[i];
		if (host->revoked || host->authority || host->portless != portless)
			continue;
		if (!first)
			first = host;
		add_types_of(session, list, host);
	}
	return first;
}

/* Behind the known types, so that a host that has only others shows one, for the message. */
static void add_others(struct ssh_session *session, struct buffer *list)
{
	const char *rest = session->wanted[SSH_HOST_KEY];
	while (*rest) {
		size_t length = strcspn(rest, ",");
		add_type(session, list, arena_text_n(session->arena, rest, length));
		rest += length + (rest[length] == ',');
	}
}

const struct known_host *ssh_host_key_expected(const struct ssh_session *session)
{
	for (size_t i = 0; i < session->known_hosts.count; i++) {
		const struct known_host *host = &session->known_hosts.items[i];
		if (!host->revoked && !host->authority)
			return host;
	}
	return NULL;
}

int ssh_host_key_prefer(struct ssh_session *session, struct error *error)
{
	auto_buffer struct buffer list = BUFFER_INIT(LIST_LIMIT);
	if (read_files(session, error) != 0)
		return -1;
	const struct known_host *first = add_lines(session, &list, false);
	if (!first)
		first = add_lines(session, &list, true);
	/* Nobody knows the host: the usual order, and the fingerprint for the message. */
	if (!first)
		return 0;
	if (list.length == 0)
		return error_set(error, ERROR_UNREACHABLE,
			"%s:%u knows this host by %s only, which libssh2 %s cannot check safely; "
			"add "
			"the host's ed25519 key there (compare it first), or use the source "
			"\"openssh\"",
			first->file, first->line, first->type, LIBSSH2_VERSION);
	add_others(session, &list);
	session->wanted[SSH_HOST_KEY] = arena_text(session->arena, list.data);
	return ssh_algorithm_set(
		session, LIBSSH2_METHOD_HOSTKEY, session->wanted[SSH_HOST_KEY], error);
}

/* --- the verdict ------------------------------------------------------------------------------ */

struct shown_key {
	struct bytes blob;
	const char *type;
	const char *fingerprint;
};

static bool read_key(struct ssh_session *session, struct shown_key *key)
{
	size_t length = 0;
	int type;
	const char *data = libssh2_session_hostkey(session->libssh2, &length, &type);
	if (!data || length < 4)
		return false;
	key->blob = (struct bytes){(const unsigned char *)data, length};
	size_t name = (size_t)key->blob.data[2] << 8 | key->blob.data[3];
	if (key->blob.data[0] || key->blob.data[1] || name > length - 4)
		return false;
	key->type = arena_text_n(session->arena, data + 4, name);
	key->fingerprint = host_key_fingerprint(session->arena, key->blob);
	return true;
}

static const struct known_host *authority(const struct known_hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++) {
		if (hosts->items[i].authority && !hosts->items[i].portless)
			return &hosts->items[i];
	}
	return NULL;
}

/* The host as ssh-keygen -R takes it. */
static const char *searched_name(struct ssh_session *session)
{
	if (session->address.port == 22)
		return session->address.host;
	return arena_format(
		session->arena, "[%s]:%u", session->address.host, session->address.port);
}

static int say_authority(
	const struct known_host *line, const struct shown_key *key, struct error *error)
{
	return error_set(error, ERROR_UNREACHABLE,
		"host key %s %s: %s:%u trusts a certificate authority (@cert-authority) for this "
		"host, and libssh2 reads no certificates; use the source \"openssh\" for this node",
		key->type, key->fingerprint, line->file, line->line);
}

static int say_unknown(
	struct ssh_session *session, const struct shown_key *key, struct error *error)
{
	return error_set(error, ERROR_UNREACHABLE,
		"host key is unknown: the server shows %s %s, and no line of known_hosts is of "
		"this "
		"host; compare that with \"ssh-keygen -lf\" at the node itself, then: ssh-keyscan "
		"-t "
		"%s -p %u %s >> %s",
		key->type, key->fingerprint, key->type, session->address.port,
		session->address.host, session->known_hosts_file);
}

static int say_changed(struct ssh_session *session, const struct known_host *line,
	const struct shown_key *key, struct error *error)
{
	return error_set(error, ERROR_UNREACHABLE,
		"host key has CHANGED: the server shows %s %s, %s:%u expects %s %s; somebody may "
		"be "
		"in between. If the node got a new key, compare it there, then: ssh-keygen -R '%s' "
		"-f %s, and add the new one",
		key->type, key->fingerprint, line->file, line->line, line->type,
		host_key_fingerprint(session->arena, line->key), searched_name(session),
		line->file);
}

static int say_revoked(
	const struct known_host *line, const struct shown_key *key, struct error *error)
{
	return error_set(error, ERROR_UNREACHABLE,
		"host key %s %s is marked @revoked at %s:%u: nothing is sent to this server; give "
		"the "
		"node a new host key",
		key->type, key->fingerprint, line->file, line->line);
}

int ssh_host_key_check(struct ssh_session *session, struct error *error)
{
	struct shown_key key;
	const struct known_host *line;
	if (!read_key(session, &key))
		return error_set(error, ERROR_UNREACHABLE, "the server's host key cannot be read");
	enum host_key_verdict verdict =
		known_hosts_judge(&session->known_hosts, key.type, key.blob, &line);
	const struct known_host *trusted = authority(&session->known_hosts);
	if (verdict == HOST_KEY_KNOWN)
		return 0;
	if (verdict == HOST_KEY_REVOKED)
		return say_revoked(line, &key, error);
	if (trusted)
		return say_authority(trusted, &key, error);
	if (verdict == HOST_KEY_CHANGED)
		return say_changed(session, line, &key, error);
	return say_unknown(session, &key, error);
}
