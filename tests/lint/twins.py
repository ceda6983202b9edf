#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every module of bindings/ has a unit test of its name, listed in tests/unit/meson.build."""

import os
import re
import sys

import ctext

LIST = "tests/unit/meson.build"
FUZZERS = "tests/fuzz/meson.build"

# Modules without a test of their own, and why.
WITHOUT = {
    "base/clock": "two calls of the C library",
    "base/error": "every test of a failure goes through it",
    "base/fd": "tested through base/sysroot and cgroup/level",
    "base/sysroot": "tested by every test that reads a folder",
    "cgroup/cgroup": "tested through cgroup/level",
    "cgroup/hierarchies": "asks the live host: tested by integration",
    "cgroup/cpuacct": "tested through cgroup/cpu_usage",
    "identity/ladder": "tested through identity/identity",
    "sweep/active.bpf": "runs in the kernel: tested by integration",
    "sweep/no_program": "has nothing to test",
    "sweep/program": "the live kernel takes it or not: tested by integration",
    "view/asker": "tested through view/place, its rights by integration",
    "view/view": "puts the others together: tested by all of them",
    "view/xattrs": "not of every file system: tested by integration",
    "host/host": "a table of paths over base/sysroot: tested by the scenes",
}
# Rooms whose files are tested as a chain.
WITHOUT_ROOMS = {"tree": "recipes and the table of nodes: tested by the scenes"}


def module_of(path):
    return os.path.splitext(path)[0].split("/", 1)[1]


def tested_as(module):
    """v1 and v2 halves of a reader are tested with their whole."""
    return re.sub(r"_v[12]$", "", module)


def unlisted_fuzzers():
    listed = set(re.findall(r"'(\w+)'", ctext.read(FUZZERS)))
    for path in ctext.files("tests/fuzz", suffixes=(".c",)):
        name = re.fullmatch(r"tests/fuzz/fuzz_(\w+)\.c", path)
        if name and name[1] not in listed:
            yield (FUZZERS, 1, f"'{name[1]}' is not listed: it is never built")


def main():
    listed = set(re.findall(r"'(\w+)'", ctext.read(LIST)))
    findings = []
    for path in ctext.files("bindings", suffixes=(".c",)):
        module = module_of(path)
        room = module.split("/")[0]
        name = tested_as(module).replace("/", "_")
        test = os.path.join(ctext.TOP, f"tests/unit/test_{name}.c")
        if os.path.exists(test):
            if name not in listed:
                findings.append((LIST, 1, f"'{name}' is not listed: its test never runs"))
        elif module not in WITHOUT and room not in WITHOUT_ROOMS:
            findings.append((path, 1, f"no unit test tests/unit/test_{name}.c"))
    findings += unlisted_fuzzers()
    ctext.finish(findings)


if __name__ == "__main__":
    sys.exit(main())
