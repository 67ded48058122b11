/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "collectors/collect.h"
#include "collectors/registry.h"
#include "collectors/transport.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder of artefacts that an administrator brought. */

#define HEAD_LENGTH 65536		/* enough to recognise any format */
#define TOTAL_LIMIT ((size_t)256 << 20) /* of one node's artefacts together */
#define FILES_LIMIT 10000
#define DEPTH_LIMIT 16

struct session {
	struct arena *arena;
	const char *folder;
	struct artefacts *artefacts;
	struct buffer *contents; /* one per artefact that was read */
	size_t content_count, content_capacity;
	size_t total;
	size_t files;
};

static void *files_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error)
{
	struct session *session = arena_alloc(arena, sizeof *session);
	session->arena = arena;
	session->folder = file_join(arena, options->folder, node->address);
	DIR *folder = opendir(session->folder);
	if (!folder) {
		error_set(error, ERROR_UNREACHABLE,
			"folder %s: %s; put this node's artefacts there, or correct \"files\" in "
			"the inventory",
			session->folder, strerror(errno));
		return NULL;
	}
	closedir(folder);
	return session;
}

static struct artefact *add(struct session *session, const char *relative)
{
	struct artefacts *artefacts = session->artefacts;
	artefacts->items = arena_grow(session->arena, artefacts->items, &artefacts->capacity,
		artefacts->count + 1, sizeof *artefacts->items);
	struct artefact *artefact = &artefacts->items[artefacts->count++];
	*artefact = (struct artefact){.name = text_escape(session->arena, text_of(relative))};
	return artefact;
}

/* An artefact without content: what it would have been follows from its name alone. */
static void add_damaged(struct session *session, const char *relative, const char *why)
{
	struct artefact *artefact = add(session, relative);
	artefact->format = format_suggested(relative);
	artefact->damage = arena_text(session->arena, why);
}

/* The beginning of a file; false when it cannot be read. */
static bool read_head(const char *path, struct buffer *head)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	char *block = memory_alloc(HEAD_LENGTH);
	ssize_t length = read(fd, block, HEAD_LENGTH);
	if (length > 0)
		buffer_append(head, block, (size_t)length);
	memory_free(block);
	return length >= 0;
}

static struct bytes bytes_of(const struct buffer *buffer)
{
	return (struct bytes){
		.data = (const unsigned char *)buffer->data, .length = buffer->length};
}

static const char *shape_of_damage(const struct buffer *head)
{
	return head->length ? "it is not what its name says, or its beginning is damaged"
			    : "the file is empty";
}

static void read_content(struct session *session, struct artefact *artefact, const char *path)
{
	struct error error = {0};
	session->contents = memory_grow(session->contents, &session->content_capacity,
		session->content_count + 1, sizeof *session->contents);
	struct buffer *content = &session->contents[session->content_count++];
	*content = (struct buffer)BUFFER_INIT(ARTEFACT_LIMIT);
	if (file_read(path, content, &artefact->modified, &error) != 0) {
		/* The artefact's name stands in front already; the path of this machine is noise.
		 */
		size_t prefix = text_starts(error.text, path) ? strlen(path) + 2 : 0;
		artefact->damage = arena_text(session->arena, error.text + prefix);
		return;
	}
	session->total += content->length;
	if (session->total > TOTAL_LIMIT) {
		artefact->damage = "this node's artefacts are larger than 256 MiB together";
		buffer_release(content);
	}
	artefact->content = bytes_of(content);
}

/* What was asked, where the answer itself says so. */
static void read_asked(struct session *session, struct artefact *artefact)
{
	struct error error = {0};
	if (artefact->format != &format_registry || artefact->damage)
		return;
	if (registry_take_asked(session->arena, artefact, &error) != 0)
		artefact->damage = arena_text(session->arena, error.text);
}

static void take_file(struct session *session, const char *path, const char *relative)
{
	auto_buffer struct buffer head = BUFFER_INIT(HEAD_LENGTH);
	if (!read_head(path, &head)) {
		add_damaged(session, relative, strerror(errno));
		return;
	}
	const struct format *format = format_recognise(bytes_of(&head));
	if (!format && format_suggested(relative)) {
		add_damaged(session, relative, shape_of_damage(&head));
		return;
	}
	struct artefact *artefact = add(session, relative);
	artefact->format = format;
	if (!format)
		return;
	read_content(session, artefact, path);
	read_asked(session, artefact);
}

static int walk(struct session *session, const char *inner, unsigned depth, struct error *error);

static int take(struct session *session, const char *relative, unsigned depth, struct error *error)
{
	const char *path = file_join(session->arena, session->folder, relative);
	struct stat info;
	if (++session->files > FILES_LIMIT)
		return error_set(error, ERROR_UNREACHABLE,
			"folder %s holds more than %d files: it is not a folder of artefacts",
			session->folder, FILES_LIMIT);
	if (lstat(path, &info) != 0 || (S_ISLNK(info.st_mode) && stat(path, &info) != 0)) {
		add_damaged(session, relative, strerror(errno));
		return 0;
	}
	if (S_ISDIR(info.st_mode)) {
		if (format_suggested(relative))
			add_damaged(session, relative, "it is a directory, expected a file");
		return walk(session, relative, depth + 1, error);
	}
	if (S_ISREG(info.st_mode))
		take_file(session, path, relative);
	else
		add_damaged(session, relative, "it is neither a file nor a directory");
	return 0;
}

static int no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int walk(struct session *session, const char *inner, unsigned depth, struct error *error)
{
	struct dirent **entries;
	const char *path =
		*inner ? file_join(session->arena, session->folder, inner) : session->folder;
	int count = depth > DEPTH_LIMIT ? -1 : scandir(path, &entries, no_dots, NULL);
	if (count < 0) {
		add_damaged(session, inner,
			depth > DEPTH_LIMIT ? "folders are nested too deep" : strerror(errno));
		return 0;
	}
	const char **names = arena_alloc(session->arena, (size_t)count * sizeof *names);
	for (int i = 0; i < count; i++) {
		names[i] = *inner ? arena_format(session->arena, "%s/%s", inner, entries[i]->d_name)
				  : arena_text(session->arena, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	int result = 0;
	for (int i = 0; i < count && result == 0; i++)
		result = take(session, names[i], depth, error);
	return result;
}

static int compare_artefacts(const void *a, const void *b)
{
	const struct artefact *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static int files_fetch(void *opened, const struct probe *const *probes, struct artefacts *artefacts,
	struct error *error)
{
	struct session *session = opened;
	(void)probes; /* what somebody collected before is given whole */
	session->artefacts = artefacts;
	if (walk(session, "", 0, error) != 0)
		return -1;
	if (artefacts->count)
		qsort(artefacts->items, artefacts->count, sizeof *artefacts->items,
			compare_artefacts);
	return 0;
}

static void files_close(void *opened)
{
	struct session *session = opened;
	for (size_t i = 0; i < session->content_count; i++)
		buffer_release(&session->contents[i]);
	memory_free(session->contents);
}

const struct transport transport_files = {
	.scheme = "files",
	.summary = "a folder of artefacts collected by hand",
	.open = files_open,
	.fetch = files_fetch,
	.close = files_close,
};
