#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The same package with a higher version, as an upgrade brings it: raise-version.sh FILE.deb FOLDER
set -eu
version=$(dpkg-deb -f "$1" Version)
next=$version+1
folder=$2/$(dpkg-deb -f "$1" Package)
dpkg-deb -R "$1" "$folder"
sed -i "s/^Version: .*/Version: $next/; s/(= $version)/(= $next)/" "$folder/DEBIAN/control"
dpkg-deb --root-owner-group -b "$folder" "$folder.deb"
rm -r "$folder"
