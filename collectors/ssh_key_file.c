/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "base/secret.h"
#include "collectors/known_hosts.h"
#include "collectors/ssh_parts.h"
#include "collectors/ssh_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Only the head of the file is read: in OpenSSH's format (PROTOCOL.key of its sources) cipher and
 * public key stand there in the clear, and the private part begins later.
 */
#define HEAD_LENGTH 512
#define FIELDS_LENGTH 180 /* base64: as much as cipher, kdf, salt and type take at most */

static const char marker[] = "-----BEGIN ";
static const char magic[] = "openssh-key-v1"; /* its NUL counts */

bool ssh_key_type_is_rsa(const char *type)
{
	return strcmp(type, "ssh-rsa") == 0;
}

bool ssh_key_type_supported(const char *type)
{
	return !strstr(type, "-cert-") && strncmp(type, "sk-", 3) != 0;
}

static void read_fields(struct bytes body, struct ssh_key_file *key)
{
	struct bytes skipped, type;
	if (body.length < sizeof magic || memcmp(body.data, magic, sizeof magic) != 0)
		return;
	struct bytes rest = {body.data + sizeof magic, body.length - sizeof magic};
	for (int i = 0; i < 3; i++) /* cipher, kdf, salt */
		if (!ssh_read_string(&rest, &skipped))
			return;
	/* The number of keys, then the length of the public key, which begins with its type. */
	if (rest.length < 8)
		return;
	rest = (struct bytes){rest.data + 8, rest.length - 8};
	if (ssh_read_string(&rest, &type) && type.length < sizeof key->type)
		memcpy(key->type, type.data, type.length);
}

static void read_openssh(const char *text, struct ssh_key_file *key)
{
	auto_arena struct arena *arena = arena_new();
	char joined[FIELDS_LENGTH];
	size_t length = 0;
	struct bytes body;
	for (; *text && *text != '-' && length < sizeof joined; text++) {
		if (*text > ' ')
			joined[length++] = *text;
	}
	struct bytes base64 = {(const unsigned char *)joined, length - length % 4};
	if (known_hosts_decode(arena, base64, &body)) {
		read_fields(body, key);
		secret_wipe((void *)(uintptr_t)body.data, body.length);
	}
	secret_wipe(joined, sizeof joined);
}

static void read_head(const char *head, struct ssh_key_file *key)
{
	const char *label = strstr(head, marker) + strlen(marker);
	const char *body = strchr(label, '\n');
	if (!body)
		return;
	if (strncmp(label, "OPENSSH ", 8) == 0)
		read_openssh(body, key);
	else if (strncmp(label, "RSA ", 4) == 0)
		snprintf(key->type, sizeof key->type, "ssh-rsa");
}

int ssh_key_file_read(const char *path, struct ssh_key_file *key, struct error *error)
{
	char head[HEAD_LENGTH + 1] = {0};
	struct stat info;
	*key = (struct ssh_key_file){0};
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &info) != 0)
		return error_set(error, ERROR_INPUT, "private key %s: %s", path, strerror(errno));
	ssize_t got = S_ISREG(info.st_mode) ? read(fd, head, HEAD_LENGTH) : 0;
	bool is_key = got > 0 && strstr(head, marker) &&
		      strstr(head, "PRIVATE "
				   "KEY-----");
	if (is_key)
		read_head(head, key);
	secret_wipe(head, sizeof head);
	if (!is_key)
		return error_set(error, ERROR_INPUT,
			"private key %s: holds no private key in PEM or OpenSSH format", path);
	return 0;
}
