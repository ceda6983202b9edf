# SPDX-License-Identifier: LGPL-2.1-or-later
"""For the tests that kill lxfs: a server whose processes change, a stand-in of systemd's notify
protocol with its descriptor store, and readers that check every text."""
import os
import pathlib
import random
import select
import signal
import socket
import subprocess
import threading
import time

import lab
from lab import check

FULL = os.environ.get("CHAOS") == "full"
READER = lab.BUILD / "tests/integration/chaos_reader"
SANITIZED = b"__asan_init" in pathlib.Path(lab.LXFS).read_bytes()


def stat_field(pid, field):
    """A field of /proc/PID/stat behind the name; None when there is no such process."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rsplit(")", 1)[1].split()[field]


def lives(pid):
    return stat_field(pid, 0) not in (None, "Z", "X")


class Survivor(lab.Server):
    """An lxfs whose processes are killed: ours is whoever serves with our runtime folder."""

    def __init__(self, *options, env=None, program=None):
        self.env = env or {}
        self.program = program or lab.LXFS
        super().__init__(*options)

    def command(self):
        return [str(self.program), *super().command()[1:]]

    def start(self):
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**os.environ, **self.env})
        lab.wait_until(self.is_serving, 20, f"lxfs serves; its log: {self.log()}")

    def status(self):
        rows = (line.split("=", 1) for line in (self.runtime / "status").read_text().splitlines()
                if "=" in line)
        return dict(rows)

    def living(self, which):
        """The pid in a pid file, if that process is one of ours and lives; else None."""
        try:
            pid = self.pid(which)
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.runtime) in command and lives(pid) else None

    def kill(self, which, *signals):
        """False when nobody is there to be killed at this moment."""
        pid = self.living(which)
        if not pid:
            return False
        try:
            for number in signals or (signal.SIGKILL,):
                os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def await_serving(self, seconds=10):
        def serves():
            worker, supervisor = self.living("worker"), self.living("supervisor")
            return worker and supervisor and stat_field(worker, 1) == str(supervisor)
        lab.wait_until(serves, seconds, f"supervisor and worker live; the log: {self.log()[-2000:]}")

    def kill_worker(self, *signals):
        """Kills it and waits for the next one."""
        self.await_serving()
        old = self.living("worker")
        check(self.kill("worker", *signals), f"there is no worker to kill: {self.log()[-3000:]}")
        lab.wait_until(lambda: self.living("worker") not in (None, old), 10, "the next worker")
        self.await_serving()

    def kill_supervisor(self):
        self.await_serving()
        old = self.living("supervisor")
        check(self.kill("supervisor"), f"there is no supervisor to kill: {self.log()[-3000:]}")
        lab.wait_until(lambda: self.living("supervisor") not in (None, old), 10, "the next supervisor")
        self.await_serving()

    def reload(self):
        return subprocess.run([lab.LXFS, "reload", "--runtime-dir", str(self.runtime)],
                              capture_output=True, text=True, timeout=60 * lab.SLOW, check=False)

    def figures(self):
        """What must not grow in a supervisor."""
        self.await_serving()
        pid = self.living("supervisor")
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        fds = []
        for _ in range(10):  # the pipes of a worker that comes up do not count
            fds.append(len(os.listdir(f"/proc/{pid}/fd")))
            time.sleep(0.03 * min(lab.SLOW, 10))
        return {"fds": min(fds),
                "mounts": pathlib.Path(f"/proc/{pid}/mountinfo").read_text().count(str(self.folder)),
                "rss_kib": int(status.split("RssAnon:")[1].split()[0])}

    def stop(self):
        for _ in range(100):
            pid = self.living("supervisor") or self.living("worker")
            if not pid:
                break
            os.kill(pid, signal.SIGTERM)
            lab.wait_until(lambda pid=pid: not lives(pid), 10, "lxfs ends")
        if self.process:
            self.process.wait(10 * lab.SLOW)
        self.unmount()


# ---- systemd's part of the notify protocol -----------------------------------------------------

class Store:
    """What PID 1 does for a service: takes messages, keeps descriptors (sd_pid_notify_with_fds(3))."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.socket.bind(str(self.path))
        self.lock = threading.Lock()
        self.kept = []  # (name, descriptor)
        self.messages = []
        self.ended, self.end = os.pipe()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        lab.at_end(self.close)

    def _listen(self):
        while True:
            ready, _, _ = select.select([self.socket, self.ended], [], [])
            if self.ended in ready:
                return
            message, fds, _, _ = socket.recv_fds(self.socket, 4096, 16)
            for fd in fds:
                os.set_inheritable(fd, False)
            lines = message.decode().splitlines()
            fields = dict(line.split("=", 1) for line in lines)
            with self.lock:
                self._take(fields, fds)

    def _take(self, fields, fds):
        self.messages.append(fields)
        name = fields.get("FDNAME", "stored")
        if fields.get("FDSTORE") == "1":
            self.kept += [(name, fd) for fd in fds]
            return
        for fd in fds:
            os.close(fd)
        if fields.get("FDSTOREREMOVE") == "1":
            for row in [row for row in self.kept if row[0] == name]:
                self.kept.remove(row)
                os.close(row[1])

    def names(self):
        with self.lock:
            return sorted(name for name, _ in self.kept)

    def is_ready(self):
        with self.lock:
            return any(fields.get("READY") == "1" for fields in self.messages)

    def forget_messages(self):
        with self.lock:
            self.messages.clear()

    def close(self):
        os.write(self.end, b"x")
        self.thread.join()
        for _, fd in self.kept:
            os.close(fd)
        self.kept.clear()
        self.socket.close()
        os.close(self.ended)
        os.close(self.end)


class Service(Survivor):
    """An lxfs under that stand-in: started again, it gets the stored descriptors."""

    def __init__(self, *options):
        self.store = None
        self.child = None
        super().__init__(*options)

    def start(self):
        self.store = self.store or Store(self.folder)
        self.store.forget_messages()
        with self.store.lock:
            kept = list(self.store.kept)
        self.child = os.fork()
        if self.child == 0:
            self._become(kept)
        lab.wait_until(self._serves, 20, f"lxfs serves; its log: {self.log()}")

    def _serves(self):
        ended, status = os.waitpid(self.child, os.WNOHANG)
        check(ended == 0, f"lxfs ended with {status}: {self.log()}")
        return self.store.is_ready()

    def _become(self, kept):
        try:
            log = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            env = {**os.environ, **self.env, "NOTIFY_SOCKET": str(self.store.path), "LXFS_STORE": "1"}
            high = [os.dup2(fd, 500 + number, inheritable=False)
                    for number, (_, fd) in enumerate(kept)]
            for number, fd in enumerate(high):
                os.dup2(fd, 3 + number)
            if kept:
                env.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(kept)),
                           LISTEN_FDNAMES=":".join(name for name, _ in kept))
            os.execve(self.command()[0], self.command(), env)
        finally:
            os._exit(127)

    def kill_both(self):
        """Both at one blow, as systemd does: stopped first, so that neither can follow the other."""
        pids = [self.living("supervisor"), self.living("worker")]
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in filter(None, pids):
                os.kill(pid, number)
        os.waitpid(self.child, 0)
        self.child = None
        lab.wait_until(lambda: not any(lives(pid) for pid in filter(None, pids)), 10, "both are dead")

    def stop(self):
        """For good: what the store keeps would keep the mounts alive."""
        pid = self.living("supervisor")
        if pid:
            os.kill(pid, signal.SIGTERM)
        if self.child:
            os.waitpid(self.child, 0)
            self.child = None
        super().stop()


# ---- Readers -----------------------------------------------------------------------------------

KINDS = [
    {"memory": 64, "cpus": 0.5, "flags": "-m -p -f --mount-proc"},
    {"memory": 128, "cpus": 1.0, "flags": "-m -p -f --mount-proc"},
    {"memory": 256, "cpus": None, "flags": "-m -p -f -C --mount-proc"},
    {"memory": 512, "cpus": None, "flags": "-m -p -f --mount-proc"},
]


def files_of(box):
    """All files that are bound, those of folders by example."""
    files = [target for source, target in box.binds if not os.path.isdir(source)]
    return files + ["/sys/devices/system/cpu/online", "/sys/devices/system/cpu/possible"]


class Reader:
    """chaos_reader in a container of its own."""

    def __init__(self, server, kind):
        self.box = lab.Container(server, memory=kind["memory"] * lab.MIB, cpus=kind["cpus"],
                                 flags=kind["flags"])
        cpus = 1 if kind["cpus"] else os.cpu_count()
        self.process = self.box.popen(str(READER), str(kind["memory"] * 1024), str(cpus),
                                      *files_of(self.box), stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        lab.equal(self.process.stdout.readline(), "up\n", "the reader's first line")

    def figures(self):
        """Ends it."""
        output, errors = self.process.communicate(timeout=30 * lab.SLOW)
        lab.note(errors)
        check(self.process.returncode == 0, f"the reader ended with {self.process.returncode}")
        return {name: float(value) for name, value in (word.split("=") for word in output.split())}


class Readers:
    def __init__(self, server, kinds=None):
        self.readers = [Reader(server, kind) for kind in kinds or KINDS]

    def end(self):
        """The sums of all figures, and the longest time."""
        total = {"reads": 0, "failures": 0, "wrong": 0, "back": 0, "longest_ms": 0.0}
        for reader in self.readers:
            for name, value in reader.figures().items():
                total[name] = max(total[name], value) if name == "longest_ms" else total[name] + value
        return total


def judge(what, total, longest_ms=1000):
    lab.note(f"{what}: " + ", ".join(f"{name} {value:g}" for name, value in total.items()))
    check(total["reads"] > 100, "hardly anything was read")
    for name in ("failures", "wrong", "back"):
        lab.equal(total[name], 0, name)
    check(total["longest_ms"] <= longest_ms * lab.SLOW, f"a read took {total['longest_ms']} ms")


def pause(low, high):
    time.sleep(random.uniform(low, high))
