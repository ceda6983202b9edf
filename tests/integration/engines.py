# SPDX-License-Identifier: LGPL-2.1-or-later
"""Container engines of our own for the integration tests: Docker, Podman, OCI runtimes, LXC.

Each has folders of its own and leaves nothing behind: no container, mount, cgroup or process. Each
container that is started offers run() and exec_command().
"""
import functools
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time

import lab
from lab import check, equal

IMAGE = "lxfs-lab:1"
BEGUN = time.monotonic()
LINKS = ["cat", "grep", "head", "ls", "mount", "readlink", "sh", "sleep", "true", "unshare"]
DYNAMIC = ["free", "getconf", "uptime"]


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise lab.Skipped(f"{program} is not installed")


# ---- An image ----------------------------------------------------------------------------------

def _libraries_of(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)


@functools.cache
def image():
    """A tar with busybox and a few of the host's programs with their libraries."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        files = {"bin/busybox": shutil.which("busybox")}
        for program in filter(None, map(shutil.which, DYNAMIC)):
            files[f"bin/{os.path.basename(program)}"] = program
            files.update({path.lstrip("/"): path for path in _libraries_of(program)})
        for name, path in files.items():
            tar.add(os.path.realpath(path), name)
        for name in LINKS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    return made.getvalue()


def unpack(folder):
    """The image as a root file system."""
    for name in ("proc", "sys", "dev", "tmp", "run"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(image())) as tar:
        tar.extractall(folder)


def add_program(root, program):
    """One more, with its libraries, into a root file system."""
    for source, name in [(program, f"bin/{program.name}"), *((path, path.lstrip("/")) for path in _libraries_of(program))]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.path.realpath(source), root / name)


# ---- What a container must see -------------------------------------------------------------------

def total_mib(box):
    return box.run("free", "-m").splitlines()[1].split()[1]


def sees_its_own(box, mib=256, cpus=1):
    """free, getconf, uptime, and the views that no runtime lets a container bind."""
    equal(total_mib(box), str(mib), "total of free -m")
    equal(box.run("getconf", "_NPROCESSORS_ONLN"), f"{cpus}\n", "_NPROCESSORS_ONLN")
    sees_its_own_uptime(box)
    sees_vmstat_and_pressure(box, mib)


def sees_its_own_uptime(box):
    """No container is older than this program, and the host is."""
    uptime = float(box.run("cat", "/proc/uptime").split()[0])
    age = time.monotonic() - BEGUN
    check(0 <= uptime <= age, f"uptime {uptime} of the container, {age} of the test")
    told = box.run("uptime")
    minutes = re.search(r"up +(\d+) min|up +(\d+):(\d+)", told)
    check(minutes, told)
    minutes = int(minutes[1]) if minutes[1] else int(minutes[2]) * 60 + int(minutes[3])
    check(minutes <= (time.monotonic() - BEGUN) / 60, told)


def sees_vmstat_and_pressure(box, mib):
    vmstat = dict(line.split() for line in box.run("cat", "/proc/vmstat").splitlines())
    check(int(vmstat["nr_free_pages"]) * 4 <= mib * 1024, f"free pages {vmstat['nr_free_pages']}")
    served = views_of(box)
    for view in ["vmstat", *(f"pressure/{name}" for name in os.listdir("/proc/pressure"))]:
        check(f"/proc/{view}" in served, f"{view} is not among {served}")


def views_of(box):
    rows = [line.split() for line in box.run("cat", "/proc/self/mountinfo").splitlines()]
    return {row[4] for row in rows if "fuse.lxfs" in row}


def sees_the_host(box):
    equal(views_of(box), set(), "views")
    check(int(total_mib(box)) > 512, "total of free -m")


def limits_above(mib, cpus):
    """A cgroup with limits, for containers that have none of their own."""
    above = lab.Cgroup()
    above.memory(mib * lab.MIB)
    above.quota(cpus)
    return above


def reads_limits(box):
    """What the files say at which programs look that find their cgroup mounted alone: bytes and microseconds."""
    names = ("memory.max", "cpu.max") if lab.is_v2() else ("memory/memory.limit_in_bytes", "cpu/cpu.cfs_quota_us")
    memory, quota = (box.run("cat", f"/sys/fs/cgroup/{name}").split()[0] for name in names)
    return None if memory == "max" or int(memory) > 1 << 50 else int(memory), None if quota in ("max", "-1") else int(quota)


def row_of_free(text):
    lines = text.splitlines()
    return dict(zip(lines[0].split(), map(int, lines[1].split()[1:])))


def agrees_with_proc(box, mib=256):
    """busybox free -m and /proc/meminfo in one go, busybox uptime and /proc/uptime."""
    text = box.run("sh", "-c", "busybox free -m && cat /proc/meminfo")
    at = text.index("MemTotal:")
    free, seen = row_of_free(text[:at]), lab.parse_meminfo(text[at:])
    equal((free["total"], seen["MemTotal"]), (mib, mib * 1024), "total of busybox free -m, and MemTotal")
    check(free["used"] + free["free"] <= mib + 1, f"{free}, each of which is rounded")
    used = seen["MemTotal"] - sum(seen[name] for name in ("MemFree", "Buffers", "Cached", "SReclaimable"))
    for name, kib in (("used", used), ("free", seen["MemFree"]), ("available", seen["MemAvailable"])):
        check(abs(free[name] - kib / 1024) <= 8, f"{name} of {free}, and by /proc/meminfo {kib} KiB")
    minutes = re.search(r"up (\d+) min", box.run("busybox", "uptime"))
    uptime = float(box.run("cat", "/proc/uptime").split()[0])
    check(minutes and abs(int(minutes[1]) - uptime / 60) < 2, f"{minutes} and {uptime}")


def is_told_of_the_machine(box):
    check(row_of_free(box.run("busybox", "free", "-m"))["total"] > 512, "total of busybox free -m")


def survives(server, box):
    """Readers in the container notice neither kill -9 of the worker nor lxfs reload."""
    loop = "i=0; while [ $i -lt 300 ]; do cat /proc/meminfo /proc/uptime >/dev/null || exit 1; i=$((i+1)); done"
    with subprocess.Popen(box.exec_command("sh", "-c", loop), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=box.environment) as reader:
        for _ in range(3):
            worker = server.pid("worker")
            os.kill(worker, signal.SIGKILL)
            lab.wait_until(lambda old=worker: server.pid("worker") != old, 20, "another worker")
        reload = subprocess.run([lab.LXFS, "reload", "--runtime-dir", str(server.runtime)],
                                capture_output=True, text=True, check=False, timeout=60)
        equal(reload.returncode, 0, f"reload: {reload.stderr}")
        output = reader.communicate(timeout=120)[0]
    equal((reader.returncode, output), (0, b""), "a reader in the container")
    sees_its_own(box)


# ---- Docker --------------------------------------------------------------------------------------

class Docker:
    """A dockerd with folders of its own, and its client."""

    def __init__(self, config=None, own_disk=False):
        """`config` is its daemon.json. With `own_disk` its data is on a file system of its own."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-docker-"))
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        lab.at_end(self.unmount)
        self.socket = f"unix://{self.folder}/socket"
        self.log = self.folder / "log"
        self.environment = {**os.environ, "DOCKER_CONFIG": str(self.folder / "client")}
        (self.folder / "daemon.json").write_text(json.dumps(config or {}))
        (self.folder / "data").mkdir()
        if own_disk:
            subprocess.run(["mount", "-t", "tmpfs", "lxfs-docker", self.folder / "data"], check=True)
        self._mind_cgroups()
        self.process = None
        lab.at_end(self.stop)
        self.start()

    def _mind_cgroups(self):
        for root in lab.hierarchy_roots():
            if not (root / "docker").exists():
                lab.at_end(lambda folder=root / "docker": remove_empty(folder))

    def start(self):
        options = {"data-root": "data", "exec-root": "exec", "pidfile": "pid", "config-file": "daemon.json"}
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["dockerd", "--iptables=false", "--ip-forward=false", "--bridge=none",
                 "--exec-opt=native.cgroupdriver=cgroupfs",  # where systemd runs, too
                 "-H", self.socket,
                 *(f"--{option}={self.folder}/{name}" for option, name in options.items())],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def is_up(self):
        return self.client("version").returncode == 0

    def has_ended(self):
        return self.process.poll() is not None

    def command(self, *arguments):
        return ["docker", "-H", self.socket, *arguments]

    def client(self, *arguments, stdin=b""):
        return subprocess.run(self.command(*arguments), input=stdin, capture_output=True,
                              timeout=60 * lab.SLOW, check=False, env=self.environment)

    def run(self, *arguments, **options):
        done = self.client(*arguments, **options)
        check(done.returncode == 0, f"docker {' '.join(arguments[:2])}: {done.stderr.decode()}")
        return done.stdout.decode()

    def stop(self):
        if not self.has_ended():
            containers = self.client("ps", "-aq").stdout.decode().split()
            if containers:
                self.client("rm", "-f", *containers)
            self.process.terminate()
            try:
                self.process.wait(15 * lab.SLOW)
            except subprocess.TimeoutExpired:
                lab.end(self.process)

    def unmount(self):
        unmount_below(self.folder)


def unmount_below(folder):
    mounts = pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    for place in reversed([line.split()[1] for line in mounts]):
        if place.startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", place], check=False)


def remove_empty(folder):
    try:
        folder.rmdir()
    except OSError:  # somebody else has come to use it
        pass


def start_docker(config=None, own_disk=False):
    """A dockerd that is up and has the image, and None; or None and the reason."""
    for program in ("dockerd", "docker", "busybox"):
        if not shutil.which(program):
            return None, f"{program} is not installed"
    made = Docker(config, own_disk)
    end = time.monotonic() + 60
    while not made.is_up():
        if made.has_ended() or time.monotonic() > end:
            last = made.log.read_text(errors="replace").splitlines()[-5:]
            return None, "dockerd does not start: " + " / ".join(last)
        time.sleep(0.1)
    made.run("import", "-", IMAGE, stdin=image())
    return made, None


class DockerBox:
    """A running container."""

    def __init__(self, docker, *options):
        self.docker = docker
        self.environment = docker.environment
        self.id = docker.run("run", "-d", "--net=none", *options, IMAGE, "sleep", "1000").strip()
        lab.at_end(lambda: docker.client("rm", "-f", self.id))

    def exec_command(self, *command):
        return self.docker.command("exec", self.id, *command)

    def run(self, *command):
        return self.docker.run("exec", self.id, *command)

    def fails(self, *command):
        return self.docker.client("exec", self.id, *command).returncode != 0

    def read(self, path):
        return self.run("cat", path)


# ---- OCI runtimes, called directly -----------------------------------------------------------------

OWN_V1 = "umount /sys/fs/cgroup/unified && exec \"$@\""


def runs_hybrid(program):
    """crun takes no hybrid layout whose v2 half has controllers, so it is shown the v1 half alone."""
    if program == "crun" and not lab.is_v2() and os.path.ismount("/sys/fs/cgroup/unified"):
        return ["unshare", "-m", "--propagation", "slave", "sh", "-c", OWN_V1, "sh"]
    return []


class Oci:
    """runc or crun, with a state folder of its own, and what is put in front of their arguments."""

    def __init__(self, program, command=None):
        need(program, "busybox")
        self.program = program
        self.command = [str(part) for part in command or [program]]
        self.prefix = runs_hybrid(program)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-oci-"))
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        lab.at_end(lambda: unmount_below(self.folder))

    def line(self, *arguments, command=None):
        return [*self.prefix, *(command or self.command), "--root", str(self.folder / "state"), *arguments]

    def call(self, *arguments, command=None, **options):
        return subprocess.run(self.line(*arguments, command=command), capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False, timeout=60, **options)


class Bundle:
    """A bundle with the image as its root file system; `change` gets its configuration."""

    def __init__(self, oci, mib=256, cpus=1, change=lambda config: None):
        self.oci = oci
        self.name = lab.unique_name()
        self.folder = oci.folder / self.name
        self.path = self.folder / "config.json"
        unpack(self.folder / "rootfs")
        subprocess.run([oci.program, "spec"], cwd=self.folder, check=True, capture_output=True)
        config = json.loads(self.path.read_text())
        config["process"].update(terminal=False, args=["sleep", "1000"])
        config["linux"]["namespaces"] = [space for space in config["linux"]["namespaces"]
                                         if space["type"] != "network"]
        config["linux"]["cgroupsPath"] = f"/{self.name}"
        config["linux"].setdefault("resources", {}).update(
            memory={"limit": mib * lab.MIB}, cpu={"quota": int(cpus * 100000), "period": 100000})
        change(config)
        self.path.write_text(json.dumps(config, indent="\t"))


class OciBox:
    """A running container of a bundle."""

    environment = dict(os.environ)

    def __init__(self, bundle):
        self.oci = bundle.oci
        self.bundle = bundle
        lab.at_end(self.stop)
        self.error_path = bundle.folder / "stderr"
        with open(self.error_path, "w", encoding="utf-8") as error:
            done = subprocess.run(self.oci.line("run", "--detach", "--bundle", str(bundle.folder), bundle.name),
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=error,
                                  timeout=60 * lab.SLOW, check=False)
        self.errors = self.error_path.read_text()
        check(done.returncode == 0, f"{self.oci.program} run: {self.errors}")

    def exec_command(self, *command):
        return self.oci.line("exec", self.bundle.name, *command, command=[self.oci.program])

    def run(self, *command):
        done = subprocess.run(self.exec_command(*command), capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60 * lab.SLOW, check=False)
        check(done.returncode == 0, f"{command}: {done.stderr}")
        return done.stdout

    def stop(self):
        self.oci.call("delete", "--force", self.bundle.name, command=[self.oci.program])
        for root in lab.hierarchy_roots():
            lab.remove_cgroup(root / self.bundle.name)


# ---- Podman --------------------------------------------------------------------------------------

class Podman:
    """Podman as root with storage of its own and the hooks of one folder."""

    def __init__(self, hooks_dir, runtime="runc"):
        need("podman", "conmon", runtime, "busybox")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="podman-"))  # 50 characters for its runroot
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        lab.at_end(lambda: unmount_below(self.folder))
        self.environment = {**os.environ, "TMPDIR": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder),
                            "HOME": str(self.folder), "CONTAINERS_CONF": "/dev/null"}
        self.options = [f"--root={self.folder}/root", f"--runroot={self.folder}/run",
                        f"--tmpdir={self.folder}/tmp", "--cgroup-manager=cgroupfs", "--events-backend=none",
                        "--storage-driver=vfs", f"--runtime={runtime}", f"--hooks-dir={hooks_dir}"]
        self.prefix = runs_hybrid(runtime)
        self.run("import", "-", IMAGE, stdin=image())

    def command(self, *arguments):
        return [*self.prefix, "podman", *self.options, *arguments]

    def client(self, *arguments, stdin=b""):
        return subprocess.run(self.command(*arguments), input=stdin, capture_output=True,
                              timeout=120, check=False, env=self.environment)

    def run(self, *arguments, **options):
        done = self.client(*arguments, **options)
        check(done.returncode == 0, f"podman {' '.join(arguments[:2])}: {done.stderr.decode()}")
        return done.stdout.decode()


class PodmanBox:
    """A running container."""

    def __init__(self, podman, *options):
        self.podman = podman
        self.environment = podman.environment
        self.parent = lab.unique_name()
        for root in lab.hierarchy_roots():
            lab.at_end(lambda folder=root / self.parent: lab.remove_cgroup(folder))
        self.id = podman.run("run", "-d", "--network=none", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024", f"--cgroup-parent=/{self.parent}", *options,
                             IMAGE, "sleep", "1000").strip()
        lab.at_end(lambda: podman.client("rm", "-f", "-t", "0", self.id))

    def exec_command(self, *command):
        return self.podman.command("exec", self.id, *command)

    def run(self, *command):
        return self.podman.run("exec", self.id, *command)

    def fails(self, *command):
        return self.podman.client("exec", self.id, *command).returncode != 0


# ---- LXC -------------------------------------------------------------------------------------------

COMMON = pathlib.Path("/usr/share/lxc/config/common.conf")


def lxc_limits(mib, cpus):
    if lab.is_v2():
        return [f"lxc.cgroup2.memory.max = {mib * lab.MIB}", f"lxc.cgroup2.cpu.max = {int(cpus * 100000)} 100000"]
    return [f"lxc.cgroup.memory.limit_in_bytes = {mib * lab.MIB}",
            f"lxc.cgroup.cpu.cfs_quota_us = {int(cpus * 100000)}"]


class LxcBox:
    """A running container of LXC, with the usual configuration and one folder in place of common.conf.d."""

    environment = dict(os.environ)

    def __init__(self, common_d, mib=256, cpus=1, unprivileged=False, prepare=lambda root: None):
        need("lxc-start", "lxc-attach", "busybox")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lxc-"))
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        self.folder.chmod(0o755)
        self.name = lab.unique_name()
        (self.folder / "path").mkdir()
        self.root = self.folder / "root"
        unpack(self.root)
        prepare(self.root)
        (self.folder / "config").write_text("\n".join(self._config(common_d, mib, cpus, unprivileged)))
        lab.at_end(self.stop)
        self._start(unprivileged)

    def _config(self, common_d, mib, cpus, unprivileged):
        yield from (line for line in COMMON.read_text().splitlines() if "common.conf.d" not in line)
        yield f"lxc.include = {common_d}/"
        yield f"lxc.rootfs.path = dir:{self.root}"
        yield f"lxc.uts.name = {self.name}"
        yield "lxc.net.0.type = empty"
        yield "lxc.init.cmd = /bin/sleep 1000"
        for part in ("container", "monitor", "monitor.pivot"):
            yield f"lxc.cgroup.dir.{part} = {self.name}-{part}"
        yield from lxc_limits(mib, cpus)
        if unprivileged:
            yield from ("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536", "")

    def _start(self, unprivileged):
        if unprivileged:
            subprocess.run(["chown", "-R", "-h", "100000:100000", str(self.root)], check=True)
        log = self.folder / "log"
        done = subprocess.run(["lxc-start", "-P", str(self.folder / "path"), "-n", self.name, "-f",
                               str(self.folder / "config"), "-o", str(log), "-l", "WARN"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
        check(done.returncode == 0, f"lxc-start: {done.stderr}{log.read_text() if log.exists() else ''}")

    def exec_command(self, *command):
        return ["lxc-attach", "-P", str(self.folder / "path"), "-n", self.name, "--clear-env",
                "-v", "PATH=/bin", "--", *command]

    def run(self, *command):
        done = subprocess.run(self.exec_command(*command), capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60 * lab.SLOW, check=False)
        check(done.returncode == 0, f"{command}: {done.stderr}")
        return done.stdout

    def stop(self):
        subprocess.run(["lxc-stop", "-k", "-P", str(self.folder / "path"), "-n", self.name],
                       capture_output=True, check=False, timeout=60)
        for root in lab.hierarchy_roots():
            for folder in sorted(root.glob(f"{self.name}-*")):
                lab.remove_cgroup(folder)
