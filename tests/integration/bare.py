# SPDX-License-Identifier: LGPL-2.1-or-later
"""A container of one sleeping process: as many as are wanted, made as cheaply as can be."""
import ctypes
import os
import pathlib
import signal

import lab
from lab import MIB, check

MS_REC, MS_PRIVATE, MNT_DETACH = 0x4000, 0x40000, 2
CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWPID = 0x20000, 0x2000000, 0x20000000
libc = ctypes.CDLL(None, use_errno=True)


class Bare:
    """It has a memory limit, namespaces of its own, and few mounts, as most containers have.

    Its process is the child of another that stands outside, as runtimes leave one behind.
    """

    def __init__(self):
        self.cgroup = lab.Cgroup()
        self.cgroup.memory(64 * MIB)
        reader, writer = os.pipe()
        self.shim = os.fork()
        if self.shim == 0:
            self._become_shim(writer)
        os.close(writer)
        lab.at_end(self.stop)
        with os.fdopen(reader, "rb") as answer:
            said = answer.read().split()
        check(len(said) == 2, f"no container: {said}")
        self.init = int(said[0] if said[1] == b"ready" else said[1])

    def _become_shim(self, writer):
        try:
            libc.unshare(CLONE_NEWPID)
            inner = os.fork()
            if inner == 0:
                self._become_init(writer)
            os.write(writer, b" %d " % inner)
            os.close(writer)
            os.waitpid(inner, 0)
        finally:
            os._exit(0)

    def _become_init(self, writer):
        try:
            libc.prctl(lab.PR_SET_PDEATHSIG, signal.SIGKILL)
            self.cgroup.enter()
            libc.unshare(CLONE_NEWNS | CLONE_NEWCGROUP)
            leave_mounts_behind()
            os.write(writer, b" ready ")
            os.close(writer)
            while True:
                signal.pause()
        finally:
            os._exit(0)

    def stop(self):
        if self.shim:
            os.kill(self.shim, signal.SIGKILL)
            os.waitpid(self.shim, 0)
            self.shim = None


def leave_mounts_behind():
    """All that lies deeper than /proc and /sys/fs/cgroup/NAME: what other tests of this machine have mounted."""
    libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    for line in reversed(pathlib.Path("/proc/self/mountinfo").read_text().splitlines()):
        place = line.split()[4]
        if place != "/" and not place.startswith(("/proc", "/sys", "/dev")):
            libc.umount2(os.fsencode(place), MNT_DETACH)
