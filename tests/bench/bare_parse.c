/* SPDX-License-Identifier: Apache-2.0 */

/*
 * bare_parse FOLDER...: reads every *.json file of the folders with jansson and frees it again.
 * What is left of the time of "standby compare" beyond this is the program's own.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_json(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return dot && strcmp(dot, ".json") == 0;
}

static int parse(const char *folder, const char *name)
{
	char path[4096];
	json_error_t error;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!document) {
		fprintf(stderr, "bare_parse: %s:%d: %s\n", path, error.line, error.text);
		return -1;
	}
	json_decref(document);
	return 0;
}

static int parse_all(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_json, alphasort), result = 0;
	if (count < 0) {
		perror(folder);
		return -1;
	}
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = parse(folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return result;
}

int main(int count, char **words)
{
	for (int i = 1; i < count; i++) {
		if (parse_all(words[i]) != 0)
			return 1;
	}
	return 0;
}
