/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/openssh_session.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "collectors/openssh_parts.h"
#include "collectors/ssh_choice.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define OWN_FAILURE 255 /* ssh's exit code for itself; also a command's */
#define FAREWELL_MS 200 /* between the end of a command and of its connection */
#define ROUND_MS 50
#define LONGEST_PAUSE_MS 320

/* --- the connection ----------------------------------------------------------------------------
 */

static int tend_master(struct openssh_session *session, int64_t until, struct error *error)
{
	struct bytes input[OPENSSH_PIECES];
	const struct child_streams streams = {.input = input,
		.input_count = session->answers ? OPENSSH_PIECES : 0,
		.output = &session->output,
		.errors = &session->errors};
	openssh_answer_pieces(session, input);
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

static int start(struct openssh_session *session, const char *option, struct error *error)
{
	struct strings words = {0};
	buffer_clear(&session->output);
	buffer_clear(&session->errors);
	const char *const options[] = {option, NULL};
	if (openssh_master_words(session, &words, options, error) != 0)
		return -1;
	if (child_start(&session->master, words.items, error) != 0)
		return -1;
	return await_login(session, error);
}

/* --- the breaker ------------------------------------------------------------------------------ */

static struct breaker_attempt attempt_at_node(struct openssh_session *session)
{
	const char *file = node_option(session->node, "identity-file");
	const char *password = node_option(session->node, "password-from");
	return (struct breaker_attempt){.account = breaker_account(session->arena, session->user),
		.credentials = arena_format(session->arena, "ssh with %s and %s",
			file ? file : "what it finds", password ? password : "no password"),
		.node = session->node->name};
}

static struct breaker_attempt attempt_on_the_way(
	struct openssh_session *session, const char *account)
{
	return (struct breaker_attempt){.account = account,
		.credentials = "ssh on the way",
		.node = arena_format(
			session->arena, "a host on the way to %s", session->node->name)};
}

/* What a host on the way refused, the other nodes need not try; "": ssh did not say who it was. */
static void trip(struct openssh_session *session, const char *user)
{
	struct breaker *breaker = session->options.breaker;
	struct strings accounts = session->jumps;
	if (*user || accounts.count == 0) {
		accounts = (struct strings){0};
		strings_add(session->arena, &accounts,
			breaker_account(session->arena, *user ? user : session->user));
	}
	for (size_t i = 0; i < accounts.count; i++) {
		struct breaker_attempt attempt = attempt_on_the_way(session, accounts.items[i]);
		breaker_leave(breaker, &attempt, BREAKER_REFUSED);
	}
}

static bool jumps_are_known(struct openssh_session *session)
{
	bool known = true;
	for (size_t i = 0; i < session->jumps.count && known; i++) {
		struct breaker_attempt attempt =
			attempt_on_the_way(session, session->jumps.items[i]);
		known = breaker_known(session->options.breaker, &attempt) == BREAKER_ACCEPTED;
	}
	return known;
}

/* The first `count` of them; one that is left cannot wait for another run's. */
static void leave_jumps(struct openssh_session *session, size_t count, enum breaker_outcome outcome)
{
	for (size_t i = 0; i < count; i++) {
		struct breaker_attempt attempt =
			attempt_on_the_way(session, session->jumps.items[i]);
		breaker_leave(session->options.breaker, &attempt, outcome);
	}
}

/* All of them, in the order of their names: so no two nodes wait for each other. */
static int enter_jumps(struct openssh_session *session, int64_t *until, struct error *error)
{
	struct strings *jumps = &session->jumps;
	*until = session->options.deadline;
	for (size_t i = 0; i < jumps->count; i++) {
		struct breaker_attempt attempt = attempt_on_the_way(session, jumps->items[i]);
		if (breaker_enter(session->options.breaker, &attempt, session->options.deadline,
			    error) != 0) {
			leave_jumps(session, i, BREAKER_NOT_TRIED);
			return -1;
		}
		if (attempt.holds)
			*until = breaker_attempt_deadline(&attempt, session->options.deadline);
	}
	return 0;
}

/*
 * Connects and checks the host's key, but offers the node no credential: others that wait for the
 * outcome of the account must not wait for a node that is dead. `done`: the server wanted none.
 */
static int knock(struct openssh_session *session, bool *done, struct error *error)
{
	struct error ended = {0};
	*done = start(session, "PreferredAuthentications=none", &ended) == 0;
	if (*done)
		return 0;
	bool silent = session->master.exited && session->master.status == OWN_FAILURE &&
		      session->errors.length == 0;
	child_end(&session->master);
	if (silent)
		return openssh_fell_silent(session, error);
	const char *on_the_way = openssh_refused_on_the_way(session);
	if (on_the_way)
		trip(session, on_the_way);
	if (openssh_refused(session) && !on_the_way)
		return 0;
	return error_set(error, ended.code, "%s", ended.text);
}

/* When the node's server has spoken, the hosts on the way have let us pass. */
static int reach(struct openssh_session *session, bool *done, struct error *error)
{
	int64_t deadline = session->options.deadline, until;
	if (enter_jumps(session, &until, error) != 0)
		return -1;
	session->options.deadline = until;
	int result = knock(session, done, error);
	session->options.deadline = deadline;
	leave_jumps(
		session, session->jumps.count, result == 0 ? BREAKER_ACCEPTED : BREAKER_NOT_TRIED);
	return result;
}

static int unanswered(int64_t begun, struct error *error)
{
	*error = (struct error){0};
	return error_set(error, ERROR_UNREACHABLE,
		"no answer to the password within %lld s; that counts as refused, so that the "
		"account is not locked",
		(long long)(clock_now() - begun + 500) / 1000);
}

/* Everything but an answer to a password that may be on its way is an outcome of ssh's own. */
static enum breaker_outcome judge(struct openssh_session *session, int result)
{
	if (result == 0)
		return BREAKER_ACCEPTED;
	const char *on_the_way = openssh_refused_on_the_way(session);
	if (on_the_way) {
		trip(session, on_the_way);
		return BREAKER_NOT_TRIED;
	}
	return session->password || openssh_refused(session) ? BREAKER_REFUSED : BREAKER_NOT_TRIED;
}

static int offer(
	struct openssh_session *session, struct breaker_attempt *attempt, struct error *error)
{
	struct breaker *breaker = session->options.breaker;
	int64_t deadline = session->options.deadline, begun = clock_now();
	if (breaker_enter(breaker, attempt, deadline, error) != 0)
		return -1;
	session->options.deadline = breaker_attempt_deadline(attempt, deadline);
	session->answers = session->password || session->passphrase;
	if (session->password)
		breaker_sends_password(breaker, attempt);
	int result = start(session, "LogLevel=ERROR", error);
	bool late = result != 0 && clock_left(session->options.deadline) == 0;
	session->options.deadline = deadline;
	session->answers = false;
	breaker_leave(breaker, attempt, judge(session, result));
	return late && session->password ? unanswered(begun, error) : result;
}

static int log_in(struct openssh_session *session, struct error *error)
{
	bool done = false;
	if (!session->options.breaker)
		return error_set(error, ERROR_INTERNAL, "nothing is authenticated in this run");
	if (openssh_read_answers(session, error) != 0)
		return -1;
	openssh_find_accounts(session);
	struct breaker_attempt attempt = attempt_at_node(session);
	enum breaker_outcome known = breaker_known(session->options.breaker, &attempt);
	bool direct = known == BREAKER_ACCEPTED && !session->password && jumps_are_known(session);
	/* Of a refused one "offer" says so, before anything is sent. */
	if (known != BREAKER_REFUSED && !direct && reach(session, &done, error) != 0)
		return -1;
	return done ? 0 : offer(session, &attempt, error);
}

void openssh_session_close(struct openssh_session *session)
{
	if (!session)
		return;
	child_end(&session->master);
	openssh_remove_folder(session);
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
	return openssh_make_folder(session, error) == 0 ? log_in(session, error) : -1;
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

/* Whether it was ssh that ended with 255, and not the command; `said` is what it logged. */
static int own_failure(
	struct openssh_session *session, const struct buffer *said, struct error *error)
{
	if (tend_master(session, clock_now() + FAREWELL_MS, error) != 0)
		return -1;
	if (session->master.ended)
		return error_set(error, ERROR_UNREACHABLE, "the connection was lost: %s",
			openssh_said(session->arena, &session->errors));
	if (said->length)
		return error_set(error, ERROR_UNREACHABLE,
			"ssh could not run a command on its connection: %s",
			openssh_said(session->arena, said));
	return 0;
}

/*
 * Whether the server had no session left, so that nothing was run. ssh's texts are not translated
 * (mux.c).
 */
static bool no_session(const struct child *child, const struct buffer *said)
{
	static const char words[] = "Session open refused by peer";
	return child->exited && child->status == OWN_FAILURE && said->length &&
	       memmem(said->data, said->length, words, sizeof words - 1);
}

static int attempt(struct openssh_session *session, const char *const *words,
	const struct child_streams *streams, struct child *child, struct buffer *said,
	struct error *error)
{
	struct error ignored = {0};
	unlink(session->log);
	buffer_clear(said);
	if (child_run(child, words, streams, session->options.deadline, error) != 0)
		return -1;
	if (child->exited && child->status == OWN_FAILURE &&
		file_read(session->log, said, NULL, &ignored) != 0)
		buffer_clear(said);
	return 0;
}

static int exchange(struct openssh_session *session, const char *const *words,
	const struct child_streams *streams, struct shell_result *result, struct error *error)
{
	auto_buffer struct buffer said = BUFFER_INIT(OPENSSH_SAID_LIMIT);
	struct child child;
	int done = attempt(session, words, streams, &child, &said, error);
	/* A server that allows one at a time may not have cleared away the last one yet. */
	for (int pause = 10; done == 0 && session->commands_run && no_session(&child, &said) &&
			     pause <= LONGEST_PAUSE_MS;
		pause *= 2) {
		int left = clock_left(session->options.deadline);
		(void)poll(NULL, 0, pause < left ? pause : left);
		done = attempt(session, words, streams, &child, &said, error);
	}
	if (done != 0)
		return -1;
	if (!child.exited)
		return error_set(
			error, ERROR_UNREACHABLE, "ssh was ended by signal %d", child.status);
	if (child.status == OWN_FAILURE && own_failure(session, &said, error) != 0)
		return -1;
	session->commands_run++;
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
	if (exchange(session, words.items, &streams, result, error) == 0)
		return 0;
	error->code = ERROR_UNREACHABLE;
	error_context(error, "%s", session->place);
	return -1;
}
