/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_OPENSSH_SESSION_H
#define COLLECTORS_OPENSSH_SESSION_H

#include "collectors/shell.h"
#include "collectors/transport.h"

/*
 * A connection to a node's SSH server by the system's ssh client with the user's configuration:
 * ProxyJump, GSSAPI, certificates, hardware keys, RSA keys. One client holds the connection
 * (ControlMaster) as a child of this process, and one more for each command goes through its
 * socket, which lies in a folder of its own in $XDG_RUNTIME_DIR or /tmp until the session is
 * closed. There, too, goes what these say themselves (-E), so that it is told from what the command
 * says.
 *
 * Host keys are checked by ssh: with the node's "known-hosts", else options->known_hosts, else as
 * its configuration has it. Nothing is ever asked and no password is given: it logs in with the
 * node's "identity-file", or with whatever keys, agent and tickets ssh finds. That goes through the
 * breaker, without which nothing is authenticated; as long as the account is not known to work, the
 * node is first reached without any credential, which is a connection of its own.
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

#endif
