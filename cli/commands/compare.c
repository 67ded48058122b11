/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/judge.h"
#include "cli/snapshot_index.h"

static struct snapshot *find(
	void *context, const struct cluster *cluster, const struct node *node, struct error *error)
{
	(void)cluster;
	const char *path = snapshot_index_find(context, node->name);
	return path ? snapshot_index_read(path, node->name, error) : NULL;
}

static int compare(const struct options *options, struct inventory *inventory, struct error *error)
{
	const struct cluster **clusters =
		options_clusters(options, inventory, &options->clusters, error);
	struct snapshot_index *index =
		clusters ? snapshot_index_new(&options->operands, error) : NULL;
	if (!index)
		return -1;
	snapshot_index_warn(index, inventory, stderr);
	const struct judge_source source = {.get = find, .context = index};
	size_t reached;
	int code = judge_clusters(options, clusters, &source, &reached, error);
	snapshot_index_free(index);
	return code;
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "ifsvc", argc, argv, error) != 0)
		return -1;
	if (options.operands.count == 0)
		return error_set(error, ERROR_USAGE, "name the snapshots to compare");
	struct inventory *inventory = options_inventory(&options, error);
	if (!inventory)
		return -1;
	int code = compare(&options, inventory, error);
	inventory_free(inventory);
	return code;
}

const struct command command_compare = {
	.name = "compare",
	.usage = "-i INVENTORY [-c CLUSTER]... [--format text|json] [--rule ID]... [--node "
		 "NAME]... [--severity NAME] [-v] SNAPSHOT...",
	.summary = "Compare snapshots that were collected before; the same verdict from files",
	.help = "  -i, --inventory FILE   roles and scope: which node is compared with which\n"
		"  -c, --cluster NAME     compare only this cluster; may be repeated\n"
		"  -f, --format NAME      text (default) or json\n"
		"      --rule ID          judge only this rule; may be repeated\n"
		"      --node NAME        show only findings that concern this node; may be "
		"repeated\n"
		"      --severity NAME    leave out what is below: error, warning, info (default)\n"
		"  -v, --verbose          show kept and not applicable findings in full\n\n"
		"SNAPSHOT is a file that \"standby collect\" wrote, or a folder of them. A node\n"
		"without a snapshot is unknown.\n\n"
		"Exit codes: 0 everything compared and kept, 1 a rule is broken, 2 something "
		"could\n"
		"not be known, 64 usage, 65 bad inventory or snapshot, 70 internal error.\n",
	.run = run,
};
