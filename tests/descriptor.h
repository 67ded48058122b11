/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DESCRIPTOR_H
#define TESTS_DESCRIPTOR_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/number.h"
#include "collectors/security_descriptor.h"

#include <assert.h>
#include <string.h>

/* Security descriptors for tests: owner and group are Administrators, lists as given. */
struct test_entry {
	uint8_t type;
	uint8_t flags;
	uint32_t mask;
	const char *sid; /* authority below 256 */
};

struct test_list {
	size_t count;
	const struct test_entry *entries; /* NULL: offset 0 */
};
#define TEST_LIST(...)                                                                             \
	((struct test_list){                                                                       \
		sizeof((struct test_entry[]){__VA_ARGS__}) / sizeof(struct test_entry),            \
		(struct test_entry[]){__VA_ARGS__}})
#define TEST_EMPTY_LIST ((struct test_list){0, (struct test_entry[1]){{0}}})
#define TEST_NO_LIST ((struct test_list){0, NULL})

struct test_bytes {
	unsigned char data[4096];
	size_t length;
};

static inline void test_put(struct test_bytes *out, uint64_t value, size_t size)
{
	assert(out->length + size <= sizeof out->data);
	for (size_t i = 0; i < size; i++, value >>= 8)
		out->data[out->length++] = (unsigned char)value;
}

static inline void test_put_sid(struct test_bytes *out, const char *sid)
{
	uint64_t numbers[17] = {0}; /* the authority first */
	size_t count = 0;
	for (const char *at = sid + strlen("S-1"); *at == '-';) {
		size_t length = strcspn(++at, "-");
		bool good = number_read(at, length, 10, UINT32_MAX, &numbers[count++]);
		assert(good && count < 17);
		at += good ? length : 0;
	}
	test_put(out, 1, 1);
	test_put(out, count - 1, 1);
	test_put(out, 0, 5);
	test_put(out, numbers[0], 1);
	for (size_t i = 1; i < count; i++)
		test_put(out, numbers[i], 4);
}

static inline void test_patch(struct test_bytes *out, size_t at, uint64_t value, size_t size)
{
	size_t length = out->length;
	out->length = at;
	test_put(out, value, size);
	out->length = length;
}

/* The list goes to the end; its offset is written at `offset_at`. */
static inline void test_put_list(struct test_bytes *out, size_t offset_at, struct test_list list)
{
	if (!list.entries)
		return;
	size_t begin = out->length;
	test_patch(out, offset_at, begin, 4);
	test_put(out, 2, 2);
	test_put(out, 0, 2);
	test_put(out, list.count, 4);
	for (size_t i = 0; i < list.count; i++) {
		size_t at = out->length;
		test_put(out, list.entries[i].type, 1);
		test_put(out, list.entries[i].flags, 1);
		test_put(out, 0, 2);
		test_put(out, list.entries[i].mask, 4);
		test_put_sid(out, list.entries[i].sid);
		test_patch(out, at + 2, out->length - at, 2);
	}
	test_patch(out, begin + 2, out->length - begin, 2);
}

static inline struct test_bytes test_descriptor(
	unsigned control, struct test_list dacl, struct test_list sacl)
{
	struct test_bytes out = {.length = 0};
	test_put(&out, 1, 2);
	test_put(&out, control | SD_SELF_RELATIVE, 2);
	test_put(&out, 0, 16);
	test_put_list(&out, 12, sacl);
	test_put_list(&out, 16, dacl);
	test_patch(&out, 4, out.length, 4);
	test_put_sid(&out, "S-1-5-32-544");
	test_patch(&out, 8, out.length, 4);
	test_put_sid(&out, "S-1-5-32-544");
	return out;
}

#define TEST_BYTES(built) ((struct bytes){(built).data, (built).length})

#endif
