/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/resolve.h"

#include "collectors/sid.h"
#include "inventory/vocabulary.h"

#include <stdlib.h>
#include <string.h>

struct owner {
	const char *sid;
	const char *account; /* NULL: the node contradicts itself about who it is */
};

struct sid_names {
	struct arena *arena;
	struct owner *owners; /* by SID, each once */
	size_t count, capacity;
	const char *prefix; /* of the node's own accounts; NULL: not known */
	bool complete;	    /* every local account is listed */
};

static int by_sid(const void *left, const void *right)
{
	const struct owner *a = left, *b = right;
	return strcmp(a->sid, b->sid);
}

static int by_account_and_sid(const void *left, const void *right)
{
	const struct owner *a = left, *b = right;
	int order = strcmp(a->account, b->account);
	return order ? order : strcmp(a->sid, b->sid);
}

/* The one value of a path; NULL where it has none or several. */
static const char *only_value(const struct statement *statements, size_t count, const char *path)
{
	const char *value = NULL;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(statements[i].path, path) != 0)
			continue;
		if (value && strcmp(value, statements[i].value) != 0)
			return NULL;
		value = statements[i].value;
	}
	return value;
}

static void add_owner(struct sid_names *names, const struct statement *statement)
{
	char *account;
	if (!pattern_extract(names->arena, FACT_ACCOUNT_SID, statement->path, &account, 1) ||
		sid_is_text(account))
		return;
	const char *sid = sid_read(names->arena, statement->value);
	if (!sid)
		return;
	names->owners = arena_grow(names->arena, names->owners, &names->capacity, names->count + 1,
		sizeof names->owners[0]);
	names->owners[names->count++] = (struct owner){sid, account};
}

/* An account of two SIDs: neither of them can be named after it. */
static void drop_contradictions(struct sid_names *names)
{
	struct owner *owners = names->owners;
	qsort(owners, names->count, sizeof owners[0], by_account_and_sid);
	for (size_t i = 0, next; i < names->count; i = next) {
		const char *account = owners[i].account;
		bool same = true;
		for (next = i; next < names->count; next++) {
			if (strcmp(owners[next].account, account) != 0)
				break;
			same = same && strcmp(owners[next].sid, owners[i].sid) == 0;
		}
		for (size_t k = i; !same && k < next; k++)
			owners[k].account = NULL;
	}
}

/* Each SID once; one of two accounts belongs to nobody who could be named. */
static void join_owners(struct sid_names *names)
{
	struct owner *owners = names->owners;
	qsort(owners, names->count, sizeof owners[0], by_sid);
	size_t kept = 0;
	for (size_t i = 0; i < names->count; i++) {
		if (kept == 0 || strcmp(owners[kept - 1].sid, owners[i].sid) != 0) {
			owners[kept++] = owners[i];
			continue;
		}
		struct owner *last = &owners[kept - 1];
		if (!owners[i].account ||
			(last->account && strcmp(last->account, owners[i].account) != 0))
			last->account = NULL;
	}
	names->count = kept;
}

struct sid_names *sid_names_new(
	struct arena *arena, const struct statement *statements, size_t count)
{
	struct sid_names *names = arena_alloc(arena, sizeof *names);
	names->arena = arena;
	for (size_t i = 0; i < count; i++)
		add_owner(names, &statements[i]);
	if (names->count) {
		drop_contradictions(names);
		join_owners(names);
	}
	const char *prefix = only_value(statements, count, FACT_NODE_SID);
	const char *complete = only_value(statements, count, FACT_ACCOUNTS_COMPLETE);
	names->prefix = prefix ? sid_read(arena, prefix) : NULL;
	names->complete = complete && strcmp(complete, "true") == 0;
	return names;
}

static const char *find_unnamed(struct sid_names *names, const char *sid)
{
	static const char account[] = "S-1-5-21-";
	bool own = names->prefix && sid_has_prefix(sid, names->prefix);
	if (own && names->complete)
		return arena_format(names->arena, TRUSTEE_ORPHAN "%s", sid);
	if (own || (!names->prefix && strncmp(sid, account, sizeof account - 1) == 0))
		return arena_format(names->arena, TRUSTEE_UNRESOLVED "%s", sid);
	return sid;
}

const char *sid_names_resolve(struct sid_names *names, const char *sid)
{
	if (!sid_is_text(sid))
		return sid;
	const char *name = well_known_name(sid);
	if (name)
		return name;
	if (names->count == 0)
		return find_unnamed(names, sid);
	struct owner key = {.sid = sid};
	const struct owner *owner = bsearch(&key, names->owners, names->count, sizeof key, by_sid);
	if (!owner)
		return find_unnamed(names, sid);
	if (owner->account)
		return owner->account;
	return arena_format(names->arena, TRUSTEE_UNRESOLVED "%s", sid);
}

/* A SID has no character that a segment encodes, so the segment is the SID. */
static const char *resolve_segment(struct sid_names *names, const char *segment, size_t length)
{
	if (length < 4 || strncmp(segment, "S-1-", 4) != 0)
		return NULL;
	const char *sid = arena_text_n(names->arena, segment, length);
	const char *name = sid_names_resolve(names, sid);
	return name == sid ? NULL : segment_encode(names->arena, name);
}

const char *sid_names_path(struct sid_names *names, const char *path)
{
	const char *done = NULL; /* all before `at`, where something was resolved */
	const char *from = path; /* what `done` does not hold yet */
	for (const char *at = path; *at;) {
		size_t length = strcspn(at, "/");
		const char *name = resolve_segment(names, at, length);
		if (name) {
			done = arena_format(names->arena, "%s%.*s%s", done ? done : "",
				(int)(at - from), from, name);
			from = at + length;
		}
		at += length + (at[length] == '/');
	}
	return done ? arena_format(names->arena, "%s%s", done, from) : path;
}

bool resolve_applies_to_value(const char *path)
{
	static const char under[] = "iis/", name[] = "/user";
	size_t length = strlen(path), both = sizeof under + sizeof name - 2;
	if (length > both && strncmp(path, under, sizeof under - 1) == 0)
		return strcmp(path + length - (sizeof name - 1), name) == 0;
	return pattern_matches(FACT_APP_IDENTITY, path);
}
