/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/secret_reference.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_LIMIT 4096
#define PATIENCE 60000 /* milliseconds for whoever writes the secret */

struct reference {
	char *text;
	struct secret *secret; /* NULL: it failed, and must not be waited for again */
	struct error error;
};

static struct reference *references;
static size_t count, capacity;

static const char *after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);
	return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static bool descriptor_number(const char *text, int *fd)
{
	uint64_t number;
	if (!number_read(text, strlen(text), 10, INT_MAX, &number))
		return false;
	*fd = (int)number;
	return true;
}

bool secret_reference_valid(const char *reference)
{
	const char *rest;
	int fd;
	if ((rest = after(reference, "fd:")))
		return descriptor_number(rest, &fd);
	if ((rest = after(reference, "pipe:")))
		return *rest != '\0';
	if ((rest = after(reference, "credential:")))
		return *rest && !strchr(rest, '/') && strcmp(rest, ".") != 0 &&
		       strcmp(rest, "..") != 0;
	return false;
}

static int failed(const char *reference, const char *why, struct error *error)
{
	return error_set(error, ERROR_INPUT, "secret from %s: %s", reference, why);
}

/* Reads to the end; -1 with errno. */
static ssize_t read_whole(int fd, char *data, size_t size)
{
	int64_t deadline = clock_now() + PATIENCE;
	size_t length = 0;
	while (length < size) {
		struct pollfd wait[] = {
			{.fd = fd, .events = POLLIN}, {.fd = interrupt_fd(), .events = POLLIN}};
		int ready = poll(wait, 2, clock_left(deadline));
		if (ready == 0)
			errno = ETIMEDOUT;
		if (interrupt_name())
			errno = EINTR;
		if (ready == 0 || interrupt_name() || (ready < 0 && errno != EINTR))
			return -1;
		ssize_t got = ready > 0 ? read(fd, data + length, size - length) : -1;
		if (got == 0)
			break;
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return -1;
		length += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)length;
}

static size_t without_line_end(const char *data, size_t length)
{
	if (length && data[length - 1] == '\n')
		length--;
	if (length && data[length - 1] == '\r')
		length--;
	return length;
}

static struct secret *read_descriptor(int fd, const char *reference, struct error *error)
{
	char data[SECRET_LIMIT + 3]; /* a line end, and one more to see that there is more */
	struct secret *secret = NULL;
	ssize_t got = read_whole(fd, data, sizeof data);
	size_t length = got > 0 ? without_line_end(data, (size_t)got) : 0;
	if (got < 0)
		failed(reference,
			errno == ETIMEDOUT ? "nobody wrote it within 60 s" : strerror(errno),
			error);
	else if (length > SECRET_LIMIT)
		failed(reference, "longer than 4096 bytes", error);
	else if (length == 0)
		failed(reference, "nothing came; an empty secret is none", error);
	else
		secret = secret_new(data, length);
	secret_wipe(data, sizeof data);
	return secret;
}

static struct secret *read_number(const char *text, const char *reference, struct error *error)
{
	int fd = -1;
	if (!descriptor_number(text, &fd) || fcntl(fd, F_GETFD) < 0) {
		failed(reference, "no such descriptor is open", error);
		return NULL;
	}
	struct secret *secret = read_descriptor(fd, reference, error);
	if (fd > STDERR_FILENO)
		close(fd);
	return secret;
}

static struct secret *read_pipe(const char *path, const char *reference, struct error *error)
{
	struct stat info;
	/* Waiting is left to poll: it has a deadline. */
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &info) != 0) {
		failed(reference, strerror(errno), error);
		return NULL;
	}
	if (!S_ISFIFO(info.st_mode)) {
		failed(reference,
			"is no named pipe (mkfifo makes one); secrets are not read from files",
			error);
		return NULL;
	}
	return read_descriptor(fd, reference, error);
}

static struct secret *read_credential(const char *name, const char *reference, struct error *error)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	if (!folder || !*folder) {
		failed(reference,
			"CREDENTIALS_DIRECTORY is not set; systemd sets it for services with "
			"LoadCredential=",
			error);
		return NULL;
	}
	auto_arena struct arena *arena = arena_new();
	const char *path = arena_format(arena, "%s/%s", folder, name);
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		failed(reference, strerror(errno), error);
		return NULL;
	}
	return read_descriptor(fd, reference, error);
}

static struct secret *read_once(const char *reference, struct error *error)
{
	const char *rest;
	if ((rest = after(reference, "fd:")))
		return read_number(rest, reference, error);
	if ((rest = after(reference, "pipe:")))
		return read_pipe(rest, reference, error);
	return read_credential(after(reference, "credential:"), reference, error);
}

static struct reference *find(const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(references[i].text, text) == 0)
			return &references[i];
	}
	return NULL;
}

const struct secret *secret_reference_read(const char *text, struct error *error)
{
	/* Not quoted: somebody may have put the secret itself where its place belongs. */
	if (!secret_reference_valid(text)) {
		error_set(error, ERROR_INPUT,
			"a secret's place must be fd:N, pipe:PATH or credential:NAME");
		return NULL;
	}
	struct reference *reference = find(text);
	if (!reference) {
		references = memory_grow(references, &capacity, count + 1, sizeof *references);
		reference = &references[count++];
		*reference = (struct reference){.text = memory_text(text)};
		reference->secret = read_once(text, &reference->error);
	}
	if (!reference->secret)
		error_set(error, reference->error.code, "%s", reference->error.text);
	return reference->secret;
}

void secret_references_clear(void)
{
	for (size_t i = 0; i < count; i++) {
		secret_free(references[i].secret);
		memory_free(references[i].text);
	}
	memory_free(references);
	references = NULL;
	count = capacity = 0;
}
