/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/known_hosts_lines.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* A name of a line, without patterns. */
struct known_hosts_plain {
	uint64_t digest;
	size_t line;
};

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

struct bytes known_hosts_word(struct text *line)
{
	while (line->length && blank(*line->data)) {
		line->data++;
		line->length--;
	}
	struct bytes word = {(const unsigned char *)line->data, 0};
	while (line->length && !blank(*line->data)) {
		line->data++;
		line->length--;
		word.length++;
	}
	return word;
}

/* FNV-1a, of any case: equal names have equal digests. */
static uint64_t digest_of(const unsigned char *name, size_t length)
{
	uint64_t digest = 0xcbf29ce484222325U;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = name[i];
		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + ('a' - 'A'));
		digest = (digest ^ c) * 0x100000001b3U;
	}
	return digest;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool has_patterns(struct bytes names)
{
	return memchr(names.data, '*', names.length) || memchr(names.data, '?', names.length) ||
	       memchr(names.data, '!', names.length);
}

static void add_plain(
	struct arena *arena, struct known_hosts_file *file, struct bytes names, size_t line)
{
	const unsigned char *at = names.data, *end = names.data + names.length;
	while (at < end) {
		const unsigned char *comma = memchr(at, ',', (size_t)(end - at));
		const unsigned char *next = comma ? comma : end;
		file->plain = arena_grow(arena, file->plain, &file->plain_capacity,
			file->plain_count + 1, sizeof *file->plain);
		file->plain[file->plain_count++] =
			(struct known_hosts_plain){digest_of(at, (size_t)(next - at)), line};
		at = next + 1;
	}
}

static void add_names(
	struct arena *arena, struct known_hosts_file *file, struct bytes names, size_t line)
{
	struct known_hosts_hash hash = {.line = line};
	if (known_hosts_hash_read(names, &hash)) {
		file->hashes = arena_grow(arena, file->hashes, &file->hash_capacity,
			file->hash_count + 1, sizeof *file->hashes);
		file->hashes[file->hash_count++] = hash;
	} else if (has_patterns(names)) {
		file->patterns = arena_grow(arena, file->patterns, &file->pattern_capacity,
			file->pattern_count + 1, sizeof *file->patterns);
		file->patterns[file->pattern_count++] = line;
	} else {
		add_plain(arena, file, names, line);
	}
}

static void add_line(
	struct arena *arena, struct known_hosts_file *file, const struct text_lines *lines)
{
	struct text rest = lines->line;
	struct bytes word = known_hosts_word(&rest);
	if (word.length == 0 || word.data[0] == '#')
		return;
	if (word.data[0] == '@')
		word = known_hosts_word(&rest);
	file->lines = arena_grow(
		arena, file->lines, &file->capacity, file->count + 1, sizeof *file->lines);
	file->lines[file->count] = (struct known_hosts_line){lines->line, lines->number};
	add_names(arena, file, word, file->count++);
}

static int compare_plain(const void *a, const void *b)
{
	const struct known_hosts_plain *x = a, *y = b;
	int order = (x->digest > y->digest) - (x->digest < y->digest);
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

struct known_hosts_file *known_hosts_file_new(
	struct arena *arena, const char *name, struct bytes content)
{
	struct known_hosts_file *file = arena_alloc(arena, sizeof *file);
	file->name = arena_text(arena, name);
	struct text_lines lines = {.rest = {(const char *)content.data, content.length}};
	while (text_next_line(&lines))
		add_line(arena, file, &lines);
	if (file->plain_count)
		qsort(file->plain, file->plain_count, sizeof *file->plain, compare_plain);
	return file;
}

/* --- finding ---------------------------------------------------------------------------------- */

struct finder {
	struct arena *arena;
	const struct known_hosts_file *file;
	size_t *lines;
	size_t count, capacity;
};

static void find_line(struct finder *finder, size_t line)
{
	finder->lines = arena_grow(finder->arena, finder->lines, &finder->capacity,
		finder->count + 1, sizeof *finder->lines);
	finder->lines[finder->count++] = line;
}

static void find_plain(struct finder *finder, const char *name)
{
	const struct known_hosts_file *file = finder->file;
	uint64_t digest = digest_of((const unsigned char *)name, strlen(name));
	size_t from = 0, to = file->plain_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (file->plain[middle].digest < digest)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < file->plain_count && file->plain[from].digest == digest; from++)
		find_line(finder, file->plain[from].line);
}

static void find_hashed(struct finder *finder, const struct known_hosts_names *names)
{
	EVP_MD_CTX *context = finder->file->hash_count ? known_hosts_hash_context() : NULL;
	for (size_t i = 0; context && i < finder->file->hash_count; i++) {
		const struct known_hosts_hash *hash = &finder->file->hashes[i];
		if (known_hosts_hash_is(hash, context, names->full) ||
			(names->portless && known_hosts_hash_is(hash, context, names->portless)))
			find_line(finder, hash->line);
	}
	EVP_MD_CTX_free(context);
}

static int compare_lines(const void *a, const void *b)
{
	const size_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

struct known_hosts_candidates known_hosts_candidates(struct arena *arena,
	const struct known_hosts_file *file, const struct known_hosts_names *names)
{
	struct finder finder = {.arena = arena, .file = file};
	struct known_hosts_candidates found = {0};
	find_plain(&finder, names->full);
	if (names->portless)
		find_plain(&finder, names->portless);
	for (size_t i = 0; i < file->pattern_count; i++)
		find_line(&finder, file->patterns[i]);
	find_hashed(&finder, names);
	if (finder.count)
		qsort(finder.lines, finder.count, sizeof *finder.lines, compare_lines);
	found.lines = arena_alloc(arena, finder.count * sizeof *found.lines);
	for (size_t i = 0; i < finder.count; i++)
		if (i == 0 || finder.lines[i] != finder.lines[i - 1])
			found.lines[found.count++] = &file->lines[finder.lines[i]];
	return found;
}
