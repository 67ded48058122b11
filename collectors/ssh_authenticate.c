/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/secret.h"
#include "collectors/breaker.h"
#include "collectors/private_key_store.h"
#include "collectors/secret_reference.h"
#include "collectors/ssh_parts.h"

#include <string.h>

#define REASONS_LIMIT 300
#define STEPS_LIMIT 3 /* of one login */

struct login {
	struct ssh_session *session;
	const char *methods;	/* that the server offers, separated by commas */
	struct buffer *reasons; /* why no credential of ours did it so far */
	struct breaker_attempt attempt;
	const char *keys, *password; /* for the breaker: with what */
	int64_t deadline;	     /* the session's own, while an attempt has a shorter one */
	bool entered;		     /* the account; not left yet */
	bool entered_keys, entered_password;
	bool refused; /* something was, by the server */
	bool password_sent;
};

static bool offers(const struct login *login, const char *method)
{
	size_t length = strlen(method);
	for (const char *at = login->methods; (at = strstr(at, method)); at += length) {
		if ((at == login->methods || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	}
	return false;
}

static enum ssh_answer because(struct login *login, enum ssh_answer answer, const char *text)
{
	buffer_format(login->reasons, "%s%s", login->reasons->length ? "; " : "", text);
	return answer;
}

enum ssh_answer ssh_answer_of(struct ssh_session *session, int code, struct error *error)
{
	if (code == 0)
		return SSH_ACCEPTED;
	bool refused = code == LIBSSH2_ERROR_AUTHENTICATION_FAILED ||
		       code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED ||
		       code == LIBSSH2_ERROR_PASSWORD_EXPIRED;
	if (refused && !session->closed && !session->flooded) {
		/* It knew the key and asked for a signature: that may have been the first step. */
		session->signed_once |= code == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
		return SSH_REFUSED;
	}
	ssh_failed(session, code, error);
	return SSH_BROKEN;
}

/* --- the breaker ------------------------------------------------------------------------------ */

/*
 * One login is one attempt: the account is entered before its first credential and left when the
 * login has an outcome.
 */
static bool enter(struct login *login, const char *credentials)
{
	struct ssh_session *session = login->session;
	struct error error = {0};
	if (!login->entered)
		login->deadline = session->options.deadline;
	login->attempt.credentials = credentials;
	if (breaker_enter(session->options.breaker, &login->attempt, login->deadline, &error) !=
		0) {
		because(login, SSH_SKIPPED, error.text);
		return false;
	}
	session->options.deadline = breaker_attempt_deadline(&login->attempt, login->deadline);
	login->entered = true;
	login->entered_keys |= credentials == login->keys;
	login->entered_password |= credentials == login->password;
	return true;
}

static void leave_as(struct login *login, enum breaker_outcome outcome)
{
	struct breaker *breaker = login->session->options.breaker;
	struct breaker_attempt attempt = login->attempt;
	if (!login->entered)
		return;
	attempt.credentials = login->keys;
	if (outcome != BREAKER_ACCEPTED || login->entered_keys)
		breaker_leave(breaker, &attempt, outcome);
	attempt.credentials = login->password;
	if (outcome == BREAKER_ACCEPTED && login->entered_password)
		breaker_leave(breaker, &attempt, outcome);
	login->session->options.deadline = login->deadline;
	login->entered = false;
}

/*
 * A connection that ends with the server's word, or after a password was sent, counts as refused:
 * the server may have counted it, too.
 */
static enum ssh_answer note(struct login *login, enum ssh_answer answer)
{
	if (answer == SSH_REFUSED)
		login->refused = true;
	if (answer == SSH_BROKEN)
		login->refused = login->password_sent || login->session->farewell;
	if (answer == SSH_ACCEPTED)
		leave_as(login, BREAKER_ACCEPTED);
	return answer;
}

/* --- keys ------------------------------------------------------------------------------------- */

static enum ssh_answer explain_key(struct login *login, const char *path, const char *type)
{
	bool old = ssh_key_type_is_rsa(type) && !libssh2_version(LIBSSH2_WITH_RSA_SHA2);
	return because(login, SSH_REFUSED,
		arena_format(login->session->arena, "key %s: refused%s", path,
			old ? ": RSA keys need libssh2 1.11 or the source \"openssh\"; use ed25519"
			    : ""));
}

static enum ssh_answer try_key_file(struct login *login, const char *path, struct error *error)
{
	struct ssh_session *session = login->session;
	const char *reference = node_option(session->node, "passphrase-from");
	struct error unusable = {0};
	const struct private_key *key = private_key_store_get(path, reference, &unusable);
	if (!key)
		return because(login, SSH_SKIPPED, unusable.text);
	if (!enter(login, login->keys))
		return SSH_SKIPPED;
	enum ssh_answer answer = note(login, ssh_offer_private_key(session, key, error));
	return answer == SSH_REFUSED ? explain_key(login, path, key->type) : answer;
}

static enum ssh_answer try_agent(struct login *login, struct error *error)
{
	struct ssh_session *session = login->session;
	struct error agent_error = {0};
	if (!enter(login, login->keys))
		return SSH_SKIPPED;
	enum ssh_answer answer = note(login, ssh_agent_authenticate(session, &agent_error));
	if (answer == SSH_BROKEN)
		*error = agent_error;
	else if (answer == SSH_REFUSED)
		because(login, answer, "the agent's keys: refused");
	else if (answer == SSH_SKIPPED)
		because(login, answer, agent_error.text);
	return answer;
}

static enum ssh_answer try_usual_keys(struct login *login, struct error *error)
{
	enum ssh_answer answer = try_agent(login, error);
	const char *const *paths = ssh_usual_key_files(login->session->arena);
	for (; *paths && (answer == SSH_SKIPPED || answer == SSH_REFUSED); paths++) {
		if (login->session->keys_tried < SSH_KEYS_LIMIT)
			answer = try_key_file(login, *paths, error);
	}
	return answer;
}

static enum ssh_answer try_keys(struct login *login, struct error *error)
{
	struct ssh_session *session = login->session;
	const char *file = node_option(session->node, "identity-file");
	if (!offers(login, "publickey"))
		return file && !login->refused
			       ? because(login, SSH_SKIPPED, "the server takes no keys")
			       : SSH_SKIPPED;
	if (file)
		return try_key_file(
			login, ssh_path(session->arena, session->options.folder, file), error);
	return try_usual_keys(login, error);
}

/* --- passwords -------------------------------------------------------------------------------- */

/* The first question without echo gets the password, all others nothing. */
static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(answer_questions)
{
	(void)name, (void)name_len, (void)instruction, (void)instruction_len;
	struct ssh_session *session = *abstract;
	for (int i = 0; i < num_prompts; i++) {
		if (prompts[i].echo || !session->password) {
			session->questions++;
			continue;
		}
		struct bytes password = secret_bytes(session->password);
		/* libssh2 frees it, and so wipes it. */
		responses[i].text = ssh_memory_alloc(session, password.length + 1);
		if (!responses[i].text)
			return;
		memcpy(responses[i].text, password.data, password.length);
		responses[i].length = (unsigned)password.length;
		session->password = NULL;
	}
}

static int send_password(struct login *login, const struct secret *password)
{
	struct ssh_session *session = login->session;
	const char *user = session->address.user;
	struct bytes bytes = secret_bytes(password);
	if (offers(login, "password"))
		return libssh2_userauth_password_ex(session->libssh2, user, (unsigned)strlen(user),
			(const char *)bytes.data, (unsigned)bytes.length, NULL);
	return libssh2_userauth_keyboard_interactive_ex(
		session->libssh2, user, (unsigned)strlen(user), answer_questions);
}

/* Who reads that the time is up must know that the password is not sent again. */
static enum ssh_answer unanswered(struct login *login, int64_t sent, struct error *error)
{
	if (interrupt_name() || clock_left(login->session->options.deadline))
		return SSH_BROKEN;
	*error = (struct error){0};
	error_set(error, ERROR_UNREACHABLE,
		"no answer to the password within %lld s; that counts as refused, so that the "
		"account is not locked",
		(long long)(clock_now() - sent + 500) / 1000);
	return SSH_BROKEN;
}

static const char *why_refused(const struct ssh_session *session, int code)
{
	if (code == LIBSSH2_ERROR_PASSWORD_EXPIRED)
		return "the password has expired: set a new one at the node";
	if (session->questions && session->password)
		return "the server asked questions, but none for a password";
	if (session->questions)
		return "the password: refused, or not enough: the server asked for more (has it "
		       "expired?)";
	return "the password: refused";
}

static enum ssh_answer offer_password(
	struct login *login, const struct secret *password, struct error *error)
{
	struct ssh_session *session = login->session;
	int64_t sent = clock_now();
	int code;
	breaker_sends_password(session->options.breaker, &login->attempt);
	login->password_sent = true;
	session->password = password;
	while ((code = send_password(login, password)) == LIBSSH2_ERROR_EAGAIN) {
		if (ssh_wait(session, error) != 0)
			break;
	}
	enum ssh_answer answer = code == LIBSSH2_ERROR_EAGAIN ? unanswered(login, sent, error)
							      : ssh_answer_of(session, code, error);
	if (answer == SSH_REFUSED)
		because(login, answer, why_refused(session, code));
	session->password = NULL;
	return answer;
}

static enum ssh_answer try_password(struct login *login, struct error *error)
{
	struct ssh_session *session = login->session;
	struct error unreadable = {0};
	const char *reference = node_option(session->node, "password-from");
	if (!reference || login->password_sent)
		return SSH_SKIPPED;
	if (!offers(login, "password") && !offers(login, "keyboard-interactive"))
		return because(login, SSH_SKIPPED, "the server takes no passwords");
	const struct secret *password = secret_reference_read(reference, &unreadable);
	if (!password)
		return because(login, SSH_SKIPPED, unreadable.text);
	if (!enter(login, login->password))
		return SSH_SKIPPED;
	return note(login, offer_password(login, password, error));
}

/* --- login ------------------------------------------------------------------------------------ */

/* The methods that the server offers; NULL without an error: it wants none. */
static const char *ask_methods(struct ssh_session *session, struct error *error)
{
	const char *user = session->address.user;
	const char *methods;
	while (!(methods = libssh2_userauth_list(session->libssh2, user, (unsigned)strlen(user))) &&
		libssh2_session_last_errno(session->libssh2) == LIBSSH2_ERROR_EAGAIN) {
		if (ssh_wait(session, error) != 0)
			return NULL;
	}
	if (!methods && !libssh2_userauth_authenticated(session->libssh2))
		ssh_failed(session, libssh2_session_last_errno(session->libssh2), error);
	/* libssh2's copy does not outlive the next call. */
	return methods ? arena_text(session->arena, methods) : NULL;
}

static int say_refused(const struct login *login, struct error *error)
{
	const char *reasons = login->reasons->length ? login->reasons->data : "no credential";
	return error_set(error, ERROR_UNREACHABLE, "login as %s failed: %s (the server takes: %s)",
		login->session->address.user, reasons, login->methods);
}

static enum ssh_answer try_credentials(struct login *login, struct error *error)
{
	enum ssh_answer answer = try_keys(login, error);
	if (answer == SSH_REFUSED || answer == SSH_SKIPPED)
		answer = try_password(login, error);
	return answer;
}

/*
 * libssh2 says "refused" also of the first of two steps (AuthenticationMethods publickey,password).
 * That it was accepted shows in the methods, of which the server then wants others.
 */
static bool wants_more(struct login *login)
{
	struct ssh_session *session = login->session;
	struct error ended = {0};
	if (!session->signed_once && !login->password_sent)
		return false;
	session->signed_once = false;
	const char *methods = ask_methods(session, &ended);
	if (!methods || strcmp(methods, login->methods) == 0)
		return false;
	login->methods = methods;
	buffer_clear(login->reasons);
	because(login, SSH_REFUSED, "a first step was accepted, but the server wants another");
	return true;
}

static enum ssh_answer log_in(struct login *login, struct error *error)
{
	enum ssh_answer answer = try_credentials(login, error);
	for (int steps = 1; steps < STEPS_LIMIT; steps++) {
		if ((answer != SSH_REFUSED && answer != SSH_SKIPPED) || !wants_more(login))
			break;
		answer = try_credentials(login, error);
	}
	leave_as(login, login->refused ? BREAKER_REFUSED : BREAKER_NOT_TRIED);
	return answer;
}

/* For the breaker. Whatever keys there are, they are one credential: a login goes through all. */
static void name_credentials(struct login *login)
{
	struct ssh_session *session = login->session;
	const char *file = node_option(session->node, "identity-file");
	const char *password = node_option(session->node, "password-from");
	login->attempt.account = breaker_account(session->arena, session->address.user);
	login->attempt.node = session->node->name;
	login->keys =
		arena_format(session->arena, "libssh2 with %s", file ? file : "the usual keys");
	login->password = arena_format(session->arena, "libssh2 with the password from %s",
		password ? password : "nowhere");
}

int ssh_authenticate(struct ssh_session *session, struct error *error)
{
	auto_buffer struct buffer reasons = BUFFER_INIT(REASONS_LIMIT);
	struct login login = {.session = session, .reasons = &reasons};
	if (!session->options.breaker)
		return error_set(error, ERROR_INTERNAL, "nothing is authenticated in this run");
	login.methods = ask_methods(session, error);
	if (!login.methods)
		return error->code ? -1 : 0;
	name_credentials(&login);
	enum ssh_answer answer = log_in(&login, error);
	if (answer == SSH_ACCEPTED)
		return 0;
	return answer == SSH_BROKEN ? -1 : say_refused(&login, error);
}
