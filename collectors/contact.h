/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_CONTACT_H
#define COLLECTORS_CONTACT_H

#include <stdatomic.h>
#include <stddef.h>

/*
 * How far a node has let us come, in memory that a worker process shares with its pool: a worker
 * that only waits for a node to answer takes nobody's place there. A transport that tells nothing
 * leaves it at CONTACT_UNTOLD.
 */
enum contact {
	CONTACT_UNTOLD,
	CONTACT_SOUGHT, /* its name or its network has not answered yet */
	CONTACT_MADE,	/* connected, and not a byte came */
	CONTACT_ANSWERED,
};

typedef atomic_uchar contact_cell;

static inline void contact_tell(contact_cell *cell, enum contact contact)
{
	if (cell)
		atomic_store_explicit(cell, (unsigned char)contact, memory_order_relaxed);
}

static inline enum contact contact_read(contact_cell *cell)
{
	return cell ? (enum contact)atomic_load_explicit(cell, memory_order_relaxed)
		    : CONTACT_UNTOLD;
}

#endif
