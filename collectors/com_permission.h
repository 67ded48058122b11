/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_COM_PERMISSION_H
#define COLLECTORS_COM_PERMISSION_H

#include "base/bytes.h"
#include "collectors/reading.h"

#include <stdint.h>

/*
 * A COM permission (LaunchPermission, AccessPermission, their defaults and limits) as facts of one
 * list of inventory/vocabulary.h: form, allow/, deny/, order, label, below `list` (ends in "/").
 * Entries that only serve inheritance are left out. Entries of one trustee and kind are united.
 *
 * Generic bits: all and execute mean every right of the list. The form "old" (every entry EXECUTE
 * alone) means local and remote, so old lists state the same rights as new ones that grant all.
 * "Alone" looks at COM's bits only. Activation bits in an access list mean nothing and are left
 * out. A malformed descriptor has form "malformed" and no entries. A list with an entry of a kind
 * whose effect is not known (conditions, object types) is unknown below `list`, with the reason.
 */
enum com_list {
	COM_LAUNCH,
	COM_ACCESS,
};

void com_permission_state(struct reading *reading, const char *list, enum com_list kind,
	struct bytes descriptor, unsigned line);

/* States form "default": no descriptor stands there, and that was looked at. */
void com_permission_state_default(struct reading *reading, const char *list, unsigned line);

#endif
