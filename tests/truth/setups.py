# SPDX-License-Identifier: LGPL-2.1-or-later
"""The containers of the truth table: the host's own programs, with lxfs, with LXCFS, and with nothing."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
import lab  # noqa: E402
from engines import Bundle, Oci, OciBox  # noqa: E402
import programs  # noqa: E402

LIMIT = 256 * lab.MIB
CPUS = 1
LOAD = 3  # tasks in state D in each container
HOST_LOAD = 80  # and on the host
LXCFS_FILES = ["cpuinfo", "diskstats", "loadavg", "meminfo", "slabinfo", "stat", "swaps", "uptime"]

folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-truth-"))
lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
made = folder / "made"


def build():
    """What the suite asks with, of its own sources."""
    made.mkdir()
    for name in ("asks.js", "asks.py", "nginx.conf"):
        shutil.copy(HERE / name, made)
    own = {**os.environ, "GOCACHE": str(folder / "go"), "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    for command in (["gcc", "-O2", "-o", made / "asks-glibc", HERE / "asks.c"],
                    ["musl-gcc", "-static", "-O2", "-o", made / "asks-musl", HERE / "asks.c"],
                    ["gcc", "-static", "-O2", "-o", made / "waiters", HERE / "waiters.c"],
                    ["javac", "-d", made, HERE / "Asks.java"],
                    ["go", "build", "-o", made / "asks-go", HERE / "asks.go"]):
        done = subprocess.run(command, env=own, capture_output=True, text=True, check=False, timeout=600)
        lab.check(done.returncode == 0, f"{command[0]}: {done.stderr}")


def load_the_host():
    """A load average that nobody can take for a container's, at no cost."""
    waiters = subprocess.Popen([made / "waiters", str(HOST_LOAD)], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
    lab.at_end(lambda: end_waiters(waiters))


def end_waiters(process):
    """Its children, and theirs, die with it."""
    process.kill()
    process.wait()


# ---- A container with the programs of the host ---------------------------------------------------

def bind(source, target, *options):
    return {"source": str(source), "destination": str(target), "type": "bind", "options": ["rbind", *options]}


def root():
    """The host's programs, and nothing else of it: what is a link there is one here."""
    at = pathlib.Path(tempfile.mkdtemp(prefix="root-", dir=folder))
    mounts = [bind("/usr", "/usr", "ro"), bind("/etc", "/etc", "ro"), bind(made, programs.WHERE, "ro")]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        there = pathlib.Path("/", name)
        if there.is_symlink():
            (at / name).symlink_to(os.readlink(there))
        elif there.is_dir():
            mounts.append(bind(there, there, "ro"))
    for name in ("tmp", "var", "run"):
        mounts.append({"destination": f"/{name}", "type": "tmpfs", "source": "tmpfs", "options": ["mode=1777"]})
    return at, mounts


class Setup:
    """One way to run a container: what is served, and what is changed in the bundle."""

    def __init__(self, name, command=None, mounts=(), annotations=None):
        self.name = name
        self.oci = Oci("runc", command)
        self.mounts = list(mounts)
        self.annotations = annotations or {}

    def start(self, above=False):
        return Box(self, above)

    def change(self, config):
        at, mounts = root()
        config["root"] = {"path": str(at), "readonly": False}
        config["mounts"] += mounts + self.mounts
        config["annotations"] = self.annotations
        config["process"]["args"] = [f"{programs.WHERE}/waiters", str(LOAD)]
        for capabilities in config["process"]["capabilities"].values():
            capabilities += ["CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_DAC_OVERRIDE"]


def limited_cgroup():
    cgroup = lab.Cgroup()
    cgroup.memory(LIMIT)
    cgroup.quota(CPUS)
    return cgroup


class Box(OciBox):
    """A running container: its limits on its own cgroup, or on the one `above`."""

    def __init__(self, setup, above):
        parent = limited_cgroup() if above else None

        def change(config):
            setup.change(config)
            if parent:
                config["linux"]["cgroupsPath"] = f"/{parent.path}/own"
                config["linux"]["resources"] = {}

        self.name = setup.name
        self.before = time.monotonic()
        super().__init__(Bundle(setup.oci, LIMIT // lab.MIB, CPUS, change))
        self.after = time.monotonic()
        self.run("cat", "/proc/loadavg")  # who averages begins with the first who asks

    def ages(self):
        """The container is older than the first and younger than the second."""
        now = time.monotonic()
        return now - self.after, now - self.before

    def ask(self, program):
        """What a program prints; what it thinks of it, too."""
        done = subprocess.run(self.exec_command(*program.command), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120 * lab.SLOW, check=False)
        return done.stdout.decode(errors="replace")


# ---- The three -----------------------------------------------------------------------------------

def with_lxfs(*more):
    """All that lxfs has: the files, the two system calls, limits as they hold in the cgroup files."""
    server = lab.Server("--sysinfo=on", "--cgroup-view=effective", *more)
    settings = folder / "lxfs.conf"
    settings.write_text("[lxfs]\nsysinfo=on\ncgroup-view=effective\n")
    wrapper = folder / "lxfs-runtime"
    if not wrapper.is_symlink():
        wrapper.symlink_to(os.path.abspath(lab.LXFS))
    return Setup("lxfs", [wrapper, "--runtime-dir", server.runtime, f"--config={settings}", "--strict",
                          "--runtime=runc"],
                 annotations={"lxfs.io/affinity": "enabled", "lxfs.io/cgroup": "enabled"})


def with_lxcfs():
    """As its README has Docker bind it; load averages are an option of its."""
    at = folder / "lxcfs"
    at.mkdir()
    process = subprocess.Popen(["lxcfs", "-f", "-l", "--enable-cfs", "-p", str(folder / "lxcfs.pid"), str(at)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lab.at_end(lambda: end_lxcfs(process, at))
    lab.wait_until((at / "proc/meminfo").exists, 20, "LXCFS serves")
    files = [bind(at / "proc" / name, f"/proc/{name}") for name in LXCFS_FILES]
    return Setup("LXCFS", mounts=[*files, bind(at / "sys/devices/system/cpu", "/sys/devices/system/cpu")])


def end_lxcfs(process, at):
    process.terminate()
    process.wait(20 * lab.SLOW)
    if lab.is_mounted(at):
        subprocess.run(["umount", "-l", str(at)], check=True)


def with_nothing():
    return Setup("nothing")
