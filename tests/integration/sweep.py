#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sweep: a pass over all tasks in the kernel counts as the files of /proc do, the sampler makes one when
many tasks are to be counted, and where it is refused nothing is lost."""
import json
import os
import pathlib
import shutil
import signal
import subprocess

import lab
from lab import check, equal

PROGRAMS = lab.BUILD / "tests/integration"
CROWD = 400  # more than the sampler counts by files
BPFTOOL = shutil.which("bpftool") or "/usr/sbin/bpftool"
LINK = "anon_inode:bpf_link"  # what holds the program


def kernel_number():
    return tuple(int(word) for word in os.uname().release.split("-")[0].split(".")[:2])


def need_bpf():
    """The one kernel that may refuse is one that cannot."""
    said = counts_of(os.getpid())["sweep"]
    if "built without it" in said:
        raise lab.Skipped("built without BPF")
    if kernel_number() < (5, 17) or not pathlib.Path("/sys/kernel/btf/vmlinux").exists():
        raise lab.Skipped(f"this kernel cannot: {said}")


# ---- The two counts ------------------------------------------------------------------------------

def counts_of(pid):
    """{"files": "R D", "sweep": "R D"}"""
    done = subprocess.run([PROGRAMS / "sweep_beside_files", str(pid)], capture_output=True, text=True, check=True)
    files, sweep = done.stdout.splitlines()
    equal(files.split()[0], "files", "the first line")
    return {"files": files.split(" ", 1)[1], "sweep": sweep.removeprefix("sweep ")}


def start_tasks(box, letters, cgroup=None):
    tasks = box.popen(PROGRAMS / "tasks_in_states", letters, cgroup=cgroup, stdin=subprocess.PIPE,
                      stdout=subprocess.PIPE, text=True)
    equal(tasks.stdout.readline(), "up\n", f"the tasks {letters}")
    return tasks


def counted(pid, running, blocked, what):
    """By both; processes take a moment to get where they go."""
    wanted = {"files": f"{running} {blocked}", "sweep": f"{running} {blocked}"}
    seen = []

    def holds():
        seen[:] = [counts_of(pid)]
        return seen[0] == wanted
    lab.wait_until(holds, 30, f"{what}: {wanted}")
    for _ in range(5):
        equal(counts_of(pid), wanted, what)


def a_sweep_counts_as_the_files_do():
    """a sweep counts running and blocked tasks as the files do, threads too, and no others"""
    need_bpf()
    box, neighbour, idle = (lab.Container(server) for _ in range(3))
    start_tasks(box, "RSRDSTDZRDD")
    start_tasks(neighbour, "RDSS")
    counted(box.init, 3, 4, "a container")
    counted(neighbour.init, 1, 1, "its neighbour")
    counted(idle.init, 0, 0, "an idle one")


def cgroups_within_count_for_those_around_them():
    """tasks in cgroups of a container count for it, and for none beside it"""
    need_bpf()
    outer = lab.Container(server)
    within = lab.Cgroup(parent=outer.cgroup, limited=False)
    deep = lab.Cgroup(parent=within, limited=False)
    inner = lab.Container(server, cgroup=deep)
    start_tasks(outer, "RD")
    start_tasks(inner, "RRD")
    counted(inner.init, 2, 1, "the inner one")
    counted(outer.init, 3, 2, "the outer one")


# ---- The sampler ---------------------------------------------------------------------------------

def links(server_):
    """Of the worker, the numbers of the links by which its programs in the kernel live."""
    folder = pathlib.Path(f"/proc/{server_.pid('worker')}")
    fds = [fd for fd in os.listdir(folder / "fd") if lab.link_or_none(folder / "fd" / fd) == LINK]
    lines = [line.split() for fd in fds for line in (folder / "fdinfo" / fd).read_text().splitlines()]
    return [int(line[1]) for line in lines if line[0] == "link_id:"]


def is_in_the_kernel(link):
    """Asks bpftool(8), which lxfs with BPF is built with."""
    shown = subprocess.run([BPFTOOL, "-j", "link", "show"], capture_output=True, text=True, check=True)
    return link in [row["id"] for row in json.loads(shown.stdout)]


def load_of(box):
    return float(box.read("/proc/loadavg").split()[0])


def rises_from(box, before):
    lab.wait_until(lambda: load_of(box) > before, 30, f"the load rises from {before}")


def rises(box, tasks):
    """Its load, from what it was to that of the tasks, slowly."""
    before = load_of(box)
    check(before <= 1, f"{before} before anything runs")
    start_tasks(box, tasks)
    rises_from(box, before)


def a_few_tasks_are_not_swept():
    """a few tasks are not worth a program in the kernel"""
    need_bpf()
    lab.need_controller("pids")
    mine = lab.Server()
    rises(lab.Container(mine), "RR")
    equal(links(mine), [], "programs in the kernel for a few tasks")


def a_crowd_is_swept():
    """a crowd is swept, and what a killed worker had in the kernel goes with it"""
    need_bpf()
    mine = lab.Server()
    box = lab.Container(mine)
    rises(box, "RR" + "S" * CROWD)
    lab.wait_until(lambda: len(links(mine)) == 1, 30, "a program in the kernel")
    link, worker = links(mine)[0], mine.pid("worker")
    check(is_in_the_kernel(link), f"bpftool shows no link {link}")
    os.kill(worker, signal.SIGKILL)
    lab.wait_until(lambda: mine.pid("worker") != worker, 30, "another worker")
    lab.wait_until(lambda: not is_in_the_kernel(link), 30, "the program of the killed worker goes")
    load_of(box)
    lab.wait_until(lambda: len(links(mine)) == 1, 30, "a program of the new worker's")


def where_bpf_is_refused_files_are_read():
    """where bpf(2) is refused the log says so once, and load averages go on"""
    need_bpf()
    mine = lab.Server(prefix=[PROGRAMS / "without_bpf", "env", "G_MESSAGES_DEBUG=lxfs"])
    box = lab.Container(mine)
    said = "Operation not permitted, ignoring: files of /proc are read instead"
    rises(box, "RR" + "S" * CROWD)
    lab.wait_until(lambda: said in mine.log(), 30, "a line in the log")
    rises_from(box, load_of(box))
    equal(mine.log().count(said), 1, "lines in the log")
    equal(links(mine), [], "programs in the kernel")


# ---- The doctor ----------------------------------------------------------------------------------

def finding(*prefix):
    """(severity, text) of what `lxfs doctor` says of it."""
    done = subprocess.run([*prefix, lab.LXFS, "doctor", "--json"], capture_output=True, text=True, check=False)
    found = [row for row in json.loads(done.stdout)["findings"] if "BPF" in row["text"]]
    equal(len(found), 1, f"findings: {done.stdout} {done.stderr}")
    return found[0]["severity"], found[0]["text"]


def doctor_says_whether_tasks_can_be_swept():
    """`lxfs doctor` finds the sweep well where it is possible, and says why where it is refused"""
    need_bpf()
    equal(finding(), ("ok", "BPF task iterator is there"), "possible")
    severity, text = finding(PROGRAMS / "without_bpf")
    equal(severity, "note", text)
    check("Operation not permitted" in text, text)


server = lab.Server()
lab.run([
    a_sweep_counts_as_the_files_do,
    cgroups_within_count_for_those_around_them,
    a_few_tasks_are_not_swept,
    a_crowd_is_swept,
    where_bpf_is_refused_files_are_read,
    doctor_says_whether_tasks_can_be_swept,
])
