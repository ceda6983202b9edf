#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the Debian of an image: the packages from /build/source, their next version, what tests call: all
# of it in /build/made.
set -eu
made=/build/made
rm -rf "$made"
mkdir -p "$made/packages" "$made/next" "$made/build/tests/integration" "$made/build/runtimes"

# What they need to be built is what tests/packages asks; here nothing of it is tested.
cd /build/source
DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=2" dpkg-buildpackage --no-check-builddeps -us -uc -b
mv ../lxfs_*.deb ../lxfs-metrics_*.deb "$made/packages"
cp obj-*/runtimes/*.conf obj-*/runtimes/*.json "$made/build/runtimes"
rm ../*.deb ../*.changes ../*.buildinfo
for package in "$made"/packages/*.deb; do
	tests/packages/raise-version.sh "$package" "$made/next"
done

# One of them looks into the library.
for source in tests/integration/*.c; do
	program=${source##*/}
	# shellcheck disable=SC2046 # a list of options
	cc -O2 -D_GNU_SOURCE -I bindings -o "$made/build/tests/integration/${program%.c}" "$source" \
		obj-*/bindings/liblxfs.a $(pkg-config --cflags --libs glib-2.0 libcgroup)
done
