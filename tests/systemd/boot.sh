#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# systemd of a Debian in a folder, in namespaces and cgroups of its own:
# boot.sh NAME ROOT PAYLOAD SCRATCH WORD...
# It ends when tests/vm/guest/main.py, which gets the WORDs, has ended; with its first process ends all of it.
set -eu
cgroups=/sys/fs/cgroup

# A cgroup in every hierarchy; the namespace that is made in them takes them for the roots.
enter_cgroups() {
	for hierarchy in "$cgroups"/*/; do
		[ ! -L "${hierarchy%/}" ] || continue
		mkdir "$hierarchy$1"
		for file in cpuset.cpus cpuset.mems; do
			[ ! -e "$hierarchy$file" ] || cat "$hierarchy$file" >"$hierarchy$1/$file"
		done
		echo $$ >"$hierarchy$1/cgroup.procs"
	done
}

# systemd gets the hierarchies that it needs; the controllers lie where it does not look for them, or it
# would move the tests' containers about.
mount_cgroups() {
	mount -t tmpfs -o mode=755 cgroups "$1$cgroups"
	mkdir -p "$1$cgroups/systemd" "$1$cgroups/unified" "$1/controllers/unified"
	mount -t cgroup -o none,name=systemd systemd "$1$cgroups/systemd"
	mount -t cgroup2 unified "$1$cgroups/unified"
	mount -t cgroup2 unified "$1/controllers/unified"
	for name in blkio cpu cpuacct cpuset devices freezer memory pids; do
		mkdir "$1/controllers/$name"
		mount -t cgroup -o "$name" "$name" "$1/controllers/$name"
	done
}

make_devices() {
	mount -t tmpfs -o mode=755 dev "$1/dev"
	mkdir "$1/dev/pts" "$1/dev/shm"
	for name in null zero full random urandom tty fuse; do
		: >"$1/dev/$name"
		mount --bind "/dev/$name" "$1/dev/$name"
	done
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
	ln -s pts/ptmx "$1/dev/ptmx"
	ln -s /proc/self/fd "$1/dev/fd"
}

# The folder stays as it is: what is written goes with the mount namespace.
make_root() {
	mount -t tmpfs -o mode=755 scratch "$2"
	mkdir "$2/upper" "$2/work" "$2/root"
	mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
	mount -t proc proc "$2/root/proc"
	mount -t sysfs sys "$2/root/sys"
	mount -t tmpfs -o mode=755 run "$2/root/run"
	mount_cgroups "$2/root"
	make_devices "$2/root"
	tar -C "$2/root" -xf "$3"
}

run_tests() {
	until systemctl is-system-running --wait 2>/dev/null | grep -q 'running\|degraded'; do
		sleep 0.2
	done
	python3 /lxfs/tests/vm/guest/main.py "$@" || :
	systemctl poweroff --force --force
}

case $1 in
inside)
	hostname "$2"
	make_root "$3" "$5" "$4"
	cd "$5/root"
	shift 5
	pivot_root . mnt
	umount --lazy /mnt
	PATH=/usr/sbin:/usr/bin:/sbin:/bin
	run_tests "$@" &
	# systemd 257 wants to be told that cgroup v1 is meant.
	exec env -i container=lxc PATH=$PATH /lib/systemd/systemd SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 \
		>/dev/null 2>&1 </dev/null
	;;
*)
	enter_cgroups "$1"
	exec unshare --mount --pid --fork --kill-child --cgroup --uts --ipc --net --propagation private \
		"$0" inside "$@"
	;;
esac
