# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs jobs side by side, as many as there are CPUs and no more than four, and counts what they count.

A job has a process of its own, its lane: whatever the job's programs start and lose becomes that lane's
child and nobody else's (orphans.py), so that each job answers for its own orphans. What a job prints
comes whole, when it has ended.
"""

import contextlib
import io
import multiprocessing
import multiprocessing.connection
import os
import signal

import orphans

LANES = min(len(os.sched_getaffinity(0)), 4)  # they share more than CPUs

_fork = multiprocessing.get_context("fork")


class Lane:
    """One job (a name, and a function that takes a tally) under way."""

    def __init__(self, job, tally):
        self.name, function = job
        self.results, sender = _fork.Pipe(duplex=False)
        self.process = _fork.Process(target=_drive, args=(function, type(tally), sender))
        self.process.start()
        sender.close()

    def end(self, tally):
        try:
            counted, said = self.results.recv()
        except EOFError:
            counted, said = None, ""
        self.process.join()
        print(said, end="", flush=True)
        if counted:
            tally.add(counted)
        else:
            tally.fail(self.name, f"its lane ended with {self.process.exitcode}")

    def stop(self):
        self.process.terminate()
        self.process.join()


def _drive(function, new_tally, sender):
    orphans.adopt()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally, said = new_tally(), io.StringIO()
    with contextlib.redirect_stdout(said):
        function(tally)
    sender.send((tally, said.getvalue()))


def run(tally, jobs):
    waiting, under_way = list(reversed(jobs)), {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) < LANES:
                lane = Lane(waiting.pop(), tally)
                under_way[lane.results] = lane
            for ready in multiprocessing.connection.wait(under_way):
                under_way.pop(ready).end(tally)
    finally:
        for lane in under_way.values():
            lane.stop()
