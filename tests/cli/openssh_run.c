/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openssh_run ADDRESS SECONDS COMMAND [KEY=VALUE...]: opens a session by the ssh client as the
 * transport does and runs one command on it, as often as "repeat" says. Prints "exit N", "output
 * LENGTH", "errors LENGTH" or "failed: TEXT"; exit code 0 whenever it could say so.
 *
 * Options are the node's, but for: input=TEXT, key=stdin (hexadecimal, on standard input), show
 * (prints the output), repeat=N, sessions=N (one after another, with one breaker), choose=yes (says
 * first which transport "ssh" would take).
 */
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "collectors/openssh_session.h"
#include "collectors/secret_reference.h"
#include "collectors/ssh_choice.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTIONS_LIMIT 16

struct plan {
	struct node node;
	struct node_option options[OPTIONS_LIMIT];
	const char *command;
	int64_t seconds;
	struct secret *key;
	struct breaker *breaker;
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

/* The first line of standard input, which no other process can look at. */
static struct secret *take_key(const struct node *node)
{
	unsigned char bytes[32];
	char hex[2 * sizeof bytes + 2];
	if (!node_option(node, "key") || !fgets(hex, sizeof hex, stdin) ||
		strspn(hex, "0123456789abcdef") != 2 * sizeof bytes)
		return NULL;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(number_hex_digit(hex[2 * i]) << 4 |
					   number_hex_digit(hex[2 * i + 1]));
	return secret_new(bytes, sizeof bytes);
}

static int run(const struct plan *plan, struct openssh_session *session)
{
	struct error error = {0};
	auto_shell_result struct shell_result result = {0};
	const char *text = node_option(&plan->node, "input");
	struct shell_command command = {.line = plan->command,
		.input = {(const unsigned char *)text, text ? strlen(text) : 0},
		.key = plan->key};
	if (openssh_session_run(session, &command, &result, &error) != 0)
		return say_failed(&error);
	printf("%s %u\noutput %zu\nerrors %zu\n", result.exited ? "exit" : "signal", result.status,
		result.output.length, result.errors.length);
	if (node_option(&plan->node, "show") && result.output.length)
		fwrite(result.output.data, 1, result.output.length, stdout);
	fflush(stdout);
	return 0;
}

static int open_and_run(const struct plan *plan)
{
	struct error error = {0};
	auto_arena struct arena *arena = arena_new();
	struct transport_options options = {.folder = ".",
		.deadline = clock_now() + plan->seconds * 1000,
		.breaker = plan->breaker};
	if (node_option(&plan->node, "choose")) {
		struct ssh_choice choice = ssh_choose(arena, &plan->node, &options);
		printf("%s: %s\n", choice.openssh ? "openssh" : "ssh", choice.why);
	}
	struct openssh_session *session =
		openssh_session_open(arena, &plan->node, &options, &error);
	if (!session)
		return say_failed(&error);
	int result = 0;
	for (uint64_t i = number(node_option(&plan->node, "repeat"), 1); i && result == 0; i--)
		result = run(plan, session);
	openssh_session_close(session);
	return result;
}

static pid_t open_beside(struct plan plan, const char *address)
{
	pid_t pid = fork();
	if (pid == 0) {
		interrupt_reset();
		if (!freopen("/dev/null", "w", stdout))
			_exit(1);
		plan.node.address = address;
		_exit(open_and_run(&plan));
	}
	usleep(500000);
	return pid;
}

int main(int argc, char **argv)
{
	struct plan plan = {.node = {.name = "NODE", .scheme = "openssh"}};
	int result = 0;
	if (openssh_answer(argc, argv, &result))
		return result;
	if (argc < 4)
		return ERROR_USAGE;
	interrupt_watch();
	plan.node.address = argv[1];
	plan.seconds = (int64_t)number(argv[2], 10);
	plan.command = argv[3];
	read_options(&plan, argv + 4, argc - 4);
	plan.key = take_key(&plan.node);
	plan.breaker = breaker_new();
	const char *other = node_option(&plan.node, "beside");
	pid_t beside = other ? open_beside(plan, other) : 0;
	for (uint64_t i = number(node_option(&plan.node, "sessions"), 1); i && result == 0; i--)
		result = open_and_run(&plan);
	if (beside > 0) {
		kill(beside, SIGTERM);
		waitpid(beside, NULL, 0);
	}
	breaker_free(plan.breaker);
	secret_free(plan.key);
	secret_references_clear();
	return result;
}
