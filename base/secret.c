/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Lives at the start of pages of its own: what is locked and wiped is nothing but the secret. */
struct secret {
	struct secret *next, *previous; /* of all, for a forked process to lock again */
	size_t mapped;
	size_t length;
	unsigned char data[];
};

static struct secret *all;

/* A child inherits the content, but no locks; mlock may be called between fork and exec. */
static void lock_again(void)
{
	for (struct secret *secret = all; secret; secret = secret->next)
		(void)mlock(secret, secret->mapped);
}

void secret_guard_process(void)
{
	static bool done;
	const struct rlimit none = {0};
	if (done)
		return;
	done = true;
	/* What the system forbids is no reason to do without the secret. */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)pthread_atfork(NULL, NULL, lock_again);
}

static void *map_pages(size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED) {
		fputs("standby: out of memory\n", stderr);
		abort();
	}
	/* Both may be forbidden (RLIMIT_MEMLOCK, an old kernel); a secret without is still used. */
	(void)mlock(pages, size);
	(void)madvise(pages, size, MADV_DONTDUMP);
	return pages;
}

struct secret *secret_new(const void *data, size_t length)
{
	size_t size;
	if (__builtin_add_overflow(sizeof(struct secret), length, &size))
		size = SIZE_MAX;
	secret_guard_process();
	struct secret *secret = map_pages(size);
	secret->mapped = size;
	secret->next = all;
	if (all)
		all->previous = secret;
	all = secret;
	secret->length = length;
	if (data)
		memcpy(secret->data, data, length);
	return secret;
}

struct secret *secret_room(size_t length, unsigned char **room)
{
	struct secret *secret = secret_new(NULL, length);
	*room = secret->data;
	return secret;
}

void secret_free(struct secret *secret)
{
	if (!secret)
		return;
	size_t mapped = secret->mapped;
	if (secret->next)
		secret->next->previous = secret->previous;
	if (secret->previous)
		secret->previous->next = secret->next;
	else
		all = secret->next;
	secret_wipe(secret, mapped);
	munmap(secret, mapped);
}

struct bytes secret_bytes(const struct secret *secret)
{
	return (struct bytes){.data = secret->data, .length = secret->length};
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	if (!a || !b)
		return a == b;
	if (a->length != b->length)
		return false;
	volatile unsigned char difference = 0;
	for (size_t i = 0; i < a->length; i++)
		difference = (unsigned char)(difference | (a->data[i] ^ b->data[i]));
	return difference == 0;
}

void secret_wipe(void *memory, size_t length)
{
	if (length)
		explicit_bzero(memory, length);
}

void secret_release(struct secret **secret)
{
	secret_free(*secret);
}
