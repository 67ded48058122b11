/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/finding.h"

#include <string.h>

static const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_NOT_APPLICABLE] = "not-applicable",
	[VERDICT_KEPT] = "kept",
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_BROKEN] = "broken",
};

static const char *const severity_names[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

const char *verdict_signal(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_BROKEN:
		return "NO-GO";
	case VERDICT_UNKNOWN:
		return "HOLD";
	default:
		return "GO";
	}
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

bool severity_find(const char *name, enum severity *severity)
{
	for (unsigned i = SEVERITY_INFO; i <= SEVERITY_ERROR; i++) {
		if (strcmp(severity_names[i], name) == 0) {
			*severity = i;
			return true;
		}
	}
	return false;
}
