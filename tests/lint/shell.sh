#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Nothing that shellcheck complains of in any shell script, whatever it is called.
cd "$(dirname "$0")/../.." || exit 1
command -v shellcheck >/dev/null || { echo "shellcheck is not installed"; exit 77; }

scripts() {
	find .ci bindings debian docs k8s lxfs runtimes systemd-units tests -type f 2>/dev/null |
		grep -v -e /corpus/ -e /scenes/bases/ -e /expected/ | sort |
		while IFS= read -r file; do
			head -c 64 "$file" | head -n 1 | tr -d '\0' |
				grep -Eq '^#!.*\b(ba|da)?sh\b' && printf '%s\n' "$file"
		done
}

scripts | xargs -r shellcheck --format=gcc --external-sources
