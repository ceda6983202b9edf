#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""sysinfo(2) is answered in containers of LXC, through their monitors, whatever dies meanwhile.

CHAOS=full kills 500 workers. What runs in a container its init starts: after one lxc-attach in a hundred to a container
with a listener LXC's monitor (5.0.2) answers nobody any more, whoever answers its calls.
"""
import os
import pathlib
import shlex
import signal
import socket
import stat
import subprocess
import tempfile

import callers
import engines
import lab
import survivors
from callers import KILLS, RELOADS, every_answer_was_right
from engines import LxcBox, agrees_with_proc
from lab import MIB, check, equal

RUNTIMES = pathlib.Path(__file__).resolve().parents[2] / "runtimes"
INIT = """#!/bin/sh
PATH=/bin
while :; do
	busybox free -m > /tmp/told
	busybox mv /tmp/told /tmp/free
	for job in $(busybox find /tmp -name "*.job"); do
		busybox mv $job $job.begun
		(sh $job.begun > $job.output 2>&1; echo $? > $job.code; busybox mv $job.code $job.ended) &
	done
	busybox sleep 0.05
done
"""

lab.adopt_orphans()
server = lab.Server("--sysinfo=on")
folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-sysinfo-"))
lab.at_end(lambda: subprocess.run(["rm", "-rf", str(folder)], check=True))
folder.chmod(0o755)


def configured(of):
    """common.conf.d with the views, and with the file for sysinfo as it is installed, for this lxfs."""
    shipped = (lab.BUILD / "runtimes/lxc.sysinfo.conf").read_text()
    rows = dict(line.split(" = ") for line in shipped.splitlines() if not line.startswith("#"))
    equal(sorted(rows), ["lxc.seccomp.notify.proxy", "lxc.seccomp.profile"], f"keys of {shipped}")
    equal(rows["lxc.seccomp.notify.proxy"], "unix:/run/lxfs/seccomp-lxc", "the socket")
    check(rows["lxc.seccomp.profile"].endswith("/lxc.sysinfo.seccomp"), rows["lxc.seccomp.profile"])
    made = pathlib.Path(tempfile.mkdtemp(prefix="common.conf.d-", dir=folder))
    made.chmod(0o755)
    for name in ("lxc.mount.hook", "lxc.sysinfo.seccomp"):
        subprocess.run(["cp", str(RUNTIMES / name), str(made)], check=True)
    (made / "00-lxfs.conf").write_text(
        f"lxc.hook.mount = {made}/lxc.mount.hook --source {of.runtime}/anchors\n"
        f"lxc.seccomp.profile = {made}/lxc.sysinfo.seccomp\n"
        f"lxc.seccomp.notify.proxy = unix:{of.runtime}/seccomp-lxc\n")
    return made


def prepare(root):
    """Its init calls sysinfo, too, and starts what is put into a folder."""
    engines.add_program(root, callers.CALLER)
    (root / "bin/sleep").unlink()
    (root / "bin/sleep").write_text(INIT)
    (root / "bin/sleep").chmod(0o755)


class Job:
    """A command that a container's init runs."""

    def __init__(self, box, *command):
        self.base = box.root / "tmp" / f"{lab.unique_name()}.job"
        made = self.base.with_suffix(".made")
        made.write_text(shlex.join(command) + "\n")
        made.rename(self.base)

    def part(self, suffix):
        return self.base.with_name(self.base.name + suffix)

    def is_over(self):
        return self.part(".ended").exists()

    def result(self):
        """(exit code, output)"""
        lab.wait_until(self.is_over, 60, f"the end of {self.base.name}")
        return int(self.part(".ended").read_text()), self.part(".output").read_text()


class Box(LxcBox):
    """A container of LXC in which init executes what is to be run."""

    def __init__(self, of=server, **options):
        super().__init__(configured(of), prepare=prepare, **options)

    def run(self, *command):
        code, output = Job(self, *command).result()
        equal(code, 0, f"{command}: {output}")
        return output


class Loop:
    """A process of a container that calls sysinfo without pause, and checks every answer."""

    def __init__(self, box, total=256 * MIB):
        name = lab.unique_name()
        self.file = box.root / "tmp" / name
        self.job = Job(box, "caller", "-", "until", f"/tmp/{name}", str(total))
        lab.wait_until(self.job.part(".output").exists, 60, "the caller begins")

    def end(self):
        self.file.touch()
        code, output = self.job.result()
        equal(code, 0, f"the caller: {output}")
        return tuple(map(int, output.split()))


def await_answers(box):
    """Its init is answered three times more."""
    told = box.root / "tmp/free"
    for _ in range(3):
        before = told.stat().st_mtime_ns if told.exists() else 0
        lab.wait_until(lambda: told.exists() and told.stat().st_mtime_ns != before, 60, "init is answered")
    equal(told.read_text().split()[7], "256", "total in init")


def connections_of(process):
    """Those of monitors: packet sockets that are in the file system's name of ours."""
    mine = lab.open_files(process)
    rows = [line.split() for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]]
    return sum(f"socket:[{row[6]}]" in mine and row[4] == "0005" and row[5] == "03" and row[7:] != []
               and row[7].endswith("seccomp-lxc") for row in rows)


# ---- What is answered ----------------------------------------------------------------------------

def a_container_is_told_its_own():
    """busybox free and uptime in a container of LXC, and in its init, are the container's"""
    box = Box()
    agrees_with_proc(box)
    await_answers(box)
    equal(box.run("grep", "Seccomp:", "/proc/self/status"), "Seccomp:\t2\n", "the profile of LXC")


def an_unprivileged_container_is_told_its_own():
    """with a user namespace, too"""
    agrees_with_proc(Box(unprivileged=True))


def a_32_bit_caller_and_a_bad_pointer():
    """a call by int 0x80 gets its own struct; an address that is not mapped is EFAULT"""
    box = Box()
    equal(box.run("caller", "-", "bad"), "14\n", "errno")
    code, output = Job(box, "caller", "-", "narrow").result()
    if code == 77:
        raise lab.Skipped("this kernel runs no 32-bit calls")
    equal(code, 0, output)
    equal(int.from_bytes(bytes.fromhex(output.strip())[16:20], "little"), 256 * MIB, "total")


# ---- Deaths --------------------------------------------------------------------------------------

def killed_workers_cost_no_call():
    """workers are killed at random moments while two containers call: no call fails"""
    boxes = [Box() for _ in range(2)]
    loops = [Loop(box) for box in boxes]
    for _ in range(KILLS):
        worker = server.pid("worker")
        survivors.pause(0, 0.05)
        os.kill(worker, signal.SIGKILL)
        lab.wait_until(lambda old=worker: server.pid("worker") != old, 20, "another worker")
    for box in boxes:
        await_answers(box)
    for loop in loops:
        every_answer_was_right(loop, least=10)
    agrees_with_proc(boxes[0])


def reloads_and_a_dead_supervisor_cost_no_call():
    """lxfs reload, and kill -9 of the supervisor, fail no call"""
    own = lab.Server("--sysinfo=on")
    box = Box(own)
    loop = Loop(box)
    for _ in range(RELOADS):
        done = subprocess.run([lab.LXFS, "reload", "--runtime-dir", str(own.runtime)], capture_output=True,
                              text=True, check=False, timeout=60 * lab.SLOW)
        equal(done.returncode, 0, done.stderr)
    lab.wait_until(lambda: own.log().count("serving at") > RELOADS, 20, "the last reload is over")
    supervisor, worker = own.pid("supervisor"), own.pid("worker")
    lab.at_end(lambda: os.kill(own.pid("supervisor"), signal.SIGTERM))
    os.kill(supervisor, signal.SIGKILL)
    lab.wait_until(lambda: own.pid("supervisor") == worker, 20, "the worker is the supervisor")
    lab.wait_until(lambda: own.log().count("serving at") > RELOADS + 1, 20, "it serves")
    await_answers(box)
    agrees_with_proc(Box(own))
    every_answer_was_right(loop)


def with_a_store_both_may_die():
    """supervisor and worker at one blow, descriptors in systemd's store: calls wait, and none fails"""
    own = survivors.Service("--sysinfo=on")
    box = Box(own)
    loop = Loop(box)
    for _ in range(RELOADS):
        await_answers(box)
        own.kill_both()
        own.start()
    await_answers(box)
    agrees_with_proc(Box(own))
    every_answer_was_right(loop)


def total_told(box):
    """Of struct sysinfo."""
    return int.from_bytes(bytes.fromhex(box.run("caller", "-", "once").strip())[32:40], "little")


def when_lxfs_comes_back_calls_are_answered_again():
    """an lxfs that was stopped and started again answers a container that ran on, and calls failed in between"""
    own = lab.Server("--sysinfo=on")
    box = Box(own)
    equal(total_told(box), 256 * MIB, "total")
    own.stop()
    equal(Job(box, "caller", "-", "once").result(), (1, "sysinfo: Function not implemented\n"), "answered by nobody")
    own.log_path.write_text("")
    own.start()
    equal(total_told(box), 256 * MIB, "total")


# ---- Hostile callers -----------------------------------------------------------------------------

def connections_of_stopped_containers_are_dropped():
    """supervisor and worker keep no connection of a container that has ended"""
    own = lab.Server("--sysinfo=on")
    box = Box(own)
    agrees_with_proc(box)
    check(connections_of(own.pid("supervisor")) >= 1, "the connection of a running one")
    box.stop()
    for which in ("supervisor", "worker"):
        lab.wait_until(lambda which=which: connections_of(own.pid(which)) == 0, 20, f"nothing is left in the {which}")


def hostile_callers_harm_nobody_else():
    """threads that unmap, rewrite and end while they are answered neither stall nor mislead others"""
    worker = server.pid("worker")
    hostile = Box()
    attacker = Job(hostile, "caller", "-", "hostile", "/tmp/stop")
    lab.wait_until(attacker.part(".output").exists, 60, "the attacker begins")
    box = Box()
    loop = Loop(box)
    for _ in range(5):
        await_answers(box)
    check(not attacker.is_over(), "the attacker's end")
    every_answer_was_right(loop, least=100)
    (hostile.root / "tmp/stop").touch()
    equal(server.pid("worker"), worker, "the worker, which has not died")


def who_sends_garbage_is_hung_up_on():
    """the socket is root's; a root that sends garbage, or nothing, keeps nobody waiting"""
    path = server.runtime / "seccomp-lxc"
    equal(stat.S_IMODE(path.stat().st_mode), 0o600, "mode")
    peers = []
    for _ in range(40):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lab.at_end(peer.close)
        peer.connect(str(path))
        peers.append(peer)
    peers[0].settimeout(20 * lab.SLOW)
    peers[0].send(b"\0" * 136)
    equal(peers[0].recv(100), b"", "what garbage is told")
    agrees_with_proc(Box())
    for peer in peers:
        peer.close()


lab.run([
    a_container_is_told_its_own,
    an_unprivileged_container_is_told_its_own,
    a_32_bit_caller_and_a_bad_pointer,
    killed_workers_cost_no_call,
    reloads_and_a_dead_supervisor_cost_no_call,
    with_a_store_both_may_die,
    when_lxfs_comes_back_calls_are_answered_again,
    connections_of_stopped_containers_are_dropped,
    hostile_callers_harm_nobody_else,
    who_sends_garbage_is_hung_up_on,
])
