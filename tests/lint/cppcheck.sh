#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# cppcheck finds no bug and nothing unportable.
cd "$(dirname "$0")/../.." || exit 1
command -v cppcheck >/dev/null || { echo "cppcheck is not installed"; exit 77; }

folders=
for folder in bindings lxfs k8s; do
	[ -z "$(find "$folder" -name '*.c' 2>/dev/null)" ] || folders="$folders $folder"
done
# internalAstError is a shortcoming of cppcheck's own parser on C that both compilers take.
# GLib's cleanup attributes close and free what cppcheck believes to be lost.
# shellcheck disable=SC2086 # a list of folders without blanks
cppcheck --quiet --error-exitcode=1 --template='{file}:{line}: {message} ({id})' \
	--enable=warning,performance,portability --inline-suppr --library=gtk --std=c11 \
	--suppress=missingIncludeSystem --suppress=syntaxError --suppress=unknownMacro --suppress=internalAstError \
	--suppress=memleak --suppress=resourceLeak --suppress=nullPointerRedundantCheck \
	-j 2 -D_GNU_SOURCE -DLXFS_HAVE_SYSTEMD=1 -DLXFS_VERSION='"x"' \
	-I bindings -I lxfs $folders 2>&1
