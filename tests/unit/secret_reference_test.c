/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/secret_reference.h"

#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/standby-secret-XXXXXX";
static char path[sizeof folder + 16];

static int set_up(void **state)
{
	(void)state;
	memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/place", folder);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	secret_references_clear();
	unlink(path);
	rmdir(folder);
	return 0;
}

static void write_file(const char *data, size_t length)
{
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, length, file), length);
	fclose(file);
}

/* What a descriptor gives that holds these bytes. */
static const struct secret *read_back(const char *data, size_t length, struct error *error)
{
	char reference[32];
	write_file(data, length);
	int fd = open(path, O_RDONLY);
	snprintf(reference, sizeof reference, "fd:%d", fd);
	const struct secret *secret = secret_reference_read(reference, error);
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* read once, and closed */
	return secret;
}

static void assert_secret(const struct secret *secret, const char *expected)
{
	assert_non_null(secret);
	assert_int_equal(secret_bytes(secret).length, strlen(expected));
	assert_memory_equal(secret_bytes(secret).data, expected, strlen(expected));
}

static void only_three_kinds_of_places_are_references(void **state)
{
	(void)state;
	static const char *const good[] = {
		"fd:0", "fd:17", "pipe:/run/x", "pipe:x", "credential:admin", NULL};
	static const char *const bad[] = {"", "fd:", "fd:-1", "fd:1x", "fd:99999999999",
		"pipe:", "credential:", "credential:a/b", "credential:..", "file:/x", "hunter2",
		NULL};
	for (size_t i = 0; good[i]; i++)
		assert_true(secret_reference_valid(good[i]));
	for (size_t i = 0; bad[i]; i++)
		assert_false(secret_reference_valid(bad[i]));
}

static void what_is_no_reference_is_not_quoted(void **state)
{
	(void)state;
	struct error error = {0};
	assert_null(secret_reference_read("hunter2", &error));
	assert_int_equal(error.code, ERROR_INPUT);
	assert_null(strstr(error.text, "hunter2"));
}

static void one_final_line_end_is_dropped(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"pass\n", "pass"}, {"pass\r\n", "pass"},
		{"pass", "pass"}, {"pass\n\n", "pass\n"}, {" pass \n", " pass "},
		{"p\na\n", "p\na"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = {0};
		secret_references_clear();
		assert_secret(read_back(cases[i][0], strlen(cases[i][0]), &error), cases[i][1]);
	}
}

static void a_secret_has_from_one_to_4096_bytes(void **state)
{
	(void)state;
	char data[4098];
	struct error none = {0}, empty = {0}, large = {0};
	memset(data, 's', sizeof data);
	data[4096] = '\n';
	assert_int_equal(secret_bytes(read_back(data, 4097, &none)).length, 4096);
	secret_references_clear();
	data[4096] = 's';
	assert_null(read_back(data, 4097, &large));
	assert_non_null(strstr(large.text, "longer than 4096"));
	assert_null(strstr(large.text, "sss"));
	secret_references_clear();
	assert_null(read_back("\n", 1, &empty));
	assert_non_null(strstr(empty.text, "empty"));
}

static void a_reference_is_read_once_and_kept(void **state)
{
	(void)state;
	struct error error = {0};
	write_file("first\n", 6);
	const struct secret *first = secret_reference_read("credential:place", &error);
	write_file("second\n", 7);
	assert_ptr_equal(secret_reference_read("credential:place", &error), first);
	assert_secret(first, "first");
}

static void a_failure_is_kept_too(void **state)
{
	(void)state;
	struct error error = {0}, again = {0};
	assert_null(secret_reference_read("credential:place", &error));
	write_file("late\n", 5);
	assert_null(secret_reference_read("credential:place", &again));
	assert_string_equal(again.text, error.text);
	assert_non_null(strstr(error.text, "credential:place"));
}

static void without_a_credentials_directory_there_are_no_credentials(void **state)
{
	(void)state;
	struct error error = {0};
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(secret_reference_read("credential:place", &error));
	assert_non_null(strstr(error.text, "LoadCredential"));
}

static void a_named_pipe_is_waited_for(void **state)
{
	(void)state;
	char reference[sizeof path + 8];
	struct error error = {0};
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(reference, sizeof reference, "pipe:%s", path);
	pid_t child = fork();
	if (child == 0) {
		int fd = open(path, O_WRONLY);
		usleep(50000);
		_exit(write(fd, "late", 4) == 4 && usleep(50000) == 0 && write(fd, "r\n", 2) == 2
				? 0
				: 1);
	}
	assert_secret(secret_reference_read(reference, &error), "later");
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_pipe_must_be_one(void **state)
{
	(void)state;
	char reference[sizeof path + 8];
	struct error error = {0};
	write_file("secret\n", 7);
	snprintf(reference, sizeof reference, "pipe:%s", path);
	assert_null(secret_reference_read(reference, &error));
	assert_non_null(strstr(error.text, "no named pipe"));
	assert_null(strstr(error.text, "secret\n"));
}

static void a_descriptor_that_is_not_open_is_an_error(void **state)
{
	(void)state;
	struct error error = {0};
	assert_null(secret_reference_read("fd:987", &error));
	assert_non_null(strstr(error.text, "fd:987"));
}

#define SECRET_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SECRET_TEST(only_three_kinds_of_places_are_references),
		SECRET_TEST(what_is_no_reference_is_not_quoted),
		SECRET_TEST(one_final_line_end_is_dropped),
		SECRET_TEST(a_secret_has_from_one_to_4096_bytes),
		SECRET_TEST(a_reference_is_read_once_and_kept),
		SECRET_TEST(a_failure_is_kept_too),
		SECRET_TEST(without_a_credentials_directory_there_are_no_credentials),
		SECRET_TEST(a_named_pipe_is_waited_for),
		SECRET_TEST(a_pipe_must_be_one),
		SECRET_TEST(a_descriptor_that_is_not_open_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
