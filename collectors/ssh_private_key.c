/* SPDX-License-Identifier: Apache-2.0 */
#include "base/interrupt.h"
#include "collectors/private_key_store.h"
#include "collectors/ssh_choice.h"
#include "collectors/ssh_parts.h"
#include "collectors/ssh_wire.h"

#include <string.h>
#include <unistd.h>

struct signer {
	struct ssh_session *session;
	const struct private_key *key;
	bool failed;
};

/*
 * What is signed is the session's id and the request that the signature goes into (RFC 4252, 7),
 * which names the algorithm. libssh2 1.10 always has the key's type there, 1.11 also RSA with
 * SHA-2.
 */
static bool method_of(struct bytes data, struct bytes *method)
{
	struct bytes id, user, service, name;
	if (!ssh_read_string(&data, &id) || !data.length)
		return false;
	data = (struct bytes){data.data + 1, data.length - 1};
	if (!ssh_read_string(&data, &user) || !ssh_read_string(&data, &service) ||
		!ssh_read_string(&data, &name) || !data.length)
		return false;
	data = (struct bytes){data.data + 1, data.length - 1};
	return ssh_read_string(&data, method);
}

/* libssh2 wants the signature without the name of its algorithm, in memory that it frees. */
static LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(sign)
{
	(void)session;
	struct signer *signer = *abstract;
	auto_buffer struct buffer signature = BUFFER_INIT(PRIVATE_KEY_SIGNATURE_LIMIT);
	const struct bytes request = {data, data_len};
	struct bytes method;
	struct error ignored = {0};
	signer->failed = true;
	if (!method_of(request, &method) ||
		private_key_sign(signer->key, method, request, &signature, &ignored) != 0)
		return -1;
	*sig = ssh_memory_alloc(signer->session, signature.length);
	if (!*sig)
		return -1;
	memcpy(*sig, signature.data, signature.length);
	*sig_len = signature.length;
	signer->failed = false;
	return 0;
}

enum ssh_answer ssh_offer_private_key(
	struct ssh_session *session, const struct private_key *key, struct error *error)
{
	struct signer signer = {.session = session, .key = key};
	void *context = &signer;
	int code;
	session->keys_tried++;
	while ((code = libssh2_userauth_publickey(session->libssh2, session->address.user,
			(const unsigned char *)key->blob.data, key->blob.length, sign, &context)) ==
		LIBSSH2_ERROR_EAGAIN) {
		if (ssh_wait(session, error) != 0)
			return SSH_BROKEN;
	}
	if (!signer.failed)
		return ssh_answer_of(session, code, error);
	error_set(error, ERROR_UNREACHABLE, "a key made no signature");
	return SSH_BROKEN;
}

const char *const *ssh_usual_key_files(struct arena *arena)
{
	static const char *const usual[] = {
		"~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa", NULL};
	struct strings found = {0};
	for (size_t i = 0; usual[i]; i++) {
		const char *path = ssh_path(arena, NULL, usual[i]);
		if (access(path, F_OK) == 0)
			strings_add(arena, &found, path);
	}
	strings_add(arena, &found, NULL);
	return found.items;
}

void ssh_prepare_keys(const struct node *node, const struct transport_options *options)
{
	auto_arena struct arena *arena = arena_new();
	const char *file = node_option(node, "identity-file");
	const char *reference = node_option(node, "passphrase-from");
	if (!ssh_choice_may_use_keys(arena, node, options))
		return;
	const char *const named[] = {file ? ssh_path(arena, options->folder, file) : NULL, NULL};
	const char *const *paths = file ? named : ssh_usual_key_files(arena);
	for (; *paths && !interrupt_name(); paths++) {
		struct error ignored = {
			0}; /* it is remembered, and said where the node is opened */
		private_key_store_get(*paths, reference, &ignored);
	}
}
