/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/child.h"
#include "tests/test.h"

#include "base/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PLENTY 20000

struct run {
	struct buffer output, errors;
	struct child child;
	struct error error;
	int result;
	int64_t took;
};

static struct run run(const char *script, const char *input, size_t limit, int64_t deadline)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct run run = {.output = BUFFER_INIT(limit), .errors = BUFFER_INIT(10)};
	const struct bytes pieces[] = {
		{(const unsigned char *)input, strlen(input)}, {(const unsigned char *)"end\n", 4}};
	const struct child_streams streams = {.input = pieces,
		.input_count = *input ? 2 : 0,
		.output = &run.output,
		.errors = &run.errors};
	int64_t begun = clock_now();
	run.result = child_run(&run.child, argv, &streams, begun + deadline, &run.error);
	run.took = clock_now() - begun;
	return run;
}

static void release(struct run *run)
{
	buffer_release(&run->output);
	buffer_release(&run->errors);
}

static void input_output_and_exit_code_are_carried(void **state)
{
	(void)state;
	struct run r = run("cat; printf oops >&2; exit 7", "begin\n", 100, PLENTY);
	assert_int_equal(r.result, 0);
	assert_true(r.child.exited);
	assert_int_equal(r.child.status, 7);
	assert_string_equal(r.output.data, "begin\nend\n");
	assert_string_equal(r.errors.data, "oops");
	release(&r);
}

static void a_signal_is_no_exit_code(void **state)
{
	(void)state;
	struct run r = run("kill -9 $$", "", 100, PLENTY);
	assert_int_equal(r.result, 0);
	assert_false(r.child.exited);
	assert_int_equal(r.child.status, SIGKILL);
	release(&r);
}

static void a_child_that_reads_nothing_is_no_failure(void **state)
{
	(void)state;
	static char much[1 << 20];
	memset(much, 'x', sizeof much - 1);
	struct run r = run("exec <&-; printf done", much, 100, PLENTY);
	assert_int_equal(r.result, 0);
	assert_string_equal(r.output.data, "done");
	release(&r);
}

static void much_goes_both_ways_at_once(void **state)
{
	(void)state;
	static char much[3 << 20];
	memset(much, 'x', sizeof much - 1);
	struct run r = run("cat", much, sizeof much + 100, PLENTY);
	assert_int_equal(r.result, 0);
	assert_int_equal(r.output.length, sizeof much - 1 + 4);
	release(&r);
}

static void output_beyond_its_limit_is_an_error(void **state)
{
	(void)state;
	struct run r = run("cat /dev/zero", "", 2 << 20, PLENTY);
	assert_int_equal(r.result, -1);
	assert_string_equal(r.error.text, "more than 2 MB of output");
	assert_int_equal(r.child.pid, 0);
	release(&r);
}

static void errors_beyond_their_limit_are_dropped(void **state)
{
	(void)state;
	struct run r = run("head -c 1000000 /dev/zero >&2; printf done", "", 100, PLENTY);
	assert_int_equal(r.result, 0);
	assert_int_equal(r.errors.length, 10);
	assert_string_equal(r.output.data, "done");
	release(&r);
}

/* Not so a zombie: whether somebody reaps it is not ours. */
static bool runs(int pid)
{
	char path[64];
	char byte;
	snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
	int fd = open(path, O_RDONLY);
	bool found = fd >= 0 && read(fd, &byte, 1) == 1;
	if (fd >= 0)
		close(fd);
	return found;
}

static void the_deadline_ends_a_child_and_what_it_started(void **state)
{
	(void)state;
	struct run r = run("sleep 60 & echo $!; wait", "", 100, 300);
	assert_int_equal(r.result, -1);
	assert_string_equal(r.error.text, "deadline passed while sh was running");
	assert_in_range(r.took, 300, 800);
	int grandchild = 0;
	assert_int_equal(sscanf(r.output.data, "%d", &grandchild), 1);
	for (int i = 0; i < 100 && runs(grandchild); i++)
		usleep(10000);
	assert_false(runs(grandchild));
	release(&r);
}

static void a_child_that_ignores_sigterm_ends_all_the_same(void **state)
{
	(void)state;
	struct run r = run("trap '' TERM; while :; do sleep 0.1; done", "", 100, 200);
	assert_int_equal(r.result, -1);
	assert_in_range(r.took, 200, 1500);
	assert_true(r.child.ended);
	release(&r);
}

static void who_holds_the_output_open_is_not_waited_for_for_ever(void **state)
{
	(void)state;
	struct run r = run("sleep 60 & printf done", "", 100, PLENTY);
	assert_int_equal(r.result, 0);
	assert_string_equal(r.output.data, "done");
	assert_in_range(r.took, 0, 3000);
	release(&r);
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	const char *const argv[] = {"no-such-program", NULL};
	struct child child;
	struct error error = {0};
	assert_int_equal(child_start(&child, argv, &error), -1);
	assert_int_equal(error.code, ERROR_INTERNAL);
	assert_string_equal(error.text, "no-such-program cannot be run: No such file or directory");
	child_end(&child);
}

static void descriptors_are_not_inherited(void **state)
{
	(void)state;
	int fd = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
	int high = fcntl(fd, F_DUPFD, 100);
	struct run r = run("ls /proc/$$/fd; true", "", 100, PLENTY);
	assert_int_equal(r.result, 0);
	assert_string_equal(r.output.data, "0\n1\n2\n");
	close(fd);
	close(high);
	release(&r);
}

static void signals_are_as_at_login(void **state)
{
	(void)state;
	sigset_t all, before;
	sigfillset(&all);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &all, &before);
	/* Signals 32 and 33 are the C library's own: whoever started us decides about them. */
	struct run r = run("grep -E 'Sig(Blk|Ign)' /proc/$$/status | tr -d '\\n\\t' | "
			   "sed 's/0000000[0-3][048c]0000000$/0000000000000000/'",
		"", 100, PLENTY);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(r.result, 0);
	assert_string_equal(r.output.data, "SigBlk:0000000000000000SigIgn:0000000000000000");
	release(&r);
}

static void there_is_no_terminal_to_ask_at(void **state)
{
	(void)state;
	struct run r = run(
		"test $(ps -o sid= -p $$) = $$ && ! cat </dev/tty && printf none", "", 100, PLENTY);
	assert_int_equal(r.result, 0);
	assert_string_equal(r.output.data, "none");
	release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_output_and_exit_code_are_carried),
		cmocka_unit_test(a_signal_is_no_exit_code),
		cmocka_unit_test(a_child_that_reads_nothing_is_no_failure),
		cmocka_unit_test(much_goes_both_ways_at_once),
		cmocka_unit_test(output_beyond_its_limit_is_an_error),
		cmocka_unit_test(errors_beyond_their_limit_are_dropped),
		cmocka_unit_test(the_deadline_ends_a_child_and_what_it_started),
		cmocka_unit_test(a_child_that_ignores_sigterm_ends_all_the_same),
		cmocka_unit_test(who_holds_the_output_open_is_not_waited_for_for_ever),
		cmocka_unit_test(a_program_that_is_not_there_is_an_error),
		cmocka_unit_test(descriptors_are_not_inherited),
		cmocka_unit_test(signals_are_as_at_login),
		cmocka_unit_test(there_is_no_terminal_to_ask_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
