#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests lxfs: sudo sh tests/run.sh [SUITE...]
#
# Without names: lint unit scenes integration replay. By name also: injector sanitizers clang
# asan-integration fuzz bench packages systemd kernels vm k8s truth, and all. On Debian it installs what is missing,
# without starting any service. The last line is "N passed, N failed, N skipped"; the exit code is 1 when
# anything failed.
set -u
top=$(cd "$(dirname "$0")/.." && pwd) || exit 1
cd "$top" || exit 1

# package:a command or file that shows that something else already provides it
packages="
	bpftool:/usr/sbin/bpftool
	busybox-static:busybox
	cgroup-tools:cgcreate
	check:/usr/include/check.h
	clang:clang
	clang-format:clang-format
	codespell:codespell
	cppcheck:cppcheck
	crun:crun
	docker.io:dockerd
	fuse3:fusermount3
	gcc:gcc
	glib-networking:/usr/lib/x86_64-linux-gnu/gio/modules/libgiognutls.so
	htop:htop
	libbpf-dev:/usr/include/bpf/skel_internal.h
	libcgroup-dev:/usr/include/libcgroup.h
	libclang-rt-14-dev:/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux
	libfuse3-dev:/usr/include/fuse3
	libglib2.0-dev:/usr/include/glib-2.0
	libgnutls28-dev:/usr/include/gnutls
	libjson-c-dev:/usr/include/json-c/json.h
	libjson-glib-dev:/usr/include/json-glib-1.0
	libseccomp-dev:/usr/include/seccomp.h
	libsoup-3.0-dev:/usr/include/libsoup-3.0
	libncurses-dev:/usr/include/ncurses.h
	libsystemd-dev:/usr/include/systemd/sd-daemon.h
	lxc:lxc-start
	lxcfs:lxcfs
	mandoc:mandoc
	meson:meson
	ninja-build:ninja
	pkgconf:pkg-config
	podman:podman
	procps:free
	python3:python3
	python3-cryptography:/usr/lib/python3/dist-packages/cryptography
	python3-jsonpatch:/usr/lib/python3/dist-packages/jsonpatch.py
	python3-yaml:/usr/lib/python3/dist-packages/yaml
	runc:runc
	shellcheck:shellcheck
	strace:strace
	sysstat:mpstat
	tmux:tmux
"
case " $* " in
*" systemd "* | *" kernels "* | *" vm "* | *" all "*)
	packages="$packages
	debian-archive-keyring:/usr/share/keyrings/debian-archive-keyring.gpg
	mmdebstrap:mmdebstrap"
	;;
esac
case " $* " in
*" kernels "* | *" vm "* | *" all "*)
	packages="$packages
	e2fsprogs:mke2fs
	qemu-system-x86:qemu-system-x86_64"
	;;
esac
case " $* " in
*" k8s "* | *" all "*)
	packages="$packages
	containerd:containerd
	containernetworking-plugins:/usr/lib/cni/bridge
	debian-archive-keyring:/usr/share/keyrings/debian-archive-keyring.gpg
	etcd-server:etcd
	iproute2:ip
	mmdebstrap:mmdebstrap"
	;;
esac
case " $* " in
*" truth "* | *" all "*)
	packages="$packages
	default-jdk-headless:javac
	golang-go:go
	mariadb-server-core:mariadbd
	musl-tools:musl-gcc
	nginx-light:nginx
	nodejs:node
	python3-psutil:/usr/lib/python3/dist-packages/psutil
	stress-ng:stress-ng"
	;;
esac
case " $* " in
*" packages "* | *" all "*)
	packages="$packages
	build-essential:/usr/share/build-essential/list
	debhelper:dh
	dpkg-dev:dpkg-buildpackage
	git:git
	lintian:lintian
	mmdebstrap:mmdebstrap"
	;;
esac

missing_packages() {
	for entry in $packages; do
		provider=${entry#*:}
		case $provider in
		/*) [ -e "$provider" ] || echo "${entry%%:*}" ;;
		*) command -v "$provider" >/dev/null || echo "${entry%%:*}" ;;
		esac
	done
}

# Asked by invoke-rc.d and deb-systemd-invoke; 101 is "not allowed": no service is started.
policy=/usr/sbin/policy-rc.d
saved_policy=$policy.before-lxfs-tests

forbid_services() {
	[ ! -e "$policy" ] || mv "$policy" "$saved_policy" || return 1
	printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
}

allow_services() {
	rm -f "$policy"
	[ ! -e "$saved_policy" ] || mv "$saved_policy" "$policy"
}

install_packages() {
	log=$(mktemp) || return 1
	forbid_services || return 1
	trap 'allow_services; rm -f "$log"' EXIT
	trap 'exit 1' HUP INT TERM
	DEBIAN_FRONTEND=noninteractive
	export DEBIAN_FRONTEND
	{
		apt-get -q update &&
			apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends --no-remove "$@"
	} >"$log" 2>&1 </dev/null
	installed=$?
	[ $installed -eq 0 ] || tail -n 20 "$log"
	allow_services
	rm -f "$log"
	trap - EXIT HUP INT TERM
	return $installed
}

give_up() {
	echo "$1"
	echo "0 passed, 1 failed, 0 skipped"
	exit 1
}

missing=$(missing_packages | tr '\n' ' ')
if [ -n "$missing" ] && command -v apt-get >/dev/null; then
	[ "$(id -u)" -eq 0 ] || give_up "not installed: $missing(run as root to install them)"
	echo "installing $missing"
	# shellcheck disable=SC2086 # a list of packages
	install_packages $missing || give_up "installing $missing: failed"
fi
command -v python3 >/dev/null || give_up "python3 is not installed"

PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
exec python3 tests/suites.py "$@" </dev/null
