#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# parts.sh FOLDER PRELUDE: prints the C table of the parts in a folder, ID.cmd, ID.ps1 and ID.js, and
# the text that stands in front of all .ps1 parts. Sorted by name, ended by NULL. Each line of a part
# becomes one C text ended by \n; a carriage return at its end is dropped.
set -eu
folder=$1 prelude=$2
export LC_ALL=C

tab=$(printf '\t') return=$(printf '\r')

# "??" would begin a trigraph. Bytes beyond ASCII stay as they are.
literal() {
	[ -s "$1" ] || printf '\t\t""\n'
	sed -e "s/$return\$//" -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e "s/$tab/\\\\t/g" -e 's/?/\\?/g' \
		-e "s/.*/$tab$tab\"&\\\\n\"/" "$1"
}

echo "/* Made from $folder and $prelude. */"
echo '#include "collectors/part.h"'
echo "const char part_prelude[] ="
literal "$prelude"
echo "	;"
echo "const struct part part_catalogue[] = {"
for name in $(cd "$folder" && ls | grep -E '^[a-z0-9_]+\.(cmd|ps1|js)$' | sort); do
	printf '\t{"%s", "%s",\n' "${name%.*}" "${name##*.}"
	literal "$folder/$name"
	printf '\t},\n'
done
echo "	{NULL, NULL, NULL},"
echo "};"
