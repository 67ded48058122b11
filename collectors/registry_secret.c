/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_text.h"

#include "base/secret.h"

#include <string.h>

static bool contains(const char *text, const char *word)
{
	for (; *text; text++)
		if (text_starts(text, word))
			return true;
	return false;
}

/* At `path` or below it. */
static bool is_below(const char *path, const char *above)
{
	char next = text_starts(path, above) ? path[strlen(above)] : 'x';
	return next == '\0' || next == '\\';
}

static bool ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), tail = strlen(end);
	return length >= tail && text_starts(path + length - tail, end);
}

/*
 * A number is no password: LimitBlankPasswordUse, DisablePasswordChange and their like are settings
 * that have to be compared.
 */
static bool is_named_like_one(const char *name, uint32_t type)
{
	static const char *const words[] = {"password", "passwd", "passphrase", "secret", "pwd",
		"credential", "kennwort", "passwort", NULL};
	if (type == REGISTRY_DWORD)
		return false;
	for (const char *const *word = words; *word; word++)
		if (contains(name, *word))
			return true;
	return false;
}

static const char *key_of(const char *path)
{
	const char *last = strrchr(path, '\\');
	return last ? last + 1 : path;
}

bool registry_is_secret(const char *path, const char *name, uint32_t type)
{
	return is_below(path, HKLM "SECURITY") || is_below(path, HKLM "SAM") ||
	       is_named_like_one(name, type) || is_named_like_one(key_of(path), type) ||
	       registry_names_are_secret(path);
}

/* SNMP's community names are its passwords. */
bool registry_names_are_secret(const char *path)
{
	return ends_with(path, "\\SNMP\\Parameters\\ValidCommunities");
}

bool registry_children_are_secret(const char *path)
{
	return ends_with(path, REGISTRY_SECRET_CHILDREN);
}

static void wipe(const void *data, size_t length)
{
	if (length)
		secret_wipe((void *)data, length);
}

void registry_withhold(struct registry_value *value, struct text source)
{
	wipe(source.data, source.length);
	wipe(value->text.data, value->text.length);
	wipe(value->bytes.data, value->bytes.length);
	for (size_t i = 0; i < value->list_count; i++)
		wipe(value->list[i].data, value->list[i].length);
	*value = (struct registry_value){
		.name = value->name, .type = value->type, .line = value->line, .withheld = true};
}
