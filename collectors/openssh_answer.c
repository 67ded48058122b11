/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"
#include "base/text.h"
#include "collectors/openssh_parts.h"
#include "collectors/secret_reference.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * ssh closes every descriptor but 0, 1 and 2 when it starts, and what it runs to ask a question
 * inherits its standard input: so the secrets wait there, in a socket from which each is taken
 * once, and are in no argument, environment or file. Each is a line, its kind in front.
 */
#define MARK "STANDBY_ANSWERS_SSH"
#define ANSWER_LIMIT 1023 /* of ssh, line end included */
#define PATH_SIZE 4096
#define PASSPHRASE 'p' /* comes first */
#define PASSWORD 'w'

static char self[PATH_SIZE];

static int read_one(struct openssh_session *session, const char *option,
	const struct secret **secret, struct error *error)
{
	const char *reference = node_option(session->node, option);
	*secret = reference ? secret_reference_read(reference, error) : NULL;
	if (!*secret)
		return reference ? -1 : 0;
	struct bytes bytes = secret_bytes(*secret);
	if (bytes.length < ANSWER_LIMIT && !memchr(bytes.data, '\n', bytes.length) &&
		!memchr(bytes.data, '\r', bytes.length) && !memchr(bytes.data, '\0', bytes.length))
		return 0;
	*secret = NULL;
	return error_set(error, ERROR_UNREACHABLE,
		"secret from %s: the ssh client takes one line of up to %d bytes; use the source "
		"\"ssh\"",
		reference, ANSWER_LIMIT - 1);
}

/* ssh would send an empty password where this program does not answer. */
static int find_self(struct error *error)
{
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	self[length > 0 ? length : 0] = '\0';
	if (access(self, X_OK) == 0)
		return 0;
	return error_set(error, ERROR_UNREACHABLE,
		"the ssh client asks this program for secrets, but its file (%s) is not there: %s",
		self, strerror(errno));
}

/* For all that is started from here on: the one on the way may be a ProxyCommand of the user. */
static void be_asked(void)
{
	setenv("SSH_ASKPASS", self, 1);
	setenv("SSH_ASKPASS_REQUIRE", "force", 1);
	setenv(MARK, "1", 1);
}

int openssh_read_answers(struct openssh_session *session, struct error *error)
{
	struct error ignored = {0};
	if (read_one(session, "passphrase-from", &session->passphrase, error) != 0 ||
		read_one(session, "password-from", &session->password, error) != 0)
		return -1;
	bool needed = session->passphrase || session->password;
	if (find_self(needed ? error : &ignored) != 0)
		return needed ? -1 : 0;
	be_asked();
	return 0;
}

void openssh_answer_pieces(const struct openssh_session *session, struct bytes *pieces)
{
	static const unsigned char kinds[] = {PASSPHRASE, PASSWORD}, line_end[] = {'\n'};
	const struct secret *const secrets[] = {session->passphrase, session->password};
	for (size_t i = 0; i < 2; i++, pieces += 3) {
		pieces[0] = (struct bytes){&kinds[i], secrets[i] ? 1 : 0};
		pieces[1] = secrets[i] ? secret_bytes(secrets[i]) : (struct bytes){0};
		pieces[2] = (struct bytes){line_end, secrets[i] ? 1 : 0};
	}
}

/* Both are ssh's own texts; whatever else it asks gets no answer. 0: something else. */
static char kind_of(const char *question)
{
	static const char password[] = "'s password: ", passphrase[] = "Enter passphrase for key '";
	size_t length = strlen(question), end = sizeof password - 1;
	if (length > end && strcmp(question + length - end, password) == 0)
		return PASSWORD;
	return strncmp(question, passphrase, sizeof passphrase - 1) == 0 ? PASSPHRASE : 0;
}

/* One byte: what follows is left for the next question. False at the end. */
static bool next(char *byte, int flags)
{
	ssize_t got;
	do
		got = recv(STDIN_FILENO, byte, 1, flags);
	while (got < 0 && errno == EINTR);
	return got == 1;
}

/* A line, with its end; its length, 0 when there is none. */
static size_t take_line(char *line, size_t size)
{
	size_t length = 0;
	while (length < size && next(line + length, 0))
		if (line[length++] == '\n')
			return length;
	return 0;
}

/* The line of this kind. A passphrase that is asked for again does not cost the password. */
static int answer(char kind)
{
	char line[ANSWER_LIMIT + 2], first = 0;
	size_t length = 0, sent = 1;
	ssize_t got;
	while (first != kind && next(&first, MSG_PEEK) && (first == kind || first == PASSPHRASE))
		length = take_line(line, sizeof line);
	bool found = first == kind && length > 1;
	while (found && sent < length &&
		(got = write(STDOUT_FILENO, line + sent, length - sent)) > 0)
		sent += (size_t)got;
	secret_wipe(line, sizeof line);
	return found && sent == length ? 0 : 1;
}

/* What has no answer ssh takes for an empty one, and a server counts that as a wrong password. */
static bool would_be_sent(const char *question)
{
	/* Hints: nothing is to be typed. Without an answer to the others no key is used. */
	return !getenv("SSH_ASKPASS_PROMPT") && !text_starts(question, "Enter passphrase for ") &&
	       !text_starts(question, "Enter PIN for ");
}

/* Whether the one that asks is an ssh: others make of no answer what they like. */
static bool is_ssh(pid_t pid)
{
	char path[64], name[8] = "";
	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	FILE *file = fopen(path, "re");
	if (file && !fgets(name, sizeof name, file))
		name[0] = '\0';
	if (file)
		fclose(file);
	return pid > 1 && strcmp(name, "ssh\n") == 0;
}

/* So that whoever asks ends before it sends that. */
static void end_asking(const char *question)
{
	pid_t parent = getppid();
	fprintf(stderr, "\"%s\" is asked, and standby has no answer to that\n", question);
	if (is_ssh(parent))
		kill(parent, SIGKILL);
}

bool openssh_answer(int argc, char **argv, int *code)
{
	if (!getenv(MARK))
		return false;
	secret_guard_process();
	char kind = argc == 2 ? kind_of(argv[1]) : 0;
	*code = kind ? answer(kind) : 1;
	if (*code != 0 && argc == 2 && would_be_sent(argv[1]))
		end_asking(argv[1]);
	return true;
}
