/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SSH_CHOICE_H
#define COLLECTORS_SSH_CHOICE_H

#include "base/text.h"
#include "collectors/known_hosts.h"
#include "collectors/ssh_address.h"
#include "collectors/transport.h"

/*
 * Whether a node with "ssh" is reached by libssh2 or by the system's ssh client: that one, where
 * something is needed that libssh2 cannot do. What the user's ssh configuration wants of the host
 * is taken from "ssh -G", which knows Include, Match and their like. That costs about 5 ms, so ssh
 * is asked only if ~/.ssh/config or /etc/ssh/ssh_config (with its ssh_config.d) hold more than
 * comments and what Debian puts there, or if there is nothing that libssh2 could log in with. These
 * files are read once in a run.
 */
struct ssh_choice {
	bool openssh;
	const char *why; /* in the arena or constant: "ssh_config has ProxyJump for this host" */
};

struct ssh_choice ssh_choose(
	struct arena *arena, const struct node *node, const struct transport_options *options);

/* Reads what all nodes share; processes forked later inherit it. */
void ssh_choice_prepare(
	struct arena *arena, const struct node *node, const struct transport_options *options);

/*
 * Whether libssh2 will log in to a node by keys of files, as far as that can be said without asking
 * ssh: true also where ssh_config wants something else.
 */
bool ssh_choice_may_use_keys(
	struct arena *arena, const struct node *node, const struct transport_options *options);

/* --- the parts, for tests --------------------------------------------------------------------- */

struct ssh_choice_question {
	struct ssh_address address;
	const char *identity_file; /* of the node, ready to be opened; or NULL */
	const char *const *usual;  /* ~/.ssh/id_*, those that are there; ended by NULL */
	bool other_means;	   /* a password or an agent */
	bool own_known_hosts;	   /* the inventory or the command line says which */
	bool rsa;		   /* libssh2 can do SHA-2 with RSA keys */
	const struct known_hosts *known_hosts; /* the lines of this host */
};

/* `config` is what "ssh -G" printed; nothing if it was not asked. */
struct ssh_choice ssh_choice_of(
	struct arena *arena, const struct ssh_choice_question *question, struct text config);

/* Whether libssh2 has something to log in with; `why` gets the reason of a key against it. */
bool ssh_choice_has_means(
	struct arena *arena, const struct ssh_choice_question *question, const char **why);

/* Where ssh and the transport by libssh2 look unless told otherwise; ended by NULL. */
extern const char *const ssh_choice_usual_keys[], *const ssh_choice_usual_known_hosts[];

/* Whether a configuration file holds more than comments and Debian's defaults. */
bool ssh_choice_is_plain(struct text config);

/* For ssh's command line: "-p PORT", if the address names one, "--" and "[USER@]HOST". */
int ssh_choice_target(
	struct arena *arena, const char *address, struct strings *arguments, struct error *error);

#endif
