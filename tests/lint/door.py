#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kernel paths, libcgroup and FUSE each have one door."""

import re
import sys

import ctext

# Where the library may spell a path of the kernel's file systems.
PATH_ROOMS = (
    "bindings/base/sysroot.",
    "bindings/host/",
    "bindings/cgroup/",
    "bindings/identity/",
    "bindings/tree/nodes",
    "bindings/tree/table",
    "bindings/tree/mirror",
    "bindings/view/",
)
PATH_LITERAL = re.compile(r'"(?:/?(?:proc|sys)/|/(?:proc|sys)")')

LIBCGROUP_FILE = "bindings/cgroup/hierarchies.c"
FUSE_ROOM = "lxfs/serve/"
FUSE_HEADER = re.compile(r"(^|/)(fuse(_\w+)?\.h$|fuse3?/)")


def path_literals(path, text):
    if path.startswith(PATH_ROOMS) or not path.startswith("bindings/"):
        return
    for number, line in enumerate(ctext.without_comments(text).split("\n"), 1):
        if PATH_LITERAL.search(line):
            yield path, number, "a path of the kernel outside the rooms that may open one"


def headers(path, text):
    for number, name, quoted in ctext.includes(text):
        if "libcgroup" in name and path != LIBCGROUP_FILE:
            yield path, number, f"libcgroup is used in {LIBCGROUP_FILE} only"
        if not quoted and FUSE_HEADER.search(name) and not path.startswith(FUSE_ROOM):
            yield path, number, f"FUSE is known in {FUSE_ROOM} only"


def main():
    findings = []
    for path in ctext.files("bindings", "lxfs", "k8s"):
        text = ctext.read(path)
        findings += list(path_literals(path, text)) + list(headers(path, text))
    ctext.finish(findings)


if __name__ == "__main__":
    sys.exit(main())
