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
	const char *user;      /* at the node, as the configuration has it */
	struct strings jumps;  /* the accounts at the hosts of ProxyJump, each once */
	const struct secret *passphrase, *password; /* NULL: none is given to ssh */
	bool answers;				    /* ssh gets them now */
	const char *folder;			    /* private; NULL: none */
	const char *socket, *log, *config;
	struct child master;
	struct buffer output, errors; /* its own */
	unsigned commands_run;	      /* to their end */
};

/*
 * The configuration that ssh gets: what we insist on, then the user's and the system's. As a file
 * it also holds for the clients that ProxyJump starts; these would send empty passwords otherwise,
 * and learn host keys by themselves.
 */
int openssh_write_config(struct openssh_session *session, struct error *error);
/*
 * The arguments, ended by NULL, of the client that holds the connection; "-o" and each of the
 * options, which NULL ends, in front of the others. With session->answers it may ask for what there
 * is, once; clients on the way never ask.
 */
int openssh_master_words(struct openssh_session *session, struct strings *words,
	const char *const *options, struct error *error);
/* And of one that runs a command. */
void openssh_command_words(
	struct openssh_session *session, struct strings *words, const char *line);

/* The folder with the configuration; remove may be called twice. */
int openssh_make_folder(struct openssh_session *session, struct error *error);
void openssh_remove_folder(struct openssh_session *session);

/* Sets user and jumps from what "ssh -G" prints; without it, from the address. */
void openssh_find_accounts(struct openssh_session *session);

/*
 * Sets passphrase and password from "passphrase-from" and "password-from"; -1: one cannot be had,
 * or ssh could not take it. From then on this program is what ssh runs for its questions
 * (openssh_answer), also that of a ProxyCommand, which BatchMode of ours does not reach.
 */
int openssh_read_answers(struct openssh_session *session, struct error *error);
/* What goes to ssh's standard input, which with -N only openssh_answer reads; OPENSSH_PIECES. */
#define OPENSSH_PIECES 6
void openssh_answer_pieces(const struct openssh_session *session, struct bytes *pieces);

/* What ssh said, on one line, printable and short. */
const char *openssh_said(struct arena *arena, const struct buffer *errors);
/* Whether no credential was accepted. */
bool openssh_refused(const struct openssh_session *session);
/*
 * Which account was refused by a host on the way (ProxyJump): that one's ssh says so, and this one
 * says more afterwards. NULL: none was; "": ssh did not say which.
 */
const char *openssh_refused_on_the_way(const struct openssh_session *session);
/*
 * An error for a client that ended without a word before it offered any credential: what it says
 * when it is asked once more.
 */
int openssh_fell_silent(struct openssh_session *session, struct error *error);
/* An error from what the client that holds the connection said before it ended. */
int openssh_failed(struct openssh_session *session, struct error *error);

#endif
