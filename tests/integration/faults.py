#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window between receiving and answering, point by point: a build with -Dfaults=true
(LXFS_FAULTS_BUILD) dies there once, at each kind of request, and every call of its client completes
as if nothing had been. And a container that crashes every worker that serves it.

CHAOS=full tries every kind of request at every point."""
import os
import select
import shutil
import time

import lab
from faults_build import FAULTS, POINTS, Faulty, need_faults
from lab import MIB, check, equal
from survivors import FULL, KINDS, Readers, Survivor, judge

KINDS_OF_REQUEST = ["LOOKUP", "GETATTR", "SETATTR", "READLINK", "OPEN", "READ", "WRITE", "STATFS",
                    "RELEASE", "OPENDIR", "READDIR", "RELEASEDIR", "POLL", "INIT"]
# No text is made for these, or nobody is asked whose it is.
NOT_RENDERED = {"GETATTR", "SETATTR", "STATFS", "RELEASE", "OPENDIR", "RELEASEDIR", "INIT", "POLL"}
# FUSE_INIT is replayed from memory: it is neither received nor lies in a slot.
ONLY_REPLIED = {"INIT"}
SYSFS = "/sys/devices/system/cpu"


# ---- The client: every kind of request ---------------------------------------------------------

def read_in_pieces(path):
    """Two halves of one text: what pread says of it, and what read says across the death."""
    fd = os.open(path, os.O_RDONLY)
    text = os.read(fd, 10)
    expected = os.pread(fd, 1 << 20, 1)
    while part := os.read(fd, 500):
        text += part
    os.close(fd)
    equal(text[1:], expected, f"the text of {path}")
    return text.decode()


def links_below(folder):
    return [entry.path for entry in os.scandir(folder) if entry.is_symlink()]


def poll_pressure():
    fd = os.open("/proc/pressure/cpu", os.O_RDWR)
    os.write(fd, b"some 150000 2000000")
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    events = poller.poll(1000)
    check(events and events[0][1] & select.POLLIN, f"poll gave {events}")
    os.close(fd)


def use_everything():
    times = []
    for step in (
            lambda: check("MemTotal:          65536 kB" in read_in_pieces("/proc/meminfo"), "meminfo"),
            lambda: check("cpu0 " in read_in_pieces("/proc/stat"), "stat"),
            lambda: check(os.stat("/proc/uptime").st_size > 0, "stat(2)"),
            lambda: os.utime("/proc/pressure/cpu"),
            lambda: os.statvfs("/proc/meminfo"),
            lambda: check("online" in os.listdir(SYSFS), "names"),
            lambda: check("topology" in os.listdir(f"{SYSFS}/cpu0"), "names of cpu0"),
            lambda: [os.readlink(link) for link in links_below(f"{SYSFS}/cpu0")],
            lambda: equal(read_in_pieces(f"{SYSFS}/online"), "0\n", "online"),
            poll_pressure):
        start = time.monotonic()
        step()
        times.append(time.monotonic() - start)
    return max(times)


def reaches(point, kind):
    if kind in ONLY_REPLIED:
        return point in ("before-reply", "after-reply")
    return point != "mid-render" or kind not in NOT_RENDERED


def chosen():
    pairs = [(point, kind) for kind in KINDS_OF_REQUEST for point in POINTS if reaches(point, kind)]
    if FULL:
        return pairs
    usual = {"OPEN", "READ"}
    return [(point, kind) for point, kind in pairs if kind in usual or point == "after-reply"]


def use_everything_while(fault):
    """The longest step in seconds, and whether the fault was reached."""
    server = Faulty(fault)
    box = lab.Container(server, memory=64 * MIB, cpus=0.5)
    longest = box.call(use_everything)
    time.sleep(0.05)  # RELEASE is answered after close has returned
    deaths = server.log().count("the worker died")
    box.stop()
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)
    return longest, deaths


def a_death_at_any_point_of_any_request_is_not_noticed():
    need_faults()
    longest, unreached = 0.0, []
    for point, kind in chosen():
        try:
            seconds, deaths = use_everything_while(f"{point}:{kind}:1")
        except Exception as error:
            raise lab.Failed(f"{point}, {kind}: {error}") from error
        longest = max(longest, seconds)
        if deaths != 1:
            unreached.append(f"{point}:{kind}")
    lab.note(f"{len(chosen())} deaths, the longest call took {longest * 1000:.0f} ms")
    equal(unreached, [], "points that no request came to")
    check(longest < 1, f"a call took {longest} s")


def a_death_in_every_second_request_is_not_noticed():
    need_faults()
    _, deaths = use_everything_while("before-reply:ANY:40")
    equal(deaths, 40, "deaths")


# ---- The poison container ----------------------------------------------------------------------

def primary(cgroup):
    """The folder of the hierarchy that names a container: memory's on v1."""
    return str(cgroup.folders.get("memory") or cgroup.folders[""])


def drink(seconds):
    """Reads until the workers stop dying; the texts and the errors."""
    texts, errors, end = [], [], time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with open("/proc/meminfo", encoding="ascii") as file:
                texts.append(file.readline())
        except OSError as error:
            errors.append(error.errno)
        time.sleep(0.01)
    return texts, errors


def a_container_that_crashes_workers_is_quarantined_and_no_other_loses_a_read():
    need_faults()
    cgroup = lab.Cgroup()
    server = Faulty("mid-render:READ:1000000:crash", primary(cgroup))
    readers = Readers(server, KINDS[1:])
    box = lab.Container(server, memory=64 * MIB, cgroup=cgroup)
    texts, errors = box.call(drink, 3)
    deaths = server.log().count("the worker died")
    lab.note(f"{deaths} deaths, {len(errors)} errors and {len(texts)} texts for the poisonous one")
    equal(deaths, 3, "deaths until the quarantine")
    equal(errors, [5], "the request that killed two workers")
    with open("/proc/meminfo", encoding="ascii") as file:
        equal(set(texts), {file.readline()}, "what the poisonous one reads now: the host's own")
    judge("beside a poisonous container", readers.end(), longest_ms=400)


# ---- A program that dies in the new worker's first step ------------------------------------------

def a_new_program_whose_worker_dies_after_the_old_one_was_ended_is_rolled_back():
    need_faults()

    class Installed(Survivor):
        def start(self):
            self.program = self.folder / "lxfs"
            shutil.copy2(lab.LXFS, self.program)
            super().start()

    server = Installed()
    fault = f'#!/bin/sh\nLXFS_FAULT=before-reply:INIT:1000:crash exec {os.path.abspath(FAULTS)} "$@"\n'
    (server.folder / "new").write_text(fault)
    (server.folder / "new").chmod(0o755)
    readers = Readers(server, KINDS[1:3])
    (server.folder / "new").rename(server.program)
    done = server.reload()
    equal(done.returncode, 1, "exit code")
    check("rolled back" in done.stderr, done.stderr)
    server.await_serving()
    time.sleep(0.5)
    judge("over a roll-back", readers.end())


# ---- Workers that die, and no request is to blame ------------------------------------------------

def totals_until(what, seconds):
    """The different first lines of meminfo, in their order, until it is that one; any error ends it."""
    lines, end = [], time.monotonic() + seconds
    while what not in lines and time.monotonic() < end:
        with open("/proc/meminfo", encoding="ascii") as file:
            line = file.readline()
        if line not in lines[-1:]:
            lines.append(line)
    return lines


def workers_that_die_of_no_request_serve_the_hosts_own_text_for_half_a_minute():
    need_faults()
    server = Faulty("before-receive:READ:3:crash")
    box = lab.Container(server, memory=64 * MIB)
    with open("/proc/meminfo", encoding="ascii") as file:
        host = file.readline()
    own = "MemTotal:          65536 kB\n"
    equal(box.call(totals_until, host, 20), [own, host], "what it reads over three deaths")
    equal(server.log().count("trying again"), 3, "deaths")
    if FULL:
        equal(box.call(totals_until, own, 60), [host, own], "what it reads after half a minute")
    equal(server.log().count("trying again"), 3, "deaths")


lab.run([
    a_death_at_any_point_of_any_request_is_not_noticed,
    a_death_in_every_second_request_is_not_noticed,
    a_container_that_crashes_workers_is_quarantined_and_no_other_loses_a_read,
    a_new_program_whose_worker_dies_after_the_old_one_was_ended_is_rolled_back,
    workers_that_die_of_no_request_serve_the_hosts_own_text_for_half_a_minute,
])
