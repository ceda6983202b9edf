#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a container sees: memory, CPUs, time and tasks of its own, read with real tools."""
import os
import subprocess
import time

import lab
from lab import MIB, check, equal

server = lab.Server()

EATER = """
import sys
block = bytearray(100 << 20)
print("up", flush=True)
sys.stdin.read()
"""


def total_memory_is_the_limit():
    box = lab.Container(server, memory=256 * MIB, cpus=1.5)
    text = box.read("/proc/meminfo")
    check("MemTotal:         262144 kB\n" in text, text)
    seen = lab.parse_meminfo(text)
    check(seen["MemFree"] <= seen["MemAvailable"] <= seen["MemTotal"], text)


def used_memory_follows_the_containers_own_use():
    box = lab.Container(server, memory=256 * MIB)
    eater = box.popen("python3", "-c", EATER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    equal(eater.stdout.readline(), "up\n", "the eater")
    meminfo = box.meminfo()
    used_kib = meminfo["MemTotal"] - meminfo["MemFree"]
    real_kib = box.cgroup.usage_bytes() // 1024
    check(abs(used_kib - real_kib) <= max(1024, real_kib // 50), f"used {used_kib}, cgroup says {real_kib}")
    check(used_kib > 100 * 1024, f"used {used_kib}")
    eater.stdin.close()
    eater.wait()
    lab.wait_until(lambda: box.meminfo()["MemTotal"] - box.meminfo()["MemFree"] < 60 * 1024, 5,
                   "what was freed is free again")


def free_shows_the_same():
    box = lab.Container(server, memory=256 * MIB)
    memory = box.run("free", "-k").splitlines()[1].split()
    equal(memory[1], "262144", "the total of free")
    check(int(memory[2]) < 100 * 1024, f"used {memory[2]}")


def one_cpu_less_than_the_host_by_quota_and_by_cpuset():
    if os.cpu_count() < 2:
        raise lab.Skipped("the machine has one CPU")
    quota, cpuset = lab.Container(server, cpus=0.5), lab.Container(server, cpuset="1")
    for box, number in ((quota, "0"), (cpuset, "1")):
        equal(box.run("getconf", "_NPROCESSORS_ONLN"), "1\n", "getconf")
        equal(box.read("/sys/devices/system/cpu/online"), number + "\n", "online")
        check(f"processor\t: {number}\n" in box.read("/proc/cpuinfo"), "cpuinfo")
        rows = lab.parse_stat(box.read("/proc/stat"))
        equal(sorted(rows), ["cpu", "cpu" + number], "rows of stat")
        online = [line.split()[-1] for line in box.run("lscpu").splitlines() if line.startswith("On-line CPU")]
        equal(online, [number], "the on-line list of lscpu")
        equal(box.run("ls", "/sys/devices/system/cpu").count(f"cpu{1 - int(number)}\n"), 0, "cpuN folders")


def uptime_begins_with_the_container():
    box = lab.Container(server)
    first = float(box.read("/proc/uptime").split()[0])
    check(0 <= first < 5, f"uptime {first}")
    time.sleep(1)
    second = float(box.read("/proc/uptime").split()[0])
    check(0.9 < second - first < 3, f"{first} then {second}")
    check("up 0 min" in box.run("uptime"), box.run("uptime"))


def tasks_and_load_are_the_containers():
    box = lab.Container(server)
    running, total = box.read("/proc/loadavg").split()[3].split("/")
    check(1 <= int(running) <= 2 and 1 <= int(total) <= 4, f"{running}/{total}")
    text = box.read("/proc/stat")
    check("\nctxt 0\n" in text and "\nprocs_blocked 0\n" in text, text)


def the_host_sees_itself():
    equal(lab.parse_meminfo(open(server.mount / "proc/meminfo").read())["MemTotal"],
          lab.parse_meminfo(open("/proc/meminfo").read())["MemTotal"], "MemTotal of the host")


def containers_are_listed_for_the_host_alone():
    box = lab.Container(server, memory=64 * MIB, flags="-m -p -f -C --mount-proc")
    names = os.listdir(server.mount / "containers")
    mine = [name for name in names if name.endswith(os.path.basename(box.cgroup.path))]
    equal(len(mine), 1, f"entries of the container among {names}")
    text = open(server.mount / "containers" / mine[0] / "proc/meminfo").read()
    check("MemTotal:          65536 kB\n" in text, text)
    equal(box.run("sh", "-c", f"ls {server.mount}/containers 2>&1 || true").count("Permission denied"), 1,
          "refusals within the container")


def top_vmstat_and_htop_run():
    box = lab.Container(server, memory=256 * MIB)
    check("MiB Mem :    256.0 total" in box.run("top", "-bn1"), box.run("top", "-bn1")[:500])
    equal(len(box.run("vmstat").splitlines()), 3, "lines of vmstat")


lab.run([
    total_memory_is_the_limit,
    used_memory_follows_the_containers_own_use,
    free_shows_the_same,
    one_cpu_less_than_the_host_by_quota_and_by_cpuset,
    uptime_begins_with_the_container,
    tasks_and_load_are_the_containers,
    the_host_sees_itself,
    containers_are_listed_for_the_host_alone,
    top_vmstat_and_htop_run,
])
