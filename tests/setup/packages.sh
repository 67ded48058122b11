#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# packages.sh SECTION...: prints the Debian packages of these sections in one line, each once.
# "NAME unless COMMAND" is left out where there is that command.
set -eu
cd "$(dirname "$0")"
names=
for section in "$@"; do
	found=no wanted=no
	while read -r name unless command; do
		[ "$unless" = unless ] && command -v "$command" >/dev/null && continue
		case $name in
		"[$section]") found=yes wanted=yes ;;
		"["*) wanted=no ;;
		"" | "#"*) ;;
		*)
			if [ $wanted = yes ]; then
				case " $names " in
				*" $name "*) ;;
				*) names="$names $name" ;;
				esac
			fi
			;;
		esac
	done <packages
	if [ $found = no ]; then
		echo "packages.sh: no section $section in tests/setup/packages" >&2
		exit 64
	fi
done
echo "${names# }"
