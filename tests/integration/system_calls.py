#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The budget: what the whole worker asks of the kernel while a file that was read before is read."""
import collections
import os
import re
import time

import lab
from cgroups_seen import limit_file, main_hierarchy
from lab import MIB, check

READS = 10
HOT_LIMIT = 25  # system calls for open, read to the end, close
VIEW_LIMIT = 32
FORBIDDEN = {"clone", "clone3", "fork", "vfork", "setns", "unshare", "execve", "pidfd_open"}
# The look of a thread that rests whether it is needed: one in a millisecond at most, and strace makes them long.
LOOK = re.compile(r"(read|timerfd_settime)\(\d+<anon_inode:\[timerfd\]>|poll\(\[\{fd=\d+</dev/fuse>")
FLAGS = {"no cgroup namespace": "-m -p -f --mount-proc",
         "cgroup namespace": "-m -p -f --mount-proc -C"}
FILES = [f"/proc/{view}" for view in lab.VIEWS if os.path.exists(f"/proc/{view}")]
VIEW = "the cgroup view"
FILES += ["/sys/devices/system/cpu/online", "/proc/pressure/cpu"]

server = lab.Server()


def read_to_the_end(path):
    fd = os.open(path, os.O_RDONLY)
    while os.read(fd, 65536):
        pass
    os.close(fd)


def limit_in_view(box):
    """The container's limit in the cgroup view."""
    path = "" if "-C" in box.flags else box.cgroup.path
    return str(server.mount / "cgroup" / main_hierarchy() / path / limit_file())


def read_all(files):
    """Every file some times, each in a span of time of its own."""
    spans = {}
    for path in files:
        begin = time.time()
        for _ in range(READS):
            read_to_the_end(path)
        time.sleep(0.1)  # the closing is answered later
        spans[path] = (begin, time.time())
        time.sleep(0.01)
    return spans


def warm_up_and_read(files, ready, go):
    for path in files:
        for _ in range(3):
            read_to_the_end(path)
    os.write(ready, b"x")
    os.read(go, 1)
    return read_all(files)


def counts(flags):
    """path -> how often each system call was made for one reading, averaged."""
    box = lab.Container(server, memory=256 * MIB, cpus=0.5, flags=flags)
    ready, go = os.pipe(), os.pipe()
    view = limit_in_view(box)
    call = box.start(warm_up_and_read, [*FILES, view], ready[1], go[0])
    os.read(ready[0], 1)
    with lab.Trace(server.pid("worker"), "-y") as trace:
        os.write(go[1], b"x")
        spans = call.result()
    lines = [(at, line.split("(")[0]) for at, line in trace.lines() if not LOOK.match(line)]
    return {path: collections.Counter(name for at, name in lines if begin <= at <= end)
            for path, (begin, end) in ((VIEW if path == view else path, span) for path, span in spans.items())}


_counts = {}


def counts_once(kind):
    if kind not in _counts:
        _counts[kind] = counts(FLAGS[kind])
    return _counts[kind]


def check_budget(kind):
    for path, calls in counts_once(kind).items():
        words = ", ".join(f"{name} {number / READS:g}" for name, number in calls.most_common())
        lab.note(f"{path}: {calls.total() / READS:g}: {words}")
    meminfo = counts_once(kind)["/proc/meminfo"].total() / READS
    check(0 < meminfo < HOT_LIMIT, f"{meminfo} system calls for meminfo")
    view = counts_once(kind)[VIEW].total() / READS
    check(0 < view < VIEW_LIMIT, f"{view} system calls for a limit in the cgroup view")


def hot_reads_stay_in_the_budget_without_a_cgroup_namespace():
    check_budget("no cgroup namespace")


def hot_reads_stay_in_the_budget_with_a_cgroup_namespace():
    check_budget("cgroup namespace")


def nothing_is_forked_and_no_namespace_entered():
    for kind in FLAGS:
        for path, calls in counts_once(kind).items():
            check(not FORBIDDEN & set(calls), f"{path} with {kind}: {FORBIDDEN & set(calls)}")


def a_text_is_asked_for_at_once_however_long():
    for kind in FLAGS:
        for path, calls in counts_once(kind).items():
            # Before it, where names are asked for: LOOKUP. Then OPEN, READ, READ at the end, RELEASE.
            check(calls["read"] / READS < (7 if path == VIEW else 5), f"{path}: {calls['read'] / READS} requests")


lab.run([
    hot_reads_stay_in_the_budget_without_a_cgroup_namespace,
    hot_reads_stay_in_the_budget_with_a_cgroup_namespace,
    nothing_is_forked_and_no_namespace_entered,
    a_text_is_asked_for_at_once_however_long,
])
