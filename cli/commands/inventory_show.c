/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/options.h"

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "i", argc, argv, error) != 0)
		return -1;
	if (!options.inventory && options.operands.count == 1)
		options.inventory = options.operands.items[0];
	else if (options.operands.count)
		return error_set(error, ERROR_USAGE, "name one inventory");
	struct inventory *inventory = options_inventory(&options, error);
	if (!inventory)
		return -1;
	inventory_show(inventory, stdout);
	inventory_free(inventory);
	return 0;
}

const struct command command_inventory_show = {
	.name = "inventory show",
	.usage = "[-i] INVENTORY",
	.summary = "Print an inventory with everything that its profiles fill in",
	.help = "What is printed is an inventory itself and means the same.\n\n"
		"Exit codes: 0, 64 usage, 65 mistakes or unreadable.\n",
	.run = run,
};
