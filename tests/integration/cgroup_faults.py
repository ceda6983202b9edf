#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cgroup view while workers die: a build with -Dfaults=true (LXFS_FAULTS_BUILD) dies once at each
point of each kind of request, every call completes, and nothing is done twice.

CHAOS=full tries every kind at every point."""
import errno
import os
import pathlib
import shutil
import signal
import time

import lab
from cgroups_seen import Seen, limit_file, main_hierarchy
from faults_build import FAULTS, POINTS, Faulty, need_faults
from lab import MIB, check, equal
from survivors import FULL, Survivor

KINDS_OF_REQUEST = ["LOOKUP", "GETATTR", "SETATTR", "OPEN", "READ", "WRITE", "RELEASE", "OPENDIR", "READDIR",
                    "ACCESS", "MKDIR", "RMDIR", "RENAME", "GETXATTR", "SETXATTR"]
CHANGES = {"WRITE", "MKDIR", "RMDIR", "RENAME"}


def use_everything(folder, may_rename):
    """A call that was carried out twice would fail: EEXIST, ENOENT."""
    child, renamed = folder / "child", folder / "renamed"
    os.mkdir(child)
    equal((child.stat().st_mode & 0o777, child.is_dir()), (0o755, True), "the folder")
    if may_rename:
        os.rename(child, renamed)
        child = renamed
    (child / limit_file()).write_text(str(32 * MIB))
    equal(int((child / limit_file()).read_text()), 32 * MIB, "the limit")
    (child / "cgroup.procs").write_text("0")
    fd = os.open(child / "cgroup.procs", os.O_RDONLY)
    text = os.read(fd, 1)
    while part := os.read(fd, 1):
        text += part
    os.close(fd)
    equal(text, b"%d\n" % os.getpid(), "who stands there")
    check(limit_file() in os.listdir(child), "names")
    check(os.access(child, os.R_OK | os.W_OK), "access")
    os.chmod(child, 0o750)
    equal(child.stat().st_mode & 0o777, 0o750, "the mode")
    try:
        os.setxattr(child, "trusted.lxfs", b"1", os.XATTR_CREATE)
        equal(os.getxattr(child, "trusted.lxfs"), b"1", "the attribute")
    except OSError as error:
        check(error.errno in (errno.ENOTSUP, errno.EPERM), f"setxattr: {error}")
    (folder / "cgroup.procs").write_text("0")
    os.rmdir(child)
    check(not child.exists(), "it is still there")


def use_everything_while(fault):
    """How many workers died."""
    server = Faulty(fault)
    seen = Seen(server)
    seen.call(use_everything, seen.folders()[main_hierarchy()], not lab.is_v2())
    time.sleep(0.05)  # RELEASE is answered after close has returned
    deaths = server.log().count("the worker died")
    seen.box.stop()
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)
    return deaths


def chosen():
    points = [point for point in POINTS if point != "mid-render"]
    pairs = [(point, kind) for kind in KINDS_OF_REQUEST for point in points
             if kind != "RENAME" or not lab.is_v2()]
    return [(point, kind) for point, kind in pairs
            if FULL or kind in CHANGES and point in ("after-receive", "before-reply", "after-reply")
            or point == "before-reply"]


def a_death_at_any_point_of_any_request_is_not_noticed():
    need_faults()
    unreached = []
    for point, kind in chosen():
        try:
            deaths = use_everything_while(f"{point}:{kind}:1")
        except Exception as error:
            raise lab.Failed(f"{point}, {kind}: {error}") from error
        if deaths != 1:
            unreached.append(f"{point}:{kind}")
    lab.note(f"{len(chosen())} deaths")
    equal(unreached, [], "points that no request came to")


def a_death_in_every_second_request_is_not_noticed():
    need_faults()
    equal(use_everything_while("before-reply:ANY:40"), 40, "deaths")


# ---- Kill, once ----------------------------------------------------------------------------------

def keep_one_alive(procs, pipe):
    """A process in the cgroup, and a new one as soon as it dies; how many died."""
    deaths = 0
    while True:
        pid = os.fork()
        if pid == 0:
            procs.write_text("0")
            os.write(pipe, b"x")
            signal.pause()
            os._exit(0)
        os.waitpid(pid, 0)
        deaths += 1
        os.write(pipe, b"d")


def a_kill_is_not_carried_out_twice():
    """A worker dies after cgroup.kill has been written: those who come into the cgroup afterwards live."""
    need_faults()
    root = lab.CGROUPS if lab.is_v2() else lab.CGROUPS / "unified"
    if not root.is_dir():
        raise lab.Skipped("no v2 hierarchy")
    server = Faulty("before-reply:WRITE:1")
    seen = Seen(server)
    below = lab.Cgroup("below", parent=seen.cgroup)
    name = "" if lab.is_v2() else "unified"
    reader, writer = os.pipe()
    keeper = lab.Call(keep_one_alive, below.folders[name] / "cgroup.procs", writer)
    equal(os.read(reader, 1), b"x", "a process has come")
    seen.call((seen.folders(below)[name] / "cgroup.kill").write_text, "1")
    equal(os.read(reader, 1), b"d", "it was killed")
    equal(os.read(reader, 1), b"x", "another one has come")
    server.await_serving()
    time.sleep(0.3)
    os.set_blocking(reader, False)
    try:
        equal(os.read(reader, 1), b"", "what happened to it")
    except BlockingIOError:
        pass
    equal(server.log().count("the worker died"), 1, "deaths")
    keeper.kill()


# ---- A descriptor outlives its worker ------------------------------------------------------------

def read_across(folder, go, ready):
    fd, here = os.open(folder / "cgroup.procs", os.O_RDWR), os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    text = os.read(fd, 1)
    os.write(ready, b"x")
    os.read(go, 1)
    text += os.read(fd, 1000)
    os.write(fd, b"0")
    names = os.listdir(here)
    os.chdir(here)
    os.mkdir("late")
    os.rmdir("late")
    return text, sorted(names) == sorted(os.listdir(folder)), str(os.getpid()) in text.decode().split()


def open_files_and_folders_outlive_their_worker():
    server = Survivor()
    seen = Seen(server)
    go, start = os.pipe()
    told, ready = os.pipe()
    across = seen.start(read_across, seen.folders()[main_hierarchy()], go, ready)
    os.read(told, 1)
    server.kill_worker()
    os.write(start, b"x")
    _, same, listed = across.result()
    check(same and listed, "the text and the names")


lab.run([
    a_death_at_any_point_of_any_request_is_not_noticed,
    a_death_in_every_second_request_is_not_noticed,
    a_kill_is_not_carried_out_twice,
    open_files_and_folders_outlive_their_worker,
])
