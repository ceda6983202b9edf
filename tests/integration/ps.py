#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs ps: every column against what the container itself reads. Alone: it fails where somebody else's container
cannot be read."""
import json
import os
import pathlib
import pty
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

import lab
from bare import Bare
from lab import LXFS, MIB, check, equal
from listing import Listing

lab.alone()
server = lab.Server()
listing = Listing(server)

MANY = 500


# ---- Containers --------------------------------------------------------------------------------

def view_targets():
    views = [f"proc/{view}" for view in lab.VIEWS] + \
            [f"proc/pressure/{name}" for name in os.listdir("/proc/pressure")] + \
            ["sys/devices/system/cpu", "sys/devices/system/node"]
    return [view for view in views if os.path.exists(f"/{view}")]


def by_anchors(memory=64 * MIB, **options):
    files = [(server.runtime / "anchors" / view, f"/{view}") for view in view_targets()]
    return lab.Container(server, memory=memory, files=files, **options)


# ---- Figures -------------------------------------------------------------------------------------

def check_close(seen, expected, slack, what):
    check(abs(seen - expected) <= slack, f"{what}: {seen}, expected {expected} give or take {slack}")


def numbers_are_those_that_the_container_reads():
    """CPUs, memory, limit, swap and tasks are those that the container reads in /proc"""
    box = lab.Container(server, memory=64 * MIB, cpus=1)
    seen, meminfo = listing.entry(box.cgroup.path), box.meminfo()
    memory = seen["memory"]
    equal(seen["init_pid"], box.init, "init")
    equal(seen["runtime"], "plain", "runtime")
    equal(seen["cgroup"], f"/{box.cgroup.path}", "cgroup")
    equal(seen["cpus"], box.read("/proc/cpuinfo").count("processor\t:"), "CPUs")
    equal((memory["total"], memory["limited"]), (meminfo["MemTotal"] << 10, True), "memory")
    # cat itself takes some while it reads
    check_close(memory["available"], meminfo["MemAvailable"] << 10, 4 * MIB, "available")
    check_close(memory["free"], meminfo["MemFree"] << 10, 4 * MIB, "free")
    equal(memory["used"], memory["total"] - memory["available"], "used")
    equal(seen["swap"]["total"], meminfo["SwapTotal"] << 10, "swap")
    equal(seen["tasks"], len(box.cgroup.file("memory", "cgroup.procs").read_text().split()), "tasks")
    check_close(seen["cpu_nanoseconds"], box.cgroup.cpu_nsec(), 10**9, "CPU time")
    box.stop()


def the_table_says_the_same():
    """the table has id, runtime, init, CPUs, memory, limit, load, views and health"""
    box = lab.Container(server, memory=64 * MIB, cpus=1)
    cells = listing.line(box.cgroup.path)
    equal(cells[:5], [box.cgroup.path, "-", "plain", str(box.init), "1"], "id to CPUs")
    check(re.fullmatch(r"\d+(\.\d)?[KM]", cells[5]), f"memory {cells[5]}")
    equal(cells[6], "64M", "limit")
    check(re.fullmatch(r"\d+\.\d\d", cells[7]), f"load {cells[7]}")
    equal(cells[8:], ["all", "healthy"], "views and health")
    equal(listing.ps().stdout.splitlines()[0].split(),
          ["ID", "NAME", "RUNTIME", "INIT", "CPUS", "MEMORY", "LIMIT", "LOAD", "VIEWS", "HEALTH"], "titles")
    box.stop()


def without_a_limit_there_is_none():
    """a container without limits has the machine's CPUs and memory, and no limit"""
    box = lab.Container(server)
    seen = listing.entry(box.cgroup.path)
    equal(seen["cpus"], open("/proc/cpuinfo").read().count("processor\t:"), "CPUs")
    equal(seen["memory"]["limited"], False, "limited")
    equal(seen["memory"]["total"], lab.parse_meminfo(open("/proc/meminfo").read())["MemTotal"] << 10, "memory")
    equal(listing.line(box.cgroup.path)[6], "none", "limit")
    box.stop()


def show(ident):
    return subprocess.run([LXFS, "show", "--container", ident, "proc/meminfo"], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=120, check=False)


def the_beginning_of_an_id_is_enough_to_show_its_views():
    """the beginning of an id, which is all that the table has room for, will do for lxfs show"""
    box = lab.Container(server, memory=64 * MIB)
    beginning = box.cgroup.path.rpartition("-")[0] + "-"
    shown = show(beginning)
    equal((shown.returncode, shown.stderr), (0, ""), f"showing {beginning}")
    equal(lab.parse_meminfo(shown.stdout)["MemTotal"], 64 << 10, "the memory that is shown")
    other = lab.Container(server, memory=32 * MIB)
    names = " or ".join(sorted([box.cgroup.path, other.cgroup.path]))
    refused = show(beginning)
    equal((refused.returncode, refused.stdout, refused.stderr),
          (1, "", f"lxfs show: looking for the container {beginning}: it may be {names}; name more of it\n"),
          "showing one of two")
    equal(lab.parse_meminfo(show(other.cgroup.path).stdout)["MemTotal"], 32 << 10, "by the whole id")
    other.stop()
    box.stop()


def an_id_that_nobody_has_is_told():
    """a container that is not there is told in one line by lxfs show"""
    missing = show("lxfs-lab-none")
    equal((missing.returncode, missing.stderr),
          (1, "lxfs show: looking for the container lxfs-lab-none: there is none\n"), "showing none")


def the_load_is_that_which_the_container_reads():
    """load averages are the ones that the container reads, not a fresh count"""
    box = lab.Container(server, memory=64 * MIB)
    box.read("/proc/loadavg")
    burners = box.burn(sorted(os.sched_getaffinity(0))[:1])
    lab.wait_until(lambda: float(box.read("/proc/loadavg").split()[0]) > 0, 60, "the load rises")

    def agrees():
        before = box.read("/proc/loadavg").split()[:3]
        seen = listing.entry(box.cgroup.path)["load"]
        return before == box.read("/proc/loadavg").split()[:3] and [float(n) for n in before] == seen

    lab.wait_until(agrees, 60, "ps and the container agree on a load average that is no whole number")
    for burner in burners:
        lab.end(burner)
    box.stop()


# ---- Views ---------------------------------------------------------------------------------------

def views_are_those_that_are_bound():
    """views lists what is bound in the container, and nothing for one without"""
    files = [(server.mount / "proc/meminfo", "/proc/meminfo"), (server.mount / "proc/stat", "/proc/stat")]
    two = lab.Container(server, files=files)
    none = lab.Container(server, files=[])
    equal(listing.entry(two.cgroup.path)["views"], {"proc/meminfo": "healthy", "proc/stat": "healthy"}, "views")
    equal((listing.entry(none.cgroup.path)["views"], listing.entry(none.cgroup.path)["health"]), ({}, "none"), "no views")
    equal(listing.line(two.cgroup.path)[8:], [f"2/{len(view_targets())}", "healthy"], "cells of two views")
    equal(listing.line(none.cgroup.path)[8:], ["none", "-"], "cells of none")
    two.stop()
    none.stop()


def dead_views_are_said_to_be_dead():
    """views whose server hangs or has gone are dead, and ps answers all the same"""
    own = lab.Server()
    seen_by = Listing(own)
    box = lab.Container(own, files=[(own.mount / "proc/meminfo", "/proc/meminfo")])
    equal(seen_by.entry(box.cgroup.path)["health"], "healthy", "before")
    check(seen_by.document()["served"], "it is served")
    for which in ("supervisor", "worker"):
        os.kill(own.pid(which), signal.SIGSTOP)
    pids = [own.pid("supervisor"), own.pid("worker")]
    seen = seen_by.entry(box.cgroup.path)
    equal(seen["health"], "dead", "while its server does not answer")
    check(seen["load"] is not None and seen["memory"] is not None, f"figures: {seen}")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    own.process.wait()
    lab.wait_until(lambda: not seen_by.document()["served"], 20, "nothing serves")
    equal(seen_by.entry(box.cgroup.path)["views"], {"proc/meminfo": "healthy"}, "what is bound is the same mount")
    equal(seen_by.entry(box.cgroup.path)["health"], "dead", "after the loss")
    box.stop()
    own.stop()


def anchored_views_are_healthy():
    """views that were bound as anchors are counted as any others"""
    box = by_anchors()
    equal(listing.line(box.cgroup.path)[8:], ["all", "healthy"], "views and health")
    box.stop()


# ---- Order, form, errors -------------------------------------------------------------------------

def containers_are_sorted_by_any_column():
    """--sort puts the largest number first, --reverse last"""
    small, large = lab.Container(server, memory=32 * MIB), lab.Container(server, memory=96 * MIB)
    names = [small.cgroup.path, large.cgroup.path]

    def mine(*options):
        return [name for name in listing.order(*options) if name in names]

    equal(mine("--sort", "limit"), names[::-1], "by limit")
    equal(mine("--sort", "limit", "--reverse"), names, "by limit, reversed")
    equal(mine(), sorted(names), "by id")
    equal(mine("--sort", "pid"), names, "by pid")
    wrong = listing.ps("--sort", "colour", ok=False)
    equal((wrong.returncode, wrong.stderr), (2, "lxfs ps: sorting by colour: there is no such column\n"), "wrong")
    other = listing.ps("--sort", "tasks", ok=False)
    equal((other.returncode, other.stderr), (2, "lxfs ps: sorting by tasks: there is no such column\n"), "of top alone")
    small.stop()
    large.stop()


def on_a_terminal(**environment):
    """What ps prints on a terminal of its own."""
    output = []

    def read(descriptor):
        output.append(os.read(descriptor, 65536))
        return output[-1]

    before = dict(os.environ)
    os.environ.update({"TERM": "xterm", **environment})
    quiet = os.open(os.devnull, os.O_WRONLY)
    saved = os.dup(1)
    sys.stdout.flush()
    os.dup2(quiet, 1)
    try:
        pty.spawn([LXFS, "ps", "--runtime-dir", str(server.runtime)], read, lambda descriptor: b"")
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(quiet)
        os.environ.clear()
        os.environ.update(before)
    return b"".join(output).decode()


def colours_are_for_terminals():
    """colours appear on a terminal only, and never with NO_COLOR"""
    box = lab.Container(server, memory=32 * MIB)
    os.environ.pop("NO_COLOR", None)
    check("\033[32mhealthy" in on_a_terminal(), "no colour on a terminal")
    check("\033" not in on_a_terminal(NO_COLOR="1"), "colour in spite of NO_COLOR")
    check("\033" not in listing.ps().stdout, "colour in a pipe")
    box.stop()


def a_name_commands_no_terminal():
    """a cgroup whose name is a terminal's command is shown without it"""
    cgroup = lab.Cgroup(f"{lab.unique_name()}\u009b31m")
    box = lab.Container(server, memory=32 * MIB, cgroup=cgroup)
    text = listing.ps().stdout
    check("\u009b" not in text and "_31m" in text, repr(text))
    equal(listing.entry(cgroup.path)["init_pid"], box.init, "init")
    box.stop()


def what_cannot_be_written_is_not_said_to_be_done():
    for verb in (["ps"], ["ps", "--json"], ["show", "proc/meminfo"], ["metrics"], ["version"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([lab.LXFS, *verb], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        equal(done.returncode, 1, f"the exit code of {verb}")
        equal(done.stderr.splitlines()[-1], f"lxfs {verb[0]}: writing to standard output: No space left on device",
              "what is said")


def who_is_not_root_is_told():
    """without root it fails with one line"""
    done = subprocess.run(["unshare", "-U", LXFS, "ps"], capture_output=True, text=True, check=False)
    equal((done.returncode, done.stderr), (1, "lxfs ps: it must be root; run it with sudo\n"), "without root")
    done = listing.ps("argument", ok=False)
    equal((done.returncode, done.stderr), (2, "lxfs ps: argument: it takes no arguments\n"), "an argument")


def nothing_need_be_served():
    """without an lxfs it lists containers all the same"""
    box = lab.Container(server, memory=64 * MIB, files=[])
    nowhere = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-"))
    lab.at_end(nowhere.rmdir)

    def row():
        done = subprocess.run([LXFS, "ps", "--json", "--runtime-dir", str(nowhere), "--mountpoint", str(nowhere)],
                              capture_output=True, text=True, check=True)
        seen = json.loads(done.stdout)
        check(not seen["served"], "nothing is served")
        return [row for row in seen["containers"] if row["id"] == box.cgroup.path][0]
    lab.wait_until(lambda: row()["load"] == [0, 0, 0], 20, "its process has come to rest")
    equal(row()["memory"]["total"], 64 * MIB, "the limit")
    box.stop()


# ---- Many ----------------------------------------------------------------------------------------

def five_hundred_containers_are_listed():
    """500 containers are listed, each once and with its figures"""
    boxes = [Bare() for _ in range(MANY)]
    best = (float("inf"), 0)
    for _ in range(5):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        text = listing.ps("--no-header").stdout
        elapsed, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, (elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    n_mounts = len(pathlib.Path(f"/proc/{boxes[0].init}/mountinfo").read_text().splitlines())
    lab.note(f"{MANY} containers of {n_mounts} mounts in {1000 * best[0]:.0f} ms, of that {1000 * best[1]:.0f} ms of CPU time, "
             f"at a load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
    cells = {row.split()[0]: row.split() for row in text.splitlines()}
    for box in boxes:
        row = cells[box.cgroup.path]
        equal((row[3], row[6]), (str(box.init), "64M"), f"init and limit of {box.cgroup.path}")
    for box in boxes:
        box.stop()
        box.cgroup.remove()


def few_descriptors_are_enough():
    """with few descriptors to start with they are listed all the same"""
    boxes = [Bare() for _ in range(60)]

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    names = [row.split()[0] for row in listing.ps("--no-header", preexec_fn=limit).stdout.splitlines()]
    for box in boxes:
        equal(names.count(box.cgroup.path), 1, f"lines of {box.cgroup.path}")
        box.stop()
        box.cgroup.remove()


lab.run([
    numbers_are_those_that_the_container_reads,
    the_table_says_the_same,
    without_a_limit_there_is_none,
    the_beginning_of_an_id_is_enough_to_show_its_views,
    an_id_that_nobody_has_is_told,
    the_load_is_that_which_the_container_reads,
    views_are_those_that_are_bound,
    anchored_views_are_healthy,
    dead_views_are_said_to_be_dead,
    containers_are_sorted_by_any_column,
    colours_are_for_terminals,
    a_name_commands_no_terminal,
    what_cannot_be_written_is_not_said_to_be_done,
    who_is_not_root_is_told,
    nothing_need_be_served,
    five_hundred_containers_are_listed,
    few_descriptors_are_enough,
])
