#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Polling in the cgroup view: changes of cgroup.events and pressure triggers, told as the kernel tells them."""
import contextlib
import errno
import os
import select
import signal
import subprocess

import lab
from cgroups_seen import Seen, outcome
from lab import check, equal

V2 = "" if lab.is_v2() else "unified"  # where the files are that the kernel tells changes of
CHANGED = select.POLLERR | select.POLLPRI
# Where lxfs lacks CAP_SYS_RESOURCE the kernel takes windows of whole 2 seconds only.
TRIGGER = b"some 100000 2000000"
HAS_PRESSURE = os.path.isdir("/proc/pressure")

server = lab.Server()


class Watched:
    """A container with a cgroup `in` of its own in v2, seen in the view and from outside."""

    def __init__(self):
        self.seen = Seen(server)
        self.child = self.seen.cgroup.folders[V2] / "in"
        self.child.mkdir()
        lab.at_end(lambda: lab.remove_cgroup(self.child))
        self.view = self.seen.folders()[V2] / "in"
        self.events = str(self.view / "cgroup.events")

    @contextlib.contextmanager
    def populated(self):
        """One process stands in the cgroup."""
        sleeper = subprocess.Popen(["sleep", "infinity"], stdin=subprocess.DEVNULL,
                                   preexec_fn=lambda: lab.write(self.child / "cgroup.procs", 0))
        lab.at_end(lambda: lab.end(sleeper))
        lab.wait_until(lambda: "populated 1" in (self.child / "cgroup.events").read_text(), 20, "it is populated")
        try:
            yield
        finally:
            lab.end(sleeper)


def poll(fd, seconds):
    """The events of one poll, 0 when there are none in time."""
    poller = select.poll()
    poller.register(fd, select.POLLPRI)
    return sum(events for _, events in poller.poll(seconds * 1000 * min(lab.SLOW, 2)))


def watch(path, tell, rounds=1):
    """Reads, says so, waits for a change and reads again; so many times."""
    fd = os.open(path, os.O_RDONLY)
    told = []
    os.pread(fd, 4096, 0)
    for _ in range(rounds):
        os.write(tell, b"x")
        events = poll(fd, 30)
        told.append((events, os.pread(fd, 4096, 0).decode()))
    return told, poll(fd, 0)


def read_once(path):
    with open(path) as file:
        return file.read()


# ---- Changes -----------------------------------------------------------------------------------

def a_change_is_told_until_it_is_read():
    box = Watched()
    ready, tell = os.pipe()
    call = box.seen.start(watch, box.events, tell, 2)
    lab.await_word(ready)
    with box.populated():
        lab.await_word(ready)
    (first, second), afterwards = call.result()
    equal(first[0], CHANGED, "events when it is populated")
    check("populated 1" in first[1], f"what is read then: {first[1]}")
    equal(second[0], CHANGED, "events when it is empty again")
    check("populated 0" in second[1], f"what is read then: {second[1]}")
    equal(afterwards, 0, "events when it has been read")


def polls(path):
    """Before anything was read, twice, and behind a reading."""
    fd = os.open(path, os.O_RDONLY)
    seen = [poll(fd, 0), poll(fd, 0)]
    os.pread(fd, 4096, 0)
    return [*seen, poll(fd, 0), poll(fd, 1)]


def without_a_change_a_poll_is_answered_as_the_kernel_does():
    box = Watched()
    for name in ("cgroup.events", "cgroup.stat"):
        real = polls(box.child / name)
        equal(box.seen.call(polls, box.view / name), real, name)
    equal(real, [CHANGED, CHANGED, 0, 0], "the kernel's")


def epoll_twice(path, tell):
    fd = os.open(path, os.O_RDONLY)
    os.pread(fd, 4096, 0)
    epoll = select.epoll()
    epoll.register(fd, select.EPOLLPRI)
    told = []
    for _ in range(2):
        os.write(tell, b"x")
        told.append(sum(events for _, events in epoll.poll(30 * min(lab.SLOW, 2))))
        os.pread(fd, 4096, 0)
    return told


def an_epoll_set_is_told_again_and_again():
    box = Watched()
    ready, tell = os.pipe()
    call = box.seen.start(epoll_twice, box.events, tell)
    lab.await_word(ready)
    with box.populated():
        lab.await_word(ready)
    equal(call.result(), [CHANGED, CHANGED], "events")


def several_pollers_are_all_told():
    box = Watched()
    ready, tell = os.pipe()
    calls = [box.seen.start(watch, box.events, tell) for _ in range(4)]
    for _ in calls:
        lab.await_word(ready)
    with box.populated():
        for call in calls:
            equal(call.result()[0][0][0], CHANGED, "events")


# ---- Ends --------------------------------------------------------------------------------------

def kill_worker():
    worker = server.pid("worker")
    os.kill(worker, signal.SIGKILL)
    lab.wait_until(lambda: server.pid("worker") != worker, 20, "another worker")


def a_poll_outlives_the_worker():
    box = Watched()
    ready, tell = os.pipe()
    call = box.seen.start(watch, box.events, tell)
    lab.await_word(ready)
    kill_worker()
    with box.populated():
        told, _ = call.result()
    equal(told[0][0], CHANGED, "events")
    check("populated 1" in told[0][1], f"what is read: {told[0][1]}")


def a_change_while_there_is_no_worker_is_told():
    box = Watched()
    ready, tell = os.pipe()
    call = box.seen.start(watch, box.events, tell)
    lab.await_word(ready)
    os.kill(server.pid("supervisor"), signal.SIGSTOP)
    try:
        worker = server.pid("worker")
        os.kill(worker, signal.SIGKILL)
        change = box.populated()
        change.__enter__()
    finally:
        os.kill(server.pid("supervisor"), signal.SIGCONT)
    told, _ = call.result()
    equal(told[0][0], CHANGED, "events")
    change.__exit__(None, None, None)


def n_open(path):
    return lab.open_files(server.pid("worker")).count(str(path))


def a_killed_poller_leaves_nothing_open():
    box = Watched()
    ready, tell = os.pipe()
    real = box.child / "cgroup.events"
    box.seen.call(read_once, box.events)
    kept = n_open(real)  # to read it again
    calls = [box.seen.start(watch, box.events, tell) for _ in range(5)]
    for _ in calls:
        lab.await_word(ready)
    lab.wait_until(lambda: n_open(real) == kept + 5, 20, "5 descriptors more")
    for call in calls:
        call.kill()
    lab.wait_until(lambda: n_open(real) == kept, 20, "the descriptors are closed")


def poll_and_read(fd):
    return poll(fd, 20), outcome(os.pread, fd, 10, 0)


def hand_over(path, other):
    """On the host, to whom no cgroup is a secret; what it is told itself before and after comes with it."""
    fd = os.open(path, os.O_RDONLY)
    os.pread(fd, 4096, 0)
    before = poll(fd, 0)
    told = [other.call(poll_and_read, fd) for _ in range(2)]
    return before, told, poll(fd, 0)


def what_was_handed_to_another_container_is_not_told():
    """a descriptor that was handed to another container tells it nothing of the cgroup"""
    one, other = Watched(), Watched()
    path = server.mount / "cgroup" / V2 / one.seen.cgroup.path / "in/cgroup.events"
    before, told, after = lab.Call(hand_over, path, other.seen, enter=lab.leave_all_cgroups).result()
    equal((before, after), (0, 0), "events for the host")
    equal(told, [(CHANGED, "ENOENT")] * 2, "events and text for the other one")


# ---- Triggers ----------------------------------------------------------------------------------

def burn_on(cpu):
    os.sched_setaffinity(0, {cpu})
    while True:
        pass


@contextlib.contextmanager
def pressure_in(box):
    """Two tasks of the cgroup that want one CPU at once."""
    burners = [lab.Call(burn_on, 0, enter=lambda: lab.write(box.child / "cgroup.procs", 0)) for _ in range(2)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()


def trigger(path, tell, seconds=60):
    fd = os.open(path, os.O_RDWR)
    os.write(fd, TRIGGER)
    os.write(tell, b"x")
    return poll(fd, seconds)


def needs_pressure():
    if not HAS_PRESSURE:
        raise lab.Skipped("this kernel has no pressure files")


def a_trigger_fires_under_pressure_and_not_without():
    needs_pressure()
    box = Watched()
    ready, tell = os.pipe()
    path = str(box.view / "cpu.pressure")
    equal(box.seen.call(trigger, path, tell, 1), 0, "events of an idle cgroup")
    lab.await_word(ready)
    call = box.seen.start(trigger, path, tell)
    lab.await_word(ready)
    with pressure_in(box):
        equal(call.result(), select.POLLPRI, "events")


def a_trigger_outlives_the_worker():
    needs_pressure()
    box = Watched()
    ready, tell = os.pipe()
    call = box.seen.start(trigger, str(box.view / "cpu.pressure"), tell)
    lab.await_word(ready)
    kill_worker()
    with pressure_in(box):
        equal(call.result(), select.POLLPRI, "events")


def answers(path):
    seen = {}
    for text in (b"garbage", b"some", b"some 1 1", TRIGGER, b"full 150000 2000000\n", b"x" * 100, b"\0"):
        fd = os.open(path, os.O_RDWR)
        seen[text] = [outcome(os.write, fd, text) for _ in range(2)]
        os.close(fd)
    return seen


def triggers_are_taken_and_refused_as_the_kernel_does():
    needs_pressure()
    box = Watched()
    for name in ("cpu.pressure", "io.pressure", "memory.pressure"):
        real = answers(box.child / name)
        equal(box.seen.call(answers, box.view / name), real, name)
    equal(real[TRIGGER], ["", "EBUSY"], "the kernel's")


def event_control_is_refused():
    if lab.is_v2():
        raise lab.Skipped("v2 has no cgroup.event_control")
    box = Seen(server)
    path = box.folders()["memory"] / "cgroup.event_control"
    equal(box.call(outcome, os.open, path, os.O_WRONLY), errno.errorcode[errno.EACCES], "opening it for writing")


lab.run([
    a_change_is_told_until_it_is_read,
    without_a_change_a_poll_is_answered_as_the_kernel_does,
    an_epoll_set_is_told_again_and_again,
    several_pollers_are_all_told,
    a_poll_outlives_the_worker,
    a_change_while_there_is_no_worker_is_told,
    a_killed_poller_leaves_nothing_open,
    what_was_handed_to_another_container_is_not_told,
    a_trigger_fires_under_pressure_and_not_without,
    a_trigger_outlives_the_worker,
    triggers_are_taken_and_refused_as_the_kernel_does,
    event_control_is_refused,
])
