/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_KNOWN_HOSTS_H
#define COLLECTORS_KNOWN_HOSTS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>

/*
 * known_hosts as OpenSSH reads it (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): plain names, [host]:port,
 * |1|salt|hash, patterns with * ? and !, several types per host, @revoked and @cert-authority.
 * libssh2 understands less, so it is read here: which key types to ask for is known before the
 * handshake, and the verdict on the key is ours.
 */
struct known_host {
	const char *type;      /* "ssh-ed25519" */
	struct bytes key;      /* the public key blob */
	const char *file;      /* where it stands */
	unsigned line;
	bool revoked;
	bool authority;	       /* @cert-authority */
};

struct known_hosts {
	struct known_host *items; /* those that match the host, in file order */
	size_t count, capacity;
};

/* Adds what a file says of this host and port. A file that does not exist says nothing; a line that
 * cannot be read is passed over, as OpenSSH does; other trouble is an error. */
int known_hosts_read(struct arena *arena, const char *file, const char *host, unsigned port,
	struct known_hosts *hosts, struct error *error);

enum host_key_verdict {
	HOST_KEY_KNOWN,
	HOST_KEY_UNKNOWN, /* no line for this host, or none that says anything of this type */
	HOST_KEY_CHANGED, /* another key of this type, or only others, stand there */
	HOST_KEY_REVOKED,
};
enum host_key_verdict known_hosts_judge(
	const struct known_hosts *hosts, const char *type, struct bytes key);

/* "SHA256:..." as ssh prints it. */
char *host_key_fingerprint(struct arena *arena, struct bytes key);

#endif
