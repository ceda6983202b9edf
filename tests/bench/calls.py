#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What sysinfo(2) costs its caller: carried out by the kernel, answered by lxfs on a listener, and in containers of LXC
answered through their monitors by lxfs and by a server that reads the container's files anew for each call, as LXD does.

Prints a Markdown table. Needs root and LXC. Whatever it starts or makes is ended and removed, also when it fails.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/integration"))

import engines  # noqa: E402
import lab  # noqa: E402
from lab import MIB, check  # noqa: E402

ROUNDS, CALLS = 200, 50
SKIPPED = 77  # what meson takes for "could not run here"
LOOP = lab.BUILD / "tests/bench/call_loop"
ANEW = lab.BUILD / "tests/bench/anew_server"
CALLER = lab.BUILD / "tests/integration/caller"


def cpu_nsec(pid):
    """CPU time that all threads of a process have used."""
    return sum(int(path.read_text().split()[0]) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))


class Course:
    """A call_loop in some container, and what it has taken. `answers` is the process that answers, None: the kernel."""

    def __init__(self, name, folder, total, answers):
        self.name, self.total, self.answers = name, total, answers
        self.took_nsec, self.cpu_nsec = [], []
        for fifo in ("go", "took"):
            os.mkfifo(folder / fifo)
        # Both ends of both: nobody waits for the other one to open it.
        self.go, self.took = (os.fdopen(os.open(folder / fifo, os.O_RDWR), "r+b", buffering=0) for fifo in ("go", "took"))

    def run(self):
        before = cpu_nsec(self.answers) if self.answers else 0
        self.go.write(f"{CALLS}\n".encode())
        nsec, total = map(int, self.took.readline().split())
        check(self.total in (None, total), f"{self.name}: told {total}")
        self.took_nsec.append(nsec)
        self.cpu_nsec.append(((cpu_nsec(self.answers) if self.answers else 0) - before) / CALLS)


def temporary(stem):
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"lxfs-{stem}-"))
    lab.at_end(lambda: subprocess.run(["rm", "-rf", str(folder)], check=True))
    folder.chmod(0o755)
    return folder


def in_a_container(name, server, total, answers, *prefix):
    folder = temporary("course")
    course = Course(name, folder, total, answers)
    lab.Container(server, memory=256 * MIB).popen(*map(str, prefix), str(LOOP), str(folder))
    return course


def in_lxc(name, socket, answers):
    """Its init is the loop. And the container."""
    made = []

    def prepare(root):
        engines.add_program(root, LOOP)
        made.append(Course(name, root / "tmp", 256 * MIB, answers))
        (root / "bin/sleep").unlink()
        (root / "bin/sleep").write_text("#!/bin/sh\nexec /bin/call_loop /tmp\n")
        (root / "bin/sleep").chmod(0o755)
    common = temporary("common")
    (common / "00.conf").write_text(f"lxc.seccomp.profile = {TOP}/runtimes/lxc.sysinfo.seccomp\n"
                                    f"lxc.seccomp.notify.proxy = unix:{socket}\n")
    box = engines.LxcBox(common, prepare=prepare)
    return made[0], box


def anew_course(name):
    folder = temporary("anew")
    socket, link = folder / "socket", folder / "memory"
    process = subprocess.Popen([ANEW, socket, link], stdin=subprocess.DEVNULL)
    lab.at_end(lambda: lab.end(process))
    lab.wait_until(socket.exists, 20, "the server that reads anew listens")
    course, box = in_lxc(name, socket, process.pid)
    link.symlink_to((lab.CGROUPS if lab.is_v2() else lab.CGROUPS / "memory") / f"{box.name}-container")
    return course


def courses(server):
    worker = server.pid("worker")
    return [in_a_container("the kernel", server, None, None),
            in_a_container("lxfs, listener", server, 256 * MIB, worker, CALLER, server.runtime / "seccomp", "run"),
            in_lxc("lxfs, LXC's monitor", server.runtime / "seccomp-lxc", worker)[0],
            anew_course("read anew, LXC's monitor")]


def bench():
    """In turns, so that whatever else the machine does hits all alike."""
    engines.need("lxc-start")
    all_of_them = courses(lab.Server("--sysinfo=on"))
    for _ in range(ROUNDS):
        for course in all_of_them:
            course.run()
    print("| answered by | µs | times the kernel's | µs of CPU in who answers | times the last row's |")
    print("|---|---:|---:|---:|---:|")
    kernel, anew = statistics.median(all_of_them[0].took_nsec), statistics.median(all_of_them[-1].cpu_nsec)
    for course in all_of_them:
        took, cpu = statistics.median(course.took_nsec), statistics.median(course.cpu_nsec)
        print(f"| {course.name} | {took / 1000:.2f} | {took / kernel:.0f} | {cpu / 1000:.1f} | {cpu / anew:.2f} |")


if __name__ == "__main__":
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
        print("calls: skipped: needs root and /dev/fuse", file=sys.stderr)
        sys.exit(SKIPPED)
    lab.adopt_orphans()
    try:
        bench()
    except lab.Skipped as skipped:
        print(f"calls: skipped: {skipped}", file=sys.stderr)
        sys.exit(SKIPPED)
