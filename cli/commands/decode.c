/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/kind.h"
#include "cli/options.h"
#include "collectors/artefact.h"

#include <string.h>
#include <unistd.h>

static const struct kind *find_kind(const char *name)
{
	for (const struct kind *const *kind = kind_catalogue; *kind; kind++) {
		if (strcmp((*kind)->name, name) == 0)
			return *kind;
	}
	return NULL;
}

static int read_input(const char *path, struct buffer *input, struct error *error)
{
	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "standard input", input, error);
	return file_read(path, input, NULL, error);
}

static int decode(const struct options *options, const struct kind *kind, const char *path,
	struct error *error)
{
	auto_buffer struct buffer input = BUFFER_INIT(ARTEFACT_LIMIT);
	if (read_input(path, &input, error) != 0)
		return -1;
	const struct bytes bytes = {(const unsigned char *)input.data, input.length};
	void *decoded = kind->decode(options->arena, bytes, error);
	if (!decoded) {
		error_context(error, "%s", strcmp(path, "-") == 0 ? "standard input" : path);
		return -1;
	}
	if (strcmp(options->format, "text") == 0) {
		kind->print(decoded, stdout);
		return 0;
	}
	auto_json json_t *object = kind->json(options->arena, decoded);
	json_write(stdout, object, 0);
	putchar('\n');
	return 0;
}

static void list_kinds(struct buffer *list)
{
	for (const struct kind *const *kind = kind_catalogue; *kind; kind++)
		buffer_format(list, "%s%s", list->length ? ", " : "", (*kind)->name);
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	auto_buffer struct buffer kinds = BUFFER_INIT(256);
	if (options_read(&options, "f", argc, argv, error) != 0)
		return -1;
	list_kinds(&kinds);
	if (options.operands.count < 1 || options.operands.count > 2)
		return error_set(error, ERROR_USAGE, "name a kind (%s) and a file", kinds.data);
	const struct kind *kind = find_kind(options.operands.items[0]);
	if (!kind)
		return error_set(
			error, ERROR_USAGE, "there is no such kind; there are %s", kinds.data);
	if (strcmp(options.format, "text") != 0 && strcmp(options.format, "json") != 0)
		return error_set(error, ERROR_USAGE, "--format takes text or json");
	return decode(&options, kind, options.operands.count == 2 ? options.operands.items[1] : "-",
		error);
}

const struct command command_decode = {
	.name = "decode",
	.usage = "KIND [--format text|json] [FILE|-]",
	.summary = "Say what one artefact that you hold in hand says",
	.help = "  security-descriptor   hexadecimal digits as registry tools print them\n"
		"  sid                   S-1-5-32-544, or its bytes as hexadecimal digits\n"
		"  registry              a .reg file or the output of reg query\n"
		"  metabase              MetaBase.xml of IIS 6\n\n"
		"  -f, --format NAME     text (default), or json with all that was read\n\n"
		"Without FILE, or with -, standard input is read. Passwords are never shown.\n\n"
		"Exit codes: 0, 64 usage, 65 the input cannot be read or understood.\n",
	.run = run,
};
