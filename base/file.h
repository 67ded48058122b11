/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

#include <time.h>

/*
 * Reads a regular file whole, up to the buffer's limit. Refuses directories, devices and pipes
 * ("-" is not special here) and files beyond the limit without reading them; the text names the
 * path. `modified`, if not NULL, gets the modification time.
 */
int file_read(const char *path, struct buffer *out, time_t *modified, struct error *error);

/* Reads a descriptor to its end, up to the buffer's limit; `name` is for the message. */
int file_read_fd(int fd, const char *name, struct buffer *out, struct error *error);

/* Makes a path relative to `folder` absolute enough to open: "folder/path", or path if absolute. */
char *file_join(struct arena *arena, const char *folder, const char *path);

#endif
