/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/snapshot.h"

#include <stdint.h>
#include <string.h>

/*
 * Three counts, then node, source and time, facts, coverage and what was not understood, as
 * snapshot_pack writes them one after the other. A text is a byte that says whether there is one,
 * its bytes, and a NUL; a number four bytes as this machine has them.
 */

struct packing {
	struct buffer *out;
	bool full;
};

static void put_number(struct packing *to, size_t number)
{
	uint32_t bytes = (uint32_t)number;
	to->full |= buffer_append(to->out, &bytes, sizeof bytes) != 0;
}

static void put_text(struct packing *to, const char *text)
{
	to->full |= buffer_append(to->out, text ? "\1" : "", 1) != 0;
	if (text)
		to->full |= buffer_append(to->out, text, strlen(text) + 1) != 0;
}

int snapshot_pack(const struct snapshot *snapshot, struct buffer *out)
{
	struct packing to = {.out = out};
	put_number(&to, snapshot->fact_count);
	put_number(&to, snapshot->coverage_count);
	put_number(&to, snapshot->not_understood.count);
	put_text(&to, snapshot->node);
	put_text(&to, snapshot->source);
	put_text(&to, snapshot->collected);
	for (size_t i = 0; i < snapshot->fact_count; i++) {
		const struct fact *fact = &snapshot->facts[i];
		put_text(&to, fact->path);
		put_text(&to, fact->value);
		put_text(&to, fact->artefact);
		put_number(&to, fact->line);
	}
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		put_text(&to, snapshot->coverage[i].pattern);
		put_text(&to, snapshot->coverage[i].why);
	}
	for (size_t i = 0; i < snapshot->not_understood.count; i++)
		put_text(&to, snapshot->not_understood.items[i]);
	return to.full ? -1 : 0;
}

struct unpacking {
	struct snapshot *snapshot;
	struct arena *scratch;
	const char *at, *end;
	bool bad;
};

static size_t take_number(struct unpacking *from)
{
	uint32_t number = 0;
	if (from->end - from->at < (ptrdiff_t)sizeof number) {
		from->bad = true;
		return 0;
	}
	memcpy(&number, from->at, sizeof number);
	from->at += sizeof number;
	return number;
}

static const char *refuse(struct unpacking *from)
{
	from->bad = true;
	from->at = from->end;
	return NULL;
}

/* Lent; NULL also where something is wrong. */
static const char *take_optional(struct unpacking *from)
{
	if (from->at == from->end || (unsigned char)*from->at > 1)
		return refuse(from);
	if (*from->at++ == 0)
		return NULL;
	const char *text = from->at;
	const char *nul = memchr(text, '\0', (size_t)(from->end - text));
	if (!nul || !snapshot_is_printable(from->scratch, text, (size_t)(nul - text)))
		return refuse(from);
	from->at = nul + 1;
	return text;
}

static const char *take_text(struct unpacking *from)
{
	const char *text = take_optional(from);
	from->bad |= !text;
	return text;
}

/* They come sorted: a path that stands there twice is none of ours. */
static void take_fact(struct unpacking *from, const char **last)
{
	const char *path = take_text(from), *value = take_text(from);
	const char *artefact = take_optional(from);
	unsigned line = (unsigned)take_number(from);
	if (from->bad || !*path || (*last && strcmp(*last, path) >= 0)) {
		from->bad = true;
		return;
	}
	snapshot_add_fact(from->snapshot, path, value, artefact, line);
	*last = path;
}

static void take_coverage(struct unpacking *from)
{
	const char *pattern = take_text(from), *why = take_optional(from);
	if (!from->bad && (!why || *why))
		snapshot_add_coverage(from->snapshot, pattern, !why, why);
	else
		from->bad = true;
}

static void take_all(struct unpacking *from)
{
	struct snapshot *snapshot = from->snapshot;
	size_t facts = take_number(from), coverage = take_number(from), rest = take_number(from);
	const char *last = NULL;
	snapshot->node = arena_text(snapshot->arena, take_text(from));
	snapshot->source = arena_text(snapshot->arena, take_optional(from));
	snapshot->collected = arena_text(snapshot->arena, take_optional(from));
	for (; facts && !from->bad; facts--)
		take_fact(from, &last);
	for (; coverage && !from->bad; coverage--)
		take_coverage(from);
	for (; rest && !from->bad; rest--)
		strings_add(snapshot->arena, &snapshot->not_understood,
			arena_text(snapshot->arena, take_text(from)));
	from->bad |= from->at != from->end;
}

struct snapshot *snapshot_unpack(struct bytes bytes)
{
	auto_arena struct arena *scratch = arena_new();
	const char *data = (const char *)bytes.data;
	struct unpacking from = {.snapshot = snapshot_new(NULL),
		.scratch = scratch,
		.at = data,
		.end = data + bytes.length};
	take_all(&from);
	if (!from.bad) {
		snapshot_seal(from.snapshot);
		return from.snapshot;
	}
	snapshot_free(from.snapshot);
	return NULL;
}
