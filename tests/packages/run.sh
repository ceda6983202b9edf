#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The Debian packages, from a fresh clone into a fresh Debian of this machine's release: prints TAP.
#
# Everything happens in one folder and in a mount namespace of its own: nothing that is mounted on the
# way can be left behind. The packages are installed by apt in a chroot, where no service is started.
# shellcheck disable=SC2016,SC2317 # scripts are for other shells; claims are called by name
set -u
top=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
cd "$top" || exit 1

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" -eq 0 ] || skip_all "needs root"
for tool in dpkg-buildpackage mmdebstrap lintian; do
	command -v $tool >/dev/null || skip_all "no $tool here"
done
[ -n "${LXFS_PACKAGES_INSIDE:-}" ] ||
	LXFS_PACKAGES_INSIDE=1 exec unshare --mount --propagation private "$0" "$@"

. /etc/os-release
work=$(mktemp -d) || exit 1
# In memory, where there is enough: dpkg waits for a disk at every step.
available_kib=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
[ "$available_kib" -lt 6000000 ] || mount -t tmpfs -o size=5g lxfs-packages "$work"
chmod 755 "$work"
root=$work/root
making_root=
clean_up() {
	# It is in a PID namespace of its own: with its first process everything in it ends.
	[ -z "$making_root" ] || kill -KILL "$making_root" 2>/dev/null
	wait
	umount --lazy "$work" 2>/dev/null
	for _ in 1 2 3 4 5; do
		rm -rf --one-file-system "$work" 2>/dev/null && return
		sleep 1
	done
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

version=$(dpkg-parsechangelog -S Version)
next=$version+1

# ---- TAP -----------------------------------------------------------------------------------------

number=0
failed=0

# A claim is a function whose name is its name; it runs with set -e, and its output tells why not.
claim() {
	number=$((number + 1))
	# Alone: in a condition set -e would count for nothing.
	(
		set -e
		"$1"
	) >"$work/$1.log" 2>&1
	result=$?
	if [ $result -eq 0 ]; then
		echo "ok $number - $(echo "$1" | tr _ ' ')"
	else
		failed=1
		tail -n 40 "$work/$1.log" | sed 's/^/# /'
		echo "not ok $number - $(echo "$1" | tr _ ' ')"
	fi
}

# What everything after it needs.
foundation() {
	claim "$1"
	[ $failed -eq 0 ] || {
		echo "Bail out! nothing can be installed"
		exit 1
	}
}

# ---- The packages --------------------------------------------------------------------------------

# What git knows, with what is not committed yet: no build folder, nothing that is ignored.
clone() {
	mkdir "$work/source"
	git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
		tar -c --null --ignore-failed-read -T - | tar -x -C "$work/source"
}

# The unit tests are a suite of their own.
they_build_from_a_fresh_clone() {
	clone
	cd "$work/source"
	DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" dpkg-buildpackage -us -uc -b
	cd ..
	ls lxfs_"$version"_*.deb liblxfs0_"$version"_*.deb liblxfs-dev_"$version"_*.deb
}

lintian_finds_nothing() {
	cd "$work"
	lintian --allow-root --tag-display-limit 0 --fail-on error,warning lxfs_*.changes
}

# What an upgrade brings.
make_next_version() {
	mkdir "$work/next"
	for package in "$work"/*_"$version"_*.deb; do
		tests/packages/raise-version.sh "$package" "$work/next"
	done
}

# ---- The fresh Debian ----------------------------------------------------------------------------

# The files that say where this machine gets its Debian from.
sources() {
	find /etc/apt/sources.list /etc/apt/sources.list.d -type f \
		-exec grep -qE "(^|[[:space:]])$VERSION_CODENAME([[:space:]]|\$)" {} \; -print
}

make_root() {
	apt-config dump | grep -E '^Acquire::https?::Proxy ' >"$work/apt.conf"
	# shellcheck disable=SC2046 # a list of files
	exec unshare --mount --pid --fork --kill-child --mount-proc \
		mmdebstrap --mode=root --variant=minbase --skip=cleanup/apt/lists \
		--aptopt="$work/apt.conf" --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
		--include=bash-completion,ca-certificates,gcc,libc6-dev,man-db,pkgconf \
		"$VERSION_CODENAME" "$root" $(sources)
}

a_fresh_debian_is_made() {
	cat "$work/root.log"
	[ "$root_made" -eq 0 ]
	cp "$work"/*_"$version"_*.deb "$root/tmp"
	cp -r debian/tests "$root/tmp/tests"
	cp tests/packages/inside.sh "$root/tmp"
	make_next_version
	cp -r "$work/next" "$root/tmp/next"
}

# Runs a command in it, in a PID namespace: whatever it starts ends with it.
inside() {
	unshare --mount --pid --fork --kill-child sh -c '
		cd "$1" && shift &&
		mount -t proc proc proc && mount --rbind /sys sys && mount --rbind /dev dev &&
		exec chroot . env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"' sh "$root" "$@"
}

ask() {
	inside bash /tmp/inside.sh "$1"
}

# Without what dpkg, apt and caches note of every package, whatever it is.
list_files() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o \
		-path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log -o \
		-name __pycache__ \) -prune -o -print) | sort
}

# ---- What must hold in it ------------------------------------------------------------------------

# Others leave things behind, which are not ours to count: they are there before and after.
dependencies() {
	inside sh -c 'apt-get -s install --no-install-recommends /tmp/*.deb' |
		sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -v lxfs
}

they_install_with_nothing_but_their_dependencies() {
	# shellcheck disable=SC2046 # a list of packages
	inside apt-get -q -y install --no-install-recommends $(dependencies)
	list_files >"$work/before"
	inside sh -c 'apt-get -q -y install --no-install-recommends /tmp/*.deb'
	inside dpkg --audit >"$work/audit"
	[ ! -s "$work/audit" ]
}

files_are_where_they_are_looked_for() {
	ask files_are_in_place
}

the_services_are_enabled() {
	wants=$root/etc/systemd/system/multi-user.target.wants
	[ -L "$wants/lxfs.service" ]
	[ -L "$wants/lxfs-metrics.service" ]
}

the_programs_run() {
	inside sh /tmp/tests/command
	[ "$(inside lxfs --version)" = "lxfs $version" ]
	[ "$(inside lxfs-injector --version)" = "lxfs-injector $version" ]
}

man_pages_render_without_a_warning() {
	ask man_pages_have_no_warnings
}

bash_loads_the_completion_and_completes() {
	ask completion_is_loaded
}

a_program_links_with_the_library_and_prints_a_view() {
	inside sh /tmp/tests/library
}

an_upgrade_keeps_what_the_administrator_changed() {
	printf 'swap=off\n' >>"$root/etc/lxfs/lxfs.conf"
	inside sh -c 'apt-get -q -y install --no-install-recommends /tmp/next/*.deb'
	inside dpkg-query -W -f '${db:Status-Abbrev} ${Version}\n' lxfs liblxfs0 liblxfs-dev >"$work/versions"
	[ "$(grep -cx "ii  $next" "$work/versions")" -eq 3 ]
	tail -n 1 "$root/etc/lxfs/lxfs.conf" | grep -qx 'swap=off'
	inside lxfs show proc/meminfo | grep -q '^SwapTotal: *0 kB$'
	the_services_are_enabled
}

a_removal_leaves_the_settings() {
	mkdir -p "$root/run/lxfs/anchors" "$root/var/lib/lxfs"
	inside apt-get -q -y remove lxfs
	grep -qx 'swap=off' "$root/etc/lxfs/lxfs.conf"
	[ ! -e "$root/usr/bin/lxfs" ]
}

a_purge_leaves_nothing() {
	inside apt-get -q -y purge '*lxfs*'
	list_files >"$work/after"
	diff "$work/before" "$work/after"
}

# ---- All of it -----------------------------------------------------------------------------------

make_root >"$work/root.log" 2>&1 &
making_root=$!
foundation they_build_from_a_fresh_clone
claim lintian_finds_nothing
wait "$making_root"
root_made=$?
making_root=
foundation a_fresh_debian_is_made
foundation they_install_with_nothing_but_their_dependencies
for name in files_are_where_they_are_looked_for the_services_are_enabled the_programs_run \
	man_pages_render_without_a_warning bash_loads_the_completion_and_completes \
	a_program_links_with_the_library_and_prints_a_view \
	an_upgrade_keeps_what_the_administrator_changed a_removal_leaves_the_settings \
	a_purge_leaves_nothing; do
	claim $name
done
echo "1..$number"
exit $failed
