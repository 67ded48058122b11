#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh SECTION...: installs what is missing of these sections of tests/setup/packages, as root
# or by sudo. Where neither works it prints the command and fails. Without anything missing it
# touches nothing and needs no network.
set -eu
folder=$(dirname "$0")
wanted=$(sh "$folder/packages.sh" "$@")

if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "standby: not a Debian system; needed are what Debian calls: $wanted" >&2
	exit 0
fi

missing=
for name in $wanted; do
	dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed ||
		missing="$missing $name"
done
[ -n "$missing" ] || exit 0
line="apt-get install --no-install-recommends -y$missing"

if [ "$(id -u)" = 0 ]; then
	as_root="env"
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
	as_root="sudo env"
else
	echo "standby: packages are missing. As root run:" >&2
	echo "    $line" >&2
	exit 1
fi

echo "standby: installing$missing"
apt="$as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0"
# An index that cannot be refreshed need not matter: the installation says whether it does.
$apt update </dev/null || true
if ! $apt install --no-install-recommends -y $missing </dev/null; then
	echo "standby: packages could not be installed. As root run:" >&2
	echo "    $line" >&2
	exit 1
fi
