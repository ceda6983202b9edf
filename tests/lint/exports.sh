#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# liblxfs exports exactly the functions that lxfs.h marks LX_PUBLIC: no more, no fewer. Debian's list of
# them, which says since when each is there, has a line for each.
cd "$(dirname "$0")/../.." || exit 1
build=${LXFS_BUILD:-build-tests/gcc}
library=$build/bindings/liblxfs.so.0
[ -e "$library" ] || { echo "no $library: build first, or say where in LXFS_BUILD"; exit 77; }

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
sed '/^#/d' bindings/lxfs.h | tr '\n' ' ' | grep -o 'LX_PUBLIC [^;(]*(' |
	sed 's/ *($//; s/.*[ *]//' | sort >"$work/declared"
nm -D --defined-only "$library" | sed 's/.* //; s/@.*//' | sort >"$work/exported"
symbols=debian/liblxfs0.symbols
sed -n 's/^ \(.*\)@Base .*/\1/p' "$symbols" | sort >"$work/packaged"

line_of() {
	grep -n "\\b$1(" bindings/lxfs.h | head -n 1 | cut -d : -f 1
}

{
	comm -23 "$work/declared" "$work/exported" | while read -r name; do
		echo "bindings/lxfs.h:$(line_of "$name"): $name is declared and not exported"
	done
	comm -13 "$work/declared" "$work/exported" | sed 's,.*,bindings/lxfs.h:1: & is exported and not declared,'
	comm -23 "$work/exported" "$work/packaged" | sed "s,.*,$symbols:1: & is missing: add \" &@Base VERSION\","
	comm -13 "$work/exported" "$work/packaged" | sed "s,.*,$symbols:1: & is not exported,"
} | { ! grep .; }
