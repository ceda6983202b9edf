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
# In memory, where there is some: a fuzzer that makes a host of files makes it for every input.
work=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
export TMPDIR="$work/tmp"

names=$*
[ -n "$names" ] || names=$(
	for program in "$build"/tests/fuzz/fuzz_*; do
		[ -f "$program" ] && basename "$program" | sed 's/^fuzz_//'
	done
)

# Leaves NAME.log and, when nothing was found, NAME.ok.
fuzz() {
	mkdir -p "$work/$1"
	cp tests/fuzz/corpus/"$1"/* "$work/$1/"
	"$build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-max_len=65536 -artifact_prefix="$findings/$1-" "$work/$1" >"$work/$1.log" 2>&1 &&
		: >"$work/$1.ok"
}

failed=0
number=0
report() {
	number=$((number + 1))
	if [ -e "$work/$1.ok" ]; then
		runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$work/$1.log")
		echo "ok $number - $1, ${runs:-?} inputs in $seconds s"
	else
		failed=1
		tail -n 40 "$work/$1.log" | sed 's/^/# /'
		echo "not ok $number - $1: the input is in $findings/"
	fi
}

# Twice as many at a time as there are CPUs: each has half a CPU for its time.
# shellcheck disable=SC2086 # a list of names
set -- $names
while [ $# -gt 0 ]; do
	batch=
	for _ in $(seq $(($(nproc) * 2))); do
		[ $# -eq 0 ] || {
			fuzz "$1" &
			batch="$batch $1"
			shift
		}
	done
	wait
	for name in $batch; do report "$name"; done
done
echo "1..$number"
[ "$number" -gt 0 ] || exit 1
exit $failed
