/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/arena.h"
#include "base/error.h"
#include "compare/compare.h"
#include "compare/report.h"
#include "inventory/inventory.h"

#include <stdint.h>

/*
 * Options that several commands share, read by getopt_long. A command names those it takes by the
 * letters of `accepts`: i (-i, --inventory FILE), o (-o, --output FOLDER), f (-f, --format NAME),
 * s (--rule ID, --node NAME, --severity NAME), v (-v, --verbose), c (-c, --cluster NAME), l (how
 * nodes are collected: --jobs, --deadline, --overall-deadline, --record, --no-secrets,
 * --known-hosts, --check-logon; OPTIONS_LIVE_HELP).
 */
struct options {
	struct arena *arena; /* owned */
	const char *inventory;
	const char *output;
	const char *format; /* "text" unless given */
	bool verbose;
	struct selection selection;
	struct strings clusters;  /* of -c */
	size_t jobs;		  /* 0: not given; so the deadlines */
	int64_t deadline;	  /* milliseconds */
	int64_t overall_deadline; /* milliseconds */
	const char *record;	  /* folder */
	const char *known_hosts;  /* file */
	bool no_secrets;
	bool check_logon;
	struct strings operands; /* what is no option */
};

#define OPTIONS_LIVE_USAGE                                                                         \
	"[--jobs N] [--deadline SECONDS] [--overall-deadline SECONDS] [--record FOLDER] "          \
	"[--no-secrets] [--known-hosts FILE] [--check-logon] "
#define OPTIONS_LIVE_HELP                                                                          \
	"      --jobs N           collect from so many nodes at once, 1 to 512 (default 32)\n"     \
	"      --deadline S       seconds that one node may take (default 120)\n"                  \
	"      --overall-deadline S  seconds for all nodes together; what is not collected then\n" \
	"                         is unknown\n"                                                    \
	"      --record FOLDER    keep what the nodes answer, secrets blanked, in FOLDER/NODE\n"   \
	"      --no-secrets       ask for no fingerprints of passwords\n"                          \
	"      --known-hosts FILE host keys, instead of those of the user and the system\n"        \
	"      --check-logon      on each node try to log each local account on once with the\n"   \
	"                         password that IIS has configured for it, where PowerShell is\n"  \
	"                         and no account can get locked by it\n"

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
