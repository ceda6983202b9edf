# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs in a container: says "up", and eight threads read proc/stat and proc/uptime until standard
input ends.

Says, as JSON, how many reads there were and which counters went back or ran ahead of the clock.
"""
import json
import os
import sys
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
ALL_CPUS = os.sysconf("SC_NPROCESSORS_CONF")
COLUMNS = 10
ended = threading.Event()


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


class Watcher(threading.Thread):
    def __init__(self):
        super().__init__()
        self.reads = 0
        self.problems = []
        self.seen = {}
        self.uptime = (0.0, 0.0)

    def run(self):
        try:
            while not ended.is_set():
                self.look_at_stat()
                self.look_at_uptime()
                time.sleep(0.02)
        except Exception as error:  # a reader that breaks is a finding
            self.problems.append(repr(error))

    def look_at_stat(self):
        before = time.monotonic()
        lines = [line.split() for line in read("/proc/stat").splitlines()]
        after = time.monotonic()
        self.reads += 1
        if lines[-1][0] != "softirq":
            self.problems.append(f"stat ends with {lines[-1][0]}")
        for words in lines:
            if words[0].startswith("cpu"):
                self.row(words[0], [int(word) for word in words[1:]], before, after)
            elif words[0] in ("btime", "processes"):
                self.number(words[0], int(words[1]))

    def row(self, name, ticks, before, after):
        old, since = self.seen.get(name, (ticks, before))
        self.seen[name] = (ticks, before)
        if any(now < then for now, then in zip(ticks, old)):
            self.problems.append(f"{name} went from {old} to {ticks}")
        n_rows = ALL_CPUS if name == "cpu" else 1
        room = (after - since) * TICKS * n_rows + COLUMNS
        if sum(ticks) - sum(old) > room:
            self.problems.append(f"{name} from {old} to {ticks}, there was time for {room:.0f}")

    def number(self, name, value):
        old = self.seen.get(name, value)
        self.seen[name] = value
        if value < old or (name == "btime" and value != old):
            self.problems.append(f"{name} went from {old} to {value}")

    def look_at_uptime(self):
        now = tuple(float(word) for word in read("/proc/uptime").split())
        if any(new < old for new, old in zip(now, self.uptime)):
            self.problems.append(f"uptime went from {self.uptime} to {now}")
        self.uptime = now


watchers = [Watcher() for _ in range(8)]
for watcher in watchers:
    watcher.start()
print("up", flush=True)
sys.stdin.read()
ended.set()
for watcher in watchers:
    watcher.join()
print(json.dumps({
    "reads": sum(watcher.reads for watcher in watchers),
    "problems": [problem for watcher in watchers for problem in watcher.problems][:20],
}))
