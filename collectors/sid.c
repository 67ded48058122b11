/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/sid.h"

#include "base/number.h"
#include "inventory/vocabulary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	SID_HEADER = 8, /* revision, count, authority */
	SID_TEXT_SIZE = sizeof "S-1-0x123456789abc" + SID_MAX_SUBAUTHORITIES * sizeof "-4294967295",
};

struct sid {
	uint64_t authority; /* 48 bits */
	unsigned count;
	uint32_t parts[SID_MAX_SUBAUTHORITIES];
};

static void sid_format(const struct sid *sid, char text[SID_TEXT_SIZE])
{
	int length = sid->authority > UINT32_MAX
			     ? snprintf(text, SID_TEXT_SIZE, "S-1-0x%012" PRIx64, sid->authority)
			     : snprintf(text, SID_TEXT_SIZE, "S-1-%" PRIu64, sid->authority);
	for (unsigned i = 0; i < sid->count; i++)
		length += snprintf(text + length, (size_t)(SID_TEXT_SIZE - length), "-%" PRIu32,
			sid->parts[i]);
}

static bool sid_unpack(struct bytes bytes, struct sid *sid)
{
	const unsigned char *at = bytes.data;
	if (bytes.length < SID_HEADER || at[0] != 1 || at[1] > SID_MAX_SUBAUTHORITIES)
		return false;
	if (bytes.length < SID_HEADER + 4u * at[1])
		return false;
	*sid = (struct sid){.count = at[1]};
	for (int i = 2; i < SID_HEADER; i++)
		sid->authority = sid->authority << 8 | at[i];
	at += SID_HEADER;
	for (unsigned i = 0; i < sid->count; i++, at += 4)
		sid->parts[i] = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
				(uint32_t)at[3] << 24;
	return true;
}

char *sid_decode(struct arena *arena, struct bytes bytes, size_t *length)
{
	struct sid sid;
	if (!sid_unpack(bytes, &sid))
		return NULL;
	char text[SID_TEXT_SIZE];
	sid_format(&sid, text);
	if (length)
		*length = SID_HEADER + 4u * sid.count;
	return arena_text(arena, text);
}

static bool read_authority(const char *text, size_t length, uint64_t *authority)
{
	const uint64_t most = ((uint64_t)1 << 48) - 1;
	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return number_read(text + 2, length - 2, 16, most, authority);
	return number_read(text, length, 10, most, authority);
}

static bool sid_parse(const char *text, struct sid *sid)
{
	if ((text[0] != 'S' && text[0] != 's') || strncmp(text + 1, "-1-", 3) != 0)
		return false;
	*sid = (struct sid){0};
	text += 4;
	size_t length = strcspn(text, "-");
	if (!read_authority(text, length, &sid->authority))
		return false;
	for (text += length; *text; text += length) {
		uint64_t part;
		length = strcspn(++text, "-");
		if (sid->count == SID_MAX_SUBAUTHORITIES ||
			!number_read(text, length, 10, UINT32_MAX, &part))
			return false;
		sid->parts[sid->count++] = (uint32_t)part;
	}
	return true;
}

char *sid_read(struct arena *arena, const char *text)
{
	struct sid sid;
	if (!sid_parse(text, &sid))
		return NULL;
	char canonical[SID_TEXT_SIZE];
	sid_format(&sid, canonical);
	return arena_text(arena, canonical);
}

bool sid_is_text(const char *text)
{
	struct sid sid;
	if (!sid_parse(text, &sid))
		return false;
	char canonical[SID_TEXT_SIZE];
	sid_format(&sid, canonical);
	return strcmp(text, canonical) == 0;
}

bool sid_has_prefix(const char *sid, const char *prefix)
{
	size_t length = strlen(prefix);
	if (length == 0 || strncmp(sid, prefix, length) != 0 || sid[length] != '-')
		return false;
	const char *rid = sid + length + 1;
	uint64_t number;
	return number_read(rid, strlen(rid), 10, UINT32_MAX, &number);
}

/* [MS-DTYP] 2.4.2.4; the more special prefix stands first. */
static const struct {
	const char *prefix;
	const char *word;
} families[] = {
	{"S-1-5-5-", "logon session"},
	{"S-1-5-21-", "account of a computer or domain"},
	{"S-1-5-32-", "built-in group"},
	{"S-1-5-64-", "authentication package"},
	{"S-1-5-80-", "service"},
	{"S-1-5-82-", "application pool"},
	{"S-1-5-83-", "virtual machine"},
	{"S-1-5-90-", "window manager"},
	{"S-1-15-2-", "application package"},
	{"S-1-15-3-", "capability"},
	{"S-1-16-", "integrity label"},
	{"S-1-18-", "asserted identity"},
	{"S-1-19-", "trust label"},
};

const char *sid_display(struct arena *arena, const char *sid)
{
	const char *name = well_known_name(sid);
	if (name)
		return name;
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		if (strncmp(sid, families[i].prefix, strlen(families[i].prefix)) == 0)
			return arena_format(arena, "%s (%s)", sid, families[i].word);
	return sid;
}
