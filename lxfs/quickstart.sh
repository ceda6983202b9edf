#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# From nothing to a container with a /proc of its own: sudo sh lxfs/quickstart.sh
#
# On a fresh Debian 12: installs what is needed, builds, serves, makes a container of 256 MiB and
# 1.5 CPUs with libcgroup's tools, and shows what programs in it see beside what the host's see.
# lxfs is left running, the container is not.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build-quickstart
program=$build/lxfs/lxfs
mountpoint=/var/lib/lxfs
runtime=/run/lxfs
group=/lxfs-quickstart
packages="cgroup-tools fuse3 gcc libc6-dev libcgroup-dev libfuse3-dev libglib2.0-dev libjson-c-dev meson ninja-build
	pkgconf procps util-linux"

say() {
	printf '\n== %s\n' "$*"
}

fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

is_installed() {
	dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

install_packages() {
	missing=
	for package in $packages; do
		is_installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	say "installing$missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update
	# shellcheck disable=SC2086 # a list of packages
	apt-get -qq -y install --no-install-recommends $missing >"$work/apt.log" 2>&1 || {
		tail -n 20 "$work/apt.log"
		fail "installing$missing: apt-get failed"
	}
}

build_program() {
	say "building in $build"
	[ -e "$build/build.ninja" ] ||
		meson setup "$build" "$top" -Dtests=disabled --buildtype=release >"$work/build.log" 2>&1 || {
		cat "$work/build.log"
		fail "setting up $build: meson failed"
	}
	ninja -C "$build" >"$work/build.log" 2>&1 || {
		tail -n 30 "$work/build.log"
		fail "building in $build: ninja failed"
	}
}

is_mounted() {
	grep -q " $mountpoint fuse" /proc/self/mounts
}

is_serving() {
	is_mounted && head -c 1 "$mountpoint/proc/meminfo" >/dev/null 2>&1
}

serve() {
	if is_serving; then
		say "something serves $mountpoint already: using it"
		return
	fi
	! is_mounted || fail "$mountpoint is mounted and nobody answers: umount -l $mountpoint, then try again"
	say "serving: lxfs serve --mountpoint $mountpoint --runtime-dir $runtime"
	mkdir -p "$mountpoint" "$runtime"
	setsid "$program" serve --mountpoint "$mountpoint" --runtime-dir "$runtime" \
		</dev/null >"$runtime/quickstart.log" 2>&1 &
	served_by=$!
	tries=0
	until is_serving; do
		tries=$((tries + 1))
		if [ $tries -gt 100 ] || ! kill -0 "$served_by" 2>/dev/null; then
			cat "$runtime/quickstart.log" >&2
			fail "serving $mountpoint: lxfs does not answer"
		fi
		sleep 0.1
	done
}

# Is this controller mounted as cgroup v1?
is_v1() {
	awk -v name="$1" '$3 == "cgroup" && ("," $4 ",") ~ ("," name ",") { found = 1 } END { exit !found }' \
		/proc/self/mounts
}

make_container() {
	say "making the cgroup $group: 256 MiB, 1.5 CPUs"
	controllers=memory,cpu
	! is_v1 cpuacct || controllers=$controllers,cpuacct
	cgcreate -g "$controllers:$group" || fail "making the cgroup $group: cgcreate failed"
	made_group=yes
	if is_v1 memory; then
		cgset -r memory.limit_in_bytes=268435456 "$group"
	else
		cgset -r memory.max=268435456 "$group"
	fi
	if is_v1 cpu; then
		cgset -r cpu.cfs_period_us=100000 -r cpu.cfs_quota_us=150000 "$group"
	else
		cgset -r cpu.max="150000 100000" "$group"
	fi
}

# What runs as the container's init: it lays the views over its own /proc and /sys.
cat_inside() {
	cat <<'INSIDE'
for file in "$1"/proc/* "$1"/proc/pressure/*; do
	target=/proc/${file#"$1"/proc/}
	[ ! -f "$target" ] || mount --bind "$file" "$target"
done
mount --bind "$1/sys/devices/system/cpu" /sys/devices/system/cpu
. "$2/commands"
INSIDE
}

# Each command's output goes to a file of its own.
cat_commands() {
	cat <<'COMMANDS'
LC_ALL=C
export LC_ALL
free -m >"$2/$3.free"
getconf _NPROCESSORS_ONLN >"$2/$3.cpus"
lscpu | head >"$2/$3.lscpu"
uptime >"$2/$3.uptime"
top -bn1 | head >"$2/$3.top"
COMMANDS
}

run_commands() {
	cat_inside >"$work/inside"
	cat_commands >"$work/commands"
	namespaces="-m -p -f --mount-proc"
	! unshare -C true 2>/dev/null || namespaces="-C $namespaces"
	say "running in it: cgexec -g $controllers:$group unshare $namespaces"
	sh "$work/commands" "$mountpoint" "$work" host
	# shellcheck disable=SC2086 # a list of options
	cgexec -g "$controllers:$group" unshare $namespaces sh "$work/inside" "$mountpoint" "$work" container
}

show() {
	printf '\n$ %s\n' "$1"
	for where in host container; do
		printf '  on the %s:\n' "$where" | sed 's/on the container/in the container/'
		sed 's/^/    /' "$work/$where.$2"
	done
}

# One controller at a time: cgdelete of libcgroup 2.0 forgets all but the first of a list. On v2 the
# first takes the whole group with it.
delete_container() {
	for controller in $(echo "$controllers" | tr , ' '); do
		for wait in 0 0.2 1; do
			sleep $wait
			! cgdelete -g "$controller:$group" 2>/dev/null || break
		done
	done
}

clean_up() {
	[ -z "$made_group" ] || delete_container
	[ -n "$finished" ] || [ -z "$served_by" ] || kill "$served_by" 2>/dev/null || :
	rm -rf "$work"
}

[ "$(id -u)" -eq 0 ] || fail "making a container needs root: sudo sh $0"
[ -c /dev/fuse ] || modprobe fuse 2>/dev/null || fail "there is no /dev/fuse on this kernel"
work=$(mktemp -d)
made_group=
served_by=
finished=
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

! command -v apt-get >/dev/null || install_packages
build_program
serve
make_container
run_commands
show 'free -m' free
show 'getconf _NPROCESSORS_ONLN' cpus
show 'lscpu | head' lscpu
show 'uptime' uptime
show 'top -bn1 | head' top

finished=yes
if [ -n "$served_by" ]; then
	say "lxfs goes on serving $mountpoint; its log is $runtime/quickstart.log. To stop it:"
	printf '     sudo kill %s\n' "$served_by"
	printf '     sudo %s heal --purge    # when no container needs the files any more\n' "$program"
else
	say "the lxfs that served $mountpoint before goes on"
fi
