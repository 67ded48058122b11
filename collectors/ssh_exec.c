/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/secret.h"
#include "collectors/ssh_parts.h"

#include <assert.h>
#include <poll.h>
#include <string.h>

#define BLOCK_LENGTH (32 << 10)
#define KEY_LIMIT 64 /* bytes */
#define LONGEST_PAUSE_MS 320

/* One command on a channel of its own. */
struct execution {
	struct ssh_session *session;
	LIBSSH2_CHANNEL *channel;
	struct shell_result *result;
	struct bytes rest;	     /* of what is being written now */
	char key[KEY_LIMIT * 2 + 1]; /* the second part of the input, as text */
	size_t key_length;
	bool key_begun, input_done;
};

/* Whether libssh2 stopped in the middle of sending: only the same call may follow. */
static bool sending(const struct ssh_session *session)
{
	return libssh2_session_block_directions(session->libssh2) & LIBSSH2_SESSION_BLOCK_OUTBOUND;
}

static void write_key(struct execution *run, const struct secret *key)
{
	static const char digits[] = "0123456789abcdef";
	struct bytes bytes = secret_bytes(key);
	size_t length = bytes.length;
	assert(length <= KEY_LIMIT);
	for (size_t i = 0; i < length; i++) {
		run->key[2 * i] = digits[bytes.data[i] >> 4];
		run->key[2 * i + 1] = digits[bytes.data[i] & 15];
	}
	run->key[2 * length] = '\n';
	run->key_length = 2 * length + 1;
}

/* --- the channel ------------------------------------------------------------------------------ */

static int open_failed(struct ssh_session *session, int code, struct error *error)
{
	if (code == LIBSSH2_ERROR_CHANNEL_FAILURE && !session->closed)
		return error_set(error, ERROR_UNREACHABLE,
			"the server refuses a session after login: it allows no more at a time "
			"(MaxSessions), or none to this account");
	return ssh_failed(session, code, error);
}

/* 0, or libssh2's code; EAGAIN when the deadline passed, with an error. */
static int ask_channel(struct execution *run, struct error *error)
{
	struct ssh_session *session = run->session;
	while (!(run->channel = libssh2_channel_open_session(session->libssh2))) {
		int code = libssh2_session_last_errno(session->libssh2);
		if (code != LIBSSH2_ERROR_EAGAIN || ssh_wait(session, error) != 0)
			return code;
	}
	return 0;
}

static int open_channel(struct execution *run, struct error *error)
{
	struct ssh_session *session = run->session;
	session->waiting_for = "a session of the server";
	int code = ask_channel(run, error);
	/* A server that allows one at a time may not have cleared away the last one yet. */
	for (int pause = 10; code == LIBSSH2_ERROR_CHANNEL_FAILURE && session->commands_run &&
			     pause <= LONGEST_PAUSE_MS;
		pause *= 2) {
		int left = clock_left(session->options.deadline);
		(void)poll(NULL, 0, pause < left ? pause : left);
		code = ask_channel(run, error);
	}
	if (code == LIBSSH2_ERROR_EAGAIN)
		return -1;
	return code == 0 ? 0 : open_failed(session, code, error);
}

static int start(struct execution *run, const char *line, struct error *error)
{
	struct ssh_session *session = run->session;
	int code;
	session->waiting_for = "the start of the command";
	while ((code = libssh2_channel_exec(run->channel, line)) == LIBSSH2_ERROR_EAGAIN) {
		if (ssh_wait(session, error) != 0)
			return -1;
	}
	if (code == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED && !session->closed)
		return error_set(error, ERROR_UNREACHABLE,
			"the server refuses to run commands for this account");
	return code == 0 ? 0 : ssh_failed(session, code, error);
}

/* --- input and output ------------------------------------------------------------------------- */

/* Each moves what goes without waiting: 1 if something moved, 0 if not, -1 on error. */

static int finish_input(struct execution *run, struct error *error)
{
	struct ssh_session *session = run->session;
	int code;
	if (run->key_length && !run->key_begun) {
		run->key_begun = true;
		run->rest = (struct bytes){(const unsigned char *)run->key, run->key_length};
		return 1;
	}
	while ((code = libssh2_channel_send_eof(run->channel)) == LIBSSH2_ERROR_EAGAIN) {
		if (ssh_wait(session, error) != 0)
			return -1;
	}
	secret_wipe(run->key, sizeof run->key);
	run->input_done = true;
	return code == 0 || libssh2_channel_eof(run->channel) ? 1
							      : ssh_failed(session, code, error);
}

static int write_some(struct execution *run, struct error *error)
{
	struct ssh_session *session = run->session;
	ssize_t done;
	if (run->input_done)
		return 0;
	if (run->rest.length == 0)
		return finish_input(run, error);
	/* A command that has ended reads no more; what it printed still counts. */
	if (libssh2_channel_eof(run->channel)) {
		run->input_done = true;
		return 1;
	}
	while ((done = libssh2_channel_write(run->channel, (const char *)run->rest.data,
			run->rest.length)) == LIBSSH2_ERROR_EAGAIN &&
		sending(session)) {
		if (ssh_wait(session, error) != 0)
			return -1;
	}
	if (done == LIBSSH2_ERROR_EAGAIN)
		return 0;
	if (done < 0)
		return ssh_failed(session, (int)done, error);
	run->rest.data += done;
	run->rest.length -= (size_t)done;
	return done > 0;
}

static int keep(
	struct execution *run, int stream, const char *data, size_t length, struct error *error)
{
	struct buffer *buffer = stream ? &run->result->errors : &run->result->output;
	size_t room = buffer->limit - buffer->length;
	if (stream)
		return buffer_append(buffer, data, length < room ? length : room), 1;
	if (buffer_append(buffer, data, length) == 0)
		return 1;
	return error_set(error, ERROR_UNREACHABLE,
		"the command printed more than %zu MiB and was given up", buffer->limit >> 20);
}

static int read_some(struct execution *run, int stream, struct error *error)
{
	struct ssh_session *session = run->session;
	char block[BLOCK_LENGTH];
	ssize_t got;
	while ((got = libssh2_channel_read_ex(run->channel, stream, block, sizeof block)) ==
			LIBSSH2_ERROR_EAGAIN &&
		sending(session)) {
		if (ssh_wait(session, error) != 0)
			return -1;
	}
	if (got == LIBSSH2_ERROR_EAGAIN || got == 0)
		return 0;
	if (got < 0)
		return ssh_failed(session, (int)got, error);
	return keep(run, stream, block, (size_t)got, error);
}

/* What came with the output; looking for more of it would cost a system call each time. */
static int read_errors(struct execution *run, struct error *error)
{
	if (!libssh2_poll_channel_read(run->channel, SSH_EXTENDED_DATA_STDERR))
		return 0;
	return read_some(run, SSH_EXTENDED_DATA_STDERR, error);
}

static int converse(struct execution *run, struct error *error)
{
	struct ssh_session *session = run->session;
	for (;;) {
		if (ssh_in_time(session, error) != 0)
			return -1;
		session->waiting_for =
			run->input_done ? "output of the command" : "the command to read its input";
		int wrote = write_some(run, error);
		int output = wrote < 0 ? -1 : read_some(run, 0, error);
		int errors = output < 0 ? -1 : read_errors(run, error);
		if (errors < 0)
			return -1;
		if (wrote || output || errors)
			continue;
		if (libssh2_channel_eof(run->channel))
			return 0;
		if (session->closed)
			return ssh_failed(session, LIBSSH2_ERROR_SOCKET_DISCONNECT, error);
		if (ssh_wait(session, error) != 0)
			return -1;
	}
}

/* --- the end ---------------------------------------------------------------------------------- */

static void read_status(struct execution *run)
{
	char *name = NULL;
	libssh2_channel_get_exit_signal(run->channel, &name, NULL, NULL, NULL, NULL, NULL);
	run->result->exited = !name;
	run->result->status = (uint32_t)libssh2_channel_get_exit_status(run->channel);
	if (name)
		libssh2_free(run->session->libssh2, name);
}

static int finish(struct execution *run, struct error *error)
{
	struct ssh_session *session = run->session;
	int code;
	session->waiting_for = "the end of the command";
	while ((code = libssh2_channel_close(run->channel)) == LIBSSH2_ERROR_EAGAIN ||
		(code == 0 && (code = libssh2_channel_wait_closed(run->channel)) ==
				      LIBSSH2_ERROR_EAGAIN)) {
		if (ssh_wait(session, error) != 0)
			return -1;
	}
	if (code != 0)
		return ssh_failed(session, code, error);
	read_status(run);
	while (libssh2_channel_free(run->channel) == LIBSSH2_ERROR_EAGAIN) {
		if (ssh_wait(session, error) != 0)
			return -1;
	}
	run->channel = NULL;
	session->commands_run++;
	return 0;
}

int ssh_session_run(void *opened, const struct shell_command *command, struct shell_result *result,
	struct error *error)
{
	struct ssh_session *session = opened;
	struct execution run = {.session = session, .result = result, .rest = command->input};
	buffer_clear(&result->output);
	buffer_clear(&result->errors);
	result->output.limit = SHELL_OUTPUT_LIMIT;
	result->errors.limit = SHELL_ERRORS_LIMIT;
	result->exited = false;
	result->status = 0;
	int failed = open_channel(&run, error) != 0 || start(&run, command->line, error) != 0;
	if (!failed && command->key)
		write_key(&run, command->key);
	failed = failed || converse(&run, error) != 0 || finish(&run, error) != 0;
	secret_wipe(run.key, sizeof run.key);
	if (!failed)
		return 0;
	error_context(error, "%s", session->place);
	return -1;
}
