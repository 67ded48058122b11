/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/security_descriptor.h"

#include "base/json.h"
#include "base/memory.h"
#include "cli/hex_input.h"
#include "cli/kind.h"
#include "collectors/sid.h"

#include <string.h>

static void *decode(struct arena *arena, struct bytes input, struct error *error)
{
	struct bytes bytes;
	if (hex_input_read(arena, input, &bytes, error) != 0)
		return NULL;
	return security_descriptor_decode(arena, bytes, error);
}

static const char *type_text(struct arena *arena, const struct ace *ace)
{
	const char *name = ace_type_name(ace->type);
	return name ? name : arena_format(arena, "type-0x%02x", ace->type);
}

static void rights_of(struct arena *arena, const struct ace *ace, struct strings *names)
{
	if (ace->type == ACE_MANDATORY_LABEL)
		label_policy_names(arena, ace->mask, names);
	else
		com_mask_names(arena, ace->mask, names);
}

/* --- for people ------------------------------------------------------------------------------ */

struct bit {
	unsigned value;
	const char *name;
};

static void print_bits(FILE *file, unsigned set, const struct bit *bits)
{
	for (; bits->name; bits++) {
		if (set & bits->value)
			fprintf(file, " %s", bits->name);
		set &= ~bits->value;
	}
	if (set)
		fprintf(file, " 0x%x", set);
}

/* "Everyone (S-1-1-0)": the name where there is one, the SID always. */
static const char *trustee_text(struct arena *arena, const char *sid)
{
	if (!sid)
		return "-";
	const char *shown = sid_display(arena, sid);
	if (strncmp(shown, sid, strlen(sid)) == 0)
		return shown;
	return arena_format(arena, "%s (%s)", shown, sid);
}

static int column(int width, const char *text)
{
	const int most = 60;
	int length = strlen(text) < (size_t)most ? (int)strlen(text) : most;
	return length > width ? length : width;
}

static void print_rest(struct arena *arena, const struct ace *ace, FILE *file)
{
	static const struct bit flags[] = {
		{0x01, "object-inherit"},
		{0x02, "container-inherit"},
		{0x04, "no-propagate"},
		{0x08, "inherit-only"},
		{0x10, "inherited"},
		{0x20, "critical"},
		{0x40, "successful"},
		{0x80, "failed"},
		{0, NULL},
	};
	if (ace->object_type)
		fprintf(file, "; for object %s", ace->object_type);
	if (ace->inherited_type)
		fprintf(file, "; inherited by %s", ace->inherited_type);
	if (ace->flags) {
		fputs("; flags", file);
		print_bits(file, ace->flags, flags);
	}
	if (ace->data.length)
		fprintf(file, "; %zu more bytes: %s", ace->data.length, hex_text(arena, ace->data));
}

static void print_entry(
	struct arena *arena, const struct ace *ace, int type, int trustee, FILE *file)
{
	fprintf(file, "  %-*s  %-*s ", type, type_text(arena, ace), trustee,
		trustee_text(arena, ace->sid));
	struct strings names = {0};
	rights_of(arena, ace, &names);
	for (size_t i = 0; i < names.count; i++)
		fprintf(file, " %s", names.items[i]);
	if (names.count == 0)
		fputs(ace->sid ? " nothing" : " not understood", file);
	print_rest(arena, ace, file);
	fputc('\n', file);
}

static void print_entries(struct arena *arena, const struct acl *acl, FILE *file)
{
	int type = 0, trustee = 0;
	for (size_t i = 0; i < acl->count; i++) {
		type = column(type, type_text(arena, &acl->aces[i]));
		trustee = column(trustee, trustee_text(arena, acl->aces[i].sid));
	}
	for (size_t i = 0; i < acl->count; i++)
		print_entry(arena, &acl->aces[i], type, trustee, file);
}

static void print_dacl(struct arena *arena, const struct security_descriptor *sd, FILE *file)
{
	if (!sd->dacl)
		fprintf(file, "access   %s: everybody may do everything\n",
			sd->control & SD_DACL_PRESENT ? "a NULL list" : "no list");
	else if (sd->dacl->count == 0)
		fputs("access   an empty list: nobody may do anything\n", file);
	else
		fprintf(file, "access   %zu %s\n", sd->dacl->count,
			sd->dacl->count == 1 ? "entry" : "entries");
	if (sd->dacl)
		print_entries(arena, sd->dacl, file);
}

static void print_sacl(struct arena *arena, const struct security_descriptor *sd, FILE *file)
{
	if (!sd->sacl)
		fputs("system   no list: no audit, no integrity label\n", file);
	else
		fprintf(file, "system   %zu %s\n", sd->sacl->count,
			sd->sacl->count == 1 ? "entry" : "entries");
	if (sd->sacl)
		print_entries(arena, sd->sacl, file);
}

static void print(const void *decoded, FILE *file)
{
	static const struct bit controls[] = {
		{0x0001, "owner-defaulted"},
		{0x0002, "group-defaulted"},
		{SD_DACL_PRESENT, "dacl-present"},
		{0x0008, "dacl-defaulted"},
		{SD_SACL_PRESENT, "sacl-present"},
		{0x0020, "sacl-defaulted"},
		{0x0100, "dacl-inherit-required"},
		{0x0200, "sacl-inherit-required"},
		{0x0400, "dacl-auto-inherited"},
		{0x0800, "sacl-auto-inherited"},
		{0x1000, "dacl-protected"},
		{0x2000, "sacl-protected"},
		{0x4000, "resource-manager-control"},
		{SD_SELF_RELATIVE, "self-relative"},
		{0, NULL},
	};
	auto_arena struct arena *arena = arena_new();
	const struct security_descriptor *sd = decoded;
	fprintf(file, "owner    %s\n", sd->owner ? trustee_text(arena, sd->owner) : "none");
	fprintf(file, "group    %s\n", sd->group ? trustee_text(arena, sd->group) : "none");
	fprintf(file, "control  0x%04x:", sd->control);
	print_bits(file, sd->control, controls);
	fputc('\n', file);
	print_dacl(arena, sd, file);
	print_sacl(arena, sd, file);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static json_t *rights_json(struct arena *arena, const struct ace *ace)
{
	struct strings names = {0};
	rights_of(arena, ace, &names);
	json_t *list = json_array();
	for (size_t i = 0; i < names.count; i++)
		json_array_append_new(list, json_of_text(names.items[i]));
	return list;
}

static json_t *entry_json(struct arena *arena, const struct ace *ace)
{
	json_t *entry = json_object();
	json_object_set_new(entry, "type", json_of_text(type_text(arena, ace)));
	json_object_set_new(entry, "flags", json_integer(ace->flags));
	json_object_set_new(entry, "mask", json_integer(ace->mask));
	json_object_set_new(entry, "sid", json_of_text(ace->sid));
	json_object_set_new(
		entry, "trustee", json_of_text(ace->sid ? sid_display(arena, ace->sid) : NULL));
	json_object_set_new(entry, "rights", rights_json(arena, ace));
	if (ace->object_type)
		json_object_set_new(entry, "object-type", json_of_text(ace->object_type));
	if (ace->inherited_type)
		json_object_set_new(
			entry, "inherited-object-type", json_of_text(ace->inherited_type));
	if (ace->data.length || !ace->sid)
		json_object_set_new(entry, "data", json_of_text(hex_text(arena, ace->data)));
	return entry;
}

static json_t *list_json(struct arena *arena, const struct acl *acl)
{
	if (!acl)
		return json_null();
	json_t *list = json_array();
	for (size_t i = 0; i < acl->count; i++)
		json_array_append_new(list, entry_json(arena, &acl->aces[i]));
	return list;
}

static json_t *json(struct arena *arena, const void *decoded)
{
	const struct security_descriptor *sd = decoded;
	json_t *object = json_object();
	json_object_set_new(object, "control", json_integer(sd->control));
	json_object_set_new(object, "owner", json_of_text(sd->owner));
	json_object_set_new(object, "group", json_of_text(sd->group));
	json_object_set_new(object, "dacl", list_json(arena, sd->dacl));
	json_object_set_new(object, "sacl", list_json(arena, sd->sacl));
	return object;
}

const struct kind kind_security_descriptor = {
	.name = "security-descriptor",
	.summary = "a registry value such as LaunchPermission, in hexadecimal",
	.decode = decode,
	.print = print,
	.json = json,
};
