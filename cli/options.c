/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/number.h"
#include "base/text.h"
#include "cli/command.h"
#include "collectors/pool.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OPTION_RULE = 256,
	OPTION_NODE,
	OPTION_SEVERITY,
	OPTION_LIVE, /* those behind it are of the letter l */
	OPTION_JOBS,
	OPTION_DEADLINE,
	OPTION_OVERALL_DEADLINE,
	OPTION_RECORD,
	OPTION_NO_SECRETS,
	OPTION_KNOWN_HOSTS,
	OPTION_CHECK_LOGON,
};
#define SECONDS_MAX 604800 /* a week */

static const struct option long_options[] = {
	{"inventory", required_argument, NULL, 'i'},
	{"output", required_argument, NULL, 'o'},
	{"format", required_argument, NULL, 'f'},
	{"cluster", required_argument, NULL, 'c'},
	{"verbose", no_argument, NULL, 'v'},
	{"rule", required_argument, NULL, OPTION_RULE},
	{"node", required_argument, NULL, OPTION_NODE},
	{"severity", required_argument, NULL, OPTION_SEVERITY},
	{"jobs", required_argument, NULL, OPTION_JOBS},
	{"deadline", required_argument, NULL, OPTION_DEADLINE},
	{"overall-deadline", required_argument, NULL, OPTION_OVERALL_DEADLINE},
	{"record", required_argument, NULL, OPTION_RECORD},
	{"no-secrets", no_argument, NULL, OPTION_NO_SECRETS},
	{"known-hosts", required_argument, NULL, OPTION_KNOWN_HOSTS},
	{"check-logon", no_argument, NULL, OPTION_CHECK_LOGON},
	{NULL, 0, NULL, 0},
};

/* The letter under which a command accepts an option. */
static char family(int option)
{
	if (option > OPTION_LIVE)
		return 'l';
	return option >= OPTION_RULE ? 's' : (char)option;
}

static int take_seconds(int64_t *milliseconds, const char *name, struct error *error)
{
	uint64_t seconds = 0;
	if (!number_read(optarg, strlen(optarg), 10, SECONDS_MAX, &seconds) || seconds == 0)
		return error_set(error, ERROR_USAGE, "%s takes a number of seconds, 1 to %d", name,
			SECONDS_MAX);
	*milliseconds = (int64_t)seconds * 1000;
	return 0;
}

static int take_jobs(struct options *options, struct error *error)
{
	uint64_t jobs = 0;
	if (!number_read(optarg, strlen(optarg), 10, POOL_WORKERS_MAX, &jobs) || jobs == 0)
		return error_set(
			error, ERROR_USAGE, "--jobs takes a number, 1 to %d", POOL_WORKERS_MAX);
	options->jobs = (size_t)jobs;
	return 0;
}

static int take_live(struct options *options, int option, struct error *error)
{
	switch (option) {
	case OPTION_JOBS:
		return take_jobs(options, error);
	case OPTION_DEADLINE:
		return take_seconds(&options->deadline, "--deadline", error);
	case OPTION_OVERALL_DEADLINE:
		return take_seconds(&options->overall_deadline, "--overall-deadline", error);
	case OPTION_RECORD:
		options->record = optarg;
		return 0;
	case OPTION_KNOWN_HOSTS:
		options->known_hosts = optarg;
		return 0;
	case OPTION_CHECK_LOGON:
		options->check_logon = true;
		return 0;
	default:
		options->no_secrets = true;
		return 0;
	}
}

static int select_rule(struct options *options, const char *id, struct error *error)
{
	if (!rule_find(id))
		return error_set(error, ERROR_USAGE,
			"there is no rule of this name; \"standby rules\" lists them");
	strings_add(options->arena, &options->selection.rules, id);
	return 0;
}

static int select_severity(struct options *options, const char *name, struct error *error)
{
	if (!severity_find(name, &options->selection.least))
		return error_set(error, ERROR_USAGE, "--severity takes error, warning or info");
	return 0;
}

static int take(struct options *options, int option, struct error *error)
{
	switch (option) {
	case 'i':
		options->inventory = optarg;
		return 0;
	case 'o':
		options->output = optarg;
		return 0;
	case 'f':
		options->format = optarg;
		return 0;
	case 'c':
		strings_add(options->arena, &options->clusters, optarg);
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case OPTION_RULE:
		return select_rule(options, optarg, error);
	case OPTION_NODE:
		strings_add(options->arena, &options->selection.nodes, optarg);
		return 0;
	case OPTION_SEVERITY:
		return select_severity(options, optarg, error);
	default:
		return take_live(options, option, error);
	}
}

int options_read(
	struct options *options, const char *accepts, int argc, char **argv, struct error *error)
{
	*options = (struct options){.arena = arena_new(), .format = "text"};
	/* getopt takes the word before the first as the program's name; commands get none. */
	char **words = arena_alloc(options->arena, ((size_t)argc + 2) * sizeof *words);
	words[0] = arena_text(options->arena, "standby");
	if (argc)
		memcpy(words + 1, argv, (size_t)argc * sizeof *words);
	opterr = 0;
	optind = 0;
	int option;
	while ((option = getopt_long(argc + 1, words, ":i:o:f:c:v", long_options, NULL)) != -1) {
		const char *word = words[optind - 1];
		if (option == ':')
			return error_set(error, ERROR_USAGE, "%s needs a value", word);
		if (option == '?' || !strchr(accepts, family(option)))
			return error_set(error, ERROR_USAGE, "there is no option %s here", word);
		if (take(options, option, error) != 0)
			return -1;
	}
	if (options->check_logon && options->no_secrets)
		return error_set(error, ERROR_USAGE,
			"--check-logon uses the passwords that --no-secrets leaves alone");
	for (int i = optind; i < argc + 1; i++)
		strings_add(options->arena, &options->operands, words[i]);
	return 0;
}

void options_release(struct options *options)
{
	arena_free(options->arena);
}

static int check_nodes(
	const struct options *options, const struct inventory *inventory, struct error *error)
{
	const struct strings *nodes = &options->selection.nodes;
	for (size_t n = 0; n < nodes->count; n++) {
		bool found = false;
		for (size_t c = 0; c < inventory->cluster_count && !found; c++)
			found = cluster_node(&inventory->clusters[c], nodes->items[n]) != NULL;
		if (!found)
			return error_set(error, ERROR_USAGE,
				"--node %s: the inventory %s has no such node", nodes->items[n],
				inventory->path);
	}
	return 0;
}

struct inventory *options_inventory(const struct options *options, struct error *error)
{
	if (!options->inventory) {
		error_set(error, ERROR_USAGE, "name the inventory with -i FILE");
		return NULL;
	}
	struct inventory *inventory = inventory_read(options->inventory, error);
	if (inventory && check_nodes(options, inventory, error) != 0) {
		inventory_free(inventory);
		return NULL;
	}
	return inventory;
}

const struct cluster **options_clusters(const struct options *options,
	const struct inventory *inventory, const struct strings *names, struct error *error)
{
	size_t count = 0;
	const struct cluster **clusters = arena_alloc(
		options->arena, (inventory->cluster_count + 1) * sizeof(const struct cluster *));
	for (size_t i = 0; i < names->count; i++) {
		if (!inventory_cluster(inventory, names->items[i])) {
			error_set(error, ERROR_USAGE, "the inventory %s has no cluster %s",
				inventory->path, names->items[i]);
			return NULL;
		}
	}
	for (size_t c = 0; c < inventory->cluster_count; c++) {
		const struct cluster *cluster = &inventory->clusters[c];
		bool chosen = names->count == 0;
		for (size_t i = 0; i < names->count && !chosen; i++)
			chosen = inventory_cluster(inventory, names->items[i]) == cluster;
		if (chosen)
			clusters[count++] = cluster;
	}
	return clusters;
}

static bool wants_colour(void)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
	return isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

const struct report_format *options_report(
	const struct options *options, struct report_run *run, struct error *error)
{
	const struct report_format *format = report_find(options->format);
	if (!format)
		error_set(error, ERROR_USAGE,
			"--format %s: there is no such format; \"standby check --help\" lists them",
			options->format);
	*run = (struct report_run){
		.file = stdout,
		.colour = wants_colour(),
		.verbose = options->verbose,
		.selection = &options->selection,
	};
	return format;
}

int exit_of_verdict(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_BROKEN:
		return EXIT_BROKEN;
	case VERDICT_UNKNOWN:
		return EXIT_UNKNOWN;
	default:
		return EXIT_KEPT;
	}
}
