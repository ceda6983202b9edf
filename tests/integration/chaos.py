#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Readers in four containers over all files, every text checked, while lxfs is killed and reloaded.

CHAOS=full kills 500 workers, reloads 50 times and kills both processes 50 times; CHAOS_SEED=N
repeats a run's moments.
"""
import os
import random
import signal
import time

import lab
import survivors
from lab import check, equal
from survivors import FULL, Readers, Service, Survivor, judge, pause

KILLS, RELOADS, DOUBLE_DEATHS, SUPERVISORS = (500, 50, 50, 50) if FULL else (60, 10, 10, 10)
if lab.SLOW > 1:
    KILLS = 20  # further apart: see below
ENDINGS = [(signal.SIGKILL,), (signal.SIGSEGV,), (signal.SIGABRT,), (signal.SIGSTOP, signal.SIGKILL)]

seed = int(os.environ.get("CHAOS_SEED", random.randrange(1 << 32)))
random.seed(seed)
lab.note(f"CHAOS_SEED={seed}")


def check_growth(before, after):
    lab.note(f"supervisor before: {before}, after: {after}")
    equal(after["fds"], before["fds"], "descriptors of the supervisor")
    equal(after["mounts"], before["mounts"], "mounts")
    if not survivors.SANITIZED:
        check(after["rss_kib"] <= before["rss_kib"] + 256, "the supervisor's memory has grown")


def workers_are_killed_at_random_moments():
    server = Survivor()
    readers = Readers(server)
    for _ in range(5):
        server.kill_worker()
    before, kills = server.figures(), 0
    while kills < KILLS:
        # Some while they come up, not all: where that takes long, no reader would get a word in between.
        pause(0, random.choice((0.015, 0.12)) * lab.SLOW)
        check(server.living("supervisor"), f"the supervisor lives: {server.log()[-3000:]}")
        kills += server.kill("worker", *random.choice(ENDINGS))
    server.await_serving()
    pause(0.5, 0.5)
    judge(f"{kills} killed workers", readers.end())
    check_growth(before, server.figures())
    check("host's own files" not in server.log(), "a container was put into quarantine")


def lxfs_is_reloaded_under_load():
    server = Survivor()
    readers = Readers(server)
    equal(server.reload().returncode, 0, "the first reload")
    before = server.figures()
    for _ in range(RELOADS):
        done = server.reload()
        equal(done.returncode, 0, f"{done.stdout}{done.stderr}")
        pause(0, 0.1)
    judge(f"{RELOADS} reloads", readers.end())
    check_growth(before, server.figures())


def supervisors_are_killed():
    server = Survivor()
    readers = Readers(server)
    server.kill_supervisor()
    before = server.figures()
    for _ in range(SUPERVISORS):
        pause(0, 0.1)
        server.kill_supervisor()
    judge(f"{SUPERVISORS} killed supervisors", readers.end())
    check_growth(before, server.figures())


def die_in_the_middle_of_reloads(which):
    server = Survivor()
    readers = Readers(server)
    server.kill_supervisor()
    before = server.figures()
    for _ in range(RELOADS):
        server.kill("supervisor", signal.SIGHUP)
        pause(0, 0.05)
        old = server.living(which)
        if server.kill(which):
            lab.wait_until(lambda old=old: server.living(which) not in (None, old), 10, f"the next {which}")
        server.await_serving()
    time.sleep(0.5)  # the last reload ends
    # The next one is often killed before it has come to the request that its predecessor left.
    judge(f"{RELOADS} dead {which}s in reloads", readers.end(), longest_ms=5000)
    check_growth(before, server.figures())


def supervisors_die_in_the_middle_of_reloads():
    die_in_the_middle_of_reloads("supervisor")


def workers_die_in_the_middle_of_reloads():
    die_in_the_middle_of_reloads("worker")


def both_are_killed_with_their_descriptors_in_a_store():
    server = Service()
    readers = Readers(server)
    before = None
    for _ in range(DOUBLE_DEATHS):
        pause(0.02, 0.15)
        server.kill_both()
        server.start()
        before = before or server.figures()
    judge(f"{DOUBLE_DEATHS} deaths of both", readers.end())
    check_growth(before, server.figures())
    equal(server.store.names(), ["lxfs-estate", "lxfs-fuse-cgroup", "lxfs-fuse-pressure", "lxfs-fuse-views",
                                 "lxfs-history"], "what the store keeps")


def a_worker_that_stands_still_is_replaced():
    if not FULL:
        raise lab.Skipped("takes 20 seconds; CHAOS=full")
    server = Survivor()
    worker = server.living("worker")
    box = lab.Container(server, memory=64 * lab.MIB)
    server.kill("worker", signal.SIGSTOP)
    check("MemTotal:          65536 kB" in box.read("/proc/meminfo"), "the text after the wait")
    check(server.living("worker") != worker, "the worker is another one")


lab.run([
    workers_are_killed_at_random_moments,
    lxfs_is_reloaded_under_load,
    supervisors_are_killed,
    supervisors_die_in_the_middle_of_reloads,
    workers_die_in_the_middle_of_reloads,
    both_are_killed_with_their_descriptors_in_a_store,
    a_worker_that_stands_still_is_replaced,
])
