/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "base/secret.h"
#include "collectors/ssh_parts.h"

#include <string.h>

/*
 * The memory of libssh2, for two of its habits: it frees passwords and decrypted keys without
 * wiping them, and loses some of what it has when a handshake fails or keys are renewed (1.10).
 */
#define ALLOCATION_LIMIT ((size_t)16 << 20) /* it believes some lengths of the network */

struct ssh_block {
	struct ssh_block *next, *previous;
	size_t size;
	_Alignas(16) unsigned char data[];
};

static struct ssh_block *block_of(void *pointer)
{
	return (struct ssh_block *)((unsigned char *)pointer - offsetof(struct ssh_block, data));
}

void *ssh_memory_alloc(struct ssh_session *session, size_t size)
{
	if (size > ALLOCATION_LIMIT)
		return NULL;
	struct ssh_block *block = memory_alloc(sizeof *block + size);
	block->size = size;
	block->next = session->blocks;
	if (block->next)
		block->next->previous = block;
	session->blocks = block;
	return block->data;
}

void ssh_memory_free(struct ssh_session *session, void *pointer)
{
	if (!pointer)
		return;
	struct ssh_block *block = block_of(pointer);
	if (block->next)
		block->next->previous = block->previous;
	if (block->previous)
		block->previous->next = block->next;
	else
		session->blocks = block->next;
	secret_wipe(block->data, block->size);
	memory_free(block);
}

void *ssh_memory_resize(struct ssh_session *session, void *pointer, size_t size)
{
	void *moved = ssh_memory_alloc(session, size);
	if (!moved || !pointer)
		return moved;
	size_t old = block_of(pointer)->size;
	memcpy(moved, pointer, old < size ? old : size);
	ssh_memory_free(session, pointer);
	return moved;
}

void ssh_memory_clear(struct ssh_session *session)
{
	while (session->blocks)
		ssh_memory_free(session, session->blocks->data);
}
