/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/com_permission.h"

#include "base/number.h"
#include "collectors/security_descriptor.h"
#include "inventory/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#define GENERIC_ALL 0x10000000u
#define GENERIC_EXECUTE 0x20000000u

enum {
	ACCESS_RIGHTS = COM_EXECUTE | COM_EXECUTE_LOCAL | COM_EXECUTE_REMOTE,
	LAUNCH_RIGHTS = ACCESS_RIGHTS | COM_ACTIVATE_LOCAL | COM_ACTIVATE_REMOTE,
	CONTAINER_RIGHTS = COM_EXECUTE_CONTAINER | COM_ACTIVATE_CONTAINER,
	COM_RIGHTS = LAUNCH_RIGHTS | CONTAINER_RIGHTS,
};

/* An entry as it counts: generic bits mapped. */
struct entry {
	const char *sid;
	uint32_t mask;
	bool deny;
};

/* The effective entries of a list, in its order. */
struct entries {
	struct entry *items;
	size_t count;
	const char *strange; /* kind of an entry whose effect is not known */
};

static uint32_t list_rights(enum com_list kind)
{
	return kind == COM_LAUNCH ? LAUNCH_RIGHTS : ACCESS_RIGHTS;
}

static uint32_t map_generic(uint32_t mask, enum com_list kind)
{
	const uint32_t generic = GENERIC_ALL | GENERIC_EXECUTE;
	return mask & generic ? (mask & ~generic) | list_rights(kind) : mask;
}

static bool is_old(const struct entry *entry)
{
	return (entry->mask & COM_RIGHTS) == COM_EXECUTE;
}

static struct entries effective_entries(
	struct arena *arena, const struct acl *dacl, enum com_list kind)
{
	struct entries out = {.items = arena_alloc(arena, dacl->count * sizeof out.items[0])};
	for (size_t i = 0; i < dacl->count; i++) {
		const struct ace *ace = &dacl->aces[i];
		if (ace->flags & ACE_FLAG_INHERIT_ONLY)
			continue;
		if (ace->type != ACE_ALLOW && ace->type != ACE_DENY) {
			const char *name = ace_type_name(ace->type);
			out.strange = name ? name : arena_format(arena, "type %u", ace->type);
			return out;
		}
		out.items[out.count++] = (struct entry){
			.sid = ace->sid,
			.mask = map_generic(ace->mask, kind),
			.deny = ace->type == ACE_DENY,
		};
	}
	return out;
}

static const char *form_of(const struct entries *entries)
{
	size_t old = 0, lacking = 0;
	for (size_t i = 0; i < entries->count; i++) {
		old += is_old(&entries->items[i]);
		lacking += !(entries->items[i].mask & COM_EXECUTE);
	}
	if (entries->count == 0)
		return "empty";
	if (old == entries->count)
		return "old";
	/* An entry without any of COM's bits is no newer than the old ones beside it. */
	for (size_t i = 0; old && i < entries->count; i++)
		if (entries->items[i].mask & COM_RIGHTS & ~(uint32_t)COM_EXECUTE)
			return "mixed";
	return lacking ? "no-execute" : "new";
}

static bool allow_before_deny(const struct entries *entries)
{
	bool allowed = false;
	for (size_t i = 0; i < entries->count; i++) {
		if (entries->items[i].deny && allowed)
			return true;
		allowed |= !entries->items[i].deny;
	}
	return false;
}

static char *join(struct arena *arena, const struct strings *words)
{
	char *text = arena_text(arena, "");
	for (size_t i = 0; i < words->count; i++)
		text = arena_format(arena, "%s%s%s", text, i ? " " : "", words->items[i]);
	return text;
}

/*
 * Activation bits say nothing in an access list and are left out there; what no COM list knows
 * comes as hexadecimal.
 */
static const char *rights_text(struct arena *arena, uint32_t mask, enum com_list kind)
{
	static const struct {
		uint32_t bit;
		const char *names[2]; /* by enum com_list */
	} rights[] = {
		{COM_EXECUTE_LOCAL, {RIGHT_LOCAL_LAUNCH, RIGHT_LOCAL_ACCESS}},
		{COM_EXECUTE_REMOTE, {RIGHT_REMOTE_LAUNCH, RIGHT_REMOTE_ACCESS}},
		{COM_ACTIVATE_LOCAL, {RIGHT_LOCAL_ACTIVATION, NULL}},
		{COM_ACTIVATE_REMOTE, {RIGHT_REMOTE_ACTIVATION, NULL}},
	};
	struct strings words = {0};
	for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++)
		if ((mask & rights[i].bit) && rights[i].names[kind])
			strings_add(arena, &words, rights[i].names[kind]);
	com_mask_names(arena, mask & CONTAINER_RIGHTS, &words);
	if (mask & ~(uint32_t)COM_RIGHTS)
		strings_add(
			arena, &words, arena_format(arena, "0x%x", mask & ~(uint32_t)COM_RIGHTS));
	return join(arena, &words);
}

static int by_kind_and_sid(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	return a->deny != b->deny ? a->deny - b->deny : strcmp(a->sid, b->sid);
}

struct list {
	struct reading *reading;
	const char *path; /* ends in "/" */
	enum com_list kind;
	unsigned line;
};

static void state(const struct list *list, const char *name, const char *value)
{
	struct arena *arena = list->reading->arena;
	reading_state(
		list->reading, arena_format(arena, "%s%s", list->path, name), value, list->line);
}

/* States each trustee once per kind; the order of the entries is lost. */
static void state_entries(const struct list *list, struct entries *entries)
{
	struct arena *arena = list->reading->arena;
	for (size_t i = 0; i < entries->count; i++)
		if (is_old(&entries->items[i]))
			entries->items[i].mask |= list_rights(list->kind);
	if (entries->count)
		qsort(entries->items, entries->count, sizeof entries->items[0], by_kind_and_sid);
	for (size_t i = 0, next; i < entries->count; i = next) {
		const struct entry *entry = &entries->items[i];
		uint32_t mask = 0;
		for (next = i; next < entries->count; next++) {
			if (by_kind_and_sid(entry, &entries->items[next]) != 0)
				break;
			mask |= entries->items[next].mask;
		}
		const char *kind = entry->deny ? LIST_DENY : LIST_ALLOW;
		state(list, arena_format(arena, "%s%s", kind, segment_encode(arena, entry->sid)),
			rights_text(arena, mask, list->kind));
	}
}

static const char *level_name(struct arena *arena, const char *sid)
{
	static const struct {
		uint64_t rid;
		const char *name;
	} levels[] = {
		{0, "untrusted"},
		{0x1000, "low"},
		{0x2000, "medium"},
		{0x2100, "medium-plus"},
		{0x3000, "high"},
		{0x4000, "system"},
	};
	static const char prefix[] = "S-1-16-";
	const size_t length = sizeof prefix - 1;
	uint64_t rid;
	if (strncmp(sid, prefix, length) != 0 ||
		!number_read(sid + length, strlen(sid + length), 10, UINT32_MAX, &rid))
		return sid;
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (levels[i].rid == rid)
			return levels[i].name;
	return arena_format(arena, "0x%x", (unsigned)rid);
}

/* The first label counts, as it does for Windows. */
static void state_label(const struct list *list, const struct acl *sacl)
{
	struct arena *arena = list->reading->arena;
	for (size_t i = 0; sacl && i < sacl->count; i++) {
		const struct ace *ace = &sacl->aces[i];
		if (ace->type != ACE_MANDATORY_LABEL || (ace->flags & ACE_FLAG_INHERIT_ONLY))
			continue;
		struct strings words = {0};
		strings_add(arena, &words, level_name(arena, ace->sid));
		label_policy_names(arena, ace->mask, &words);
		state(list, LIST_LABEL, join(arena, &words));
		return;
	}
}

static void state_descriptor(const struct list *list, const struct security_descriptor *sd)
{
	struct entries entries = {0};
	if (sd->dacl)
		entries = effective_entries(list->reading->arena, sd->dacl, list->kind);
	if (entries.strange) {
		reading_unknown(list->reading, list->path,
			"the list has an entry of a kind whose effect is not known (%s)",
			entries.strange);
		return;
	}
	state(list, LIST_FORM, sd->dacl ? form_of(&entries) : "null");
	state_label(list, sd->sacl);
	if (allow_before_deny(&entries))
		state(list, LIST_ORDER, "allow-before-deny");
	state_entries(list, &entries);
}

void com_permission_state(struct reading *reading, const char *path, enum com_list kind,
	struct bytes descriptor, unsigned line)
{
	struct list list = {reading, path, kind, line};
	struct error error = {0};
	const struct security_descriptor *sd =
		security_descriptor_decode(reading->arena, descriptor, &error);
	if (sd)
		state_descriptor(&list, sd);
	else
		state(&list, LIST_FORM, "malformed");
}

void com_permission_state_default(struct reading *reading, const char *path, unsigned line)
{
	struct list list = {.reading = reading, .path = path, .line = line};
	state(&list, LIST_FORM, "default");
}
