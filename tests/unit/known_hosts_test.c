/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "collectors/known_hosts.h"

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Public keys made by ssh-keygen for these tests, and names that it hashed. */
#define ED25519                                                                                    \
	"ssh-ed25519 "                                                                             \
	"AAAAC3NzaC1lZDI1NTE5AAAAIEiLWCa8UgH2L2nbghUnOJuPo9HNMjqKjibZ6pHN299q"
#define OTHER                                                                                      \
	"ssh-ed25519 "                                                                             \
	"AAAAC3NzaC1lZDI1NTE5AAAAIMHZxgunghwlq/1rTvKvYSIgZBRuEHogqXVIMdujg+ak"
#define ECDSA                                                                                      \
	"ecdsa-sha2-nistp256 "                                                                     \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBCp9MJaBidT4yzWIjb"                   \
	"BCqDMFyFrISC/HdkgYlBOA1czQ/aIC6ezXGpfFXH4lIsFCgp6jwcEahzf8k8StBblax18="
#define HASHED_PORT "|1|A5gur+iaBEDVOxGNvN02dqBehSM=|bZ4Op5Bxsrrs7ckqjPR2VZJReII="
#define HASHED "|1|ANgUy1VKYf5bp1o8dcvCgGe98w0=|hz03lzttMPIIRR/IFhzqLLDJNFM="
#define FINGERPRINT "SHA256:LTlABpHVJwSpqhNTYRxLi0eN0cieCiMqxn1gQT7PRHM"

#define HOST "conf1.example.test"

struct fixture {
	struct arena *arena;
	struct known_hosts hosts;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	fixture = (struct fixture){.arena = arena_new()};
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	arena_free(fixture->arena);
	return 0;
}

static size_t take(struct fixture *fixture, const char *text, unsigned port)
{
	struct bytes content = {(const unsigned char *)text, strlen(text)};
	fixture->hosts = (struct known_hosts){0};
	known_hosts_take(fixture->arena, "FILE", content, HOST, port, &fixture->hosts);
	return fixture->hosts.count;
}

static struct bytes key_of(struct fixture *fixture, const char *line)
{
	struct bytes key = {0};
	const char *text = strchr(line, ' ') + 1;
	struct bytes base64 = {(const unsigned char *)text, strlen(text)};
	assert_true(known_hosts_decode(fixture->arena, base64, &key));
	return key;
}

static enum host_key_verdict judge(struct fixture *fixture, const char *line)
{
	const char *type = arena_text_n(fixture->arena, line, strcspn(line, " "));
	return known_hosts_judge(&fixture->hosts, type, key_of(fixture, line), NULL);
}

static void plain_names_and_ports_are_found(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(take(fixture, HOST " " ED25519 "\n", 22), 1);
	assert_string_equal(fixture->hosts.items[0].type, "ssh-ed25519");
	assert_int_equal(fixture->hosts.items[0].line, 1);
	assert_int_equal(take(fixture, "[" HOST "]:2222 " ED25519 "\n", 2222), 1);
	assert_false(fixture->hosts.items[0].portless);
	assert_int_equal(take(fixture, "[" HOST "]:2222 " ED25519 "\n", 2223), 0);
	assert_int_equal(take(fixture, "[" HOST "]:2222 " ED25519 "\n", 22), 0);
	assert_int_equal(take(fixture, "a,CONF1.example.TEST,b " ED25519 " comment\r\n", 22), 1);
	assert_int_equal(take(fixture, "a" HOST " " ED25519, 22), 0);
}

static void hashed_names_are_found(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(take(fixture, HASHED " " ED25519 "\n", 22), 1);
	assert_int_equal(take(fixture, HASHED_PORT " " ED25519 "\n", 2222), 1);
	assert_int_equal(take(fixture, HASHED_PORT " " ED25519 "\n", 22), 0);
	assert_int_equal(take(fixture,
				 "|1|"
				 " " ED25519 "\n",
				 22),
		0);
	assert_int_equal(take(fixture, "|1|AAAA|AAAA " ED25519 "\n", 22), 0);
	assert_int_equal(take(fixture, "|1|AAAA " ED25519 "\n", 22), 0);
}

static void patterns_are_matched_as_ssh_does(void **state)
{
	struct fixture *fixture = *state;
	static const char *const match[] = {
		"*", "conf?.example.test", "*.test", "**", "c*f1*.t*t", "*.test,!conf2*", NULL};
	static const char *const none[] = {"?", "conf1.example.tes", "*.test,!conf1*", "!conf1*,*",
		"!*", "", ",", "!", "conf1.example.test?", NULL};
	for (size_t i = 0; match[i]; i++) {
		const char *line = arena_format(fixture->arena, "%s " ED25519, match[i]);
		assert_int_equal(take(fixture, line, 22), 1);
	}
	for (size_t i = 0; none[i]; i++) {
		const char *line = arena_format(fixture->arena, "%s " ED25519, none[i]);
		assert_int_equal(take(fixture, line, 22), 0);
	}
}

static void a_pattern_of_many_stars_is_decided_quickly(void **state)
{
	struct fixture *fixture = *state;
	char pattern[4096];
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = i % 2 ? '*' : 'e';
	struct bytes names = {(const unsigned char *)pattern, sizeof pattern};
	char host[1025] = {0};
	memset(host, 'e', sizeof host - 1);
	assert_false(known_hosts_match(names, host));
	(void)fixture;
}

static void lines_that_cannot_be_read_are_passed_over(void **state)
{
	struct fixture *fixture = *state;
	static const char text[] =
		"# " HOST " " ED25519 "\n\n" HOST "\n" HOST " ssh-ed25519\n" HOST
		" ssh-ed25519 AAAA\n" HOST " ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA\n@other " HOST
		" " ED25519 "\n" HOST " ssh-ed25519 *!$%\n" HOST " 1024 35 1234567890\n  \t" HOST
		"\t" ED25519 "\n";
	assert_int_equal(take(fixture, text, 22), 1);
	assert_int_equal(fixture->hosts.items[0].line, 10);
}

static void a_host_may_have_keys_of_several_types(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(take(fixture, HOST " " ECDSA "\n" HOST " " ED25519 "\n", 22), 2);
	assert_string_equal(fixture->hosts.items[0].type, "ecdsa-sha2-nistp256");
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_KNOWN);
	assert_int_equal(judge(fixture, ECDSA), HOST_KEY_KNOWN);
	assert_int_equal(judge(fixture, OTHER), HOST_KEY_CHANGED);
}

static void a_host_without_lines_is_unknown(void **state)
{
	struct fixture *fixture = *state;
	take(fixture, "other " ED25519, 22);
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_UNKNOWN);
	take(fixture, "@cert-authority * " ED25519, 22);
	assert_true(fixture->hosts.items[0].authority);
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_UNKNOWN);
}

static void a_changed_key_names_the_line_that_was_expected(void **state)
{
	struct fixture *fixture = *state;
	const struct known_host *line;
	take(fixture, HOST " " ECDSA "\n" HOST " " ED25519 "\n", 22);
	assert_int_equal(
		known_hosts_judge(&fixture->hosts, "ssh-ed25519", key_of(fixture, OTHER), &line),
		HOST_KEY_CHANGED);
	assert_int_equal(line->line, 2);
	take(fixture, HOST " " ECDSA "\n", 22);
	assert_int_equal(judge(fixture, OTHER), HOST_KEY_CHANGED);
}

static void revoked_wins_over_known(void **state)
{
	struct fixture *fixture = *state;
	take(fixture, HOST " " ED25519 "\n@revoked * " ED25519 "\n", 22);
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_REVOKED);
	take(fixture, HOST " " ED25519 "\n@revoked * " OTHER "\n", 22);
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_KNOWN);
	assert_int_equal(judge(fixture, OTHER), HOST_KEY_REVOKED);
	take(fixture, "@revoked * " OTHER "\n", 22);
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_UNKNOWN);
}

static void a_name_without_the_port_confirms_and_contradicts_nothing(void **state)
{
	struct fixture *fixture = *state;
	take(fixture, HOST " " ED25519 "\n", 2222);
	assert_true(fixture->hosts.items[0].portless);
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_KNOWN);
	assert_int_equal(judge(fixture, OTHER), HOST_KEY_UNKNOWN);
	take(fixture, HOST " " ED25519 "\n[" HOST "]:2222 " OTHER "\n", 2222);
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_CHANGED);
	take(fixture, "@revoked " HOST " " ED25519 "\n[" HOST "]:2222 " ED25519 "\n", 2222);
	assert_int_equal(judge(fixture, ED25519), HOST_KEY_REVOKED);
}

static void fingerprints_are_those_of_ssh_keygen(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(
		host_key_fingerprint(fixture->arena, key_of(fixture, ED25519)), FINGERPRINT);
}

static void a_missing_file_says_nothing_and_a_folder_is_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct error error = {0};
	assert_int_equal(known_hosts_read(fixture->arena, "/nonexistent/known_hosts", HOST, 22,
				 &fixture->hosts, &error),
		0);
	assert_int_equal(fixture->hosts.count, 0);
	assert_int_equal(
		known_hosts_read(fixture->arena, "/", HOST, 22, &fixture->hosts, &error), -1);
	assert_int_equal(error.code, ERROR_INPUT);
}

static const char *file_with(struct arena *arena, const char *line)
{
	char *path = arena_text(arena, "/tmp/known_hosts-XXXXXX");
	auto_fd int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	return path;
}

static void files_are_told_apart_and_read_once(void **state)
{
	struct fixture *fixture = *state;
	struct error error = {0};
	const char *files[] = {file_with(fixture->arena, HOST " " ED25519 "\n"),
		file_with(fixture->arena, "# none\n" HOST " " ECDSA "\n")};
	assert_int_equal(known_hosts_load(files[1], &error), 0);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 2; i++) {
			fixture->hosts = (struct known_hosts){0};
			assert_int_equal(known_hosts_read(fixture->arena, files[i], HOST, 22,
						 &fixture->hosts, &error),
				0);
			assert_int_equal(fixture->hosts.count, 1);
			assert_string_equal(fixture->hosts.items[0].file, files[i]);
			assert_int_equal(fixture->hosts.items[0].line, i + 1);
			unlink(files[i]);
		}
	}
}

static void lines_of_all_forms_come_in_the_order_of_the_file(void **state)
{
	struct fixture *fixture = *state;
	static const char text[] =
		"@revoked *.test " OTHER "\n"
		"stranger " ED25519 "\n" HASHED_PORT " " ED25519 "\n" HASHED " " ECDSA "\n"
		"# " HOST " " ED25519 "\n"
		"x,CONF1.example.TEST,conf1.example.test " ED25519 "\n"
		"conf?.* " ECDSA "\n[" HOST "]:2222 " OTHER "\n";
	static const unsigned lines[] = {1, 3, 4, 6, 7, 8};
	assert_int_equal(take(fixture, text, 2222), sizeof lines / sizeof *lines);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_int_equal(fixture->hosts.items[i].line, lines[i]);
	assert_true(fixture->hosts.items[0].revoked);
	assert_true(fixture->hosts.items[2].portless);
	assert_false(fixture->hosts.items[1].portless);
}

static void base64_is_read_strictly(void **state)
{
	struct fixture *fixture = *state;
	static const char *const bad[] = {
		"", "A", "AA", "AAA", "====", "A===", "AA=A", "AAAA====", "AA A", "AAA*", NULL};
	struct bytes out;
	for (size_t i = 0; bad[i]; i++) {
		struct bytes text = {(const unsigned char *)bad[i], strlen(bad[i])};
		assert_false(known_hosts_decode(fixture->arena, text, &out));
	}
	struct bytes text = {(const unsigned char *)"aGVsbG8=", 8};
	assert_true(known_hosts_decode(fixture->arena, text, &out));
	assert_int_equal(out.length, 5);
	assert_memory_equal(out.data, "hello", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_names_and_ports_are_found),
		cmocka_unit_test(hashed_names_are_found),
		cmocka_unit_test(patterns_are_matched_as_ssh_does),
		cmocka_unit_test(a_pattern_of_many_stars_is_decided_quickly),
		cmocka_unit_test(lines_that_cannot_be_read_are_passed_over),
		cmocka_unit_test(a_host_may_have_keys_of_several_types),
		cmocka_unit_test(a_host_without_lines_is_unknown),
		cmocka_unit_test(a_changed_key_names_the_line_that_was_expected),
		cmocka_unit_test(revoked_wins_over_known),
		cmocka_unit_test(a_name_without_the_port_confirms_and_contradicts_nothing),
		cmocka_unit_test(fingerprints_are_those_of_ssh_keygen),
		cmocka_unit_test(a_missing_file_says_nothing_and_a_folder_is_an_error),
		cmocka_unit_test(files_are_told_apart_and_read_once),
		cmocka_unit_test(lines_of_all_forms_come_in_the_order_of_the_file),
		cmocka_unit_test(base64_is_read_strictly),
	};
	struct CMUnitTest each[sizeof tests / sizeof *tests];
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		each[i] = tests[i];
		each[i].setup_func = set_up;
		each[i].teardown_func = tear_down;
	}
	return cmocka_run_group_tests(each, NULL, NULL);
}
