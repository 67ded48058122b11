/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes: detecting and decoding them never fails for code page 1252, gives the same twice, and
 * what escaping makes of the text is printable UTF-8. The lines of a text cover it whole. In a code
 * page of a console they are some text, and nothing is guessed where the page is not known.
 */
#include "base/code_page.h"
#include "base/text.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert, also where NDEBUG is set. */
static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check_escape(struct arena *arena, struct text text)
{
	const char *escaped = text_escape(arena, text);
	size_t length = strlen(escaped);
	for (size_t at = 0, used; at < length; at += used) {
		uint32_t code;
		used = utf8_read(escaped + at, length - at, &code);
		demand(used > 0);
		demand(code >= 0x20 && (code < 0x7f || code > 0x9f));
		demand(!utf8_surrogate(code));
		demand(code < 0x202a || code > 0x202e);
	}
}

static void check_lines(struct text text)
{
	struct text_lines lines = {.rest = text};
	unsigned count = 0;
	const char *at = text.data;
	while (text_next_line(&lines)) {
		demand(lines.number == ++count);
		demand(lines.line.data == at);
		demand(!lines.line.length || !memchr(at, '\n', lines.line.length));
		demand(lines.rest.data > at && lines.rest.data - at <= (long)lines.line.length + 2);
		at = lines.rest.data;
	}
	demand(at == text.data + text.length);
}

static void check_fold(struct arena *arena, const char *string)
{
	const char *folded = text_fold(arena, string);
	demand(text_same(folded, string));
	demand(text_same(string, string));
}

static void check_encoding(struct arena *arena, struct bytes bytes, enum text_encoding encoding)
{
	struct text text, again;
	struct error error = {0};
	int result = text_decode(arena, bytes, encoding, &text, &error);
	demand(result == text_decode(arena, bytes, encoding, &again, &error));
	if (result != 0) {
		demand(encoding != TEXT_CP1252 && error.code == ERROR_INPUT);
		return;
	}
	demand(text.length == again.length && memcmp(text.data, again.data, text.length + 1) == 0);
	check_escape(arena, text);
	check_lines(text);
	check_fold(arena, text.data);
}

/* Always text, of as many characters as bytes; ASCII stays as it is. */
static void check_page(struct arena *arena, struct bytes bytes, unsigned page)
{
	struct text text = code_page_decode(arena, bytes, page), utf8;
	struct bytes decoded = {(const unsigned char *)text.data, text.length};
	struct error error = {0};
	bool ascii = true;
	for (size_t i = 0; i < bytes.length; i++)
		ascii &= bytes.data[i] < 0x80;
	demand(text.length >= bytes.length || page == CODE_PAGE_UTF8);
	demand(decoded.length < 3 || memcmp(decoded.data, "\xef\xbb\xbf", 3) == 0 ||
		text_decode(arena, decoded, TEXT_UTF8, &utf8, &error) == 0);
	demand(!ascii || (text.length == bytes.length && !code_page_unclear(text)));
	demand(ascii || code_page_known(page) || code_page_unclear(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena *arena = arena_new();
	struct bytes bytes = {data, size};
	demand(text_detect(bytes) == text_detect(bytes));
	for (int encoding = TEXT_UTF8; encoding <= TEXT_CP1252; encoding++)
		check_encoding(arena, bytes, (enum text_encoding)encoding);
	static const unsigned pages[] = {CODE_PAGE_UNKNOWN, 437, 850, 857, 932, 1252, 1257, 65001};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		check_page(arena, bytes, pages[i]);
	check_escape(arena, (struct text){(const char *)data, size});
	return 0;
}
