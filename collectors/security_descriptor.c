/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/security_descriptor.h"

#include "collectors/sid.h"

#include <string.h>

enum {
	DESCRIPTOR_SIZE = 20,
	ACL_SIZE = 8,
	ACE_SIZE = 4,
	MASK_SIZE = 4,
	GUID_SIZE = 16,
	ACL_REVISION_LEAST = 2, /* what RtlValidAcl demands */
	ACL_REVISION_MOST = 4,
};

enum {
	OBJECT_TYPE_PRESENT = 1,
	INHERITED_TYPE_PRESENT = 2,
};

struct decoder {
	struct arena *arena;
	struct bytes bytes; /* the whole descriptor: offsets count from its beginning */
	struct error *error;
};

static uint32_t u16_at(const struct decoder *in, size_t at)
{
	return in->bytes.data[at] | (uint32_t)in->bytes.data[at + 1] << 8;
}

static uint32_t u32_at(const struct decoder *in, size_t at)
{
	return u16_at(in, at) | u16_at(in, at + 2) << 16;
}

static bool fits(const struct decoder *in, size_t at, size_t length)
{
	return at <= in->bytes.length && length <= in->bytes.length - at;
}

static char *guid_at(const struct decoder *in, size_t at)
{
	const unsigned char *b = in->bytes.data + at + 8;
	return arena_format(in->arena, "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
		u32_at(in, at), u16_at(in, at + 4), u16_at(in, at + 6), b[0], b[1], b[2], b[3],
		b[4], b[5], b[6], b[7]);
}

static bool ace_is_object(uint8_t type)
{
	switch (type) {
	case ACE_ALLOW_OBJECT:
	case ACE_DENY_OBJECT:
	case ACE_AUDIT_OBJECT:
	case ACE_ALARM_OBJECT:
	case ACE_ALLOW_CALLBACK_OBJECT:
	case ACE_DENY_CALLBACK_OBJECT:
	case ACE_AUDIT_CALLBACK_OBJECT:
	case ACE_ALARM_CALLBACK_OBJECT:
		return true;
	default:
		return false;
	}
}

/* A compound entry has a name but no published layout. */
static bool ace_layout_known(uint8_t type)
{
	return type != ACE_ALLOW_COMPOUND && ace_type_name(type);
}

/* Reads flags and GUIDs of an object entry; *at moves behind them. */
static int read_object_types(const struct decoder *in, size_t *at, size_t end, struct ace *ace)
{
	if (end - *at < 4)
		return error_set(in->error, ERROR_INPUT,
			"byte %zu: the entry ends before the flags of its object types", *at);
	uint32_t present = u32_at(in, *at);
	size_t need = GUID_SIZE *
		      (!!(present & OBJECT_TYPE_PRESENT) + !!(present & INHERITED_TYPE_PRESENT));
	*at += 4;
	if (end - *at < need)
		return error_set(in->error, ERROR_INPUT,
			"byte %zu: the entry ends before the object types that it announces", *at);
	if (present & OBJECT_TYPE_PRESENT) {
		ace->object_type = guid_at(in, *at);
		*at += GUID_SIZE;
	}
	if (present & INHERITED_TYPE_PRESENT) {
		ace->inherited_type = guid_at(in, *at);
		*at += GUID_SIZE;
	}
	return 0;
}

static const char *read_sid(const struct decoder *in, size_t at, size_t end, size_t *length)
{
	struct bytes rest = {in->bytes.data + at, end - at};
	const char *sid = sid_decode(in->arena, rest, length);
	if (!sid)
		error_set(in->error, ERROR_INPUT,
			"byte %zu: no SID, or one longer than what holds it", at);
	return sid;
}

static void keep_data(const struct decoder *in, size_t at, size_t end, struct ace *ace)
{
	if (at < end)
		ace->data.data = arena_copy(in->arena, in->bytes.data + at, end - at);
	ace->data.length = end - at;
}

/* One entry from `at` up to `end`, which is what its size says. */
static int read_ace(const struct decoder *in, size_t at, size_t end, struct ace *ace)
{
	*ace = (struct ace){.type = in->bytes.data[at], .flags = in->bytes.data[at + 1]};
	at += ACE_SIZE;
	if (!ace_layout_known(ace->type)) {
		keep_data(in, at, end, ace);
		return 0;
	}
	if (end - at < MASK_SIZE)
		return error_set(in->error, ERROR_INPUT,
			"byte %zu: the entry ends before its access mask", at);
	ace->mask = u32_at(in, at);
	at += MASK_SIZE;
	if (ace_is_object(ace->type) && read_object_types(in, &at, end, ace) != 0)
		return -1;
	size_t length;
	ace->sid = read_sid(in, at, end, &length);
	if (!ace->sid)
		return -1;
	keep_data(in, at + length, end, ace);
	return 0;
}

static int read_aces(const struct decoder *in, size_t at, size_t end, struct acl *acl)
{
	for (size_t i = 0; i < acl->count; i++) {
		if (end - at < ACE_SIZE)
			return error_set(in->error, ERROR_INPUT,
				"byte %zu: the list ends here, after %zu of %zu entries", at, i,
				acl->count);
		size_t size = u16_at(in, at + 2);
		if (size < ACE_SIZE || size % 4 != 0)
			return error_set(in->error, ERROR_INPUT,
				"byte %zu: an entry cannot have %zu bytes", at + 2, size);
		if (size > end - at)
			return error_set(in->error, ERROR_INPUT,
				"byte %zu: an entry of %zu bytes where the list has %zu left", at,
				size, end - at);
		if (read_ace(in, at, at + size, &acl->aces[i]) != 0)
			return -1;
		at += size;
	}
	return 0;
}

static struct acl *read_acl(const struct decoder *in, size_t at)
{
	if (!fits(in, at, ACL_SIZE)) {
		error_set(in->error, ERROR_INPUT, "byte %zu: no room for a list", at);
		return NULL;
	}
	uint8_t revision = in->bytes.data[at];
	if (revision < ACL_REVISION_LEAST || revision > ACL_REVISION_MOST) {
		error_set(in->error, ERROR_INPUT,
			"byte %zu: list of revision %u, only 2 to 4 are known", at, revision);
		return NULL;
	}
	size_t size = u16_at(in, at + 2), count = u16_at(in, at + 4);
	if (size < ACL_SIZE || !fits(in, at, size)) {
		error_set(in->error, ERROR_INPUT, "byte %zu: a list of %zu bytes does not fit here",
			at + 2, size);
		return NULL;
	}
	if (count > (size - ACL_SIZE) / ACE_SIZE) {
		error_set(in->error, ERROR_INPUT,
			"byte %zu: %zu entries do not fit into a list of %zu bytes", at + 4, count,
			size);
		return NULL;
	}
	struct acl *acl = arena_alloc(in->arena, sizeof *acl);
	acl->revision = revision;
	acl->count = count;
	acl->aces = arena_alloc(in->arena, count * sizeof acl->aces[0]);
	return read_aces(in, at + ACL_SIZE, at + size, acl) == 0 ? acl : NULL;
}

/* The offset that stands at `at`, or 0; -1 in *failed where it points into the header or out. */
static size_t read_offset(const struct decoder *in, size_t at, int *failed)
{
	size_t offset = u32_at(in, at);
	if (offset == 0)
		return 0;
	if (offset < DESCRIPTOR_SIZE || offset >= in->bytes.length)
		*failed = error_set(in->error, ERROR_INPUT, "byte %zu: offset %zu points %s", at,
			offset, offset < DESCRIPTOR_SIZE ? "into the header" : "behind the end");
	return offset;
}

static int read_principal(const struct decoder *in, size_t at, const char **sid)
{
	int failed = 0;
	size_t length, offset = read_offset(in, at, &failed);
	if (failed || offset == 0)
		return failed;
	*sid = read_sid(in, offset, in->bytes.length, &length);
	return *sid ? 0 : -1;
}

/* Without its control bit a list is not there, whatever its offset says, as for Windows. */
static int read_list(const struct decoder *in, bool present, size_t at, const struct acl **acl)
{
	int failed = 0;
	size_t offset = present ? read_offset(in, at, &failed) : 0;
	if (failed || offset == 0)
		return failed;
	*acl = read_acl(in, offset);
	return *acl ? 0 : -1;
}

static int check_header(const struct decoder *in)
{
	if (in->bytes.length < DESCRIPTOR_SIZE)
		return error_set(in->error, ERROR_INPUT,
			"byte %zu: the descriptor ends within its header of %d bytes",
			in->bytes.length, DESCRIPTOR_SIZE);
	if (in->bytes.data[0] != 1)
		return error_set(in->error, ERROR_INPUT,
			"byte 0: descriptor of revision %u, only 1 is known", in->bytes.data[0]);
	if (!(u16_at(in, 2) & SD_SELF_RELATIVE))
		return error_set(
			in->error, ERROR_INPUT, "byte 2: the descriptor is not self-relative");
	return 0;
}

struct security_descriptor *security_descriptor_decode(
	struct arena *arena, struct bytes bytes, struct error *error)
{
	struct decoder in = {arena, bytes, error};
	if (check_header(&in) != 0)
		return NULL;
	struct security_descriptor *sd = arena_alloc(arena, sizeof *sd);
	sd->control = (uint16_t)u16_at(&in, 2);
	if (read_principal(&in, 4, &sd->owner) != 0 || read_principal(&in, 8, &sd->group) != 0 ||
		read_list(&in, sd->control & SD_SACL_PRESENT, 12, &sd->sacl) != 0 ||
		read_list(&in, sd->control & SD_DACL_PRESENT, 16, &sd->dacl) != 0)
		return NULL;
	return sd;
}

const char *ace_type_name(uint8_t type)
{
	static const char *const names[] = {
		[ACE_ALLOW] = "allow",
		[ACE_DENY] = "deny",
		[ACE_AUDIT] = "audit",
		[ACE_ALARM] = "alarm",
		[ACE_ALLOW_COMPOUND] = "allow-compound",
		[ACE_ALLOW_OBJECT] = "allow-object",
		[ACE_DENY_OBJECT] = "deny-object",
		[ACE_AUDIT_OBJECT] = "audit-object",
		[ACE_ALARM_OBJECT] = "alarm-object",
		[ACE_ALLOW_CALLBACK] = "allow-callback",
		[ACE_DENY_CALLBACK] = "deny-callback",
		[ACE_ALLOW_CALLBACK_OBJECT] = "allow-callback-object",
		[ACE_DENY_CALLBACK_OBJECT] = "deny-callback-object",
		[ACE_AUDIT_CALLBACK] = "audit-callback",
		[ACE_ALARM_CALLBACK] = "alarm-callback",
		[ACE_AUDIT_CALLBACK_OBJECT] = "audit-callback-object",
		[ACE_ALARM_CALLBACK_OBJECT] = "alarm-callback-object",
		[ACE_MANDATORY_LABEL] = "mandatory-label",
		[ACE_RESOURCE_ATTRIBUTE] = "resource-attribute",
		[ACE_SCOPED_POLICY] = "scoped-policy",
	};
	return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

struct bit_name {
	uint32_t bit;
	const char *name;
};

static void bit_names(
	struct arena *arena, uint32_t mask, const struct bit_name *bits, struct strings *names)
{
	for (; bits->name; bits++) {
		if (mask & bits->bit)
			strings_add(arena, names, bits->name);
		mask &= ~bits->bit;
	}
	if (mask)
		strings_add(arena, names, arena_format(arena, "0x%x", mask));
}

void com_mask_names(struct arena *arena, uint32_t mask, struct strings *names)
{
	static const struct bit_name bits[] = {
		{COM_EXECUTE, "execute"},
		{COM_EXECUTE_LOCAL, "execute-local"},
		{COM_EXECUTE_REMOTE, "execute-remote"},
		{COM_ACTIVATE_LOCAL, "activate-local"},
		{COM_ACTIVATE_REMOTE, "activate-remote"},
		{COM_EXECUTE_CONTAINER, "execute-container"},
		{COM_ACTIVATE_CONTAINER, "activate-container"},
		{0x10000000, "generic-all"},
		{0x20000000, "generic-execute"},
		{0x40000000, "generic-write"},
		{0x80000000, "generic-read"},
		{0, NULL},
	};
	bit_names(arena, mask, bits, names);
}

void label_policy_names(struct arena *arena, uint32_t mask, struct strings *names)
{
	static const struct bit_name bits[] = {
		{1, "no-write-up"},
		{2, "no-read-up"},
		{4, "no-execute-up"},
		{0, NULL},
	};
	bit_names(arena, mask, bits, names);
}
