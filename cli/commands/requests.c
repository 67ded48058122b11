/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"
#include "collectors/dialect.h"
#include "collectors/dialect_cmd_script.h"
#include "collectors/part.h"

#include <string.h>

/*
 * What is sent stands behind one tab, everything else at the beginning of a line: a program can
 * take the one from the other.
 */
struct requests {
	const struct options *options;
	struct strings done; /* nodes already printed */
};

static void print_sent(const char *text)
{
	struct text_lines lines = {.rest = text_of(text)};
	while (text_next_line(&lines))
		printf("\t%.*s\n", (int)lines.line.length, lines.line.data);
}

static void print_powershell(struct arena *arena, const struct dialect_scope *scope)
{
	const char *script = dialect_powershell_script(arena, scope);
	puts("\nWhere PowerShell is: one command line, the same for every node");
	print_sent(dialect_powershell_command(arena));
	puts("\nIt is this text, in UTF-16 and base64");
	print_sent(dialect_powershell_bootstrap);
	puts("\nA shell that is neither cmd.exe nor PowerShell gets it first without any\n"
	     "input, and nothing more unless PowerShell answers.");
	puts("\nFirst line of standard input: this script, in UTF-8 and base64");
	print_sent(script ? script : "");
	puts("With --check-logon, $checkLogon is $true.");
	puts("\nSecond line of standard input: the key of the run, 64 hexadecimal digits, drawn "
	     "anew\n"
	     "for each run and never shown; with --no-secrets there is none. Then standard input "
	     "ends.");
}

static void print_script(struct arena *arena, const struct dialect_scope *scope, const char *line)
{
	const char *script = dialect_cmd_script_text(
		arena, line, &scope->cluster->locations, scope->check_logon);
	print_sent(dialect_cmd_script_command(arena, "NAME", false));
	puts("NAME is drawn anew for each run. The first line of standard input is the following "
	     "script, with\n% and line ends as %XX, and with checkLogon: true where "
	     "--check-logon is given; the second\nis the key of the run, as above. The file has "
	     "one line,\nwhich reads them, and is removed by the same command");
	print_sent(script ? script : "");
}

static void print_part(struct arena *arena, const struct dialect_scope *scope,
	const struct probe *probe, const char *part)
{
	const struct part_command *command = part_commands(arena, part, scope->cluster);
	if (!command->line)
		return;
	printf("\n%s: %s\n", probe->id, probe->summary);
	for (; command->line; command++) {
		if (command->otherwise)
			puts("if that fails");
		if (command->trouble)
			printf("not sent, because %s\n", command->trouble);
		else if (dialect_cmd_is_script(command->line))
			print_script(arena, scope, command->line);
		else
			print_sent(dialect_cmd_line(arena, command->line));
	}
}

static void print_cmd(struct arena *arena, const struct dialect_scope *scope)
{
	puts("\nWhere cmd.exe is and PowerShell does not answer: first its code page, and whether "
	     "it "
	     "is\n32-bit");
	print_sent(DIALECT_CMD_QUESTION);
	puts("\nWhere that names no code page, because there is no console. What reg prints does\n"
	     "not show where it ends: " DIALECT_CMD_END " behind it comes only where reg ended\n"
	     "with 0, and an answer without it was cut off");
	print_sent(DIALECT_CMD_PAGE);
	puts("\nThen, whether the server says how a command ended");
	print_sent(DIALECT_CMD_FAILURE);
	puts("\nWhere reg fails before it ever answered, once, whether there is one");
	print_sent(DIALECT_CMD_FIND_REG);
	printf("\nThen each of these is one execution, without standard input unless it is shown. "
	       "In a "
	       "32-bit\nshell on 64-bit Windows, %s stands in front of reg and of cscript.\n",
		DIALECT_CMD_SYSNATIVE);
	for (const struct probe *const *probe = scope->probes; *probe; probe++) {
		const char *part = dialect_part(scope, *probe, "cmd");
		if (part)
			print_part(arena, scope, *probe, part);
	}
}

static void print_node(const struct cluster *cluster, const struct node *node)
{
	auto_arena struct arena *arena = arena_new();
	const struct dialect_scope scope = {.cluster = cluster, .probes = probe_catalogue};
	printf("%s, %s:%s\n", node->name, node->scheme, node->address);
	if (strcmp(node->scheme, "ssh") != 0 && strcmp(node->scheme, "openssh") != 0) {
		puts("\nNo command shell is asked.");
		return;
	}
	puts("\nFirst, which shell the node has");
	print_sent(DIALECT_QUESTION);
	print_powershell(arena, &scope);
	print_cmd(arena, &scope);
}

static bool is_chosen(const struct options *options, const struct node *node)
{
	bool chosen = options->operands.count == 0;
	for (size_t i = 0; i < options->operands.count && !chosen; i++)
		chosen = text_same(options->operands.items[i], node->name);
	return chosen;
}

static void print_all(struct requests *requests, const struct inventory *inventory)
{
	for (size_t c = 0; c < inventory->cluster_count; c++) {
		const struct cluster *cluster = &inventory->clusters[c];
		for (size_t i = 0; i < cluster->node_count; i++) {
			const struct node *node = &cluster->nodes[i];
			if (!is_chosen(requests->options, node) ||
				strings_hold(&requests->done, node->name))
				continue;
			if (requests->done.count)
				puts("");
			print_node(cluster, node);
			strings_add(requests->options->arena, &requests->done, node->name);
		}
	}
}

static int check_names(
	const struct options *options, const struct inventory *inventory, struct error *error)
{
	for (size_t i = 0; i < options->operands.count; i++) {
		const char *name = options->operands.items[i];
		bool found = false;
		for (size_t c = 0; c < inventory->cluster_count && !found; c++)
			found = cluster_node(&inventory->clusters[c], name) != NULL;
		if (!found)
			return error_set(error, ERROR_USAGE, "the inventory %s has no node %s",
				inventory->path, name);
	}
	return 0;
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "i", argc, argv, error) != 0)
		return -1;
	struct inventory *inventory = options_inventory(&options, error);
	if (!inventory)
		return -1;
	int code = check_names(&options, inventory, error);
	struct requests requests = {.options = &options};
	if (code == 0)
		print_all(&requests, inventory);
	inventory_free(inventory);
	return code;
}

const struct command command_requests = {
	.name = "requests",
	.usage = "-i INVENTORY [NODE...]",
	.summary = "Print what would be sent to the nodes, and ask none",
	.help = "  -i, --inventory FILE   the clusters and their nodes\n\n"
		"What would be sent stands behind a tab, in the order in which it is sent. A node\n"
		"that stands in several clusters is asked once, for the scope of the first.\n\n"
		"Exit codes: 0, 64 usage, 65 bad inventory.\n",
	.run = run,
};
