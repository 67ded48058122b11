/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/private_key.h"
#include "collectors/private_key_store.h"

#include "base/interrupt.h"
#include "collectors/secret_reference.h"
#include "collectors/ssh_session.h"
#include "collectors/ssh_wire.h"
#include "tests/test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/standby-key-XXXXXX";
static char path[sizeof folder + 16], place[sizeof folder + 16];

static int set_up(void **state)
{
	(void)state;
	memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/key", folder);
	snprintf(place, sizeof place, "%s/place", folder);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	unsetenv("SSH_AUTH_SOCK");
	setenv("HOME", folder, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	private_key_store_clear();
	secret_references_clear();
	unlink(path);
	unlink(place);
	rmdir(folder);
	return 0;
}

/* A key of libcrypto's making, encrypted if there is a passphrase. */
static EVP_PKEY *write_key(EVP_PKEY *pkey, const char *passphrase)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(
		PEM_write_PKCS8PrivateKey(file, pkey, passphrase ? EVP_aes_128_cbc() : NULL, NULL,
			0, NULL, (void *)(uintptr_t)passphrase),
		1);
	fclose(file);
	return pkey;
}

static void write_passphrase(const char *text)
{
	FILE *file = fopen(place, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const struct private_key *get(const char *reference)
{
	struct error error = {0};
	const struct private_key *key = private_key_store_get(path, reference, &error);
	assert_string_equal(error.text, "");
	return key;
}

static void get_fails(const char *reference, const char *words)
{
	struct error error = {0};
	assert_null(private_key_store_get(path, reference, &error));
	if (!strstr(error.text, words) || !strstr(error.text, path))
		fail_msg("expected \"%s\" in: %s", words, error.text);
}

/* --- signatures ------------------------------------------------------------------------------- */

/* What libcrypto says of a signature of ours. */
static bool good(EVP_PKEY *pkey, const EVP_MD *digest, struct bytes data, const struct buffer *made)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_DigestVerifyInit(context, NULL, digest, NULL, pkey);
	int result = EVP_DigestVerify(
		context, (const unsigned char *)made->data, made->length, data.data, data.length);
	EVP_MD_CTX_free(context);
	return result == 1;
}

static void a_signature_is_made_by_the_algorithm_that_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *method;
		const EVP_MD *(*digest)(void);
	} methods[] = {
		{"ssh-rsa", EVP_sha1}, {"rsa-sha2-256", EVP_sha256}, {"rsa-sha2-512", EVP_sha512}};
	const struct bytes data = {(const unsigned char *)"what is signed", 14};
	EVP_PKEY *pkey = write_key(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), NULL);
	const struct private_key *key = get(NULL);
	for (size_t i = 0; i < 3; i++) {
		auto_buffer struct buffer made = BUFFER_INIT(PRIVATE_KEY_SIGNATURE_LIMIT);
		const struct bytes method = {
			(const unsigned char *)methods[i].method, strlen(methods[i].method)};
		struct error error = {0};
		assert_int_equal(private_key_sign(key, method, data, &made, &error), 0);
		assert_true(good(pkey, methods[i].digest(), data, &made));
	}
	EVP_PKEY_free(pkey);
}

static void an_algorithm_of_another_type_is_refused(void **state)
{
	(void)state;
	static const char *const others[] = {"ssh-rsa", "ecdsa-sha2-nistp384", "", "ssh-ed2551"};
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL));
	const struct private_key *key = get(NULL);
	auto_buffer struct buffer made = BUFFER_INIT(PRIVATE_KEY_SIGNATURE_LIMIT);
	for (size_t i = 0; i < 4; i++) {
		const struct bytes method = {(const unsigned char *)others[i], strlen(others[i])};
		struct error error = {0};
		assert_int_equal(private_key_sign(key, method, method, &made, &error), -1);
		assert_int_equal(made.length, 0);
	}
}

/* RFC 5656: two integers, that together are as good as libcrypto's own form. */
static void a_signature_of_ecdsa_is_two_integers(void **state)
{
	(void)state;
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521"), NULL));
	const struct private_key *key = get(NULL);
	assert_string_equal(key->type, "ecdsa-sha2-nistp521");
	const struct bytes method = {(const unsigned char *)key->type, strlen(key->type)};
	for (int i = 0; i < 20; i++) {
		auto_buffer struct buffer made = BUFFER_INIT(PRIVATE_KEY_SIGNATURE_LIMIT);
		struct error error = {0};
		struct bytes r, s;
		assert_int_equal(private_key_sign(key, method, method, &made, &error), 0);
		struct bytes rest = {(const unsigned char *)made.data, made.length};
		assert_true(ssh_read_mpint(&rest, &r) && ssh_read_mpint(&rest, &s));
		assert_true(r.length && r.length <= 66 && s.length && s.length <= 66);
		assert_int_equal(rest.length, 0);
	}
}

/* --- the store -------------------------------------------------------------------------------- */

static void a_file_is_read_once(void **state)
{
	(void)state;
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL));
	const struct private_key *key = get(NULL);
	unlink(path);
	assert_ptr_equal(get(NULL), key);
}

static void an_encrypted_key_is_opened_once_for_each_place_of_a_passphrase(void **state)
{
	(void)state;
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "hush-hush"));
	write_passphrase("hush-hush\n");
	get_fails(NULL, "is encrypted: add \"passphrase-from\"");
	get_fails("credential:missing", "No such file");
	const struct private_key *key = get("credential:place");
	write_passphrase("another");
	unlink(path);
	assert_ptr_equal(get("credential:place"), key);
	get_fails(NULL, "is encrypted: add \"passphrase-from\"");
	get_fails("credential:missing", "No such file");
}

static void a_failure_is_remembered(void **state)
{
	(void)state;
	write_passphrase("another");
	get_fails(NULL, "No such file");
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "hush-hush"));
	get_fails(NULL, "No such file");
	get_fails("credential:place", "is the passphrase right?");
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL));
	get_fails("credential:place", "is the passphrase right?");
}

static void a_passphrase_that_is_not_needed_is_not_asked_for(void **state)
{
	(void)state;
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL));
	assert_non_null(get("credential:missing"));
}

/* --- before workers start --------------------------------------------------------------------- */

static struct node node_with(struct node_option *options, size_t count)
{
	return (struct node){.name = "NODE",
		.scheme = "ssh",
		.address = "somebody@127.0.0.1",
		.options = options,
		.option_count = count};
}

static void what_a_node_needs_is_read_before_it_is_opened(void **state)
{
	(void)state;
	struct node_option options[] = {
		{"identity-file", "key"}, {"passphrase-from", "credential:place"}};
	const struct node node = node_with(options, 2);
	const struct transport_options transport = {.folder = folder};
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "hush-hush"));
	write_passphrase("hush-hush\n");
	ssh_session_prepare(&node, &transport);
	unlink(path);
	unlink(place);
	assert_non_null(get("credential:place"));
}

static void what_the_ssh_client_will_use_is_left_to_it(void **state)
{
	(void)state;
	struct node_option options[] = {{"identity-file", "key"}};
	const struct node node = node_with(options, 1);
	const struct transport_options transport = {.folder = folder};
	char public[sizeof path + 4];
	snprintf(public, sizeof public, "%s.pub", path);
	FILE *file = fopen(public, "w");
	fputs("sk-ssh-ed25519@openssh.com AAAA test\n", file);
	fclose(file);
	ssh_session_prepare(&node, &transport);
	unlink(public);
	/* Nothing was remembered of a file that was not there then. */
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL));
	assert_non_null(get(NULL));
}

/* The last one: what came, came. */
static void an_interrupted_run_reads_no_key_and_remembers_none(void **state)
{
	(void)state;
	struct error error = {0};
	EVP_PKEY_free(write_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL));
	interrupt_watch();
	raise(SIGINT);
	assert_null(private_key_store_get(path, NULL, &error));
	assert_string_equal(error.text, "stopped by SIGINT");
	interrupt_reset();
	assert_non_null(get(NULL));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_signature_is_made_by_the_algorithm_that_is_named),
		TEST(an_algorithm_of_another_type_is_refused),
		TEST(a_signature_of_ecdsa_is_two_integers),
		TEST(a_file_is_read_once),
		TEST(an_encrypted_key_is_opened_once_for_each_place_of_a_passphrase),
		TEST(a_failure_is_remembered),
		TEST(a_passphrase_that_is_not_needed_is_not_asked_for),
		TEST(what_a_node_needs_is_read_before_it_is_opened),
		TEST(what_the_ssh_client_will_use_is_left_to_it),
		TEST(an_interrupted_run_reads_no_key_and_remembers_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
