/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/ssh_choice.h"

#include "base/file.h"
#include "collectors/ssh_parts.h"

#include <string.h>
#include <unistd.h>

#define PUBLIC_KEY_LIMIT ((size_t)64 << 10)

const char *const ssh_choice_usual_keys[] = {"~/.ssh/id_ed25519", "~/.ssh/id_ecdsa",
	"~/.ssh/id_rsa", "~/.ssh/id_ed25519_sk", "~/.ssh/id_ecdsa_sk", "~/.ssh/id_dsa",
	"~/.ssh/id_xmss", NULL};
const char *const ssh_choice_usual_known_hosts[] = {"~/.ssh/known_hosts", "~/.ssh/known_hosts2",
	"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2", NULL};

static struct ssh_choice openssh(const char *why)
{
	return (struct ssh_choice){.openssh = true, .why = why};
}

static struct ssh_choice libssh2(const char *why)
{
	return (struct ssh_choice){.why = why};
}

/* --- what "ssh -G" says ------------------------------------------------------------------------
 */

/* What libssh2 cannot do or the other transport does not look at. "none" is as good as nothing. */
static const struct wish {
	const char *key;
	const char *word;
} wishes[] = {
	{"proxyjump", "ProxyJump"},
	{"proxycommand", "ProxyCommand"},
	{"certificatefile", "CertificateFile"},
	{"pkcs11provider", "PKCS11Provider"},
	{"identityagent", "IdentityAgent"},
	{"hostkeyalias", "HostKeyAlias"},
	{"knownhostscommand", "KnownHostsCommand"},
	{"revokedhostkeys", "RevokedHostKeys"},
	{"bindaddress", "BindAddress"},
	{"bindinterface", "BindInterface"},
};

/* The value of a line with this key, or NULL. */
static const char *value_of(struct arena *arena, struct text line, const char *key)
{
	size_t length = strlen(key);
	if (line.length <= length || line.data[length] != ' ' ||
		memcmp(line.data, key, length) != 0)
		return NULL;
	return arena_text_n(arena, line.data + length + 1, line.length - length - 1);
}

static const char *first_word(struct arena *arena, struct text config, const char *key)
{
	struct text_lines lines = {.rest = config};
	const char *value = NULL;
	while (!value && text_next_line(&lines))
		value = value_of(arena, lines.line, key);
	return value;
}

static const char *first_value(struct arena *arena, struct text config, const char *key)
{
	const char *value = first_word(arena, config, key);
	return value && strcmp(value, "none") != 0 ? value : NULL;
}

static const char *wish_of(struct arena *arena, struct text config)
{
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		if (first_value(arena, config, wishes[i].key))
			return arena_format(
				arena, "ssh_config has %s for this host", wishes[i].word);
	}
	return NULL;
}

static const char *other_address(
	struct arena *arena, const struct ssh_address *address, struct text config)
{
	const char *host = first_value(arena, config, "hostname");
	const char *user = first_value(arena, config, "user");
	const char *port = first_value(arena, config, "port");
	if (host && !text_same(host, address->host))
		return "ssh_config has another HostName for this host";
	if (user && strcmp(user, address->user) != 0)
		return "ssh_config has another User for this host";
	if (port && strcmp(port, arena_format(arena, "%u", address->port)) != 0)
		return "ssh_config has another Port for this host";
	return NULL;
}

/* Whether each path of a list is one of the usual ones, written with "~" or in full. */
static bool only_usual(struct arena *arena, const char *list, const char *const *usual)
{
	while (*list) {
		size_t length = strcspn(list, " ");
		const char *path = ssh_path(arena, NULL, arena_text_n(arena, list, length));
		bool found = false;
		for (size_t i = 0; usual[i] && !found; i++)
			found = strcmp(path, ssh_path(arena, NULL, usual[i])) == 0;
		if (!found)
			return false;
		list += length;
		list += *list == ' ';
	}
	return true;
}

static bool own_keys(struct arena *arena, struct text config)
{
	struct text_lines lines = {.rest = config};
	while (text_next_line(&lines)) {
		const char *path = value_of(arena, lines.line, "identityfile");
		if (path && strcmp(path, "none") != 0 &&
			!only_usual(arena, path, ssh_choice_usual_keys))
			return true;
	}
	return false;
}

/* Of host keys: others may be known or revoked there, and where there is "none", none is known. */
static const char *other_known_hosts(struct arena *arena, struct text config)
{
	static const struct wish files[] = {{"userknownhostsfile", "UserKnownHostsFile"},
		{"globalknownhostsfile", "GlobalKnownHostsFile"}};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const char *list = first_word(arena, config, files[i].key);
		if (list && !only_usual(arena, list, ssh_choice_usual_known_hosts))
			return arena_format(
				arena, "ssh_config has another %s for this host", files[i].word);
	}
	return NULL;
}

static const char *wanted_by_config(
	struct arena *arena, const struct ssh_choice_question *question, struct text config)
{
	const char *why = wish_of(arena, config);
	if (!why)
		why = other_address(arena, &question->address, config);
	if (!why && !question->own_known_hosts)
		why = other_known_hosts(arena, config);
	if (why)
		return why;
	if (!question->identity_file && own_keys(arena, config))
		return "ssh_config has an IdentityFile for this host";
	return NULL;
}

/* --- keys --------------------------------------------------------------------------------------
 */

/* The type of a key: from the public file beside it, else from its own head; "" if unknown. */
static const char *type_of(struct arena *arena, const char *path)
{
	auto_buffer struct buffer content = BUFFER_INIT(PUBLIC_KEY_LIMIT);
	struct ssh_key_file key;
	struct error ignored = {0};
	if (file_read(arena_format(arena, "%s.pub", path), &content, NULL, &ignored) == 0 &&
		content.length)
		return arena_text_n(arena, content.data, strcspn(content.data, " \t\r\n"));
	ignored = (struct error){0};
	if (ssh_key_file_read(path, &key, &ignored) != 0)
		return "";
	return arena_text(arena, key.type);
}

/* Why libssh2 cannot use a key, or NULL. */
static const char *unfit(struct arena *arena, const char *path, bool rsa)
{
	const char *type = type_of(arena, path);
	if (access(arena_format(arena, "%s-cert.pub", path), F_OK) == 0)
		return "a certificate lies beside the key";
	if (strncmp(type, "sk-", 3) == 0)
		return "the key is in a security key";
	if (ssh_key_type_is_rsa(type) && !rsa)
		return "libssh2 signs with RSA keys by SHA-1 only";
	return ssh_key_type_supported(type) ? NULL : "libssh2 cannot use this type of key";
}

bool ssh_choice_has_means(
	struct arena *arena, const struct ssh_choice_question *question, const char **why)
{
	*why = NULL;
	if (question->identity_file) {
		*why = unfit(arena, question->identity_file, question->rsa);
		return !*why || question->other_means;
	}
	bool means = question->other_means;
	for (size_t i = 0; question->usual[i] && !means; i++) {
		const char *against = unfit(arena, question->usual[i], question->rsa);
		means = !against;
		if (!*why)
			*why = against;
	}
	return means;
}

/* --- the host's keys ---------------------------------------------------------------------------
 */

static const char *unfit_host_keys(const struct ssh_choice_question *question)
{
	const char *why = NULL;
	for (size_t i = 0; question->known_hosts && i < question->known_hosts->count; i++) {
		const struct known_host *host = &question->known_hosts->items[i];
		bool rsa = strcmp(host->type, "ssh-rsa") == 0;
		if (host->revoked)
			continue;
		if (host->authority)
			why = "known_hosts knows this host by @cert-authority only";
		else if (rsa && !question->rsa)
			why = why ? why : "known_hosts knows this host by ssh-rsa only";
		else
			return NULL;
	}
	return why;
}

struct ssh_choice ssh_choice_of(
	struct arena *arena, const struct ssh_choice_question *question, struct text config)
{
	const char *key;
	const char *why = wanted_by_config(arena, question, config);
	if (why)
		return openssh(why);
	bool means = ssh_choice_has_means(arena, question, &key);
	if (key && !means)
		return openssh(key);
	why = unfit_host_keys(question);
	if (why)
		return openssh(why);
	const char *gssapi = first_value(arena, config, "gssapiauthentication");
	if (!means && gssapi && strcmp(gssapi, "yes") == 0)
		return openssh("there is no key, agent or password, and ssh_config has "
			       "GSSAPIAuthentication");
	return libssh2(config.length ? "ssh_config asks nothing of this host that libssh2 cannot do"
				     : "ssh_config holds nothing but defaults");
}
