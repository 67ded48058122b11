/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/collect.h"

#include "collectors/merge.h"
#include "collectors/probe.h"
#include "collectors/transport.h"

#include <string.h>

const struct format *format_recognise(struct bytes content)
{
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		if ((*probe)->format->recognise(content))
			return (*probe)->format;
	}
	return NULL;
}

const struct format *format_suggested(const char *file_name)
{
	const char *base = strrchr(file_name, '/');
	base = base ? base + 1 : file_name;
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++) {
		if ((*probe)->format->suggests(base))
			return (*probe)->format;
	}
	return NULL;
}

static struct snapshot *collect_over(const struct transport *transport,
	const struct inventory *inventory, const struct cluster *cluster, const struct node *node,
	const char *source, struct error *error)
{
	auto_arena struct arena *arena = arena_new();
	const struct transport_options options = {.folder = inventory->folder};
	struct artefacts artefacts = {0};
	struct snapshot *snapshot = NULL;
	void *session = transport->open(arena, node, &options, error);
	if (session && transport->fetch(session, probe_catalogue, &artefacts, error) == 0)
		snapshot = merge_artefacts(cluster, node, source, &artefacts);
	if (session && transport->close)
		transport->close(session);
	return snapshot;
}

struct snapshot *collect_node(
	const struct inventory *inventory, const struct cluster *cluster, const struct node *node)
{
	auto_arena struct arena *arena = arena_new();
	const char *source = arena_format(arena, "%s:%s", node->scheme, node->address);
	const struct transport *transport = transport_find(node->scheme);
	struct error error = {0};
	struct snapshot *snapshot = NULL;
	if (transport)
		snapshot = collect_over(transport, inventory, cluster, node, source, &error);
	else
		error_set(&error, ERROR_UNREACHABLE,
			"this version has no transport \"%s\"; collect the artefacts by hand and "
			"name their folder under \"files\"",
			node->scheme);
	return snapshot ? snapshot : snapshot_of_unreached(node->name, source, error.text);
}
