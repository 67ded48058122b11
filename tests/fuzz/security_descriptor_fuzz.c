/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a descriptor: either an error that names a byte, or a descriptor whose SIDs are
 * canonical; as a COM permission either facts with a form, or unknown with a reason. The same bytes
 * as text for "standby decode".
 */
#include "base/json.h"
#include "base/memory.h"
#include "cli/kind.h"
#include "collectors/com_permission.h"
#include "collectors/security_descriptor.h"
#include "collectors/sid.h"
#include "inventory/vocabulary.h"

#include <stdlib.h>
#include <string.h>

extern const struct kind kind_security_descriptor, kind_sid;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert, also where NDEBUG is set. */
static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_list(const struct acl *acl)
{
	for (size_t i = 0; acl && i < acl->count; i++) {
		const struct ace *ace = &acl->aces[i];
		demand(!ace->sid || sid_is_text(ace->sid));
		demand(ace->sid || !ace->mask);
		demand(ace->data.length < 0xffff);
	}
}

static void check_descriptor(struct arena *arena, struct bytes bytes)
{
	struct error error = {0};
	const struct security_descriptor *sd = security_descriptor_decode(arena, bytes, &error);
	demand(!sd == (error.code == ERROR_INPUT));
	if (!sd) {
		demand(strncmp(error.text, "byte ", 5) == 0);
		return;
	}
	demand(!sd->owner || sid_is_text(sd->owner));
	demand(!sd->group || sid_is_text(sd->group));
	check_list(sd->dacl);
	check_list(sd->sacl);
}

static void check_permission(struct arena *arena, struct bytes bytes, enum com_list kind)
{
	struct reading reading = {.arena = arena};
	com_permission_state(&reading, LIST_LAUNCH_LIMIT, kind, bytes, 1);
	demand(reading.statement_count ? reading.reach_count == 0 : reading.reach_count == 1);
	size_t forms = 0;
	for (size_t i = 0; i < reading.statement_count; i++)
		forms += strcmp(reading.statements[i].path, LIST_LAUNCH_LIMIT LIST_FORM) == 0;
	demand(forms == (reading.reach_count == 0));
}

static void check_kind(struct arena *arena, struct bytes bytes, const struct kind *kind)
{
	struct error error = {0};
	const void *decoded = kind->decode(arena, bytes, &error);
	demand(!decoded == (error.code == ERROR_INPUT));
	if (!decoded)
		return;
	auto_json json_t *json = kind->json(arena, decoded);
	demand(json_is_object(json));
	auto_file FILE *file = fopen("/dev/null", "w");
	if (file)
		kind->print(decoded, file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena *arena = arena_new();
	struct bytes bytes = {data, size};
	check_descriptor(arena, bytes);
	check_permission(arena, bytes, COM_LAUNCH);
	check_permission(arena, bytes, COM_ACCESS);
	check_kind(arena, bytes, &kind_security_descriptor);
	check_kind(arena, bytes, &kind_sid);
	return 0;
}
