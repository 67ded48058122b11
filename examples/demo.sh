#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows the main job on two recorded clusters: one whose failover would break, and one after the
# repair. Fails unless the program says so by its exit codes.
set -eu
cd "$(dirname "$0")/.."
standby=${STANDBY:-./standby}
failed=0

show() {
	headline=$1 expected=$2
	shift 2
	printf '\n=== %s\n$ ./standby %s\n\n' "$headline" "$*"
	code=0
	"$standby" "$@" || code=$?
	printf '\nexit code %s' "$code"
	if [ "$code" = "$expected" ]; then
		printf ', as expected\n'
	else
		printf ', expected %s\n' "$expected"
		failed=1
	fi
}

show "A conferencing pair whose backup refuses its users (KB 330346)" 1 \
	check -i examples/conferencing-2003/inventory.json
show "The same kind of pair, repaired" 0 \
	check -i examples/healthy-pair/inventory.json
exit $failed
