/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_KNOWN_HOSTS_LINES_H
#define COLLECTORS_KNOWN_HOSTS_LINES_H

#include "base/text.h"
#include "collectors/known_hosts.h"

#include <openssl/types.h>

/*
 * The lines of a known_hosts file by the names that they are of, for the files behind known_hosts.h
 * only. A site's file has a line for each host, and each host is looked for: of a thousand lines
 * one is read, not all. Lines with patterns are looked at for each host, hashed names are hashed
 * anew.
 */
struct known_hosts_line {
	struct text text;
	unsigned number;
};

#define KNOWN_HOSTS_HASH_LENGTH 20

/* A hashed name, |1|salt|hash: HMAC-SHA1 of the name with the salt as key. */
struct known_hosts_hash {
	unsigned char salt[KNOWN_HOSTS_HASH_LENGTH], hash[KNOWN_HOSTS_HASH_LENGTH];
	size_t line;
};

struct known_hosts_file {
	const char *name;
	struct known_hosts_line *lines; /* that are neither empty nor a comment */
	size_t count, capacity;
	struct known_hosts_plain *plain; /* by digest, then in file order */
	size_t plain_count, plain_capacity;
	size_t *patterns; /* lines */
	size_t pattern_count, pattern_capacity;
	struct known_hosts_hash *hashes;
	size_t hash_count, hash_capacity;
};

/* The names of a host as they stand in a file, in lower case. */
struct known_hosts_names {
	const char *full;     /* "[host]:port", or "host" for port 22 */
	const char *portless; /* "host", or NULL when that is the full name */
};

/* In the arena; the content is borrowed. */
struct known_hosts_file *known_hosts_file_new(
	struct arena *arena, const char *name, struct bytes content);

/* All lines that may be of these names, and perhaps others, in file order. */
struct known_hosts_candidates {
	const struct known_hosts_line **lines;
	size_t count;
};
struct known_hosts_candidates known_hosts_candidates(struct arena *arena,
	const struct known_hosts_file *file, const struct known_hosts_names *names);

/* Adds what they say of this host and port. */
void known_hosts_find(struct arena *arena, const struct known_hosts_file *file, const char *host,
	unsigned port, struct known_hosts *hosts);

/* Takes the next word off the line; an empty one at its end. */
struct bytes known_hosts_word(struct text *line);

/* False for what is no hashed name. Sets all but `line`. */
bool known_hosts_hash_read(struct bytes names, struct known_hosts_hash *hash);
/* Whether it is this host's; the context is for any number of calls, or NULL where SHA-1 cannot be
 * had, and ends with EVP_MD_CTX_free. */
bool known_hosts_hash_is(
	const struct known_hosts_hash *hash, EVP_MD_CTX *context, const char *host);
EVP_MD_CTX *known_hosts_hash_context(void);

#endif
