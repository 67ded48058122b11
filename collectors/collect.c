/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/collect.h"

#include "collectors/merge.h"
#include "collectors/probe.h"
#include "collectors/recording.h"
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

/* A node of several clusters is collected for the scope of each: the later ones are NODE,2 ... */
const char *collect_recording_name(struct arena *arena, const struct inventory *inventory,
	const struct cluster *cluster, const struct node *node)
{
	size_t times = 1;
	for (size_t i = 0; &inventory->clusters[i] != cluster && i < inventory->cluster_count; i++)
		times += cluster_node(&inventory->clusters[i], node->name) != NULL;
	return times == 1 ? arena_text(arena, node->name)
			  : arena_format(arena, "%s,%zu", node->name, times);
}

/* What the collection of one node works with. */
struct collection {
	struct arena *arena;
	const struct cluster *cluster;
	const struct node *node;
	const char *source;
	struct recorder *recorder; /* or NULL */
	time_t latest;		   /* of the artefacts' times */
};

static void record(struct collection *collection, const struct artefacts *artefacts)
{
	for (size_t i = 0; i < artefacts->count; i++) {
		const struct artefact *artefact = &artefacts->items[i];
		if (artefact->modified > collection->latest)
			collection->latest = artefact->modified;
		recorder_artefact(collection->recorder, artefact);
	}
}

static struct snapshot *collect_over(struct collection *collection,
	const struct transport *transport, const struct transport_options *options,
	struct error *error)
{
	struct artefacts artefacts = {0};
	struct snapshot *snapshot = NULL;
	void *session = transport->open(collection->arena, collection->node, options, error);
	const char *via = session && transport->via ? transport->via(session) : NULL;
	if (via)
		collection->source =
			arena_format(collection->arena, "%s (%s)", collection->source, via);
	if (session && transport->fetch(session, probe_catalogue, &artefacts, error) == 0) {
		if (collection->recorder)
			record(collection, &artefacts);
		snapshot = merge_artefacts(
			collection->cluster, collection->node, collection->source, &artefacts);
	}
	if (session && transport->close)
		transport->close(session);
	return snapshot;
}

static struct snapshot *unreached(struct collection *collection, const char *why)
{
	if (collection->recorder)
		recorder_unreached(collection->recorder, why);
	return snapshot_of_unreached(collection->node->name, collection->source, why);
}

static struct snapshot *collect(
	struct collection *collection, const struct transport_options *options)
{
	const char *scheme = collection->node->scheme;
	const struct transport *transport = transport_find(scheme);
	struct error error = {0};
	struct snapshot *snapshot = NULL;
	if (transport)
		snapshot = collect_over(collection, transport, options, &error);
	else
		error_set(&error, ERROR_UNREACHABLE,
			"this version has no transport \"%s\"; collect the artefacts by hand and "
			"name their folder under \"files\"",
			scheme);
	return snapshot ? snapshot : unreached(collection, error.text);
}

/* Who asked for a recording and has none must not be told that all went well. */
static struct snapshot *close_recorder(struct collection *collection, struct snapshot *snapshot)
{
	struct error error = {0};
	if (recorder_close(collection->recorder, collection->source, collection->latest, &error) ==
		0)
		return snapshot;
	snapshot_free(snapshot);
	error_context(&error, "it could not be recorded");
	return snapshot_of_unreached(collection->node->name, collection->source, error.text);
}

static int open_recorder(struct collection *collection, const struct inventory *inventory,
	const char *folder, struct error *error)
{
	const char *name = collect_recording_name(
		collection->arena, inventory, collection->cluster, collection->node);
	collection->recorder = recorder_new(folder, name, collection->node->name, error);
	if (!collection->recorder)
		error_context(error, "it could not be recorded");
	return collection->recorder ? 0 : -1;
}

struct snapshot *collect_node(const struct inventory *inventory, const struct cluster *cluster,
	const struct node *node, const struct collect_options *options, int64_t deadline)
{
	auto_arena struct arena *arena = arena_new();
	struct collection collection = {.arena = arena,
		.cluster = cluster,
		.node = node,
		.source = arena_format(arena, "%s:%s", node->scheme, node->address)};
	struct error error = {0};
	if (options->record && open_recorder(&collection, inventory, options->record, &error) != 0)
		return unreached(&collection, error.text);
	const struct transport_options transport_options = {.folder = inventory->folder,
		.deadline = deadline,
		.key = options->key,
		.breaker = options->breaker,
		.recorder = collection.recorder,
		.known_hosts = options->known_hosts,
		.check_logon = options->check_logon,
		.contact = options->contact,
		.cluster = cluster};
	struct snapshot *snapshot = collect(&collection, &transport_options);
	return collection.recorder ? close_recorder(&collection, snapshot) : snapshot;
}
