#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""sysinfo(2) of containers is answered by lxfs, whatever dies meanwhile and however hostile the caller.

CHAOS=full kills 500 workers.
"""
import errno
import os
import pathlib
import signal
import socket
import stat
import struct
import subprocess
import tempfile
import time

import callers
import lab
import survivors
from callers import KILLS, RELOADS, every_answer_was_right
from lab import MIB, check, equal

LIMIT = 256 * MIB
WIDE = struct.Struct("=q3Q6QHHxxxxQQIxxxx")
NARROW = struct.Struct("=i3I6IHHIII8x")
FIELDS = ("uptime", "load1", "load5", "load15", "total", "free", "shared", "buffer", "swap", "swap_free",
          "procs", "pad", "high", "free_high", "unit")

server = lab.Server("--sysinfo=on")
folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-sysinfo-"))
lab.at_end(lambda: subprocess.run(["rm", "-rf", str(folder)], check=True))


def caller(*words, of=server):
    return callers.caller(of, *words)


def parse(text, layout):
    return dict(zip(FIELDS, layout.unpack(bytes.fromhex(text.strip()))))


def the_host():
    return lab.parse_meminfo(pathlib.Path("/proc/meminfo").read_text())["MemTotal"] * 1024


class Loop:
    """A process of a container that calls sysinfo without pause, and checks every answer."""

    def __init__(self, box, total=LIMIT, of=server):
        self.file = folder / lab.unique_name()
        self.process = box.popen(*caller("until", self.file, total, of=of), stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True)

    def pause(self):
        """Between two calls: one that is being answered could not be answered again."""
        caller_pid = lab.child_of(self.process.pid) or self.process.pid

        def stopped_outside():
            os.kill(caller_pid, signal.SIGSTOP)
            if pathlib.Path(f"/proc/{caller_pid}/wchan").read_text().startswith("do_signal_stop"):
                return True
            os.kill(caller_pid, signal.SIGCONT)
            return False
        lab.wait_until(stopped_outside, 20, "the caller stands still")
        self.paused = caller_pid

    def go_on(self):
        """nsenter(1) stops with its child."""
        for pid in (self.process.pid, self.paused):
            os.kill(pid, signal.SIGCONT)

    def end(self):
        self.file.touch()
        output = self.process.communicate(timeout=60 * lab.SLOW)[0]
        equal(self.process.returncode, 0, f"the caller: {output}")
        return tuple(map(int, output.split()))


def listeners_of(process):
    return lab.open_files(process).count("anon_inode:seccomp notify")


def await_listeners(of, count):
    """What is handed over in the very moment of the supervisor's death is lost: so it is waited for."""
    lab.wait_until(lambda: listeners_of(of.pid("supervisor")) == count, 20, f"{count} listeners")
    lab.wait_until(lambda: listeners_of(of.pid("worker")) == 2 * count, 20, "the worker has two copies of each")


# ---- What is answered ----------------------------------------------------------------------------

def all_fields_are_those_of_the_views():
    """uptime, loads, memory, swap and processes are what /proc says in the same second"""
    box = lab.Container(server, memory=LIMIT, cpus=1)
    before = box.meminfo()
    info = parse(box.run(*caller("once")), WIDE)
    after = box.meminfo()
    equal((info["total"], info["unit"]), (LIMIT, 1), "total and unit")
    equal(info["swap"], after["SwapTotal"] * 1024, "swap")
    for field, name in (("free", "MemFree"), ("shared", "Shmem"), ("buffer", "Buffers"),
                        ("swap_free", "SwapFree")):
        ends = sorted((before[name] * 1024, after[name] * 1024))
        check(ends[0] - 4 * MIB <= info[field] <= ends[1] + 4 * MIB, f"{field} {info[field]} of {ends}")
    uptime = float(box.read("/proc/uptime").split()[0])
    check(0 <= uptime + 1 - info["uptime"] <= 30 * lab.SLOW, f"uptime {info['uptime']} and {uptime}")
    load = float(box.read("/proc/loadavg").split()[0])
    check(abs(info["load1"] / 65536 - load) < 1, f"load {info['load1'] / 65536} and {load}")
    check(1 <= info["procs"] <= 10, f"{info['procs']} processes")
    equal((info["high"], info["free_high"], info["pad"]), (0, 0, 0), "high memory")


def busybox_says_what_proc_says():
    """busybox free -m and busybox uptime in a container of 256 MiB are the container's"""
    box = lab.Container(server, memory=LIMIT, cpus=1)
    rows = box.run(*caller("run", "busybox", "free", "-m")).splitlines()
    free = dict(zip(rows[0].split(), map(int, rows[1].split()[1:])))
    equal(free["total"], 256, "total")
    seen = box.meminfo()
    check(abs(free["free"] - seen["MemFree"] // 1024) <= 4, f"{free} and MemFree {seen['MemFree']}")
    check(abs(free["available"] - seen["MemAvailable"] // 1024) <= 4, f"{free}, {seen['MemAvailable']}")
    check(free["used"] + free["free"] <= 257, f"{free}, each of which is rounded")
    told = box.run(*caller("run", "busybox", "uptime"))
    check("up 0 min" in told or "up 1 min" in told, told)


def a_32_bit_caller_gets_its_own_struct():
    """a call by int 0x80 is told the same in the layout of 32 bits, and nothing behind it is touched"""
    box = lab.Container(server, memory=LIMIT)
    done = subprocess.run([*box.enter_command(), *caller("narrow")], capture_output=True, text=True,
                          check=False, preexec_fn=box.cgroup.enter, stdin=subprocess.DEVNULL)
    if done.returncode == 77:
        raise lab.Skipped("this kernel runs no 32-bit calls")
    equal(done.returncode, 0, done.stderr)
    info = parse(done.stdout, NARROW)
    equal((info["total"], info["unit"]), (LIMIT, 1), "total and unit")
    check(1 <= info["procs"] <= 10, f"{info['procs']} processes")


def a_pointer_that_is_not_mapped_is_efault():
    box = lab.Container(server, memory=LIMIT)
    equal(box.run(*caller("bad")), "14\n", "errno")


def the_host_is_answered_by_the_kernel():
    """a caller outside of all containers is told what the kernel says"""
    done = subprocess.run(caller("once"), capture_output=True, text=True, check=True)
    equal(parse(done.stdout, WIDE)["total"], the_host(), "total")


# ---- Who may hand over ---------------------------------------------------------------------------

def only_root_hands_over():
    """the socket is root's; a root that sends garbage, or nothing, or hangs up keeps nobody waiting"""
    path = server.runtime / "seccomp"
    equal(stat.S_IMODE(path.stat().st_mode), 0o600, "mode")
    silent = []
    for _ in range(40):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        lab.at_end(peer.close)
        peer.connect(str(path))
        silent.append(peer)
    silent[0].send(b"\0" * 4096)
    for peer in silent:
        peer.close()
    box = lab.Container(server, memory=LIMIT)
    equal(parse(box.run(*caller("once")), WIDE)["total"], LIMIT, "total")


# ---- Deaths --------------------------------------------------------------------------------------

def killed_workers_cost_no_call():
    """workers are killed at random moments while three containers call: no call fails"""
    boxes = [lab.Container(server, memory=LIMIT) for _ in range(3)]
    loops = [Loop(box) for box in boxes]
    for _ in range(KILLS):
        worker = server.pid("worker")
        survivors.pause(0, 0.05 * lab.SLOW)
        os.kill(worker, signal.SIGKILL)
        lab.wait_until(lambda old=worker: server.pid("worker") != old, 20, "another worker")
    for loop in loops:
        every_answer_was_right(loop, least=10)


def reloads_and_a_dead_supervisor_cost_no_call():
    """lxfs reload, and kill -9 of the supervisor, fail no call, nor those of a container started after it"""
    own = lab.Server("--sysinfo=on")
    loop = Loop(lab.Container(own, memory=LIMIT), of=own)
    for _ in range(RELOADS):
        done = subprocess.run([lab.LXFS, "reload", "--runtime-dir", str(own.runtime)], capture_output=True,
                              text=True, check=False, timeout=60 * lab.SLOW)
        equal(done.returncode, 0, done.stderr)
    later = Loop(lab.Container(own, memory=LIMIT), of=own)
    await_listeners(own, 2)
    supervisor, worker = own.pid("supervisor"), own.pid("worker")
    lab.at_end(lambda: os.kill(own.pid("supervisor"), signal.SIGTERM))
    os.kill(supervisor, signal.SIGKILL)
    lab.wait_until(lambda: own.pid("supervisor") == worker, 20, "the worker is the supervisor")
    lab.wait_until(lambda: own.log().count("serving at") > RELOADS + 1, 20, "it serves")
    latest = Loop(lab.Container(own, memory=LIMIT), of=own)
    time.sleep(0.5)
    for each in (loop, later, latest):
        every_answer_was_right(each)


def with_a_store_both_may_die():
    """supervisor and worker at one blow, descriptors in systemd's store: calls wait, and none fails"""
    own = survivors.Service("--sysinfo=on")
    loop = Loop(lab.Container(own, memory=LIMIT), of=own)
    await_listeners(own, 1)
    for _ in range(RELOADS):
        lab.wait_until(lambda: own.store.names().count("lxfs-reception") == 1, 20, "the socket is stored")
        own.kill_both()
        own.start()
    later = Loop(lab.Container(own, memory=LIMIT), of=own)
    await_listeners(own, 2)
    time.sleep(0.5)
    for each in (loop, later):
        every_answer_was_right(each)


def a_store_of_another_version_keeps_the_listeners():
    """what the store gives is of another version: lxfs starts anew, with the listeners there are"""
    own = survivors.Service("--sysinfo=on")
    loop = Loop(lab.Container(own, memory=LIMIT), of=own)
    await_listeners(own, 1)
    loop.pause()
    own.kill_both()
    os.pwrite(dict(own.store.kept)["lxfs-estate"], (99).to_bytes(4, "little"), 8)
    own.start()
    check("starting anew" in own.log(), own.log())
    loop.go_on()
    time.sleep(0.5)
    every_answer_was_right(loop)
    equal([name for name in own.store.names() if name.startswith("lxfs-listener")], ["lxfs-listener-1"], "stored")


def another_lxfs_takes_the_listeners_over():
    """with --take-over the newcomer answers, and the elder again when the newcomer is killed"""
    elder = lab.Server("--take-over", "--sysinfo=on")
    loop = Loop(lab.Container(elder, memory=LIMIT), of=elder)
    with open(elder.log_path, "a") as log:
        newcomer = subprocess.Popen(elder.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    lab.at_end(lambda: lab.end(newcomer))
    lab.wait_until(lambda: elder.log().count("serving at") == 2, 30, "the newcomer serves")
    equal(elder.pid("supervisor"), newcomer.pid, "supervisor")
    later = Loop(lab.Container(elder, memory=LIMIT), of=elder)
    await_listeners(elder, 2)
    lab.wait_until(lambda: listeners_of(elder.process.pid) == 2, 20, "the elder has a copy of the new one")
    worker = elder.pid("worker")
    newcomer.kill()
    os.kill(worker, signal.SIGKILL)
    lab.wait_until(lambda: "serves again" in elder.log(), 30, "the elder serves again")
    latest = Loop(lab.Container(elder, memory=LIMIT), of=elder)
    time.sleep(0.5)
    for each in (loop, later, latest):
        every_answer_was_right(each)


def serves_sysinfo(path):
    """Whoever hangs up is let go of; one that nobody hears waits in the socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(1)
        try:
            peer.connect(str(path))
            peer.shutdown(socket.SHUT_WR)
            return peer.recv(1) == b""
        except OSError:
            return False


def an_elder_makes_the_sockets_anew_that_its_newcomer_has_removed():
    """a newcomer with sysinfo=off is killed: the elder answers those who come after it, too"""
    elder = lab.Server("--take-over", "--sysinfo=on")
    with open(elder.log_path, "a") as log:
        newcomer = subprocess.Popen([*elder.command(), "--sysinfo=off"], stdin=subprocess.DEVNULL, stdout=log,
                                    stderr=log)
    lab.at_end(lambda: lab.end(newcomer))
    lab.wait_until(lambda: elder.log().count("serving at") == 2, 30, "the newcomer serves")
    check(not (elder.runtime / "seccomp").exists(), "it takes no listeners")
    worker = elder.pid("worker")
    newcomer.kill()
    os.kill(worker, signal.SIGKILL)
    lab.wait_until(lambda: "serves again" in elder.log(), 30, "the elder serves again")
    lab.wait_until(lambda: serves_sysinfo(elder.runtime / "seccomp"), 20, "it listens")
    box = lab.Container(elder, memory=LIMIT)
    equal(parse(box.run(*caller("once", of=elder)), WIDE)["total"], LIMIT, "total")


def a_socket_that_is_made_anew_takes_the_place_of_the_stored_one():
    """sysinfo is switched off and on again by reloads, and both die: the next ones listen where it is looked for"""
    own = survivors.Service("--sysinfo=on")
    settings = folder / "lxfs.conf"
    own.options = ["--config", str(settings)]
    settings.write_text("[lxfs]\nsysinfo=on\n")
    own.kill_both()
    own.start()
    for value in ("off", "on"):
        settings.write_text(f"[lxfs]\nsysinfo={value}\n")
        equal(own.reload().returncode, 0, "the exit code of a reload")
    lab.wait_until(lambda: serves_sysinfo(own.runtime / "seccomp"), 20, "it listens")
    own.kill_both()
    own.start()
    lab.wait_until(lambda: serves_sysinfo(own.runtime / "seccomp"), 20, "it listens again")


def stopped_for_good_it_leaves_enosys():
    """a container whose calls were answered by an lxfs that has been stopped for good is told ENOSYS"""
    own = lab.Server("--sysinfo=on")
    box = lab.Container(own, memory=LIMIT)
    go = folder / lab.unique_name()
    wait_and_call = f"while ! [ -e {go} ]; do sleep 0.1; done; exec {callers.CALLER} - once"
    process = box.popen(*caller("run", "sh", "-c", wait_and_call, of=own), stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT, text=True)
    await_listeners(own, 1)
    own.stop()
    go.touch()
    output = process.communicate(timeout=60 * lab.SLOW)[0]
    check(process.returncode != 0 and os.strerror(errno.ENOSYS) in output, f"{process.returncode}, {output!r}")


# ---- Hostile callers -----------------------------------------------------------------------------

def listeners_of_the_dead_are_dropped():
    """a hundred callers that have ended leave no descriptor behind, in supervisor or worker"""
    def counts():
        return listeners_of(server.pid("supervisor")), listeners_of(server.pid("worker"))
    lab.wait_until(lambda: counts() == (0, 0), 20, f"nothing is left of the tests before: {counts()}")
    box = lab.Container(server, memory=LIMIT)
    box.run("sh", "-c", 'for i in $(seq 100); do "$@" >/dev/null || exit 1; done', "sh", *caller("once"))
    lab.wait_until(lambda: counts() == (0, 0), 20, f"descriptors left: {counts()}")


def more_listeners_are_kept_than_a_process_may_have_files_at_first():
    """of the soft limit, which many systems set to 1024"""
    own = lab.Server("--sysinfo=on", prefix=["prlimit", "--nofile=48:4096"])
    box = lab.Container(own, memory=LIMIT)
    sleepers = box.popen("sh", "-c", 'for i in $(seq 60); do "$@" & done; wait', "sh",
                         *caller("run", "sleep", "1000", of=own))
    lab.at_end(lambda: lab.end(sleepers))
    lab.wait_until(lambda: listeners_of(own.pid("supervisor")) == 60, 20, "60 listeners")
    equal(parse(box.run(*caller("once", of=own)), WIDE)["total"], LIMIT, "total")


def hostile_callers_harm_nobody_else():
    """threads that unmap, rewrite and end while they are answered neither stall nor mislead others"""
    worker = server.pid("worker")
    hostile = lab.Container(server, memory=LIMIT)
    files = [folder / lab.unique_name() for _ in range(2)]
    attackers = [hostile.popen(*caller("hostile", file)) for file in files]
    loop = Loop(lab.Container(server, memory=LIMIT))
    time.sleep(3)
    for attacker in attackers:
        equal(attacker.poll(), None, "the attacker's end")
    every_answer_was_right(loop, least=100)
    for file in files:
        file.touch()
    equal(server.pid("worker"), worker, "the worker, which has not died")


def without_the_setting_there_is_no_socket():
    """without the setting no listeners are taken in"""
    own = lab.Server()
    check(not (own.runtime / "seccomp").exists(), "a socket")


lab.run([
    all_fields_are_those_of_the_views,
    busybox_says_what_proc_says,
    a_32_bit_caller_gets_its_own_struct,
    a_pointer_that_is_not_mapped_is_efault,
    the_host_is_answered_by_the_kernel,
    only_root_hands_over,
    killed_workers_cost_no_call,
    reloads_and_a_dead_supervisor_cost_no_call,
    with_a_store_both_may_die,
    a_store_of_another_version_keeps_the_listeners,
    another_lxfs_takes_the_listeners_over,
    an_elder_makes_the_sockets_anew_that_its_newcomer_has_removed,
    a_socket_that_is_made_anew_takes_the_place_of_the_stored_one,
    stopped_for_good_it_leaves_enosys,
    listeners_of_the_dead_are_dropped,
    hostile_callers_harm_nobody_else,
    without_the_setting_there_is_no_socket,
    more_listeners_are_kept_than_a_process_may_have_files_at_first,
])
