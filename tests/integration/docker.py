#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Docker containers with the views as volumes."""
import os
import pathlib
import re
import shutil
import signal
import subprocess

import engines
import lab
from engines import IMAGE
from lab import check, equal

lab.adopt_orphans()
server = lab.Server()

VIEWS = ["cpuinfo", "diskstats", "loadavg", "meminfo", "slabinfo", "stat", "swaps", "uptime"]


def volumes():
    for view in VIEWS:
        if os.path.exists(f"/proc/{view}"):
            yield from ("-v", f"{server.mount}/proc/{view}:/proc/{view}:ro")
    yield from ("-v", f"{server.mount}/sys/devices/system/cpu:/sys/devices/system/cpu:ro")


def start_box(*options, binds=None):
    """A running container, with the views as volumes."""
    return engines.DockerBox(docker, *(volumes() if binds is None else binds), *options)


docker, why_not = engines.start_docker()


def need_docker():
    if why_not:
        raise lab.Skipped(why_not)


# ---- Tests -------------------------------------------------------------------------------------

def n_cpus(cpuinfo):
    return cpuinfo.count("processor\t:")


def a_container_sees_its_limits():
    """docker run -m 256m --cpus=1 sees 256 MiB, one CPU and its own uptime"""
    need_docker()
    command = "for view in meminfo cpuinfo stat uptime loadavg swaps diskstats; do " \
              "cat /proc/$view || exit 1; echo ---; done; cat /sys/devices/system/cpu/online"
    text = docker.run("run", "--rm", "--net=none", "-m", "256m", "--cpus=1", *volumes(), IMAGE,
                      "sh", "-c", command)
    meminfo, cpuinfo, stat, uptime, loadavg, swaps, _, online = text.split("---\n")
    check("MemTotal:         262144 kB\n" in meminfo, meminfo)
    equal(n_cpus(cpuinfo), 1, "CPUs in cpuinfo")
    equal(sorted(lab.parse_stat(stat)), ["cpu", "cpu0"], "rows of stat")
    check(float(uptime.split()[0]) < 30, f"uptime {uptime}")
    check(int(loadavg.split()[3].split("/")[1]) < 10 and int(loadavg.split()[4]) < 100, loadavg)
    check(swaps.startswith("Filename"), swaps)
    equal(online, "0\n", "online")


def programs_see_the_limits():
    """programs that are linked with glibc see the limits"""
    need_docker()
    box = start_box("-m", "64m", "--cpus=1")
    if shutil.which("free"):
        equal(box.run("free", "-m").splitlines()[1].split()[1], "64", "total of free -m")
    equal(box.run("getconf", "_NPROCESSORS_ONLN"), "1\n", "_NPROCESSORS_ONLN")


def slabinfo_is_for_root():
    """slabinfo is its header alone"""
    need_docker()
    if not os.path.exists("/proc/slabinfo"):
        raise lab.Skipped("this kernel has no slabinfo")
    check(start_box().read("/proc/slabinfo").startswith("slabinfo - version"), "slabinfo")


def two_containers_see_their_own():
    """two containers at once see each its own, and docker exec sees what the container sees"""
    need_docker()
    boxes = {"100m": start_box("-m", "100m"), "200m": start_box("-m", "200m")}
    for _ in range(3):
        for size, box in boxes.items():
            total = int(size[:-1]) * 1024
            check(f"MemTotal:       {total:>8} kB\n" in box.read("/proc/meminfo"), size)
    uptimes = [float(box.read("/proc/uptime").split()[0]) for box in boxes.values()]
    check(0 <= uptimes[1] and uptimes[0] < 30, f"uptimes {uptimes}")


def a_cpuset_is_seen():
    """docker run --cpuset-cpus=1 sees CPU 1"""
    need_docker()
    if not {0, 1} <= os.sched_getaffinity(0):
        raise lab.Skipped("needs the CPUs 0 and 1")
    box = start_box("--cpuset-cpus=1")
    equal(re.findall(r"processor\t: (\d+)", box.read("/proc/cpuinfo")), ["1"], "cpuinfo")
    equal(sorted(lab.parse_stat(box.read("/proc/stat"))), ["cpu", "cpu1"], "rows of stat")
    equal(box.read("/sys/devices/system/cpu/online"), "1\n", "online")
    equal(box.run("getconf", "_NPROCESSORS_ONLN"), "1\n", "_NPROCESSORS_ONLN")


def update_is_seen_at_once():
    """docker update is seen at once"""
    need_docker()
    box = start_box("-m", "64m", "--memory-swap=64m", "--cpus=2")
    docker.run("update", "-m", "128m", "--memory-swap=128m", "--cpus=1", box.id)
    check("MemTotal:         131072 kB\n" in box.read("/proc/meminfo"), "MemTotal")
    equal(n_cpus(box.read("/proc/cpuinfo")), 1, "CPUs in cpuinfo")


def pid_host_sees_its_limits():
    """a container in the host's PID namespace sees its own limits and uptime"""
    need_docker()
    box = start_box("--pid=host", "-m", "256m", "--cpus=1")
    check("MemTotal:         262144 kB\n" in box.read("/proc/meminfo"), box.read("/proc/meminfo"))
    equal(n_cpus(box.read("/proc/cpuinfo")), 1, "CPUs in cpuinfo")
    check(float(box.read("/proc/uptime").split()[0]) < 30, box.read("/proc/uptime"))


def the_host_lists_it():
    """the host lists a Docker container, and reads its views"""
    need_docker()
    box = start_box("-m", "64m")
    names = [name for name in os.listdir(server.mount / "containers") if box.id[:12] in name]
    equal(len(names), 1, f"entries of {box.id}: {os.listdir(server.mount / 'containers')}")
    text = (server.mount / "containers" / names[0] / "proc/meminfo").read_text()
    check("MemTotal:          65536 kB\n" in text, text)


def a_killed_worker_is_not_noticed():
    """a running container reads on after the worker is killed"""
    need_docker()
    box = start_box("-m", "256m")
    before = float(box.read("/proc/uptime").split()[0])
    pid = server.pid("worker")
    os.kill(pid, signal.SIGKILL)
    check("MemTotal:         262144 kB\n" in box.read("/proc/meminfo"), "MemTotal")
    check(float(box.read("/proc/uptime").split()[0]) >= before, "uptime")
    lab.wait_until(lambda: server.pid("worker") != pid, 10, "another worker")
    check("MemTotal:         262144 kB\n" in box.read("/proc/meminfo"), "MemTotal")


def total_loss_heals_through_anchors_and_without():
    """containers live on after lxfs is lost whole and started again, on anchors (rslave) and without"""
    need_docker()
    anchor = server.runtime / "anchors/proc/meminfo"
    boxes = [start_box("-m", "256m"),
             start_box("-m", "256m", binds=["-v", f"{anchor}:/proc/meminfo:ro,rslave"])]
    for box in boxes:
        check("MemTotal:         262144 kB\n" in box.read("/proc/meminfo"), "MemTotal before")
    server.lose()
    for box in boxes:
        lab.wait_until(lambda box=box: box.fails("cat", "/proc/meminfo"), 5, "the view is dead")
    server.log_path.write_text("")
    server.start()
    lab.wait_until(lambda: "mount namespaces" in server.log(), 10, "healed")
    for box in boxes:
        check("MemTotal:         262144 kB\n" in box.read("/proc/meminfo"), f"after; {server.log()}")
    namespace = os.readlink(f"/proc/{pid_of(boxes[1])}/ns/mnt")
    check(namespace not in server.log(), f"the anchored container was entered: {server.log()}")


def pid_of(box):
    return docker.run("inspect", "-f", "{{.State.Pid}}", box.id).strip()


def one_that_was_started_before_lxfs_is_attached():
    """a container started before lxfs gets all views by attach, keeps them, and loses them by detach"""
    need_docker()
    name = lab.unique_name()
    box = start_box("-m", "256m", "--cpus=1", "--name", name, binds=[])
    check("MemTotal:         262144 kB\n" not in box.read("/proc/meminfo"), "it has the views already")
    pid = pid_of(box)
    before = pathlib.Path(f"/proc/{pid}/mountinfo").read_text()
    late = lab.Server()
    equal(lxfs(late, "attach", name), "", "what attach complains of")
    check("already" in attach(late, box.id[:12]).stdout, "by its id nothing is put there twice")
    for _ in range(2):
        check("MemTotal:         262144 kB\n" in box.read("/proc/meminfo"), box.read("/proc/meminfo"))
        equal(n_cpus(box.read("/proc/cpuinfo")), 1, "CPUs in cpuinfo")
        equal(box.run("getconf", "_NPROCESSORS_ONLN"), "1\n", "_NPROCESSORS_ONLN")
        check("nr_free_pages " in box.read("/proc/vmstat"), "vmstat")
        worker = late.pid("worker")
        os.kill(worker, signal.SIGKILL)
        lab.wait_until(lambda worker=worker: late.pid("worker") != worker, 20, "another worker")
        equal(lxfs(late, "reload"), "", "what reload complains of")
    equal(lxfs(late, "detach", name), "", "what detach complains of")
    equal(pathlib.Path(f"/proc/{pid}/mountinfo").read_text(), before, "the mounts")
    unknown = attach(late, f"{name}x")
    equal((unknown.returncode, unknown.stderr),
          (1, f"lxfs attach: {name}x: there is no such process, id or name; lxfs ps lists those that are known\n"), "a name that nobody has")


def the_cgroup_view_shows_limits_above():
    """attach --cgroup: a container in a limited --cgroup-parent reads that limit in its own files, and no more after detach"""
    need_docker()
    effective = lab.Server("--cgroup-view=effective")
    above = engines.limits_above(192, 1)
    for namespace in ("private",) if lab.is_v2() else ("private", "host"):
        box = start_box(f"--cgroupns={namespace}", f"--cgroup-parent=/{above.path}", binds=[])
        before = pathlib.Path(f"/proc/{pid_of(box)}/mountinfo").read_text()
        equal(engines.reads_limits(box), (None, None), f"before, {namespace}")
        equal(lxfs(effective, "attach", "--cgroup", box.id[:12]), "", "what attach complains of")
        for _ in range(2):
            equal(engines.reads_limits(box), (192 * lab.MIB, 100000), f"attached, {namespace}")
            worker = effective.pid("worker")
            os.kill(worker, signal.SIGKILL)
            lab.wait_until(lambda worker=worker: effective.pid("worker") != worker, 20, "another worker")
        equal(lxfs(effective, "detach", box.id[:12]), "", "what detach complains of")
        equal(pathlib.Path(f"/proc/{pid_of(box)}/mountinfo").read_text(), before, f"the mounts, {namespace}")
        docker.run("rm", "-f", box.id)


def attach(instance, name):
    return subprocess.run([lab.LXFS, "attach", "--runtime-dir", str(instance.runtime), name],
                          capture_output=True, text=True, timeout=60, check=False)


def lxfs(instance, verb, *arguments):
    done = subprocess.run([lab.LXFS, verb, "--runtime-dir", str(instance.runtime), *arguments],
                          capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 0, f"lxfs {verb}: {done.stderr}")
    return done.stderr


lab.run([
    a_container_sees_its_limits,
    programs_see_the_limits,
    slabinfo_is_for_root,
    two_containers_see_their_own,
    a_cpuset_is_seen,
    update_is_seen_at_once,
    pid_host_sees_its_limits,
    the_host_lists_it,
    a_killed_worker_is_not_noticed,
    one_that_was_started_before_lxfs_is_attached,
    the_cgroup_view_shows_limits_above,
    total_loss_heals_through_anchors_and_without,
])
