#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# catalogue.sh FOLDER STRUCT HEADER: prints the C table of a folder of entries. The file name is the
# id: FOLDER/name.c must define "const struct STRUCT STRUCT_name" ("report_format" is shortened to
# "report"). Sorted by name, ended by NULL.
set -eu
folder=$1 type=$2 header=$3
prefix=${type%_format}
names=$(cd "$folder" && for file in *.c; do [ -e "$file" ] && echo "${file%.c}"; done | LC_ALL=C sort)
echo "/* Made from the file names in $folder. */"
echo "#include \"$header\""
for name in $names; do
	echo "extern const struct $type ${prefix}_$name;"
done
echo "const struct $type *const ${prefix}_catalogue[] = {"
for name in $names; do
	echo "	&${prefix}_$name,"
done
echo "	NULL,"
echo "};"
