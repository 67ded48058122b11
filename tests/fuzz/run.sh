#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Gives every fuzz target in $BUILD/tests/fuzz new inputs for FUZZ_SECONDS, beginning with its
# corpus. What it learns stays in $BUILD/found, what breaks it is left in $BUILD/broken: such a file
# belongs into tests/fuzz/corpus/<name>/ once it is mended.
set -eu
failed=0
for source in tests/fuzz/*_fuzz.c; do
	target=$(basename "$source" .c)
	name=${target%_fuzz}
	found=$BUILD/found/$name
	broken=$BUILD/broken/$name
	mkdir -p "$found" "$broken"
	printf '%-40s' "$name"
	if "$BUILD/tests/fuzz/$target" -max_total_time="$FUZZ_SECONDS" -timeout=10 \
		-rss_limit_mb=2048 -artifact_prefix="$broken/" "$found" \
		"tests/fuzz/corpus/$name" >"$broken.log" 2>&1; then
		grep -o 'Done .*' "$broken.log" || echo done
	else
		failed=1
		echo "FAILED"
		tail -n 60 "$broken.log"
	fi
done
exit $failed
