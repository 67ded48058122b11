/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_XML_H
#define COLLECTORS_XML_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>

/*
 * XML as a stream of elements, on libxml2: no network, no external entities, a document type
 * declaration is refused (entity bombs), depth and size are limited. Names come without prefix.
 * Errors are "line N, column M: what" and never quote the document.
 */
struct xml_attribute {
	const char *name;
	const char *value; /* entities resolved; line breaks and tabs are blanks, as XML demands */
};

struct xml_element {
	const char *name;
	const struct xml_attribute *attributes; /* ended by a NULL name */
	unsigned line;				/* where the element's tag begins */
	unsigned depth;				/* 1: the root */
};

const char *xml_attribute(const struct xml_element *element, const char *name); /* exact; or NULL */

struct xml_handler {
	/* What is lent lives until the call returns. Return -1 with an error to stop. */
	int (*start)(void *context, const struct xml_element *element, struct error *error);
	int (*end)(void *context, const char *name, struct error *error); /* may be NULL */
};

int xml_read(struct bytes content, const struct xml_handler *handler, void *context,
	struct error *error);

/* The local name of the root element, cheaply and on any bytes; NULL: this is no XML. */
char *xml_root_name(struct arena *arena, struct bytes content);

/* Whether the beginning of the document has an element of this name (without prefix), as cheaply.
 */
bool xml_mentions(struct bytes content, const char *element);

#endif
