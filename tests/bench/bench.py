#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a read costs: lxfs beside LXCFS, beside a FUSE server that answers constants, beside the
kernel's own file, all read in a drawn order by one process inside one container with limits.

Prints a Markdown table of medians in microseconds. Needs root. Whatever it starts, mounts or makes
is ended, unmounted and removed, also when it fails.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

FILES = ["cpuinfo", "diskstats", "loadavg", "meminfo", "slabinfo", "stat", "swaps", "uptime",
         "vmstat"]
START_SECONDS = 10
STOP_SECONDS = 5
SKIPPED = 77  # what meson takes for "could not run here"

V1_LIMITS = {
    "memory": {"memory.limit_in_bytes": str(256 << 20)},
    "cpu": {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "100000"},
    "cpuacct": {},
    "cpuset": {"cpuset.cpus": None, "cpuset.mems": None},  # None: as the folder above
}
V2_LIMITS = {"memory": {"memory.max": str(256 << 20)}, "cpu": {"cpu.max": "100000 100000"}}


class Failure(Exception):
    """One line for the user: what was attempted, on what, why it failed."""


# ---- the container -------------------------------------------------------------------------

def cgroup_mounts():
    """(v1: controller -> folder, v2: folder or None)"""
    v1, v2 = {}, None
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, folder, kind, options = line.split()[:4]
        if kind == "cgroup":
            for option in options.split(","):
                v1.setdefault(option, pathlib.Path(folder))
        elif kind == "cgroup2" and v2 is None:
            v2 = pathlib.Path(folder)
    return v1, v2


def remove_cgroup(folder):
    """The last task may take a moment to leave."""
    for _ in range(50):
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.1)
    print(f"bench: removing {folder}: still in use", file=sys.stderr)


def set_limits(folder, limits):
    for name, value in limits.items():
        if value is None:
            value = (folder.parent / name).read_text()
        (folder / name).write_text(value)


def make_v1(stack, mounts, name):
    folders = []
    for controller, limits in V1_LIMITS.items():
        if controller not in mounts:
            continue
        folder = mounts[controller] / name
        if not folder.exists():  # cpu and cpuacct may be one hierarchy
            folder.mkdir()
            stack.callback(remove_cgroup, folder)
            folders.append(folder)
        set_limits(folder, limits)
    return folders


def make_v2(stack, mount, name):
    """Controllers that are switched on for the root's children stay on: others may rely on them."""
    folder = mount / name
    switch = mount / "cgroup.subtree_control"
    for controller in V2_LIMITS:
        if controller not in switch.read_text().split():
            switch.write_text(f"+{controller}")
    folder.mkdir()
    stack.callback(remove_cgroup, folder)
    for limits in V2_LIMITS.values():
        set_limits(folder, limits)
    return [folder]


def limit_file(folders):
    """The file of its memory limit in the kernel's own file system."""
    return next(folder / name for folder in folders for name in ("memory.limit_in_bytes", "memory.max")
                if (folder / name).exists())


def make_container(stack, suffix=""):
    """The folders of a fresh cgroup with limits: one for each hierarchy."""
    v1, v2 = cgroup_mounts()
    name = f"lxfs-bench-{os.getpid()}{suffix}"
    if "memory" in v1:
        return make_v1(stack, v1, name)
    if v2:
        return make_v2(stack, v2, name)
    raise Failure("making a container: no cgroup hierarchy is mounted")


def descendants(pid):
    with contextlib.suppress(OSError):
        for child in map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            yield child
            yield from descendants(child)


def stop_container(process):
    """unshare ignores SIGTERM, but ends, and reaps its child, when that has ended."""
    if process.poll() is None:
        for pid in list(descendants(process.pid)):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
    stop(process)


def run_inside(stack, folders, command):
    """Runs a command as init of a container in these cgroups; its standard output."""
    def enter():
        for folder in folders:
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    process = subprocess.Popen(
        ["unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc", "--"] + command,
        preexec_fn=enter, stdout=subprocess.PIPE, text=True)
    stack.callback(stop_container, process)
    output, _ = process.communicate()
    if process.returncode != 0:
        raise Failure(f"running {command[0]} in the container: exit code {process.returncode}")
    return output


# ---- the servers ---------------------------------------------------------------------------

def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def unmount_below(folder):
    mounts = [line.split()[1] for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
    for mount in reversed(mounts):
        if mount == str(folder) or mount.startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", mount], check=False)


def wait_until_served(name, process, mount, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.stderr.write(log.read_text(errors="replace"))
            raise Failure(f"starting {name}: it ended with exit code {process.returncode}")
        with contextlib.suppress(OSError):
            if (mount / "proc/uptime").read_text():
                return
        time.sleep(0.05)
    raise Failure(f"starting {name}: nothing served on {mount} after {START_SECONDS} s")


def start_server(stack, name, command, work):
    mount, log = work / name, work / f"{name}.log"
    mount.mkdir()
    program = shutil.which(command[0])
    if not program:
        raise Failure(f"starting {name}: there is no program {command[0]}")
    with open(log, "wb") as output:
        process = subprocess.Popen([program] + command[1:], stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=output)
    stack.callback(stop, process)
    wait_until_served(name, process, mount, log)
    return process


def commands(arguments, work, limit):
    return {
        "null": [arguments.null_server, str(work / "null"), str(limit)],
        "lxcfs": ["lxcfs", "-f", "-p", str(work / "lxcfs.pid"), str(work / "lxcfs")],
        "lxfs": [arguments.lxfs, "serve", "--mountpoint", str(work / "lxfs"), "--runtime-dir",
                 str(work / "run")],
    }


# ---- the courses ---------------------------------------------------------------------------

def courses_of_views(arguments, work):
    """Files, and where each server has them."""
    folders = {"kernel": "/", **{server: work / server for server in arguments.servers}}
    return [f"proc/{file}" for file in FILES], folders


def courses_of_cgroups(arguments, work, limit):
    """The container's own limit in the cgroup view; the null server passes it through."""
    below = limit.parent.relative_to("/sys/fs/cgroup")
    folders = {"kernel": limit.parent, "null": work / "null", "lxfs": work / "lxfs/cgroup" / below}
    return [limit.name], {server: folder for server, folder in folders.items()
                          if server == "kernel" or server in arguments.servers}


def measure(stack, arguments, container, courses):
    files, folders = courses
    return parse(run_inside(stack, container, [arguments.read_loop, str(arguments.rounds), ",".join(files)]
                            + [f"{server}={folder}" for server, folder in folders.items()]))


# ---- the table -----------------------------------------------------------------------------

def parse(output):
    """(file, server) -> microseconds; what a server does not have is left out."""
    medians = {}
    for line in output.splitlines():
        file, server, nsec, _ = line.split("\t")
        if nsec != "-":
            medians[file.removeprefix("proc/"), server] = int(nsec) / 1000
    return medians


def cell(number, digits):
    return "-" if number is None else f"{number:.{digits}f}"


def ratio(medians, file, server, other):
    if (file, server) in medians and (file, other) in medians:
        return medians[file, server] / medians[file, other]
    return None


def print_table(medians, servers):
    ratios = [(a, b) for a, b in [("lxfs", "null"), ("lxfs", "lxcfs"), ("lxcfs", "null")]
              if a in servers and b in servers]
    header = ["file"] + [f"{server} µs" for server in servers] + [f"{a}/{b}" for a, b in ratios]
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" + "---:|" * (len(header) - 1))
    for file in dict.fromkeys(file for file, _ in medians):
        row = [cell(medians.get((file, server)), 1) for server in servers]
        row += [cell(ratio(medians, file, a, b), 2) for a, b in ratios]
        print(f"| {file} | " + " | ".join(row) + " |")


def check_ratios(medians, limit):
    """Files that cost more than `limit` times the server of constants."""
    slow = [file for file in FILES if (ratio(medians, file, "lxfs", "null") or 0) > limit]
    if slow:
        raise Failure(f"lxfs takes more than {limit} times the null server's time for "
                      + ", ".join(slow))


# ---- the program ---------------------------------------------------------------------------

def bench(arguments):
    with contextlib.ExitStack() as stack:
        work = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-bench-"))
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        stack.callback(unmount_below, work)
        container = make_container(stack)
        limit = limit_file(container)
        for server in arguments.servers:
            start_server(stack, server, commands(arguments, work, limit)[server], work)
        medians = measure(stack, arguments, container, courses_of_views(arguments, work))
        medians |= measure(stack, arguments, container, courses_of_cgroups(arguments, work, limit))
    print_table(medians, ["kernel"] + arguments.servers)
    if arguments.max_ratio:
        check_ratios(medians, arguments.max_ratio)


def parse_arguments():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lxfs", default="lxfs", metavar="PROGRAM")
    parser.add_argument("--null-server", default=str(here / "null_server"), metavar="PROGRAM")
    parser.add_argument("--read-loop", default=str(here / "read_loop"), metavar="PROGRAM")
    parser.add_argument("--servers", default="null,lxcfs,lxfs", type=lambda text: text.split(","),
                        help="comma-separated, of null, lxcfs and lxfs (default: all)")
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--max-ratio", type=float, metavar="X",
                        help="fail when a file of lxfs costs more than X times the null server's")
    arguments = parser.parse_args()
    unknown = set(arguments.servers) - {"null", "lxcfs", "lxfs"}
    if unknown:
        parser.error(f"unknown servers: {', '.join(sorted(unknown))}")
    return arguments


def run(name, work):
    """The exit code of a benchmark; the others of this folder are run by it, too."""
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
        print(f"{name}: skipped: needs root and /dev/fuse", file=sys.stderr)
        return SKIPPED
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))  # unwinds the stack: everything is removed
    try:
        work()
    except (Failure, OSError) as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    given = parse_arguments()
    sys.exit(run("bench", lambda: bench(given)))
