/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int too_large(const char *name, size_t limit, struct error *error)
{
	const char *unit = "bytes";
	if (limit && limit % ((size_t)1 << 20) == 0) {
		limit >>= 20;
		unit = "MiB";
	} else if (limit && limit % ((size_t)1 << 10) == 0) {
		limit >>= 10;
		unit = "KiB";
	}
	return error_set(error, ERROR_INPUT, "%s: larger than %zu %s, the limit for one file", name,
		limit, unit);
}

static int failed(const char *name, struct error *error)
{
	return error_set(error, ERROR_INPUT, "%s: %s", name, strerror(errno));
}

/* read, but a descriptor that somebody else made non-blocking (a shared stdin) is waited for. */
static ssize_t read_waiting(int fd, void *data, size_t size)
{
	for (;;) {
		ssize_t count = read(fd, data, size);
		if (count >= 0 || (errno != EINTR && errno != EAGAIN))
			return count;
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		if (errno == EAGAIN)
			(void)poll(&wait, 1, -1);
	}
}

int file_read_fd(int fd, const char *name, struct buffer *out, struct error *error)
{
	char block[32 << 10];
	ssize_t count;
	while ((count = read_waiting(fd, block, sizeof block)) > 0)
		if (buffer_append(out, block, (size_t)count) != 0)
			return too_large(name, out->limit, error);
	if (count < 0)
		return failed(name, error);
	return buffer_append(out, NULL, 0); /* an empty file, too, gives a terminated text */
}

static const char *kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "directory";
	case S_IFIFO:
		return "pipe";
	case S_IFSOCK:
		return "socket";
	default:
		return "device";
	}
}

int file_read(const char *path, struct buffer *out, time_t *modified, struct error *error)
{
	/* Without O_NONBLOCK a pipe that nobody writes to would hang us before fstat sees it. */
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) != 0)
		return failed(path, error);
	if (!S_ISREG(info.st_mode))
		return error_set(error, ERROR_INPUT, "%s: is a %s, expected a file", path,
			kind_of(info.st_mode));
	if ((uintmax_t)info.st_size > out->limit)
		return too_large(path, out->limit, error);
	if (modified)
		*modified = info.st_mtime;
	return file_read_fd(fd, path, out, error);
}

char *file_join(struct arena *arena, const char *folder, const char *path)
{
	size_t length = folder ? strlen(folder) : 0;
	if (path[0] == '/' || length == 0)
		return arena_text(arena, path);
	return arena_format(arena, "%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", path);
}
