#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The manifests in k8s/ as a real kubectl of the release in go.mod takes them. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1

if ! [ -x build-tests/k8s/kubectl ]; then
	command -v go >/dev/null ||
		{ echo '1..0 # SKIP Kubernetes is built by Go, which is not installed'; exit 0; }
	sh tests/k8s/build.sh kubectl >&2 || { echo 'Bail out! kubectl could not be built'; exit 1; }
fi
PATH=$PWD/build-tests/k8s:$PATH exec tests/injector/manifests.py
