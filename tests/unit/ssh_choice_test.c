/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "collectors/ssh_choice.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What "ssh -G user@node" says where nothing is configured, shortened. */
static const char defaults[] = "host node\nuser admin\nhostname node\nport 22\n"
			       "batchmode no\ngssapiauthentication yes\n"
			       "identityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/id_ed25519_sk\n"
			       "identityfile ~/.ssh/id_dsa\n"
			       "userknownhostsfile ~/.ssh/known_hosts ~/.ssh/known_hosts2\n"
			       "globalknownhostsfile /etc/ssh/ssh_known_hosts "
			       "/etc/ssh/ssh_known_hosts2\n"
			       "proxycommand none\npkcs11provider none\n";

static const char *const no_keys[] = {NULL};

struct fixture {
	struct arena *arena;
	struct ssh_choice_question question;
	struct known_hosts hosts;
	char folder[64];
};

static int set_up(void **state)
{
	struct arena *arena = arena_new();
	struct fixture *fixture = arena_alloc(arena, sizeof *fixture);
	fixture->arena = arena;
	fixture->question = (struct ssh_choice_question){
		.address = {.user = "admin", .host = "node", .port = 22},
		.usual = no_keys,
		.other_means = true,
		.known_hosts = &fixture->hosts,
	};
	snprintf(fixture->folder, sizeof fixture->folder, "/tmp/ssh_choice_test-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	*state = fixture;
	return 0;
}

static const char *path_of(struct fixture *fixture, const char *name)
{
	return arena_format(fixture->arena, "%s/%s", fixture->folder, name);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	static const char *const names[] = {"key", "key.pub", "key-cert.pub"};
	for (size_t i = 0; i < 3; i++)
		unlink(path_of(fixture, names[i]));
	assert_int_equal(rmdir(fixture->folder), 0);
	arena_free(fixture->arena);
	return 0;
}

/* A public key file of this type; the private one is not looked into then. */
static const char *key_of(struct fixture *fixture, const char *type)
{
	FILE *file = fopen(path_of(fixture, "key.pub"), "w");
	assert_non_null(file);
	fprintf(file, "%s AAAA somebody\n", type);
	fclose(file);
	return path_of(fixture, "key");
}

static void host_key(struct fixture *fixture, const char *type, bool authority)
{
	struct known_hosts *hosts = &fixture->hosts;
	hosts->items = arena_grow(fixture->arena, hosts->items, &hosts->capacity, hosts->count + 1,
		sizeof *hosts->items);
	hosts->items[hosts->count++] = (struct known_host){.type = type, .authority = authority};
}

/* The reason for the ssh client, or "libssh2". */
static const char *choice(struct fixture *fixture, const char *more)
{
	const char *config = arena_format(fixture->arena, "%s%s", more, defaults);
	struct ssh_choice choice =
		ssh_choice_of(fixture->arena, &fixture->question, text_of(config));
	assert_true(choice.why && *choice.why);
	return choice.openssh ? choice.why : "libssh2";
}

static void without_anything_special_it_is_libssh2(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(choice(fixture, ""), "libssh2");
	struct ssh_choice unasked =
		ssh_choice_of(fixture->arena, &fixture->question, (struct text){0});
	assert_false(unasked.openssh);
	assert_string_equal(unasked.why, "ssh_config holds nothing but defaults");
}

static void what_libssh2_cannot_do_takes_the_client_and_is_named(void **state)
{
	static const char *const wishes[][2] = {
		{"proxyjump gateway\n", "ssh_config has ProxyJump for this host"},
		{"proxycommand nc %h %p\n", "ssh_config has ProxyCommand for this host"},
		{"certificatefile ~/.ssh/x-cert.pub\n",
			"ssh_config has CertificateFile for this host"},
		{"pkcs11provider /usr/lib/token.so\n",
			"ssh_config has PKCS11Provider for this host"},
		{"hostkeyalias other\n", "ssh_config has HostKeyAlias for this host"},
		{"identityfile /etc/keys/nodes\n", "ssh_config has an IdentityFile for this host"},
		{"userknownhostsfile /etc/nodes\n",
			"ssh_config has another UserKnownHostsFile for this host"},
		{"userknownhostsfile none\n",
			"ssh_config has another UserKnownHostsFile for this host"},
		{"globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/nodes\n",
			"ssh_config has another GlobalKnownHostsFile for this host"},
		{"revokedhostkeys /etc/revoked\n", "ssh_config has RevokedHostKeys for this host"},
		{"hostname 10.0.0.1\n", "ssh_config has another HostName for this host"},
		{"user somebody\n", "ssh_config has another User for this host"},
		{"port 2222\n", "ssh_config has another Port for this host"},
	};
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
		assert_string_equal(choice(*state, wishes[i][0]), wishes[i][1]);
}

static void the_inventory_outweighs_files_that_the_configuration_names(void **state)
{
	struct fixture *fixture = *state;
	fixture->question.own_known_hosts = true;
	fixture->question.identity_file = key_of(fixture, "ssh-ed25519");
	assert_string_equal(
		choice(fixture, "userknownhostsfile /etc/nodes\nglobalknownhostsfile /etc/all\n"
				"identityfile /etc/keys/nodes\n"),
		"libssh2");
}

static void a_value_of_a_command_is_not_repeated(void **state)
{
	assert_null(strstr(choice(*state, "proxycommand tunnel --token abc\n"), "abc"));
}

static void a_key_that_libssh2_cannot_use_takes_the_client(void **state)
{
	struct fixture *fixture = *state;
	static const char *const keys[][2] = {
		{"ssh-ed25519", "libssh2"},
		{"ecdsa-sha2-nistp256", "libssh2"},
		{"ssh-rsa", "libssh2 signs with RSA keys by SHA-1 only"},
		{"sk-ssh-ed25519@openssh.com", "the key is in a security key"},
		{"ssh-ed25519-cert-v01@openssh.com", "libssh2 cannot use this type of key"},
	};
	fixture->question.other_means = false;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		fixture->question.identity_file = key_of(fixture, keys[i][0]);
		assert_string_equal(choice(fixture, ""), keys[i][1]);
	}
	fixture->question.identity_file = key_of(fixture, "ssh-rsa");
	fixture->question.rsa = true;
	assert_string_equal(choice(fixture, ""), "libssh2");
}

static void a_certificate_beside_the_key_takes_the_client(void **state)
{
	struct fixture *fixture = *state;
	FILE *file = fopen(path_of(fixture, "key-cert.pub"), "w");
	assert_non_null(file);
	fclose(file);
	fixture->question.other_means = false;
	fixture->question.identity_file = key_of(fixture, "ssh-ed25519");
	assert_string_equal(choice(fixture, ""), "a certificate lies beside the key");
}

static void among_the_usual_keys_one_that_works_is_enough(void **state)
{
	struct fixture *fixture = *state;
	const char *usual[] = {key_of(fixture, "ssh-rsa"), NULL, NULL};
	fixture->question.usual = usual;
	fixture->question.other_means = false;
	assert_string_equal(choice(fixture, ""), "libssh2 signs with RSA keys by SHA-1 only");
	/* Its type is not known: libssh2 may try. */
	usual[1] = path_of(fixture, "other");
	assert_string_equal(choice(fixture, ""), "libssh2");
}

static void tickets_are_used_only_where_there_is_nothing_else(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(choice(fixture, ""), "libssh2");
	fixture->question.other_means = false;
	assert_string_equal(choice(fixture, ""),
		"there is no key, agent or password, and ssh_config has GSSAPIAuthentication");
	assert_string_equal(choice(fixture, "gssapiauthentication no\n"), "libssh2");
}

static void host_keys_that_libssh2_cannot_check_take_the_client(void **state)
{
	struct fixture *fixture = *state;
	host_key(fixture, "ssh-rsa", false);
	assert_string_equal(choice(fixture, ""), "known_hosts knows this host by ssh-rsa only");
	host_key(fixture, "ssh-ed25519", true);
	assert_string_equal(
		choice(fixture, ""), "known_hosts knows this host by @cert-authority only");
	host_key(fixture, "ssh-ed25519", false);
	assert_string_equal(choice(fixture, ""), "libssh2");
}

static void debians_defaults_are_nothing(void **state)
{
	(void)state;
	assert_true(ssh_choice_is_plain(text_of("")));
	assert_true(ssh_choice_is_plain(text_of("# ProxyJump x\n\n  # y\n"
						"Include /etc/ssh/ssh_config.d/*.conf\nHost *\n"
						"    SendEnv LANG LC_*\n\tHashKnownHosts yes\n"
						"    GSSAPIAuthentication yes  \r\n")));
	assert_false(ssh_choice_is_plain(text_of("Host node\n")));
	assert_false(ssh_choice_is_plain(text_of("Include other\n")));
	assert_false(ssh_choice_is_plain(text_of("# x\nProxyJump=gateway")));
	assert_false(ssh_choice_is_plain(text_of("Match exec true\n")));
	assert_false(ssh_choice_is_plain(text_of("SendEnv\n")));
}

static const char *target(struct arena *arena, const char *address)
{
	struct strings words = {0};
	struct error error = {0};
	if (ssh_choice_target(arena, address, &words, &error) != 0)
		return "refused";
	const char *joined = "";
	for (size_t i = 0; i < words.count; i++)
		joined = arena_format(arena, "%s%s%s", joined, i ? " " : "", words.items[i]);
	return joined;
}

static void only_what_an_address_says_is_said_to_ssh(void **state)
{
	struct arena *arena = ((struct fixture *)*state)->arena;
	assert_string_equal(target(arena, "node"), "-- node");
	assert_string_equal(target(arena, "node:22"), "-p 22 -- node");
	assert_string_equal(target(arena, "DOM\\a@b@node"), "-- DOM\\a@b@node");
	assert_string_equal(target(arena, "a@::1"), "-- a@::1");
	assert_string_equal(target(arena, "a@[::1]:2222"), "-p 2222 -- a@::1");
	assert_string_equal(target(arena, "[::1]"), "-- ::1");
	assert_string_equal(target(arena, "-oProxyCommand=x"), "refused");
	assert_string_equal(target(arena, "ssh://node"), "refused");
}

/* Nothing to log in with, so that ssh is asked; a script stands in for it. */
static struct ssh_choice choose_with(struct fixture *fixture, const char *script)
{
	const struct node node = {.name = "N", .scheme = "ssh", .address = "admin@node"};
	const struct transport_options options = {.deadline = clock_now() + 10000};
	const char *path = path_of(fixture, "ssh");
	if (script) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fprintf(file, "#!/bin/sh\n%s\n", script);
		fclose(file);
		assert_int_equal(chmod(path, 0700), 0);
	}
	setenv("PATH", fixture->folder, 1);
	setenv("HOME", fixture->folder, 1);
	unsetenv("SSH_AUTH_SOCK");
	struct ssh_choice choice = ssh_choose(fixture->arena, &node, &options);
	unlink(path);
	return choice;
}

static void a_client_that_does_not_say_what_is_wanted_is_not_passed_over(void **state)
{
	struct fixture *fixture = *state;
	struct ssh_choice choice = choose_with(fixture, "exit 255");
	assert_true(choice.openssh);
	assert_string_equal(
		choice.why, "\"ssh -G\" did not say what ssh_config wants for this host");
	choice = choose_with(fixture, "echo revokedhostkeys /etc/ssh/revoked");
	assert_true(choice.openssh);
	assert_non_null(strstr(choice.why, "RevokedHostKeys"));
	choice = choose_with(fixture, NULL);
	assert_false(choice.openssh);
	assert_non_null(strstr(choice.why, "there is no ssh client"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(without_anything_special_it_is_libssh2),
		TEST(what_libssh2_cannot_do_takes_the_client_and_is_named),
		TEST(the_inventory_outweighs_files_that_the_configuration_names),
		TEST(a_value_of_a_command_is_not_repeated),
		TEST(a_key_that_libssh2_cannot_use_takes_the_client),
		TEST(a_certificate_beside_the_key_takes_the_client),
		TEST(among_the_usual_keys_one_that_works_is_enough),
		TEST(tickets_are_used_only_where_there_is_nothing_else),
		TEST(host_keys_that_libssh2_cannot_check_take_the_client),
		TEST(debians_defaults_are_nothing),
		TEST(only_what_an_address_says_is_said_to_ssh),
		TEST(a_client_that_does_not_say_what_is_wanted_is_not_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
