#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The newest entry of debian/changelog is of the version that meson builds.
cd "$(dirname "$0")/../.." || exit 1

built=$(sed -n "s/^  version: '\(.*\)',$/\1/p" meson.build)
packaged=$(sed -n '1s/^lxfs (\([^)]*\)).*/\1/p' debian/changelog)
[ "$built" = "$packaged" ] || {
	echo "debian/changelog:1: it is of version $packaged, meson.build of $built"
	exit 1
}
