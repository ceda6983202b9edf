#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What containers and readers cost by their number: lxfs beside LXCFS and a server of constants, all asked by
the same containers.

Prints Markdown tables; with --plots draws them, too (needs gnuplot). Needs root. Whatever it starts, mounts or makes is ended, unmounted and removed,
also when it fails.
"""
import argparse
import contextlib
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import bench
from bench import Failure

FILE = "proc/meminfo"
READERS = 64
READERS_BY_STEPS = (1, 2, 4, 8, 16, 32, 64)
READERS_BESIDE = 100  # containers
DESCRIPTORS = 1 << 17  # of a server that keeps a dozen of each container
RUSH_MSEC = 3000
ROUNDS = 5
SETTLE_SECONDS = 12
HERE = pathlib.Path(__file__).resolve().parent


# ---- Containers ----------------------------------------------------------------------------------

class Crowd:
    """N containers, each with a cgroup, a memory limit and namespaces of its own; see crowd.c."""

    def __init__(self, stack, program, number):
        places = [bench.make_container(stack, f"-{index}") for index in range(number)]
        self.process = subprocess.Popen([program, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        stack.callback(self.end)
        for place in places:
            pid = self.process.stdout.readline()
            for folder in place:
                (folder / "cgroup.procs").write_text(pid)
        self.tell("settle")

    def tell(self, order):
        try:
            self.process.stdin.write(order + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline().split()
        if not answer:
            raise Failure(f"telling the containers to {order}: they have ended")
        return answer

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


# ---- What a server uses --------------------------------------------------------------------------

class Usage:
    """Of a process and all that it has started; what has ended meanwhile does not count."""

    def __init__(self, process):
        self.process = process

    def _sum(self, count):
        total = 0
        for pid in [self.process.pid, *bench.descendants(self.process.pid)]:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total += count(pathlib.Path(f"/proc/{pid}"))
        return total

    def ticks(self):
        def of(folder):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])
        return self._sum(of)

    def kib(self, names):
        pattern = re.compile(rf"^(?:{'|'.join(names)}):\s+(\d+) kB", re.MULTILINE)
        return self._sum(lambda folder: sum(map(int, pattern.findall((folder / "smaps_rollup").read_text()))))

    def private_mib(self):
        return self.kib(["Private_Clean", "Private_Dirty"]) / 1024

    def descriptors(self):
        return self._sum(lambda folder: len(list((folder / "fd").iterdir())))

    def threads(self):
        return self._sum(lambda folder: len(list((folder / "task").iterdir())))


def idle_percent(usages, seconds):
    """Of one core, for each, once all have sampled what is new to them."""
    time.sleep(SETTLE_SECONDS)
    before = [usage.ticks() for usage in usages]
    time.sleep(seconds)
    per_second = os.sysconf("SC_CLK_TCK") * seconds
    return [100 * (usage.ticks() - was) / per_second for usage, was in zip(usages, before)]


# ---- Tables and plots ----------------------------------------------------------------------------

class Table:
    """Is printed as it grows; a plot takes columns of it."""

    def __init__(self, words, numbers):
        self.names = words + numbers
        self.rows = []
        print("| " + " | ".join(self.names) + " |")
        print("|" + "---|" * len(words) + "---:|" * len(numbers), flush=True)

    def add(self, *cells):
        self.rows.append(dict(zip(self.names, map(str, cells))))
        print("| " + " | ".join(self.rows[-1].values()) + " |", flush=True)

    def curve(self, x, y, server):
        """Lines for gnuplot."""
        return "".join(f"{row[x]} {row[y]}\n" for row in self.rows if row["server"] == server)


def draw(folder, name, title, table, axes):
    """A curve of each server into folder/name.svg."""
    servers = list(dict.fromkeys(row["server"] for row in table.rows))
    script = (HERE / "plot.gnuplot").read_text() + "".join(
        f"${server} << END\n{table.curve(*axes, server)}END\n" for server in servers)
    script += f'set title "{title}"\nset xlabel "{axes[0]}"\nset ylabel "{axes[1]}"\n'
    script += "plot " + ", ".join(f'${server} with linespoints linestyle {STYLES[server]} title "{server}"'
                                  for server in servers) + "\n"
    with open(folder / f"{name}.svg", "wb") as file:
        subprocess.run(["gnuplot"], input=script.encode(), stdout=file, check=True)


STYLES = {"lxfs": 1, "lxcfs": 2, "null": 3}


class Servers:
    def __init__(self, stack, arguments, names=None, more=()):
        work = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-bench-"))
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        stack.callback(bench.unmount_below, work)
        commands = bench.commands(arguments, work, "/proc/meminfo")
        commands["lxcfs"] += more
        self.names = names or arguments.servers
        self.mounts = [work / name for name in self.names]
        self.usages = [Usage(bench.start_server(stack, name, commands[name], work)) for name in self.names]


def measure(arguments, number, table):
    with contextlib.ExitStack() as stack:
        servers, another = Servers(stack, arguments), Servers(stack, arguments, ["null"])
        crowd = Crowd(stack, arguments.crowd, number)
        crowd.tell(f"read {ROUNDS} {another.mounts[0] / FILE}")  # what any process pays for its own first read
        reads = [crowd.tell(f"read {ROUNDS} {mount / FILE}") for mount in servers.mounts]
        rushes = [crowd.tell(f"rush {READERS} {RUSH_MSEC} {mount / FILE}") for mount in servers.mounts]
        idle = idle_percent(servers.usages, arguments.idle_seconds)
        for index, (name, usage) in enumerate(zip(servers.names, servers.usages)):
            usec = [int(nsec) / 1000 for nsec in reads[index]]
            table.add(number, name, f"{usec[0]:.0f}", f"{sorted(usec[1:])[len(usec) // 2 - 1]:.0f}",
                f"{int(rushes[index][0]) * 1000 // RUSH_MSEC}", f"{idle[index]:.2f}",
                f"{usage.kib(['Rss']) / 1024:.1f}", f"{usage.private_mib():.1f}",
                usage.descriptors(), usage.threads())


THROUGHPUT = f"reads/s, {READERS} readers"


def table_of_numbers(arguments):
    table = Table(["containers", "server"], ["first read µs", "later µs", THROUGHPUT, "idle % of a core", "RSS MiB",
                                             "private MiB", "descriptors", "threads"])
    for number in arguments.counts:
        measure(arguments, number, table)
    if arguments.plots:
        draw(arguments.plots, "later-read", "A read of meminfo", table, ("containers", "later µs"))
        draw(arguments.plots, "first-read", "A container's first read of meminfo", table,
             ("containers", "first read µs"))
        draw(arguments.plots, "throughput", f"meminfo, {READERS} readers at once", table, ("containers", THROUGHPUT))
        draw(arguments.plots, "memory", "Memory of the server's own", table, ("containers", "private MiB"))


def table_of_readers(arguments):
    table = Table(["readers", "server"], ["reads/s"])
    with contextlib.ExitStack() as stack:
        servers = Servers(stack, arguments)
        crowd = Crowd(stack, arguments.crowd, READERS_BESIDE)
        for readers in READERS_BY_STEPS:
            for name, mount in zip(servers.names, servers.mounts):
                reads = int(crowd.tell(f"rush {readers} {RUSH_MSEC} {mount / FILE}")[0])
                table.add(readers, name, reads * 1000 // RUSH_MSEC)
    if arguments.plots:
        draw(arguments.plots, "readers", f"meminfo in {READERS_BESIDE} containers", table, ("readers", "reads/s"))


def table_of_reads(arguments):
    """Memory after so many reads, of all containers' meminfo."""
    table = Table(["reads", "server"], ["private MiB", "descriptors"])
    with contextlib.ExitStack() as stack:
        servers = Servers(stack, arguments, [name for name in arguments.servers if name == "lxfs"])
        crowd = Crowd(stack, arguments.crowd, READERS_BESIDE)
        done = 0
        for usage, mount in zip(servers.usages, servers.mounts):
            for wanted in (1000, 10000, 100000, arguments.reads):
                while done < wanted:
                    done += int(crowd.tell(f"rush {READERS_BESIDE} {RUSH_MSEC // 10} {mount / FILE}")[0])
                table.add(done, "lxfs", f"{usage.private_mib():.1f}", usage.descriptors())


def table_of_tasks(arguments):
    """The sampling of load averages: LXCFS does it with -l only, and constants need none."""
    table = Table(["containers", "tasks", "server"],
                  ["all asleep: % of a core", "one in each wakes often: % of a core"])
    names = [name for name in arguments.servers if name != "null"]
    with contextlib.ExitStack() as stack:
        servers = Servers(stack, arguments, names, ["-l"])
        crowd = Crowd(stack, arguments.crowd, arguments.watched)
        each = arguments.tasks // arguments.watched
        crowd.tell(f"tasks {each - 1}")
        for mount in servers.mounts:
            crowd.tell(f"read 1 {mount / 'proc/loadavg'}")
        asleep = idle_percent(servers.usages, arguments.idle_seconds)
        crowd.tell("stir")
        stirred = idle_percent(servers.usages, arguments.idle_seconds)
        for name, calm, busy in zip(servers.names, asleep, stirred):
            table.add(arguments.watched, each * arguments.watched, name, f"{calm:.2f}", f"{busy:.2f}")


# ---- The program ---------------------------------------------------------------------------------

def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lxfs", default="lxfs", metavar="PROGRAM")
    parser.add_argument("--crowd", default=str(HERE / "crowd"), metavar="PROGRAM")
    parser.add_argument("--null-server", default=str(HERE / "null_server"), metavar="PROGRAM")
    parser.add_argument("--plots", type=pathlib.Path, metavar="FOLDER", help="draw into it, too")
    parser.add_argument("--servers", default="null,lxcfs,lxfs", type=lambda text: text.split(","),
                        help="comma-separated, of null, lxcfs and lxfs (default: all)")
    parser.add_argument("--counts", default="1,10,100,1000,3000",
                        type=lambda text: [int(n) for n in text.split(",")],
                        help="comma-separated numbers of containers (default: 1 to 3000)")
    parser.add_argument("--idle-seconds", type=int, default=20)
    parser.add_argument("--watched", type=int, default=200, help="containers for the table of tasks")
    parser.add_argument("--tasks", type=int, default=20000)
    parser.add_argument("--reads", type=int, default=1000000, help="for the table of memory over reads")
    return parser.parse_args()


def scale(arguments):
    with contextlib.suppress(ValueError):  # without CAP_SYS_RESOURCE lxfs does with what there is
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    for table in (table_of_numbers, table_of_readers, table_of_reads, table_of_tasks):
        table(arguments)
        print()


if __name__ == "__main__":
    given = parse_arguments()
    sys.exit(bench.run("scale", lambda: scale(given)))
