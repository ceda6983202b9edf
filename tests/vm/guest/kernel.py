#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What only a kernel of one's own allows: swap, zswap, CPUs that go, cpuset partitions, OOM kills."""
import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

import lab
from lab import MIB, check, equal

server = lab.Server()

CPU = pathlib.Path("/sys/devices/system/cpu")
ZSWAP = pathlib.Path("/sys/module/zswap/parameters/enabled")
NAMED = "-m -p -f -C --mount-proc"
SWAP_MIB = 256
# Takes MiB of memory that cannot be compressed to nothing, says so, keeps it until told to end.
EATER = """
import os, sys
size = int(sys.argv[1]) << 20
taken = bytearray(os.urandom(1 << 16)) * (size >> 16)
print("up", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def eater(box, mib):
    process = box.popen("python3", "-c", EATER, str(mib), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                        text=True)
    try:
        equal(process.stdout.readline(), "up\n", f"{mib} MiB are taken")
        yield
    finally:
        lab.end(process)


def host_meminfo():
    return lab.parse_meminfo(pathlib.Path("/proc/meminfo").read_text())


def check_consistent(memory):
    check(memory["MemFree"] <= memory["MemAvailable"] <= memory["MemTotal"], f"memory: {memory}")
    check(memory["SwapFree"] <= memory["SwapTotal"], f"swap: {memory}")
    check(all(value >= 0 for value in memory.values()), f"a negative number: {memory}")


# ---- Swap --------------------------------------------------------------------------------------

def swap_on():
    """A swap file for as long as a test lasts; its path."""
    file, path = tempfile.mkstemp(prefix="lxfs-swap-", dir="/var/tmp")
    lab.at_end(lambda: os.unlink(path))
    os.posix_fallocate(file, 0, SWAP_MIB * MIB)
    os.close(file)
    subprocess.run(["mkswap", "-q", path], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["swapon", path], check=True)
    lab.at_end(lambda: subprocess.run(["swapoff", path], check=True))
    time.sleep(1.1)  # how much swap the host has may be known from a second ago
    return path


def swap_box(memory, swap):
    box = lab.Container(server, memory=memory * MIB, flags=NAMED)
    lab.write(box.cgroup.file("", "memory.swap.max"), swap if swap == "max" else swap * MIB)
    return box


def swaps_of(box):
    """(size, used) of the one row of swaps, in KiB; nothing without a row."""
    rows = [row.split() for row in box.read("/proc/swaps").splitlines()[1:]]
    return [(int(row[2]), int(row[3])) for row in rows]


def swap_that_is_used_is_the_cgroups():
    """what the container has swapped out is its own swap.current, in meminfo, swaps and free"""
    swap_on()
    box = swap_box(48, 64)
    equal(box.meminfo()["SwapTotal"], 64 * 1024, "SwapTotal")
    with eater(box, 72):
        memory = box.meminfo()
        check_consistent(memory)
        current = int(box.cgroup.file("", "memory.swap.current").read_text()) // 1024
        used = memory["SwapTotal"] - memory["SwapFree"]
        check(used > 8 * 1024, f"{used} KiB are swapped out")
        check(abs(used - current) < 4096, f"used {used} KiB, the kernel says {current}")
        (size, in_swaps), = swaps_of(box)
        equal(size, 64 * 1024, "the size in swaps")
        check(abs(in_swaps - current) < 4096, f"swaps says {in_swaps} KiB, the kernel {current}")
        free = box.run("free", "-k").splitlines()[2].split()
        equal(int(free[1]), 64 * 1024, "swap of free")


def unlimited_swap_is_the_hosts_and_none_is_none():
    swap_on()
    host = host_meminfo()["SwapTotal"]
    equal(host, SWAP_MIB * 1024 - 4, "the host's swap")
    equal(swap_box(48, "max").meminfo()["SwapTotal"], host, "without a limit")
    none = swap_box(48, 0)
    equal((none.meminfo()["SwapTotal"], swaps_of(none)), (0, []), "with none allowed")


def swap_that_comes_and_goes_is_followed():
    """swapon and swapoff are seen by a container that runs"""
    box = swap_box(64, "max")

    def is_seen(kib):
        return lambda: (box.meminfo()["SwapTotal"], swaps_of(box)) == (kib, [(kib, 0)] if kib else [])
    lab.wait_until(is_seen(0), 5, "there is no swap")
    path = swap_on()
    check(is_seen(SWAP_MIB * 1024 - 4)(), f"swapon is seen: {box.meminfo()}")
    subprocess.run(["swapoff", path], check=True)
    lab.wait_until(is_seen(0), 5, "swapoff is seen")
    subprocess.run(["swapon", path], check=True)


def memory_stat(box):
    rows = (line.split() for line in box.cgroup.file("", "memory.stat").read_text().splitlines())
    return {name: int(value) for name, value in rows}


def while_it_rests(view, kernel):
    """What the view says, and what the kernel says both before and after it."""
    for _ in range(50):
        before, seen = kernel(), view()
        if kernel() == before:
            return seen, before
    raise lab.Failed(f"the kernel's figures never rest: {before}")


def zswap_is_the_cgroups():
    """Zswap and Zswapped are the container's own"""
    if not ZSWAP.exists():
        raise lab.Skipped("this kernel has no zswap")
    swap_on()
    before = ZSWAP.read_text()
    lab.at_end(lambda: lab.write(ZSWAP, before))
    lab.write(ZSWAP, "Y")
    box, idle = swap_box(48, 128), swap_box(48, 128)
    with eater(box, 80):
        seen, kernel = while_it_rests(
            lambda: [box.meminfo()[field] for field in ("Zswap", "Zswapped")],
            lambda: [memory_stat(box)[key] // 1024 for key in ("zswap", "zswapped")])
        check(min(kernel) > 256, f"zswap is used: {kernel} KiB")
        equal(seen, kernel, "Zswap and Zswapped, as the kernel's memory.stat")
    equal([idle.meminfo()[field] for field in ("Zswap", "Zswapped")], [0, 0], "of the idle container")


# ---- CPUs --------------------------------------------------------------------------------------

@contextlib.contextmanager
def offline(cpu):
    switch = CPU / f"cpu{cpu}/online"
    lab.write(switch, 0)
    try:
        yield
    finally:
        lab.write(switch, 1)


def cpus_of(box):
    """All that names CPUs, as sorted numbers; they must agree."""
    stat = sorted(int(row[3:]) for row in lab.parse_stat(box.read("/proc/stat")) if row != "cpu")
    cpuinfo = [int(line.split(":")[1]) for line in box.read("/proc/cpuinfo").splitlines()
               if line.startswith("processor")]
    online = expanded(box.read(f"{CPU}/online"))
    folders = sorted(int(name[3:]) for name in box.run("ls", str(CPU)).split()
                     if name.startswith("cpu") and name[3:].isdigit())
    equal([cpuinfo, online, folders], [stat] * 3, "CPUs of cpuinfo, online, folders")
    equal(box.run("getconf", "_NPROCESSORS_ONLN"), f"{len(stat)}\n", "getconf")
    return stat


def expanded(text):
    cpus = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        cpus += range(int(first), int(last or first) + 1)
    return cpus


def need_four_cpus():
    if expanded((CPU / "online").read_text()) != [0, 1, 2, 3]:
        raise lab.Skipped("needs the CPUs 0 to 3")


def a_cpu_that_goes_offline_is_gone_for_containers():
    """a CPU that goes offline goes from every view at once and comes back with it"""
    need_four_cpus()
    free, quota, pinned = (lab.Container(server, flags=NAMED, **kind)
                           for kind in ({}, {"cpus": 2}, {"cpuset": "1-2"}))
    equal([cpus_of(box) for box in (free, quota, pinned)], [[0, 1, 2, 3], [0, 1], [1, 2]], "before")
    before = lab.parse_stat(free.read("/proc/stat"))
    with offline(1):
        equal([cpus_of(box) for box in (free, quota, pinned)], [[0, 2, 3], [0, 2], [2]], "without CPU 1")
        during = lab.parse_stat(free.read("/proc/stat"))
    equal([cpus_of(box) for box in (free, quota, pinned)], [[0, 1, 2, 3], [0, 1], [1, 2]], "after")
    after = lab.parse_stat(free.read("/proc/stat"))
    check_never_back([before, during, after])


def check_never_back(readings):
    for earlier, later in zip(readings, readings[1:]):
        for row in set(earlier) & set(later):
            for old, new in zip(earlier[row], later[row]):
                check(new >= old, f"{row} went back: {earlier[row]} to {later[row]}")


def all_of_a_cpuset_offline_leaves_a_true_view():
    """a container whose only CPU goes offline sees the ones that the kernel gives it instead"""
    need_four_cpus()
    box = lab.Container(server, cpuset="3", flags=NAMED)
    equal(cpus_of(box), [3], "before")
    with offline(3):
        effective = box.cgroup.file("", "cpuset.cpus.effective").read_text()
        equal(cpus_of(box), expanded(effective), "as the kernel's cpuset.cpus.effective")


def cpuset_partitions_are_followed():
    """a partition takes its CPUs from everybody else's view"""
    need_four_cpus()
    part, other = lab.Container(server, flags=NAMED), lab.Container(server, flags=NAMED)
    part.cgroup.cpuset("2-3")
    lab.write(part.cgroup.file("", "cpuset.cpus.partition"), "root")
    equal(part.cgroup.file("", "cpuset.cpus.partition").read_text(), "root\n", "the partition")
    equal([cpus_of(part), cpus_of(other)], [[2, 3], [0, 1]], "with the partition")
    lab.write(part.cgroup.file("", "cpuset.cpus.partition"), "member")
    equal([cpus_of(part), cpus_of(other)], [[2, 3], [0, 1, 2, 3]], "without it")


# ---- Memory limits -----------------------------------------------------------------------------

def memory_high_keeps_the_views_true():
    """a container that is throttled by memory.high sees its limit, and what it really uses"""
    box = lab.Container(server, memory=128 * MIB, flags=NAMED)
    lab.write(box.cgroup.file("", "memory.high"), 64 * MIB)
    with eater(box, 40):
        memory = box.meminfo()
        check_consistent(memory)
        equal(memory["MemTotal"], 128 * 1024, "MemTotal")
        used = memory["MemTotal"] - memory["MemFree"]
        check(abs(used - box.cgroup.usage_bytes() // 1024) < 4096, f"used {used} KiB")


def oom_kills(box):
    rows = (line.split() for line in box.cgroup.file("", "memory.events").read_text().splitlines())
    return {name: int(value) for name, value in rows}["oom_kill"]


def an_oom_kill_costs_its_container_nothing_else():
    """OOM kills in a container leave the views of it and of its neighbour true, and lxfs alive"""
    box, neighbour = (lab.Container(server, memory=48 * MIB, flags=NAMED) for _ in range(2))
    worker = server.pid("worker")
    for number in range(1, 4):
        process = box.popen("python3", "-c", EATER, "200", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True)
        equal(process.stdout.readline(), "", "what a killed eater says")
        lab.end(process)
        lab.wait_until(lambda number=number: oom_kills(box) >= number, 10, "an OOM kill is counted")
        for reader in (box, neighbour):
            memory = reader.meminfo()
            check_consistent(memory)
            equal(memory["MemTotal"], 48 * 1024, "MemTotal")
        check(neighbour.meminfo()["MemFree"] > 24 * 1024, "the neighbour's memory is free")
    equal(server.pid("worker"), worker, "the worker is the same")


def a_limit_at_the_edge_of_use_never_shows_less_than_nothing():
    """limits lowered below the use, up and down under load: every text stays consistent"""
    swap_on()
    box = lab.Container(server, memory=128 * MIB, flags=NAMED)
    with eater(box, 56):
        for mib in (128, 60, 96, 50, 40, 128) * 3:
            box.cgroup.memory(mib * MIB)
            memory = box.meminfo()
            check_consistent(memory)
            equal(memory["MemTotal"], mib * 1024, "MemTotal")


lab.run([
    swap_that_is_used_is_the_cgroups,
    unlimited_swap_is_the_hosts_and_none_is_none,
    swap_that_comes_and_goes_is_followed,
    zswap_is_the_cgroups,
    a_cpu_that_goes_offline_is_gone_for_containers,
    all_of_a_cpuset_offline_leaves_a_true_view,
    cpuset_partitions_are_followed,
    memory_high_keeps_the_views_true,
    an_oom_kill_costs_its_container_nothing_else,
    a_limit_at_the_edge_of_use_never_shows_less_than_nothing,
])
