/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/known_hosts.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/memory.h"
#include "collectors/known_hosts_lines.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT ((size_t)64 << 20)
#define SSH_PORT 22

static struct known_hosts_names names_of(struct arena *arena, const char *host, unsigned port)
{
	char *name = arena_text(arena, host);
	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
	}
	if (port == SSH_PORT)
		return (struct known_hosts_names){.full = name};
	return (struct known_hosts_names){
		.full = arena_format(arena, "[%s]:%u", name, port), .portless = name};
}

static bool word_is(struct bytes word, const char *text)
{
	return word.length == strlen(text) && memcmp(word.data, text, word.length) == 0;
}

/* A key blob begins with its type, as RFC 4253, 6.6 has it. */
static bool is_key_of(struct bytes key, struct bytes type)
{
	if (type.length == 0 || key.length < 4 + type.length || key.data[0] || key.data[1])
		return false;
	size_t length = (size_t)key.data[2] << 8 | key.data[3];
	return length == type.length && memcmp(key.data + 4, type.data, length) == 0;
}

/* Marks, names, type and key; false for what cannot be read and for other hosts' lines. */
static bool read_line(struct arena *arena, struct text line, const struct known_hosts_names *names,
	struct known_host *out)
{
	struct bytes word = known_hosts_word(&line);
	if (word.length == 0 || word.data[0] == '#')
		return false;
	if (word.data[0] == '@') {
		out->revoked = word_is(word, "@revoked");
		out->authority = word_is(word, "@cert-authority");
		if (!out->revoked && !out->authority)
			return false;
		word = known_hosts_word(&line);
	}
	if (!known_hosts_match(word, names->full)) {
		out->portless = names->portless && known_hosts_match(word, names->portless);
		if (!out->portless)
			return false;
	}
	struct bytes type = known_hosts_word(&line);
	if (!known_hosts_decode(arena, known_hosts_word(&line), &out->key) ||
		!is_key_of(out->key, type))
		return false;
	out->type = arena_text_n(arena, (const char *)type.data, type.length);
	return true;
}

static void add(struct arena *arena, struct known_hosts *hosts, const struct known_host *host)
{
	hosts->items = arena_grow(
		arena, hosts->items, &hosts->capacity, hosts->count + 1, sizeof *hosts->items);
	hosts->items[hosts->count++] = *host;
}

void known_hosts_find(struct arena *arena, const struct known_hosts_file *file, const char *host,
	unsigned port, struct known_hosts *hosts)
{
	struct known_hosts_names names = names_of(arena, host, port);
	struct known_hosts_candidates candidates = known_hosts_candidates(arena, file, &names);
	for (size_t i = 0; i < candidates.count; i++) {
		const struct known_hosts_line *line = candidates.lines[i];
		struct known_host entry = {.file = file->name, .line = line->number};
		if (read_line(arena, line->text, &names, &entry))
			add(arena, hosts, &entry);
	}
}

void known_hosts_take(struct arena *arena, const char *file, struct bytes content, const char *host,
	unsigned port, struct known_hosts *hosts)
{
	known_hosts_find(arena, known_hosts_file_new(arena, file, content), host, port, hosts);
}

/* --- files ------------------------------------------------------------------------------------ */

/* What this process has read, and what it inherited from the one that started it. */
static struct library {
	struct arena *arena;
	struct known_hosts_file **files;
	size_t count, capacity;
} library;

static const struct known_hosts_file *find_file(const char *path)
{
	for (size_t i = 0; i < library.count; i++)
		if (strcmp(library.files[i]->name, path) == 0)
			return library.files[i];
	return NULL;
}

static const struct known_hosts_file *load_file(const char *path, struct error *error)
{
	auto_buffer struct buffer content = BUFFER_INIT(FILE_LIMIT);
	bool missing = access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
	if (!missing && file_read(path, &content, NULL, error) != 0)
		return NULL;
	if (!library.arena)
		library.arena = arena_new();
	struct bytes bytes = {
		arena_copy(library.arena, content.data, content.length), content.length};
	library.files = memory_grow(
		library.files, &library.capacity, library.count + 1, sizeof *library.files);
	library.files[library.count] = known_hosts_file_new(library.arena, path, bytes);
	return library.files[library.count++];
}

int known_hosts_load(const char *path, struct error *error)
{
	return find_file(path) || load_file(path, error) ? 0 : -1;
}

int known_hosts_read(struct arena *arena, const char *file, const char *host, unsigned port,
	struct known_hosts *hosts, struct error *error)
{
	const struct known_hosts_file *known = find_file(file);
	if (!known)
		known = load_file(file, error);
	if (!known)
		return -1;
	known_hosts_find(arena, known, host, port, hosts);
	return 0;
}

/* --- the verdict ------------------------------------------------------------------------------ */

static bool same_key(const struct known_host *host, struct bytes key)
{
	return host->key.length == key.length && memcmp(host->key.data, key.data, key.length) == 0;
}

/* The line that holds this very key. */
static const struct known_host *find(
	const struct known_hosts *hosts, struct bytes key, bool revoked, bool portless)
{
	for (size_t i = 0; i < hosts->count; i++) {
		const struct known_host *host = &hosts->items[i];
		if (host->revoked == revoked && host->portless == portless && !host->authority &&
			same_key(host, key))
			return host;
	}
	return NULL;
}

static const struct known_host *expected(const struct known_hosts *hosts, const char *type)
{
	const struct known_host *other = NULL;
	for (size_t i = 0; i < hosts->count; i++) {
		const struct known_host *host = &hosts->items[i];
		if (host->revoked || host->authority || host->portless)
			continue;
		if (strcmp(host->type, type) == 0)
			return host;
		if (!other)
			other = host;
	}
	return other;
}

enum host_key_verdict known_hosts_judge(const struct known_hosts *hosts, const char *type,
	struct bytes key, const struct known_host **because)
{
	const struct known_host *ignored;
	if (!because)
		because = &ignored;
	/* Revoked first: an ordinary line for the same key must not win. */
	if ((*because = find(hosts, key, true, false)) || (*because = find(hosts, key, true, true)))
		return HOST_KEY_REVOKED;
	if ((*because = find(hosts, key, false, false)))
		return HOST_KEY_KNOWN;
	if ((*because = expected(hosts, type)))
		return HOST_KEY_CHANGED;
	if ((*because = find(hosts, key, false, true)))
		return HOST_KEY_KNOWN;
	return HOST_KEY_UNKNOWN;
}

char *host_key_fingerprint(struct arena *arena, struct bytes key)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	if (!EVP_Digest(key.data, key.length, digest, &length, EVP_sha256(), NULL))
		return arena_text(arena, "SHA256:(not computed)");
	char *text = base64_encode(arena, (struct bytes){digest, length});
	text[strcspn(text, "=")] = '\0';
	return arena_format(arena, "SHA256:%s", text);
}
