/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/vocabulary.h"

#include "base/number.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* --- words -------------------------------------------------------------------------------------
 */

static bool same_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

bool rights_hold(const char *rights, const char *right)
{
	while (*rights) {
		size_t length = strcspn(rights, " ");
		if (length && same_word(rights, length, right))
			return true;
		rights += length;
		rights += strspn(rights, " ");
	}
	return false;
}

static bool all_of(const char *text, size_t length, const char *allowed)
{
	return strspn(text, allowed) >= length;
}

bool password_is_fingerprint(const char *value)
{
	static const char scheme[] = "hmac-sha256:", digits[] = "0123456789abcdef";
	enum { START = sizeof scheme - 1, KEY_ID = 16, DIGEST = 64 };
	if (strlen(value) != START + KEY_ID + 1 + DIGEST || memcmp(value, scheme, START) != 0)
		return false;
	const char *key_id = value + START, *digest = key_id + KEY_ID + 1;
	return all_of(key_id, KEY_ID, digits) && key_id[KEY_ID] == ':' &&
	       all_of(digest, DIGEST, digits);
}

static bool read_part(const char **at, uint64_t *number)
{
	size_t length = strspn(*at, "0123456789");
	if (length == 0 || !number_read(*at, length, 10, UINT32_MAX, number))
		return false;
	*at += length;
	return true;
}

int version_compare(const char *version, unsigned major, unsigned minor, int *result)
{
	uint64_t first, second;
	const char *at = version;
	if (!read_part(&at, &first) || *at++ != '.' || !read_part(&at, &second))
		return -1;
	if (*at != '\0' && *at != '.')
		return -1;
	if (first != major)
		*result = first < major ? -1 : 1;
	else
		*result = (second > minor) - (second < minor);
	return 0;
}

/* --- locations ---------------------------------------------------------------------------------
 */

/* Without slashes at the ends and without double ones, in place. */
static void tidy_slashes(char *path)
{
	char *out = path;
	for (const char *at = path; *at; at++)
		if (*at != '/' || (out > path && out[-1] != '/'))
			*out++ = *at;
	if (out > path && out[-1] == '/')
		out--;
	*out = '\0';
}

/* What follows the segment, if the path begins with it, or NULL. */
static const char *below(const char *path, const char *segment)
{
	size_t length = strlen(segment);
	if (strncmp(path, segment, length) != 0)
		return NULL;
	if (path[length] == '/')
		return path + length + 1;
	return path[length] == '\0' ? path + length : NULL;
}

char *location_canonical(struct arena *arena, const char *text)
{
	char *folded = text_fold(arena, text);
	tidy_slashes(folded);
	const char *rest = folded, *next = below(folded, "lm");
	if (next) {
		rest = below(next, "w3svc");
		if (!rest)
			return NULL; /* another service of the metabase */
	} else if ((next = below(folded, "w3svc"))) {
		rest = next;
	}
	return arena_text(arena, *rest ? rest : "/");
}

char *location_parent(struct arena *arena, const char *location)
{
	if (strcmp(location, "/") == 0)
		return NULL;
	const char *slash = strrchr(location, '/');
	if (!slash)
		return arena_text(arena, "/");
	return arena_text_n(arena, location, (size_t)(slash - location));
}

/* --- GUIDs -------------------------------------------------------------------------------------
 */

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

char *guid_canonical(struct arena *arena, const char *text)
{
	static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
	bool braces = *text == '{';
	size_t length = strlen(shape), outside = braces ? 0 : 1;
	if (strlen(text) != length - 2 * outside)
		return NULL;
	char *guid = arena_text(arena, shape);
	for (size_t i = outside; i < length - outside; i++) {
		char c = text[i - outside];
		if (shape[i] == 'x' ? number_hex_digit(c) < 0 : c != shape[i])
			return NULL;
		guid[i] = to_upper(c);
	}
	return guid;
}

/* --- accounts ----------------------------------------------------------------------------------
 */

/* Domain parts of accounts that every Windows has of its own. */
static const char *const authorities[] = {
	"NT AUTHORITY",
	"BUILTIN",
	"APPLICATION PACKAGE AUTHORITY",
	"MANDATORY LABEL",
	"NT SERVICE",
	"IIS APPPOOL",
	"NT VIRTUAL MACHINE",
};

static bool is_authority(const char *domain, size_t length)
{
	for (size_t i = 0; i < sizeof authorities / sizeof *authorities; i++)
		if (strlen(authorities[i]) == length && text_starts(domain, authorities[i]))
			return true;
	return false;
}

/* S-1-authority-sub-..., digits only but for the authority, which may be hexadecimal. */
static bool is_sid(const char *text)
{
	if (!text_starts(text, "S-1-"))
		return false;
	const char *at = text + strlen("S-1-");
	if (text_starts(at, "0x"))
		at += strlen("0x") + strspn(at + strlen("0x"), "0123456789abcdefABCDEF");
	for (;;) {
		at += strspn(at, "0123456789");
		if (*at == '\0')
			return number_hex_digit(at[-1]) >= 0;
		if (*at != '-' || number_hex_digit(at[-1]) < 0)
			return false;
		at++;
	}
}

static char *upper(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	for (char *at = copy; *at; at++)
		*at = to_upper(*at);
	return copy;
}

static const char *known_by_name(const char *name)
{
	const char *sid = well_known_sid(name);
	return sid ? well_known_name(sid) : NULL;
}

/*
 * Administrators may well have an account of their own called IUSR (IIS 6) or Anonymous: without
 * a domain these are taken for local ones.
 */
static const char *known_bare(const char *name)
{
	if (text_same(name, "IUSR") || text_same(name, "Anonymous"))
		return NULL;
	return known_by_name(name);
}

/* A computer gives none of its accounts the name of a group of BUILTIN, and WMI says COMPUTER\Users
 * where it means BUILTIN\Users. */
static const char *known_builtin(const char *name)
{
	const char *sid = well_known_sid(name);
	return sid && text_starts(sid, "S-1-5-32-") ? well_known_name(sid) : NULL;
}

static char *local_account(struct arena *arena, const char *known, const char *name)
{
	if (known)
		return arena_text(arena, known);
	return arena_format(arena, ".\\%s", text_fold(arena, name));
}

static char *with_domain(
	struct arena *arena, const char *domain, const char *name, const char *computer)
{
	if (*domain == '\0')
		return local_account(arena, known_bare(name), name);
	if (strcmp(domain, ".") == 0 || text_same(domain, computer))
		return local_account(arena, known_builtin(name), name);
	if (is_authority(domain, strlen(domain)) && known_by_name(name))
		return arena_text(arena, known_by_name(name));
	return arena_format(
		arena, "%s\\%s", upper(arena, text_fold(arena, domain)), text_fold(arena, name));
}

/* An unnamed trustee, or a role, as it stands in a path already. */
static bool is_trustee_only(const char *text)
{
	static const char *const marks[] = {TRUSTEE_ORPHAN, TRUSTEE_UNRESOLVED};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (strncmp(text, marks[i], strlen(marks[i])) == 0)
			return is_sid(text + strlen(marks[i]));
	return strcmp(text, ROLE_ANONYMOUS) == 0 || strcmp(text, ROLE_WAM) == 0;
}

char *account_canonical(struct arena *arena, const char *text, const char *computer)
{
	if (is_sid(text)) {
		const char *known = well_known_name(text);
		return known ? arena_text(arena, known) : upper(arena, text);
	}
	if (*text == '\0' || is_trustee_only(text))
		return arena_text(arena, text);
	const char *slash = strchr(text, '\\');
	if (slash) {
		char *domain = arena_text_n(arena, text, (size_t)(slash - text));
		return with_domain(arena, domain, slash + 1, computer);
	}
	if (strchr(text, '@'))
		return text_fold(arena, text);
	return local_account(arena, known_bare(text), text);
}

bool account_is_local(const char *canonical)
{
	return strncmp(canonical, ".\\", 2) == 0;
}

bool account_is_domain(const char *canonical)
{
	const char *slash = strchr(canonical, '\\');
	if (slash)
		return !account_is_local(canonical) &&
		       !is_authority(canonical, (size_t)(slash - canonical));
	return *canonical != '@' && strchr(canonical, '@'); /* a role begins with it */
}
