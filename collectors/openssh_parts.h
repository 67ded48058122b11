/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_OPENSSH_PARTS_H
#define COLLECTORS_OPENSSH_PARTS_H

#include "collectors/child.h"
#include "collectors/openssh_session.h"

/* What the files behind openssh_session.h share. */
#define OPENSSH_SAID_LIMIT ((size_t)64 << 10)

struct openssh_session {
	struct arena *arena;
	const struct node *node;
	struct transport_options options;
	struct strings target; /* -p PORT -- USER@HOST, and NULL */
	const char *place;     /* the last of them, in front of messages */
	const char *folder;    /* private; NULL: none */
	const char *socket, *log, *config;
	struct child master;
	struct buffer output, errors; /* its own */
};

/*
 * The configuration that ssh gets: what we insist on, then the user's and the system's. As a file
 * it also holds for the clients that ProxyJump starts; these would send empty passwords otherwise,
 * and learn host keys by themselves.
 */
int openssh_write_config(struct openssh_session *session, struct error *error);
/*
 * The arguments, ended by NULL, of the client that holds the connection; "-o" OPTION in front of
 * the others.
 */
int openssh_master_words(struct openssh_session *session, struct strings *words, const char *option,
	struct error *error);
/* And of one that runs a command. */
void openssh_command_words(
	struct openssh_session *session, struct strings *words, const char *line);

/* What ssh said, on one line, printable and short. */
const char *openssh_said(struct arena *arena, const struct buffer *errors);
/* Whether no credential was accepted. */
bool openssh_refused(const struct openssh_session *session);
/* Whether that was said by another ssh on the way, of ProxyJump: this one then says more. */
bool openssh_refused_on_the_way(const struct openssh_session *session);
/* An error from what the client that holds the connection said before it ended. */
int openssh_failed(struct openssh_session *session, struct error *error);

#endif
