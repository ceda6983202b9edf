#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Captures this host and one container as a scene: tests/capture-scene.sh [--pid PID] FOLDER
# Only reads. What it writes names this machine's mounts, cgroups and commands: look before you
# share it. Then write expected/ by hand from docs/views.md and run tests/scenes/run.py.
set -u

usage() {
	echo "usage: $0 [--pid PID] FOLDER" >&2
	exit 2
}

pid=$$
[ "${1:-}" != --pid ] || {
	[ $# -ge 2 ] || usage
	pid=$2
	shift 2
}
[ $# -eq 1 ] || usage
scene=$1
[ -d "/proc/$pid" ] || {
	echo "capturing the process $pid: there is none" >&2
	exit 1
}
[ ! -e "$scene" ] || {
	echo "writing the scene $scene: it exists" >&2
	exit 1
}

# A file of the kernel may be unreadable, or gone by now: then the scene has none.
take() {
	mkdir -p "$scene/$(dirname "${2:-$1}")"
	cat "/$1" >"$scene/${2:-$1}" 2>/dev/null || rm -f "$scene/${2:-$1}"
}

take_process() {
	for file in stat status cgroup mountinfo timens_offsets; do
		take "proc/$1/$file"
	done
	mkdir -p "$scene/proc/$1/ns"
	for space in cgroup pid time; do
		target=$(readlink "/proc/$1/ns/$space") && ln -s "$target" "$scene/proc/$1/ns/$space"
	done
}

# The files of one folder that can be read, not those below it.
take_folder() {
	find "/$1" -maxdepth 1 -type f -perm -0400 2>/dev/null | while IFS= read -r file; do
		take "${file#/}" "$2/${file##*/}"
	done
}

# Where a mount point lies in the scene: /sys/fs/cgroup/memory is /cgroup/memory.
place_of() {
	case $1 in
	/sys/fs/cgroup) echo /cgroup ;;
	/sys/fs/cgroup/*) echo "/cgroup/${1#/sys/fs/cgroup/}" ;;
	*) echo "/cgroup/${1##*/}" ;;
	esac
}

# The path of the process in the hierarchy with these mount options (v1) or in v2.
path_in() {
	while IFS=: read -r id controllers path; do
		if [ "$1" = cgroup2 ]; then
			[ "$id" = 0 ] && printf '%s\n' "$path"
		elif [ -n "$controllers" ] && [ "$id" != 0 ]; then
			case ,$2, in *",$controllers,"*) printf '%s\n' "$path" ;; esac
		fi
	done <"/proc/$pid/cgroup" | head -n 1
}

# The cgroup itself with everything below it, and the files of each of its parents.
take_cgroup() (
	mount=${1#/}
	place=${2#/}
	path=${3%/}
	[ -z "$path" ] || find "/$mount$path" -type d 2>/dev/null | while IFS= read -r folder; do
		take_folder "${folder#/}" "$place${folder#"/$mount"}"
	done
	while [ -n "$path" ]; do
		path=${path%/*}
		take_folder "$mount$path" "$place$path"
	done
)

take_cgroups() {
	mkdir -p "$scene/proc/self"
	while read -r device mount type options rest; do
		case $type in
		cgroup | cgroup2)
			place=$(place_of "$mount")
			path=$(path_in "$type" "$options")
			[ -z "$path" ] || take_cgroup "$mount" "$place" "$path"
			mount=$place
			;;
		esac
		printf '%s %s %s %s %s\n' "$device" "$mount" "$type" "$options" "$rest"
	done </proc/self/mounts >"$scene/proc/self/mounts"
}

tasks() {
	echo 1
	echo "$pid"
	find "$scene/cgroup" -name cgroup.threads -o -name tasks | while IFS= read -r list; do
		# The tasks of a hierarchy's root are the host's.
		case ${list#"$scene/cgroup/"} in */*/*) cat "$list" ;; esac
	done
}

for file in meminfo stat cpuinfo swaps vmstat diskstats slabinfo uptime loadavg \
	sys/vm/overcommit_ratio pressure/cpu pressure/memory pressure/io pressure/irq; do
	take "proc/$file"
done
for top in cpu node; do
	find "/sys/devices/system/$top" -follow -maxdepth 5 -type f -perm -0400 2>/dev/null |
		grep -v -e /power/ -e /subsystem/ -e uevent -e /firmware_node/ -e /hotplug/ -e '/node[0-9]*/cpu' \
			-e /driver/ -e '/cpu[0-9]*/node' -e '/memory[0-9]*/' -e /vulnerabilities/ |
		while IFS= read -r file; do take "${file#/}"; done
done
for list in cpulist cpumap; do
	for file in /sys/devices/system/node/node*/"$list"; do
		[ ! -e "$file" ] || take "${file#/}"
	done
done
take_cgroups
tasks | sort -un | head -n 2000 | while read -r tid; do
	[ ! -d "/proc/$tid" ] || [ -e "$scene/proc/$tid" ] || take_process "$tid"
done

{
	echo '[scene]'
	echo "about=captured from Linux $(uname -r) on $(uname -m)"
	echo "pid=$pid"
	awk '{ sub(/\./, "", $1); print "boottime=" $1 "0000000" }' /proc/uptime
	echo "realtime=$(date +%s)000000000"
} >"$scene/scene.conf"
echo "captured $(find "$scene" -type f | wc -l) files in $scene"
