#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests/packages/run.sh asks of the Debian that the packages are installed in: inside.sh QUESTION
# shellcheck disable=SC2317 # questions are asked by name
set -eu -o pipefail

where_files_are_looked_for() {
	local triplet
	triplet=$(gcc -print-multiarch)
	cat <<-FILES
		/etc/lxfs/lxfs.conf
		/lib/systemd/system/lxfs-metrics.service
		/lib/systemd/system/lxfs.service
		/usr/bin/lxfs
		/usr/bin/lxfs-injector
		/usr/bin/lxfs-runtime
		/usr/include/lxfs.h
		/usr/lib/$triplet/liblxfs.a
		/usr/lib/$triplet/liblxfs.so
		/usr/lib/$triplet/liblxfs.so.0
		/usr/lib/$triplet/pkgconfig/lxfs.pc
		/usr/lib/systemd/system/systemd-nspawn@.service.d/lxfs.conf
		/usr/lib/tmpfiles.d/lxfs.conf
		/usr/libexec/lxfs/lxfs-metrics-http
		/usr/share/bash-completion/completions/lxfs
		/usr/share/containers/oci/hooks.d/50-lxfs.json
		/usr/share/doc/lxfs/copyright
		/usr/share/lxc/config/common.conf.d/00-lxfs.conf
		/usr/share/lxfs/lxc.mount.hook
		/usr/share/man/man1/lxfs.1.gz
		/usr/share/man/man3/liblxfs.3.gz
		/usr/share/man/man5/lxfs.conf.5.gz
		/usr/share/man/man8/lxfs-injector.8.gz
		/usr/share/man/man8/lxfs-serve.8.gz
	FILES
}

files_are_in_place() {
	local file missing=0
	for file in $(where_files_are_looked_for); do
		[[ -e $file ]] || {
			echo "no $file"
			missing=1
		}
	done
	return $missing
}

man_pages_have_no_warnings() {
	local page pages warnings
	pages=$(dpkg -L lxfs liblxfs-dev lxfs-injector | grep '^/usr/share/man/.*\.gz$')
	for page in $pages; do
		warnings=$(MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
		[[ -z $warnings ]] || {
			echo "$page: $warnings"
			exit 1
		}
	done
	man lxfs | grep -q 'LXFS(1)'
}

offers() {
	local expected=$1
	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_lxfs lxfs || : # compopt fails where nothing is typed
	[[ ${COMPREPLY[*]} == "$expected" ]] || {
		echo "$* offers ${COMPREPLY[*]}, expected $expected"
		exit 1
	}
}

# bash-completion is not written for set -eu; what it loads must be.
completion_is_loaded() {
	set +eu
	# shellcheck source=/dev/null
	. /usr/share/bash-completion/bash_completion
	_completion_loader lxfs
	set -eu
	complete -p lxfs | grep -q 'complete -F _lxfs lxfs'
	offers show lxfs sho
	offers --container= lxfs show --contai
	offers proc/meminfo lxfs show proc/memi
}

"$1"
