/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/openssh_session.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "collectors/openssh_parts.h"
#include "collectors/ssh_choice.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_LENGTH 64	/* a socket's path has at most 107, and ssh appends 17 */
#define OWN_FAILURE 255 /* ssh's exit code for itself; also a command's */
#define FAREWELL_MS 200 /* between the end of a command and of its connection */
#define ROUND_MS 50

/* --- the connection ----------------------------------------------------------------------------
 */

static bool plain_path(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-";
	return path && *path == '/' && strlen(path) < PATH_LENGTH &&
	       path[strspn(path, plain)] == '\0';
}

static int make_folder(struct openssh_session *session, struct error *error)
{
	const char *const parents[] = {getenv("XDG_RUNTIME_DIR"), "/tmp"};
	for (size_t i = 0; i < 2 && !session->folder; i++) {
		if (plain_path(parents[i]))
			session->folder = mkdtemp(
				arena_format(session->arena, "%s/standby-XXXXXX", parents[i]));
	}
	if (!session->folder)
		return error_set(error, ERROR_UNREACHABLE,
			"no folder for ssh's socket can be made in /tmp: %s", strerror(errno));
	session->socket = file_join(session->arena, session->folder, "ssh");
	session->log = file_join(session->arena, session->folder, "log");
	session->config = file_join(session->arena, session->folder, "config");
	return openssh_write_config(session, error);
}

static void remove_folder(struct openssh_session *session)
{
	if (!session->folder)
		return;
	unlink(session->socket);
	unlink(session->log);
	unlink(session->config);
	rmdir(session->folder);
	session->folder = NULL;
}

static int tend_master(struct openssh_session *session, int64_t until, struct error *error)
{
	const struct child_streams streams = {
		.output = &session->output, .errors = &session->errors};
	if (until > session->options.deadline)
		until = session->options.deadline;
	return child_wait(&session->master, &streams, until, error);
}

/* The socket appears when ssh is logged in. The rounds get longer with the time that it takes. */
static int await_login(struct openssh_session *session, struct error *error)
{
	int64_t begun = clock_now();
	while (access(session->socket, F_OK) != 0) {
		int64_t now = clock_now(), round = 2 + (now - begun) / 8;
		if (tend_master(session, now + (round < ROUND_MS ? round : ROUND_MS), error) != 0)
			return -1;
		if (session->master.ended) {
			/* What it said last may still be in the pipe. */
			if (tend_master(session, session->options.deadline, error) != 0)
				return -1;
			return openssh_failed(session, error);
		}
		if (clock_left(session->options.deadline) == 0)
			return error_set(error, ERROR_UNREACHABLE,
				"deadline passed while ssh was connecting or logging in");
	}
	return 0;
}

static const char *account_of(struct openssh_session *session)
{
	struct ssh_address address = {.user = "somebody"};
	struct error ignored = {0};
	const char *file = node_option(session->node, "identity-file");
	(void)ssh_address_read(session->arena, session->node->address, &address, &ignored);
	return arena_format(session->arena, "%s by the ssh client%s%s", address.user,
		file ? " with key " : "", file ? file : "");
}

static int start(struct openssh_session *session, const char *option, struct error *error)
{
	struct strings words = {0};
	buffer_clear(&session->output);
	buffer_clear(&session->errors);
	if (openssh_master_words(session, &words, option, error) != 0 ||
		child_start(&session->master, words.items, error) != 0)
		return -1;
	return await_login(session, error);
}

/* What a host on the way refused, the other nodes need not try. */
static void trip(struct openssh_session *session, const char *account)
{
	struct breaker *breaker = session->options.breaker;
	const char *node = session->node->name;
	struct error ignored = {0};
	if (breaker_enter(breaker, account, node, session->options.deadline, &ignored) == 0)
		breaker_leave(breaker, account, node, BREAKER_REFUSED);
}

/*
 * Connects and checks the host's key, but offers no credential: others that wait for the outcome of
 * the account must not wait for a node that is dead. `done`: the server wanted none.
 */
static int reach(
	struct openssh_session *session, const char *account, bool *done, struct error *error)
{
	struct error ended = {0};
	*done = start(session, "PreferredAuthentications=none", &ended) == 0;
	if (*done)
		return 0;
	child_end(&session->master);
	bool on_the_way = openssh_refused_on_the_way(session);
	if (on_the_way)
		trip(session, account);
	if (openssh_refused(session) && !on_the_way)
		return 0;
	return error_set(error, ended.code, "%s", ended.text);
}

static int offer(struct openssh_session *session, const char *account, struct error *error)
{
	struct breaker *breaker = session->options.breaker;
	const char *node = session->node->name;
	enum breaker_outcome outcome = BREAKER_NOT_TRIED;
	if (breaker_enter(breaker, account, node, session->options.deadline, error) != 0)
		return -1;
	int64_t deadline = session->options.deadline;
	session->options.deadline = breaker_attempt_deadline(breaker, account, deadline);
	int result = start(session, "LogLevel=ERROR", error);
	session->options.deadline = deadline;
	if (result == 0)
		outcome = BREAKER_ACCEPTED;
	else if (openssh_refused(session))
		outcome = BREAKER_REFUSED;
	breaker_leave(breaker, account, node, outcome);
	return result;
}

static int log_in(struct openssh_session *session, struct error *error)
{
	const char *account = account_of(session);
	bool done = false;
	if (!session->options.breaker)
		return error_set(error, ERROR_INTERNAL, "nothing is authenticated in this run");
	/* Of a refused one "offer" says so, before anything is sent. */
	if (breaker_known(session->options.breaker, account) == BREAKER_NOT_TRIED &&
		reach(session, account, &done, error) != 0)
		return -1;
	return done ? 0 : offer(session, account, error);
}

void openssh_session_close(struct openssh_session *session)
{
	if (!session)
		return;
	child_end(&session->master);
	remove_folder(session);
	buffer_release(&session->output);
	buffer_release(&session->errors);
}

static int connect_by_ssh(struct openssh_session *session, struct error *error)
{
	if (ssh_choice_target(session->arena, session->node->address, &session->target, error) !=
		0) {
		error_context(error, "address of node %s", session->node->name);
		return -1;
	}
	session->place = session->target.items[session->target.count - 1];
	strings_add(session->arena, &session->target, NULL);
	return make_folder(session, error) == 0 ? log_in(session, error) : -1;
}

struct openssh_session *openssh_session_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error)
{
	struct openssh_session *session = arena_alloc(arena, sizeof *session);
	*session = (struct openssh_session){.arena = arena,
		.node = node,
		.options = *options,
		.master = {.input = -1, .output = -1, .errors = -1, .watch = -1},
		.output = BUFFER_INIT(OPENSSH_SAID_LIMIT),
		.errors = BUFFER_INIT(OPENSSH_SAID_LIMIT)};
	if (connect_by_ssh(session, error) == 0)
		return session;
	openssh_session_close(session);
	error->code = ERROR_UNREACHABLE;
	if (session->place)
		error_context(error, "%s", session->place);
	return NULL;
}

/* --- commands ----------------------------------------------------------------------------------
 */

/* The key's line, as secret as the key. */
static struct secret *line_of(const struct secret *key)
{
	static const char digits[] = "0123456789abcdef";
	char line[2 * 64 + 1];
	struct bytes bytes = secret_bytes(key);
	size_t length = 0;
	assert(2 * bytes.length < sizeof line);
	for (size_t i = 0; i < bytes.length; i++) {
		line[length++] = digits[bytes.data[i] >> 4];
		line[length++] = digits[bytes.data[i] & 15];
	}
	line[length++] = '\n';
	struct secret *secret = secret_new(line, length);
	secret_wipe(line, sizeof line);
	return secret;
}

/* Whether it was ssh that ended with 255, and not the command. */
static int own_failure(struct openssh_session *session, struct error *error)
{
	auto_buffer struct buffer log = BUFFER_INIT(OPENSSH_SAID_LIMIT);
	struct error ignored = {0};
	if (tend_master(session, clock_now() + FAREWELL_MS, error) != 0)
		return -1;
	if (session->master.ended)
		return error_set(error, ERROR_UNREACHABLE, "the connection was lost: %s",
			openssh_said(session->arena, &session->errors));
	if (file_read(session->log, &log, NULL, &ignored) == 0 && log.length)
		return error_set(error, ERROR_UNREACHABLE,
			"ssh could not run a command on its connection: %s",
			openssh_said(session->arena, &log));
	return 0;
}

static int exchange(struct openssh_session *session, const char *const *words,
	const struct child_streams *streams, struct shell_result *result, struct error *error)
{
	struct child child;
	if (child_run(&child, words, streams, session->options.deadline, error) != 0)
		return -1;
	if (!child.exited)
		return error_set(
			error, ERROR_UNREACHABLE, "ssh was ended by signal %d", child.status);
	if (child.status == OWN_FAILURE && own_failure(session, error) != 0)
		return -1;
	result->exited = true;
	result->status = (uint32_t)child.status;
	return 0;
}

int openssh_session_run(void *opened, const struct shell_command *command,
	struct shell_result *result, struct error *error)
{
	struct openssh_session *session = opened;
	struct strings words = {0};
	auto_secret struct secret *line = command->key ? line_of(command->key) : NULL;
	const struct bytes input[] = {
		command->input, line ? secret_bytes(line) : (struct bytes){0}};
	const struct child_streams streams = {.input = input,
		.input_count = 2,
		.output = &result->output,
		.errors = &result->errors};
	buffer_clear(&result->output);
	buffer_clear(&result->errors);
	result->output.limit = SHELL_OUTPUT_LIMIT;
	result->errors.limit = SHELL_ERRORS_LIMIT;
	openssh_command_words(session, &words, command->line);
	unlink(session->log);
	if (exchange(session, words.items, &streams, result, error) == 0)
		return 0;
	error->code = ERROR_UNREACHABLE;
	error_context(error, "%s", session->place);
	return -1;
}
