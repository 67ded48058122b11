/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/private_key_store.h"

#include "base/interrupt.h"
#include "base/memory.h"
#include "collectors/secret_reference.h"

#include <string.h>

struct entry {
	char *path, *reference;	 /* the second may be NULL */
	struct private_key *key; /* NULL: it failed */
	struct error error;
};

static struct entry *entries;
static size_t count, capacity;

static const struct secret *find_passphrase(void *context, struct error *error)
{
	const char *reference = context;
	if (reference)
		return secret_reference_read(reference, error);
	error_set(error, ERROR_INPUT, "is encrypted: add \"passphrase-from\", or use the agent");
	return NULL;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct entry *find(const char *path, const char *reference)
{
	for (size_t i = 0; i < count; i++)
		if (same(entries[i].path, path) && same(entries[i].reference, reference))
			return &entries[i];
	return NULL;
}

static struct entry *add(const char *path, const char *reference)
{
	struct entry entry = {0};
	const struct private_key_opener opener = {.passphrase = find_passphrase,
		.context = (void *)(uintptr_t)reference,
		.effort = PRIVATE_KEY_EFFORT};
	entry.key = private_key_read(path, &opener, &entry.error);
	if (interrupt_name() && !entry.key)
		return NULL;
	entry.path = memory_text(path);
	entry.reference = reference ? memory_text(reference) : NULL;
	entries = memory_grow(entries, &capacity, count + 1, sizeof *entries);
	entries[count] = entry;
	return &entries[count++];
}

const struct private_key *private_key_store_get(
	const char *path, const char *reference, struct error *error)
{
	struct entry *entry = find(path, reference);
	if (!entry && !interrupt_name())
		entry = add(path, reference);
	if (!entry)
		error_set(error, ERROR_UNREACHABLE, "stopped by %s", interrupt_name());
	else if (!entry->key)
		error_set(error, entry->error.code, "%s", entry->error.text);
	return entry ? entry->key : NULL;
}

void private_key_store_clear(void)
{
	for (size_t i = 0; i < count; i++) {
		private_key_free(entries[i].key);
		memory_free(entries[i].path);
		memory_free(entries[i].reference);
	}
	memory_free(entries);
	entries = NULL;
	count = capacity = 0;
}
