/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/openssh_parts.h"

#include "base/text.h"

#include <string.h>

#define SAID_LENGTH 300

const char *openssh_said(struct arena *arena, const struct buffer *errors)
{
	auto_buffer struct buffer joined = BUFFER_INIT(SAID_LENGTH);
	struct text_lines lines = {.rest = {errors->data ? errors->data : "", errors->length}};
	while (text_next_line(&lines)) {
		if (lines.line.length == 0 || *lines.line.data == '@')
			continue;
		const char *line = text_escape(arena, lines.line);
		if (joined.length)
			(void)buffer_text(&joined, " / ");
		size_t room = joined.limit - joined.length;
		(void)buffer_append(&joined, line, strnlen(line, room));
	}
	if (joined.length == 0)
		return "it did not say why (\"ssh -v\" may tell)";
	/* The cut may have gone through a character. */
	return text_escape(arena, (struct text){joined.data, joined.length});
}

static bool holds(const struct buffer *errors, const char *words)
{
	return errors->length && strstr(errors->data, words);
}

/* The word that begins so, or NULL. */
static const char *word_from(struct arena *arena, const struct buffer *errors, const char *start)
{
	const char *word = holds(errors, start) ? strstr(errors->data, start) : NULL;
	if (!word)
		return NULL;
	size_t length = strcspn(word, "\r\n");
	while (length && word[length - 1] == '.')
		length--;
	return text_escape(arena, (struct text){word, length < 200 ? length : 200});
}

/*
 * Asks again, for what ssh says only when it talks more. It checks the host's key as before, and
 * offers no credential.
 */
static int ask_again(struct openssh_session *session, const char *level, struct buffer *errors)
{
	auto_buffer struct buffer output = BUFFER_INIT(0);
	const struct child_streams streams = {.output = &output, .errors = errors};
	const char *const options[] = {level, "PreferredAuthentications=none", NULL};
	struct strings words = {0};
	struct child child;
	struct error ignored = {0};
	session->answers = false; /* should the key be the right one now, this is still no login */
	if (openssh_master_words(session, &words, options, &ignored) != 0)
		return -1;
	return child_run(&child, words.items, &streams, session->options.deadline, &ignored);
}

/* NULL: ssh does not say it. */
static const char *sent_key(struct openssh_session *session)
{
	static const char mark[] = "Server host key: ";
	auto_buffer struct buffer errors = BUFFER_INIT(4 * OPENSSH_SAID_LIMIT);
	if (ask_again(session, "LogLevel=DEBUG1", &errors) != 0)
		return NULL;
	const char *key = word_from(session->arena, &errors, mark);
	return key ? key + strlen(mark) : NULL;
}

int openssh_fell_silent(struct openssh_session *session, struct error *error)
{
	auto_buffer struct buffer errors = BUFFER_INIT(OPENSSH_SAID_LIMIT);
	if (ask_again(session, "LogLevel=INFO", &errors) != 0)
		buffer_clear(&errors);
	return error_set(
		error, ERROR_UNREACHABLE, "ssh: %s", openssh_said(session->arena, &errors));
}

static int refuse_host_key(struct openssh_session *session, struct error *error)
{
	struct arena *arena = session->arena;
	const struct buffer *errors = &session->errors;
	const char *sent = word_from(arena, errors, "SHA256:");
	const char *offending = word_from(arena, errors, "Offending ");
	if (holds(errors, "HAS CHANGED") && sent && offending)
		return error_set(error, ERROR_UNREACHABLE,
			"host key verification failed: the server sent %s, and that is not the one "
			"expected (%s); if the host was set up anew, compare the fingerprint at "
			"its "
			"console, then replace that line, else somebody may be in between",
			sent, offending);
	if (holds(errors, "is marked as revoked"))
		return error_set(error, ERROR_UNREACHABLE,
			"%s; nothing is sent to this server: give it a new host key",
			openssh_said(arena, errors));
	sent = sent_key(session);
	return error_set(error, ERROR_UNREACHABLE,
		"%s%s%s; compare with the host's key at its console (ssh-keygen -lf on the .pub "
		"file "
		"in its SSH folder), and put it into known_hosts only if it is the same",
		openssh_said(arena, errors), sent ? "; the server sent " : "", sent ? sent : "");
}

static const char *later(const char *text, const char *words)
{
	const char *last = NULL;
	while (text && (text = strstr(text, words)))
		last = text++;
	return last;
}

static const char *last_refusal(const struct openssh_session *session)
{
	const char *text = session->errors.length ? session->errors.data : "";
	const char *denied = later(text, "Permission denied (");
	const char *many = later(text, "Too many authentication failures");
	return denied > many ? denied : many;
}

static const char *hint(const struct openssh_session *session)
{
	const char *last = last_refusal(session);
	if (session->password && last && !strstr(last, "password"))
		return "; the server takes no password in this way: if it asks questions "
		       "(keyboard-interactive), use the source \"ssh\"";
	return session->password ? "; it used keys, agent, tickets and the password"
				 : "; it used keys, agent and tickets only";
}

bool openssh_refused(const struct openssh_session *session)
{
	return last_refusal(session) != NULL;
}

const char *openssh_refused_on_the_way(const struct openssh_session *session)
{
	const char *last = last_refusal(session);
	if (!last)
		return NULL;
	const char *rest = last + strcspn(last, "\r\n");
	if (rest[strspn(rest, "\r\n")] == '\0')
		return NULL;
	/* "USER@HOST: Permission denied" */
	const char *start = last, *at = NULL;
	while (start > session->errors.data && start[-1] != '\n')
		start--;
	for (const char *text = start; text < last; text++)
		if (*text == '@')
			at = text;
	return at ? arena_text_n(session->arena, start, (size_t)(at - start)) : "";
}

int openssh_failed(struct openssh_session *session, struct error *error)
{
	if (holds(&session->errors, "Host key verification failed") ||
		holds(&session->errors, "HAS CHANGED"))
		return refuse_host_key(session, error);
	const char *text = openssh_said(session->arena, &session->errors);
	const char *prefix = strncmp(text, "ssh: ", 5) == 0 ? "" : "ssh: ";
	if (openssh_refused_on_the_way(session))
		return error_set(error, ERROR_UNREACHABLE,
			"a host on the way (ProxyJump) refused the login, the node itself was not "
			"asked: %s%s; mend the account at that host: it gets keys, agent and "
			"tickets only",
			prefix, text);
	return error_set(error, ERROR_UNREACHABLE, "%s%s%s", prefix, text,
		openssh_refused(session) ? hint(session) : "");
}
