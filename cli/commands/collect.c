/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/collect.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/options.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct collection {
	const struct options *options;
	const struct inventory *inventory;
	struct strings done; /* names of nodes that were written */
	size_t reached;
	bool incomplete;
};

/* The file appears whole or not at all. */
static int write_snapshot(
	struct collection *collection, const struct snapshot *snapshot, struct error *error)
{
	struct arena *arena = collection->options->arena;
	const char *path =
		arena_format(arena, "%s/%s.json", collection->options->output, snapshot->node);
	const char *partial = arena_format(arena, "%s.partial", path);
	FILE *file = fopen(partial, "we");
	if (!file)
		return error_set(error, ERROR_INTERNAL, "%s: %s", partial, strerror(errno));
	int result = snapshot_write(snapshot, file, error);
	if (fclose(file) != 0 && result == 0)
		result = error_set(error, ERROR_INTERNAL, "%s: %s", partial, strerror(errno));
	if (result == 0 && rename(partial, path) != 0)
		result = error_set(error, ERROR_INTERNAL, "%s: %s", path, strerror(errno));
	if (result != 0)
		unlink(partial);
	else
		printf("%s\n", path);
	return result;
}

static bool is_complete(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		if (!snapshot->coverage[i].read)
			return false;
	}
	return true;
}

static int collect_one(struct collection *collection, const struct cluster *cluster,
	const struct node *node, struct error *error)
{
	if (strings_hold(&collection->done, node->name))
		return 0;
	strings_add(collection->options->arena, &collection->done, node->name);
	struct snapshot *snapshot = collect_node(collection->inventory, cluster, node);
	const char *unreached = snapshot_unreached(snapshot);
	if (unreached)
		fprintf(stderr, "standby collect: %s: %s\n", node->name, unreached);
	collection->reached += !unreached;
	collection->incomplete |= !is_complete(snapshot);
	int result = write_snapshot(collection, snapshot, error);
	snapshot_free(snapshot);
	return result;
}

static int collect_all(struct collection *collection, struct error *error)
{
	const struct cluster **clusters = options_clusters(
		collection->options, collection->inventory, &collection->options->operands, error);
	if (!clusters)
		return -1;
	for (; *clusters; clusters++) {
		for (size_t i = 0; i < (*clusters)->node_count; i++) {
			if (collect_one(collection, *clusters, &(*clusters)->nodes[i], error) != 0)
				return -1;
		}
	}
	if (collection->reached == 0) {
		error_set(error, ERROR_UNREACHABLE, "no node could be reached");
		return -1;
	}
	return collection->incomplete ? EXIT_UNKNOWN : EXIT_KEPT;
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "io", argc, argv, error) != 0)
		return -1;
	if (!options.output)
		return error_set(error, ERROR_USAGE, "name a folder for the snapshots with -o");
	struct inventory *inventory = options_inventory(&options, error);
	if (!inventory)
		return -1;
	struct collection collection = {.options = &options, .inventory = inventory};
	int code = -1;
	if (mkdir(options.output, 0700) != 0 && errno != EEXIST)
		error_set(error, ERROR_INTERNAL, "%s: %s", options.output, strerror(errno));
	else
		code = collect_all(&collection, error);
	inventory_free(inventory);
	return code;
}

const struct command command_collect = {
	.name = "collect",
	.usage = "-i INVENTORY -o FOLDER [CLUSTER...]",
	.summary = "Collect from the nodes and write one snapshot file per node",
	.help = "  -i, --inventory FILE   the clusters and their nodes\n"
		"  -o, --output FOLDER    where NODE.json is written; made if it is missing\n\n"
		"Each file written is named on standard output. A node that stands in several\n"
		"clusters is collected once, for the scope of the first. Snapshots hold "
		"fingerprints\n"
		"of passwords: keep them as you keep other secrets.\n\n"
		"Exit codes: 0 all nodes read whole, 2 something could not be known, 64 usage,\n"
		"65 bad inventory, 69 no node reached, 70 a file could not be written.\n",
	.run = run,
};
