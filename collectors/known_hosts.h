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
	const char *type; /* "ssh-ed25519" */
	struct bytes key; /* the public key blob */
	const char *file; /* where it stands */
	unsigned line;
	bool revoked;
	bool authority; /* @cert-authority */
	/*
	 * The line has the name without the port although the port is not 22: as for ssh, it can
	 * confirm or revoke a key, but a different key there says nothing about this port.
	 */
	bool portless;
};

struct known_hosts {
	struct known_host *items; /* those that match the host, in file order */
	size_t count, capacity;
};

/*
 * Adds what a file says of this host and port. A file that does not exist says nothing; a line that
 * cannot be read is passed over, as OpenSSH does; other trouble is an error.
 *
 * A file is read when it is first asked for, once in a process and those forked from it, so that
 * all nodes of a run are judged by the same lines. known_hosts_load reads it in advance.
 */
int known_hosts_read(struct arena *arena, const char *file, const char *host, unsigned port,
	struct known_hosts *hosts, struct error *error);
int known_hosts_load(const char *file, struct error *error);

/* The same of a file's content; `file` is for messages. */
void known_hosts_take(struct arena *arena, const char *file, struct bytes content, const char *host,
	unsigned port, struct known_hosts *hosts);

enum host_key_verdict {
	HOST_KEY_KNOWN,
	HOST_KEY_UNKNOWN, /* no line of this host names a key of it */
	HOST_KEY_CHANGED, /* only other keys stand there, of this type or another */
	HOST_KEY_REVOKED,
};
/* `because`, if not NULL, gets the line that decided: the key itself, the revoked one or, of a
 * changed key, the one expected (of this type, if there is one); NULL when unknown. */
enum host_key_verdict known_hosts_judge(const struct known_hosts *hosts, const char *type,
	struct bytes key, const struct known_host **because);

/*
 * What split files share. known_hosts_match: whether the first field of a line names this host, in
 * lower case, "[host]:port" unless the port is 22.
 */
bool known_hosts_match(struct bytes names, const char *host);
/* Base64 to bytes in the arena; false when it is none. */
bool known_hosts_decode(struct arena *arena, struct bytes text, struct bytes *out);

/* "SHA256:..." as ssh prints it. */
char *host_key_fingerprint(struct arena *arena, struct bytes key);

#endif
