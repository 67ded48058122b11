/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SSH_SESSION_H
#define COLLECTORS_SSH_SESSION_H

#include "collectors/shell.h"
#include "collectors/transport.h"

/*
 * A connection to a node's SSH server by libssh2, logged in. Everything waits at most until
 * options->deadline, and the error says what it was waiting for.
 *
 * The host key is judged by known_hosts (collectors/known_hosts.h): the node's option
 * "known-hosts", else options->known_hosts, else the user's and the system's files. Only the key
 * types that these name for the host are asked for; nothing is sent before the key is known.
 * SHA-1, MD5, CBC and RC4 are switched off.
 *
 * Logs in with the node's "identity-file" (its passphrase from "passphrase-from"); without one with
 * the keys of the agent ($SSH_AUTH_SOCK), then ~/.ssh/id_ed25519, id_ecdsa, id_rsa; then with the
 * password from "password-from", which is sent once. At most five keys are offered. A server that
 * wants two steps (AuthenticationMethods) gets them. The login goes through the breaker, without
 * which nothing is authenticated. libssh2's copies of a password are wiped, but not locked in
 * memory.
 *
 * What libssh2 1.10 cannot do is said with the advice to use the source "openssh": RSA keys with
 * SHA-2, encrypt-then-MAC, certificates, hardware keys, ssh_config.
 */
struct ssh_session;

/* All that is given out lives in the arena. NULL on error: ERROR_UNREACHABLE. */
struct ssh_session *ssh_session_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error);

/*
 * struct shell's run. No terminal is asked for. libssh2 does not tell a missing exit code from 0:
 * `exited` is false only after a signal.
 */
int ssh_session_run(void *session, const struct shell_command *command, struct shell_result *result,
	struct error *error);

/*
 * Makes ready what every session needs, and the keys that this node may be offered: they are read
 * and decrypted once. Processes forked later inherit all that.
 */
void ssh_session_prepare(const struct node *node, const struct transport_options *options);

void ssh_session_close(struct ssh_session *session); /* NULL is allowed; at most a second */

#endif
