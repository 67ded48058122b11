/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/memory.h"

#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/standby-file-test-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	static const char *const names[] = {"file", "pipe"};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(file_join(arena, folder, names[i]));
	return rmdir(folder);
}

static char *write_file(struct arena *arena, const char *content, size_t length)
{
	char *path = file_join(arena, folder, "file");
	auto_file FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, length, file), length);
	return path;
}

static void a_file_is_read_whole_with_its_time(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	auto_buffer struct buffer out = BUFFER_INIT(5);
	struct error error = {0};
	char *path = write_file(arena, "a\0b\nc", 5);
	const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	time_t modified = 0;
	assert_int_equal(file_read(path, &out, &modified, &error), 0);
	assert_int_equal(out.length, 5);
	assert_memory_equal(out.data, "a\0b\nc", 6);
	assert_int_equal(modified, 2000);
}

static void an_empty_file_gives_an_empty_text(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	auto_buffer struct buffer out = BUFFER_INIT(10);
	struct error error = {0};
	assert_int_equal(file_read(write_file(arena, "", 0), &out, NULL, &error), 0);
	assert_string_equal(out.data, "");
}

/* Returns how much was read before. */
static size_t assert_refused(const char *path, size_t limit, const char *what)
{
	auto_arena struct arena *arena = arena_new();
	auto_buffer struct buffer out = BUFFER_INIT(limit);
	struct error error = {0};
	assert_int_equal(file_read(path, &out, NULL, &error), -1);
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, arena_format(arena, "%s: %s", path, what));
	return out.length;
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char *pipe_path = file_join(arena, folder, "pipe");
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	assert_refused(pipe_path, 10, "is a pipe, expected a file");
	assert_refused(folder, 10, "is a directory, expected a file");
	assert_refused("/dev/null", 10, "is a device, expected a file");
}

static void a_missing_file_is_named(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	assert_refused(file_join(arena, folder, "none"), 10, "No such file or directory");
}

static void a_file_beyond_the_limit_is_refused_unread(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char *path = write_file(arena, "abcdef", 6);
	assert_refused(path, 5, "larger than 5 bytes, the limit for one file");
	assert_int_equal(truncate(path, (64 << 20) + 1), 0);
	assert_refused(path, 4 << 10, "larger than 4 KiB, the limit for one file");
	size_t length =
		assert_refused(path, 64 << 20, "larger than 64 MiB, the limit for one file");
	assert_int_equal(length, 0);
}

static void a_file_that_turns_out_larger_than_it_said_is_limited(void **state)
{
	(void)state;
	struct stat info;
	if (stat("/proc/self/maps", &info) != 0 || info.st_size != 0)
		skip();
	assert_refused("/proc/self/maps", 10, "larger than 10 bytes, the limit for one file");
}

static void a_descriptor_is_read_to_its_end(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	close(ends[1]);
	auto_fd int fd = ends[0];
	auto_buffer struct buffer out = BUFFER_INIT(3);
	struct error error = {0};
	assert_int_equal(file_read_fd(fd, "standard input", &out, &error), 0);
	assert_string_equal(out.data, "abc");
}

static void a_descriptor_beyond_the_limit_is_refused_by_name(void **state)
{
	(void)state;
	auto_fd int fd = open("/dev/zero", O_RDONLY);
	auto_buffer struct buffer out = BUFFER_INIT(1 << 20);
	struct error error = {0};
	assert_int_equal(file_read_fd(fd, "standard input", &out, &error), -1);
	assert_string_equal(
		error.text, "standard input: larger than 1 MiB, the limit for one file");
}

static void a_bad_descriptor_is_an_error(void **state)
{
	(void)state;
	auto_buffer struct buffer out = BUFFER_INIT(10);
	struct error error = {0};
	assert_int_equal(file_read_fd(-1, "input", &out, &error), -1);
	assert_string_equal(error.text, "input: Bad file descriptor");
}

static void relative_paths_are_joined_and_absolute_ones_are_not(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	assert_string_equal(file_join(arena, "a", "b/c"), "a/b/c");
	assert_string_equal(file_join(arena, "a/", "b"), "a/b");
	assert_string_equal(file_join(arena, "a", "/b"), "/b");
	assert_string_equal(file_join(arena, "", "b"), "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole_with_its_time),
		cmocka_unit_test(an_empty_file_gives_an_empty_text),
		cmocka_unit_test(what_is_no_file_is_refused_without_waiting),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(a_file_beyond_the_limit_is_refused_unread),
		cmocka_unit_test(a_file_that_turns_out_larger_than_it_said_is_limited),
		cmocka_unit_test(a_descriptor_is_read_to_its_end),
		cmocka_unit_test(a_descriptor_beyond_the_limit_is_refused_by_name),
		cmocka_unit_test(a_bad_descriptor_is_an_error),
		cmocka_unit_test(relative_paths_are_joined_and_absolute_ones_are_not),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
