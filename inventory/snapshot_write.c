/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/snapshot.h"

#include <errno.h>
#include <string.h>

/*
 * Written directly, in the bytes that json_write (base/json.h) would give: a tree of thousands of
 * facts only to print it costs more than everything else here.
 */

static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

static void put_text(FILE *file, const char *text)
{
	putc('"', file);
	while (*text) {
		size_t plain = 0;
		while (text[plain] && !needs_escape((unsigned char)text[plain]))
			plain++;
		fwrite(text, 1, plain, file);
		text += plain;
		if (*text == '"' || *text == '\\')
			fprintf(file, "\\%c", *text++);
		else if (*text)
			fprintf(file, "\\u%04X", (unsigned char)*text++);
	}
	putc('"', file);
}

static void put_member(FILE *file, const char *indent, const char *key, const char *value)
{
	fprintf(file, "%s\"%s\": ", indent, key);
	if (value)
		put_text(file, value);
	else
		fputs("null", file);
}

static bool ends_in_number(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")];
}

static void put_artefact(FILE *file, struct arena *scratch, const struct fact *fact)
{
	put_text(file, fact->path);
	fputs(": ", file);
	/* Without a line a name like "log:12" needs one, so that its own number is not taken. */
	if (fact->line || ends_in_number(fact->artefact))
		put_text(file, arena_format(scratch, "%s:%u", fact->artefact, fact->line));
	else
		put_text(file, fact->artefact);
}

static void put_artefacts(FILE *file, const struct snapshot *snapshot)
{
	auto_arena struct arena *scratch = arena_new();
	bool any = false;
	for (size_t i = 0; i < snapshot->fact_count; i++) {
		if (!snapshot->facts[i].artefact)
			continue;
		fputs(any ? ",\n    " : "  \"artefacts\": {\n    ", file);
		put_artefact(file, scratch, &snapshot->facts[i]);
		any = true;
	}
	fputs(any ? "\n  },\n" : "", file);
}

static void put_entry(FILE *file, const struct coverage *entry)
{
	put_member(file, "      ", "prefix", entry->pattern);
	fputs(",\n", file);
	put_member(file, "      ", "state", entry->read ? "read" : "unknown");
	if (!entry->read) {
		fputs(",\n", file);
		put_member(file, "      ", "why", entry->why);
	}
}

static void put_coverage(FILE *file, const struct snapshot *snapshot)
{
	fputs("  \"coverage\": [", file);
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		fputs(i ? ",\n    {\n" : "\n    {\n", file);
		put_entry(file, &snapshot->coverage[i]);
		fputs("\n    }", file);
	}
	fputs(snapshot->coverage_count ? "\n  ],\n" : "],\n", file);
}

static void put_facts(FILE *file, const struct snapshot *snapshot)
{
	fputs("  \"facts\": {", file);
	for (size_t i = 0; i < snapshot->fact_count; i++) {
		fputs(i ? ",\n    " : "\n    ", file);
		put_text(file, snapshot->facts[i].path);
		fputs(": ", file);
		put_text(file, snapshot->facts[i].value);
	}
	fputs(snapshot->fact_count ? "\n  },\n" : "},\n", file);
}

static void put_ignored(FILE *file, const struct strings *ignored)
{
	if (ignored->count == 0)
		return;
	fputs("  \"ignored\": [", file);
	for (size_t i = 0; i < ignored->count; i++) {
		fputs(i ? ",\n    " : "\n    ", file);
		put_text(file, ignored->items[i]);
	}
	fputs("\n  ],\n", file);
}

/* "node" and what follows it stand last: snapshot_peek_node looks there. */
int snapshot_write(const struct snapshot *snapshot, FILE *file, struct error *error)
{
	fputs("{\n", file);
	put_artefacts(file, snapshot);
	put_member(file, "  ", "collected", snapshot->collected);
	fputs(",\n", file);
	put_coverage(file, snapshot);
	put_facts(file, snapshot);
	put_ignored(file, &snapshot->not_understood);
	put_member(file, "  ", "node", snapshot->node);
	fputs(",\n", file);
	put_member(file, "  ", "source", snapshot->source);
	fputs(",\n  \"version\": 1\n}\n", file);
	if (fflush(file) != 0 || ferror(file))
		return error_set(error, ERROR_INTERNAL, "the snapshot of %s cannot be written: %s",
			snapshot->node, strerror(errno));
	return 0;
}
