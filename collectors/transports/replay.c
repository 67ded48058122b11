/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "collectors/recording.h"
#include "collectors/transport.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

/* A folder with the recording of one node: what it answered then. */

struct session {
	struct arena *arena;
	const char *folder;
	const char *node;
};

static void *replay_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error)
{
	struct session *session = arena_alloc(arena, sizeof *session);
	session->arena = arena;
	session->folder = file_join(arena, options->folder, node->address);
	session->node = node->name;
	DIR *folder = opendir(session->folder);
	if (!folder) {
		error_set(error, ERROR_UNREACHABLE,
			"folder %s: %s; name a folder that --record has made for this node",
			session->folder, strerror(errno));
		return NULL;
	}
	closedir(folder);
	return session;
}

static int replay_fetch(void *opened, const struct probe *const *probes,
	struct artefacts *artefacts, struct error *error)
{
	struct session *session = opened;
	(void)probes; /* what was recorded is given whole */
	return recording_read(session->arena, session->folder, session->node, artefacts, error);
}

const struct transport transport_replay = {
	.scheme = "replay",
	.summary = "a recording of a node, made with --record",
	.open = replay_open,
	.fetch = replay_fetch,
};
