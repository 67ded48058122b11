/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/gather.h"
#include "cli/judge.h"

static struct snapshot *get(
	void *context, const struct cluster *cluster, const struct node *node, struct error *error)
{
	(void)cluster, (void)node, (void)error; /* both go by the inventory's order */
	return gather_next(context);
}

static const char *partial(void *context)
{
	return gather_cut(context);
}

static int check(const struct options *options, struct inventory *inventory, struct error *error)
{
	const struct cluster **clusters =
		options_clusters(options, inventory, &options->operands, error);
	struct gather *gather =
		clusters ? gather_new(options, inventory, clusters, false, error) : NULL;
	if (!gather)
		return -1;
	const struct judge_source source = {.get = get, .partial = partial, .context = gather};
	size_t reached = 0;
	int code = judge_clusters(options, clusters, &source, &reached, error);
	bool cut = gather_cut(gather) != NULL;
	gather_free(gather);
	if (code >= 0 && reached == 0 && !cut) {
		error_set(error, ERROR_UNREACHABLE,
			"no node could be reached; the report says why for each");
		return -1;
	}
	return code;
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "ifsvl", argc, argv, error) != 0)
		return -1;
	struct inventory *inventory = options_inventory(&options, error);
	if (!inventory)
		return -1;
	int code = check(&options, inventory, error);
	inventory_free(inventory);
	return code;
}

const struct command command_check = {
	.name = "check",
	.usage = "-i INVENTORY [--format text|json] [--rule ID]... [--node NAME]... "
		 "[--severity NAME] [-v] " OPTIONS_LIVE_USAGE "[CLUSTER...]",
	.summary = "Collect from the nodes, compare them, and report GO, HOLD or NO-GO",
	.help = "  -i, --inventory FILE   the clusters and their nodes\n"
		"  -f, --format NAME      text (default) or json\n"
		"      --rule ID          judge only this rule; may be repeated\n"
		"      --node NAME        show only findings that concern this node; may be "
		"repeated\n"
		"      --severity NAME    leave out what is below: error, warning, info (default)\n"
		"  -v, --verbose          show kept and not applicable findings in "
		"full\n" OPTIONS_LIVE_HELP
		"\nWithout CLUSTER all clusters of the inventory are checked. After an interrupt "
		"or the\n"
		"overall deadline what is there is judged, the report says that it is partial, "
		"and the\n"
		"other nodes are unknown; a second interrupt ends at once.\n\n"
		"Exit codes: 0 everything compared and kept, 1 a rule is broken, 2 something "
		"could\n"
		"not be known, 64 usage, 65 bad inventory, 69 no node reached, 70 internal "
		"error.\n",
	.run = run,
};
