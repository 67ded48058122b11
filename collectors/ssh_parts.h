/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SSH_PARTS_H
#define COLLECTORS_SSH_PARTS_H

#include "collectors/known_hosts.h"
#include "collectors/private_key.h"
#include "collectors/ssh_address.h"
#include "collectors/ssh_session.h"

#include <libssh2.h>

/*
 * What the files behind ssh_session.h share. The steps of opening, in this order: ssh_connect,
 * ssh_host_key_prefer, ssh_handshake, ssh_host_key_check, ssh_authenticate.
 */
#define SSH_GREETING_LIMIT 16384       /* bytes before the server's banner is complete */
#define SSH_STRANGER_LIMIT (256 << 10) /* bytes before we are logged in */

enum ssh_category { /* as they stand in a KEXINIT message */
	SSH_KEX,
	SSH_HOST_KEY,
	SSH_CIPHER,
	SSH_MAC,
	SSH_CATEGORIES,
};

struct ssh_session {
	struct arena *arena;
	const struct node *node;
	struct transport_options options;
	struct ssh_address address;
	const char *place;	 /* "host port 22", in front of every message */
	const char *waiting_for; /* in the message when the deadline passes */
	int fd;			 /* -1: none */
	LIBSSH2_SESSION *libssh2;
	struct known_hosts known_hosts;
	const char *known_hosts_file; /* the first one: where a new line belongs */
	const char *wanted[SSH_CATEGORIES];
	/* What the server sent first, in the clear; read again only to explain a failure. */
	unsigned char greeting[SSH_GREETING_LIMIT];
	size_t greeting_length;
	size_t received;
	const char *farewell; /* the server's words when it disconnected, or NULL */
	bool closed;	      /* the connection was lost or closed */
	bool flooded;	      /* a limit above was passed */
	bool logged_in;
	unsigned keys_tried;
	bool signed_once;	       /* with a key that the server knew, and then refused */
	const struct secret *password; /* while questions are answered with it; NULL: it was */
	unsigned questions;	       /* that got no answer */
	unsigned commands_run;
	struct ssh_block *blocks; /* libssh2's memory */
};

int ssh_connect(struct ssh_session *session, struct error *error);
int ssh_host_key_prefer(struct ssh_session *session, struct error *error);
/* The first plain line of the host, or NULL. */
const struct known_host *ssh_host_key_expected(const struct ssh_session *session);
int ssh_handshake(struct ssh_session *session, struct error *error);
int ssh_host_key_check(struct ssh_session *session, struct error *error);
int ssh_authenticate(struct ssh_session *session, struct error *error);

/* Where the keys of this node's host are looked for, the first one first; ended by NULL. */
const char *const *ssh_known_hosts_files(
	struct arena *arena, const struct node *node, const struct transport_options *options);

/* The memory of libssh2, wiped when freed; NULL when so much cannot be meant. */
void *ssh_memory_alloc(struct ssh_session *session, size_t size);
void *ssh_memory_resize(struct ssh_session *session, void *pointer, size_t size);
void ssh_memory_free(struct ssh_session *session, void *pointer);
void ssh_memory_clear(struct ssh_session *session);

/* poll of one descriptor: the events that came; 0 when the deadline passed; -1 with errno, EINTR
 * when the run was interrupted (base/interrupt.h). */
int ssh_poll(int fd, short events, int64_t deadline);

/* An error when the deadline passed or the run was interrupted: also where there is always
 * something to do, so that who sends without end is not heard for ever. */
int ssh_in_time(struct ssh_session *session, struct error *error);
/* Waits until what libssh2 said EAGAIN about can go on; an error when the deadline passed. */
int ssh_wait(struct ssh_session *session, struct error *error);
/* An error from a libssh2 code, where nothing better can be said of it. */
int ssh_failed(struct ssh_session *session, int code, struct error *error);

/* Switches off what is weak and sets session->wanted; host keys: ssh_host_key_prefer. */
int ssh_algorithms_prefer(struct ssh_session *session, struct error *error);
/* Which category had no common algorithm, with both lists; false if that was not the reason. */
bool ssh_algorithms_explain(struct ssh_session *session, struct error *error);
/* Whether libssh2 can do a method (LIBSSH2_METHOD_*) by this name. */
bool ssh_algorithm_supported(struct ssh_session *session, int method, const char *name);
int ssh_algorithm_set(
	struct ssh_session *session, int method, const char *list, struct error *error);

/* What came of a credential. */
enum ssh_answer {
	SSH_ACCEPTED,
	SSH_REFUSED, /* by the server; another credential may be tried */
	SSH_SKIPPED, /* not offered to the server; another one may be */
	SSH_BROKEN,  /* the connection or the time is gone: error is set */
};
/* From libssh2's code. */
enum ssh_answer ssh_answer_of(struct ssh_session *session, int code, struct error *error);

#define SSH_KEYS_LIMIT 5 /* offered to a server: OpenSSH's ends the connection after six */

/* The agent's keys, one after the other. SSH_SKIPPED: there is no agent, it has no key of use, or
 * it does not answer; `error` says which. */
enum ssh_answer ssh_agent_authenticate(struct ssh_session *session, struct error *error);

/* From here on libssh2 signs with RSA keys by SHA-2: 1.11.0. */
#define LIBSSH2_WITH_RSA_SHA2 0x010b00

/* Offers a key and signs with it, if the server knows it. */
enum ssh_answer ssh_offer_private_key(
	struct ssh_session *session, const struct private_key *key, struct error *error);
/* ~/.ssh/id_*, those that are there and that are tried without being named; ended by NULL. */
const char *const *ssh_usual_key_files(struct arena *arena);
/* Reads and decrypts the keys that this node may be offered (private_key_store.h). */
void ssh_prepare_keys(const struct node *node, const struct transport_options *options);

/* What can be said of a private key file without its passphrase. */
struct ssh_key_file {
	char type[64]; /* "ssh-ed25519"; "" when that is not visible */
};
/* -1 with a text that says why the file cannot be used. */
int ssh_key_file_read(const char *path, struct ssh_key_file *key, struct error *error);
bool ssh_key_type_is_rsa(const char *type);
bool ssh_key_type_supported(const char *type); /* no certificates, no hardware keys */

#endif
