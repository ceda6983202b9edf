#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs in a cgroup namespace of its own, as a pod has one: every other container's cgroup would be /../../x.

In a PID namespace of its own, whose first process stands for the host's.
"""
import os
import subprocess
import sys

import lab
from lab import MIB, check, equal

INSIDE = "LXFS_HOME_TEST_INSIDE"
KINDS = ["-m -p -f --mount-proc", "-m -p -f -C --mount-proc"]


def in_a_namespace(group):
    enter = " && ".join(f"echo $$ > {folder}/cgroup.procs" for folder in group.folders.values())
    return ["sh", "-c", f'{enter} && exec unshare -C "$@"', "sh"]


def total_mib(box):
    return lab.parse_meminfo(box.read("/proc/meminfo"))["MemTotal"] // 1024


def each_container_sees_its_own():
    server = lab.Server(prefix=in_a_namespace(lab.Cgroup()))
    for flags in KINDS:
        equal(total_mib(lab.Container(server, memory=64 * MIB, flags=flags)), 64, f"MiB, {flags}")


def every_container_is_listed():
    prefix = in_a_namespace(lab.Cgroup())
    server = lab.Server(prefix=prefix)
    boxes = [lab.Container(server, memory=64 * MIB, flags=flags) for flags in KINDS]
    listed = subprocess.run([*prefix, lab.LXFS, "ps", "--runtime-dir", str(server.runtime)], capture_output=True,
                            text=True, check=True).stdout
    for box in boxes:
        check(f" {box.init} " in listed, f"{box.init} is not among {listed}")


TESTS = [
    each_container_sees_its_own,
    every_container_is_listed,
]

if __name__ == "__main__":
    if not os.environ.get(INSIDE):
        os.environ[INSIDE] = "yes"
        os.execvp("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                              "--propagation", "private", sys.executable, *sys.argv])
    lab.run(TESTS)
