#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tools that people use agree with each other about a container, and with its limits."""
import os
import re
import shutil
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
COUNTS = """
grep -c '^processor' /proc/cpuinfo
grep -c '^cpu[0-9]' /proc/stat
getconf _NPROCESSORS_ONLN
ls -d /sys/devices/system/cpu/cpu[0-9]* | wc -l
lscpu -p=CPU | grep -vc '^#'
python3 -c 'import os; print(os.cpu_count())'
"""
CPU_LIST = "/sys/devices/system/cpu"


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise lab.Skipped(f"no {tool} here")


def need_two_cpus():
    if not {0, 1} <= os.sched_getaffinity(0):
        raise lab.Skipped("needs the CPUs 0 and 1")


def fields(line):
    return line.replace("%", " ").replace(",", " ").split()


# ---- Memory ------------------------------------------------------------------------------------

def used_mib(box):
    return int(box.run("free", "-m").splitlines()[1].split()[2])


def free_follows_the_containers_own_use():
    """free shows the container's total, and its used follows what the container uses"""
    box = lab.Container(server, memory=256 * MIB)
    equal(box.run("free", "-m").splitlines()[1].split()[1], "256", "total of free -m")
    equal(box.run("free", "-k").splitlines()[1].split()[1], "262144", "total of free -k")
    before = used_mib(box)
    eater = box.popen("python3", "-c", EATER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    equal(eater.stdout.readline(), "up\n", "the eater")
    grown = used_mib(box) - before
    check(95 <= grown <= 130, f"used grew by {grown} MiB with 100 MiB more in use")
    eater.stdin.close()
    eater.wait()
    lab.wait_until(lambda: used_mib(box) < before + 20, 5, "used falls again")


def swap_of(box):
    rows = box.read("/proc/swaps").splitlines()[1:]
    return sum(int(row.split()[2]) for row in rows), sum(int(row.split()[3]) for row in rows)


def swaps_agrees_with_meminfo():
    """swaps, meminfo and free agree about swap"""
    box = lab.Container(server, memory=64 * MIB)
    memsw = box.cgroup.file("memory", "memory.memsw.limit_in_bytes")
    if memsw.exists():
        lab.write(memsw, 96 * MIB)
        expected = min(32 * 1024, lab.parse_meminfo(open("/proc/meminfo").read())["SwapTotal"])
        equal(box.meminfo()["SwapTotal"], expected, "swap total of memory + swap = 96 MiB")
    meminfo = box.meminfo()
    total, used = swap_of(box)
    equal((total, used), (meminfo["SwapTotal"], meminfo["SwapTotal"] - meminfo["SwapFree"]), "swaps")
    swap = [line.split() for line in box.run("free", "-k").splitlines() if line.startswith("Swap")][0]
    equal(int(swap[1]), total, "the swap total of free")


# ---- CPUs --------------------------------------------------------------------------------------

def visible_cpus(quota, cpuset):
    cpus = [int(cpuset)] if cpuset in ("0", "1") else [0, 1]
    count = -(-quota // 1) if quota else len(cpus)
    return cpus[:max(1, int(count))]


def as_list(cpus):
    return "0-1" if cpus == [0, 1] else str(cpus[0])


def everything_agrees_on_the_number_of_cpus():
    """cpuinfo, stat, online, getconf, lscpu and Python agree, for every quota and cpuset"""
    need_two_cpus()
    box = lab.Container(server)
    for cpuset in ("0-1", "0", "1"):
        box.cgroup.cpuset(cpuset)
        for quota in (None, 0.5, 1, 1.5, 2):
            box.cgroup.quota(quota)
            cpus = visible_cpus(quota, cpuset)
            what = f"with quota {quota} and cpuset {cpuset}"
            equal(box.run("sh", "-c", COUNTS).split(), [str(len(cpus))] * 6, f"counts {what}")
            for name in ("online", "present"):
                equal(box.read(f"{CPU_LIST}/{name}"), as_list(cpus) + "\n", f"{name} {what}")
            rows = [int(name[3:]) for name in lab.parse_stat(box.read("/proc/stat")) if name != "cpu"]
            equal(rows, cpus, f"rows of stat {what}")


def lscpu_of(box):
    return dict((part.strip() for part in line.split(":", 1))
                for line in box.run("lscpu").splitlines() if ":" in line)


def lscpu_shows_the_containers_cpus():
    """lscpu shows the container's CPUs"""
    need_two_cpus()
    for limits, online in (({"cpus": 1}, "0"), ({"cpuset": "1"}, "1"), ({"cpus": 1.5}, "0,1")):
        box = lab.Container(server, **limits)
        seen = lscpu_of(box)
        equal(seen["CPU(s)"], str(len(online.split(","))), f"CPU(s) {limits}")
        equal(seen["On-line CPU(s) list"].replace("-", ","), online, f"on-line {limits}")
        equal(seen["NUMA node0 CPU(s)"].replace("-", ","), online, f"NUMA {limits}")
        rows = [row.split(",")[0] for row in box.run("lscpu", "-p").splitlines() if row[0] != "#"]
        equal(rows, online.split(","), f"lscpu -p {limits}")


def nproc_follows_a_cpuset():
    """nproc follows a cpuset, nproc --all what is possible"""
    need_two_cpus()
    box = lab.Container(server, cpuset="1")
    equal(box.run("nproc"), "1\n", "nproc")
    possible = f"{os.sysconf('SC_NPROCESSORS_CONF')}\n"
    equal(box.run("nproc", "--all"), possible, "nproc --all")
    equal(box.run("getconf", "_NPROCESSORS_CONF"), possible, "_NPROCESSORS_CONF")


# ---- Monitors ----------------------------------------------------------------------------------

def busy_box(**limits):
    """A container whose one CPU is busy with it, as far as the machine gives it away."""
    box = lab.Container(server, **limits)
    box.cgroup.weight(16)
    box.burn([0])
    lab.wait_until(lambda: "procs_running 0\n" not in box.read("/proc/stat"), 20, "its loop is seen running")
    return box


def charged(box, tool, *arguments):
    """What a tool printed, and how busy one CPU was by what the cgroup was charged meanwhile, in %."""
    before, started = box.cgroup.cpu_nsec(), time.monotonic()
    text = box.run(tool, *arguments)
    used = box.cgroup.cpu_nsec() - before
    return text, min(100, used / (time.monotonic() - started) / 1e7)


def vmstat_shows_the_containers_time():
    """vmstat shows the container's CPU time, tasks and memory"""
    need_two_cpus()
    box = busy_box(memory=256 * MIB, cpus=1)
    box.burn([0])  # from 4.0.4 on procps takes one off what runs, for itself
    text, rate = charged(box, "vmstat", "2", "2")
    names, row = text.splitlines()[1].split(), text.splitlines()[3].split()
    seen = {name: int(value) for name, value in zip(names, row)}
    check(abs(seen["us"] + seen["sy"] - rate) < 15, f"charged {rate:.0f} %:\n{text}")
    check(abs(seen["us"] + seen["sy"] + seen["id"] + seen["st"] - 100) <= 2, text)
    check(seen["r"] >= 1 and 0 < seen["free"] <= 262144, text)


def top_shows_each_cpu():
    """top -1 has a row for each of the container's CPUs, and its memory"""
    need_two_cpus()
    box = lab.Container(server, memory=256 * MIB, cpus=2)
    for quota, rows in ((2, ["Cpu0", "Cpu1"]), (1, ["Cpu0"])):
        box.cgroup.quota(quota)
        text = box.run("top", "-b", "-1", "-w", "200", "-n", "1")
        equal(re.findall(r"Cpu\d", text), rows, f"rows with quota {quota}")
        check("MiB Mem :    256.0 total" in text, text)
        check(" up 0 min" in text, text)


def uptime_is_the_containers():
    """uptime says how long the container is up, and its load"""
    box = lab.Container(server)
    text = box.run("uptime")
    check(" up 0 min" in text, text)
    load = [float(word.strip(",")) for word in text.split("load average:")[1].split()]
    check(len(load) == 3 and load[0] <= 1, text)


def htop_screen(box, holds):
    """What htop draws until `holds`; then it is left with the key q."""
    process = box.popen("env", "TERM=xterm", "COLUMNS=120", "LINES=30", "timeout", f"{20 * lab.SLOW:g}",
                        "script", "-qec", "htop -d 5 -C", "/dev/null",
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    os.set_blocking(process.stdout.fileno(), False)
    screen = ""

    def is_drawn():
        nonlocal screen
        more = process.stdout.read()
        screen += re.sub(r"\x1b[\[(][0-9;?]*[A-Za-z@]", "", (more or b"").decode(errors="replace"))
        return holds(screen) or process.poll() is not None

    lab.wait_until(is_drawn, 15, "htop draws its header")
    process.stdin.write(b"q")
    process.stdin.flush()
    process.wait()
    return screen


def htop_shows_the_container():
    """htop shows the container's memory, CPUs and uptime"""
    need("htop", "script")
    need_two_cpus()
    box = lab.Container(server, memory=256 * MIB, cpus=1)
    time.sleep(1)  # to htop an uptime of 0 is unknown
    screen = htop_screen(box, lambda text: "/256M" in text and "Uptime" in text)
    check("/256M" in screen, repr(screen))
    check(re.search(r"Uptime: *00:00:\d\d", screen), repr(screen))
    equal(re.findall(r"\bCPU\[", screen)[:1], ["CPU["], "the meter of a single CPU")


def sysstat_shows_the_containers_cpus():
    """mpstat and sar show the container's CPUs and its time"""
    need("mpstat", "sar")
    need_two_cpus()
    box = busy_box(cpus=1)
    for tool in ("mpstat", "sar"):
        text, rate = charged(box, tool, "-P", "ALL", "2", "1")
        check("(1 CPU)" in text, text)
        rows = [line.split() for line in text.splitlines() if line.startswith("Average:")]
        equal([row[1] for row in rows], ["CPU", "all", "0"], text)
        check(abs(100 - float(rows[1][-1]) - rate) < 15, f"charged {rate:.0f} %:\n{text}")


def ps_shows_the_containers_tasks():
    """ps runs, and takes memory shares from the container's total"""
    box = lab.Container(server, memory=64 * MIB)
    eater = box.popen("python3", "-c", EATER.replace("100", "20"), stdin=subprocess.PIPE,
                      stdout=subprocess.PIPE, text=True)
    equal(eater.stdout.readline(), "up\n", "the eater")
    shares = [float(line) for line in box.run("ps", "ax", "-o", "pmem=").split()]
    check(30 <= max(shares) <= 70, f"20 MiB of 64 MiB and Python's own: {shares}")
    eater.stdin.close()
    eater.wait()


def busybox_reads_everything():
    """busybox cat, which uses sendfile, gives every file in full; its top shows the container"""
    need("busybox")
    box = lab.Container(server, memory=256 * MIB, cpus=1)
    for view in lab.VIEWS:
        path = f"/proc/{view}"
        if view == "diskstats" or not os.path.exists(path):
            continue
        lines, expected = (box.run(*cat, path).splitlines() for cat in (["busybox", "cat"], ["cat"]))
        equal(len(lines), len(expected), f"lines of {path}")
    text = box.run("busybox", "top", "-b", "-n", "1")
    check(re.search(r"Mem: \d{1,5}K used, 2\d{5}K free", text), text)


# ---- Settings ----------------------------------------------------------------------------------

def counts(box):
    return box.run("sh", "-c", COUNTS).split()


def cpu_view_host_shows_all_cpus():
    """--cpu-view=host shows the host's CPUs"""
    need_two_cpus()
    box = lab.Container(lab.Server("--cpu-view=host"), cpus=0.5, cpuset="1")
    equal(counts(box), [str(os.cpu_count())] * 6, "counts")


def cpu_view_cpuset_passes_over_quotas():
    """--cpu-view=cpuset shows the cpuset and passes over quotas"""
    need_two_cpus()
    box = lab.Container(lab.Server("--cpu-view=cpuset"), cpus=0.5)
    equal(counts(box), [str(os.cpu_count())] * 6, "counts")
    box.cgroup.cpuset("1")
    equal(counts(box), ["1"] * 6, "counts with a cpuset")


def cpu_numbers_renumber_begins_at_zero():
    """--cpu-numbers=renumber numbers the visible CPUs from 0"""
    need_two_cpus()
    box = lab.Container(lab.Server("--cpu-numbers=renumber"), cpuset="1")
    equal(counts(box), ["1"] * 6, "counts")
    equal(box.read(f"{CPU_LIST}/online"), "0\n", "online")
    equal(sorted(lab.parse_stat(box.read("/proc/stat"))), ["cpu", "cpu0"], "rows of stat")
    check("processor\t: 0\n" in box.read("/proc/cpuinfo"), "cpuinfo")
    equal(lscpu_of(box)["On-line CPU(s) list"], "0", "the on-line list of lscpu")


def swap_off_shows_no_swap():
    """--swap=off shows no swap"""
    box = lab.Container(lab.Server("--swap=off"), memory=64 * MIB)
    memsw = box.cgroup.file("memory", "memory.memsw.limit_in_bytes")
    if memsw.exists():
        lab.write(memsw, 96 * MIB)
    equal((box.meminfo()["SwapTotal"], swap_of(box)), (0, (0, 0)), "swap")


def cpu_possible_visible_cuts_possible():
    """--cpu-possible=visible cuts what is possible, and so what is configured"""
    need_two_cpus()
    box = lab.Container(lab.Server("--cpu-possible=visible"), cpus=1)
    equal(box.read(f"{CPU_LIST}/possible"), "0\n", "possible")
    equal(box.run("getconf", "_NPROCESSORS_CONF"), "1\n", "_NPROCESSORS_CONF")
    box.cgroup.cpuset("1")
    equal(box.read(f"{CPU_LIST}/possible"), "1\n", "possible with a cpuset")
    equal(box.run("nproc", "--all"), "1\n", "nproc --all with a cpuset")


lab.run([
    free_follows_the_containers_own_use,
    swaps_agrees_with_meminfo,
    everything_agrees_on_the_number_of_cpus,
    lscpu_shows_the_containers_cpus,
    nproc_follows_a_cpuset,
    vmstat_shows_the_containers_time,
    top_shows_each_cpu,
    uptime_is_the_containers,
    htop_shows_the_container,
    sysstat_shows_the_containers_cpus,
    ps_shows_the_containers_tasks,
    busybox_reads_everything,
    cpu_view_host_shows_all_cpus,
    cpu_view_cpuset_passes_over_quotas,
    cpu_numbers_renumber_begins_at_zero,
    swap_off_shows_no_swap,
    cpu_possible_visible_cuts_possible,
])
