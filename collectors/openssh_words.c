/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/openssh_parts.h"

#include "base/clock.h"
#include "collectors/ssh_address.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void add(struct openssh_session *session, struct strings *words, const char *const *more)
{
	for (; *more; more++)
		strings_add(session->arena, words, *more);
}

static void add_option(struct openssh_session *session, struct strings *words, const char *option)
{
	strings_add(session->arena, words, "-o");
	strings_add(session->arena, words, option);
}

/* ssh expands % and ${} in paths; only the first can be escaped. */
static const char *path_word(struct openssh_session *session, const char *path, struct error *error)
{
	char *word = arena_alloc(session->arena, 2 * strlen(path) + 1);
	size_t length = 0;
	if (strstr(path, "${") || strpbrk(path, "\"\\\n")) {
		error_set(error, ERROR_UNREACHABLE,
			"ssh takes no path with ${, quotes or backslashes: %s", path);
		return NULL;
	}
	for (; *path; path++) {
		if (*path == '%')
			word[length++] = '%';
		word[length++] = *path;
	}
	return word;
}

/* The node's own are for the node alone; those of --known-hosts, in the file, for all on the way.
 */
static int add_known_hosts(
	struct openssh_session *session, struct strings *words, struct error *error)
{
	const char *own = node_option(session->node, "known-hosts");
	if (!own)
		return 0;
	const char *word =
		path_word(session, ssh_path(session->arena, session->options.folder, own), error);
	if (!word)
		return -1;
	add_option(session, words, arena_format(session->arena, "UserKnownHostsFile=\"%s\"", word));
	add_option(session, words, "GlobalKnownHostsFile=/dev/null");
	return 0;
}

static int add_identity(struct openssh_session *session, struct strings *words, struct error *error)
{
	const char *file = node_option(session->node, "identity-file");
	if (!file)
		return 0;
	file = path_word(session, ssh_path(session->arena, session->options.folder, file), error);
	if (!file)
		return -1;
	add_option(session, words, "IdentitiesOnly=yes");
	add(session, words, (const char *[]){"-i", file, NULL});
	return 0;
}

/* What the user's configuration may say otherwise. */
static const char firm[] =
	"BatchMode yes\nStrictHostKeyChecking yes\nUpdateHostKeys no\n"
	"NoHostAuthenticationForLocalhost no\nVerifyHostKeyDNS no\nControlPersist no\n"
	"ForwardAgent no\nForwardX11 no\nClearAllForwardings yes\n"
	"PermitLocalCommand no\nRemoteCommand none\nTunnel no\nLogLevel ERROR\n";

static int write_known_hosts(struct openssh_session *session, FILE *file, struct error *error)
{
	if (!session->options.known_hosts)
		return 0;
	const char *word = path_word(
		session, ssh_path(session->arena, NULL, session->options.known_hosts), error);
	if (!word)
		return -1;
	fprintf(file, "UserKnownHostsFile \"%s\"\nGlobalKnownHostsFile /dev/null\n", word);
	return 0;
}

int openssh_write_config(struct openssh_session *session, struct error *error)
{
	const struct passwd *entry = getpwuid(getuid());
	FILE *file = fopen(session->config, "wxe");
	int result = file ? fputs(firm, file) : EOF;
	if (file && write_known_hosts(session, file, error) != 0) {
		fclose(file);
		return -1;
	}
	/* As ssh without -F: by the account's home, not by $HOME. A file that is missing is no
	 * error. */
	if (file && entry)
		fprintf(file, "Include \"%s/.ssh/config\"\n", entry->pw_dir);
	if (file)
		fputs("Include /etc/ssh/ssh_config\n", file);
	if (file && (ferror(file) | fclose(file)) != 0)
		result = EOF;
	if (result >= 0)
		return 0;
	return error_set(error, ERROR_UNREACHABLE, "%s cannot be written: %s", session->config,
		strerror(errno));
}

/* Answers to anything but the question for the password would be sent as passwords, too. */
static void add_questions(struct openssh_session *session, struct strings *words)
{
	static const char *const none[] = {"BatchMode=yes", NULL};
	static const char *const one[] = {"BatchMode=no", "KbdInteractiveAuthentication=no",
		"NumberOfPasswordPrompts=1", NULL};
	for (const char *const *option = session->answers ? one : none; *option; option++)
		add_option(session, words, *option);
	if (session->answers)
		add_option(session, words,
			session->password ? "PasswordAuthentication=yes"
					  : "PasswordAuthentication=no");
}

int openssh_master_words(struct openssh_session *session, struct strings *words,
	const char *const *options, struct error *error)
{
	int seconds = clock_left(session->options.deadline) / 1000;
	add(session, words,
		(const char *[]){"ssh", "-F", session->config, "-T", "-M", "-N", "-S",
			session->socket, NULL});
	for (; *options; options++)
		add_option(session, words, *options);
	add_questions(session, words);
	add_option(session, words, "StrictHostKeyChecking=yes");
	add_option(session, words,
		arena_format(session->arena, "ConnectTimeout=%d", seconds > 0 ? seconds : 1));
	if (add_known_hosts(session, words, error) != 0 || add_identity(session, words, error) != 0)
		return -1;
	add(session, words, session->target.items);
	strings_add(session->arena, words, NULL);
	return 0;
}

/*
 * Without the user's configuration: what it wants of the connection the first client has done. When
 * the socket does not serve, ssh would connect anew; that must fail.
 */
void openssh_command_words(struct openssh_session *session, struct strings *words, const char *line)
{
	add(session, words,
		(const char *[]){"ssh", "-F", "none", "-T", "-S", session->socket, "-E",
			session->log, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
			"-o", "ControlMaster=no", "-o", "ProxyCommand=false", "-o",
			"LogLevel=ERROR", "--", session->place, line, NULL});
	strings_add(session->arena, words, NULL);
}
