#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# chroot_check.sh [FOLDER]: the proof that "make demo" and "make test" need nothing but make. Each
# runs as root in a fresh Debian 12 of its own (debootstrap), in what git archive HEAD gives. As
# root; MIRROR=http://deb.debian.org/debian. Takes about ten minutes and 2 GB below FOLDER (/tmp).
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
mirror=${MIRROR:-http://deb.debian.org/debian}
folder=$(mktemp -d "${1:-/tmp}/standby-chroot-XXXXXX")
mounted=()

clean_up() {
	for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do
		umount "${mounted[i]}" || umount -l "${mounted[i]}"
	done
	if grep -q " $folder/" /proc/mounts; then
		echo "chroot_check: something is still mounted below $folder: left there" >&2
	else
		rm -rf --one-file-system "$folder"
	fi
}
trap clean_up EXIT

mount_into() { # KIND SOURCE TARGET
	if [ "$1" = bind ]; then
		mount --bind "$2" "$3"
		mount --make-private "$3" # what is mounted on it stays here
	else
		mount -t "$1" "$2" "$3"
	fi
	mounted+=("$3")
}

# How this machine reaches the archive, so that the fresh one can: Debian's sources, proxies, names.
copy_network() {
	local root=$1 file
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		if grep -qsE '/debian(-security)?/?( |$)' "$file"; then
			cp "$file" "$root$file"
			[ "$file" = /etc/apt/sources.list ] || rm -f "$root/etc/apt/sources.list"
		fi
	done
	apt-config dump | grep -E '^Acquire::(.*::)?[Pp]roxy' >"$root/etc/apt/apt.conf.d/90proxy" || true
	cp -L /etc/resolv.conf "$root/etc/resolv.conf"
}

try() { # COMMAND...: in a chroot of its own
	local root=$folder/$2
	cp -a "$folder/base" "$root"
	mkdir "$root/standby"
	cp "$folder/standby.tar.gz" "$root/standby.tar.gz"
	mount_into proc proc "$root/proc"
	mount_into bind /dev "$root/dev"
	mount_into devpts devpts "$root/dev/pts"
	echo "--- $* in a fresh Debian 12"
	chroot "$root" /usr/bin/env -u CI -u BUILD -u STANDBY PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		sh -c 'for tool in gcc git python3 pkg-config; do
			if command -v $tool; then echo "$tool is there already: not fresh" >&2; exit 1; fi
		done
		cd /standby && tar xzf ../standby.tar.gz && exec "$@"' sh "$@" </dev/null
	echo "--- $*: exit code 0"
}

git -C "$top" archive HEAD | gzip >"$folder/standby.tar.gz"
debootstrap --variant=minbase --include=make bookworm "$folder/base" "$mirror" >"$folder/log" ||
	{ tail -n 20 "$folder/log" >&2; exit 1; }
copy_network "$folder/base"
try make demo
try make test
