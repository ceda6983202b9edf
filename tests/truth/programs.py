# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs of the truth table: how each is asked, and what its answer says of the machine."""
import dataclasses
import re
import time
from typing import Callable, Union

KIB, MIB = 1 << 10, 1 << 20
FACTS = ["memory", "cpus", "uptime", "load"]
WHERE = "/truth"  # what the suite has made lies there, in every container


@dataclasses.dataclass(frozen=True)
class Fact:
    """Where an answer stands: a pattern with one group, or a function of the text. A number is in `unit`, and
    rounded to `grain` of them."""
    find: Union[str, Callable]
    unit: float = 1
    grain: float = 1
    read: Callable = float
    at_most: bool = False  # what is told is a part of what there is

    def value(self, text):
        """A number, or None where the text does not have it."""
        if callable(self.find):
            found = self.find(text)
            return None if found is None else float(found)
        found = re.search(self.find, text)
        return self.read(found[1]) * self.unit if found else None


@dataclasses.dataclass(frozen=True, eq=False)
class Program:
    package: str
    name: str
    command: list
    facts: dict
    reads_cgroups: bool = False
    reason: str = ""  # in the kernel, why no lxfs can make it right
    setting: bool = False  # it is right with cpu-possible=visible

    @property
    def title(self):
        return self.name if self.name == self.package else f"{self.package}: {self.name}"

    def answers(self, text):
        return {fact: where.value(text) for fact, where in self.facts.items()}


def clock(text):
    """Seconds of "3 min", "11:45" or "2 days, 0 min"."""
    days = re.search(r"(\d+) day", text)
    hours = re.search(r"(\d+):(\d+)", text)
    minutes = re.search(r"(\d+) min", text)
    total = int(days[1]) * 1440 if days else 0
    total += int(hours[1]) * 60 + int(hours[2]) if hours else 0
    return 60 * (total + (int(minutes[1]) if minutes else 0))


def hours_minutes_seconds(text):
    """Of htop's "00:01:07", or "1 day, 00:01:07"."""
    days = re.search(r"(\d+) day", text)
    hours, minutes, seconds = map(int, re.search(r"(\d+):(\d+):(\d+)", text).groups())
    return (int(days[1]) * 86400 if days else 0) + hours * 3600 + minutes * 60 + seconds


def since(text):
    """Seconds since a second that is counted from 1970."""
    return time.time() - float(text)


def lines(*facts):
    """What the programs of this folder print: a word and a number a line."""
    return {fact: Fact(rf"(?m)^{fact} (\S+)$", grain=2 if fact == "uptime" else 1) for fact in facts}


def of_uptime(minutes=r"up +(.*?), +(?:\d+ users?, +)?load"):
    return {"uptime": Fact(minutes, grain=60, read=clock), "load": Fact(r"load average: ([\d.]+)")}


def cpus_of_top(text):
    return len(set(re.findall(r"%Cpu(\d+)", text))) or None


def used_and_free(text):
    row = re.search(r"Mem: (\d+)K used, (\d+)K free", text)
    return KIB * (int(row[1]) + int(row[2])) if row else None


def cpus_of_htop(text):
    """A meter for each above that of memory, with its number; one alone has none."""
    head = text.partition("Mem[")[0]
    return len(set(re.findall(r"(?<![\d.])(\d{1,3})\[", head))) or ("CPU[" in head or None)


def plain(text):
    """Without what moves a cursor."""
    return re.sub(r"\x1b[\[(][0-9;?]*[A-Za-z@]", "", text)


HTOP = "(sleep 5; printf q) | TERM=xterm COLUMNS=120 LINES=30 script -qec 'htop -d 5 -C' /dev/null"
# A master that is told to end has started all its workers before.
NGINX = r"""
nginx -c /truth/nginx.conf 2>/tmp/nginx.log &
until grep -q 'start worker process [0-9]' /tmp/nginx.log; do
	sleep 0.1
	kill -0 $! || break
done
kill -QUIT $!
wait $!
cat /tmp/nginx.log
"""
JAVA = ["java", "-Xshare:auto", "-XX:+UseSerialGC", "-cp", WHERE, "Asks"]
OLD_JAVA = [JAVA[0], "-XX:-UseContainerSupport", *JAVA[1:]]
PYTHON = ["/usr/bin/python3", f"{WHERE}/asks.py"]
HEAP = Fact(r"(?m)^memory (\S+)$", at_most=True)
GLIBC, MUSL = f"{WHERE}/asks-glibc", f"{WHERE}/asks-musl"

REASONS = {
    "possible": "`possible` is as long as arrays have to be that are indexed by a CPU's number, which getcpu(2) and "
                "rseq(2) give as it is. A quota binds nobody to a CPU: threads run on all of them, and the kernel "
                "can number none anew. [Why](decisions.md). Where no program counts on that, "
                "`cpu-possible=visible` makes these cells right, as the suite sees, too.",
    "vdso": "The C library takes this clock from a page that the kernel shows to every process (the vDSO): there is no "
            "file and no system call to answer. Only a time namespace has another, and its offset is fixed before "
            "the container's first process begins.",
    "blocks": "`lsmem` lists the blocks of physical addresses that the machine has, 128 MiB or 2 GiB each. A limit is "
              "an amount and no set of blocks: the kernel has none for a cgroup, and the amount need not be a "
              "multiple.",
}

PROGRAMS = [
    Program("procps", "free", ["free", "-b"], {"memory": Fact(r"Mem: +(\d+)")}),
    Program("procps", "uptime", ["uptime"], of_uptime()),
    Program("procps", "top", ["top", "-b", "-n1", "-1", "-w", "200"],
            {"memory": Fact(r"MiB Mem : +([\d.]+) total", MIB, 0.1), "cpus": Fact(cpus_of_top), **of_uptime()}),
    Program("procps", "vmstat -s", ["vmstat", "-s"],
            {"memory": Fact(r"(\d+) K total memory", KIB), "uptime": Fact(r"(\d+) boot time", grain=2, read=since)}),
    Program("busybox", "free", ["busybox", "free"], {"memory": Fact(r"Mem: +(\d+)", KIB)}),
    Program("busybox", "uptime", ["busybox", "uptime"], of_uptime()),
    Program("busybox", "top", ["busybox", "top", "-b", "-n1"],
            {"memory": Fact(used_and_free), "load": Fact(r"Load average: ([\d.]+)")}),
    Program("busybox", "nproc", ["busybox", "nproc"], {"cpus": Fact(r"^(\d+)$")}),
    Program("htop", "htop", ["sh", "-c", HTOP],
            {"memory": Fact(lambda text: _htop(text, r"/([\d.]+)([KMGT])\]", _bytes), grain=MIB),
             "cpus": Fact(lambda text: cpus_of_htop(plain(text))),
             "uptime": Fact(lambda text: _htop(text, r"Uptime: *((?:\d+ days?, *)?[\d:]+)", hours_minutes_seconds),
                            grain=8),
             "load": Fact(lambda text: _htop(text, r"Load average: *([\d.]+)", float))}),
    Program("coreutils", "nproc", ["nproc"], {"cpus": Fact(r"^(\d+)$")}),
    Program("coreutils", "nproc --all", ["nproc", "--all"], {"cpus": Fact(r"^(\d+)$")}, reason="possible",
            setting=True),
    Program("util-linux", "lscpu", ["lscpu"], {"cpus": Fact(r"(?m)^CPU\(s\): +(\d+)")}),
    Program("util-linux", "lsmem", ["lsmem", "-b", "--summary"], {"memory": Fact(r"Total online memory: +(\d+)")},
            reason="blocks"),
    Program("libc-bin", "getconf _PHYS_PAGES", ["getconf", "_PHYS_PAGES"], {"memory": Fact(r"^(\d+)$", 4 * KIB)}),
    Program("libc-bin", "getconf _NPROCESSORS_ONLN", ["getconf", "_NPROCESSORS_ONLN"], {"cpus": Fact(r"^(\d+)$")}),
    Program("glibc", "sysconf, get_nprocs, getloadavg", [GLIBC, "sysconf"], lines("memory", "cpus", "load")),
    Program("glibc", "sysinfo", [GLIBC, "sysinfo"], lines("memory", "uptime", "load")),
    Program("glibc", "sysconf(_SC_NPROCESSORS_CONF)", [GLIBC, "conf"], lines("cpus"), reason="possible",
            setting=True),
    Program("glibc", "clock_gettime(CLOCK_BOOTTIME)", [GLIBC, "clock"], lines("uptime"), reason="vdso"),
    Program("musl, static", "sysconf, get_nprocs, getloadavg", [MUSL, "sysconf"], lines("memory", "cpus", "load")),
    Program("musl, static", "sysinfo", [MUSL, "sysinfo"], lines("memory", "uptime", "load")),
    Program("musl, static", "sysconf(_SC_NPROCESSORS_CONF)", [MUSL, "conf"], lines("cpus")),
    Program("Python", "os.sysconf, cpu_count, getloadavg", [*PYTHON, "os"], lines("memory", "cpus", "load")),
    Program("Python", "os.sched_getaffinity", [*PYTHON, "affinity"], lines("cpus")),
    Program("Python", "psutil", [*PYTHON, "psutil"], lines(*FACTS)),
    Program("Node", "os.totalmem, cpus, uptime, loadavg", ["node", f"{WHERE}/asks.js", "os"], lines(*FACTS)),
    Program("Node", "constrainedMemory, availableParallelism", ["node", f"{WHERE}/asks.js", "limits"],
            lines("memory", "cpus"), reads_cgroups=True),
    Program("JVM", "Runtime: heap, availableProcessors", [*JAVA, "runtime"], {**lines("cpus"), "memory": HEAP},
            reads_cgroups=True),
    Program("JVM", "OperatingSystemMXBean", [*JAVA, "bean"], lines("memory", "cpus", "load"), reads_cgroups=True),
    Program("JVM", "the same with -UseContainerSupport", [*OLD_JAVA, "bean"], lines("memory", "cpus", "load")),
    Program("Go", "runtime.NumCPU", [f"{WHERE}/asks-go", "numcpu"], lines("cpus")),
    Program("Go", "GOMAXPROCS", [f"{WHERE}/asks-go", "procs"], lines("cpus"), reads_cgroups=True),
    Program("nginx", "worker_processes auto", ["sh", "-c", NGINX],
            {"cpus": Fact(lambda text: len(re.findall(r"start worker process \d", text)) or None)}),
    Program("MariaDB", "thread_pool_size", ["mariadbd", "--no-defaults", "--verbose", "--help"],
            {"cpus": Fact(r"(?m)^thread-pool-size +(\d+)")}),
    Program("stress-ng", "--cpu 0", ["stress-ng", "--cpu", "0", "--cpu-ops", "1", "-t", "1"],
            {"cpus": Fact(r"dispatching hogs: (\d+) cpu")}, reason="possible", setting=True),
]


def _bytes(number, unit):
    return float(number) * KIB ** (1 + "KMGT".index(unit))


def _htop(text, pattern, read):
    found = re.search(pattern, plain(text))
    return read(*found.groups()) if found else None
