/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "cli/command.h"
#include "cli/options.h"

#include <string.h>

static const char *scope_name(enum rule_scope scope)
{
	switch (scope) {
	case RULE_PAIR:
		return "pair";
	case RULE_NODE:
		return "node";
	default:
		return "path";
	}
}

static void print_text(void)
{
	printf("%-30s %-8s %-5s %-5s %s\n", "rule", "severity", "gate", "scope", "holds when");
	for (const struct rule *const *rule = rule_catalogue; *rule; rule++)
		printf("%-30s %-8s %-5s %-5s %s\n", (*rule)->id, severity_name((*rule)->severity),
			(*rule)->gate ? "gate" : "", scope_name((*rule)->scope), (*rule)->title);
}

static json_t *symptoms_json(const struct rule *rule)
{
	json_t *list = json_array();
	for (size_t i = 0; i < RULE_MAX_SYMPTOMS && rule->symptoms[i]; i++)
		json_array_append_new(list, json_of_text(rule->symptoms[i]));
	return list;
}

static json_t *rule_json(const struct rule *rule)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:b, s:s, s:s, s:s, s:o, s:s}", "id", rule->id,
		"title", rule->title, "severity", severity_name(rule->severity), "gate",
		(int)rule->gate, "scope", scope_name(rule->scope), "cross-node",
		(int)rule->cross_node, "demand", rule->demand, "why", rule->why, "repair",
		rule->repair, "symptoms", symptoms_json(rule), "source", rule->source);
}

static void print_json(void)
{
	auto_json json_t *object = json_object();
	json_t *list = json_array();
	for (const struct rule *const *rule = rule_catalogue; *rule; rule++)
		json_array_append_new(list, rule_json(*rule));
	json_object_set_new(object, "rules", list);
	json_object_set_new(object, "version", json_integer(1));
	json_write(stdout, object, 0);
	putchar('\n');
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	if (options_read(&options, "f", argc, argv, error) != 0)
		return -1;
	if (options.operands.count)
		return error_set(error, ERROR_USAGE,
			"takes no words; \"standby explain RULE\" explains one rule");
	if (strcmp(options.format, "text") == 0)
		print_text();
	else if (strcmp(options.format, "json") == 0)
		print_json();
	else
		return error_set(error, ERROR_USAGE, "--format takes text or json");
	return 0;
}

const struct command command_rules = {
	.name = "rules",
	.usage = "[--format text|json]",
	.summary = "List the rules: what must hold for the backup to serve",
	.help = "  -f, --format NAME   text (default) or json with all texts of each rule\n\n"
		"Severity error breaks failover, warning will or may break it, info never changes\n"
		"the verdict. A gate must be kept before a drill may say GO. Scope pair compares\n"
		"nodes, node judges each alone, path judges each direction of a failover.\n",
	.run = run,
};
