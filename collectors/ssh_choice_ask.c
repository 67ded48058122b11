/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/file.h"
#include "collectors/child.h"
#include "collectors/ssh_choice.h"
#include "collectors/ssh_parts.h"

#include <glob.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASKING_MS 5000 /* Match exec may run something */
#define CONFIG_LIMIT ((size_t)1 << 20)

static bool plain_line(struct text line)
{
	static const char *const defaults[] = {"include /etc/ssh/ssh_config.d/*.conf", "host *",
		"sendenv ", "hashknownhosts ", "gssapiauthentication yes", NULL};
	while (line.length && strchr(" \t", *line.data)) {
		line.data++;
		line.length--;
	}
	while (line.length && strchr(" \t\f", line.data[line.length - 1]))
		line.length--;
	if (line.length == 0 || *line.data == '#')
		return true;
	for (size_t i = 0; defaults[i]; i++) {
		size_t length = strlen(defaults[i]);
		bool open = defaults[i][length - 1] == ' ';
		if ((open ? line.length > length : line.length == length) &&
			strncasecmp(line.data, defaults[i], length) == 0)
			return true;
	}
	return false;
}

bool ssh_choice_is_plain(struct text config)
{
	struct text_lines lines = {.rest = config};
	while (text_next_line(&lines)) {
		if (!plain_line(lines.line))
			return false;
	}
	return true;
}

/* What cannot be read, ssh shall judge. */
static bool plain_file(const char *path)
{
	auto_buffer struct buffer content = BUFFER_INIT(CONFIG_LIMIT);
	struct error ignored = {0};
	if (access(path, F_OK) != 0)
		return true;
	return file_read(path, &content, NULL, &ignored) == 0 &&
	       ssh_choice_is_plain((struct text){content.data, content.length});
}

static bool find_plain(void)
{
	auto_arena struct arena *arena = arena_new();
	/* ssh goes by the account's home, not by $HOME. */
	const struct passwd *entry = getpwuid(getuid());
	glob_t found = {0};
	bool plain = plain_file("/etc/ssh/ssh_config");
	if (plain && entry)
		plain = plain_file(file_join(arena, entry->pw_dir, ".ssh/config"));
	if (plain && glob("/etc/ssh/ssh_config.d/*.conf", 0, NULL, &found) == 0) {
		for (size_t i = 0; plain && i < found.gl_pathc; i++)
			plain = plain_file(found.gl_pathv[i]);
	}
	globfree(&found);
	return plain;
}

static bool plain_files(void)
{
	static enum { UNREAD, PLAIN, RICH } files;
	if (files == UNREAD)
		files = find_plain() ? PLAIN : RICH;
	return files == PLAIN;
}

void ssh_choice_prepare(
	struct arena *arena, const struct node *node, const struct transport_options *options)
{
	const char *const *files = ssh_known_hosts_files(arena, node, options);
	for (; *files; files++)
		known_hosts_load(*files, &(struct error){0});
	plain_files();
}

static bool names_port(const char *address)
{
	const char *at = strrchr(address, '@');
	const char *host = at ? at + 1 : address;
	if (*host == '[')
		return strstr(host, "]:") != NULL;
	const char *colon = strchr(host, ':');
	return colon && !strchr(colon + 1, ':');
}

int ssh_choice_target(
	struct arena *arena, const char *address, struct strings *arguments, struct error *error)
{
	struct ssh_address read;
	if (ssh_address_read(arena, address, &read, error) != 0)
		return -1;
	if (names_port(address)) {
		strings_add(arena, arguments, "-p");
		strings_add(arena, arguments, arena_format(arena, "%u", read.port));
	}
	strings_add(arena, arguments, "--");
	strings_add(arena, arguments,
		strchr(address, '@') ? arena_format(arena, "%s@%s", read.user, read.host)
				     : read.host);
	return 0;
}

enum answer {
	ANSWERED,
	NO_CLIENT,
	NO_ANSWER,
};

/* What "ssh -G" prints for a node. */
static enum answer ask(
	struct arena *arena, const char *address, int64_t deadline, struct text *config)
{
	auto_buffer struct buffer output = BUFFER_INIT(CONFIG_LIMIT);
	auto_buffer struct buffer errors = BUFFER_INIT(0);
	const struct child_streams streams = {.output = &output, .errors = &errors};
	struct strings words = {0};
	struct child child;
	struct error problem = {0};
	int64_t soon = clock_now() + ASKING_MS;
	strings_add(arena, &words, "ssh");
	strings_add(arena, &words, "-G");
	if (ssh_choice_target(arena, address, &words, &problem) != 0)
		return NO_ANSWER;
	strings_add(arena, &words, NULL);
	if (child_run(&child, words.items, &streams, soon < deadline ? soon : deadline, &problem) !=
		0)
		return problem.code == ERROR_INTERNAL ? NO_CLIENT : NO_ANSWER;
	if (!child.exited || child.status != 0)
		return NO_ANSWER;
	*config = (struct text){
		arena_text_n(arena, output.data ? output.data : "", output.length), output.length};
	return ANSWERED;
}

/* As the transport by libssh2 reads them; trouble with them is its to report. */
static void read_known_hosts(struct arena *arena, const struct node *node,
	const struct transport_options *options, const struct ssh_address *address,
	struct known_hosts *hosts)
{
	const char *const *files = ssh_known_hosts_files(arena, node, options);
	for (; *files; files++) {
		struct error ignored = {0};
		known_hosts_read(arena, *files, address->host, address->port, hosts, &ignored);
	}
}

static const char *const *find_usual(struct arena *arena)
{
	struct strings found = {0};
	for (size_t i = 0; ssh_choice_usual_keys[i]; i++) {
		const char *path = ssh_path(arena, NULL, ssh_choice_usual_keys[i]);
		if (access(path, F_OK) == 0)
			strings_add(arena, &found, path);
	}
	strings_add(arena, &found, NULL);
	return found.items;
}

static bool has_agent(void)
{
	const char *place = getenv("SSH_AUTH_SOCK");
	return place && *place;
}

static struct ssh_choice by_libssh2(const char *why)
{
	return (struct ssh_choice){.why = why};
}

static struct ssh_choice_question question_of(
	struct arena *arena, const struct node *node, const struct transport_options *options)
{
	static const char *const none[1];
	const char *file = node_option(node, "identity-file");
	return (struct ssh_choice_question){
		.usual = file ? none : find_usual(arena),
		.rsa = libssh2_version(LIBSSH2_WITH_RSA_SHA2) != NULL,
		.identity_file = file ? ssh_path(arena, options->folder, file) : NULL,
		.other_means = node_option(node, "password-from") || (!file && has_agent()),
		.own_known_hosts = node_option(node, "known-hosts") || options->known_hosts,
	};
}

bool ssh_choice_may_use_keys(
	struct arena *arena, const struct node *node, const struct transport_options *options)
{
	const struct ssh_choice_question question = question_of(arena, node, options);
	const char *why;
	return ssh_choice_has_means(arena, &question, &why);
}

struct ssh_choice ssh_choose(
	struct arena *arena, const struct node *node, const struct transport_options *options)
{
	struct ssh_choice_question question = question_of(arena, node, options);
	struct known_hosts hosts = {0};
	struct text config = {0};
	struct error ignored = {0};
	const char *key;
	if (ssh_address_read(arena, node->address, &question.address, &ignored) != 0)
		return by_libssh2("the address cannot be read");
	read_known_hosts(arena, node, options, &question.address, &hosts);
	question.known_hosts = &hosts;
	bool asked = !plain_files() || !ssh_choice_has_means(arena, &question, &key);
	enum answer answer =
		asked ? ask(arena, node->address, options->deadline, &config) : ANSWERED;
	if (answer == NO_CLIENT)
		return by_libssh2("there is no ssh client that could say what ssh_config wants");
	/* What the configuration wants, of host keys above all, is not to be passed over. */
	if (answer == NO_ANSWER)
		return (struct ssh_choice){.openssh = true,
			.why = "\"ssh -G\" did not say what ssh_config wants for this host"};
	return ssh_choice_of(arena, &question, config);
}
