#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Docker, Podman, LXC and systemd-nspawn with lxfs.service: every container sees itself.

Their root file systems are made of this machine's own: /usr is bound into application containers,
and system containers boot an overlay of the whole.
"""
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile

import guide_blocks
import lab
from lab import check, equal
from unit import Unit

MEMORY_MIB = 256  # as docs/runtimes.md has it
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
FOLDERS = ["dev", "etc", "proc", "root", "run", "sys", "tmp", "usr", "var"]

unit = Unit()


def command(*words, ok=True, seconds=30, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=seconds * lab.SLOW, **options)
    check(done.returncode == 0 or not ok, f"{' '.join(map(str, words))[:200]} gave {done.returncode}: "
                                          f"{done.stdout[-2000:]}{done.stderr[-3000:]}")
    return done.stdout


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise lab.Skipped(f"{program} is not installed")


# ---- Root file systems -------------------------------------------------------------------------

def skeleton():
    """A root that is whole once /usr is bound into it."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-root-"))
    lab.at_end(lambda: shutil.rmtree(root, ignore_errors=True))
    root.chmod(0o755)
    for name in FOLDERS:
        (root / name).mkdir()
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    return root


def overlay():
    """The machine's own root, writable, with no tests in it; boots systemd."""
    base = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-overlay-", dir="/run"))
    lab.at_end(lambda: shutil.rmtree(base, ignore_errors=True))
    for name in ("upper", "work", "root"):
        (base / name).mkdir(mode=0o755)
    root = base / "root"
    command("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir=/,upperdir={base}/upper,workdir={base}/work", root)
    lab.at_end(lambda: command("umount", "-l", root))
    make_bootable(root)
    return root


def make_bootable(root):
    """What its own systemd is not to start."""
    units = root / "etc/systemd/system"
    (units / "multi-user.target.wants/lxfs-tests.service").unlink()
    for name in ("lxfs.service", "systemd-udevd.service", "lxc.service", "systemd-logind.service",
                 "containerd.service", "getty.target", "systemd-resolved.service"):
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    (root / "etc/machine-id").write_text("")


class Box:
    """A running container, by its init as the host knows it."""

    def __init__(self, pid):
        self.pid = int(pid)

    def run(self, *words, ok=True):
        """In all its namespaces, without the runtime: starting a program in Go takes 10 s here."""
        return command("nsenter", "-t", self.pid, "-a", "--", *words, ok=ok)


# ---- What a container must see -----------------------------------------------------------------

def host_uptime():
    return float(pathlib.Path("/proc/uptime").read_text().split()[0])


def check_itself(run, what):
    """free, getconf, uptime and top show a container of MEMORY_MIB and one CPU, begun just now."""
    free = run("free", "-m").splitlines()[1].split()
    equal(int(free[1]), MEMORY_MIB, f"the total of free, {what}")
    check(int(free[2]) < MEMORY_MIB, f"used: {free}, {what}")
    equal(run("getconf", "_NPROCESSORS_ONLN"), "1\n", f"CPUs, {what}")
    seconds = float(run("cat", "/proc/uptime").split()[0])
    check(seconds < host_uptime() - 20, f"uptime {seconds}, the host's {host_uptime()}, {what}")
    check(re.search(r"up +\d+ min|up \d\d?:", run("uptime")), run("uptime"))
    top = run("top", "-b", "-n", "1", "-w", "200")
    check(re.search(rf"MiB Mem : +{MEMORY_MIB}\.0 total", top), top[:600])


def check_survives(run):
    """The same while lxfs is killed, reloaded, restarted."""
    check_itself(run, "at first")
    old = unit.pids()
    os.kill(unit.pid("worker"), 9)
    check_itself(run, "after kill -9 of the worker")
    command("systemctl", "reload", "lxfs")
    check_itself(run, "after a reload")
    command("systemctl", "kill", "-s", "KILL", "lxfs")
    unit.await_others(old)
    check_itself(run, "after kill -9 of everything")


# ---- Application containers --------------------------------------------------------------------

def image_tar():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        tar.add(skeleton(), ".")
    return made.getvalue()


@contextlib.contextmanager
def docker(**more):
    """Docker as the package starts it, with these settings; without a network of its own."""
    need("docker", "dockerd")
    settings = pathlib.Path("/etc/docker/daemon.json")
    settings.parent.mkdir(exist_ok=True)
    before = settings.read_text() if settings.exists() else "{}"
    settings.write_text(json.dumps({**json.loads(before), "iptables": False, "bridge": "none", **more}))
    command("systemctl", "start", "docker")
    try:
        subprocess.run(["docker", "import", "-", "lxfs-root"], input=image_tar(), check=True,
                       capture_output=True)
        yield
    finally:
        command("systemctl", "stop", "docker.service", "docker.socket", "containerd", ok=False)
        settings.write_text(before)


@contextlib.contextmanager
def docker_box():
    made = command("docker", "run", "-d", "--net=none", "-m", f"{MEMORY_MIB}m", "--cpus=1",
                   "-v", "/usr:/usr:ro", "lxfs-root", "sleep", "infinity").strip()
    try:
        yield Box(command("docker", "inspect", "-f", "{{.State.Pid}}", made))
    finally:
        command("docker", "rm", "-f", made, ok=False)


@contextlib.contextmanager
def podman_box():
    need("podman")
    name = lab.unique_name()
    command("podman", "run", "-d", "--name", name, "--net=none", "-m", f"{MEMORY_MIB}m", "--cpus=1",
            "-v", "/usr:/usr:ro", "--rootfs", skeleton(), "sleep", "infinity")
    try:
        yield Box(command("podman", "inspect", "-f", "{{.State.Pid}}", name))
    finally:
        command("podman", "rm", "-f", "-t", "0", name, ok=False)


# ---- System containers -------------------------------------------------------------------------

LXC = """\
lxc.uts.name = {name}
lxc.rootfs.path = dir:{root}
lxc.init.cmd = /sbin/init
lxc.mount.auto = proc:mixed sys:mixed cgroup:rw:force
lxc.net.0.type = empty
lxc.apparmor.profile = unconfined
lxc.tty.max = 0
lxc.pty.max = 64
lxc.signal.halt = SIGRTMIN+3
lxc.cgroup2.memory.max = {bytes}
lxc.cgroup2.cpu.max = 100000 100000
"""


def has_booted(box):
    """systemd in the container has finished its start."""
    return box.run("systemctl", "is-system-running", "--wait", ok=False).strip() in ("running", "degraded")


@contextlib.contextmanager
def lxc_box(more=""):
    need("lxc-start")
    name, folder = lab.unique_name(), pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lxc-"))
    lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    config = LXC.format(name=name, root=overlay(), bytes=MEMORY_MIB * lab.MIB) + more
    (folder / name).mkdir()
    (folder / name / "config").write_text(config)
    command("lxc-start", "-P", folder, "-n", name, "-l", "INFO", "-o", folder / "log")
    try:
        box = Box(command("lxc-info", "-P", folder, "-n", name, "-p", "-H"))
        lab.wait_until(lambda: has_booted(box), 60, "systemd has started in the container")
        yield box
    finally:
        command("lxc-stop", "-P", folder, "-n", name, "-k", ok=False)


def nspawn_leader(name):
    shown = command("machinectl", "show", "-p", "Leader", "--value", name, ok=False).strip()
    return int(shown) if shown else None


@contextlib.contextmanager
def nspawn_box():
    need("systemd-nspawn", "machinectl")
    name = f"lab{os.getpid()}"
    command("systemctl", "start", "systemd-machined")
    process = subprocess.Popen(
        ["systemd-nspawn", "-q", "-D", str(overlay()), "-M", name, "--boot", "--private-network",
         f"--property=MemoryMax={MEMORY_MIB}M", "--property=CPUQuota=100%", "--console=passive"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        lab.wait_until(lambda: process.poll() is not None or nspawn_leader(name), 30, "the machine is registered")
        check(process.poll() is None, f"systemd-nspawn ended: {process.stderr.read() if process.poll() else ''}")
        box = Box(nspawn_leader(name))
        lab.wait_until(lambda: has_booted(box), 60, "systemd has started in the container")
        yield box
    finally:
        command("machinectl", "terminate", name, ok=False)
        lab.end(process)


# ---- Wired in, with nothing on the command line -------------------------------------------------

PODMAN_HOOK = pathlib.Path("/usr/share/containers/oci/hooks.d/50-lxfs.json")
WRAPPER = pathlib.Path("/usr/bin/lxfs-runtime")
LXC_CONF = pathlib.Path("/usr/share/lxc/config/common.conf.d/00-lxfs.conf")
LXC_CGROUP_CONF = pathlib.Path("/usr/share/lxfs/lxc.cgroup.conf")
NSPAWN_UNIT = pathlib.Path("/run/systemd/system/systemd-nspawn@.service.d/limits.conf")
NSPAWN_SETTINGS = pathlib.Path("/run/systemd/nspawn")
NSPAWN_CONF = pathlib.Path("/usr/lib/systemd/system/systemd-nspawn@.service.d/lxfs.conf")


def wired(path):
    if not path.exists():
        raise lab.Skipped(f"this lxfs has installed no {path}")
    unit.await_serving()


def podman_gives_every_container_the_views():
    """Podman with the hook that is installed: views with nothing on the command line"""
    wired(PODMAN_HOOK)
    with podman_box() as box:
        check_itself(box.run, "wired in")


def docker_gives_every_container_the_views():
    """Docker with lxfs-runtime as its default: views with nothing on the command line"""
    wired(WRAPPER)
    with docker(runtimes={"lxfs": {"path": str(WRAPPER)}}, **{"default-runtime": "lxfs"}), \
            docker_box() as box:
        check_itself(box.run, "wired in")


def lxc_gives_every_container_the_views():
    """LXC with the installed common.conf.d file: views with nothing of them in the configuration"""
    wired(LXC_CONF)
    with lxc_box(f"lxc.include = {LXC_CONF}\n") as box:
        check_itself(box.run, "wired in")


def systemd_in_lxc_has_the_views_and_the_kernels_cgroups():
    """LXC with all that is installed: systemd sees its memory in the views, and runs units on cgroup v2 itself"""
    wired(LXC_CGROUP_CONF)
    with lxc_box(f"lxc.include = {LXC_CONF}\nlxc.include = {LXC_CGROUP_CONF}\n") as box:
        equal(box.run("stat", "-f", "-c", "%T", "/sys/fs/cgroup"), "cgroup2fs\n", "what lies at /sys/fs/cgroup")
        box.run("systemd-run", "--unit=napper", "-p", "MemoryMax=64M", "sleep", "infinity")
        unit_folder = pathlib.Path("/sys/fs/cgroup/system.slice/napper.service")
        equal(box.run("cat", unit_folder / "memory.max"), f"{64 * lab.MIB}\n", "the unit's limit")
        equal(len(box.run("cat", unit_folder / "cgroup.procs").split()), 1, "processes of the unit")
        seen = box.run("systemd-run", "--wait", "--pipe", "--quiet", "free", "-m").splitlines()[1].split()[1]
        equal(int(seen), MEMORY_MIB, "the total of free in a unit")
        box.run("systemctl", "stop", "napper")
        box.run("test", "!", "-e", unit_folder)
        check_survives(box.run)


def machine_root(name):
    """Where machinectl looks for it, on a file system whose owners can be mapped: the unit asks for a
    user namespace, and an overlay would be changed file by file, at the expense of the memory limit."""
    root = pathlib.Path("/var/lib/machines") / name
    shutil.copytree(skeleton(), root, symlinks=True)
    lab.at_end(lambda: shutil.rmtree(root))
    shutil.rmtree(root / "etc")
    shutil.copytree("/etc", root / "etc", symlinks=True)
    (root / "etc/os-release").unlink()
    shutil.copy("/usr/lib/os-release", root / "etc")
    make_bootable(root)


def write_for_a_test(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    lab.at_end(path.unlink)


def machine(name):
    """A container for systemd-nspawn@.service, with limits; started by others."""
    machine_root(name)
    write_for_a_test(NSPAWN_SETTINGS / f"{name}.nspawn", "[Files]\nBindReadOnly=/usr\n")
    write_for_a_test(NSPAWN_UNIT, f"[Service]\nMemoryMax={MEMORY_MIB}M\nCPUQuota=100%\n")
    lab.at_end(lambda: command("systemctl", "stop", f"systemd-nspawn@{name}", ok=False))
    command("systemctl", "daemon-reload")
    command("systemctl", "start", "systemd-machined")


def nspawn_gives_every_container_the_views():
    """systemd-nspawn@.service, by the commands of docs/runtimes.md: views with nothing on the command line"""
    wired(NSPAWN_CONF)
    machine("c1")
    start, *more = (block for block in guide_blocks.read() if block.tags.get("vm") == "nspawn")
    run_block(start)
    box = Box(nspawn_leader("c1"))
    lab.wait_until(lambda: has_booted(box), 60, "systemd has started in the container")
    check_itself(box.run, "wired in")
    for block in more:
        run_block(block)


def run_block(block):
    guide_blocks.judge(block, subprocess.run(["sh", "-eu", "-c", block.text], capture_output=True, text=True,
                                             check=False, stdin=subprocess.DEVNULL, timeout=60 * lab.SLOW))


# ---- Containers that were there before ---------------------------------------------------------

def total_of(box):
    return lab.parse_meminfo(box.run("cat", "/proc/meminfo"))["MemTotal"]


def procfs_and_fuse(box):
    rows = [line.split() for line in box.run("cat", "/proc/mounts").splitlines()]
    return [(row[1], row[2]) for row in rows if row[2] == "proc" or row[2].startswith("fuse")]


def check_attach(make_box):
    """Started while there is no lxfs, then attached, then detached."""
    host = lab.parse_meminfo(pathlib.Path("/proc/meminfo").read_text())["MemTotal"]
    unit.stop()
    with make_box() as box:
        equal(total_of(box), host, "MemTotal without lxfs")
        before = procfs_and_fuse(box)
        command("systemctl", "start", "lxfs")
        command("lxfs", "attach", box.pid)
        check_survives(box.run)
        check("avg10=" in box.run("cat", "/proc/pressure/memory"), "pressure has come, too")
        command("lxfs", "detach", box.pid)
        equal(total_of(box), host, "MemTotal once it is detached")
        equal(procfs_and_fuse(box), before, "mounts of procfs and FUSE, as before")


def docker_containers_are_attached():
    """lxfs attach: a Docker container that was started before lxfs sees itself; detach: the host again"""
    with docker():
        check_attach(docker_box)


def podman_containers_are_attached():
    """lxfs attach: a Podman container that was started before lxfs sees itself; detach: the host again"""
    check_attach(podman_box)


def lxc_containers_are_attached():
    """lxfs attach: an LXC system container that was started before lxfs; detach: the host again"""
    check_attach(lxc_box)


def nspawn_containers_are_attached():
    """lxfs attach: a systemd-nspawn container that was started before lxfs; detach: the host again"""
    check_attach(nspawn_box)


lab.run([
    podman_gives_every_container_the_views,
    docker_gives_every_container_the_views,
    lxc_gives_every_container_the_views,
    systemd_in_lxc_has_the_views_and_the_kernels_cgroups,
    nspawn_gives_every_container_the_views,
    docker_containers_are_attached,
    podman_containers_are_attached,
    lxc_containers_are_attached,
    nspawn_containers_are_attached,
])
