# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every integration test starts with: a served lxfs, containers, TAP, and cleaning up.

A container here is what a runtime makes of the kernel's parts: a cgroup (in every v1 hierarchy, or
in v2), namespaces by unshare(1), and binds of the views. Everything that is started is ended by its
pid, and every mount and cgroup is removed, whatever happens in between.
"""
import atexit
import ctypes
import itertools
import os
import pathlib
import pickle
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import orphans  # noqa: E402

LXFS = os.environ.get("LXFS", "build/lxfs/lxfs")
BUILD = pathlib.Path(os.environ.get("LXFS_BUILD", pathlib.Path(LXFS).absolute().parents[1]))
CGROUPS = pathlib.Path(os.environ.get("LXFS_LAB_CGROUPS", "/sys/fs/cgroup"))
VIEWS = ["cpuinfo", "diskstats", "loadavg", "meminfo", "slabinfo", "stat", "swaps", "uptime", "vmstat"]
CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x20000000, 0x40000000
CONTROLLERS_V1 = ["memory", "cpu", "cpuacct", "cpuset", "blkio", "pids"]
MIB = 1 << 20

_libc = ctypes.CDLL(None, use_errno=True)

# By how much to stretch the limits of what is waited for, in a machine that is translated
# instruction by instruction (tests/vm).
SLOW = float(os.environ.get("LXFS_SLOW", "1"))


def many(count):
    """So many on a machine of its own speed, a tenth where everything takes its time."""
    return count if SLOW == 1 else count // 10

# In the log of an lxfs: found by a sanitizer or by an assertion, and survived, since workers are replaced.
ALARMING = re.compile(r"Sanitizer|runtime error:|assertion .* failed|CRITICAL")


class Failed(Exception):
    """A claim that does not hold."""


class Skipped(Exception):
    """A test that cannot run here; its text says why."""


def check(holds, claim):
    if not holds:
        raise Failed(claim)


def equal(seen, expected, what):
    check(seen == expected, f"{what}: {seen!r}, expected {expected!r}")


def wait_until(holds, seconds, what):
    """Long on any machine: a busy one does not fail a test."""
    seconds = max(seconds, 30) * SLOW
    end = time.monotonic() + seconds
    while not holds():
        check(time.monotonic() < end, f"not within {seconds:g} s: {what}")
        time.sleep(0.01 * min(SLOW, 10))


def await_word(pipe):
    """One byte that a process sends who is ready; one that failed before sends none."""
    check(select.select([pipe], [], [], 30 * SLOW)[0], "nobody says that he is ready")
    os.read(pipe, 1)


def _see_v2_only():
    """The test goes on in a mount namespace in which this host has cgroup v2 and nothing else: the controllers
    that v1 has are missing there."""
    check(_libc.unshare(CLONE_NEWNS) == 0, "unshare")
    for command in (["mount", "--make-rprivate", "/"], ["umount", "--recursive", str(CGROUPS)],
                    ["mount", "-t", "cgroup2", "none", str(CGROUPS)]):
        subprocess.run(command, check=True)


if os.environ.get("LXFS_LAB_V2"):
    _see_v2_only()


def _controllers_of_v2():
    """None where v1 is."""
    file = CGROUPS / "cgroup.controllers"
    return file.read_text().split() if file.exists() else None


_CONTROLLERS = _controllers_of_v2()  # asked on the host: a container may see less


def is_v2():
    return _CONTROLLERS is not None


def has_controller(name):
    return not is_v2() or name in _CONTROLLERS


def need_controller(name):
    if not has_controller(name):
        raise Skipped(f"the cgroup v2 of this machine has no {name} controller")


def hierarchies():
    """The folders under which a container's cgroups are made; controllers that share a hierarchy have one."""
    if is_v2():
        return {"": CGROUPS}
    found = {name: (CGROUPS / name).resolve() for name in CONTROLLERS_V1 if (CGROUPS / name).is_dir()}
    if (CGROUPS / "unified" / "cgroup.procs").exists():
        found["unified"] = CGROUPS / "unified"
    return found


def hierarchy_roots():
    """The root of every cgroup hierarchy that is mounted here."""
    if is_v2():
        return [CGROUPS]
    return sorted(folder for folder in CGROUPS.iterdir() if folder.is_dir() and not folder.is_symlink())


def places():
    """Where this process stands: the root of every hierarchy that is mounted here -> its path below that."""
    found = {}
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        name = controllers.split("=")[-1].split(",")[0] or ("" if is_v2() else "unified")
        root = (CGROUPS / name).resolve()
        if root in hierarchy_roots():
            found[root] = path
    return found


# ---- Cleaning up -----------------------------------------------------------------------------

_undo = []
_alarms = []


def at_end(undo):
    _undo.append(undo)


def _clean_up():
    while _undo:
        try:
            _undo.pop()()
        except Exception:  # the rest must be undone all the same
            traceback.print_exc()


def adopt_orphans():
    """What our programs leave behind as daemons (a runtime's shims) is ours, and waited for at the end."""
    orphans.adopt()
    _undo.insert(0, _wait_for_orphans)


def _wait_for_orphans():
    end_of_patience = time.monotonic() + 5 * SLOW
    while time.monotonic() < end_of_patience:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.02)
        except ChildProcessError:
            return


atexit.register(_clean_up)
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def _end_once(number, frame):
    """Cleaning up is not to be ended by the same signal that came twice."""
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


for _signal in ENDING:
    signal.signal(_signal, _end_once)


# ---- Alone -----------------------------------------------------------------------------------

def alone(also=0):
    """The test goes on as the first process of a PID namespace, in a mount namespace of its own: it sees nobody
    else's containers, and none of it can be left. Called before anything is started."""
    check(_libc.unshare(CLONE_NEWPID | CLONE_NEWNS | also) == 0, "unshare")
    inner = os.fork()
    if inner:
        _stand_outside(inner)
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for command in (["--make-rprivate", "/"], ["-t", "proc", "proc", "/proc"]):
        subprocess.run(["mount", *command], check=True)


def _stand_outside(inner):
    """Whoever ends us ends the test, which cleans up."""
    for number in ENDING:
        signal.signal(number, lambda number, frame: os.kill(inner, number))
    _, status = os.waitpid(inner, 0)
    os._exit(os.waitstatus_to_exitcode(status) % 256)


def remove_cgroup(folder):
    if not folder.is_dir():
        return
    for child in sorted(folder.iterdir()):
        if child.is_dir():
            remove_cgroup(child)
    for _ in range(3000):
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            for pid in (folder / "cgroup.procs").read_text().split():
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except OSError:
                    pass
            time.sleep(0.01)
    raise RuntimeError(f"{folder} cannot be removed")


def write(path, text):
    with open(path, "w") as file:
        file.write(str(text))


def link_or_none(path):
    try:
        return os.readlink(path)
    except OSError:
        return None


def open_files(pid):
    """What the descriptors of a process lead to; None for one that is closed meanwhile."""
    folder = f"/proc/{pid}/fd"
    return [link_or_none(f"{folder}/{number}") for number in os.listdir(folder)]


def child_of(pid):
    """The only child of a process, by its first thread; None when it has none."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None


# ---- Functions in processes of their own -----------------------------------------------------

NAMESPACES = {"-U": "user", "-C": "cgroup", "-p": "pid", "-n": "net", "-m": "mnt"}
PR_SET_PDEATHSIG = 1


def enter_namespaces(pid, flags):
    """Joins those namespaces of a process that unshare(1) was given the flags of."""
    files = [os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC)
             for flag, name in NAMESPACES.items() if flag in flags]
    for file in files:
        if _libc.setns(file, 0) != 0:
            raise OSError(ctypes.get_errno(), "setns")


class Call:
    """A function that runs in a process of its own; what it returns or raises comes back."""

    def __init__(self, function, *arguments, enter=lambda: None):
        reader, writer = os.pipe()
        self.answer = os.fdopen(reader, "rb")
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._become(function, arguments, enter, os.fdopen(writer, "wb"))
        os.close(writer)
        at_end(self.kill)

    @staticmethod
    def _become(function, arguments, enter, answer):
        """Ends in _exit whatever happens: what the parent has to undo is not the child's."""
        try:
            for number in ENDING:
                signal.signal(number, signal.SIG_DFL)
            enter()
            inner = os.fork()  # only its children stand in the PID namespace that one entered
            if inner:
                os.waitpid(inner, 0)
                os._exit(0)
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            pickle.dump((True, function(*arguments)), answer)
        except (Failed, OSError) as error:
            pickle.dump((False, error), answer)
        except BaseException:
            pickle.dump((False, Failed(traceback.format_exc())), answer)
        finally:
            answer.flush()
            os._exit(0)

    def result(self):
        data = self.answer.read()
        self.kill()
        check(data, "the process ended without an answer")
        good, value = pickle.loads(data)
        if not good:
            raise value
        return value

    def kill(self):
        """First who does the work, to be buried by its parent: see Container.stop."""
        if self.pid:
            if children_of(self.pid):
                signal_children(self, signal.SIGKILL)
                await_end(self.pid)
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.answer.close()
            self.pid = None


def holds_files(pid):
    """A process that has ended holds none, also before its parent takes note."""
    try:
        return bool(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False


def is_mounted(folder):
    """Dead or alive: by the table of mounts."""
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
        return any(line.split()[1] == str(folder) for line in file)


# ---- lxfs ------------------------------------------------------------------------------------

def short_of_processes():
    """An environment for a program that can start none: the leak sanitizer would need one when it ends."""
    return {**os.environ, "ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0"}


def command_of(pid):
    """Empty when it has gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def heals(process, runtime):
    """One that hangs when it is killed does nothing any more."""
    words = command_of(process.name).split(b"\0")
    try:
        pending = re.search(r"^ShdPnd:\t([0-9a-f]+)$", (process / "status").read_text(), re.MULTILINE)
    except OSError:
        return False
    killed = int(pending[1], 16) >> (signal.SIGKILL - 1) & 1
    return b"heal" in words and str(runtime).encode() in words and not killed


def await_healers(runtime):
    """What a start leaves to heal goes on when that one has ended, and makes anchors that it does not find."""
    wait_until(lambda: not any(heals(process, runtime) for process in pathlib.Path("/proc").glob("[0-9]*")), 20,
               "nothing heals any more")


class Server:
    """An lxfs of our own, with folders of its own."""

    def __init__(self, *options, prefix=()):
        """`prefix` is a command that runs it, in a mount namespace of its own if it makes one."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-"))
        at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        self.folder.chmod(0o755)
        self.prefix = prefix
        self.mount = self.folder / "mount"
        self.runtime = self.folder / "run"
        self.log_path = self.folder / "log"
        self.options = options
        self.process = None
        at_end(self.stop)
        self.start()

    def command(self):
        return [*self.prefix, LXFS, "serve", "--mountpoint", str(self.mount), "--runtime-dir", str(self.runtime),
                *self.options]

    def start(self):
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        wait_until(self.is_serving, 20, f"lxfs serves; its log: {self.log()}")

    def is_serving(self):
        check(self.process.poll() is None, f"lxfs ended: {self.log()}")
        return "serving at" in self.log()

    def log(self):
        return self.log_path.read_text() if self.log_path.exists() else ""

    def pid(self, which):
        return int((self.runtime / f"{which}.pid").read_text())

    def seen_from_outside(self):
        """The mount, also where it lies in a mount namespace of the server's own."""
        return pathlib.Path(f"/proc/{self._inner()}/root{self.mount}")

    def _inner(self):
        """The supervisor, at the end of what its prefix forks."""
        pid = self.process.pid
        while pid and not os.path.samefile(f"/proc/{pid}/exe", LXFS):
            pid = child_of(pid)
        return pid or self.process.pid

    def unmount(self):
        """Takes away whatever a killed lxfs left; each may lie there several times."""
        await_healers(self.runtime)
        for inner in ("mount", "run/anchors"):
            while is_mounted(self.folder / inner):
                subprocess.run(["umount", "-l", str(self.folder / inner)], check=True)

    def lose(self):
        """Both processes at once: while the first stands still it starts no other. Killed is not yet gone: what
        a process holds it holds until then."""
        supervisor, worker = self.pid("supervisor"), self.pid("worker")
        os.kill(supervisor, signal.SIGSTOP)
        os.kill(worker, signal.SIGKILL)
        os.kill(supervisor, signal.SIGKILL)
        self.process.wait()
        wait_until(lambda: not holds_files(worker), 20, "the worker is gone")

    def stop(self):
        if self.process and self.process.poll() is None:
            os.kill(self._inner(), signal.SIGTERM)
            try:
                self.process.wait(10 * SLOW)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.unmount()
        _alarms.extend(line for line in self.log().splitlines() if ALARMING.search(line))


class Trace:
    """strace(1) of a process and all its threads, for as long as the block lasts."""

    def __init__(self, pid, *options):
        if not shutil.which("strace"):
            raise Skipped("strace is not installed")
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-")) / "trace"
        at_end(lambda: shutil.rmtree(self.path.parent, ignore_errors=True))
        self.pid = pid
        self.command = ["strace", "-f", "-ttt", "-o", str(self.path), "-p", str(pid), *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        at_end(lambda: _end(self.process))
        wait_until(self._is_attached, 10, "strace is attached")
        return self

    def _is_attached(self):
        check(self.process.poll() is None, "strace ended")
        tracers = [pathlib.Path(f"/proc/{self.pid}/task/{tid}/status").read_text()
                   for tid in os.listdir(f"/proc/{self.pid}/task")]
        return all(f"TracerPid:\t{self.process.pid}\n" in text for text in tracers)

    def __exit__(self, *exception):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10 * SLOW)

    def lines(self):
        """(seconds since 1970, the rest of the line), of the calls begun."""
        rows = [line.split(None, 2) for line in self.path.read_text().splitlines()]
        return [(float(row[1]), row[2]) for row in rows if not row[2].startswith(("<...", "---", "+++"))]


# ---- Containers ------------------------------------------------------------------------------

_numbers = itertools.count(1)
# A test that starts itself anew in a PID namespace is process 1 there, as others are in theirs; cgroups are
# everybody's.
_owner = os.environ.setdefault("LXFS_LAB_PID", str(os.getpid()))


def unique_name():
    return f"lxfs-lab-{_owner}-{next(_numbers)}"


# Where the processes of a cgroup of v2 go that has children: what systemd calls it within containers.
LEAF = "init.scope"


class Cgroup:
    """One cgroup, the same path in every hierarchy; limits are set with v2 words."""

    def __init__(self, path=None, parent=None, without=(), limited=True):
        """`without` names hierarchies in which its tasks stand at the root. One that is not `limited` has no
        controllers of v2, and processes may stand above it."""
        path = path or unique_name()
        self.path = f"{parent.path}/{path}" if parent else path
        self.folders = {name: root / self.path for name, root in hierarchies().items()
                        if name not in without}
        if is_v2() and limited:
            self._delegate()
        for root in hierarchy_roots():  # a runtime that puts something below it makes it in all of them
            at_end(lambda folder=root / self.path: remove_cgroup(folder))
        for folder in self.folders.values():
            folder.mkdir(exist_ok=True)
        if "cpuset" in self.folders:
            self._inherit_cpuset()

    def _delegate(self):
        """Controllers for a cgroup of v2, from the root down; no process may stand on the way."""
        way = list((CGROUPS / self.path).parents)
        for folder in reversed(way[:way.index(CGROUPS) + 1]):
            if folder != CGROUPS:
                self._clear(folder)
            for controller in ("cpu", "cpuset", "memory", "io", "pids"):
                try:
                    write(folder / "cgroup.subtree_control", f"+{controller}")
                except OSError:
                    pass

    def _clear(self, folder):
        """As an init does: its processes go to a leaf."""
        leaf = folder / LEAF
        leaf.mkdir(exist_ok=True)
        at_end(lambda: remove_cgroup(leaf))
        for pid in (folder / "cgroup.procs").read_text().split():
            write(leaf / "cgroup.procs", pid)

    def _inherit_cpuset(self):
        folder = self.folders["cpuset"]
        for name in ("cpuset.cpus", "cpuset.mems"):
            write(folder / name, (folder.parent / name).read_text())

    def file(self, controller, name):
        return (self.folders.get(controller) or self.folders[""]) / name

    def memory(self, limit_bytes):
        need_controller("memory")
        if is_v2():
            write(self.file("memory", "memory.max"), limit_bytes)
        else:
            write(self.file("memory", "memory.limit_in_bytes"), limit_bytes)

    def quota(self, cpus, period=100000):
        need_controller("cpu")
        quota = int(cpus * period) if cpus else -1
        if is_v2():
            write(self.file("cpu", "cpu.max"), f"{quota if cpus else 'max'} {period}")
        else:
            write(self.file("cpu", "cpu.cfs_quota_us"), -1)
            write(self.file("cpu", "cpu.cfs_period_us"), period)
            write(self.file("cpu", "cpu.cfs_quota_us"), quota)

    def cpuset(self, cpus):
        need_controller("cpuset")
        write(self.file("cpuset", "cpuset.cpus"), cpus)

    def weight(self, times):
        """How many times as much CPU time as a usual one gets when all want it."""
        if is_v2():
            write(self.file("cpu", "cpu.weight"), 100 * times)
        else:
            write(self.file("cpu", "cpu.shares"), 1024 * times)

    def usage_bytes(self):
        name = "memory.current" if is_v2() else "memory.usage_in_bytes"
        return int(self.file("memory", name).read_text())

    def cpu_nsec(self):
        if is_v2():
            first = self.file("cpu", "cpu.stat").read_text().split()
            return int(first[1]) * 1000
        return int(self.file("cpuacct", "cpuacct.usage").read_text())

    def enter(self, pid=0):
        for folder in self.folders.values():
            leaf = folder / LEAF
            write((leaf if is_v2() and leaf.is_dir() else folder) / "cgroup.procs", pid)

    def leave(self, pid=0):
        """To the roots; of the hierarchy that this cgroup has no part in nothing changes."""
        for name in self.folders:
            write(hierarchies()[name] / "cgroup.procs", pid)

    def remove(self):
        for folder in self.folders.values():
            remove_cgroup(folder)

    def call(self, function, *arguments):
        """Runs a function in this cgroup and the host's namespaces."""
        return self.start(function, *arguments).result()

    def start(self, function, *arguments):
        return Call(function, *arguments, enter=self.enter)


def leave_all_cgroups():
    """This process becomes one of the host itself."""
    for root in hierarchy_roots():
        write(root / "cgroup.procs", 0)


class Container:
    """A cgroup, namespaces, and the views of a server bound over /proc and /sys."""

    def __init__(self, server, memory=None, cpus=None, cpuset=None, flags="-m -p -f --mount-proc",
                 parent=None, files=None, cgroup=None, within=None):
        """`flags` are unshare(1)'s; `within` is a container in whose namespaces it is started."""
        self.server = server
        self.cgroup = cgroup or Cgroup(parent=parent)
        if memory:
            self.cgroup.memory(memory)
        if cpus:
            self.cgroup.quota(cpus)
        if cpuset:
            self.cgroup.cpuset(cpuset)
        self.flags = flags.split()
        self.starter = within.enter_command() if within else []
        self.entered = set(self.flags) | (within.entered if within else set())
        self.binds = self._binds() if files is None else files
        self.process = None
        self.chain = []
        self._start()

    def _binds(self):
        binds = [(self.server.mount / "proc" / view, f"/proc/{view}") for view in VIEWS
                 if os.path.exists(f"/proc/{view}")]
        for folder in ("cpu", "node"):
            if os.path.isdir(f"/sys/devices/system/{folder}"):
                binds.append((self.server.mount / "sys/devices/system" / folder,
                              f"/sys/devices/system/{folder}"))
        for name in sorted(os.listdir("/proc/pressure")) if os.path.isdir("/proc/pressure") else []:
            binds.append((self.server.mount / "proc/pressure" / name, f"/proc/pressure/{name}"))
        return binds

    def _start(self):
        script = "".join(f"mount --bind {source} {target} && " for source, target in self.binds)
        self.process = subprocess.Popen(
            [*self.starter, "unshare", *self.flags, "sh", "-c", script + "echo up && exec sleep infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=self.cgroup.enter, text=True)
        at_end(self.stop)
        equal(self.process.stdout.readline(), "up\n", "the container's first line")
        self.init = self._find_init()

    def _find_init(self):
        """nsenter and unshare fork into a PID namespace; init is at the end of that chain."""
        pid = self.process.pid
        self.chain = [os.pidfd_open(pid)]
        while child := child_of(pid):
            pid = child
            self.chain.append(os.pidfd_open(pid))
        return pid

    def enter_command(self):
        names = {"-m": "--mount", "-p": "--pid", "-C": "--cgroup", "-U": "--user", "-n": "--net"}
        command = [names[flag] for flag in names if flag in self.entered]
        if "-U" in self.entered:
            command.append("--preserve-credentials")
        return ["nsenter", "-t", str(self.init), *command, "--"]

    def call(self, function, *arguments, cgroup=None):
        """Runs a function within the container."""
        return self.start(function, *arguments, cgroup=cgroup).result()

    def start(self, function, *arguments, cgroup=None):
        def enter():
            (cgroup or self.cgroup).enter()
            enter_namespaces(self.init, self.entered)
        return Call(function, *arguments, enter=enter)

    def popen(self, *command, cgroup=None, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        process = subprocess.Popen([*self.enter_command(), *command],
                                   preexec_fn=(cgroup or self.cgroup).enter, **options)
        at_end(lambda: _end(process))
        return process

    def run(self, *command, cgroup=None, ok=True, **options):
        done = subprocess.run([*self.enter_command(), *command], capture_output=True, timeout=60 * SLOW,
                              stdin=subprocess.DEVNULL, check=False,
                              preexec_fn=(cgroup or self.cgroup).enter, **options)
        error = done.stderr.decode(errors="replace")
        if ok:
            check(done.returncode == 0, f"{command} gave {done.returncode}: {error}")
        return done.stdout.decode(errors="replace")

    def read(self, path, **options):
        return self.run("cat", path, **options)

    def meminfo(self):
        return parse_meminfo(self.read("/proc/meminfo"))

    def burn(self, cpus):
        """A busy loop for each of the given CPUs, bound to it; returns the processes."""
        return [self.popen("taskset", "-c", str(cpu), "sh", "-c", "while :; do :; done")
                for cpu in cpus]

    def stop(self):
        """From the inside out, so that each is buried by whoever started it: an orphan of a PID namespace that
        nobody buries keeps that one's init from ending."""
        while self.chain:
            pidfd = self.chain.pop()
            try:
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            except ProcessLookupError:  # it ended with its cgroup
                pass
            select.select([pidfd], [], [], 10 * SLOW)
            os.close(pidfd)
        _end(self.process)


def children_of(pid):
    try:
        return [int(child) for child in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def await_end(pid, seconds=5):
    """Of a child of ours that ends, and is still to be waited for."""
    pidfd = os.pidfd_open(pid)
    select.select([pidfd], [], [], seconds)
    os.close(pidfd)


def signal_children(process, number):
    """nsenter(1) and unshare(1) wait for the one child that does the work, and end with it."""
    for child in children_of(process.pid):
        try:
            os.kill(child, number)
        except ProcessLookupError:
            pass


def end(process):
    """Ends a process and its children, so that none is left to be anybody's orphan."""
    if process.poll() is None:
        has_children = bool(children_of(process.pid))
        signal_children(process, signal.SIGKILL)
        try:
            process.wait(5 if has_children else 0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdout, process.stderr, process.stdin):
        if stream:
            stream.close()


def _end(process):
    if process:
        end(process)


def parse_meminfo(text):
    """Field -> KiB (or the plain number)."""
    return {name: int(rest.split()[0]) for name, rest in
            (line.split(":", 1) for line in text.splitlines())}


def parse_stat(text):
    """"cpu", "cpu0", ... -> list of ticks."""
    return {line.split()[0]: [int(n) for n in line.split()[1:]] for line in text.splitlines()
            if line.startswith("cpu")}


def busy_ticks(row):
    user, nice, system = row[0], row[1], row[2]
    return user + nice + system


# ---- TAP -------------------------------------------------------------------------------------

def note(text):
    for line in str(text).splitlines():
        print(f"# {line}", flush=True)


def run(tests):
    """Runs each function; its docstring, or its name with blanks, is the claim."""
    print("TAP version 13", flush=True)
    print(f"1..{len(tests)}", flush=True)
    failures = 0
    for number, test in enumerate(tests, 1):
        claim = (test.__doc__ or test.__name__.replace("_", " ")).strip()
        before = len(_undo)
        try:
            test()
            print(f"ok {number} - {claim}", flush=True)
        except Skipped as reason:
            print(f"ok {number} - {claim} # SKIP {reason}", flush=True)
        except Exception as error:  # a test that breaks is a test that fails
            failures += 1
            print(f"not ok {number} - {claim}", flush=True)
            note(error if isinstance(error, Failed) else traceback.format_exc())
        while len(_undo) > before:
            try:
                _undo.pop()()
            except Exception:
                note(traceback.format_exc())
    _clean_up()
    if _alarms:
        print(f"Bail out! lxfs said: {_alarms[0]}", flush=True)
    sys.exit(1 if failures or _alarms else 0)
