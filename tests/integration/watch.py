#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`lxfs attach --watch`: containers get the views as they come.

In a PID namespace and a mount namespace of its own, as attach.py: it would see everybody's containers.
"""
import os
import signal
import subprocess
import sys

import engines
import heal
import lab
from attach import bare, check_host, check_served, forget_other_procfs, mounts
from engines import Bundle, DockerBox, Oci, OciBox
from lab import check, equal

INSIDE = "LXFS_WATCH_TEST_INSIDE"


class Watcher:
    """A program that watches, and what it has said."""

    def __init__(self, server, *options, env=None):
        self.out, self.err = server.folder / f"out-{id(self)}", server.folder / f"err-{id(self)}"
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.process = subprocess.Popen(
                [lab.LXFS, "attach", "--watch", "--runtime-dir", str(server.runtime), *options],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, **(env or {})})
        lab.at_end(self.kill)
        self.await_line("watching for containers")

    def said(self):
        return self.out.read_text()

    def complaints(self):
        return self.err.read_text()

    def await_line(self, text, times=1):
        def is_there():
            check(self.process.poll() is None, f"it ended: {self.complaints()}")
            return self.said().count(text) >= times
        lab.wait_until(is_there, 30, f"\"{text}\" in {self.said()!r} {self.complaints()!r}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        equal(self.process.wait(20 * lab.SLOW), 0, f"the exit code; it said {self.complaints()}")


def await_views(watcher, box, server):
    """All of them: they are put there one by one."""
    def are_there():
        try:
            check_served(box, server)
        except lab.Failed:
            return False
        return True
    lab.wait_until(are_there, 30, f"views; it said {watcher.said()!r} {watcher.complaints()!r}")


def those_that_are_there_and_those_that_come_get_the_views():
    server = lab.Server()
    before = bare(server)
    watcher = Watcher(server, "--all")
    await_views(watcher, before, server)
    for _ in range(3):
        await_views(watcher, bare(server), server)
    equal(watcher.complaints(), "", "complaints")
    watcher.end()


def each_is_told_of_once():
    server = lab.Server()
    watcher = Watcher(server, "--all")
    box = bare(server)
    await_views(watcher, box, server)
    for _ in range(2):  # two more looks, for the crowd changes
        await_views(watcher, bare(server), server)
    watcher.await_line(" files", 3)  # it tells when all views are there
    equal(watcher.said().count(" files"), 3, f"lines: {watcher.said()}")
    watcher.end(signal.SIGINT)


def without_all_nobody_is_meant_who_does_not_ask():
    server = lab.Server()
    box = bare(server)
    watcher = Watcher(server)
    with_all = Watcher(server, "--all", "--files=uptime")
    with_all.await_line(" files")
    equal([line for line in mounts(box) if "fuse.lxfs" in line and "meminfo" in line], [], "views but uptime")
    equal(watcher.said(), "watching for containers\n", "what it said")


def while_lxfs_is_away_they_wait():
    server = lab.Server()
    box = bare(server)
    heal.Instance.lose_everything(InstanceOf(server))
    watcher = Watcher(server, "--all")
    lab.wait_until(watcher.complaints, 20, "a complaint")
    check_host(box)
    server.log_path.unlink()
    server.start()
    await_views(watcher, box, server)
    equal(watcher.complaints().count("\n"), 1, f"complaints: {watcher.complaints()}")


class InstanceOf:
    """What heal.Instance.lose_everything asks of a server."""

    def __init__(self, server):
        self.server = server
        self.mount, self.lose = server.mount, server.lose

    def wait_for_healer(self):
        lab.wait_until(lambda: "mount namespaces" in self.server.log(), 20, "healed after the start")


def of_runc_what_was_masked_stays_masked():
    server = lab.Server()
    watcher = Watcher(server, "--all")
    for _ in range(3):
        box = OciBox(Bundle(Oci("runc")))
        lab.wait_until(lambda box=box: engines.views_of(box), 30,
                       f"views; it said {watcher.said()!r} {watcher.complaints()!r}")
        engines.sees_its_own(box)
        points = [line.split()[4] for line in box.run("cat", "/proc/self/mountinfo").splitlines()]
        check("/proc/keys" in points and "/proc/tty/ldisc" not in points, f"mounts: {points}")
        box.stop()
    equal(watcher.complaints(), "", "complaints")


def of_docker_those_that_ask_by_a_label():
    server = lab.Server()
    docker, why = engines.start_docker(own_disk=True)
    if why:
        raise lab.Skipped(why)
    watcher = Watcher(server)
    silent = DockerBox(docker, "-m", "256m", "--cpus=1")
    asking = DockerBox(docker, "-m", "256m", "--cpus=1", "--label=lxfs.io/inject=enabled")
    lab.wait_until(lambda: engines.views_of(asking), 30, f"views; it said {watcher.said()!r} {watcher.complaints()!r}")
    engines.sees_its_own(asking)
    engines.sees_the_host(silent)
    watcher.end()


def wrong_usage_is_told():
    server = lab.Server()
    for verb, options, word in (("attach", ["--watch", "1"], "none can be named"),
                                ("detach", ["--watch"], "lxfs attach")):
        done = subprocess.run([lab.LXFS, verb, "--runtime-dir", str(server.runtime), *options],
                              capture_output=True, text=True, check=False)
        equal(done.returncode, 2, f"the exit code of {verb} {options}")
        check(word in done.stderr, done.stderr)


TESTS = [
    those_that_are_there_and_those_that_come_get_the_views,
    each_is_told_of_once,
    without_all_nobody_is_meant_who_does_not_ask,
    while_lxfs_is_away_they_wait,
    of_runc_what_was_masked_stays_masked,
    of_docker_those_that_ask_by_a_label,
    wrong_usage_is_told,
]


def main():
    if not os.environ.get(INSIDE):
        os.environ[INSIDE] = "yes"
        os.execvp("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                              "--propagation", "private", sys.executable, *sys.argv])
    heal.forget_what_others_serve()
    forget_other_procfs()
    lab.run([test for test in TESTS if not sys.argv[1:] or test.__name__ in sys.argv[1:]])


if __name__ == "__main__":
    main()
