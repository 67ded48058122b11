/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a packed snapshot: refused, or a snapshot that packs, unpacks and packs alike. */
#include "inventory/snapshot.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT ((size_t)64 << 20)

/* assert, also where NDEBUG is set. */
static void demand(bool holds)
{
	if (!holds)
		abort();
}

static struct bytes bytes_of(const struct buffer *buffer)
{
	return (struct bytes){(const unsigned char *)buffer->data, buffer->length};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buffer struct buffer first = BUFFER_INIT(LIMIT), second = BUFFER_INIT(LIMIT);
	struct snapshot *snapshot = snapshot_unpack((struct bytes){data, size});
	if (!snapshot)
		return 0;
	for (size_t i = 0; i < snapshot->fact_count; i++)
		demand(snapshot_ask(snapshot, snapshot->facts[i].path).knowledge !=
			KNOWLEDGE_ABSENT);
	demand(snapshot_pack(snapshot, &first) == 0);
	snapshot_free(snapshot);
	snapshot = snapshot_unpack(bytes_of(&first));
	demand(snapshot && snapshot_pack(snapshot, &second) == 0);
	snapshot_free(snapshot);
	demand(first.length == second.length);
	demand(memcmp(first.data, second.data, first.length) == 0);
	return 0;
}
