/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_OPENSSH_SESSION_H
#define COLLECTORS_OPENSSH_SESSION_H

#include "collectors/shell.h"
#include "collectors/transport.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * A connection to a node's SSH server by the system's ssh client with the user's configuration:
 * ProxyJump, GSSAPI, certificates, hardware keys, RSA keys. One client holds the connection
 * (ControlMaster) as a child of this process, and one more for each command goes through its
 * socket, which lies in a folder of its own in $XDG_RUNTIME_DIR or /tmp until the session is
 * closed. There, too, goes what these say themselves (-E), so that it is told from what the command
 * says.
 *
 * Host keys are checked by ssh: those of all hosts by options->known_hosts, the node's own by its
 * "known-hosts" if it has one; without either as the configuration has it. It logs in with the
 * node's "identity-file" and its "passphrase-from", or with whatever keys, agent and tickets ssh
 * finds; then with the password from "password-from", at the node only: hosts on the way
 * (ProxyJump, ProxyCommand) get neither. Nobody is
 * ever asked. All that goes through the breaker, without which nothing is authenticated, for the
 * account at the node and those at the hosts on the way; as long as one of them is not known to
 * work, and always when there is a password, the node is first reached without any credential of
 * its own, which is a connection of its own.
 */
struct openssh_session;

/* All that is given out lives in the arena. NULL on error: ERROR_UNREACHABLE. */
struct openssh_session *openssh_session_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error);

/*
 * struct shell's run. Exit codes have 8 bits; 255 is also what ssh gives for a command that a
 * signal ended.
 */
int openssh_session_run(void *session, const struct shell_command *command,
	struct shell_result *result, struct error *error);

void openssh_session_close(struct openssh_session *session); /* NULL is allowed; at most a second */

/*
 * Before worker processes start, so that openssh_session_clear can remove afterwards what a worker
 * that was killed has left.
 */
void openssh_session_prepare(void);
void openssh_session_clear(pid_t worker);

/*
 * For the start of main: when it is ssh that runs this program, to ask for what
 * openssh_session_open has for it. False: it is not; else `code` is how to end. An ssh that asks
 * for a password that is not there is killed: it would send an empty one, which counts as wrong.
 */
bool openssh_answer(int argc, char **argv, int *code);

#endif
