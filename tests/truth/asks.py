#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says what Python and psutil tell of memory, CPUs, uptime and load, as asks.c does."""
import os
import sys
import time


def by_os():
    yield "memory", os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    yield "cpus", os.cpu_count()
    yield "load", os.getloadavg()[0]


def by_affinity():
    yield "cpus", len(os.sched_getaffinity(0))


def by_psutil():
    import psutil
    yield "memory", psutil.virtual_memory().total
    yield "cpus", psutil.cpu_count()
    yield "uptime", time.time() - psutil.boot_time()
    yield "load", psutil.getloadavg()[0]


WAYS = {"os": by_os, "affinity": by_affinity, "psutil": by_psutil}
for what, number in WAYS[sys.argv[1]]():
    print(what, number)
