#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""CPU time, uptime and load: what is counted, that it is all counted, and that it never goes back.

The machine may be busy with other things, so what a container is shown is compared with what its
cgroup was charged, not with what it would have used on an idle machine.
"""
import json
import os
import pathlib
import signal
import subprocess
import time

import lab
from lab import check, equal

server = lab.Server()

TICKS = os.sysconf("SC_CLK_TCK")
NSEC_PER_TICK = 1000000000 // TICKS
CPUS = 2
TOLERANCE = 2 * CPUS
PACE = min(lab.SLOW, 5)  # how much longer things take that readers do meanwhile
WATCHER = pathlib.Path(__file__).with_name("watch_counters.py").read_text()


def need_two_cpus():
    if not {0, 1} <= os.sched_getaffinity(0):
        raise lab.Skipped("needs the CPUs 0 and 1")


def stat_of(box):
    return lab.parse_stat(box.read("/proc/stat"))


def stat_value(box, name):
    lines = [line.split() for line in box.read("/proc/stat").splitlines()]
    return [int(line[1]) for line in lines if line[0] == name][0]


def uptime_of(box):
    return [float(word) for word in box.read("/proc/uptime").split()]


def loadavg_of(box):
    one, five, fifteen, tasks, newest = box.read("/proc/loadavg").split()
    return float(one), float(five), float(fifteen), int(tasks.split("/")[0]), int(newest)


class Reading:
    """One look at proc/stat, with what the cgroup had been charged before and after."""

    def __init__(self, box):
        before = box.cgroup.cpu_nsec()
        self.rows = stat_of(box)
        self.least = before // NSEC_PER_TICK
        self.most = box.cgroup.cpu_nsec() // NSEC_PER_TICK
        self.busy = lab.busy_ticks(self.rows["cpu"])

    def is_all(self):
        return self.least - TOLERANCE <= self.busy <= self.most + TOLERANCE

    def __str__(self):
        return f"busy {self.busy} ticks, charged {self.least} to {self.most}"


def grown(first, second, row):
    return lab.busy_ticks(second.rows[row]) - lab.busy_ticks(first.rows[row])


def end_all(processes):
    for process in processes:
        lab.end(process)


# ---- Busy ticks --------------------------------------------------------------------------------

def busy_percentages(top, cpu):
    """us + sy + ni of each round of top -1."""
    rows = [part.split(":", 1)[1] for line in top.splitlines() for part in line.split("%")
            if part.startswith(f"Cpu{cpu} ")]
    words = [row.replace(",", " ").split() for row in rows]
    return [float(row[0]) + float(row[2]) + float(row[4]) for row in words]


def one_busy_loop_is_one_busy_cpu_of_two():
    """a busy loop is one busy CPU of two in top -1, with the cgroup's ticks, the neighbour's unseen"""
    need_two_cpus()
    box, neighbour = lab.Container(server, cpus=1.5), lab.Container(server)
    box.cgroup.weight(16)
    begun, first = time.monotonic(), Reading(box)
    loops = box.burn([0])
    neighbour.burn([1])
    time.sleep(0.5)
    charged, started = box.cgroup.cpu_nsec(), time.monotonic()
    top = box.run("top", "-b", "-1", "-w", "200", "-n", "2", "-d", "5")
    rate = (box.cgroup.cpu_nsec() - charged) / (time.monotonic() - started) / 1e7
    time.sleep(max(0, 10 - (time.monotonic() - begun)))
    end_all(loops)
    second = Reading(box)
    busy, other = busy_percentages(top, 0), busy_percentages(top, 1)
    equal((len(busy), len(other)), (2, 2), f"rows of CPUs in two rounds of top -1:\n{top}")
    lab.note(f"the loop had {rate:.0f} %, top says {busy[1]} % and {other[1]} %")
    check(abs(busy[1] - min(rate, 100)) < 10, f"{busy[1]} % busy, the cgroup was charged {rate:.0f} %")
    check(other[1] < 10, f"the other CPU {other[1]} % busy")
    ticks, least, most = second.busy - first.busy, second.least - first.most, second.most - first.least
    check(least - TOLERANCE <= ticks <= most + TOLERANCE, f"from {first} to {second}")
    check(grown(first, second, "cpu1") < ticks / 10, f"{first.rows}\n{second.rows}")


def what_is_spent_at_once_is_shown_later():
    """a quota spent on two CPUs at once is shown on one as soon as it fits, nothing is dropped"""
    need_two_cpus()
    box = lab.Container(server)
    box.cgroup.weight(16)
    box.cgroup.quota(1, period=1000000)
    equal(sorted(stat_of(box)), ["cpu", "cpu0"], "rows of stat")
    loops, behind = box.burn([0, 1]), 0
    end = time.monotonic() + 2.2
    while time.monotonic() < end:
        seen = Reading(box)
        behind = max(behind, seen.least - seen.busy)
        check(seen.busy <= seen.most + TOLERANCE, f"more than was used: {seen}")
        time.sleep(0.05)
    end_all(loops)
    lab.note(f"{behind} ticks were carried at most")
    lab.wait_until(lambda: Reading(box).is_all(), 5, f"all that was used is shown: {Reading(box)}")


def what_more_cpus_spent_is_not_lost_with_them():
    """what was spent on more CPUs is shown in full when a lowered quota shows fewer"""
    need_two_cpus()
    box = lab.Container(server)
    box.cgroup.weight(16)
    stat_of(box)
    loops = box.burn([0, 1])
    time.sleep(1)
    box.cgroup.quota(0.5)
    seen = Reading(box)
    lab.note(f"{seen.most} ticks in a second of two CPUs")
    equal(sorted(seen.rows), ["cpu", "cpu0"], "rows of stat")
    check(seen.is_all(), str(seen))
    end_all(loops)


def nothing_goes_back():
    """no counter goes back with quotas and cpusets that change, eight readers and a worker killed"""
    need_two_cpus()
    box = lab.Container(server)
    watcher = box.popen("python3", "-c", WATCHER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    equal(watcher.stdout.readline(), b"up\n", "the watcher")
    loops = box.burn([0, 1])
    changes = [lambda: box.cgroup.quota(0.5), lambda: box.cgroup.quota(2), kill_worker,
               lambda: box.cgroup.quota(None), lambda: box.cgroup.quota(1), kill_worker,
               lambda: box.cgroup.cpuset("0"), lambda: box.cgroup.cpuset("1"), kill_worker,
               lambda: box.cgroup.cpuset("0-1"), lambda: box.cgroup.quota(1.5)]
    for change in changes:
        change()
        time.sleep(0.6 * PACE)
    said = json.loads(watcher.communicate(timeout=60 * lab.SLOW)[0])
    end_all(loops)
    lab.note(f"{said['reads']} reads")
    equal(said["problems"], [], "what eight readers complain of")
    check(said["reads"] > 50, f"only {said['reads']} reads")
    lab.wait_until(lambda: Reading(box).is_all(), 5, f"all that was used is shown: {Reading(box)}")


def kill_worker():
    pid = server.pid("worker")
    os.kill(pid, signal.SIGKILL)
    lab.wait_until(lambda: server.pid("worker") != pid, 10, "another worker")


def an_idle_container_is_idle():
    """an idle container is idle, whatever its neighbours do"""
    box, neighbour = lab.Container(server), lab.Container(server)
    neighbour.burn([0])
    first = Reading(box)
    time.sleep(6)
    second = Reading(box)
    ticks, charged = second.busy - first.busy, second.most - first.least
    check(ticks <= charged + TOLERANCE, f"from {first} to {second}")
    check(ticks < 30 * PACE, f"{ticks} ticks in 6 s of doing nothing")


# ---- Uptime ------------------------------------------------------------------------------------

def uptime_grows_like_the_clock():
    """uptime grows like the clock"""
    box = lab.Container(server)
    before = time.monotonic()
    first = uptime_of(box)[0]
    after = time.monotonic()
    time.sleep(1)
    least = time.monotonic() - after
    second = uptime_of(box)[0]
    most = time.monotonic() - before
    check(least - 0.02 <= second - first <= most + 0.02, f"{second - first}, not in {least} to {most}")


def idle_time_is_one_figure():
    """the idle time of uptime is that of stat"""
    box = lab.Container(server)
    box.burn([0])
    for _ in range(5):
        least = stat_of(box)["cpu"][3] / TICKS
        idle = uptime_of(box)[1]
        most = stat_of(box)["cpu"][3] / TICKS
        check(least - 0.011 <= idle <= most + 0.011, f"idle {idle}, in stat {least} to {most}")


def btime_is_the_containers_start():
    """btime is the container's start and stays, for another worker too"""
    before = time.time()
    box = lab.Container(server)
    after = time.time()
    btime = stat_value(box, "btime")
    check(before - 1 <= btime <= after + 1, f"btime {btime}, started from {before} to {after}")
    for _ in range(5):
        time.sleep(0.25)
        equal(stat_value(box, "btime"), btime, "btime")
    kill_worker()
    equal(stat_value(box, "btime"), btime, "btime after a worker's death")


# ---- Load --------------------------------------------------------------------------------------

def load_is_averaged_from_the_present_number_on():
    """load starts from the present number, moves towards two busy loops, and survives a killed worker"""
    quiet, loaded, neighbour = (lab.Container(server) for _ in range(3))
    loops = loaded.burn([0, 1])
    lab.wait_until(lambda: all_run(loops), 10, "two loops run")
    start = loadavg_of(loaded)
    check(1.9 <= start[0] <= 4 and 1.9 <= start[2] <= 4, f"two loops start as {start}")
    begun, idle = loadavg_of(quiet)[0], loadavg_of(neighbour)[0]
    check(begun <= 1 and idle <= 1, f"idle containers start with {begun} and {idle}")
    loops += quiet.burn([0, 1])
    lab.wait_until(lambda: loadavg_of(quiet)[0] > begun, 12, "the average moves")
    check(stat_value(quiet, "procs_running") >= 2, "procs_running")
    check(loadavg_of(quiet)[3] >= 2, f"running tasks: {loadavg_of(quiet)}")
    before = loadavg_of(quiet)[0]
    check(begun < before < 1.5, f"{begun}, then {before}")
    kill_worker()
    after = loadavg_of(quiet)[0]
    check(before <= after < 1.5, f"{before} before and {after} after a worker's death")
    check(loadavg_of(neighbour)[0] <= idle + 0.2, f"the neighbour's load {loadavg_of(neighbour)}")
    end_all(loops)


def all_run(loops):
    """Each has got through nsenter(1), taskset(1) and the start of the shell."""
    children = [child for loop in loops for child in lab.children_of(loop.pid)]
    names = [pathlib.Path(f"/proc/{child}/comm").read_text(encoding="utf-8") for child in children]
    return names == ["sh\n"] * len(loops)


def newest_pid_is_the_containers_own():
    """the newest pid is the container's own numbering"""
    box = lab.Container(server)
    sleeper = box.popen("sleep", "60")
    lab.wait_until(lambda: lab.children_of(sleeper.pid), 5, "the sleeper runs")
    status = pathlib.Path(f"/proc/{lab.children_of(sleeper.pid)[0]}/status").read_text()
    inner = [int(line.split()[-1]) for line in status.splitlines() if line.startswith("NSpid")][0]
    newest = loadavg_of(box)[4]
    check(inner <= newest <= inner + 10, f"{newest}, the sleeper is {inner}")
    check(inner <= stat_value(box, "processes") <= inner + 20, "processes of stat")


lab.run([
    one_busy_loop_is_one_busy_cpu_of_two,
    what_is_spent_at_once_is_shown_later,
    what_more_cpus_spent_is_not_lost_with_them,
    nothing_goes_back,
    an_idle_container_is_idle,
    uptime_grows_like_the_clock,
    idle_time_is_one_figure,
    btime_is_the_containers_start,
    load_is_averaged_from_the_present_number_on,
    newest_pid_is_the_containers_own,
])
