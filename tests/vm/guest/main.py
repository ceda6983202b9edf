# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs within the machine: installs lxfs from its packages, runs what only a real machine can show, then
the integration tests. The kernel's command line says what to run, in a container (tests/systemd) our own."""

import glob
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(os.path.dirname(HERE)))
import orphans
import suites

def words():
    if sys.argv[1:]:
        return sys.argv[1:]
    with open("/proc/cmdline", encoding="ascii") as file:
        return file.read().split()


def named(option):
    """The words of an option; None without it."""
    for word in words():
        if word.startswith(option + "="):
            return word.partition("=")[2].split(",")
    return None


BUILD = "/lxfs/build"
PACKAGES = "/lxfs/packages"
CONTROLLERS = "/controllers"  # of cgroup v1, where tests/systemd/boot.sh mounts them
POLICY = "/usr/sbin/policy-rc.d"
ENVIRONMENT = {
    "LXFS": "/usr/bin/lxfs",
    "LXFS_BUILD": BUILD,
    "LXFS_SLOW": named("lxfs.slow")[0],
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "PYTHONPATH": "/lxfs/tests/integration",
    "PYTHONDONTWRITEBYTECODE": "1",
}
LIMIT = 1500

# What is run elsewhere, and why not here.
LEFT_OUT = {
    "completion": "of bash, which knows nothing of kernels",
    "docker": "has a dockerd of its own; runtimes runs the real one under systemd",
    "faults": "dies at points in the code, which are the same on every kernel and cgroup layout",
    "guide": "installs lxfs by hand; what needs systemd of the page is run by runtimes",
    "hook": "runs Podman without systemd; runtimes runs it under systemd",
    "lxc": "runs LXC without systemd; runtimes boots systemd in it",
    "packages": "of dpkg and systemd; tests/systemd runs it on both releases, at full speed",
    "ps_engines": "has a dockerd of its own",
    "refusals": "of wrong settings, which are the same everywhere",
    "runtime": "has a dockerd of its own; runtimes runs the real one under systemd",
    "system_calls": "counts the system calls of a read on an idle machine",
}

# What cgroup v2 decides, not the version of the kernel or of systemd: run on the newer Debian only.
ONCE = {"cgroup_use", "cgroup_view", "counters", "doctor", "metrics", "ps", "tools", "top"}
NEWER = "trixie"


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
    if os.path.exists(f"{root}/cgroup.controllers"):
        held = [(f"{root}/cgroup.subtree_control", "+cpu +cpuset +memory +io +pids"),
                (f"{root}/hold/cpu.max", "100000 100000")]
    else:
        held = [(f"{root}/cpu/hold/cpu.cfs_quota_us", "100000"), (f"{root}/cpuset/hold/cpuset.cpus", "0")]
    for path, text in held:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)


def install():
    """From its packages; tests start the service, or a server of their own, when they need it."""
    with open(POLICY, "w", encoding="ascii", opener=lambda path, flags: os.open(path, flags, 0o755)) as file:
        file.write("#!/bin/sh\nexit 101\n")  # "not allowed", to whoever wants to start a service
    subprocess.run(["dpkg", "-i", *glob.glob(f"{PACKAGES}/*.deb")], check=True, stdout=subprocess.DEVNULL)
    os.unlink(POLICY)


def is_run(name):
    """Those that lxfs.only= names, or all that this machine is for; none that an earlier boot has done."""
    chosen, done = named("lxfs.only"), named("lxfs.done") or []
    mine = name not in LEFT_OUT and (os.uname().nodename == NEWER or name not in ONCE)
    return name not in done and (name in chosen if chosen else mine)


def programs():
    for folder in ("tests/vm/guest", "tests/integration"):
        for path in sorted(glob.glob(f"{folder}/*.py")):
            name = os.path.basename(path)[:-3]
            if suites.is_script(path) and is_run(name):
                yield name, path


def main():
    os.chdir(suites.TOP)
    os.environ.update(ENVIRONMENT)
    orphans.adopt()
    if os.path.isdir(CONTROLLERS):
        ENVIRONMENT["LXFS_LAB_CGROUPS"] = CONTROLLERS
    else:
        hold_branches()
    install()
    relay = Relay()
    print(f"# {' '.join(os.uname())}")
    for name, path in programs():
        began = time.monotonic()
        print(f"# begins {name}", flush=True)
        suites.run_integration_test(relay, name, path, ENVIRONMENT, LIMIT)
        print(f"# done {name} in {time.monotonic() - began:.0f} s", flush=True)
    print(f"1..{relay.number}", flush=True)
    if named("systemd.debug_shell"):  # until somebody powers it off there
        signal.pause()


main()
