#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""debian/ knows all that meson knows: each file that is installed is in one package, each library that
is built with is a build dependency, and tests/run.sh installs that, too."""

import fnmatch
import glob
import json
import os
import re
import subprocess
import sys

import ctext

BUILD = os.environ.get("LXFS_BUILD", os.path.join(ctext.TOP, "build-tests/gcc"))

# meson's name for it: Debian's.
PACKAGE_OF = {
    "check": "check",
    "fuse3": "libfuse3-dev",
    "gio-2.0": "libglib2.0-dev",
    "gio-unix-2.0": "libglib2.0-dev",
    "glib-2.0": "libglib2.0-dev",
    "gnutls": "libgnutls28-dev",
    "json-c": "libjson-c-dev",
    "json-glib-1.0": "libjson-glib-dev",
    "libbpf": "libbpf-dev",
    "libcgroup": "libcgroup-dev",
    "libseccomp": "libseccomp-dev",
    "libsoup-3.0": "libsoup-3.0-dev",
    "libsystemd": "libsystemd-dev",
    "ncursesw": "libncurses-dev",
}
OF_THE_C_LIBRARY = {"threads", "dl", "m"}


# ---- Files -------------------------------------------------------------------------------------


def installed():
    """As paths below the root, whatever the prefix of this build is."""
    listed = subprocess.run(
        ["meson", "introspect", "--installed", BUILD], capture_output=True, text=True, check=True
    )
    return sorted({re.sub(r"^/(usr/local|usr)/", "usr/", path) for path in json.loads(listed.stdout).values()})


def patterns():
    """(list, pattern) of all files and folders that go into some package, or into none on purpose."""
    paths = glob.glob(f"{ctext.TOP}/debian/*.install") + [f"{ctext.TOP}/debian/not-installed"]
    for path in sorted(paths):
        with open(path, encoding="utf-8") as file:
            for line in file:
                yield os.path.relpath(path, ctext.TOP), line.split()[0]


def holds(pattern, path):
    """As dh_install has it: a folder holds all that lies below it."""
    parts = path.split("/")
    parents = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    return any(
        parent.count("/") == pattern.count("/") and fnmatch.fnmatchcase(parent, pattern)
        for parent in parents
    )


def check_files():
    known = list(patterns())
    for path in installed():
        lists = [name for name, pattern in known if holds(pattern, path)]
        if not lists:
            yield "debian/lxfs.install", 1, f"{path} is in no package: add it here, or where it belongs"
        elif len(lists) > 1:
            yield lists[0], 1, f"{path} is also in {', '.join(lists[1:])}"


# ---- Libraries ---------------------------------------------------------------------------------


def libraries():
    for path in ctext.files("bindings", "k8s", "lxfs", "tests", suffixes=("meson.build",)) + ["meson.build"]:
        for number, line in enumerate(ctext.read(path).split("\n"), 1):
            for name in re.findall(r"\bdependency\('([^']+)'", line):
                if name not in OF_THE_C_LIBRARY:
                    yield path, number, name


def check_libraries():
    control = re.sub(r"^(?!Build-Depends| ).*$", "", ctext.read("debian/control").split("\n\n")[0], flags=re.M)
    ours = set(re.findall(r"[a-z0-9][a-z0-9.+-]+", control))
    for path, number, name in libraries():
        package = PACKAGE_OF.get(name)
        if not package:
            yield path, number, f"{name}: say in tests/lint/packaging.py which package of Debian has it"
            continue
        if package not in ours:
            yield "debian/control", 1, f"Build-Depends lacks {package}, which has {name} of {path}"
        if f"\n\t{package}:" not in ctext.read("tests/run.sh"):
            yield "tests/run.sh", 1, f"{package} is not installed, which has {name} of {path}"


def main():
    if not os.path.exists(f"{BUILD}/build.ninja"):
        print(f"no {BUILD}: build first, or say where in LXFS_BUILD")
        sys.exit(77)
    ctext.finish([*check_files(), *check_libraries()])


if __name__ == "__main__":
    sys.exit(main())
