/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/ssh_address.h"

#include "base/file.h"
#include "base/number.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PORT 22

static int mistake(const char *what, struct error *error)
{
	return error_set(
		error, ERROR_UNREACHABLE, "%s; write user@host:port, or user@[IPv6]:port", what);
}

static int read_port(const char *text, unsigned *port, struct error *error)
{
	uint64_t number;
	if (!number_read(text, strlen(text), 10, 65535, &number) || number == 0)
		return mistake("its port is none from 1 to 65535", error);
	*port = (unsigned)number;
	return 0;
}

static const char *own_user(struct arena *arena)
{
	const struct passwd *entry = getpwuid(geteuid());
	return entry ? arena_text(arena, entry->pw_name) : NULL;
}

/*
 * ssh puts host and user into the commands of ssh_config (ProxyCommand with %h, %r), which a shell
 * runs; before 9.6 it does not look at them. These are the characters that it refuses since.
 */
static bool is_harmless(const char *text, const char *refused)
{
	for (const char *at = text; *at; at++)
		if (strchr(refused, *at) || (unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	size_t length = strlen(text);
	return *text != '-' && !strstr(text, " -") && (length == 0 || text[length - 1] != '\\');
}

static int read_host(
	struct arena *arena, const char *text, struct ssh_address *address, struct error *error)
{
	const char *end, *colon;
	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return mistake("its brackets do not hold an address", error);
		colon = end[1] ? end + 1 : NULL;
	} else {
		colon = strchr(text, ':');
		/* More than one colon: an IPv6 address, and no port. */
		if (colon && strchr(colon + 1, ':'))
			colon = NULL;
		end = colon ? colon : text + strlen(text);
	}
	if (end == text)
		return mistake("it names no host", error);
	address->host = arena_text_n(arena, text, (size_t)(end - text));
	if (!is_harmless(address->host, "'`\"$\\;&<>|(){} "))
		return mistake("its host has characters that no host has", error);
	address->port = DEFAULT_PORT;
	return colon ? read_port(colon + 1, &address->port, error) : 0;
}

int ssh_address_read(
	struct arena *arena, const char *text, struct ssh_address *address, struct error *error)
{
	const char *at = strrchr(text, '@');
	if (at)
		address->user = arena_text_n(arena, text, (size_t)(at - text));
	else
		address->user = own_user(arena);
	if (!address->user || !*address->user)
		return mistake("it names no user", error);
	if (!is_harmless(address->user, "'`\";&<>|(){}"))
		return mistake(
			"its user has characters that a shell would take for its own", error);
	return read_host(arena, at ? at + 1 : text, address, error);
}

static const char *home(void)
{
	const char *folder = getenv("HOME");
	if (folder && *folder)
		return folder;
	const struct passwd *entry = getpwuid(geteuid());
	return entry ? entry->pw_dir : "/";
}

const char *ssh_path(struct arena *arena, const char *folder, const char *path)
{
	if (path[0] == '~' && path[1] == '/')
		return file_join(arena, home(), path + 2);
	return file_join(arena, folder, path);
}
