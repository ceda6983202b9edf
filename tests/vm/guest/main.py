# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs within the machine: the integration tests, then what only a real machine can show."""

import glob
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(os.path.dirname(HERE)))
import suites

BUILD = "/lxfs/build"
ENVIRONMENT = {
    "LXFS": "/usr/bin/lxfs",
    "LXFS_BUILD": BUILD,
    "LXFS_SLOW": "20",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "PYTHONPATH": "/lxfs/tests/integration",
    "PYTHONDONTWRITEBYTECODE": "1",
}
LIMIT = 1500

# What a machine without KVM cannot or need not run.
LEFT_OUT = {
    "faults": "dies at points in the code, which are the same on every kernel and cgroup layout",
    "system_calls": "counts the system calls of a read on an idle machine",
    "docker": "has a dockerd of its own; runtimes runs the real one under systemd",
    "runtime": "has a dockerd of its own; runtimes runs the real one under systemd",
    "hook": "runs Podman without systemd; runtimes runs it under systemd",
    "lxc": "runs LXC without systemd; runtimes boots systemd in it",
    "completion": "of bash, which knows nothing of kernels",
    "refusals": "of wrong settings, which are the same everywhere",
}


class Relay(suites.Tally):
    """A tally that says each result as TAP."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def _say(self, verdict, title, directive=""):
        self.number += 1
        print(f"{verdict} {self.number} - {title}{directive}", flush=True)

    def succeed(self, name):
        self._say("ok", name)

    def fail(self, name, why):
        print(f"# {why}")
        self._say("not ok", name)

    def skip(self, name, why):
        self._say("ok", name, f" # SKIP {why or 'no reason given'}")


def hold_branches():
    """The first quota and the first cpuset make the kernel patch its scheduler while other CPUs run
    it, and the last one that goes makes it patch it back; QEMU's CPUs stumble over that now and then,
    and the machine panics. An empty cgroup that stays has both, so that it happens once."""
    root = "/sys/fs/cgroup"
    os.mkdir(f"{root}/hold")
    for path, text in ((f"{root}/cgroup.subtree_control", "+cpu +cpuset +memory +io +pids"),
                       (f"{root}/hold/cpu.max", "100000 100000")):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)


def named(option):
    """The words of an option of the kernel's command line; None without it."""
    with open("/proc/cmdline", encoding="ascii") as file:
        for word in file.read().split():
            if word.startswith(option + "="):
                return word.partition("=")[2].split(",")
    return None


def programs():
    """All, or those that lxfs.only= names, without those that an earlier boot has done."""
    chosen, done = named("lxfs.only"), named("lxfs.done") or []
    for folder in ("tests/integration", "tests/vm/guest"):
        for path in sorted(glob.glob(f"{folder}/*.py")):
            name = os.path.basename(path)[:-3]
            if suites.is_script(path) and name not in done and (chosen is None or name in chosen):
                yield name, path


def main():
    os.chdir(suites.TOP)
    os.environ.update(ENVIRONMENT)
    suites.adopt_orphans()
    hold_branches()
    relay = Relay()
    print(f"# {' '.join(os.uname())}")
    for name, path in programs():
        if name in LEFT_OUT:
            relay.skip(name, LEFT_OUT[name])
        else:
            suites.run_integration_test(relay, name, path, ENVIRONMENT, LIMIT)
        print(f"# done {name}", flush=True)
    print(f"1..{relay.number}", flush=True)


main()
