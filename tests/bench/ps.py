#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `lxfs ps` costs: beside 1, 100 and 500 containers, each with a cgroup and namespaces of its own.

Prints a Markdown table of milliseconds. Needs root. Whatever it starts or makes is ended and removed,
also when it fails.
"""
import os
import pathlib
import resource
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

import lab  # noqa: E402
from bare import Bare  # noqa: E402
from listing import Listing  # noqa: E402

COUNTS = (1, 100, 500)
ROUNDS = 20
SKIPPED = 77  # what meson takes for "could not run here"


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(listing):
    """Milliseconds of each run: by the clock, and of CPU time."""
    elapsed, used = [], []
    for _ in range(ROUNDS):
        cpu, started = cpu_seconds(), time.monotonic()
        listing.ps()
        elapsed.append(1000 * (time.monotonic() - started))
        used.append(1000 * (cpu_seconds() - cpu))
    return elapsed, used


def bench():
    listing, boxes = Listing(lab.Server()), []
    print("| containers | median ms | best ms | CPU ms |\n|---:|---:|---:|---:|")
    for count in COUNTS:
        boxes += [Bare() for _ in range(count - len(boxes))]
        elapsed, used = measure(listing)
        print(f"| {count} | {statistics.median(elapsed):.0f} | {min(elapsed):.0f} | {statistics.median(used):.0f} |",
              flush=True)


if __name__ == "__main__":
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
        print("ps: skipped: needs root and /dev/fuse", file=sys.stderr)
        sys.exit(SKIPPED)
    try:
        bench()
    except (lab.Failed, OSError) as failure:
        print(f"ps: {failure}", file=sys.stderr)
        sys.exit(1)
