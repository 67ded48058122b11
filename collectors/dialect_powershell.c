/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/dialect.h"

#include "base/base64.h"
#include "base/buffer.h"
#include "base/text.h"
#include "collectors/frame.h"
#include "collectors/part.h"

#include <string.h>

#define SCRIPT_LIMIT ((size_t)4 << 20)
#define BOOTSTRAP "bootstrap" /* stands for a probe in the frame of the bootstrap itself */
#define REASON_LIMIT 300
#define KEPT_LIMIT ((size_t)256 << 10) /* bytes of a script that is kept for the next node */

/*
 * Reads the script from the first line of standard input. It is compiled before it runs, so that a
 * script that does not parse is answered. Not "-Command -", which drops blocks in silence, and
 * without $input, for which PowerShell would wait.
 */
const char dialect_powershell_bootstrap[] =
	"$ProgressPreference='SilentlyContinue';"
	"try{$s=[ScriptBlock]::Create([Text.Encoding]::UTF8.GetString("
	"[Convert]::FromBase64String([Console]::In.ReadLine())))}"
	"catch{$b=[Text.Encoding]::UTF8.GetBytes($_.Exception.Message);"
	"[Console]::Out.Write(\"#standby 1`n\"+\"#frame " BOOTSTRAP " error \"+$b.Length+\"`n\"+"
	"[Convert]::ToBase64String($b)+\"`n\"+\"#end 1`n\");exit 3};"
	"&$s";

char *dialect_powershell_command(struct arena *arena)
{
	size_t length = strlen(dialect_powershell_bootstrap);
	unsigned char *wide = arena_alloc(arena, 2 * length);
	for (size_t i = 0; i < length; i++)
		wide[2 * i] = (unsigned char)dialect_powershell_bootstrap[i];
	return arena_format(arena,
		"powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass "
		"-EncodedCommand %s",
		base64_encode(arena, (struct bytes){wide, 2 * length}));
}

/* --- the script ------------------------------------------------------------------------------- */

/* The length of a quotation mark that PowerShell takes for ', or 0: U+2018 to U+201B are some. */
static size_t quote_length(const char *at)
{
	if (*at == '\'')
		return 1;
	const unsigned char *bytes = (const unsigned char *)at;
	return bytes[0] == 0xe2 && bytes[1] == 0x80 && bytes[2] >= 0x98 && bytes[2] <= 0x9b ? 3 : 0;
}

static void append_literal(struct buffer *script, const char *text)
{
	buffer_text(script, "'");
	while (*text) {
		size_t quote = quote_length(text);
		if (quote)
			buffer_append(script, text, quote);
		buffer_append(script, text, quote ? quote : 1);
		text += quote ? quote : 1;
	}
	buffer_text(script, "'");
}

static void append_list(struct buffer *script, const char *name, const struct strings *strings)
{
	buffer_format(script, "$%s = @(", name);
	for (size_t i = 0; i < strings->count; i++) {
		if (i > 0)
			buffer_text(script, ", ");
		append_literal(script, strings->items[i]);
	}
	buffer_text(script, ")\n");
}

char *dialect_powershell_script(struct arena *arena, const struct dialect_scope *scope)
{
	auto_buffer struct buffer script = BUFFER_INIT(SCRIPT_LIMIT);
	buffer_text(&script, part_prelude);
	buffer_text(&script, "\n# The scope.\n");
	append_list(&script, "applications", &scope->cluster->applications);
	append_list(&script, "classes", &scope->cluster->classes);
	append_list(&script, "locations", &scope->cluster->locations);
	buffer_format(&script, "$checkLogon = %s\n", scope->check_logon ? "$true" : "$false");
	buffer_text(&script, "\n[Console]::Out.Write(\"#standby 1`n\")\n");
	for (const struct probe *const *probe = scope->probes; *probe; probe++) {
		const char *part = dialect_part(scope, *probe, "ps1");
		if (!part)
			continue;
		buffer_format(&script, "\nInvoke-Part '%s' {\n", (*probe)->id);
		buffer_text(&script, part);
		buffer_text(&script, "}\n");
	}
	static const char ending[] =
		"\n[Console]::Out.Write('#end ' + $state.frames + \"`n\")\nexit 0\n";
	return buffer_text(&script, ending) == 0 ? arena_text(arena, script.data) : NULL;
}

/* --- the reply -------------------------------------------------------------------------------- */

struct reply {
	struct arena *arena;
	const struct dialect_scope *scope;
	struct artefacts *artefacts;
	struct frames frames;
	const char *broken; /* why there are no more frames than these, or NULL */
};

static const char *reason(struct arena *arena, struct bytes content)
{
	struct text text = {(const char *)content.data, content.length};
	if (text.length > REASON_LIMIT)
		text.length = REASON_LIMIT;
	return text.length ? text_escape(arena, text) : "no reason given";
}

static void add(const struct reply *reply, const struct probe *probe, unsigned number,
	const struct frame *frame, const char *failure)
{
	struct dialect_reply answer = {
		.probe = probe,
		.dialect = "powershell",
		.number = number,
		.request = arena_format(reply->arena, "%s.ps1", probe->id),
		.failure = failure,
	};
	if (frame && frame->status == FRAME_NONE)
		return;
	if (frame && frame->status == FRAME_ERROR)
		answer.failure = reason(reply->arena, frame->content);
	if (frame && frame->status == FRAME_OK) {
		answer.content = frame->content;
		answer.partial = frame->partial;
	}
	if (frame && frame->asks.count) {
		struct strings asked = frame->asks;
		strings_add(reply->arena, &asked, NULL);
		answer.asked = asked.items;
	}
	dialect_add(reply->arena, reply->scope, reply->artefacts, &answer);
}

/* All frames of a probe. Where the reply broke off, its last one may not have been its last; where
 * the number is wrong, a frame may have been lost from each. */
static void add_probe(struct reply *reply, const struct probe *probe)
{
	const struct frames *frames = &reply->frames;
	unsigned number = 0;
	for (size_t i = 0; i < frames->count; i++)
		if (strcmp(frames->items[i].probe, probe->id) == 0)
			add(reply, probe, ++number, &frames->items[i], NULL);
	const char *last = frames->count ? frames->items[frames->count - 1].probe : "";
	bool doubtful = number == 0 || frames->miscounted || strcmp(last, probe->id) == 0;
	if (reply->broken && doubtful)
		add(reply, probe, number + 1, NULL, reply->broken);
	else if (number == 0)
		add(reply, probe, 1, NULL, "the reply of the node has no frame of it");
}

static bool was_asked(const struct dialect_scope *scope, const char *id)
{
	for (const struct probe *const *probe = scope->probes; *probe; probe++)
		if (strcmp((*probe)->id, id) == 0)
			return dialect_part(scope, *probe, "ps1") != NULL;
	return false;
}

/* A frame of something that nobody asked: from there on the reply is not ours. */
static void drop_foreign(struct reply *reply)
{
	for (size_t i = 0; i < reply->frames.count; i++) {
		if (was_asked(reply->scope, reply->frames.items[i].probe))
			continue;
		reply->frames.count = i;
		if (!reply->broken)
			reply->broken = "the reply has a frame that nobody asked for";
		return;
	}
}

static const char *ending(struct arena *arena, const struct shell_result *result)
{
	return result->exited ? arena_format(arena, "powershell.exe ended with code %u",
					(unsigned)result->status)
			      : "powershell.exe was ended before its end";
}

static int read_reply(struct reply *reply, const struct shell_result *result, struct error *error)
{
	struct error damage = {0};
	struct bytes output = {(const unsigned char *)result->output.data, result->output.length};
	if (frames_read(reply->arena, output, &reply->frames, &damage) != 0)
		reply->broken = arena_text(reply->arena, damage.text);
	if (reply->broken && (!result->exited || result->status != 0))
		reply->broken = arena_format(
			reply->arena, "%s; %s", damage.text, ending(reply->arena, result));
	if (!reply->frames.begun)
		return error_set(error, ERROR_UNREACHABLE, "%s and printed %s",
			ending(reply->arena, result),
			output.length ? "something else than a reply" : "nothing");
	const struct frame *first = reply->frames.count ? reply->frames.items : NULL;
	if (first && strcmp(first->probe, BOOTSTRAP) == 0)
		return error_set(error, ERROR_UNREACHABLE, "PowerShell refused the script: %s",
			reason(reply->arena, first->content));
	drop_foreign(reply);
	for (const struct probe *const *probe = reply->scope->probes; *probe; probe++)
		if (dialect_part(reply->scope, *probe, "ps1"))
			add_probe(reply, *probe);
	return 0;
}

/*
 * The script in base64, on a line. Nodes of one cluster get the same one, and making base64 of it
 * takes a tenth of the time of a connection, so that the last one is kept, for this very text only.
 */
static struct bytes encode(struct arena *arena, const char *script)
{
	static struct arena *kept;
	static const char *last;
	static struct bytes line;
	if (last && strcmp(script, last) == 0)
		return line;
	size_t length = strlen(script);
	bool keep = length <= KEPT_LIMIT;
	if (keep) {
		arena_free(kept);
		arena = kept = arena_new();
	}
	char *input = base64_encode(arena, (struct bytes){(const unsigned char *)script, length});
	struct bytes made = {(const unsigned char *)input, strlen(input) + 1};
	input[made.length - 1] = '\n'; /* instead of its end: formatting so much takes long */
	if (keep) {
		last = arena_text(kept, script);
		line = made;
	}
	return made;
}

/* The bootstrap answers in a frame that there is no script. */
int dialect_powershell_knock(
	struct arena *arena, struct shell *shell, bool *absent, struct error *error)
{
	const struct shell_command command = {.line = dialect_powershell_command(arena)};
	struct frames frames = {0};
	auto_shell_result struct shell_result result = {.output = BUFFER_INIT(SHELL_OUTPUT_LIMIT),
		.errors = BUFFER_INIT(SHELL_ERRORS_LIMIT)};
	if (shell->run(shell->session, &command, &result, error) != 0)
		return -1;
	struct bytes output = {(const unsigned char *)result.output.data, result.output.length};
	*absent = frames_read(arena, output, &frames, &(struct error){0}) != 0 || !frames.begun;
	return 0;
}

int dialect_powershell_fetch(struct arena *arena, struct shell *shell,
	const struct dialect_scope *scope, struct artefacts *artefacts, bool *absent,
	struct error *error)
{
	*absent = false;
	const char *script = dialect_powershell_script(arena, scope);
	if (!script)
		return error_set(error, ERROR_INPUT,
			"the script for this node is larger than %zu MiB; its scope is too large",
			SCRIPT_LIMIT >> 20);
	const struct shell_command command = {
		.line = dialect_powershell_command(arena),
		.input = encode(arena, script),
		.key = scope->key,
	};
	auto_shell_result struct shell_result result = {.output = BUFFER_INIT(SHELL_OUTPUT_LIMIT),
		.errors = BUFFER_INIT(SHELL_ERRORS_LIMIT)};
	if (shell->run(shell->session, &command, &result, error) != 0)
		return -1;
	struct reply reply = {.arena = arena, .scope = scope, .artefacts = artefacts};
	int code = read_reply(&reply, &result, error);
	*absent = !reply.frames.begun;
	return code;
}
