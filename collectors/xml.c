/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/xml.h"

#include "base/memory.h"
#include "base/secret.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define MAX_DEPTH 256
/*
 * libxml2 looks for a repeated attribute by comparing each with each, and looks a prefix up in a
 * list: without these limits a file of a few megabytes takes hours. Documents of Windows have some
 * hundred attributes in an element, and names for some ten kilobytes.
 */
#define MAX_ATTRIBUTES 1000
#define MAX_NAMESPACES 16
#define MAX_NAMES ((size_t)64 << 10)

struct reader {
	const struct xml_handler *handler;
	void *context;
	struct error *error;
	xmlParserCtxt *parser;
	struct bytes rest; /* what the parser has not asked for yet */
	unsigned depth;
	/* The element that is lent to the handler; both grow to the largest one. */
	struct xml_attribute *attributes;
	size_t attribute_capacity;
	char *values;
	size_t value_capacity;
};

const char *xml_attribute(const struct xml_element *element, const char *name)
{
	for (const struct xml_attribute *item = element->attributes; item->name; item++)
		if (strcmp(item->name, name) == 0)
			return item->value;
	return NULL;
}

/* --- errors ------------------------------------------------------------------------------------
 */

struct fault {
	int code;
	const char *words;
};

/* libxml2 quotes the document in its messages, so that only its codes are used. */
static const char *fault_words(int code)
{
	static const struct fault faults[] = {
		{XML_ERR_INTERNAL_ERROR, "too large or nested too deeply"},
		{XML_ERR_NO_MEMORY, "too large"},
		{XML_ERR_DOCUMENT_EMPTY, "no XML document"},
		{XML_ERR_DOCUMENT_END, "text after the end of the document"},
		{XML_ERR_INVALID_CHAR, "a character that XML does not allow"},
		{XML_ERR_INVALID_CHARREF, "a character reference that XML does not allow"},
		{XML_ERR_INVALID_DEC_CHARREF, "a malformed character reference"},
		{XML_ERR_INVALID_HEX_CHARREF, "a malformed character reference"},
		{XML_ERR_INVALID_ENCODING, "bytes that are not of the document's encoding"},
		{XML_I18N_CONV_FAILED, "bytes that are not of the document's encoding"},
		{XML_IO_ENCODER, "bytes that are not of the document's encoding"},
		{XML_ERR_UNKNOWN_ENCODING, "an encoding that is not known here"},
		{XML_ERR_UNSUPPORTED_ENCODING, "an encoding that is not known here"},
		{XML_ERR_UNDECLARED_ENTITY, "an entity that XML does not predefine"},
		{XML_ERR_ENTITYREF_SEMICOL_MISSING, "an entity without its semicolon"},
		{XML_ERR_NAME_REQUIRED, "a name is expected here"},
		{XML_ERR_NAME_TOO_LONG, "a name is too long"},
		{XML_ERR_LT_IN_ATTRIBUTE, "'<' inside an attribute's value"},
		{XML_ERR_ATTRIBUTE_NOT_STARTED, "an attribute's value without quotes"},
		{XML_ERR_ATTRIBUTE_NOT_FINISHED, "an attribute's value that does not end"},
		{XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute without a value"},
		{XML_ERR_ATTRIBUTE_REDEFINED, "an attribute that the element has already"},
		{XML_ERR_SPACE_REQUIRED, "white space is missing"},
		{XML_ERR_GT_REQUIRED, "a tag that does not end"},
		{XML_ERR_TAG_NOT_FINISHED, "an element that does not end"},
		{XML_ERR_TAG_NAME_MISMATCH, "an end tag of another element"},
		{XML_ERR_COMMENT_NOT_FINISHED, "a comment that does not end"},
		{XML_ERR_CDATA_NOT_FINISHED, "a CDATA section that does not end"},
		{XML_ERR_RESERVED_XML_NAME, "an XML declaration that is not at the beginning"},
	};
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (faults[i].code == code)
			return faults[i].words;
	return "not well-formed XML";
}

/* The parser has nothing left, and the fault is not one that stands whole before the end. */
static bool ends_early(const struct reader *reader, int code)
{
	const xmlParserInput *input = reader->parser ? reader->parser->input : NULL;
	bool at_end = reader->rest.length == 0 && input && input->cur >= input->end;
	return at_end && code != XML_ERR_DOCUMENT_EMPTY && code != XML_ERR_TAG_NAME_MISMATCH &&
	       code != XML_ERR_ATTRIBUTE_REDEFINED && code != XML_ERR_UNDECLARED_ENTITY;
}

static int refuse(struct reader *reader, int line, int column, const char *words)
{
	return error_set(reader->error, ERROR_INPUT, "line %d, column %d: %s", line, column, words);
}

static void refuse_here(struct reader *reader, const char *words)
{
	const xmlParserInput *input = reader->parser->input;
	refuse(reader, input ? input->line : 1, input ? input->col : 1, words);
	xmlStopParser(reader->parser);
}

/* Of the parser, and of the conversion below it, which knows no line. */
#if LIBXML_VERSION >= 21200
static void on_error(void *context, const xmlError *fault)
#else
static void on_error(void *context, xmlError *fault)
#endif
{
	struct reader *reader = context;
	bool conversion = fault->domain == XML_FROM_I18N || fault->domain == XML_FROM_IO;
	if (fault->level != XML_ERR_FATAL && !conversion)
		return;
	const xmlParserInput *input = reader->parser ? reader->parser->input : NULL;
	int line = fault->line > 0 || !input ? fault->line : input->line;
	int column = fault->int2 > 0 || !input ? fault->int2 : input->col;
	bool early = !conversion && ends_early(reader, fault->code);
	refuse(reader, line > 0 ? line : 1, column > 0 ? column : 1,
		early ? "the document ends too early" : fault_words(fault->code));
}

/* --- elements ----------------------------------------------------------------------------------
 */

/*
 * libxml2 counts lines up to the end of the tag, which stands whole in its buffer; inside a tag
 * there is no other '<'.
 */
static unsigned line_of_tag(const xmlParserInput *input)
{
	int line = input->line;
	for (const xmlChar *at = input->cur; at > input->base && *at != '<'; at--)
		line -= *at == '\n';
	return line > 0 ? (unsigned)line : 1;
}

/*
 * Copies a value and ends it. Where entities are left alone, libxml2 gives "&amp;" as "&#38;", and
 * no other '&' is left in what it gives.
 */
static char *copy_value(char *out, const char *start, const char *end)
{
	static const char ampersand[] = "&#38;";
	size_t length = sizeof ampersand - 1;
	while (start < end) {
		*out++ = *start;
		bool escaped =
			(size_t)(end - start) >= length && memcmp(start, ampersand, length) == 0;
		start += escaped ? length : 1;
	}
	*out++ = '\0';
	return out;
}

/* An attribute of SAX2 is five pointers: local name, prefix, namespace, value, its end. */
enum {
	SAX_NAME = 0,
	SAX_VALUE = 3,
	SAX_END = 4,
	SAX_SIZE = 5,
};

static void lend_attributes(struct reader *reader, size_t count, const xmlChar **sax)
{
	size_t size = count;
	for (size_t i = 0; i < count; i++)
		size += (size_t)(sax[i * SAX_SIZE + SAX_END] - sax[i * SAX_SIZE + SAX_VALUE]);
	reader->values = memory_grow(reader->values, &reader->value_capacity, size + 1, 1);
	reader->attributes = memory_grow(reader->attributes, &reader->attribute_capacity, count + 1,
		sizeof *reader->attributes);
	char *out = reader->values;
	for (size_t i = 0; i < count; i++) {
		const char *const *item = (const char *const *)(sax + i * SAX_SIZE);
		reader->attributes[i] = (struct xml_attribute){item[SAX_NAME], out};
		out = copy_value(out, item[SAX_VALUE], item[SAX_END]);
	}
	reader->attributes[count] = (struct xml_attribute){0};
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespaces, const xmlChar **declared, int attributes, int defaulted,
	const xmlChar **values)
{
	(void)prefix, (void)uri, (void)declared, (void)defaulted;
	struct reader *reader = context;
	if (reader->error->code)
		return;
	if (reader->depth >= MAX_DEPTH)
		return refuse_here(reader, "nested too deeply");
	if (attributes > MAX_ATTRIBUTES || namespaces > MAX_NAMESPACES)
		return refuse_here(reader, "too many attributes in one element");
	lend_attributes(reader, (size_t)attributes, values);
	struct xml_element element = {
		.name = (const char *)name,
		.attributes = reader->attributes,
		.line = line_of_tag(reader->parser->input),
		.depth = ++reader->depth,
	};
	if (reader->handler->start(reader->context, &element, reader->error) != 0)
		xmlStopParser(reader->parser);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)prefix, (void)uri;
	struct reader *reader = context;
	if (reader->error->code)
		return;
	reader->depth--;
	const struct xml_handler *handler = reader->handler;
	if (handler->end && handler->end(reader->context, (const char *)name, reader->error) != 0)
		xmlStopParser(reader->parser);
}

static void on_document_type(
	void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	refuse_here(context, "a document type declaration is not allowed");
}

/* --- reading -----------------------------------------------------------------------------------
 */

static int give(void *context, char *buffer, int length)
{
	struct reader *reader = context;
	size_t size = length > 0 ? (size_t)length : 0;
	/* libxml2 goes on after an error, and cannot be stopped in the middle of one. */
	if (reader->error->code)
		size = 0;
	if (size > reader->rest.length)
		size = reader->rest.length;
	if (size == 0)
		return 0;
	memcpy(buffer, reader->rest.data, size);
	reader->rest.data += size;
	reader->rest.length -= size;
	return (int)size;
}

static int parse(struct reader *reader)
{
	xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.internalSubset = on_document_type,
		.serror = on_error,
	};
	/* Read in pieces and not as a whole, libxml2 limits what a tag may take. */
	reader->parser =
		xmlCreateIOParserCtxt(&sax, reader, give, NULL, reader, XML_CHAR_ENCODING_NONE);
	if (!reader->parser)
		return refuse(reader, 1, 1, "no XML document");
	xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET);
	if (reader->parser->dict)
		xmlDictSetLimit(reader->parser->dict, MAX_NAMES);
	xmlParseDocument(reader->parser);
	if (!reader->error->code && !reader->parser->wellFormed)
		refuse(reader, 1, 1, "not well-formed XML");
	return reader->error->code ? -1 : 0;
}

static void finish(struct reader *reader)
{
	/* Declarations behind a malformed document type, of which nobody told us. */
	if (reader->parser && reader->parser->myDoc)
		xmlFreeDoc(reader->parser->myDoc);
	if (reader->parser)
		xmlFreeParserCtxt(reader->parser);
	/* Values may be passwords. */
	if (reader->values)
		secret_wipe(reader->values, reader->value_capacity);
	memory_free(reader->values);
	memory_free(reader->attributes);
}

int xml_read(
	struct bytes content, const struct xml_handler *handler, void *context, struct error *error)
{
	struct error own = {0};
	struct reader reader = {
		.handler = handler, .context = context, .error = &own, .rest = content};
	xmlInitParser();
	/* What has no parser to report to would be printed, with bytes of the document. */
	xmlSetStructuredErrorFunc(&reader, on_error);
	int result = parse(&reader);
	xmlSetStructuredErrorFunc(NULL, NULL);
	finish(&reader);
	return result == 0 ? 0 : error_set(error, own.code, "%s", own.text);
}
