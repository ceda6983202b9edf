#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs every fuzzer for some seconds and prints TAP: tests/fuzz/run.sh [SECONDS [NAME...]]
# Works on copies of the corpora. Inputs that fail are kept in build-tests/fuzz/findings/.
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-60}
[ $# -eq 0 ] || shift
build="build-tests/fuzz"
findings=$build/findings

[ -e "$build/build.ninja" ] ||
	CC=clang meson setup "$build" -Dfuzzers=true >/dev/null || exit 1
ninja -C "$build" >"$build/ninja.log" 2>&1 || {
	cat "$build/ninja.log"
	exit 1
}
mkdir -p "$findings"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

names=$*
[ -n "$names" ] || names=$(
	for program in "$build"/tests/fuzz/fuzz_*; do
		[ -f "$program" ] && basename "$program" | sed 's/^fuzz_//'
	done
)

failed=0
number=0
for name in $names; do
	number=$((number + 1))
	mkdir -p "$work/$name"
	cp tests/fuzz/corpus/"$name"/* "$work/$name/"
	if "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-max_len=65536 -artifact_prefix="$findings/$name-" "$work/$name" >"$work/log" 2>&1; then
		runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$work/log")
		echo "ok $number - $name, ${runs:-?} inputs in $seconds s"
	else
		failed=1
		tail -n 40 "$work/log" | sed 's/^/# /'
		echo "not ok $number - $name: the input is in $findings/"
	fi
done
echo "1..$number"
[ "$number" -gt 0 ] || exit 1
exit $failed
