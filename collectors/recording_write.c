/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/recording.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "collectors/digest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What recorder_add was told, until an artefact takes it. */
struct request {
	const struct probe *probe;
	const char *dialect;
	const char *text;
	const char *const *asked;
	const char *failure;
	bool taken;
};

struct recorder {
	struct arena *arena;
	const char *node;
	const char *final;   /* folder/NAME */
	const char *partial; /* folder/NAME.partial */
	int folder;	     /* its descriptor */
	struct request *requests;
	size_t request_count, request_capacity;
	size_t files;
	json_t *replies;
	const char *unreached;
	struct error error; /* the first */
};

/* --- the folder ------------------------------------------------------------------------------- */

static const char *partial_of(struct arena *arena, const char *folder, const char *name)
{
	return arena_format(arena, "%s/%s.partial", folder, name);
}

static void remove_folder(const char *path)
{
	DIR *folder = opendir(path);
	if (!folder)
		return;
	for (const struct dirent *entry; (entry = readdir(folder));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	rmdir(path);
}

void recording_discard(const char *folder, const char *name)
{
	auto_arena struct arena *arena = arena_new();
	remove_folder(partial_of(arena, folder, name));
}

static int make_folder(struct recorder *recorder, struct error *error)
{
	if (access(recorder->final, F_OK) == 0)
		return error_set(error, ERROR_INTERNAL,
			"%s stands there already; record into a folder of its own",
			recorder->final);
	/* A run that was killed may have left one. */
	remove_folder(recorder->partial);
	if (mkdir(recorder->partial, 0700) != 0)
		return error_set(
			error, ERROR_INTERNAL, "%s: %s", recorder->partial, strerror(errno));
	recorder->folder = open(recorder->partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (recorder->folder < 0)
		return error_set(
			error, ERROR_INTERNAL, "%s: %s", recorder->partial, strerror(errno));
	return 0;
}

static void recorder_free(struct recorder *recorder)
{
	if (recorder->folder >= 0)
		close(recorder->folder);
	json_decref(recorder->replies);
	arena_free(recorder->arena);
	memory_free(recorder);
}

struct recorder *recorder_new(
	const char *folder, const char *name, const char *node, struct error *error)
{
	struct recorder *recorder = memory_alloc(sizeof *recorder);
	recorder->arena = arena_new();
	recorder->node = arena_text(recorder->arena, node);
	recorder->final = arena_format(recorder->arena, "%s/%s", folder, name);
	recorder->partial = partial_of(recorder->arena, folder, name);
	recorder->folder = -1;
	recorder->replies = json_array();
	if (make_folder(recorder, error) == 0)
		return recorder;
	recorder_free(recorder);
	return NULL;
}

static FILE *create(struct recorder *recorder, const char *name)
{
	int fd = openat(recorder->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file && fd >= 0)
		close(fd);
	if (!file)
		error_set(&recorder->error, ERROR_INTERNAL, "%s/%s: %s", recorder->partial, name,
			strerror(errno));
	return file;
}

static void finish(struct recorder *recorder, const char *name, FILE *file)
{
	bool failed = ferror(file) != 0;
	if (fclose(file) != 0 || failed)
		error_set(&recorder->error, ERROR_INTERNAL, "%s/%s: %s", recorder->partial, name,
			strerror(errno));
}

/* --- requests --------------------------------------------------------------------------------- */

static const char *const *copy_asked(struct arena *arena, const char *const *asked)
{
	size_t count = 0;
	while (asked && asked[count])
		count++;
	if (!asked)
		return NULL;
	const char **copy = arena_alloc(arena, (count + 1) * sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = arena_text(arena, asked[i]);
	return copy;
}

void recorder_add(struct recorder *recorder, const struct probe *probe, const char *dialect,
	const char *request, const char *const *asked, struct bytes reply, const char *failure)
{
	struct arena *arena = recorder->arena;
	(void)reply;
	recorder->requests = arena_grow(arena, recorder->requests, &recorder->request_capacity,
		recorder->request_count + 1, sizeof *recorder->requests);
	recorder->requests[recorder->request_count++] = (struct request){
		.probe = probe,
		.dialect = arena_text(arena, dialect),
		.text = arena_text(arena, request),
		.asked = copy_asked(arena, asked),
		.failure = arena_text(arena, failure),
	};
}

static bool same_asked(const char *const *a, const char *const *b)
{
	if (!a || !b)
		return a == b;
	while (*a && *b && strcmp(*a, *b) == 0)
		a++, b++;
	return !*a && !*b;
}

static const struct request *take_request(
	struct recorder *recorder, const struct artefact *artefact)
{
	for (size_t i = 0; i < recorder->request_count; i++) {
		struct request *request = &recorder->requests[i];
		if (request->taken || !request->probe ||
			request->probe->format != artefact->format ||
			(artefact->probe && strcmp(artefact->probe, request->probe->id) != 0) ||
			!request->failure != !artefact->damage ||
			!same_asked(request->asked, artefact->asked))
			continue;
		request->taken = true;
		return request;
	}
	return NULL;
}

/* --- replies ---------------------------------------------------------------------------------- */

/* Texts are UTF-8 but for what a file system or a library may have put in. */
static json_t *text_json(struct recorder *recorder, const char *text)
{
	if (!text)
		return json_null();
	json_t *value = json_string(text);
	return value ? value : json_string(text_escape(recorder->arena, text_of(text)));
}

static void set_text(struct recorder *recorder, json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, text_json(recorder, text));
}

static json_t *asked_json(struct recorder *recorder, const char *const *asked)
{
	if (!asked)
		return json_null();
	json_t *list = json_array();
	for (; *asked; asked++)
		json_array_append_new(list, text_json(recorder, *asked));
	return list;
}

static json_t *reply_json(struct recorder *recorder, const struct request *request,
	const char *status, const char *why)
{
	static const struct request none;
	request = request ? request : &none;
	json_t *reply = json_object();
	set_text(recorder, reply, "probe", request->probe ? request->probe->id : NULL);
	set_text(recorder, reply, "dialect", request->dialect);
	set_text(recorder, reply, "request", request->text);
	set_text(recorder, reply, "status", status);
	json_object_set_new(reply, "asked", asked_json(recorder, request->asked));
	if (why)
		set_text(recorder, reply, "why", why);
	return reply;
}

/* The content without secrets; data NULL with the reason. */
static struct bytes storable(struct arena *arena, const struct artefact *artefact, const char **why)
{
	const struct format *format = artefact->format;
	struct error error = {0};
	if (!format->decode(arena, artefact->content, &error)) {
		*why = arena_text(arena, error.text);
		return (struct bytes){0};
	}
	if (!format->blank)
		return artefact->content;
	struct bytes content = format->blank(arena, artefact->content);
	if (!content.data)
		*why = "its secrets could not be blanked, and so it was not recorded";
	return content;
}

static void store(
	struct recorder *recorder, json_t *reply, const char *format_name, struct bytes content)
{
	const char *name =
		arena_format(recorder->arena, "%04zu-%s", ++recorder->files, format_name);
	FILE *file = create(recorder, name);
	if (!file)
		return;
	fwrite(content.data, 1, content.length, file);
	finish(recorder, name, file);
	set_text(recorder, reply, "file", name);
	json_object_set_new(reply, "length", json_integer((json_int_t)content.length));
	set_text(recorder, reply, "sha256", digest_text(recorder->arena, content));
}

void recorder_artefact(struct recorder *recorder, const struct artefact *artefact)
{
	auto_arena struct arena *arena = arena_new();
	const struct request *request = take_request(recorder, artefact);
	const char *why = artefact->damage;
	const char *bad = artefact->not_obtained ? "failed" : "damaged";
	const char *status = why ? bad : artefact->format ? "ok" : "not-understood";
	struct bytes content = {0};
	if (!why && artefact->format) {
		content = storable(arena, artefact, &why);
		status = content.data ? status : "damaged";
	}
	json_t *reply = reply_json(recorder, request, status, why);
	set_text(recorder, reply, "name", artefact->name);
	set_text(recorder, reply, "format", artefact->format ? artefact->format->name : NULL);
	json_object_set_new(reply, "asked", asked_json(recorder, artefact->asked));
	if (content.data && artefact->partial)
		set_text(recorder, reply, "partial", artefact->partial);
	if (content.data)
		store(recorder, reply, artefact->format->file_name, content);
	json_array_append_new(recorder->replies, reply);
}

void recorder_unreached(struct recorder *recorder, const char *why)
{
	recorder->unreached = arena_text(recorder->arena, why);
}

/* --- the end ---------------------------------------------------------------------------------- */

static const char *time_text(struct arena *arena, time_t time)
{
	struct tm utc;
	char text[32];
	if (!time || !gmtime_r(&time, &utc))
		return NULL;
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return arena_text(arena, text);
}

/* Requests that brought no artefact are a part of what happened. */
static void add_untaken(struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->request_count; i++) {
		const struct request *request = &recorder->requests[i];
		if (request->taken)
			continue;
		json_t *reply = reply_json(recorder, request, "no-artefact", request->failure);
		json_array_append_new(recorder->replies, reply);
	}
}

static void write_index(struct recorder *recorder, const char *source, time_t collected)
{
	auto_json json_t *document = json_object();
	add_untaken(recorder);
	set_text(recorder, document, "node", recorder->node);
	set_text(recorder, document, "source", source);
	set_text(recorder, document, "collected", time_text(recorder->arena, collected));
	set_text(recorder, document, "unreached", recorder->unreached);
	json_object_set(document, "replies", recorder->replies);
	json_object_set_new(document, "version", json_integer(1));
	FILE *file = create(recorder, RECORDING_FILE);
	if (!file)
		return;
	json_write(file, document, 0);
	fputc('\n', file);
	finish(recorder, RECORDING_FILE, file);
}

int recorder_close(
	struct recorder *recorder, const char *source, time_t collected, struct error *error)
{
	struct error *own = &recorder->error;
	write_index(recorder, source, collected);
	if (own->code == ERROR_NONE && rename(recorder->partial, recorder->final) != 0)
		error_set(own, ERROR_INTERNAL, "%s: %s", recorder->final, strerror(errno));
	int result = own->code ? error_set(error, own->code, "%s", own->text) : 0;
	if (result != 0)
		remove_folder(recorder->partial);
	recorder_free(recorder);
	return result;
}
