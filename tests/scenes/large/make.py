#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes a host of 256 CPUs, and what a container that sees the first 100 should read.

Two packages of four nodes, 64 cores each with two threads: node N has the CPUs 16N..16N+15 and
their siblings 128 further on.
"""

import os
import sys

CPUS = 256
CORES = CPUS // 2
NODES = 8
VISIBLE = 100
TICKS = 1_000_000  # of wall time since the container's init started
FULL_ROWS = 25  # a quarter of the visible CPUs' time was used, 4 parts user to 1 part system


def write(path, text):
    path = os.path.join(sys.argv[1], path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def stanza(cpu, siblings, cores):
    core = cpu % CORES
    rows = [
        ("processor\t", cpu),
        ("vendor_id\t", "AuthenticAMD"),
        ("cpu family\t", 25),
        ("model\t\t", 1),
        ("model name\t", "AMD EPYC 7763 64-Core Processor"),
        ("stepping\t", 1),
        ("cpu MHz\t\t", "2445.406"),
        ("cache size\t", "512 KB"),
        ("physical id\t", core // 64),
        ("siblings\t", siblings),
        ("core id\t\t", core % 64),
        ("cpu cores\t", cores),
        ("apicid\t\t", core * 2 + cpu // CORES),
        ("fpu\t\t", "yes"),
        ("flags\t\t", " ".join(f"flag{n}" for n in range(90))),
        ("bogomips\t", "4890.81"),
    ]
    return "".join(f"{key}: {value}\n" for key, value in rows) + "power management:\n\n"


def cpuinfo():
    write("proc/cpuinfo", "".join(stanza(cpu, 128, 64) for cpu in range(CPUS)))
    # The first 100 CPUs are 64 cores of one package and 36 of the other, one thread of each.
    counts = [64 if cpu < 64 else VISIBLE - 64 for cpu in range(VISIBLE)]
    seen = (stanza(cpu, count, count) for cpu, count in enumerate(counts))
    write("expected/proc/cpuinfo", "".join(seen))


def stat_text(rows, processes):
    total = [sum(column) for column in zip(*rows)]
    text = "cpu  " + " ".join(map(str, total)) + "\n"
    for cpu, row in enumerate(rows):
        text += f"cpu{cpu} " + " ".join(map(str, row)) + "\n"
    text += "intr 0" + " 0" * 600 + "\nctxt 0\nbtime 1699990000\n"
    text += f"processes {processes}\nprocs_running 1\nprocs_blocked 0\n"
    return text + "softirq 0" + " 0" * 10 + "\n"


def stat():
    write("proc/stat", stat_text([[5000, 10, 2500, 90000, 30, 0, 5, 0, 0, 0]] * CPUS, 4242))
    busy = [TICKS * 4 // 5, 0, TICKS // 5, 0, 0, 0, 0, 0, 0, 0]
    idle = [0, 0, 0, TICKS, 0, 0, 0, 0, 0, 0]
    rows = [busy] * FULL_ROWS + [idle] * (VISIBLE - FULL_ROWS)
    write("expected/proc/stat", stat_text(rows, 1))


def sys_folders():
    for name in ("online", "possible", "present"):
        write(f"sys/devices/system/cpu/{name}", f"0-{CPUS - 1}\n")
    write("sys/devices/system/cpu/offline", "\n")
    for cpu in range(CPUS):
        write(f"sys/devices/system/cpu/cpu{cpu}/topology/core_id", f"{cpu % CORES % 64}\n")
    for name in ("online", "possible", "has_cpu", "has_memory"):
        write(f"sys/devices/system/node/{name}", f"0-{NODES - 1}\n")
    for node in range(NODES):
        low = node * 16
        cpus = set(range(low, low + 16)) | set(range(low + CORES, low + CORES + 16))
        mask = sum(1 << cpu for cpu in cpus)
        groups = [f"{mask >> shift & 0xFFFFFFFF:08x}" for shift in range(CPUS - 32, -1, -32)]
        folder = f"sys/devices/system/node/node{node}"
        write(f"{folder}/cpumap", ",".join(groups) + "\n")
        write(f"{folder}/cpulist", f"{low}-{low + 15},{low + CORES}-{low + CORES + 15}\n")


if __name__ == "__main__":
    cpuinfo()
    stat()
    sys_folders()
