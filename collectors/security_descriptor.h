/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SECURITY_DESCRIPTOR_H
#define COLLECTORS_SECURITY_DESCRIPTOR_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Self-relative security descriptors, [MS-DTYP] 2.4.6, and the access masks of COM
 * (win32, com/access-control-lists-for-com). Decoding checks every offset and length against the
 * bytes; the first fault is named with its byte offset.
 */
enum {
	SD_DACL_PRESENT = 0x0004,
	SD_SACL_PRESENT = 0x0010,
	SD_SELF_RELATIVE = 0x8000,
};

enum {
	ACE_ALLOW = 0x00,
	ACE_DENY = 0x01,
	ACE_AUDIT = 0x02,
	ACE_ALARM = 0x03,
	ACE_ALLOW_COMPOUND = 0x04,
	ACE_ALLOW_OBJECT = 0x05,
	ACE_DENY_OBJECT = 0x06,
	ACE_AUDIT_OBJECT = 0x07,
	ACE_ALARM_OBJECT = 0x08,
	ACE_ALLOW_CALLBACK = 0x09,
	ACE_DENY_CALLBACK = 0x0a,
	ACE_ALLOW_CALLBACK_OBJECT = 0x0b,
	ACE_DENY_CALLBACK_OBJECT = 0x0c,
	ACE_AUDIT_CALLBACK = 0x0d,
	ACE_ALARM_CALLBACK = 0x0e,
	ACE_AUDIT_CALLBACK_OBJECT = 0x0f,
	ACE_ALARM_CALLBACK_OBJECT = 0x10,
	ACE_MANDATORY_LABEL = 0x11,
	ACE_RESOURCE_ATTRIBUTE = 0x12,
	ACE_SCOPED_POLICY = 0x13,
};

#define ACE_FLAG_INHERIT_ONLY 0x08

struct ace {
	uint8_t type;
	uint8_t flags;
	uint32_t mask;
	const char *sid;	    /* NULL for a type whose layout is not known */
	const char *object_type;    /* GUID in braces, or NULL */
	const char *inherited_type; /* GUID in braces, or NULL */
	struct bytes data;	    /* what stands behind the SID (conditions, attributes) */
};

struct acl {
	uint8_t revision;
	struct ace *aces;
	size_t count;
};

struct security_descriptor {
	uint16_t control;
	const char *owner; /* NULL: none */
	const char *group;
	const struct acl *dacl; /* NULL: none; with SD_DACL_PRESENT it is a NULL DACL */
	const struct acl *sacl;
};

/* In the arena; NULL with "byte N: what". Bytes behind the last part are allowed. */
struct security_descriptor *security_descriptor_decode(
	struct arena *arena, struct bytes bytes, struct error *error);

const char *ace_type_name(uint8_t type); /* "allow", "mandatory-label"; NULL: not known */

/* COM's bits. */
enum {
	COM_EXECUTE = 1,
	COM_EXECUTE_LOCAL = 2,
	COM_EXECUTE_REMOTE = 4,
	COM_ACTIVATE_LOCAL = 8,
	COM_ACTIVATE_REMOTE = 16,
	COM_EXECUTE_CONTAINER = 32,
	COM_ACTIVATE_CONTAINER = 64,
};

/* Names of all bits of a mask, unknown ones as hexadecimal, for people and JSON. */
void com_mask_names(struct arena *arena, uint32_t mask, struct strings *names);

/* The same for the policy of a mandatory label: "no-write-up", "no-read-up", "no-execute-up". */
void label_policy_names(struct arena *arena, uint32_t mask, struct strings *names);

#endif
