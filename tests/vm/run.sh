#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Boots Debian in virtual machines and tests lxfs in them: called by tests/suites.py, prints TAP.
#
# LXFS_VM="trixie" runs one of them only. What was built is kept in build-tests/vm.
cd "$(dirname "$0")" || exit 1
for program in mmdebstrap mke2fs qemu-system-x86_64; do
	command -v "$program" >/dev/null || {
		echo "1..0 # SKIP $program is not installed"
		exit 0
	}
done
[ "$(id -u)" -eq 0 ] || {
	echo "1..0 # SKIP needs root: Debian is installed into a folder"
	exit 0
}
exec nice -n 5 python3 machines.py "${1:-vm}"
