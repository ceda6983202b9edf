#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The truth table: what programs say in a limited container, with lxfs, with LXCFS and with nothing.

LXFS_TRUTH_WRITE=1 writes docs/truth.md.
"""
import os
import pathlib
import re
import subprocess
import time

import page
import programs
import setups
from programs import FACTS, PROGRAMS
from setups import CPUS, LIMIT, LOAD, lab

TRIES = 5
OLD_ENOUGH = 60  # seconds: the kernel's own load average has come two thirds of its way
UPTIME_APART = 300
VERSIONS = [("glibc", ["ldd", "--version"]), ("busybox", ["busybox"]), ("procps", ["free", "--version"]),
            ("util-linux", ["lscpu", "--version"]), ("Python", ["/usr/bin/python3", "--version"]),
            ("Node", ["node", "--version"]), ("JVM", ["java", "--version"]), ("Go", ["go", "version"]),
            ("runc", ["runc", "--version"]), ("LXCFS", ["lxcfs", "--version"])]
# What a program can ask, by what strace(1) prints, with the path of what was opened: the first that fits.
SOURCES = [(r"= \d+</proc/(meminfo|stat|cpuinfo|loadavg|uptime)>", r"/proc/\1"),
           (r"= \d+</sys/devices/system/cpu/(online|possible|present)>", r"cpu/\1"),
           (r"= \d+</sys/devices/system/cpu\b", "cpu/cpuN"),
           (r"= \d+</sys/devices/system/(node|memory)\b", r"/sys/devices/system/\1"),
           (r"= \d+</sys/fs/cgroup\b", "cgroup files"),
           (r"\b(sysinfo|sched_getaffinity)(?:\(| resumed>).*= \d", r"\1(2)")]
CALLS = "open,openat,sysinfo,sched_getaffinity"
STRACE = f'strace -f -qq -y -o /tmp/trace -e trace={CALLS} "$@" >/dev/null 2>&1; cat /tmp/trace'

rows = {}  # program -> setup -> fact -> verdict
above = {}
asks = {}


# ---- Right or wrong ------------------------------------------------------------------------------

def is_right(where, fact, value, ages):
    """By the container's limits, its start and its tasks."""
    if fact == "memory":
        return 0 < value <= LIMIT if where.at_most else abs(value - LIMIT) <= where.grain * where.unit
    if fact == "cpus":
        return value == CPUS
    if fact == "uptime":
        return ages[0] - where.grain <= value <= ages[1] + where.grain
    return LOAD / 3 <= value <= LOAD + 4


def ask(box, program):
    """Fact -> verdict; a program on a screen that is not drawn yet is asked again."""
    for _ in range(TRIES):
        before = box.ages()[0]
        text = box.ask(program)
        answers = program.answers(text)
        if None not in answers.values():
            break
    else:
        raise lab.Failed(f"{program.title} says not all of {answers}:\n{text[-2000:]}")
    ages = (before, box.ages()[1])
    lab.note(f"{box.name}: {program.title}: {answers}, {ages[0]:.0f} to {ages[1]:.0f} s old")
    return {fact: "right" if is_right(program.facts[fact], fact, value, ages) else "wrong"
            for fact, value in answers.items()}


def fill(table, box, chosen):
    for program in chosen:
        table.setdefault(program, {})[box.name] = ask(box, program)


def wrong_cells(table, name):
    return [(program, fact) for program, seen in table.items() for fact, verdict in seen[name].items()
            if verdict == "wrong"]


def named(cells):
    return [f"{program.title}: {fact}" for program, fact in cells]


# ---- The containers ------------------------------------------------------------------------------

def host_uptime():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def await_a_difference(boxes):
    """Until nobody can take the machine's uptime and load for a container's."""
    def is_there():
        oldest = max(box.ages()[1] for box in boxes)
        youngest = min(box.ages()[0] for box in boxes)
        return (youngest > OLD_ENOUGH and host_uptime() - oldest > UPTIME_APART
                and os.getloadavg()[0] > 4 * (LOAD + 4))
    lab.wait_until(is_there, 2 * UPTIME_APART, "the host's uptime and load are not the container's")


setups.build()
setups.load_the_host()
ways = [setups.with_lxfs(), setups.with_lxcfs(), setups.with_nothing()]
boxes = {way.name: way.start() for way in ways}
below = {way.name: way.start(above=True) for way in ways}
visible = setups.with_lxfs("--cpu-possible=visible").start()
await_a_difference([*boxes.values(), *below.values()])


def the_machine_can_be_told_from_the_container():
    """memory, CPUs, uptime and load of this machine are none that a container could be thought to have"""
    mib = lab.parse_meminfo(pathlib.Path("/proc/meminfo").read_text())["MemTotal"] // 1024
    lab.check(mib > 4 * LIMIT // lab.MIB, f"{mib} MiB")
    lab.check(len(os.sched_getaffinity(0)) > CPUS, "as many CPUs as a container has")


def with_nothing_every_fact_is_wrong_somewhere():
    """with nothing there are programs that get each of memory, CPUs, uptime and load wrong"""
    fill(rows, boxes["nothing"], PROGRAMS)
    seen = {fact for _, fact in wrong_cells(rows, "nothing")}
    lab.equal(seen, set(FACTS), "what is wrong with nothing")


def with_lxcfs():
    """with LXCFS every program says something of what it is asked for"""
    fill(rows, boxes["LXCFS"], PROGRAMS)


def with_lxfs_every_cell_is_right():
    """with lxfs every program tells of the container, but where the kernel leaves no way"""
    fill(rows, boxes["lxfs"], PROGRAMS)
    wrong = wrong_cells(rows, "lxfs")
    lab.equal(named(cell for cell in wrong if not cell[0].reason), [], "wrong with lxfs")
    excused = {program for program, _ in wrong}
    lab.equal([program.title for program in PROGRAMS if program.reason and program not in excused], [],
              "right after all, and said to be impossible")


def with_cpu_possible_visible_more_is_right():
    """with cpu-possible=visible the programs that ask `possible` are right, too"""
    table = {}
    fill(table, visible, [program for program in PROGRAMS if program.setting])
    lab.equal(named(wrong_cells(table, "lxfs")), [], "wrong with cpu-possible=visible")


def limits_of_a_level_above_are_seen():
    """with lxfs the programs that read cgroup files see limits above their own cgroup, and with nothing some do not"""
    for box in below.values():
        fill(above, box, [program for program in PROGRAMS if program.reads_cgroups])
    lab.equal(named(wrong_cells(above, "lxfs")), [], "wrong with lxfs")
    lab.check(wrong_cells(above, "nothing"), "nothing is wrong with nothing")


def quota_told_to_go(box):
    """Go never takes itself for less than two CPUs: on a machine that has no more its own answer tells nothing."""
    trace = box.run("sh", "-c", STRACE.replace(CALLS, "pread64"), "sh", f"{programs.WHERE}/asks-go", "procs")
    return set(re.findall(r'cpu\.(?:cfs_quota_us|max)>, "(-?\w+)', trace))


def go_reads_the_limit_of_a_level_above():
    """Go reads a quota above its own cgroup in the cgroup files that lxfs shows, and with nothing that there is none"""
    version = first_version(["go", "version"])
    if [int(part) for part in version.split(".")[:2]] < [1, 25]:
        raise lab.Skipped(f"Go {version} reads no cgroup files")
    lab.equal(quota_told_to_go(below["lxfs"]), {str(CPUS * 100000)}, "with lxfs")
    lab.check(quota_told_to_go(below["nothing"]) in ({"-1"}, {"max"}), "with nothing")


# ---- What they ask -------------------------------------------------------------------------------

def source_of(line):
    for pattern, name in SOURCES:
        found = re.search(pattern, line)
        if found:
            return found.expand(name)
    return None


def sources(trace):
    return sorted({name for name in map(source_of, trace.splitlines()) if name})


def programs_ask_something():
    """every program is seen to ask for a file or by a system call, but for the clock that needs neither"""
    for program in PROGRAMS:
        asks[program] = sources(boxes["nothing"].run("sh", "-c", STRACE, "sh", *program.command))
    lab.equal([program.title for program, found in asks.items() if not found],
              [program.title for program in PROGRAMS if program.reason == "vdso"], "ask nothing")


# ---- The page ------------------------------------------------------------------------------------

def first_version(command):
    text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    found = re.search(r"\d+(\.\d+)+", text)
    return found[0] if found else "?"


def environment():
    release = dict(re.findall(r'(?m)^(\w+)="?(.*?)"?$', pathlib.Path("/etc/os-release").read_text()))
    layout = "v2" if lab.is_v2() else "v1"
    return f"{release['NAME'].split()[0]} {release.get('VERSION_ID', '')} with cgroup {layout}"


def seen_page():
    versions = ", ".join(f"{name} {first_version(command)}" for name, command in VERSIONS)
    kernel = "Linux " + ".".join(os.uname().release.split(".")[:2])
    order = {program: rows[program] for program in PROGRAMS}
    return page.text({"environment": environment(), "kernel": kernel, "versions": versions}, order, above, asks)


def the_page_says_what_was_seen():
    """docs/truth.md says of each cell what was seen"""
    lab.check(all(len(seen) == len(page.SETUPS) for seen in rows.values()), "not all was seen")
    seen = seen_page()
    lab.note(seen)
    if os.environ.get("LXFS_TRUTH_WRITE"):
        page.PATH.write_text(seen, encoding="utf-8")
    committed = page.PATH.read_text(encoding="utf-8")
    if page.environment(committed) != environment():
        raise lab.Skipped(f"the page is of {page.environment(committed)}, and this is {environment()}")
    lab.equal(sorted(page.cells(committed) - page.cells(seen)), [], "rows of the page that were not seen so")
    lab.equal(sorted(page.cells(seen) - page.cells(committed)), [], "rows seen that the page has not")


lab.run([
    the_machine_can_be_told_from_the_container,
    with_nothing_every_fact_is_wrong_somewhere,
    with_lxcfs,
    with_lxfs_every_cell_is_right,
    with_cpu_possible_visible_more_is_right,
    limits_of_a_level_above_are_seen,
    go_reads_the_limit_of_a_level_above,
    programs_ask_something,
    the_page_says_what_was_seen,
])
