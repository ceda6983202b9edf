#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Boots the systemd of Debian 12 and 13 in containers and tests lxfs.service and the packages in them,
# at this machine's own speed: called by tests/suites.py, prints TAP. What a kernel decides is for tests/vm.
cd "$(dirname "$0")/../vm" || exit 1
skip() {
	echo "1..0 # SKIP $1"
	exit 0
}
command -v mmdebstrap >/dev/null || skip "mmdebstrap is not installed"
[ "$(id -u)" -eq 0 ] || skip "needs root: Debian is installed into a folder"
[ -e /dev/fuse ] || skip "there is no /dev/fuse"
[ -d /sys/fs/cgroup/systemd ] || skip "no hierarchy of cgroup v1 named systemd: tests/vm does it on v2"
exec nice -n 5 python3 machines.py systemd
