/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/report.h"

#include <string.h>

const struct report_format *report_find(const char *name)
{
	for (const struct report_format *const *format = report_catalogue; *format; format++) {
		if (strcmp((*format)->name, name) == 0)
			return *format;
	}
	return NULL;
}

void report_begin(const struct report_format *format, struct report_run *run)
{
	run->verdict = VERDICT_KEPT;
	if (format->begin)
		format->begin(run);
}

void report_cluster(const struct report_format *format, struct report_run *run,
	const struct comparison *comparison)
{
	format->cluster(run, comparison);
	run->verdict = verdict_worse(run->verdict, comparison->verdict);
	run->signals[comparison->verdict]++;
	run->clusters++;
}

void report_end(const struct report_format *format, struct report_run *run)
{
	if (format->end)
		format->end(run);
}
