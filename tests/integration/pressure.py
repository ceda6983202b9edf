#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pressure: a container's text, triggers and polls are those of the kernel for its cgroup."""
import contextlib
import errno
import os
import select
import signal
import time

import lab
from lab import check, equal

# Where lxfs lacks CAP_SYS_RESOURCE the kernel takes windows of whole 2 seconds only.
TRIGGER = b"some 100000 2000000"
ALL = select.POLLIN | select.POLLPRI
PLAIN = "-m -p -f --mount-proc"
NAMED = PLAIN + " -C"

server = lab.Server()
FILES = sorted(os.listdir("/proc/pressure")) if os.path.isdir("/proc/pressure") else []


def own(box, name):
    """The file of the container's cgroup itself."""
    return box.cgroup.file("unified", f"{name}.pressure")


def opened(path, flags=os.O_RDWR):
    return os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)


def error_of(function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "no error"


def read_text(path):
    with open(path) as file:
        return file.read()


def poll(fd, seconds):
    """The events of one poll, 0 when there are none in time."""
    poller = select.poll()
    poller.register(fd, select.POLLPRI)
    return sum(events for _, events in poller.poll(seconds * 1000 * min(lab.SLOW, 2)))


def burn():
    while True:
        pass


@contextlib.contextmanager
def pressure_in(box, cpu=0):
    """Two tasks of the container that want one CPU at once."""
    def burn_there():
        os.sched_setaffinity(0, {cpu})
        burn()
    burners = [box.start(burn_there) for _ in range(2)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()


def total(text):
    return int(text.split("total=")[1].split()[0])


# ---- Text ------------------------------------------------------------------------------------

def the_text_is_the_cgroups_own():
    bystander = lab.Cgroup()  # a reader of the container's cgroup would add to its pressure
    for flags in (PLAIN, NAMED):
        box = lab.Container(server, flags=flags)
        for name in FILES:
            for _ in range(20):  # the kernel counts on between two readings
                before, seen = own(box, name).read_text(), box.call(read_text, f"/proc/pressure/{name}",
                                                                   cgroup=bystander)
                if before == seen == own(box, name).read_text():
                    break
            equal(seen, before, f"{name} with {flags}")


def pressure_within_is_seen_and_beside_it_is_not():
    busy, idle = lab.Container(server, flags=NAMED), lab.Container(server, flags=NAMED)

    def seen(box):
        return total(box.call(read_text, "/proc/pressure/cpu", cgroup=bystander))
    bystander = lab.Cgroup()
    with pressure_in(busy):
        # Past the idle one's, which has waited for its CPU as well while it was made.
        lab.wait_until(lambda: seen(busy) > seen(idle) + 200000, 10, "the busy container's pressure grows")
    # How far an idle one's grows is the machine's affair: it is its own, and the busy one's is another.
    for box in (busy, idle):
        before, middle, after = total(own(box, "cpu").read_text()), seen(box), total(own(box, "cpu").read_text())
        check(before <= middle <= after, f"{middle} us, and the kernel says {before} to {after}")
    check(seen(idle) < seen(busy), f"{seen(idle)} us idle, {seen(busy)} busy")


# ---- Triggers --------------------------------------------------------------------------------

def watch(path, seconds, tell=None, trigger=TRIGGER):
    fd = opened(path)
    os.write(fd, trigger)
    if tell is not None:
        os.write(tell, b"x")
    first = poll(fd, seconds)
    return first, os.pread(fd, 5, 0)


def a_trigger_fires_under_pressure_and_not_without():
    box = lab.Container(server, flags=NAMED)
    half = b"some 1000000 2000000"  # an idle one that waits for a second has none left in which to be told
    equal(box.call(watch, "/proc/pressure/cpu", 0.9, None, half)[0], 0, "events of an idle container")
    with pressure_in(box):
        events, text = box.call(watch, "/proc/pressure/cpu", 10, None, half)
    check(events & select.POLLPRI and not events & select.POLLERR, f"events {events}")
    equal(text, b"some ", "the text is still read")


def several_pollers_are_all_told():
    box = lab.Container(server, flags=PLAIN)
    ready, tell = os.pipe()
    pollers = [box.start(watch, "/proc/pressure/cpu", 15, tell) for _ in range(4)]
    for _ in pollers:
        lab.await_word(ready)
    with pressure_in(box):
        for number, poller in enumerate(pollers):
            check(poller.result()[0] & select.POLLPRI, f"poller {number}")


def two_pollers_of_one_open_file():
    def both():
        fd = opened("/proc/pressure/cpu")
        os.write(fd, TRIGGER)
        others = [lab.Call(poll, fd, 15) for _ in range(2)]
        events = []
        while any(not event for event in events) or not events:
            events = [other.result() for other in others]
        return events
    box = lab.Container(server, flags=PLAIN)
    call = box.start(both)
    with pressure_in(box):
        check(any(events & select.POLLPRI for events in call.result()), "nobody was told")


def an_epoll_set_is_told_again_and_again():
    def twice():
        fd = opened("/proc/pressure/cpu")
        os.write(fd, TRIGGER)
        epoll = select.epoll()
        epoll.register(fd, select.EPOLLPRI)
        return [epoll.poll(15)[0][1] for _ in range(2)]
    box = lab.Container(server, flags=PLAIN)
    with pressure_in(box):
        for events in box.call(twice):
            check(events & select.EPOLLPRI and not events & select.EPOLLERR, f"events {events}")


def answers_and_events(path):
    return second_writes(path), watch(path, 10)[0]


def a_trigger_of_the_host_is_the_hosts():
    with pressure_in(lab.Container(server, flags=PLAIN)):
        answers, events = lab.Call(answers_and_events, server.mount / "proc/pressure/cpu",
                                   enter=lab.leave_all_cgroups).result()
    equal(answers, ["EINVAL", "no error", "EBUSY", "EBUSY", "no error"], "answers")
    check(events & select.POLLPRI, f"events {events}")


# ---- Refusals --------------------------------------------------------------------------------

GARBAGE = [b"garbage", b"some", b"some 1", b"some x y", b"all 150000 2000000", b"some 0 2000000",
           b"some 3000000 2000000", b"some 1 1", b"some 150000 20000000", b"x" * 100, b"\0",
           b"some 150000 2000000 3", b"some -1 2000000", b"full 150000 2000000",
           b"some 150000 2000000\n", b"some 150000 2000000\0", b"SOME 150000 2000000"]


def answers(path):
    """What each text of a trigger is answered on a fresh open file: errno or count."""
    seen = {}
    for text in GARBAGE:
        fd = opened(path)
        try:
            seen[text] = os.write(fd, text)
        except OSError as error:
            seen[text] = errno.errorcode[error.errno]
        os.close(fd)
    return seen


def bad_triggers_are_refused_as_the_kernel_does():
    box = lab.Container(server, flags=NAMED)
    for name in FILES:
        real = answers(own(box, name))
        equal(box.call(answers, f"/proc/pressure/{name}"), real, name)
        equal(real[b"garbage"], "EINVAL", "garbage")


def second_writes(path):
    fd = opened(path)
    seen = [error_of(os.write, fd, text) for text in (b"garbage", TRIGGER, TRIGGER, b"garbage")]
    other = opened(path)
    return [*seen, error_of(os.write, other, TRIGGER)]


def an_open_file_has_one_trigger():
    box = lab.Container(server, flags=NAMED)
    equal(box.call(second_writes, "/proc/pressure/cpu"), second_writes(own(box, "cpu")), "answers")
    equal(box.call(second_writes, "/proc/pressure/cpu"),
          ["EINVAL", "no error", "EBUSY", "EBUSY", "no error"], "answers")


def write_read_only(path):
    return error_of(os.write, opened(path, os.O_RDONLY), TRIGGER)


def a_file_open_for_reading_takes_no_trigger():
    box = lab.Container(server, flags=NAMED)
    equal(box.call(write_read_only, "/proc/pressure/cpu"), "EBADF", "writing")
    name = next(name for name in os.listdir(server.mount / "containers")
                if name.endswith(os.path.basename(box.cgroup.path)))
    path = server.mount / "containers" / name / "proc/pressure/cpu"
    equal(error_of(opened, path), "EACCES", "opening containers/ID for writing")
    check(read_text(path).startswith("some "), "reading it")


def polls_without_trigger(path):
    return [poll(opened(path, flags), 1) for flags in (os.O_RDONLY, os.O_RDWR)]


def a_poll_without_a_trigger_is_answered_as_the_kernel_does():
    box = lab.Container(server, flags=NAMED)
    for name in FILES:
        equal(box.call(polls_without_trigger, f"/proc/pressure/{name}"),
              polls_without_trigger(own(box, name)), f"events of {name}")


def without_a_cgroup_in_v2_there_is_no_file():
    if lab.is_v2():
        raise lab.Skipped("every container has a cgroup in v2 here")
    box = lab.Container(server, flags=NAMED, cgroup=lab.Cgroup(without=["unified"]))
    for flags in (os.O_RDONLY, os.O_RDWR):
        equal(box.call(error_of, opened, "/proc/pressure/cpu", flags), "ENOTSUP", "opening")
    check(box.call(os.listdir, "/proc/pressure"), "the folder is listed")


# ---- Ends ------------------------------------------------------------------------------------

def watch_to_the_end(path, real, tell):
    fds = [opened(path), real]
    for fd in fds:
        os.write(fd, TRIGGER)
    os.write(tell, b"x")
    return [poll(fd, 10) for fd in fds]


def a_trigger_ends_with_its_cgroup():
    box = lab.Container(server, flags="-m -C")
    ready, tell = os.pipe()
    # The kernel's own file beside it, to compare: opened out here, for with nsdelegate it takes no trigger within.
    real = opened(own(box, "cpu"))
    lab.at_end(lambda: os.close(real))
    call = box.start(watch_to_the_end, "/proc/pressure/cpu", real, tell)
    lab.await_word(ready)
    for pid in (box.init, call.pid, *lab.children_of(call.pid)):
        box.cgroup.leave(pid)
    box.stop()
    for folder in box.cgroup.folders.values():
        folder.rmdir()
    seen, the_kernels = call.result()
    check(seen & select.POLLERR, f"events {seen}")
    equal(seen, the_kernels, "events, as the kernel's own")


def n_triggers(box):
    """Descriptors of the worker by which the kernel reports to it."""
    return lab.open_files(server.pid("worker")).count(str(own(box, "cpu")))


def a_closed_or_killed_poller_leaves_no_trigger_behind():
    box = lab.Container(server, flags=PLAIN)
    box.call(read_text, "/proc/pressure/cpu")
    before = n_triggers(box)
    ready, tell = os.pipe()
    pollers = [box.start(watch, "/proc/pressure/cpu", 30, tell) for _ in range(5)]
    for _ in pollers:
        lab.await_word(ready)
    equal(n_triggers(box), before + 5, "descriptors of 5 triggers")
    for poller in pollers:
        poller.kill()
    lab.wait_until(lambda: n_triggers(box) == before, 5, "the descriptors are closed")


def triggers_outlive_the_worker():
    box = lab.Container(server, flags=PLAIN)
    ready, tell = os.pipe()
    call = box.start(watch, "/proc/pressure/cpu", 20, tell)
    lab.await_word(ready)
    worker = server.pid("worker")
    os.kill(worker, signal.SIGKILL)
    lab.wait_until(lambda: server.pid("worker") != worker, 10, "another worker")
    time.sleep(0.3)
    with pressure_in(box):
        check(call.result()[0] & select.POLLPRI, "the poller was not told")


TESTS = [
    the_text_is_the_cgroups_own,
    pressure_within_is_seen_and_beside_it_is_not,
    a_trigger_fires_under_pressure_and_not_without,
    several_pollers_are_all_told,
    two_pollers_of_one_open_file,
    an_epoll_set_is_told_again_and_again,
    a_trigger_of_the_host_is_the_hosts,
    bad_triggers_are_refused_as_the_kernel_does,
    an_open_file_has_one_trigger,
    a_file_open_for_reading_takes_no_trigger,
    a_poll_without_a_trigger_is_answered_as_the_kernel_does,
    without_a_cgroup_in_v2_there_is_no_file,
    a_trigger_ends_with_its_cgroup,
    a_closed_or_killed_poller_leaves_no_trigger_behind,
    triggers_outlive_the_worker,
]

if FILES:
    lab.run(TESTS)
else:
    print("TAP version 13\n1..0 # SKIP this kernel has no pressure files")
