#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs top: tables for scripts, and the real thing on a terminal of tmux(1). Alone: as many containers as a screen
has lines would be too many."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import lab
from lab import LXFS, MIB, check, equal
from listing import Listing

lab.alone()
lab.adopt_orphans()
server = lab.Server()
listing = Listing(server)
OPTIONS = ["--runtime-dir", str(server.runtime)]


# ---- Tables --------------------------------------------------------------------------------------

def top(*options, ok=True):
    done = subprocess.run([LXFS, "top", *OPTIONS, *options], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120, check=False)
    if ok:
        check(done.returncode == 0, f"top {options} gave {done.returncode}: {done.stderr}")
    return done


def tables(*options):
    """Of each look: column -> cell, by id, in the order of the lines."""
    found = []
    for block in top("--batch", *options).stdout.strip().split("\n\n"):
        lines = block.splitlines()
        check(lines[0].startswith("lxfs top  "), lines[0])
        titles = lines[1].split()
        found.append({row.split()[0]: dict(zip(titles, row.split())) for row in lines[2:]})
    return found


def one_cpu():
    return sorted(os.sched_getaffinity(0))[:1]


def a_busy_container_is_first():
    """the container that uses a CPU comes before one that is idle"""
    idle, busy = lab.Container(server, memory=64 * MIB), lab.Container(server, memory=64 * MIB)
    burners = busy.burn(one_cpu())
    before = busy.cgroup.cpu_nsec()
    looks = tables("-n", "2", "-d", "1")
    lab.note(f"the busy one used {(busy.cgroup.cpu_nsec() - before) / 1e9:.1f} s, shown as "
             f"{[look[busy.cgroup.path]['%CPU'] for look in looks]} %")
    equal(len(looks), 2, "looks")
    for look in looks:
        mine = [name for name in look if name in (idle.cgroup.path, busy.cgroup.path)]
        equal(mine, [busy.cgroup.path, idle.cgroup.path], "the order")
        check(0 < float(look[busy.cgroup.path]["%CPU"]) < 102 * os.cpu_count(), look[busy.cgroup.path])
        check(float(look[idle.cgroup.path]["%CPU"]) < float(look[busy.cgroup.path]["%CPU"]), "the idle one")
    for burner in burners:
        lab.end(burner)
    idle.stop()
    busy.stop()


def columns_are_those_of_ps():
    """limit and health are what ps says, and other columns can be sorted by"""
    small, large = lab.Container(server, memory=32 * MIB), lab.Container(server, memory=96 * MIB)
    look = tables("-n", "1", "-d", "0.1", "--sort", "limit")[0]
    for box in (small, large):
        cells, row = look[box.cgroup.path], listing.line(box.cgroup.path)
        equal((cells["LIMIT"], cells["HEALTH"]), (row[6], row[9]), f"limit and health of {box.cgroup.path}")
    mine = [name for name in look if name in (small.cgroup.path, large.cgroup.path)]
    equal(mine, [large.cgroup.path, small.cgroup.path], "by limit")
    small.stop()
    large.stop()


def what_is_written_is_shown():
    """a container that writes to a disk has a rate, if the kernel counts it for the container"""
    box = lab.Container(server, memory=256 * MIB)
    file = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-")) / "file"
    lab.at_end(lambda: shutil.rmtree(file.parent, ignore_errors=True))
    loop = f"while dd if=/dev/zero of={file} bs=1M count=8 oflag=direct conv=fsync 2>/dev/null; do :; done"
    writer = box.popen("sh", "-c", loop)
    lab.wait_until(file.exists, 20, "the first write")
    counted = listing.entry(box.cgroup.path)["io"]
    look = tables("-n", "1", "-d", "2")[0][box.cgroup.path]
    lab.end(writer)
    io = listing.entry(box.cgroup.path)["io"]
    box.stop()
    if not io or io["written"] == counted["written"]:
        raise lab.Skipped("this kernel counts no writes to this disk")
    check(look["WRITE/S"] not in ("-", "0"), f"written in a second: {look}")


def without_a_terminal_it_says_so():
    """without a terminal it fails with one line, and so does nonsense"""
    done = top(ok=False)
    equal(done.returncode, 1, "exit code")
    check(done.stderr.startswith("lxfs top: using this terminal: ") and done.stderr.count("\n") == 1, done.stderr)
    for options in (["--delay", "0"], ["--delay", "nan"], ["-n", "-1"], ["--sort", "colour"]):
        done = top("--batch", *options, ok=False)
        equal((done.returncode, done.stderr.count("\n")), (2, 1), f"{options}: {done.stderr}")


# ---- On a terminal -------------------------------------------------------------------------------

class Terminal:
    """A terminal of tmux(1), of a server of its own, in which lxfs top runs."""

    def __init__(self, width, height, *options):
        if not shutil.which("tmux"):
            raise lab.Skipped("tmux is not installed")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-"))
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        lab.at_end(self.end)
        command = " ".join([LXFS, "top", *OPTIONS, *options])
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  f"{command}; echo exit $?; exec sleep 1000")

    def tmux(self, *arguments, ok=True):
        done = subprocess.run(["tmux", "-S", str(self.folder / "socket"), *arguments], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
        check(done.returncode == 0 or not ok, f"tmux {arguments}: {done.stderr}")
        return done.stdout

    def screen(self):
        return self.tmux("capture-pane", "-p").splitlines()

    def press(self, key):
        self.tmux("send-keys", key)

    def shows(self, holds, what):
        try:
            lab.wait_until(lambda: holds(self.screen()), 60, what)
        except lab.Failed as failure:
            raise lab.Failed("\n".join([f"{failure}; the screen:", *self.screen()])) from failure

    def end(self):
        self.tmux("kill-server", ok=False)


def rows_of(screen):
    return [line.split()[0] for line in screen[3:] if line.strip()]


def mine(screen, boxes):
    names = [box.cgroup.path for box in boxes]
    return [name for name in rows_of(screen) if name in names]


def it_is_drawn_sorted_and_left_by_keys():
    """on a terminal it shows the containers, sorts by keys, and q gives the terminal back"""
    boxes = [lab.Container(server, memory=size * MIB) for size in (32, 96, 64)]
    names = [box.cgroup.path for box in boxes]
    terminal = Terminal(120, 40, "--sort", "limit")
    terminal.shows(lambda screen: screen[:1] and screen[0].startswith("lxfs top  "), "the heading")
    terminal.shows(lambda screen: mine(screen, boxes) == [names[1], names[2], names[0]], "by limit")
    check(terminal.screen()[2].split()[:4] == ["ID", "NAME", "%CPU", "MEMORY"], terminal.screen()[2])
    terminal.press("r")
    terminal.shows(lambda screen: mine(screen, boxes) == [names[0], names[2], names[1]], "the other way round")
    terminal.press("r")
    for _ in range(4):
        terminal.press("<")
    terminal.shows(lambda screen: mine(screen, boxes) == sorted(names), "by id")
    terminal.press("q")
    terminal.shows(lambda screen: "exit 0" in screen, "it has ended")
    for box in boxes:
        box.stop()


def new_containers_appear_and_old_ones_go():
    """what starts and ends while one watches appears and goes"""
    terminal = Terminal(120, 40, "--delay", "0.2")
    terminal.shows(lambda screen: screen[:1] and screen[0].startswith("lxfs top  "), "the heading")
    box = lab.Container(server, memory=32 * MIB)
    terminal.shows(lambda screen: mine(screen, [box]) == [box.cgroup.path], "a new container")
    terminal.shows(lambda screen: any(line.split()[:1] == [box.cgroup.path] and line.split()[2] != "-"
                                      for line in screen), "its use of CPUs")
    box.stop()
    box.cgroup.remove()
    terminal.shows(lambda screen: mine(screen, [box]) == [], "it has gone")
    terminal.press("q")
    terminal.shows(lambda screen: "exit 0" in screen, "it has ended")


def it_follows_the_size_of_the_terminal():
    """a terminal that shrinks shows less, and what is left out comes by scrolling"""
    boxes = [lab.Container(server, memory=32 * MIB) for _ in range(6)]
    terminal = Terminal(160, 40, "--sort", "id", "--delay", "0.5")
    terminal.shows(lambda screen: len(mine(screen, boxes)) == 6 and "HEALTH" in screen[2], "all of them")
    terminal.tmux("resize-window", "-x", "60", "-y", "6")
    terminal.shows(lambda screen: len(screen) == 6 and len(rows_of(screen)) == 3 and "HEALTH" not in screen[2],
                   "three rows and fewer columns")
    top_row = rows_of(terminal.screen())[0]
    terminal.press("Down")
    terminal.shows(lambda screen: rows_of(screen) and rows_of(screen)[0] > top_row, "one row further")
    terminal.press("End")
    terminal.shows(lambda screen: max(box.cgroup.path for box in boxes) <= rows_of(screen)[-1], "the last row")
    terminal.press("Home")
    terminal.shows(lambda screen: rows_of(screen)[:1] == [top_row], "the first row")
    terminal.tmux("resize-window", "-x", "160", "-y", "40")
    terminal.shows(lambda screen: len(mine(screen, boxes)) == 6 and "HEALTH" in screen[2], "all of them again")
    terminal.press("q")
    terminal.shows(lambda screen: "exit 0" in screen, "it has ended")
    for box in boxes:
        box.stop()


def a_server_that_has_gone_is_said():
    """when nothing serves any more it goes on, and says so"""
    own = lab.Server()
    box = lab.Container(own, files=[(own.mount / "proc/meminfo", "/proc/meminfo")])
    terminal = Terminal(160, 40, "--delay", "0.2", "--runtime-dir", str(own.runtime))
    terminal.shows(lambda screen: any("healthy" in line for line in screen if line.startswith(box.cgroup.path)),
                   "healthy")
    check("not served" not in terminal.screen()[0], terminal.screen()[0])
    own.lose()
    terminal.shows(lambda screen: "not served" in screen[0], "it says so")
    terminal.shows(lambda screen: any("dead" in line for line in screen if line.startswith(box.cgroup.path)), "dead")
    terminal.press("q")
    terminal.shows(lambda screen: "exit 0" in screen, "it has ended")
    box.stop()
    own.stop()


lab.run([
    a_busy_container_is_first,
    columns_are_those_of_ps,
    what_is_written_is_shown,
    without_a_terminal_it_says_so,
    it_is_drawn_sorted_and_left_by_keys,
    new_containers_appear_and_old_ones_go,
    it_follows_the_size_of_the_terminal,
    a_server_that_has_gone_is_said,
])
