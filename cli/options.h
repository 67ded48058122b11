/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/arena.h"
#include "base/error.h"
#include "compare/compare.h"
#include "compare/report.h"
#include "inventory/inventory.h"

/*
 * Options that several commands share, read by getopt_long. A command names those it takes by the
 * letters of `accepts`: i (-i, --inventory FILE), o (-o, --output FOLDER), f (-f, --format NAME),
 * s (--rule ID, --node NAME, --severity NAME), v (-v, --verbose), c (-c, --cluster NAME).
 */
struct options {
	struct arena *arena; /* owned */
	const char *inventory;
	const char *output;
	const char *format; /* "text" unless given */
	bool verbose;
	struct selection selection;
	struct strings clusters; /* of -c */
	struct strings operands; /* what is no option */
};

/* 0, or -1 with ERROR_USAGE. What was read must be released in either case. */
int options_read(
	struct options *options, const char *accepts, int argc, char **argv, struct error *error);
void options_release(struct options *options);
#define auto_options __attribute__((cleanup(options_release)))

/* The inventory that -i names; demands the option. The selected nodes must stand in it. */
struct inventory *options_inventory(const struct options *options, struct error *error);

/*
 * The clusters to work on, ended by NULL, in the order of the inventory: those of the given names,
 * all when there are none. ERROR_USAGE for a name that the inventory does not hold.
 */
const struct cluster **options_clusters(const struct options *options,
	const struct inventory *inventory, const struct strings *names, struct error *error);

/* The report format that --format names, and a run of it on standard output. */
const struct report_format *options_report(
	const struct options *options, struct report_run *run, struct error *error);

/* The exit code of a run that reported everything. */
int exit_of_verdict(enum verdict verdict);

#endif
