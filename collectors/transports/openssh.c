/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect.h"
#include "collectors/openssh_session.h"
#include "collectors/transport.h"

/* A node's own SSH server, reached by the system's ssh client. */

struct session {
	struct arena *arena;
	struct transport_options options;
	struct openssh_session *ssh;
};

static void *openssh_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error)
{
	struct session *session = arena_alloc(arena, sizeof *session);
	session->arena = arena;
	session->options = *options;
	session->ssh = openssh_session_open(arena, node, options, error);
	return session->ssh ? session : NULL;
}

static int openssh_fetch(void *opened, const struct probe *const *probes,
	struct artefacts *artefacts, struct error *error)
{
	struct session *session = opened;
	struct shell shell = {.session = session->ssh, .run = openssh_session_run};
	const struct dialect_scope scope = {
		.cluster = session->options.cluster,
		.probes = probes,
		.key = session->options.key,
		.recorder = session->options.recorder,
		.check_logon = session->options.check_logon,
	};
	return dialect_fetch(session->arena, &shell, &scope, artefacts, error);
}

static void openssh_close(void *opened)
{
	struct session *session = opened;
	openssh_session_close(session->ssh);
}

static void openssh_prepare(const struct node *node, const struct transport_options *options)
{
	(void)node;
	(void)options;
	openssh_session_prepare();
}

const struct transport transport_openssh = {
	.scheme = "openssh",
	.summary = "a node's SSH server, by the system's ssh client",
	.open = openssh_open,
	.fetch = openssh_fetch,
	.close = openssh_close,
	.prepare = openssh_prepare,
};
