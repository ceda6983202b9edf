# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the programs that this process runs lose: it becomes our child (prctl(2)), and is buried as an init does.

A PID namespace does not end before all that was in it is buried, also what has come to us.
"""

import contextlib
import ctypes
import os
import signal
import threading
import time

PR_SET_CHILD_SUBREAPER = 36
BURIAL_SECONDS = 0.1
LAST_SECONDS = 2
GENERATIONS = 5


def adopt():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _running(own):
    """The children of our first thread that still run, by pid, but for our own; dead ones are buried."""
    running = {}
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        pids = {int(pid) for pid in file.read().split()} - {own}
    for pid in pids:
        if os.waitpid(pid, os.WNOHANG)[0] == 0:
            with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
                running[pid] = file.read().strip()
    return running


@contextlib.contextmanager
def buried(own):
    """While this lasts orphans are buried as they die; `own` is waited for by who started it."""
    over = threading.Event()

    def bury():
        while not over.wait(BURIAL_SECONDS):
            _running(own)

    burial = threading.Thread(target=bury)
    burial.start()
    try:
        yield
    finally:
        over.set()
        burial.join()


def end():
    """Gives our remaining children a moment, then ends them and theirs; the names of those ended."""
    patience = time.monotonic() + LAST_SECONDS
    while _running(None) and time.monotonic() < patience:
        time.sleep(0.05)
    names = []
    for _ in range(GENERATIONS):
        for pid, name in _running(None).items():
            names.append(name)
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    return names
