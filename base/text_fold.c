/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/utf8.h"

#include <locale.h>
#include <string.h>
#include <wctype.h>

/* Above every code point: a byte that is not UTF-8 equals only itself. */
#define NOT_UTF8 0x80000000U

static locale_t unicode(void)
{
	static const char *const names[] = {"C.UTF-8", "en_US.UTF-8", "C"};
	static locale_t locale;
	for (size_t i = 0; !locale && i < sizeof names / sizeof *names; i++)
		locale = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
	return locale;
}

static unsigned char fold_ascii(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

/* The folded character at *at, which moves on. */
static uint32_t next_folded(const char **at)
{
	uint32_t code;
	size_t length = utf8_read(*at, 4, &code);
	if (length == 0) {
		*at += 1;
		return NOT_UTF8 | code;
	}
	*at += length;
	return code < 0x80 ? fold_ascii((unsigned char)code) : towlower_l(code, unicode());
}

char *text_fold(struct arena *arena, const char *string)
{
	/* A character grows from two bytes to three at most (U+023A becomes U+2C65). */
	size_t length = strlen(string);
	size_t ascii = 0;
	while (ascii < length && (unsigned char)string[ascii] < 0x80)
		ascii++;
	char *folded = arena_text_n(arena, string, length);
	if (ascii < length)
		folded = arena_alloc(arena, length + length / 2 + 1);
	for (size_t i = 0; i < ascii; i++)
		folded[i] = (char)fold_ascii((unsigned char)string[i]);
	char *out = folded + ascii;
	for (const char *at = string + ascii; *at;) {
		uint32_t code = next_folded(&at);
		if (code & NOT_UTF8)
			*out++ = (char)(code & 0xff);
		else
			out += utf8_write(out, code);
	}
	return folded;
}

bool text_same(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	for (;;) {
		unsigned char x = (unsigned char)*a, y = (unsigned char)*b;
		if ((x | y) < 0x80) {
			if (x != y && fold_ascii(x) != fold_ascii(y))
				return false;
			if (x == '\0')
				return true;
			a++;
			b++;
		} else if (next_folded(&a) != next_folded(&b)) {
			return false;
		}
	}
}

bool text_starts(const char *string, const char *prefix)
{
	for (; *prefix; string++, prefix++)
		if (fold_ascii((unsigned char)*string) != fold_ascii((unsigned char)*prefix))
			return false;
	return true;
}
