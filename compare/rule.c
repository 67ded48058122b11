/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/rule.h"

#include <string.h>

const struct rule *rule_find(const char *id)
{
	for (const struct rule *const *rule = rule_catalogue; *rule; rule++) {
		if (strcmp((*rule)->id, id) == 0)
			return *rule;
	}
	return NULL;
}
