/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_REPORT_H
#define COMPARE_REPORT_H

#include "compare/compare.h"

#include <stdio.h>

/*
 * A form of report. One file in compare/reports/: reports/json.c defines
 * "const struct report_format report_json". Clusters come one at a time and are freed after their
 * call, so a report holds nothing of them. Write errors show in ferror(file), which the caller
 * asks.
 */
struct report_run {
	FILE *file;
	bool colour;  /* only where a format for terminals may use it */
	bool verbose; /* kept and not applicable findings in full */
	const struct selection *selection;
	const char *partial;	       /* at the end: why nodes were left out; NULL: none was */
	size_t clusters;	       /* written so far */
	enum verdict verdict;	       /* of the clusters written so far */
	size_t signals[VERDICT_COUNT]; /* clusters by verdict */
};

struct report_format {
	const char *name;
	const char *summary;
	void (*begin)(struct report_run *run); /* may be NULL */
	void (*cluster)(struct report_run *run, const struct comparison *comparison);
	void (*end)(struct report_run *run); /* may be NULL */
};

extern const struct report_format *const report_catalogue[]; /* ended by NULL */
const struct report_format *report_find(const char *name);

/* These keep the run's sums and call the format. */
void report_begin(const struct report_format *format, struct report_run *run);
void report_cluster(const struct report_format *format, struct report_run *run,
	const struct comparison *comparison);
void report_end(const struct report_format *format, struct report_run *run);

#endif
