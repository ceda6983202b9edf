#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every C file is as clang-format leaves it (.clang-format, version 14 or later).
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 77; }

find bindings lxfs k8s tests -name '*.[ch]' 2>/dev/null | sort |
	xargs clang-format --dry-run -Werror 2>&1 |
	sed -n 's/^\(.*:[0-9]*\):[0-9]*: error: .*/\1: not as clang-format leaves it: run clang-format -i/p' |
	sort -u -t : -k 1,2 | { ! grep .; }
