/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"
#include "cli/options.h"

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "i", argc, argv, error) != 0)
		return -1;
	const char *path = options.inventory;
	if (!path && options.operands.count == 1)
		path = options.operands.items[0];
	if (!path || options.operands.count > 1)
		return error_set(error, ERROR_USAGE, "name one inventory");
	struct strings mistakes = {0};
	if (inventory_check(path, options.arena, &mistakes) == 0) {
		printf("%s: good\n", path);
		return 0;
	}
	for (size_t i = 0; i < mistakes.count; i++)
		printf("%s\n", mistakes.items[i]);
	return error_set(error, ERROR_INPUT, "%s: %zu mistake%s", path, mistakes.count,
		mistakes.count == 1 ? "" : "s");
}

const struct command command_inventory_check = {
	.name = "inventory check",
	.usage = "[-i] INVENTORY",
	.summary = "Name every mistake of an inventory",
	.help = "Each mistake is one line with its JSON pointer; broken syntax has line and "
		"column.\n"
		"The format is published as inventory/inventory.schema.json.\n\n"
		"Exit codes: 0 good, 64 usage, 65 mistakes or unreadable.\n",
	.run = run,
};
