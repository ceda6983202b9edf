#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the programs of Kubernetes that are named, and helm, into build-tests/k8s, where they are
# missing. The first one takes a quarter of an hour on two cores, and some gigabytes of Go's cache.
set -u
folder=$(cd "$(dirname "$0")" && pwd) || exit 1
out=$(cd "$folder/../.." && pwd)/build-tests/k8s

# The version of a module that is required here.
version() {
	sed -n "s|^require $1 ||p" go.mod
}

build() {
	CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false' nice -n 19 go build -o "$out/" -ldflags "-s -w $1" "$2"
}

mkdir -p "$out" || exit 1
for program in "$@"; do
	[ -x "$out/$program" ] && continue
	case $program in
	helm)
		# What it requires is not what Kubernetes does: a module of its own.
		cd "$folder/helm" || exit 1
		build "-X helm.sh/helm/v3/internal/version.version=$(version helm.sh/helm/v3)" helm.sh/helm/v3/cmd/helm || exit 1
		;;
	*)
		cd "$folder" || exit 1
		stamp=-X\ k8s.io/component-base/version
		build "$stamp.gitVersion=$(version k8s.io/kubernetes) $stamp.gitMajor=1 $stamp.gitMinor=35" \
			"k8s.io/kubernetes/cmd/$program" || exit 1
		;;
	esac
done
