/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect.h"
#include "collectors/openssh_session.h"
#include "collectors/ssh_choice.h"
#include "collectors/ssh_session.h"
#include "collectors/transport.h"

/* A node's own SSH server, by libssh2, or by the ssh client where something needs that. */

struct session {
	struct arena *arena;
	struct transport_options options;
	struct ssh_choice choice;
	struct ssh_session *ssh; /* one of the two */
	struct openssh_session *openssh;
};

static void *ssh_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error)
{
	struct session *session = arena_alloc(arena, sizeof *session);
	session->arena = arena;
	session->options = *options;
	session->choice = ssh_choose(arena, node, options);
	if (!session->choice.openssh) {
		session->ssh = ssh_session_open(arena, node, options, error);
		return session->ssh ? session : NULL;
	}
	session->openssh = openssh_session_open(arena, node, options, error);
	if (session->openssh)
		return session;
	error_context(error, "by the ssh client (%s)", session->choice.why);
	return NULL;
}

static int ssh_fetch(void *opened, const struct probe *const *probes, struct artefacts *artefacts,
	struct error *error)
{
	struct session *session = opened;
	struct shell shell = {.session = session->ssh, .run = ssh_session_run};
	if (session->openssh)
		shell = (struct shell){.session = session->openssh, .run = openssh_session_run};
	const struct dialect_scope scope = {
		.cluster = session->options.cluster,
		.probes = probes,
		.key = session->options.key,
		.recorder = session->options.recorder,
		.check_logon = session->options.check_logon,
	};
	return dialect_fetch(session->arena, &shell, &scope, artefacts, error);
}

static const char *ssh_via(void *opened)
{
	const struct session *session = opened;
	return session->openssh
		       ? arena_format(session->arena, "by the ssh client: %s", session->choice.why)
		       : NULL;
}

static void ssh_close(void *opened)
{
	struct session *session = opened;
	if (session->openssh)
		openssh_session_close(session->openssh);
	else
		ssh_session_close(session->ssh);
}

static void ssh_prepare(const struct node *node, const struct transport_options *options)
{
	auto_arena struct arena *arena = arena_new();
	ssh_session_prepare(node, options);
	openssh_session_prepare();
	ssh_choice_prepare(arena, node, options);
}

const struct transport transport_ssh = {
	.scheme = "ssh",
	.summary = "a node's SSH server, by libssh2 or the ssh client",
	.open = ssh_open,
	.fetch = ssh_fetch,
	.close = ssh_close,
	.via = ssh_via,
	.prepare = ssh_prepare,
};
