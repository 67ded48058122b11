/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "collectors/xml.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A sanitizer keeps what was freed: then memory says nothing. */
#if defined(__SANITIZE_ADDRESS__)
#define WITH_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_SANITIZER
#endif
#endif

#define CANARY "hunter2"
#define MIB ((size_t)1 << 20)

/* --- helpers -----------------------------------------------------------------------------------
 */

/* What was read, as text: "<name@line a=[v] b=[w]" and ">name". */
struct trace {
	struct buffer out;
	const char *stop_at;
};

static int on_start(void *context, const struct xml_element *element, struct error *error)
{
	struct trace *trace = context;
	buffer_format(&trace->out, "<%s@%u", element->name, element->line);
	for (const struct xml_attribute *item = element->attributes; item->name; item++)
		buffer_format(&trace->out, " %s=[%s]", item->name, item->value);
	if (trace->stop_at && strcmp(trace->stop_at, element->name) == 0)
		return error_set(error, ERROR_INPUT, "line %u: stopped", element->line);
	return 0;
}

static int on_end(void *context, const char *name, struct error *error)
{
	(void)error;
	struct trace *trace = context;
	return buffer_format(&trace->out, ">%s", name);
}

static const struct xml_handler handler = {.start = on_start, .end = on_end};

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

static void reads_bytes(struct bytes content, const char *expected)
{
	struct trace trace = {.out = BUFFER_INIT(MIB)};
	struct error error = {0};
	if (xml_read(content, &handler, &trace, &error) != 0)
		fail_msg("%s", error.text);
	assert_string_equal(trace.out.data, expected);
	buffer_release(&trace.out);
}

static void reads(const char *text, const char *expected)
{
	reads_bytes(bytes_of(text), expected);
}

/* Columns are libxml2's and differ from version to version. */
static void refuses(const char *text, unsigned line, const char *words)
{
	struct trace trace = {.out = BUFFER_INIT(MIB)};
	struct error error = {0};
	assert_int_equal(xml_read(bytes_of(text), &handler, &trace, &error), -1);
	assert_int_equal(error.code, ERROR_INPUT);
	char place[64];
	snprintf(place, sizeof place, "line %u, column ", line);
	assert_memory_equal(error.text, place, strlen(place));
	const char *colon = strchr(error.text, ':');
	assert_string_equal(colon ? colon + 2 : "", words);
	buffer_release(&trace.out);
}

/* ASCII as UTF-16 with a byte order mark. */
static struct bytes utf16(struct buffer *out, const char *text, bool big)
{
	buffer_append(out, big ? "\xfe\xff" : "\xff\xfe", 2);
	for (; *text; text++) {
		char unit[] = {*text, 0};
		char swapped[] = {0, *text};
		buffer_append(out, big ? swapped : unit, 2);
	}
	return (struct bytes){(const unsigned char *)out->data, out->length};
}

static void counts_only(int (*start)(void *, const struct xml_element *, struct error *),
	struct bytes content, struct error *error)
{
	struct xml_handler counting = {.start = start};
	size_t count = 0;
	xml_read(content, &counting, &count, error);
}

static int count_start(void *context, const struct xml_element *element, struct error *error)
{
	(void)element, (void)error;
	*(size_t *)context += 1;
	return 0;
}

/* --- what is read ------------------------------------------------------------------------------
 */

static void elements_come_with_their_attributes_and_lines(void **state)
{
	(void)state;
	reads("<a x='1' y=\"2\"><b/></a>", "<a@1 x=[1] y=[2]<b@1>b>a");
	reads("<a\n\tx =\"1\"\n>\n\n<b\n/>\r\n<c></c></a>", "<a@1 x=[1]<b@5>b<c@7>c>a");
	reads("<!-- two\nlines --><?pi?>\n<a/>", "<a@3>a");
}

static void names_come_without_prefix(void **state)
{
	(void)state;
	reads("<p:a xmlns:p='urn:x' xmlns='urn:y' p:b='1' c='2'/>", "<a@1 b=[1] c=[2]>a");
}

static void a_blank_before_the_equals_sign_of_the_declaration_is_fine(void **state)
{
	(void)state;
	reads("<?xml version =\"1.0\"?>\n<a/>", "<a@2>a");
}

static void every_encoding_that_windows_writes_is_read(void **state)
{
	(void)state;
	auto_buffer struct buffer little = BUFFER_INIT(MIB), big = BUFFER_INIT(MIB);
	static const char text[] = "<?xml version='1.0' encoding='utf-16'?>\r\n<a b='c'/>";
	reads("\xef\xbb\xbf<?xml version =\"1.0\"?>\r\n<a b='\xc3\xa4'/>", "<a@2 b=[\xc3\xa4]>a");
	reads_bytes(utf16(&little, text, false), "<a@2 b=[c]>a");
	reads_bytes(utf16(&big, text, true), "<a@2 b=[c]>a");
	reads("<?xml version='1.0' encoding='windows-1252'?><a b='\x80\xe4'/>",
		"<a@1 b=[\xe2\x82\xac\xc3\xa4]>a");
}

static void entities_and_character_references_are_resolved(void **state)
{
	(void)state;
	reads("<a b='&lt;&gt;&quot;&apos;&#65;&#x42;'/>", "<a@1 b=[<>\"'AB]>a");
	reads("<a b='&amp;' c='&#38;' d='&amp;#38;' e='&amp;lt;' f='a&#x26;amp;b'/>",
		"<a@1 b=[&] c=[&] d=[&#38;] e=[&lt;] f=[a&amp;b]>a");
}

static void line_breaks_inside_values_are_blanks(void **state)
{
	(void)state;
	reads("<a b='one\r\n\ttwo'\nc='&#10;'>\n<d/></a>", "<a@1 b=[one  two] c=[\n]<d@4>d>a");
}

static void an_attribute_is_found_by_its_exact_name(void **state)
{
	(void)state;
	struct xml_attribute list[] = {{"Name", "1"}, {"ID", "2"}, {0}};
	struct xml_element element = {.name = "a", .attributes = list};
	assert_string_equal(xml_attribute(&element, "ID"), "2");
	assert_null(xml_attribute(&element, "id"));
}

static void a_handler_can_stop(void **state)
{
	(void)state;
	struct trace trace = {.out = BUFFER_INIT(MIB), .stop_at = "b"};
	struct error error = {0};
	struct bytes content = bytes_of("<a>\n<b/><c/></a>");
	assert_int_equal(xml_read(content, &handler, &trace, &error), -1);
	assert_string_equal(error.text, "line 2: stopped");
	assert_string_equal(trace.out.data, "<a@1<b@2");
	buffer_release(&trace.out);
}

/* --- what is refused ---------------------------------------------------------------------------
 */

static void a_document_type_is_refused_before_it_is_read(void **state)
{
	(void)state;
	refuses("<?xml version='1.0'?>\n"
		"<!DOCTYPE lolz [\n<!ENTITY a 'ha'>\n"
		"<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\n"
		"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>\n]>\n<lolz x='&c;'>&c;</lolz>",
		2, "a document type declaration is not allowed");
	refuses("<!DOCTYPE a SYSTEM 'file:///etc/passwd'>\n<a/>", 1,
		"a document type declaration is not allowed");
}

static void faults_are_named_with_line_and_column(void **state)
{
	(void)state;
	refuses("", 1, "no XML document");
	refuses("plain text", 1, "no XML document");
	refuses("<a>\n<b>\n</a>", 3, "an end tag of another element");
	refuses("<a b='1' b='2'/>\n", 1, "an attribute that the element has already");
	refuses("<a b='&nbsp;'/>\n", 1, "an entity that XML does not predefine");
	refuses("<a b='1'", 1, "the document ends too early");
	refuses("<a><b/>", 1, "the document ends too early");
	refuses("<a/><b/>", 1, "text after the end of the document");
	refuses("<?xml version='1.0' encoding='no-such'?><a/>", 1,
		"an encoding that is not known here");
}

static void no_error_quotes_the_document(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"<" CANARY "><b></" CANARY ">",
		"<a " CANARY "='1' " CANARY "='2'/>",
		"<a b='" CANARY "'<",
		"<a b=" CANARY "/>",
		"<a>&" CANARY ";</a>",
		"<a>&" CANARY,
		"<a b='&" CANARY ";'/>",
		"<" CANARY ":a/></a>",
		"<!DOCTYPE " CANARY ">",
		"<?xml version='" CANARY "'?><a></b>",
		"<?xml version='1.0' encoding='" CANARY "'?><a/>",
		"<a b='" CANARY "\xff'/>",
		"<a><![CDATA[" CANARY,
		"<!--" CANARY,
		CANARY,
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct trace trace = {.out = BUFFER_INIT(MIB)};
		struct error error = {0};
		assert_int_equal(xml_read(bytes_of(texts[i]), &handler, &trace, &error), -1);
		assert_null(strstr(error.text, CANARY));
		buffer_release(&trace.out);
	}
}

static void nothing_is_printed(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	no_error_quotes_the_document(state);
	auto_buffer struct buffer half = BUFFER_INIT(MIB);
	struct bytes content = utf16(&half, "<a b='c'></a>", false);
	struct error error = {0};
	for (size_t n = 0; n < content.length; n++)
		counts_only(count_start, (struct bytes){content.data, n}, &error);
	/* A lone surrogate cannot be converted. */
	static const char lone[] = "\xff\xfe<\0a\0>\0\x00\xd8<\0/\0a\0>";
	counts_only(
		count_start, (struct bytes){(const unsigned char *)lone, sizeof lone - 1}, &error);
	dup2(before, STDERR_FILENO);
	close(before);
	fseek(file, 0, SEEK_END);
	assert_int_equal(ftell(file), 0);
	fclose(file);
}

static void a_cut_document_is_refused_wherever_it_is_cut(void **state)
{
	(void)state;
	auto_buffer struct buffer wide = BUFFER_INIT(MIB);
	static const char text[] = "<?xml version =\"1.0\"?>\n<a b='&amp;'><!-- c --><d/></a>";
	struct bytes narrow = bytes_of(text);
	struct bytes both[] = {narrow, utf16(&wide, text, false)};
	for (size_t i = 0; i < 2; i++) {
		for (size_t n = 0; n < both[i].length; n++) {
			struct error error = {0};
			counts_only(count_start, (struct bytes){both[i].data, n}, &error);
			assert_int_equal(error.code, ERROR_INPUT);
		}
	}
}

static void nesting_has_a_limit(void **state)
{
	(void)state;
	for (size_t depth = 256; depth <= 257; depth++) {
		auto_buffer struct buffer out = BUFFER_INIT(MIB);
		for (size_t i = 0; i < depth; i++)
			buffer_text(&out, "<a>");
		for (size_t i = 0; i < depth; i++)
			buffer_text(&out, "</a>");
		struct error error = {0};
		counts_only(count_start, bytes_of(out.data), &error);
		assert_int_equal(error.code, depth == 256 ? ERROR_NONE : ERROR_INPUT);
		if (depth > 256)
			assert_non_null(strstr(error.text, ": nested too deeply"));
	}
}

static void attributes_have_a_limit(void **state)
{
	(void)state;
	auto_buffer struct buffer out = BUFFER_INIT(MIB);
	buffer_text(&out, "<a");
	for (int i = 0; i <= 1000; i++)
		buffer_format(&out, " a%d=''", i);
	buffer_text(&out, "/>");
	struct error error = {0};
	counts_only(count_start, bytes_of(out.data), &error);
	assert_non_null(strstr(error.text, "too many attributes in one element"));
}

/* --- hostile sizes -----------------------------------------------------------------------------
 */

/* `head`, then `part` again and again, in a file of 64 MiB. */
static struct bytes fill(const char *head, const char *part)
{
	size_t size = 64 * MIB, used = strlen(head), length = strlen(part);
	char *data = memory_alloc(size);
	memcpy(data, head, used);
	for (; used + length <= size; used += length)
		memcpy(data + used, part, length);
	return (struct bytes){(const unsigned char *)data, used};
}

/* In a child, so that its largest size is known. */
static void ends_in_an_error_with_little_memory(const char *head, const char *part)
{
	pid_t child = fork();
	if (child == 0) {
		struct bytes content = fill(head, part);
		struct error error = {0};
		counts_only(count_start, content, &error);
		_exit(error.code == ERROR_INPUT ? 0 : 1);
	}
	int status;
	struct rusage usage;
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_int_equal(status, 0);
#ifndef WITH_SANITIZER
	assert_true(usage.ru_maxrss < 512L << 10);
#endif
	assert_true(usage.ru_utime.tv_sec < 60);
}

static void a_huge_document_ends_in_an_error_and_little_memory(void **state)
{
	(void)state;
	static const char cp1252[] = "<?xml version='1.0' encoding='windows-1252'?>";
	ends_in_an_error_with_little_memory("<a b='", "x");
	ends_in_an_error_with_little_memory("<a b='", "&amp;");
	ends_in_an_error_with_little_memory("", "<a>");
	ends_in_an_error_with_little_memory("<a", " xmlns:a=''");
	ends_in_an_error_with_little_memory("<a ", "a");
	ends_in_an_error_with_little_memory("<a><!--", "x");
	ends_in_an_error_with_little_memory("<a><![CDATA[", "x");
	ends_in_an_error_with_little_memory("<a>", "<b/>");
	ends_in_an_error_with_little_memory(cp1252, " ");
	ends_in_an_error_with_little_memory(
		"<?xml version='1.0' encoding='windows-1252'?><a b='", "\x80");
}

/* Names that all differ, in one tag: each is compared with each. */
static void a_flood_of_attributes_ends_soon(void **state)
{
	(void)state;
	auto_buffer struct buffer out = BUFFER_INIT(16 * MIB);
	buffer_text(&out, "<a");
	for (unsigned i = 0; i < 1000000; i++)
		buffer_format(&out, " a%x=''", i);
	buffer_text(&out, "/>");
	struct error error = {0};
	struct rusage before, after;
	getrusage(RUSAGE_SELF, &before);
	counts_only(count_start, bytes_of(out.data), &error);
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(error.code, ERROR_INPUT);
	assert_true(after.ru_utime.tv_sec - before.ru_utime.tv_sec < 20);
}

/* --- the beginning -----------------------------------------------------------------------------
 */

static void root_is(const char *text, size_t length, const char *expected)
{
	auto_arena struct arena *arena = arena_new();
	/* A copy of the exact size, so that a sanitizer sees one byte too far. */
	unsigned char *copy = arena_copy(arena, text, length);
	const char *name = xml_root_name(arena, (struct bytes){copy, length});
	if (expected)
		assert_string_equal(name, expected);
	else
		assert_null(name);
}

static void the_root_is_known_from_the_beginning(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *root;
	} cases[] = {
		{"<configuration>", "configuration"},
		{"\xef\xbb\xbf<?xml version =\"1.0\"?>\r\n<configuration xmlns='x",
			"configuration"},
		{"<!-- <no> -->\n<?p <no>?>\n<p:Rsop-2.x/>", "Rsop-2.x"},
		{"<!DOCTYPE a [<!ENTITY b '>'>]><a>", "a"},
		{"<!DOCTYPE a SYSTEM 'b'><a>", "a"},
		{"<a", "a"},
		{"<", NULL},
		{"", NULL},
		{"< a>", NULL},
		{"<1>", NULL},
		{"</a>", NULL},
		{"{\"a\": 1}", NULL},
		{"text <a>", NULL},
		{"<!-- no end <a>", NULL},
		{"<?xml <a>", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		root_is(cases[i].text, strlen(cases[i].text), cases[i].root);
	root_is("\xff\xfe<\0a\0b\0>", 9, "ab");
	root_is("\xfe\xff\0<\0a\0b\0>", 10, "ab");
	root_is("<\0?\0x\0?\0>\0<\0a\0>", 15, "a");
	root_is("\0<\0a\0>", 6, "a");
	root_is("\xff\xfe<\0a\0\x41\x04>", 9, "a?");
	root_is("\xff\xfe", 2, NULL);
	root_is("\xff", 1, NULL);
	root_is("\0\0\0\0", 4, NULL);
}

static void an_element_is_known_from_the_beginning(void **state)
{
	(void)state;
	auto_buffer struct buffer wide = BUFFER_INIT(MIB);
	static const char text[] = "<configuration x='MBProperty'>\n<MBProperty>";
	assert_true(xml_mentions(bytes_of(text), "MBProperty"));
	assert_true(xml_mentions(utf16(&wide, text, true), "MBProperty"));
	assert_false(xml_mentions(bytes_of(text), "MBProp"));
	assert_false(xml_mentions(bytes_of("<a><MBProperty2>"), "MBProperty"));
	assert_false(xml_mentions(bytes_of("no XML <MBProperty>"), "MBProperty"));
	assert_false(xml_mentions(bytes_of("<a><MBProp"), "MBProperty"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_come_with_their_attributes_and_lines),
		cmocka_unit_test(names_come_without_prefix),
		cmocka_unit_test(a_blank_before_the_equals_sign_of_the_declaration_is_fine),
		cmocka_unit_test(every_encoding_that_windows_writes_is_read),
		cmocka_unit_test(entities_and_character_references_are_resolved),
		cmocka_unit_test(line_breaks_inside_values_are_blanks),
		cmocka_unit_test(an_attribute_is_found_by_its_exact_name),
		cmocka_unit_test(a_handler_can_stop),
		cmocka_unit_test(a_document_type_is_refused_before_it_is_read),
		cmocka_unit_test(faults_are_named_with_line_and_column),
		cmocka_unit_test(no_error_quotes_the_document),
		cmocka_unit_test(nothing_is_printed),
		cmocka_unit_test(a_cut_document_is_refused_wherever_it_is_cut),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(attributes_have_a_limit),
		cmocka_unit_test(a_huge_document_ends_in_an_error_and_little_memory),
		cmocka_unit_test(a_flood_of_attributes_ends_soon),
		cmocka_unit_test(the_root_is_known_from_the_beginning),
		cmocka_unit_test(an_element_is_known_from_the_beginning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
