/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh_run ADDRESS SECONDS COMMAND [KEY=VALUE...]: opens an SSH session as the transport does and
 * runs one command on it. Prints "exit N" or "signal N", "output LENGTH", "errors LENGTH" and
 * output that is short, or "failed: TEXT"; exit code 0 whenever it could say so.
 *
 * Options are the node's, but for: input=TEXT, input-length=N (that many bytes of input),
 * key-from=REFERENCE (the bytes there are the key), repeat=N, sessions=N (one after another, with
 * one breaker).
 */
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/number.h"
#include "collectors/private_key_store.h"
#include "collectors/secret_reference.h"
#include "collectors/ssh_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_LIMIT 16
#define SHOWN_LENGTH 1024

struct plan {
	struct node node;
	struct node_option options[OPTIONS_LIMIT];
	const char *command;
	int64_t seconds;
};

static uint64_t number(const char *text, uint64_t otherwise)
{
	uint64_t value;
	return text && number_read(text, strlen(text), 10, UINT32_MAX, &value) ? value : otherwise;
}

static int say_failed(const struct error *error)
{
	printf("failed: %s\n", error->text);
	return error->code == ERROR_UNREACHABLE ? 0 : 1;
}

static void read_options(struct plan *plan, char **words, int count)
{
	for (int i = 0; i < count && i < OPTIONS_LIMIT; i++) {
		char *equals = strchr(words[i], '=');
		if (!equals)
			continue;
		*equals = '\0';
		plan->options[plan->node.option_count++] =
			(struct node_option){.key = words[i], .value = equals + 1};
	}
	plan->node.options = plan->options;
}

static int run(const struct plan *plan, struct ssh_session *session)
{
	struct error error = {0};
	const struct node *node = &plan->node;
	auto_shell_result struct shell_result result = {0};
	const char *key = node_option(node, "key-from");
	auto_arena struct arena *arena = arena_new();
	const char *text = node_option(node, "input");
	size_t length = (size_t)number(node_option(node, "input-length"), text ? strlen(text) : 0);
	char *input = arena_alloc(arena, length + 1);
	memset(input, 'x', length);
	if (text)
		memcpy(input, text, length);
	struct shell_command command = {.line = plan->command,
		.input = {(const unsigned char *)input, length},
		.key = key ? secret_reference_read(key, &error) : NULL};
	if (ssh_session_run(session, &command, &result, &error) != 0)
		return say_failed(&error);
	printf("%s %u\noutput %zu\nerrors %zu\n", result.exited ? "exit" : "signal", result.status,
		result.output.length, result.errors.length);
	if (result.output.length && result.output.length <= SHOWN_LENGTH)
		fwrite(result.output.data, 1, result.output.length, stdout);
	return 0;
}

static int open_and_run(const struct plan *plan, struct breaker *breaker)
{
	struct error error = {0};
	auto_arena struct arena *arena = arena_new();
	struct transport_options options = {
		.folder = ".", .deadline = clock_now() + plan->seconds * 1000, .breaker = breaker};
	struct ssh_session *session = ssh_session_open(arena, &plan->node, &options, &error);
	if (!session)
		return say_failed(&error);
	int result = 0;
	for (uint64_t i = number(node_option(&plan->node, "repeat"), 1); i && result == 0; i--)
		result = run(plan, session);
	ssh_session_close(session);
	return result;
}

int main(int argc, char **argv)
{
	struct plan plan = {.node = {.name = "NODE", .scheme = "ssh"}};
	int result = 0;
	if (argc < 4)
		return ERROR_USAGE;
	plan.node.address = argv[1];
	plan.seconds = (int64_t)number(argv[2], 10);
	plan.command = argv[3];
	read_options(&plan, argv + 4, argc - 4);
	interrupt_watch();
	struct breaker *breaker = breaker_new();
	for (uint64_t i = number(node_option(&plan.node, "sessions"), 1); i && result == 0; i--)
		result = open_and_run(&plan, breaker);
	breaker_free(breaker);
	private_key_store_clear();
	secret_references_clear();
	return result;
}
