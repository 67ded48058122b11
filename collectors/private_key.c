/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/private_key.h"

#include "base/memory.h"
#include "collectors/private_key_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* libcrypto's secure heap: room for some thousand keys, of which only what is used is locked. */
#define HEAP_SIZE ((size_t)256 << 10)
#define HEAP_LEAST 16

static const char begin[] = "-----BEGIN ";
static const char openssh[] = "OPENSSH PRIVATE "
			      "KEY-----";
static const char openssh_end[] = "-----END OPENSSH PRIVATE "
				  "KEY-----";
static const char private[] = "PRIVATE "
			      "KEY-----";

static void *heap;

/* A forked process inherits the content, but no locks. */
static void lock_again(void)
{
	(void)mlock2(heap, HEAP_SIZE, MLOCK_ONFAULT);
}

static void make_heap(void)
{
	if (CRYPTO_secure_malloc_initialized() ||
		CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_LEAST) == 0)
		return;
	/* While nothing is in it, all of it is to be had, and so it shows where it lies. */
	heap = OPENSSL_secure_malloc(HEAP_SIZE);
	OPENSSL_secure_free(heap);
	if (heap)
		(void)pthread_atfork(NULL, NULL, lock_again);
}

/* --- texts ------------------------------------------------------------------------------------ */

void *private_key_damaged(const char *what, struct error *error)
{
	error_set(error, ERROR_INPUT, "cannot read it: %s is damaged or was cut", what);
	return NULL;
}

void *private_key_not_opened(struct error *error)
{
	error_set(error, ERROR_INPUT, "cannot be decrypted: is the passphrase right?");
	return NULL;
}

void *private_key_of_other_type(bool hardware, struct error *error)
{
	error_set(error, ERROR_INPUT, "%s: use the source \"openssh\"",
		hardware ? "is a hardware key or a certificate"
			 : "is of a type that standby cannot use (ed25519 is best)");
	return NULL;
}

void *private_key_too_slow(const struct private_key_opener *opener, struct error *error)
{
	error_set(error, ERROR_INPUT,
		"its passphrase needs more computing than is done for a key (%u rounds of bcrypt "
		"or as much); write it anew with \"ssh-keygen -p -a 64\"",
		opener->effort);
	return NULL;
}

/* --- parsing ---------------------------------------------------------------------------------- */

static const unsigned char *find(struct bytes content, const char *text)
{
	return content.length ? memmem(content.data, content.length, text, strlen(text)) : NULL;
}

static struct bytes from(struct bytes content, const unsigned char *at)
{
	return (struct bytes){at, content.length - (size_t)(at - content.data)};
}

static EVP_PKEY *parse_openssh(struct bytes rest, const struct private_key_opener *opener,
	struct buffer *blob, struct error *error)
{
	const unsigned char *end = find(rest, openssh_end);
	if (!end)
		return private_key_damaged("its end", error);
	struct bytes body = {rest.data, (size_t)(end - rest.data)};
	return private_key_from_openssh(body, opener, blob, error);
}

static EVP_PKEY *parse_any(struct bytes content, const struct private_key_opener *opener,
	struct buffer *blob, struct error *error)
{
	const unsigned char *label = find(content, begin);
	if (!label || !find(from(content, label), private)) {
		error_set(error, ERROR_INPUT, "holds no private key in PEM or OpenSSH format");
		return NULL;
	}
	label += strlen(begin);
	struct bytes rest = from(content, label);
	if (rest.length < strlen(openssh) || memcmp(label, openssh, strlen(openssh)) != 0)
		return private_key_from_pem(content, opener, error);
	return parse_openssh(from(content, label + strlen(openssh)), opener, blob, error);
}

/* What the key says of itself must agree with what its file says in the clear. */
static bool belongs_together(struct private_key *key)
{
	static const char text[] = "standby tries a key";
	const struct bytes data = {(const unsigned char *)text, sizeof text};
	auto_buffer struct buffer blob = BUFFER_INIT(PRIVATE_KEY_BLOB_LIMIT);
	auto_buffer struct buffer signature = BUFFER_INIT(PRIVATE_KEY_SIGNATURE_LIMIT);
	struct error ignored = {0};
	if (private_key_blob_of(key->pkey, &blob) != 0)
		return false;
	if (key->blob.length == 0)
		buffer_append(&key->blob, blob.data, blob.length);
	if (key->blob.length != blob.length ||
		memcmp(key->blob.data, blob.data, blob.length) != 0 ||
		private_key_sign(key,
			(struct bytes){(const unsigned char *)key->type, strlen(key->type)}, data,
			&signature, &ignored) != 0)
		return false;
	return private_key_verify(
		key, data, (struct bytes){(const unsigned char *)signature.data, signature.length});
}

static int complete(struct private_key *key, struct error *error)
{
	key->type = private_key_type_of(key->pkey);
	if (!key->type)
		private_key_of_other_type(false, error);
	else if (!belongs_together(key))
		error_set(error, ERROR_INPUT,
			"its private and its public part do not belong together: it is damaged");
	return error->code ? -1 : 0;
}

struct private_key *private_key_parse(
	struct bytes content, const struct private_key_opener *opener, struct error *error)
{
	make_heap();
	struct private_key *key = memory_alloc(sizeof *key);
	key->blob = (struct buffer)BUFFER_INIT(PRIVATE_KEY_BLOB_LIMIT);
	key->pkey = parse_any(content, opener, &key->blob, error);
	if (!key->pkey || complete(key, error) != 0) {
		private_key_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

void private_key_free(struct private_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	buffer_release(&key->blob);
	memory_free(key);
}

/* --- the file --------------------------------------------------------------------------------- */

/* To its end, or until the room is full; -1 with errno. */
static ssize_t read_all(int fd, unsigned char *room, size_t size)
{
	size_t length = 0;
	while (length < size) {
		ssize_t got = read(fd, room + length, size - length);
		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			return -1;
		length += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)length;
}

static struct private_key *read_open(
	int fd, size_t size, const struct private_key_opener *opener, struct error *error)
{
	unsigned char *room;
	auto_secret struct secret *content = secret_room(size + 1, &room);
	ssize_t got = read_all(fd, room, size + 1);
	if (got < 0 || (size_t)got != size) {
		error_set(error, ERROR_INPUT, "%s",
			got < 0 ? strerror(errno) : "was changed while it was read");
		return NULL;
	}
	return private_key_parse((struct bytes){secret_bytes(content).data, size}, opener, error);
}

struct private_key *private_key_read(
	const char *path, const struct private_key_opener *opener, struct error *error)
{
	struct private_key *key = NULL;
	struct stat info;
	/* Without O_NONBLOCK a pipe that nobody writes to would hang us before fstat sees it. */
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &info) != 0)
		error_set(error, ERROR_INPUT, "%s", strerror(errno));
	else if (!S_ISREG(info.st_mode))
		error_set(error, ERROR_INPUT, "holds no private key: it is no regular file");
	else if ((size_t)info.st_size > PRIVATE_KEY_FILE_LIMIT)
		error_set(error, ERROR_INPUT, "holds no private key: it is larger than %zu KiB",
			PRIVATE_KEY_FILE_LIMIT >> 10);
	else
		key = read_open(fd, (size_t)info.st_size, opener, error);
	if (!key)
		error_context(error, "key %s", path);
	return key;
}
