/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private_key_memory KEY PASSPHRASE NEEDLE...: for tests/cli/private_key_test.py. Reads a key and
 * prints how often each needle lies in this process's memory: "in locked memory, elsewhere". The
 * words are in hexadecimal digits; those of a needle are masked (each byte changed by 0x5a), so
 * that asking leaves none. Exit code 2: what is locked cannot be told here.
 */
#include "base/number.h"
#include "collectors/private_key.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MASK 0x5a
#define NEEDLE_LIMIT 512
#define LARGEST ((size_t)256 << 20) /* a sanitizer's own mappings are larger */
#define CHUNK ((size_t)1 << 20)

struct search {
	unsigned char needle[NEEDLE_LIMIT]; /* masked */
	size_t length;
	unsigned char *window; /* in pages of its own, which are not searched */
	int memory;
	unsigned locked, elsewhere;
};

static size_t unhex(const char *text, unsigned char *out)
{
	size_t length = strlen(text) / 2;
	for (size_t i = 0; i < length && i < NEEDLE_LIMIT; i++) {
		uint64_t value = 0;
		number_read(text + 2 * i, 2, 16, UINT8_MAX, &value);
		out[i] = (unsigned char)value;
	}
	return length < NEEDLE_LIMIT ? length : NEEDLE_LIMIT;
}

static const struct secret *answer(void *context, struct error *error)
{
	(void)error;
	return context;
}

static bool here(const struct search *search, const unsigned char *at)
{
	for (size_t i = 0; i < search->length; i++)
		if ((at[i] ^ MASK) != search->needle[i])
			return false;
	return true;
}

static unsigned count_in(const struct search *search, unsigned long start, unsigned long end)
{
	unsigned found = 0;
	while (start + search->length <= end) {
		size_t size = end - start < CHUNK ? end - start : CHUNK;
		ssize_t got = pread(search->memory, search->window, size, (off_t)start);
		if (got < (ssize_t)search->length)
			break;
		for (size_t i = 0; i + search->length <= (size_t)got; i++)
			found += here(search, search->window + i);
		start += (size_t)got - search->length + 1;
	}
	return found;
}

/* False when mappings show no flags. */
static bool search_all(struct search *search)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	char line[1024], access[8] = "";
	unsigned long start = 0, end = 0;
	bool flags = false;
	while (maps && fgets(line, sizeof line, maps)) {
		unsigned long from, to;
		if (sscanf(line, "%lx-%lx %7s", &from, &to, access) == 3) {
			start = from;
			end = to;
			continue;
		}
		if (strncmp(line, "VmFlags:", 8) != 0 || strncmp(access, "rw", 2) != 0 ||
			end - start > LARGEST || start == (uintptr_t)search->window)
			continue;
		flags = true;
		if (strstr(line, " lo") && strstr(line, " dd"))
			search->locked += count_in(search, start, end);
		else
			search->elsewhere += count_in(search, start, end);
	}
	if (maps)
		fclose(maps);
	return flags;
}

int main(int argc, char **argv)
{
	unsigned char passphrase[NEEDLE_LIMIT];
	struct error error = {0};
	if (argc < 4)
		return 1;
	size_t length = unhex(argv[2], passphrase);
	struct secret *secret = secret_new(passphrase, length);
	secret_wipe(passphrase, sizeof passphrase);
	const struct private_key_opener opener = {answer, secret, PRIVATE_KEY_EFFORT};
	struct private_key *key = private_key_read(argv[1], &opener, &error);
	secret_free(secret); /* a sanitizer's mlock locks nothing */
	if (!key) {
		puts(error.text);
		return 1;
	}
	/* Not next to anything else, or the kernel would make one mapping of both. */
	unsigned char *pages =
		mmap(NULL, CHUNK + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED || mprotect(pages + 4096, CHUNK, PROT_READ | PROT_WRITE) != 0)
		return 1;
	for (int i = 3; i < argc; i++) {
		struct search search = {.window = pages + 4096,
			.memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)};
		search.length = unhex(argv[i], search.needle);
		if (search.memory < 0 || !search_all(&search))
			return 2;
		close(search.memory);
		printf("%u %u\n", search.locked, search.elsewhere);
	}
	private_key_free(key);
	return 0;
}
