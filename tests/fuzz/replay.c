/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main of a fuzz target where it replays its corpus: replay FILE|FOLDER... gives each file,
 * each of its beginnings (up to 4 KiB in single bytes) and the empty input to the target.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void give(const char *data, size_t size)
{
	/* A copy of the exact size, so that a sanitizer sees one byte too far. */
	uint8_t *copy = calloc(1, size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	char *data = calloc(1, size ? size : 1);
	if (!file || !data || fread(data, 1, size, file) != size) {
		perror(path);
		return 1;
	}
	fclose(file);
	for (size_t n = 0; n < size && n < 4096; n++)
		give(data, n);
	give(data, size);
	free(data);
	return 0;
}

static int replay(const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0) {
		perror(path);
		return 1;
	}
	if (!S_ISDIR(info.st_mode))
		return replay_file(path, (size_t)info.st_size);
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort);
	int failed = count < 0;
	for (int i = 0; i < count; i++) {
		char inner[4096];
		snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			failed |= replay(inner);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = argc < 2;
	give("", 0);
	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	return failed;
}
