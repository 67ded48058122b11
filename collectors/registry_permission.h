/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_REGISTRY_PERMISSION_H
#define COLLECTORS_REGISTRY_PERMISSION_H

#include "collectors/com_permission.h"
#include "collectors/registry.h"

/*
 * A COM permission that stands in the registry, as facts below `list`. A value that is there and is
 * not REG_BINARY is malformed. One that is not there is the default where `covered` says that the
 * text would have it.
 */
void registry_permission(struct reading *reading, const struct registry_value *value, bool covered,
	const char *list, enum com_list kind);

#endif
