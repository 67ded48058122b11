/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/ssh_session.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "collectors/ssh_parts.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FAREWELL_LENGTH 120
#define PARTING_MS 1000

static LIBSSH2_ALLOC_FUNC(allocate)
{
	return ssh_memory_alloc(*abstract, count);
}

static LIBSSH2_FREE_FUNC(release)
{
	ssh_memory_free(*abstract, ptr);
}

static LIBSSH2_REALLOC_FUNC(reallocate)
{
	return ssh_memory_resize(*abstract, ptr, count);
}

static bool banner_came(struct ssh_session *session)
{
	const char *banner = libssh2_session_banner_get(session->libssh2);
	return banner && strncmp(banner, "SSH-", 4) == 0;
}

static bool too_much(struct ssh_session *session)
{
	if (session->logged_in || session->received <= SSH_GREETING_LIMIT)
		return false;
	return session->received > SSH_STRANGER_LIMIT || !banner_came(session);
}

/* recv, watched. A limit keeps a server from talking for ever before it is known. */
static LIBSSH2_RECV_FUNC(receive)
{
	struct ssh_session *session = *abstract;
	ssize_t got = recv(socket, buffer, length, flags);
	int number = errno;
	if (got == 0 || (got < 0 && number != EAGAIN && number != EINTR))
		session->closed = true;
	if (got < 0)
		return number == EINTR ? -EAGAIN : -number;
	if (got > 0)
		contact_tell(session->options.contact, CONTACT_ANSWERED);
	session->received += (size_t)got;
	if (too_much(session)) {
		session->flooded = true;
		return -EMSGSIZE;
	}
	size_t room = sizeof session->greeting - session->greeting_length;
	size_t kept = (size_t)got < room ? (size_t)got : room;
	if (!session->logged_in) {
		memcpy(session->greeting + session->greeting_length, buffer, kept);
		session->greeting_length += kept;
	}
	return got;
}

/* send, watched likewise; a signal for a connection that is gone would end the process. */
static LIBSSH2_SEND_FUNC(transmit)
{
	struct ssh_session *session = *abstract;
	ssize_t sent = send(socket, buffer, length, flags | MSG_NOSIGNAL);
	int number = errno;
	if (sent >= 0)
		return sent;
	if (number == EAGAIN || number == EINTR)
		return -EAGAIN;
	session->closed = true;
	return -number;
}

static LIBSSH2_DISCONNECT_FUNC(take_farewell)
{
	(void)session;
	(void)reason;
	(void)language;
	(void)language_len;
	struct ssh_session *ours = *abstract;
	size_t length = message_len > 0 ? (size_t)message_len : 0;
	if (length > FAREWELL_LENGTH)
		length = FAREWELL_LENGTH;
	if (message && length)
		ours->farewell = text_escape(ours->arena, (struct text){message, length});
	ours->closed = true;
}

int ssh_in_time(struct ssh_session *session, struct error *error)
{
	if (interrupt_name())
		return error_set(error, ERROR_UNREACHABLE, "stopped by %s", interrupt_name());
	if (clock_left(session->options.deadline) == 0)
		return error_set(error, ERROR_UNREACHABLE, "deadline passed while waiting for %s",
			session->waiting_for);
	return 0;
}

int ssh_wait(struct ssh_session *session, struct error *error)
{
	int directions = libssh2_session_block_directions(session->libssh2);
	short events = 0;
	if (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND)
		events |= POLLOUT;
	if (!events || directions & LIBSSH2_SESSION_BLOCK_INBOUND)
		events |= POLLIN;
	if (ssh_in_time(session, error) != 0)
		return -1;
	if (ssh_poll(session->fd, events, session->options.deadline) > 0)
		return 0;
	int number = errno;
	if (ssh_in_time(session, error) != 0)
		return -1;
	return error_set(error, ERROR_INTERNAL, "poll: %s", strerror(number));
}

int ssh_failed(struct ssh_session *session, int code, struct error *error)
{
	char *text = NULL;
	libssh2_session_last_error(session->libssh2, &text, NULL, 0);
	if (session->flooded)
		return error_set(error, ERROR_UNREACHABLE,
			"the server sends without end before login (waiting for %s); is it an SSH "
			"server?",
			session->waiting_for);
	if (session->farewell)
		return error_set(error, ERROR_UNREACHABLE,
			"the server disconnected while we were waiting for %s: \"%s\"",
			session->waiting_for, session->farewell);
	if (session->closed)
		return error_set(error, ERROR_UNREACHABLE,
			"the connection was closed or reset while waiting for %s",
			session->waiting_for);
	return error_set(error, ERROR_UNREACHABLE, "%s: libssh2 error %d%s%s", session->waiting_for,
		code, text && *text ? ", " : "", text ? text : "");
}

static int handshake_failed(struct ssh_session *session, int code, struct error *error)
{
	bool banner = banner_came(session);
	if (!session->closed && !session->flooded && ssh_algorithms_explain(session, error))
		return -1;
	if (!banner && session->closed && !session->farewell)
		return error_set(error, ERROR_UNREACHABLE,
			"the connection was closed or reset before the server's banner: it may "
			"take "
			"no more connections now (MaxStartups), or none from this machine");
	if (!banner && !session->flooded && !session->closed)
		return error_set(error, ERROR_UNREACHABLE,
			"what answers there is no SSH server (its first line is no SSH banner)");
	return ssh_failed(session, code, error);
}

int ssh_handshake(struct ssh_session *session, struct error *error)
{
	int code;
	session->waiting_for = "the server's banner";
	while ((code = libssh2_session_handshake(session->libssh2, session->fd)) ==
		LIBSSH2_ERROR_EAGAIN) {
		if (banner_came(session))
			session->waiting_for = "key exchange";
		if (ssh_wait(session, error) != 0)
			return -1;
	}
	if (banner_came(session))
		session->waiting_for = "key exchange";
	return code == 0 ? 0 : handshake_failed(session, code, error);
}

static int make_libssh2(struct ssh_session *session, struct error *error)
{
	static bool ready;
	if (!ready && libssh2_init(0) != 0)
		return error_set(error, ERROR_INTERNAL, "libssh2 cannot be initialised");
	ready = true;
	session->libssh2 = libssh2_session_init_ex(allocate, release, reallocate, session);
	if (!session->libssh2)
		return error_set(error, ERROR_INTERNAL, "libssh2 gives no session");
	libssh2_session_set_blocking(session->libssh2, 0);
	libssh2_session_callback_set(session->libssh2, LIBSSH2_CALLBACK_RECV, (void *)receive);
	libssh2_session_callback_set(session->libssh2, LIBSSH2_CALLBACK_SEND, (void *)transmit);
	libssh2_session_callback_set(
		session->libssh2, LIBSSH2_CALLBACK_DISCONNECT, (void *)take_farewell);
	return 0;
}

static int open_steps(struct ssh_session *session, struct error *error)
{
	if (make_libssh2(session, error) != 0 || ssh_algorithms_prefer(session, error) != 0 ||
		ssh_host_key_prefer(session, error) != 0)
		return -1;
	session->waiting_for = "connecting";
	if (ssh_connect(session, error) != 0 || ssh_handshake(session, error) != 0 ||
		ssh_host_key_check(session, error) != 0)
		return -1;
	session->waiting_for = "authentication";
	if (ssh_authenticate(session, error) != 0)
		return -1;
	session->logged_in = true;
	return 0;
}

struct ssh_session *ssh_session_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error)
{
	struct ssh_session *session = arena_alloc(arena, sizeof *session);
	session->arena = arena;
	session->node = node;
	session->options = *options;
	session->fd = -1;
	int result = ssh_address_read(arena, node->address, &session->address, error);
	if (result != 0) {
		error_context(error, "address of node %s", node->name);
		return NULL;
	}
	session->place =
		arena_format(arena, "%s port %u", session->address.host, session->address.port);
	if (open_steps(session, error) == 0)
		return session;
	ssh_session_close(session);
	error->code = ERROR_UNREACHABLE;
	error_context(error, "%s", session->place);
	return NULL;
}

/* Says goodbye, if that goes without waiting long. */
static void part(struct ssh_session *session)
{
	struct error ignored = {0};
	int64_t soon = clock_now() + PARTING_MS;
	if (soon < session->options.deadline)
		session->options.deadline = soon;
	while (!session->closed &&
		libssh2_session_disconnect(session->libssh2, "done") == LIBSSH2_ERROR_EAGAIN) {
		if (ssh_wait(session, &ignored) != 0)
			break;
	}
}

void ssh_session_close(struct ssh_session *session)
{
	if (!session)
		return;
	if (session->libssh2 && session->fd >= 0) {
		part(session);
		/* From here on libssh2 gets errors instead of EAGAIN and frees what it has. */
		shutdown(session->fd, SHUT_RDWR);
	}
	for (int tries = 0; session->libssh2 && tries < 16; tries++) {
		if (libssh2_session_free(session->libssh2) != LIBSSH2_ERROR_EAGAIN)
			session->libssh2 = NULL;
	}
	session->libssh2 = NULL;
	ssh_memory_clear(session);
	if (session->fd >= 0)
		close(session->fd);
	session->fd = -1;
}
