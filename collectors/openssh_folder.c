/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/memory.h"
#include "collectors/openssh_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A session's folder is named after its process and the run, so that the pool can remove what a
 * worker left that it had to kill.
 */
#define PARENT_LENGTH 60 /* a socket's path has at most 107, and ssh appends 17 */
#define MARK_LENGTH 6
#define ROUNDS 50 /* of 2 ms each: ssh itself removes its socket when it ends */

static char mark[MARK_LENGTH + 1];

static bool plain_path(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-";
	return path && *path == '/' && strlen(path) < PARENT_LENGTH &&
	       path[strspn(path, plain)] == '\0';
}

/* Where a folder may be, best first; NULL: not there. */
static const char *parent(size_t number)
{
	const char *path = number ? "/tmp" : getenv("XDG_RUNTIME_DIR");
	return plain_path(path) ? path : NULL;
}

void openssh_session_prepare(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char random[MARK_LENGTH];
	if (*mark || getentropy(random, sizeof random) != 0)
		return;
	for (size_t i = 0; i < MARK_LENGTH; i++)
		mark[i] = letters[random[i] % 32];
}

static const char *folder_of(struct arena *arena, const char *path, pid_t pid)
{
	return arena_format(arena, "%s/standby-%s-%d", path, mark, (int)pid);
}

int openssh_make_folder(struct openssh_session *session, struct error *error)
{
	openssh_session_prepare();
	for (size_t i = 0; i < 2 && !session->folder; i++) {
		const char *path = parent(i);
		const char *folder = path ? folder_of(session->arena, path, getpid()) : NULL;
		if (folder && mkdir(folder, 0700) == 0)
			session->folder = folder;
	}
	if (!session->folder)
		return error_set(error, ERROR_UNREACHABLE,
			"no folder for ssh's socket can be made in /tmp: %s", strerror(errno));
	session->socket = file_join(session->arena, session->folder, "ssh");
	session->log = file_join(session->arena, session->folder, "log");
	session->config = file_join(session->arena, session->folder, "config");
	return openssh_write_config(session, error);
}

/* NULL: none that we made. In /tmp others may put something else in its place. */
static DIR *open_own(const char *folder)
{
	struct stat info;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *files = NULL;
	if (fd >= 0 && fstat(fd, &info) == 0 && info.st_uid == geteuid())
		files = fdopendir(fd);
	if (fd >= 0 && !files)
		close(fd);
	return files;
}

/* All that is in it: ssh may have been about to name its socket. False: nothing is left to do. */
static bool empty(const char *folder)
{
	DIR *files = open_own(folder);
	if (!files)
		return false;
	for (struct dirent *entry; (entry = readdir(files));)
		unlinkat(dirfd(files), entry->d_name, 0);
	closedir(files);
	return rmdir(folder) != 0 && errno != ENOENT;
}

static void remove_all(const char *folder)
{
	for (int round = 0; round < ROUNDS && empty(folder); round++)
		poll(NULL, 0, 2);
}

void openssh_remove_folder(struct openssh_session *session)
{
	if (session->folder)
		remove_all(session->folder);
	session->folder = NULL;
}

void openssh_session_clear(pid_t pid)
{
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < 2 && *mark; i++) {
		const char *path = parent(i);
		if (path)
			remove_all(folder_of(arena, path, pid));
	}
}
