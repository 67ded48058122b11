/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "base/memory.h"
#include "collectors/ssh_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * The agent's protocol (draft-miller-ssh-agent), spoken here because libssh2's own client waits for
 * an agent without any limit.
 */
#define MESSAGE_LIMIT ((size_t)256 << 10)
#define KEYS_LIMIT 64

enum {
	REQUEST_IDENTITIES = 11,
	IDENTITIES_ANSWER = 12,
	SIGN_REQUEST = 13,
	SIGN_RESPONSE = 14,
};

struct agent {
	struct ssh_session *session;
	int fd;
	int64_t deadline;
	struct buffer reply; /* without its length */
	struct bytes key;    /* that signs now */
};

static int agent_open(void)
{
	const char *path = getenv("SSH_AUTH_SOCK");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!path || !*path || strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Sends or receives all of it; false when the agent is gone or the deadline passed. */
static bool transfer(struct agent *agent, unsigned char *data, size_t length, bool out)
{
	while (length) {
		if (ssh_poll(agent->fd, out ? POLLOUT : POLLIN, agent->deadline) <= 0)
			return false;
		ssize_t done = out ? send(agent->fd, data, length, MSG_NOSIGNAL)
				   : recv(agent->fd, data, length, 0);
		if (done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		if (done > 0) {
			data += done;
			length -= (size_t)done;
		}
	}
	return true;
}

static void put_number(unsigned char *out, size_t number)
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(number >> (24 - 8 * i));
}

static void add_string(struct buffer *buffer, struct bytes bytes)
{
	unsigned char length[4];
	put_number(length, bytes.length);
	buffer_append(buffer, length, sizeof length);
	buffer_append(buffer, bytes.data, bytes.length);
}

static bool next_string(struct bytes *rest, struct bytes *out)
{
	if (rest->length < 4)
		return false;
	size_t length = (size_t)rest->data[0] << 24 | (size_t)rest->data[1] << 16 |
			(size_t)rest->data[2] << 8 | rest->data[3];
	if (length > rest->length - 4)
		return false;
	*out = (struct bytes){rest->data + 4, length};
	rest->data += 4 + length;
	rest->length -= 4 + length;
	return true;
}

/* Asks, and takes the reply, which must be of this type; what follows the type is in `rest`. */
static bool ask(
	struct agent *agent, const struct buffer *request, unsigned char type, struct bytes *rest)
{
	unsigned char head[4];
	put_number(head, request->length);
	if (!transfer(agent, head, 4, true) ||
		!transfer(agent, (unsigned char *)request->data, request->length, true) ||
		!transfer(agent, head, 4, false))
		return false;
	size_t length =
		(size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (length == 0 || length > MESSAGE_LIMIT)
		return false;
	buffer_release(&agent->reply);
	agent->reply = (struct buffer)BUFFER_INIT(MESSAGE_LIMIT);
	unsigned char *data = memory_alloc(length);
	bool whole = transfer(agent, data, length, false);
	if (whole)
		buffer_append(&agent->reply, data, length);
	memory_free(data);
	data = (unsigned char *)agent->reply.data;
	if (!whole || data[0] != type)
		return false;
	*rest = (struct bytes){data + 1, length - 1};
	return true;
}

/* libssh2 wants the signature without the name of its algorithm, in memory that it frees. */
static LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(sign)
{
	(void)session;
	struct agent *agent = *abstract;
	auto_buffer struct buffer request = BUFFER_INIT(MESSAGE_LIMIT);
	struct bytes rest, whole, name, signature;
	const unsigned char type = SIGN_REQUEST, flags[4] = {0};
	buffer_append(&request, &type, 1);
	add_string(&request, agent->key);
	add_string(&request, (struct bytes){data, data_len});
	buffer_append(&request, flags, sizeof flags);
	if (!ask(agent, &request, SIGN_RESPONSE, &rest) || !next_string(&rest, &whole) ||
		!next_string(&whole, &name) || !next_string(&whole, &signature))
		return -1;
	*sig = ssh_memory_alloc(agent->session, signature.length);
	if (!*sig)
		return -1;
	memcpy(*sig, signature.data, signature.length);
	*sig_len = signature.length;
	return 0;
}

static enum ssh_answer try_key(
	struct ssh_session *session, struct agent *agent, struct bytes key, struct error *error)
{
	int code;
	void *context = agent;
	agent->key = key;
	session->keys_tried++;
	while ((code = libssh2_userauth_publickey(session->libssh2, session->address.user, key.data,
			key.length, sign, &context)) == LIBSSH2_ERROR_EAGAIN) {
		if (ssh_wait(session, error) != 0)
			return SSH_BROKEN;
	}
	return ssh_answer_of(session, code, error);
}

struct keys {
	struct bytes items[KEYS_LIMIT];
	size_t count;
};

/* RSA keys come last: servers refuse the signatures that libssh2 1.10 makes with them. */
static void add_keys(struct ssh_session *session, struct bytes list, bool rsa, struct keys *keys)
{
	struct bytes key, comment, rest, type;
	while (next_string(&list, &key) && next_string(&list, &comment)) {
		rest = key;
		if (!next_string(&rest, &type) || keys->count == KEYS_LIMIT)
			continue;
		const char *name =
			arena_text_n(session->arena, (const char *)type.data, type.length);
		if (!ssh_key_type_supported(name) || ssh_key_type_is_rsa(name) != rsa)
			continue;
		keys->items[keys->count++] = (struct bytes){
			arena_copy(session->arena, key.data, key.length), key.length};
	}
}

static bool read_keys(struct ssh_session *session, struct agent *agent, struct keys *keys)
{
	auto_buffer struct buffer request = BUFFER_INIT(16);
	const unsigned char type = REQUEST_IDENTITIES;
	struct bytes list;
	buffer_append(&request, &type, 1);
	if (!ask(agent, &request, IDENTITIES_ANSWER, &list) || list.length < 4)
		return false;
	list = (struct bytes){list.data + 4, list.length - 4}; /* how many: the list itself says */
	add_keys(session, list, false, keys);
	add_keys(session, list, true, keys);
	return true;
}

static enum ssh_answer try_keys(
	struct ssh_session *session, struct agent *agent, struct error *error)
{
	struct keys keys = {0};
	enum ssh_answer answer = SSH_REFUSED;
	if (!read_keys(session, agent, &keys)) {
		error_set(error, ERROR_UNREACHABLE, "the agent does not answer");
		return SSH_SKIPPED;
	}
	if (keys.count == 0) {
		error_set(error, ERROR_UNREACHABLE, "the agent has no key that libssh2 can use");
		return SSH_SKIPPED;
	}
	for (size_t i = 0; i < keys.count && answer == SSH_REFUSED; i++) {
		if (session->keys_tried < SSH_KEYS_LIMIT)
			answer = try_key(session, agent, keys.items[i], error);
	}
	return answer;
}

enum ssh_answer ssh_agent_authenticate(struct ssh_session *session, struct error *error)
{
	struct agent agent = {
		.session = session, .fd = agent_open(), .deadline = session->options.deadline};
	if (agent.fd < 0) {
		error_set(error, ERROR_UNREACHABLE, "there is no agent (SSH_AUTH_SOCK)");
		return SSH_SKIPPED;
	}
	enum ssh_answer answer = try_keys(session, &agent, error);
	buffer_release(&agent.reply);
	close(agent.fd);
	return answer;
}
