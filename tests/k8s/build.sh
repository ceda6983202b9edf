#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds the programs of Kubernetes that are named, into build-tests/k8s, where they are missing. The
# first one takes a quarter of an hour on two cores, and some gigabytes of Go's cache.
set -u
folder=$(cd "$(dirname "$0")" && pwd) || exit 1
out=$(cd "$folder/../.." && pwd)/build-tests/k8s
version=$(sed -n 's/^require k8s.io\/kubernetes //p' "$folder/go.mod")

mkdir -p "$out" && cd "$folder" || exit 1
stamp=-X\ k8s.io/component-base/version
for program in "$@"; do
	[ -x "$out/$program" ] && continue
	CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false' nice -n 19 go build -o "$out/" \
		-ldflags "-s -w $stamp.gitVersion=$version $stamp.gitMajor=1 $stamp.gitMinor=35" \
		"k8s.io/kubernetes/cmd/$program" || exit 1
done
