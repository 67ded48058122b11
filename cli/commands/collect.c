/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "cli/command.h"
#include "cli/gather.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct collection {
	const struct options *options;
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

static int take(struct collection *collection, const struct snapshot *snapshot, struct error *error)
{
	const char *unreached = snapshot_unreached(snapshot);
	if (unreached)
		fprintf(stderr, "standby collect: %s: %s\n", snapshot->node, unreached);
	collection->reached += !unreached;
	collection->incomplete |= !is_complete(snapshot);
	return write_snapshot(collection, snapshot, error);
}

static int take_all(struct collection *collection, struct gather *gather, struct error *error)
{
	struct snapshot *snapshot;
	int result = 0;
	while (result == 0 && (snapshot = gather_next(gather))) {
		result = take(collection, snapshot, error);
		snapshot_free(snapshot);
	}
	if (result != 0)
		return -1;
	if (collection->reached == 0 && !gather_cut(gather))
		return error_set(error, ERROR_UNREACHABLE, "no node could be reached");
	return collection->incomplete ? EXIT_UNKNOWN : EXIT_KEPT;
}

static int collect_all(
	struct collection *collection, const struct inventory *inventory, struct error *error)
{
	const struct options *options = collection->options;
	const struct cluster **clusters =
		options_clusters(options, inventory, &options->operands, error);
	struct gather *gather =
		clusters ? gather_new(options, inventory, clusters, true, error) : NULL;
	if (!gather)
		return -1;
	int code = take_all(collection, gather, error);
	gather_free(gather);
	return code;
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "iovl", argc, argv, error) != 0)
		return -1;
	if (!options.output)
		return error_set(error, ERROR_USAGE, "name a folder for the snapshots with -o");
	struct inventory *inventory = options_inventory(&options, error);
	if (!inventory)
		return -1;
	struct collection collection = {.options = &options};
	int code = -1;
	if (mkdir(options.output, 0700) != 0 && errno != EEXIST)
		error_set(error, ERROR_INTERNAL, "%s: %s", options.output, strerror(errno));
	else
		code = collect_all(&collection, inventory, error);
	inventory_free(inventory);
	return code;
}

const struct command command_collect = {
	.name = "collect",
	.usage = "-i INVENTORY -o FOLDER [-v] " OPTIONS_LIVE_USAGE "[CLUSTER...]",
	.summary = "Collect from the nodes and write one snapshot file per node",
	.help = "  -i, --inventory FILE   the clusters and their nodes\n"
		"  -o, --output FOLDER    where NODE.json is written; made if it is missing\n"
		"  -v, --verbose          tell of each node on standard error\n" OPTIONS_LIVE_HELP
		"\n"
		"Each file written is named on standard output. A node that stands in several\n"
		"clusters is collected once, for the scope of the first. Snapshots hold "
		"fingerprints\n"
		"of passwords: keep them as you keep other secrets.\n\n"
		"Exit codes: 0 all nodes read whole, 2 something could not be known, 64 usage,\n"
		"65 bad inventory, 69 no node reached, 70 a file could not be written.\n",
	.run = run,
};
