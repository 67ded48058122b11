/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_permission.h"

#include "inventory/vocabulary.h"

void registry_permission(struct reading *reading, const struct registry_value *value, bool covered,
	const char *list, enum com_list kind)
{
	if (value && value->type == REGISTRY_BINARY)
		com_permission_state(reading, list, kind, value->bytes, value->line);
	else if (value)
		reading_state(reading, arena_format(reading->arena, "%s" LIST_FORM, list),
			"malformed", value->line);
	else if (covered)
		com_permission_state_default(reading, list, 0);
}
