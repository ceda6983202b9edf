#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Includes go down the layers of docs/architecture.md, never up or across."""

import sys

import ctext

# base 0, facts 1, host and cgroup 2, identity, history, sweep and model 3, render and view 4, tree 5.
# What each room of bindings/ may include of the others. Itself always.
ALLOWED = {
    "base": set(),
    "facts": {"base"},
    "host": {"base", "facts"},
    "cgroup": {"base", "facts"},
    "identity": {"base", "facts", "host", "cgroup"},
    "history": {"base", "facts", "host", "cgroup", "identity", "model"},
    "sweep": {"base", "facts", "cgroup"},
    "model": {"base", "facts"},
    "render": {"base", "facts", "model"},
    "view": {"base", "cgroup", "identity"},
    "tree": {"base", "facts", "host", "cgroup", "identity", "history", "sweep", "model", "render", "view"},
}

# The rooms that are pure take only these from base: no IO, no errors, no clock.
PURE_ROOMS = {"model", "render"}
PURE_BASE = {"base/scan.h", "base/number.h", "base/cpuset.h"}

# Who may include the public header: the error domain, the clock and the settings' enums are in it.
PUBLIC_HEADER = "lxfs.h"
PUBLIC_HEADER_ROOMS = {"model", "tree", "view"}
PUBLIC_HEADER_FILES = {"bindings/base/clock.h", "bindings/base/error.c", "bindings/base/error.h"}


def wrong_in_bindings(path, name):
    room = path.split("/")[1]
    if name == PUBLIC_HEADER:
        if room in PUBLIC_HEADER_ROOMS or path in PUBLIC_HEADER_FILES:
            return None
        return f"{room}/ must not include {name}"
    target = name.split("/")[0]
    if target not in ALLOWED or "/" not in name:
        return f'"{name}" is no file of bindings/: include ours by full path'
    if target != room and target not in ALLOWED[room]:
        return f"{room}/ must not include {target}/ ({name})"
    if room in PURE_ROOMS and target == "base" and name not in PURE_BASE:
        return f"{room}/ is pure: of base/ it takes only {', '.join(sorted(PURE_BASE))}, not {name}"
    return None


def wrong_in_program(name):
    if name.split("/")[0] in ALLOWED:
        return f"the program includes only {PUBLIC_HEADER} of bindings/, not {name}"
    return None


def check(path):
    if path == "bindings/" + PUBLIC_HEADER:
        return
    for line, name, quoted in ctext.includes(ctext.read(path)):
        if not quoted or name == "config.h":
            continue
        in_bindings = path.startswith("bindings/")
        wrong = wrong_in_bindings(path, name) if in_bindings else wrong_in_program(name)
        if wrong:
            yield path, line, wrong


def main():
    paths = ctext.files("bindings", "lxfs", "k8s")
    ctext.finish([finding for path in paths for finding in check(path)])


if __name__ == "__main__":
    sys.exit(main())
