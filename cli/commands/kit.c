/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"
#include "collectors/dialect_cmd_script.h"
#include "collectors/merge.h"
#include "collectors/part.h"
#include "collectors/probe.h"
#include "collectors/run_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT ((size_t)4 << 20)

struct kit {
	struct arena *arena;
	const char *folder;
	const struct inventory *inventory; /* NULL: none given */
	struct strings locations;
};

/* --- files ------------------------------------------------------------------------------------ */

static int write_whole(int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t count = write(fd, data, length);
		if (count < 0 && errno != EINTR)
			return -1;
		if (count > 0) {
			data += count;
			length -= (size_t)count;
		}
	}
	return 0;
}

/* A new file: nothing that is there already is overwritten. */
static int write_file(const struct kit *kit, const char *name, mode_t mode, struct bytes content,
	struct error *error)
{
	const char *path = arena_format(kit->arena, "%s/%s", kit->folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return error_set(error, ERROR_INTERNAL, "%s: %s", path, strerror(errno));
	int result = write_whole(fd, (const char *)content.data, content.length);
	int problem = errno;
	if (close(fd) != 0 && result == 0) {
		result = -1;
		problem = errno;
	}
	if (result != 0) {
		unlink(path);
		return error_set(error, ERROR_INTERNAL, "%s: %s", path, strerror(problem));
	}
	printf("%s\n", path);
	return 0;
}

/* Texts for Windows end their lines as Windows does. */
static int write_text(
	const struct kit *kit, const char *name, const char *text, struct error *error)
{
	auto_buffer struct buffer out = BUFFER_INIT(2 * FILE_LIMIT);
	struct text_lines lines = {.rest = text_of(text)};
	while (text_next_line(&lines)) {
		buffer_append(&out, lines.line.data, lines.line.length);
		buffer_text(&out, "\r\n");
	}
	return write_file(kit, name, 0600,
		(struct bytes){(const unsigned char *)out.data, out.length}, error);
}

static int write_key(const struct kit *kit, struct error *error)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char line[2 * RUN_KEY_LENGTH + 2];
	auto_secret struct secret *key = run_key_new(error);
	if (!key)
		return -1;
	struct bytes bytes = secret_bytes(key);
	for (size_t i = 0; i < bytes.length; i++) {
		line[2 * i] = (unsigned char)digits[bytes.data[i] >> 4];
		line[2 * i + 1] = (unsigned char)digits[bytes.data[i] & 0xf];
	}
	memcpy(line + 2 * bytes.length, "\r\n", 2);
	int result = write_file(kit, "key.txt", 0600, (struct bytes){line, sizeof line}, error);
	secret_wipe(line, sizeof line);
	return result;
}

/* --- what is collected ------------------------------------------------------------------------ */

static bool is_wanted(const struct kit *kit, const struct probe *probe)
{
	static const struct known nothing = {0};
	if (!probe->wanted || !kit->inventory)
		return true;
	for (size_t i = 0; i < kit->inventory->cluster_count; i++)
		if (probe->wanted(&kit->inventory->clusters[i], &nothing))
			return true;
	return false;
}

/*
 * What `obtain` begins with, what is read, in quotation marks or up to the last blank, and the file
 * that comes of it, the last word: "reg export "KEY" FILE", "copy FROM TO", and reg query, whose
 * file is named twice.
 */
struct obtained {
	const char *from;
	const char *to;
};

static bool split(
	struct arena *arena, const char *obtain, const char *verb, struct obtained *obtained)
{
	if (strncmp(obtain, verb, strlen(verb)) != 0)
		return false;
	const char *from = obtain + strlen(verb);
	const char *blank = strrchr(from, ' ');
	if (!blank)
		return false;
	const char *quote = from[0] == '"' ? strchr(from + 1, '"') : NULL;
	obtained->from = quote ? arena_text_n(arena, from + 1, (size_t)(quote - from - 1))
			       : arena_text_n(arena, from, (size_t)(blank - from));
	obtained->to = blank + 1;
	return true;
}

/* One line for each probe whose artefact a plain command obtains. */
static void append_probe(
	const struct kit *kit, struct buffer *out, const struct probe *probe, bool powershell)
{
	struct obtained obtained;
	const char *command = probe->obtain;
	bool values = split(kit->arena, command, "reg query ", &obtained);
	if (values || split(kit->arena, command, "reg export ", &obtained)) {
		if (powershell)
			buffer_format(out, "%s '%s' '%s'\n", values ? "Save-Values" : "Export-Key",
				obtained.from, obtained.to);
		else
			buffer_format(out, "%s\n", command);
	} else if (split(kit->arena, command, "copy ", &obtained)) {
		if (powershell)
			buffer_format(out, "Copy-File '%s' '%s'\n", obtained.from, obtained.to);
		else
			buffer_format(out, "if exist %s %s\n", obtained.from, command);
	}
}

static void append_probes(const struct kit *kit, struct buffer *out, bool powershell)
{
	for (const struct probe *const *probe = probe_catalogue; *probe; probe++)
		if (is_wanted(kit, *probe))
			append_probe(kit, out, *probe, powershell);
}

/* --- collect.cmd, identity.js ----------------------------------------------------------------- */

#define SCRIPT "script identity_fingerprint identity"

static int write_cmd(const struct kit *kit, struct error *error)
{
	static const char head[] =
		"@echo off\n"
		"rem Copies settings of this node into a folder beside this file. Changes "
		"nothing.\n"
		"set out=%~dp0%COMPUTERNAME%\n"
		"if exist \"%out%\" echo There is a folder of this node already: %out%\n"
		"if exist \"%out%\" exit /b 1\n"
		"mkdir \"%out%\"\n"
		"if not exist \"%out%\" exit /b 1\n"
		"cd /d \"%out%\"\n"
		"if errorlevel 1 exit /b 1\n\n"
		"rem Where a key is not there, this node has no such settings.\n";
	static const char tail[] =
		"\nset run=cscript //nologo //E:JScript \"%~dp0identity.js\"\n"
		"if exist \"%~dp0key.txt\" %run% <\"%~dp0key.txt\" >identity.json\n"
		"if not exist \"%~dp0key.txt\" %run% <nul >identity.json\n"
		"echo Done. Bring back the folder %out%\n";
	auto_buffer struct buffer out = BUFFER_INIT(FILE_LIMIT);
	buffer_text(&out, head);
	append_probes(kit, &out, false);
	buffer_text(&out, tail);
	return write_text(kit, "collect.cmd", out.data, error);
}

static int write_script(const struct kit *kit, struct error *error)
{
	const char *script = dialect_cmd_script_text(kit->arena, SCRIPT, &kit->locations, false);
	if (!script)
		return error_set(error, ERROR_INTERNAL, "there is no script for identity.json");
	return write_text(kit, "identity.js", script, error);
}

/* --- collect.ps1 ------------------------------------------------------------------------------ */

/* The prelude reads the key from standard input; here the file stands in for that. */
static const char powershell_head[] =
	"# Copies settings of this node into a folder beside this file. Changes nothing.\n"
	"$folder = [IO.Path]::GetDirectoryName($MyInvocation.MyCommand.Path)\n"
	"$out = [IO.Path]::Combine($folder, [Environment]::MachineName)\n"
	"if ([IO.Directory]::Exists($out)) {\n"
	"    [Console]::Error.WriteLine(\"There is a folder of this node already: $out\")\n"
	"    exit 1\n"
	"}\n"
	"[void][IO.Directory]::CreateDirectory($out)\n"
	"$keyFile = [IO.Path]::Combine($folder, 'key.txt')\n"
	"if ([IO.File]::Exists($keyFile)) {\n"
	"    [Console]::SetIn([IO.File]::OpenText($keyFile))\n"
	"} else {\n"
	"    [Console]::SetIn([IO.TextReader]::Null)\n"
	"}\n\n";

static const char powershell_tools[] =
	"\n# A file cannot say that there may be more than it holds: none is written then.\n"
	"function Write-Frame($probe, $status, $bytes, $asks, $partial) {\n"
	"    if ($status -eq 'ok' -and -not $partial) {\n"
	"        [IO.File]::WriteAllBytes([IO.Path]::Combine($out, \"$probe.json\"), $bytes)\n"
	"    } else {\n"
	"        $why = $partial\n"
	"        if (-not $partial) { $why = [Text.Encoding]::UTF8.GetString($bytes) }\n"
	"        [Console]::Error.WriteLine(\"$probe could not be read: $why\")\n"
	"    }\n"
	"}\n\n"
	"# Where a key or a file is not there, this node has no such settings.\n"
	"function Export-Key($path, $name) {\n"
	"    try {\n"
	"        $file = [IO.Path]::Combine($out, $name)\n"
	"        $reply = Invoke-Program 'reg.exe' \"export `\"$path`\" `\"$file`\"\"\n"
	"        if ($reply.code -eq 0) { return }\n"
	"    } catch { }\n"
	"    [Console]::Error.WriteLine(\"$path was not exported\")\n"
	"}\n\n"
	"# The last line says what was asked, and that the answer is whole.\n"
	"function Save-Values($path, $name) {\n"
	"    try {\n"
	"        $reply = Invoke-Program 'reg.exe' \"query `\"$path`\"\"\n"
	"        $why = 'reg query ended with code ' + $reply.code + ' ' + $reply.said\n"
	"        if ($reply.code -eq 0 -and $reply.text -ne '') {\n"
	"            $text = $reply.text\n"
	"            if ($reply.said -eq '') { $text += \"#asked $path\\*`r`n\" }\n"
	"            $bytes = (New-Artefact $text).bytes\n"
	"            [IO.File]::WriteAllBytes([IO.Path]::Combine($out, $name), $bytes)\n"
	"            if ($reply.said -eq '') { return }\n"
	"        }\n"
	"    } catch { $why = Get-Reason $_ }\n"
	"    [Console]::Error.WriteLine(\"$path was not read whole: $why\")\n"
	"}\n\n"
	"function Copy-File($path, $name) {\n"
	"    # A 32-bit PowerShell has another system32.\n"
	"    $file = [Environment]::ExpandEnvironmentVariables($path)\n"
	"    if ($path -like '%windir%\\system32\\*') { $file = $system + $path.Substring(17) }\n"
	"    try {\n"
	"        if (-not [IO.File]::Exists($file)) { return }\n"
	"        [IO.File]::Copy($file, [IO.Path]::Combine($out, $name))\n"
	"    } catch {\n"
	"        [Console]::Error.WriteLine(\"$file was not copied: \" + (Get-Reason $_))\n"
	"    }\n"
	"}\n\n";

static void append_list(struct buffer *out, const struct strings *strings)
{
	buffer_text(out, "$locations = @(");
	for (size_t i = 0; i < strings->count; i++) {
		buffer_text(out, i ? ", '" : "'");
		/* U+2018 to U+201B are quotation marks to PowerShell, too. */
		for (const char *at = strings->items[i]; *at; at++) {
			bool curly = memcmp(at, "\xe2\x80", 2) == 0 &&
				     (unsigned char)at[2] >= 0x98 && (unsigned char)at[2] <= 0x9b;
			buffer_append(out, at, curly ? 3 : 1);
			if (curly || *at == '\'')
				buffer_append(out, at, curly ? 3 : 1);
			at += curly ? 2 : 0;
		}
		buffer_text(out, "'");
	}
	buffer_text(out, ")\n\n");
}

static int write_powershell(const struct kit *kit, struct error *error)
{
	const char *part = part_find("identity", "ps1");
	if (!part)
		return error_set(error, ERROR_INTERNAL, "there is no script for identity.json");
	auto_buffer struct buffer out = BUFFER_INIT(FILE_LIMIT);
	buffer_text(&out, "\xef\xbb\xbf"); /* without it Windows PowerShell reads an ANSI page */
	buffer_text(&out, powershell_head);
	buffer_text(&out, part_prelude);
	buffer_text(&out, powershell_tools);
	append_list(&out, &kit->locations);
	append_probes(kit, &out, true);
	buffer_format(&out, "\nInvoke-Part 'identity' {\n%s}\n", part);
	buffer_text(&out, "\n[Console]::In.Close()\n"
			  "[Console]::Out.WriteLine(\"Done. Bring back the folder $out\")\n"
			  "exit 0\n");
	return write_text(kit, "collect.ps1", out.data, error);
}

/* --- README.txt ------------------------------------------------------------------------------- */

static const char instructions[] =
	"Collecting settings of nodes that cannot be reached over the network\n\n"
	"What the scripts do: they read settings and write them into one new folder beside\n"
	"themselves, named like the node. They change nothing, install nothing and send nothing.\n"
	"Read them first: they are plain text.\n\n"
	"1. Carry this folder on a removable medium to each node. Use the same copy for all nodes\n"
	"   that are to be compared, so that all of them use the same key.\n"
	"2. On the node, as an administrator:\n"
	"   Windows 2000 and Server 2003: run collect.cmd. On Windows 2000, reg.exe comes with "
	"the\n"
	"   Support Tools.\n"
	"   Later versions, in a command shell:\n"
	"     powershell.exe -NoProfile -ExecutionPolicy Bypass -File collect.ps1\n"
	"   A message about a key that was not found or not exported is no fault: the node has no\n"
	"   such settings.\n"
	"3. Bring back the folder of each node, name it as \"files\" of that node in an inventory\n"
	"   and run: standby check -i INVENTORY\n"
	"4. Delete key.txt from the medium and wherever it was copied to.\n\n"
	"The key: key.txt was made for this kit alone, on the computer where the kit was written.\n"
	"With it each node makes fingerprints of the passwords that IIS has configured; the\n"
	"passwords themselves are never written. Fingerprints can be compared only if they were\n"
	"made with the same key. Whoever has the key and the fingerprints can try passwords\n"
	"against them: keep key.txt secret, bring it back separately or not at all, and make a\n"
	"new kit for each collection. Delete key.txt before you start if passwords are not to be\n"
	"looked at: then everything else is compared.\n\n"
	"The folders that come back hold what an attacker would like to know: IIS's encrypted\n"
	"passwords (MetaBase.xml). Keep them as you keep other secrets, and delete them when the\n"
	"report is written.\n";

/* --- the command ------------------------------------------------------------------------------ */

static void gather_locations(struct kit *kit)
{
	for (size_t c = 0; kit->inventory && c < kit->inventory->cluster_count; c++) {
		const struct strings *locations = &kit->inventory->clusters[c].locations;
		for (size_t i = 0; i < locations->count; i++)
			if (!strings_hold(&kit->locations, locations->items[i]))
				strings_add(kit->arena, &kit->locations, locations->items[i]);
	}
	if (!strings_hold(&kit->locations, "/"))
		strings_add(kit->arena, &kit->locations, "/");
}

static int write_kit(struct kit *kit, struct error *error)
{
	if (mkdir(kit->folder, 0700) != 0)
		return error_set(error, ERROR_INTERNAL, "%s: %s", kit->folder, strerror(errno));
	gather_locations(kit);
	if (write_text(kit, "README.txt", instructions, error) != 0 || write_cmd(kit, error) != 0 ||
		write_script(kit, error) != 0 || write_powershell(kit, error) != 0 ||
		write_key(kit, error) != 0)
		return -1;
	printf("key.txt is a secret: keep it from others and delete it when the nodes are done.\n");
	return 0;
}

static int run(int argc, char **argv, struct error *error)
{
	auto_options struct options options;
	struct inventory *inventory = NULL;
	if (options_read(&options, "i", argc, argv, error) != 0)
		return -1;
	if (options.operands.count != 1)
		return error_set(error, ERROR_USAGE, "name one folder, which is made anew");
	if (options.inventory && !(inventory = options_inventory(&options, error)))
		return -1;
	struct kit kit = {.arena = options.arena,
		.folder = options.operands.items[0],
		.inventory = inventory};
	int code = write_kit(&kit, error);
	inventory_free(inventory);
	return code;
}

const struct command command_kit = {
	.name = "kit",
	.usage = "FOLDER [-i INVENTORY]",
	.summary = "Write a kit that collects from nodes that no network reaches",
	.help = "  -i, --inventory FILE   collect what its clusters have in scope; without it\n"
		"                         the web service as a whole\n\n"
		"The folder is made anew and gets scripts, instructions (README.txt) and a fresh\n"
		"key for fingerprints of passwords (key.txt), which is a secret. What the scripts\n"
		"bring back is a folder per node that the source \"files\" reads.\n\n"
		"Exit codes: 0, 64 usage, 65 bad inventory, 70 a file could not be written.\n",
	.run = run,
};
