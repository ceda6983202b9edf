#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What survives the death of a worker, of the supervisor, of both, and a bad program on disk: one
scene for each row of docs/survival.md."""
import ctypes
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

import lab
from lab import MIB, check, equal
from survivors import Service, Survivor, lives

PAGE = 4096
LONG = "/proc/vmstat"  # long, and never the same twice
SYS_GETDENTS64 = {"x86_64": 217, "aarch64": 61}.get(os.uname().machine)
libc = ctypes.CDLL(None, use_errno=True)


class Reading:
    """A file of which the first bytes have been read, and the text that the rest belongs to."""

    def __init__(self, path, first):
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.begun = os.read(self.fd, first)
        self.expected = self.begun + self._rest(first)

    def _rest(self, offset):
        parts = []
        while part := os.pread(self.fd, PAGE, offset):
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def finish(self, piece=PAGE):
        text = self.begun
        while part := os.read(self.fd, piece):
            text += part
        os.close(self.fd)
        equal(text, self.expected, "the text")
        return text


# ---- The death of a worker ---------------------------------------------------------------------

def the_second_half_is_of_the_same_text():
    server = Survivor()
    reading = Reading(f"{server.mount}{LONG}", 100)
    server.kill_worker()
    time.sleep(0.05)
    check(len(reading.finish()) > 1000, "the text is long")


def a_reader_of_single_bytes_outlives_four_workers():
    server = Survivor()
    reading = Reading(f"{server.mount}/proc/meminfo", 1)
    for _ in range(4):
        server.kill_worker()
        for _ in range(100):
            reading.begun += os.read(reading.fd, 1)
    reading.finish(1)


def a_worker_that_no_process_can_be_had_for_comes_as_soon_as_there_is_one():
    lab.need_controller("pids")
    server = Survivor()
    server.await_serving()
    cgroup = lab.Cgroup()
    cgroup.enter(server.living("supervisor"))
    reading = Reading(f"{server.mount}{LONG}", 100)
    lab.write(cgroup.file("pids", "pids.max"), 1)
    old = server.living("worker")
    check(server.kill("worker"), "there is no worker to kill")
    refused = "starting a worker: Resource temporarily unavailable, trying again"
    lab.wait_until(lambda: refused in server.log(), 20, f"it says so: {server.log()}")
    lab.write(cgroup.file("pids", "pids.max"), "max")
    reading.finish()
    server.await_serving(20)
    check(server.living("worker") != old, "the worker is the old one")
    equal(server.log().count("starting a worker"), 1, f"how often it says so: {server.log()}")


def a_start_without_room_for_a_child_is_refused():
    lab.need_controller("pids")
    cgroup, folder = lab.Cgroup(), pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-"))
    lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    lab.write(cgroup.file("pids", "pids.max"), 1)
    done = subprocess.run([lab.LXFS, "serve", "--mountpoint", folder / "mount", "--runtime-dir", folder / "run"],
                          preexec_fn=cgroup.enter, env=lab.short_of_processes(), capture_output=True, text=True,
                          timeout=60 * lab.SLOW, check=False)
    equal((done.returncode, done.stderr), (1, f"lxfs serve: mounting at {folder}/mount: starting a child to look at "
                                              "it: Resource temporarily unavailable\n"), "its exit code and word")


def five_hundred_open_files_outlive_a_worker():
    server = Survivor()
    readings = [Reading(f"{server.mount}{path}", 10)
                for path in ("/proc/meminfo", "/proc/stat", "/proc/uptime", LONG) for _ in range(125)]
    server.kill_worker(signal.SIGSEGV)
    for reading in readings:
        reading.finish()


def names_of(entries):
    """struct linux_dirent64, packed."""
    names = []
    while entries:
        length = int.from_bytes(entries[16:18], "little")
        names.append(entries[19:length].split(b"\0")[0].decode())
        entries = entries[length:]
    return names


def a_listing_goes_on_after_a_death():
    if SYS_GETDENTS64 is None:
        raise lab.Skipped("the number of getdents64 here is not known")
    server = Survivor()
    fd = os.open(f"{server.mount}/sys/devices/system/cpu", os.O_RDONLY | os.O_DIRECTORY)
    names, buffer = [], ctypes.create_string_buffer(128)
    while (got := libc.syscall(SYS_GETDENTS64, fd, buffer, 128)) > 0:
        names += names_of(buffer.raw[:got])
        if len(names) < 8:
            server.kill_worker()
    os.close(fd)
    equal(got, 0, "what getdents64 gave at the end")
    equal(sorted(set(names) - {".", ".."}), sorted(os.listdir(f"{server.mount}/sys/devices/system/cpu")),
          "the names")
    equal(len(names), len(set(names)), "no name comes twice")


# ---- Pressure triggers -------------------------------------------------------------------------

def wait_for_pressure(seconds, pipe):
    """In the container: sets a trigger, says so, polls."""
    fd = os.open("/proc/pressure/cpu", os.O_RDWR)
    os.write(fd, b"some 50000 2000000")  # whoever lacks CAP_SYS_RESOURCE gets whole 2 seconds only
    poller = select.poll()
    poller.register(fd, select.POLLPRI)
    os.write(pipe, b"x")
    events = poller.poll(seconds * 1000 * lab.SLOW)
    os.close(fd)
    return [event for _, event in events]


def poll_across(kill):
    """A poller sleeps, lxfs dies, then there is pressure: the event must come."""
    if not (lab.CGROUPS / "unified/cpu.pressure").exists() and not lab.is_v2():
        raise lab.Skipped("this kernel has no pressure of cgroups")
    server = Survivor()
    box = lab.Container(server, memory=64 * MIB)
    reader, writer = os.pipe()
    poller = box.start(wait_for_pressure, 20, writer)
    if not select.select([reader], [], [], 10 * lab.SLOW)[0]:
        poller.result()  # raises what went wrong
    kill(server)
    loops = [process for _ in range(2) for process in box.burn(range(os.cpu_count()))]
    events = poller.result()
    for process in loops:
        process.kill()
    equal(events, [select.POLLPRI], "events")
    os.close(reader)
    os.close(writer)


def a_pressure_poll_outlives_a_worker():
    poll_across(lambda server: server.kill_worker())


def a_pressure_poll_outlives_the_supervisor_and_a_reload():
    def kill(server):
        server.kill_supervisor()
        equal(server.reload().returncode, 0, "the reload")
    poll_across(kill)


# ---- The death of the supervisor, and of both --------------------------------------------------

def the_worker_takes_the_dead_supervisors_place():
    server = Survivor()
    worker = server.living("worker")
    reading = Reading(f"{server.mount}{LONG}", 100)
    server.kill_supervisor()
    equal(server.living("supervisor"), worker, "the supervisor")
    reading.finish()
    equal(server.reload().returncode, 0, "a reload after that")


def the_runtime_folder_stays_locked_after_the_supervisors_death():
    server = Survivor()
    server.kill_supervisor()
    second = subprocess.run([*server.command()], capture_output=True, text=True, timeout=10 * lab.SLOW, check=False)
    equal(second.returncode, 1, "the exit code of a second one")
    check("another lxfs" in second.stderr, second.stderr)


def an_open_file_outlives_both_when_a_store_keeps_them():
    server = Service()
    reading = Reading(f"{server.mount}{LONG}", 100)
    server.kill_both()
    # No thread of this process, which forks: on Linux 6.1 that can take a read's text away (docs/survival.md).
    reader = lab.Call(reading.finish)
    check(not select.select([reader.answer], [], [], 0.1)[0], "a read ended while nobody serves")
    server.start()
    equal(len(reader.result()), len(reading.expected), "the text")


def another_version_in_the_store_is_refused_and_lxfs_starts_anew():
    server = Service()
    server.kill_both()
    estate = dict(server.store.kept)["lxfs-estate"]
    os.pwrite(estate, (99).to_bytes(4, "little"), 8)
    server.start()
    check("it speaks version 99" in server.log(), server.log())
    check("MemTotal:" in (server.mount / "proc/meminfo").read_text(), "meminfo")
    equal(server.store.names(), ["lxfs-estate", "lxfs-fuse-cgroup", "lxfs-fuse-pressure", "lxfs-fuse-views",
                                 "lxfs-history"], "what the store keeps: the new ones, once")


def stopped_it_leaves_the_mount_to_its_successor():
    server = Service()
    reading = Reading(f"{server.mount}{LONG}", 100)
    os.kill(server.living("supervisor"), signal.SIGTERM)
    os.waitpid(server.child, 0)
    server.start()
    reading.finish()


def by_sigint_it_stops_for_good_though_a_store_would_keep_it():
    server = Service()
    os.kill(server.living("supervisor"), signal.SIGINT)
    os.waitpid(server.child, 0)
    server.child = None
    equal(server.store.names(), [], "what the store keeps")
    check(not os.path.ismount(server.mount), f"{server.mount} is still mounted")
    anchor = server.runtime / "anchors/proc/meminfo"
    check("MemTotal:" in anchor.read_text(), "the host's own file through the anchor")


# ---- Reload ------------------------------------------------------------------------------------

class Installed(Survivor):
    """An lxfs of which the file on disk can be changed."""

    def __init__(self):
        self.folder = None
        super().__init__()

    def start(self):
        self.program = self.folder / "lxfs"
        shutil.copy2(lab.LXFS, self.program)
        super().start()

    def replace(self, content):
        new = self.folder / "lxfs.new"
        new.write_bytes(content)
        new.chmod(0o755)
        new.rename(self.program)


def check_refused(content, word):
    server = Installed()
    reading = Reading(f"{server.mount}{LONG}", 100)
    worker = server.living("worker")
    server.replace(content)
    done = server.reload()
    equal(done.returncode, 1, "exit code")
    check(done.stderr.count("\n") == 1 and word in done.stderr, done.stderr)
    server.await_serving()
    reading.finish()
    check("MemTotal:" in (server.mount / "proc/meminfo").read_text(), "meminfo")
    return server, worker


def a_truncated_program_is_refused():
    content = pathlib.Path(lab.LXFS).read_bytes()
    server, worker = check_refused(content[:65536], "refused")
    equal(server.living("worker"), worker, "the worker")
    equal(server.status()["last-reload"], "refused", "the status")


def a_program_of_another_architecture_is_refused():
    content = bytearray(pathlib.Path(lab.LXFS).read_bytes())
    content[18:20] = (0xF3).to_bytes(2, "little")  # e_machine: RISC-V
    if os.uname().machine == "riscv64":
        content[18:20] = (62).to_bytes(2, "little")
    server, worker = check_refused(bytes(content), "Exec format error")
    equal(server.living("worker"), worker, "the worker")


def a_program_that_is_no_lxfs_is_refused():
    check_refused(pathlib.Path("/bin/true").read_bytes(), "no lxfs")


def a_program_that_dies_once_it_is_executed_is_rolled_back():
    script = f'#!/bin/sh\ncase " $* " in *" --check-inheritance "*) exec {os.path.abspath(lab.LXFS)} "$@" ;; esac\nexit 1\n'
    server, worker = check_refused(script.encode(), "rolled back")
    equal(server.living("supervisor"), worker, "the worker has become the supervisor")
    equal(server.status()["last-reload"], "rolled-back", "the status")


def a_program_whose_worker_does_not_come_up_is_rolled_back():
    # its table of descriptors is too small for a worker, and large enough for a supervisor
    lxfs = os.path.abspath(lab.LXFS)
    script = f'#!/bin/sh\ncase " $* " in *" --check-inheritance "*) exec {lxfs} "$@" ;; esac\nulimit -n 17\nexec {lxfs} "$@"\n'
    server, worker = check_refused(script.encode(), "rolled back")
    check("going back to the old one" in server.log(), server.log())
    equal(server.living("worker"), worker, "the worker that never stopped serving")


def settings_that_cannot_be_read_are_refused_and_do_no_harm_to_a_takeover():
    server = Survivor.__new__(Survivor)
    settings = pathlib.Path(lab.tempfile.mkdtemp(prefix="lxfs-lab-")) / "lxfs.conf"
    lab.at_end(lambda: shutil.rmtree(settings.parent, ignore_errors=True))
    settings.write_text("[lxfs]\nswap=on\n")
    Survivor.__init__(server, "--config", str(settings))
    settings.write_text("[lxfs]\nswap=perhaps\n")
    done = server.reload()
    equal(done.returncode, 1, "exit code")
    check("perhaps" in done.stderr, done.stderr)
    server.kill_supervisor()
    check("going on with the settings from before" in server.log(), server.log())


def reloading_nobody_says_so():
    done = subprocess.run([lab.LXFS, "reload", "--runtime-dir", "/nonexistent"], capture_output=True,
                          text=True, timeout=10 * lab.SLOW, check=False)
    equal(done.returncode, 1, "exit code")
    check("no lxfs serves" in done.stderr, done.stderr)


def more_containers_than_there_is_memory_for_are_served_and_not_all_remembered():
    server = Service("--max-containers=64")
    box = lab.Container(server, memory=64 * MIB)
    server.options = ["--max-containers=4096"]
    server.kill_both()
    server.start()
    remembered = re.search(r"remembering (\d+) containers, not 4096", server.log())
    check(remembered and 64 <= int(remembered[1]) < 128, server.log())
    equal(box.meminfo()["MemTotal"], 65536, "MemTotal")
    done = server.reload()
    equal(done.returncode, 0, f"the exit code of a reload: {done.stderr}")
    equal(box.meminfo()["MemTotal"], 65536, "MemTotal after a reload")


# ---- The kernel fails --------------------------------------------------------------------------

def is_injected(trace, code):
    """Also where another thread's line comes between the call and what it gives."""
    return any(f"{code} (" in line and "(INJECTED)" in line for line in trace.path.read_text().splitlines())


def a_failed_read_of_the_fuse_device_ends_nothing():
    server = Survivor()
    worker = server.living("worker")
    for code in ("EIO", "ENOMEM", "EFAULT", "EINTR", "EAGAIN", "EPERM"):
        with lab.Trace(worker, "-P", "/dev/fuse", "-e", f"inject=read:error={code}:when=1") as trace:
            def read_until_it_fails(trace=trace, code=code):
                check("MemTotal:" in (server.mount / "proc/meminfo").read_text(), "meminfo")
                return is_injected(trace, code)
            lab.wait_until(read_until_it_fails, 20, f"a read that fails with {code}")
        for _ in range(100):
            check("MemTotal:" in (server.mount / "proc/meminfo").read_text(), "meminfo")
    equal(server.living("worker"), worker, f"the worker; the log: {server.log()}")


def an_aborted_connection_ends_it():
    server = Survivor()
    number = os.minor(os.stat(server.mount).st_dev)
    abort = f"mount -t fusectl none /sys/fs/fuse/connections && echo 1 >/sys/fs/fuse/connections/{number}/abort"
    subprocess.run(["unshare", "-m", "sh", "-c", abort], check=True)
    equal(server.process.wait(20 * lab.SLOW), 0, f"the exit code; the log: {server.log()}")
    check("the mount is gone" in server.log(), server.log())
    check(not lab.is_mounted(server.mount), "the views are unmounted")


def a_program_that_is_being_asked_dies_with_its_supervisor_and_holds_nothing_of_ours():
    server = Installed()
    server.replace(b"#!/bin/sh\nexec sleep 1000\n")
    old = server.living("supervisor")
    os.kill(old, signal.SIGHUP)
    asked = []

    def find():
        asked.extend(pid for pid in lab.children_of(old) if b"sleep" in lab.command_of(pid))
        return asked
    lab.wait_until(find, 20, "it is asked")
    os.kill(old, signal.SIGSTOP)  # else it would end one that takes too long
    pid = asked[0]
    held = [path for path in lab.open_files(pid) if path and ("fuse" in path or str(server.runtime) in path)]
    server.kill_supervisor()
    lab.wait_until(lambda: not lives(pid), 20, "it dies")
    equal(held, [], "what it held")


lab.run([
    the_second_half_is_of_the_same_text,
    a_reader_of_single_bytes_outlives_four_workers,
    five_hundred_open_files_outlive_a_worker,
    a_listing_goes_on_after_a_death,
    a_pressure_poll_outlives_a_worker,
    a_pressure_poll_outlives_the_supervisor_and_a_reload,
    the_worker_takes_the_dead_supervisors_place,
    the_runtime_folder_stays_locked_after_the_supervisors_death,
    an_open_file_outlives_both_when_a_store_keeps_them,
    another_version_in_the_store_is_refused_and_lxfs_starts_anew,
    stopped_it_leaves_the_mount_to_its_successor,
    by_sigint_it_stops_for_good_though_a_store_would_keep_it,
    a_truncated_program_is_refused,
    a_program_of_another_architecture_is_refused,
    a_program_that_is_no_lxfs_is_refused,
    a_program_that_dies_once_it_is_executed_is_rolled_back,
    a_program_whose_worker_does_not_come_up_is_rolled_back,
    settings_that_cannot_be_read_are_refused_and_do_no_harm_to_a_takeover,
    reloading_nobody_says_so,
    more_containers_than_there_is_memory_for_are_served_and_not_all_remembered,
    a_failed_read_of_the_fuse_device_ends_nothing,
    an_aborted_connection_ends_it,
    a_program_that_is_being_asked_dies_with_its_supervisor_and_holds_nothing_of_ours,
    a_worker_that_no_process_can_be_had_for_comes_as_soon_as_there_is_one,
    a_start_without_room_for_a_child_is_refused,
])
