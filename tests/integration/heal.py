#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""After the loss of every process of lxfs: anchors heal by themselves, `lxfs heal` heals the rest.

`lxfs heal` heals every mount namespace that it can see. So all of this happens in a PID namespace and
a mount namespace of its own, where it can see nobody else's, and of which nothing can be left.
"""
import ctypes
import os
import pathlib
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time

import lab
from lab import check, equal

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MNT_DETACH = 2
MS_BIND, MS_REC, MS_PRIVATE, MS_SLAVE = 0x1000, 0x4000, 1 << 18, 1 << 19
MANY = lab.many(200)
FILES = [f"proc/{view}" for view in lab.VIEWS if os.path.exists(f"/proc/{view}")]
FOLDERS = [f"sys/devices/system/{name}" for name in ("cpu", "node")
           if os.path.isdir(f"/sys/devices/system/{name}")]
PRESSURE = [f"proc/pressure/{name}" for name in ("cpu", "io", "irq", "memory")
            if os.path.exists(f"/proc/pressure/{name}")]
ALL = FILES + FOLDERS + PRESSURE
libc = ctypes.CDLL(None, use_errno=True)


def mount(source, target, flags, fstype=None, data=None):
    def text(value):
        return None if value is None else os.fsencode(value)
    if libc.mount(text(source), text(target), text(fstype), ctypes.c_ulong(flags), text(data)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"mounting {source} at {target}: {os.strerror(number)}")


# ---- lxfs ------------------------------------------------------------------------------------

class Instance(lab.Server):
    """An lxfs that can lose everything and be started again."""

    def __init__(self, *options):
        self.starts = 0
        super().__init__(*options)
        lab.at_end(lambda: self.heal("--purge", ok=None) and None)
        lab.at_end(self.stop)

    def start(self):
        self.starts += 1
        super().start()

    def is_serving(self):
        check(self.process.poll() is None, f"lxfs ended: {self.log()}")
        return self.log().count("serving at") == self.starts

    def lose_everything(self):
        self.wait_for_healer()
        self.lose()
        lab.wait_until(lambda: is_dead(self.mount), 5, "the views are dead")

    def lose_and_start(self):
        self.lose_everything()
        self.start()
        self.wait_for_healer()

    def wait_for_healer(self):
        lab.wait_until(lambda: self.log().count("mount namespaces") >= self.starts, 20,
                       f"healed after the start; its log: {self.log()}")

    def stop_on_purpose(self):
        self.process.terminate()
        self.process.wait(10 * lab.SLOW)

    def heal(self, *options, ok=True):
        done = subprocess.run([lab.LXFS, "heal", "--runtime-dir", str(self.runtime), *options],
                              capture_output=True, text=True, timeout=60 * lab.SLOW, check=False)
        if ok is not None:
            equal(done.returncode, 0 if ok else 1,
                  f"the exit code of heal, which said {done.stdout}{done.stderr}")
        return done.stdout

    def anchor(self, view):
        return self.runtime / "anchors" / view


def is_dead(path):
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == 107
    return False


# ---- Containers ------------------------------------------------------------------------------

class Box:
    """A process with a mount namespace of its own, and binds in it: source -> target.

    As after pivot_root(2), the folders of the server are not there.
    """

    def __init__(self, server, binds, flags=0, user_namespace=False, follow=True, before=lambda: None):
        self.server, self.flags, self.follow, self.before = server, flags, follow, before
        self.user_namespace = user_namespace
        ready, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._live(binds, told)
        os.close(told)
        lab.at_end(self.stop)
        said = os.read(ready, 1000)
        os.close(ready)
        equal(said.decode(), "up", "the container's first word")

    def _live(self, binds, told):
        try:
            libc.prctl(1, signal.SIGKILL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._make(binds)
            os.write(told, b"up")
        except BaseException as error:
            os.write(told, repr(error).encode())
            os._exit(1)
        while True:
            signal.pause()

    def _make(self, binds):
        if libc.unshare(CLONE_NEWNS | (CLONE_NEWUSER if self.user_namespace else 0)) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        if self.user_namespace:
            for name, text in (("setgroups", "deny"), ("uid_map", "0 0 1"), ("gid_map", "0 0 1")):
                lab.write(f"/proc/self/{name}", text)
        mount(None, "/", MS_REC | MS_SLAVE)
        self.before()
        for source, target in binds:
            mount(str(source), target, MS_BIND | MS_REC)
            mount(None, target, MS_REC | (MS_SLAVE if self.follow else MS_PRIVATE))
            if self.flags:
                mount(None, target, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | self.flags)
        self._forget_the_host()

    def _forget_the_host(self):
        """Locked in a user namespace: then something empty lies over them."""
        for folder in (self.server.mount, self.server.runtime / "anchors"):
            if libc.umount2(os.fsencode(folder), MNT_DETACH) != 0:
                mount("empty", folder, 0, "tmpfs")

    def path(self, target):
        return f"/proc/{self.pid}/root{target}"

    def device(self, target):
        """Asks whoever serves the file, without entering."""
        return os.stat(self.path(target)).st_dev

    def sees(self, server, targets):
        return all(self.device(target) in served_devices(server) for target in targets)

    def mounts(self):
        return pathlib.Path(f"/proc/{self.pid}/mountinfo").read_text()

    def lines(self, target):
        return [line for line in self.mounts().splitlines() if line.split()[4] == target]

    def space(self):
        return os.stat(f"/proc/{self.pid}/ns/mnt").st_ino

    def view_lines(self):
        return [line for target in targets() for line in self.lines(target)]

    def stop(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.pid = 0


def served_devices(server):
    return {os.stat(path).st_dev for path in (server.mount, server.mount / "proc/pressure")
            if path.exists()}


def host_device(view):
    return os.stat(f"/{view}").st_dev


def by_anchors(server, views=tuple(ALL), **options):
    return Box(server, [(server.anchor(view), f"/{view}") for view in views], **options)


def straight(server, views=tuple(ALL), **options):
    return Box(server, [(server.mount / view, f"/{view}") for view in views], follow=False, **options)


def targets(views=tuple(ALL)):
    return [f"/{view}" for view in views]


def check_sees(box, server, views=tuple(ALL)):
    for target in targets(views):
        try:
            device = box.device(target)
        except OSError as error:
            raise lab.Failed(f"{target}: {error}; {box.lines(target)}") from error
        check(device in served_devices(server), f"{target} is not served: {box.lines(target)}")


# ---- Anchors ---------------------------------------------------------------------------------

def every_view_has_an_anchor_that_serves():
    server = Instance()
    for view in ALL:
        check(os.stat(server.anchor(view)).st_dev in served_devices(server), f"{view} has no anchor")
    check("shared:" in next(line for line in own_mounts(server) if line.split()[4] == str(server.runtime / "anchors")),
          "the anchors are not shared")


def own_mounts(server):
    """Those of this server. (What others have mounted can go at any time, when they remove the folder.)"""
    return [line for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
            if str(server.folder) in line.split()[4]]


def containers_on_anchors_heal_without_being_entered():
    server = Instance()
    boxes = [by_anchors(server), by_anchors(server, user_namespace=True),
             by_anchors(server, flags=MS_RDONLY)]
    for box in boxes:
        check_sees(box, server)
    server.lose_everything()
    for box in boxes:
        check(all(is_dead(box.path(target)) for target in targets()), "the container is dead")
    server.start()
    for box in boxes:
        check_sees(box, server)
    server.wait_for_healer()
    check("healed mnt" not in server.log(), f"a namespace was entered: {server.log()}")


def a_file_that_is_healed_has_contents():
    server = Instance()
    box = by_anchors(server)
    server.lose_and_start()
    for view in FILES:
        pathlib.Path(box.path(f"/{view}")).read_text()
    check("MemTotal:" in pathlib.Path(box.path("/proc/meminfo")).read_text(), "meminfo")
    check(os.listdir(box.path("/sys/devices/system/cpu")), "the folder cpu")


def mounts_do_not_grow_with_losses():
    server = Instance()
    boxes = [by_anchors(server), by_anchors(server, user_namespace=True)]
    sizes = []
    for _ in range(5):
        server.lose_and_start()
        for box in boxes:
            check_sees(box, server)
        sizes.append((len(own_mounts(server)), *(len(box.view_lines()) for box in boxes)))
    equal(len(set(sizes[1:])), 1, f"numbers of mounts after each loss {sizes}")


def containers_of_all_generations_heal():
    server = Instance()
    boxes = []
    for generation in range(4):
        boxes.append(by_anchors(server, user_namespace=generation % 2 == 1))
        server.lose_and_start()
        for box in boxes:
            check_sees(box, server)
    check("healed mnt" not in server.log(), f"a namespace was entered: {server.log()}")
    before = len(own_mounts(server))
    for box in boxes:
        box.stop()
    server.lose_and_start()
    check(len(own_mounts(server)) < before, "what nobody holds any more is kept")
    equal(os.listdir(server.runtime / "anchors/held"), [], "mounts that are held for nobody")


def a_stop_that_is_meant_gives_the_hosts_files_without_a_failed_read():
    server = Instance()
    boxes = [by_anchors(server), by_anchors(server, user_namespace=True)]
    failures, stopped = [], threading.Event()

    def read():
        paths = [str(server.anchor("proc/meminfo")), *(box.path("/proc/meminfo") for box in boxes),
                 *(box.path("/proc/stat") for box in boxes)]
        while not stopped.is_set():
            for path in paths:
                try:
                    with open(path, "rb") as file:
                        check(file.read(), f"{path} is empty")
                except (OSError, lab.Failed) as error:
                    failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(3):
            server.stop_on_purpose()
            for box in boxes:
                for view in ALL:
                    equal(box.device(f"/{view}"), host_device(view), f"{view} after the stop")
            server.start()
            for box in boxes:
                check_sees(box, server)
    finally:
        stopped.set()
        reader.join()
    equal(failures, [], "reads that failed")


def a_stop_right_after_the_start_leaves_the_hosts_files():
    server = Instance()
    for _ in range(10):
        server.stop_on_purpose()
        for view in ALL:
            equal(os.stat(server.anchor(view)).st_dev, host_device(view), f"the device of {view}")
        server.start()


def a_stop_does_not_wait_for_a_worker_that_hangs():
    server = Instance()
    box = by_anchors(server)
    os.kill(server.pid("worker"), signal.SIGSTOP)
    started = time.monotonic()
    server.stop_on_purpose()
    check(time.monotonic() - started < 3, "it took too long")
    for view in ALL:
        equal(box.device(f"/{view}"), host_device(view), f"{view} after the stop")


def a_container_started_while_lxfs_was_stopped_gets_the_views_later():
    server = Instance()
    server.stop_on_purpose()
    box = by_anchors(server)
    equal(box.device("/proc/meminfo"), host_device("proc/meminfo"), "the device of meminfo")
    server.start()
    check_sees(box, server)


def a_file_system_that_a_container_calls_lxfs_gets_no_other_containers_folder():
    server = Instance()
    folder, target = server.folder / "fake", server.folder / "target"
    folder.mkdir()
    target.write_text("")

    def fake():
        device = os.open("/dev/fuse", os.O_RDWR)
        mount("lxfs", str(folder), MS_NOSUID | MS_NODEV, "fuse.lxfs",
              f"fd={device},rootmode=40000,user_id=0,group_id=0")
        serve_names(device, ["containers", "x"])
        mount(f"{folder}/containers/x", str(target), MS_BIND)
        os.close(device)
        time.sleep(0.1)

    box = Box(server, [], before=fake)
    lab.wait_until(lambda: is_dead(box.path(str(target))), 5, "it is dead")
    server.heal()
    check(is_dead(box.path(str(target))), "it was replaced")


def a_hierarchy_that_was_read_only_is_given_back_read_only():
    """A hierarchy that was read-only is given back read-only, whatever lay over it and was called the cgroup view."""
    server = Instance()
    place = next(line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
                 if line.split(" - ")[1].startswith("cgroup"))

    def fake():
        mount(place, place, MS_BIND)
        mount(None, place, MS_REMOUNT | MS_BIND | MS_RDONLY)
        device = os.open("/dev/fuse", os.O_RDWR)
        mount("lxfs-cgroup", place, MS_NOSUID | MS_NODEV, "fuse.lxfs",
              f"fd={device},rootmode=40000,user_id=0,group_id=0")
        serve_names(device, ["x"])
        os.stat(place)
        os.close(device)
        time.sleep(0.1)

    box = Box(server, [], before=fake)
    lab.wait_until(lambda: is_dead(box.path(place)), 20, "it is dead")
    server.lose_everything()
    server.heal()
    check(" - cgroup" in box.lines(place)[-1], f"what lies there: {box.lines(place)}")
    check("ro" in options(box, place), "the kernel's own can be written to")
    server.start()
    server.wait_for_healer()
    server.heal()
    check(" - fuse.lxfs " in box.lines(place)[-1], f"what lies there: {box.lines(place)}")
    check("ro" in options(box, place), "the cgroup view can be written to")


# ---- heal ------------------------------------------------------------------------------------

def mounts_made_straight_are_healed_at_the_start():
    server = Instance()
    boxes = [straight(server), straight(server, user_namespace=True)]
    server.lose_and_start()
    for box in boxes:
        check_sees(box, server)


def what_was_healed_once_heals_by_itself_the_next_time():
    server = Instance()
    boxes = [straight(server), straight(server, user_namespace=True)]
    server.lose_and_start()
    healed = server.log().count("healed mnt")
    equal(healed, 2, f"namespaces that were entered; {server.log()}")
    server.lose_and_start()
    for box in boxes:
        check_sees(box, server)
    equal(server.log().count("healed mnt"), healed, "namespaces that were entered by then")


def healing_twice_stacks_nothing():
    server = Instance()
    boxes = [straight(server), straight(server, user_namespace=True), by_anchors(server)]
    server.lose_and_start()
    before = [own_mounts(server), *(box.view_lines() for box in boxes)]
    for _ in range(2):
        said = server.heal()
        check(re.match(r"0 of \d+ mount namespaces healed, 0 failed, 0 mounts", said), said)
    equal([own_mounts(server), *(box.view_lines() for box in boxes)], before, "the mounts after healing again")


def dead_mounts_are_replaced_not_covered():
    server = Instance()
    box, locked = straight(server), straight(server, user_namespace=True)
    server.lose_and_start()
    equal(len(box.lines("/proc/meminfo")), 1, "mounts at /proc/meminfo")
    check(len(locked.lines("/proc/meminfo")) <= 2, "mounts at /proc/meminfo in a user namespace")


def flags_are_kept():
    server = Instance()
    plain, strict = straight(server), straight(server, flags=MS_RDONLY | MS_NOEXEC)
    before = {box: options(box, "/proc/meminfo") for box in (plain, strict)}
    server.lose_and_start()
    for box, flags in before.items():
        equal(options(box, "/proc/meminfo"), flags, "the flags of /proc/meminfo")
    check("ro" in before[strict] and "noexec" in before[strict] and "ro" not in before[plain], str(before))


def options(box, target):
    return set(box.lines(target)[-1].split()[5].split(","))


def the_whole_tree_is_healed_with_what_lies_inside():
    server = Instance()
    target = server.folder / "nested"
    target.mkdir()
    box = Box(server, [(server.mount, str(target))], follow=False)
    server.lose_and_start()
    check(box.sees(server, [str(target), f"{target}/proc/meminfo"]), "the tree is not served")
    for view in PRESSURE:
        check(box.sees(server, [f"{target}/{view}"]), f"{view} is not served")


def names_with_blanks_and_backslashes_are_reached():
    server = Instance()
    target = server.folder / "a b\\c\n"
    target.write_text("")
    box = Box(server, [(server.mount / "proc/meminfo", str(target))], follow=False)
    server.lose_and_start()
    check(box.sees(server, [str(target)]), "it is not served")


def symbolic_links_are_not_followed():
    server = Instance()
    inner, trap = server.folder / "inner", server.folder / "trap"
    for folder in (inner, trap):
        folder.mkdir()
        (folder / "file").write_text("mine")
    box = Box(server, [(server.mount / "proc/meminfo", f"{inner}/file")], follow=False)
    server.lose_everything()
    inner.rename(server.folder / "moved")
    (server.folder / "inner").symlink_to(trap)
    server.start()
    server.wait_for_healer()
    equal(pathlib.Path(box.path(f"{trap}/file")).read_text(), "mine", "the link's target")
    check(box.sees(server, [f"{server.folder}/moved/file"]), "it is not healed where it is now")


def what_lies_over_a_dead_view_stays():
    server = Instance()
    mine = server.folder / "mine"
    mine.write_text("mine")
    box = Box(server, [(server.mount / "proc/meminfo", "/proc/meminfo"), (mine, "/proc/meminfo")], follow=False)
    before = box.mounts()
    server.lose_and_start()
    equal(box.lines("/proc/meminfo"), [line for line in before.splitlines()
                                       if line.split()[4] == "/proc/meminfo"], "the mounts")
    equal(pathlib.Path(box.path("/proc/meminfo")).read_text(), "mine", "meminfo")


def a_dry_run_changes_nothing():
    server = Instance()
    box = straight(server)
    server.lose_everything()
    before = box.view_lines()
    check("would heal" in server.heal("--dry-run"), "it would do nothing")
    equal(box.view_lines(), before, "the mounts")


def when_nothing_serves_the_hosts_files_are_given_and_later_taken_back():
    server = Instance()
    boxes = [straight(server), straight(server, user_namespace=True), by_anchors(server)]
    server.lose_everything()
    for _ in range(2):
        server.heal()
    for box in boxes:
        for view in ALL:
            equal(box.device(f"/{view}"), host_device(view), f"{view}: {box.lines('/' + view)}")
    server.start()
    server.wait_for_healer()
    for box in boxes:
        check_sees(box, server)


def the_mount_point_itself_is_left_until_lxfs_serves_again():
    server = Instance()
    binds = [(server.mount, "/mnt"), (server.mount / "proc/meminfo", "/proc/meminfo")]
    box = Box(server, binds)
    server.lose_everything()
    for healed in (1, 0):
        said = server.heal()
        check("1 mounts that the host has nothing for" in said, said)
        check(f" {healed} mounts, " in said, f"what is healed of the rest: {said}")
    equal(box.device("/proc/meminfo"), host_device("proc/meminfo"), "meminfo")
    server.start()
    server.wait_for_healer()
    equal(box.device("/mnt/proc/meminfo"), os.stat(server.mount).st_dev, f"the tree: {box.lines('/mnt')}")


def another_instances_dead_views_are_left_to_it():
    first, second = Instance(), Instance()
    box = straight(first, ["proc/meminfo"])
    first.lose_everything()
    second.lose_and_start()
    second.heal("--own")
    check(is_dead(box.path("/proc/meminfo")), "the other one's view was replaced")
    first.start()
    first.wait_for_healer()
    check_sees(box, first, ["proc/meminfo"])


# ---- When there is no room -------------------------------------------------------------------

def heal_short_of(server, limit, *options):
    """What heal says when it runs with limits that `limit` sets; its exit code."""
    done = subprocess.run([lab.LXFS, "heal", "--runtime-dir", str(server.runtime), *options], preexec_fn=limit,
                          env=lab.short_of_processes(), capture_output=True, text=True, timeout=60 * lab.SLOW,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def of_processes(count):
    cgroup = lab.Cgroup()
    lab.write(cgroup.file("pids", "pids.max"), count)
    return cgroup.enter


def of_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def lose_for_good(server, count):
    """Containers whose views are dead, and nothing of it is left on the host."""
    boxes = [straight(server, ["proc/meminfo"]) for _ in range(count)]
    server.lose_everything()
    server.unmount()
    return boxes


def line_of(box, said):
    return next((line for line in said.splitlines() if f"mnt:[{box.space()}]" in line), "")


def check_each_failed(boxes, why, code, said):
    equal(code, 1, f"the exit code of heal, which said {said}")
    for box in boxes:
        line = line_of(box, said)
        check(line.startswith("failed") and why in line, f"of {box.space()} is said {line!r}: {said}")


def check_heals(server, boxes):
    server.heal("--timeout", "20000")
    for box in boxes:
        equal(box.device("/proc/meminfo"), host_device("proc/meminfo"), f"meminfo: {box.lines('/proc/meminfo')}")


def what_no_child_can_be_started_for_is_told_and_healed_the_next_time():
    lab.need_controller("pids")
    server = Instance()
    boxes = lose_for_good(server, 3)
    check_each_failed(boxes, "starting a child to heal them: Resource temporarily unavailable",
                      *heal_short_of(server, of_processes(1)))
    check_heals(server, boxes)


def what_no_pipe_can_be_made_for_is_told_and_healed_the_next_time():
    server = Instance()
    boxes = lose_for_good(server, 3)
    check_each_failed(boxes, "starting a child to heal them: Too many open files",
                      *heal_short_of(server, of_descriptors(4)))
    check_heals(server, boxes)


def where_there_is_room_for_one_child_only_each_gets_its_turn():
    lab.need_controller("pids")
    server = Instance()
    boxes = lose_for_good(server, 10)
    room = 3  # heal, a child, and the one in which that asks a server
    _, said = heal_short_of(server, of_processes(room), "--timeout", "20000")
    check(all(line_of(box, said) for box in boxes), f"somebody was passed over: {said}")
    check(not re.search("to heal them|crashed", said), f"somebody did not get a child: {said}")
    check_heals(server, boxes)


def what_nobody_can_be_asked_about_is_left_alone():
    lab.need_controller("pids")
    server = Instance()
    box = straight(server, ["proc/meminfo"])
    before = box.view_lines()
    code, said = heal_short_of(server, of_processes(1))
    equal(code, 1, f"the exit code of heal, which said {said}")
    check(f"starting a child to ask what is mounted at {server.mount}: Resource" in said, said)
    equal(box.view_lines(), before, "the mounts")


# ---- Containers that hang --------------------------------------------------------------------

SWAMP = ["deep", "file"]


def in_a_swamp(server):
    """A container that has a view below a FUSE server of its own, which does not answer any more, and whom that
    is asked; and where the view is."""
    swamp = server.folder / "swamp"
    swamp.mkdir()
    device = os.open("/dev/fuse", os.O_RDWR)
    lab.at_end(lambda: os.close(device))
    view = swamp.joinpath(*SWAMP)

    def sink():
        mount("swamp", str(swamp), MS_NOSUID | MS_NODEV, "fuse.swamp",
              f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other")
        serve_names(device, SWAMP)
        mount(str(server.mount / "proc/meminfo"), str(view), MS_BIND)
        stop_serving(device)
    return Box(server, [], before=sink), device, str(view)


def a_container_that_hangs_holds_up_nobody():
    server = Instance()
    (hanging, device, _), healthy = in_a_swamp(server), straight(server)
    server.lose_everything()
    silent = threading.Thread(target=lambda: lab_ignores_reads(device), daemon=True)
    silent.start()
    server.start()
    server.wait_for_healer()
    check_sees(healthy, server)
    started = time.monotonic()
    text = server.heal("--timeout", "250", ok=False)
    seconds = time.monotonic() - started
    check("too long" in text and seconds < 3, f"{seconds:.1f} s, {text}")
    lab.note(f"healing beside a container that hangs took {seconds * 1000:.0f} ms")
    check(hanging.pid, "it lives")


def a_container_that_is_slow_is_healed_after_the_others():
    server = Instance()
    slow, device, view = in_a_swamp(server)
    server.lose_everything()
    threading.Thread(target=lambda: answer_once_given_up(device, SWAMP), daemon=True).start()
    server.start()
    server.wait_for_healer()
    check(slow.device(view) in served_devices(server), f"{view} is not served: {server.log()}")


def dead_views_of_lxcfs_are_replaced():
    if not shutil.which("lxcfs"):
        raise lab.Skipped("lxcfs is not installed")
    server = Instance()
    folder = server.folder / "lxcfs"
    folder.mkdir()
    process = subprocess.Popen(["lxcfs", "-f", "-p", str(server.folder / "lxcfs.pid"), str(folder)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lab.at_end(lambda: subprocess.run(["umount", "-l", str(folder)], stderr=subprocess.DEVNULL, check=False))
    lab.at_end(lambda: (process.kill(), process.wait()))
    lab.wait_until(lambda: (folder / "proc/meminfo").exists(), 10, "lxcfs serves")
    views = ["proc/meminfo", "proc/uptime", "sys/devices/system/cpu/online"]
    box = Box(server, [(folder / view, f"/{view}") for view in views], follow=False)
    server.heal()
    check(not box.sees(server, ["/proc/meminfo"]), "a live view was replaced")
    process.kill()
    process.wait()
    server.heal()
    check_sees(box, server, views)


def taking_the_anchors_away_leaves_the_hosts_files():
    server = Instance()
    box = by_anchors(server)
    server.heal("--purge", ok=False)
    server.stop_on_purpose()
    server.heal("--purge")
    check(not (server.runtime / "anchors").exists(), "the anchors are still there")
    for view in ALL:
        equal(box.device(f"/{view}"), host_device(view), view)


# ---- Many ------------------------------------------------------------------------------------

def measure(make):
    """Milliseconds until all of many containers see the views again, after their server is lost."""
    server = Instance()
    boxes = [make(server) for _ in range(MANY)]
    server.lose_everything()
    started = time.monotonic()
    server.start()
    served = time.monotonic()
    last = boxes[-1].path("/proc/meminfo")
    lab.wait_until(lambda: not is_dead(last), 20, "the last one is healed")
    healed = time.monotonic()
    server.wait_for_healer()
    for box in boxes:
        check_sees(box, server)
    lab.note(f"{MANY} containers: start to serving {1000 * (served - started):.0f} ms, the last "
             f"container healed {1000 * max(healed - served, 0):.0f} ms after that")
    lab.note(server.log().splitlines()[-1])
    for box in boxes:
        box.stop()


def two_hundred_containers_on_anchors_heal():
    measure(by_anchors)


def two_hundred_containers_made_straight_heal():
    measure(straight)


# ---- A FUSE server of a few names ------------------------------------------------------------

INIT, LOOKUP, GETATTR, FORGET, INTERRUPT, BATCH_FORGET = 26, 1, 3, 2, 36, 42
_serving = {}


def attributes(node, last):
    mode = 0o100444 if last else 0o40755
    return struct.pack("<6Q10I", node, 0, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def answer(device, request, names):
    _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
    if opcode == INIT:
        body = struct.pack("<IIIIHHIIHHI28x", 7, 31, 4096, 0, 0, 0, 4096, 1, 0, 0, 0)
    elif opcode == LOOKUP:
        body = struct.pack("<QQQQII", node + 1, 0, 0, 0, 0, 0) + attributes(node + 1, node == len(names))
    elif opcode == GETATTR:
        body = struct.pack("<QII", 0, 0, 0) + attributes(node, node == len(names) + 1)
    elif opcode in (FORGET, INTERRUPT, BATCH_FORGET):
        return
    else:
        os.write(device, struct.pack("<IiQ", 16, -38, unique))
        return
    os.write(device, struct.pack("<IiQ", 16 + len(body), 0, unique) + body)


def serve_names(device, names):
    """A tree of one path, served by a thread until stop_serving or until the descriptor is closed."""
    going = _serving[device] = threading.Event()
    going.set()

    def loop():
        while going.is_set():
            try:
                answer(device, os.read(device, 65536), names)
            except OSError:
                return

    threading.Thread(target=loop, daemon=True).start()


def stop_serving(device):
    """The thread ends with the next request, which is taken and never answered."""
    _serving[device].clear()


def answer_once_given_up(device, names):
    """Nothing before whoever has waited was killed, which the kernel tells; then everything."""
    waiting, given_up = [], False
    try:
        while True:
            waiting.append(os.read(device, 65536))
            given_up |= struct.unpack_from("<IIQQ", waiting[-1])[1] == INTERRUPT
            while given_up and waiting:
                answer(device, waiting.pop(0), names)
    except OSError:
        pass


def lab_ignores_reads(device):
    try:
        while True:
            os.read(device, 65536)
    except OSError:
        pass


def a_mount_point_that_does_not_answer_is_told_at_the_start():
    server = Instance()
    taken, device = server.folder / "taken", os.open("/dev/fuse", os.O_RDWR)
    lab.at_end(lambda: os.close(device))
    taken.mkdir()
    mount("taken", str(taken), MS_NOSUID | MS_NODEV, "fuse.taken",
          f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other")
    lab.at_end(lambda: libc.umount2(os.fsencode(taken), MNT_DETACH))
    serve_names(device, SWAMP)
    os.stat(taken)
    stop_serving(device)
    threading.Thread(target=lambda: lab_ignores_reads(device), daemon=True).start()
    process = subprocess.Popen([lab.LXFS, "serve", "--mountpoint", str(taken), "--runtime-dir",
                                str(server.folder / "other")], stderr=subprocess.PIPE, text=True)
    lab.at_end(process.kill)
    said = process.communicate(timeout=30 * lab.SLOW)[1]
    check(process.returncode == 1 and "another process is there" in said, said)


TESTS = [
    every_view_has_an_anchor_that_serves,
    containers_on_anchors_heal_without_being_entered,
    a_file_that_is_healed_has_contents,
    mounts_do_not_grow_with_losses,
    containers_of_all_generations_heal,
    a_stop_that_is_meant_gives_the_hosts_files_without_a_failed_read,
    a_stop_right_after_the_start_leaves_the_hosts_files,
    a_stop_does_not_wait_for_a_worker_that_hangs,
    a_container_started_while_lxfs_was_stopped_gets_the_views_later,
    mounts_made_straight_are_healed_at_the_start,
    what_was_healed_once_heals_by_itself_the_next_time,
    healing_twice_stacks_nothing,
    dead_mounts_are_replaced_not_covered,
    flags_are_kept,
    the_whole_tree_is_healed_with_what_lies_inside,
    names_with_blanks_and_backslashes_are_reached,
    symbolic_links_are_not_followed,
    what_lies_over_a_dead_view_stays,
    a_dry_run_changes_nothing,
    when_nothing_serves_the_hosts_files_are_given_and_later_taken_back,
    the_mount_point_itself_is_left_until_lxfs_serves_again,
    another_instances_dead_views_are_left_to_it,
    a_file_system_that_a_container_calls_lxfs_gets_no_other_containers_folder,
    a_hierarchy_that_was_read_only_is_given_back_read_only,
    what_no_child_can_be_started_for_is_told_and_healed_the_next_time,
    what_no_pipe_can_be_made_for_is_told_and_healed_the_next_time,
    where_there_is_room_for_one_child_only_each_gets_its_turn,
    what_nobody_can_be_asked_about_is_left_alone,
    a_container_that_hangs_holds_up_nobody,
    a_container_that_is_slow_is_healed_after_the_others,
    a_mount_point_that_does_not_answer_is_told_at_the_start,
    dead_views_of_lxcfs_are_replaced,
    taking_the_anchors_away_leaves_the_hosts_files,
    two_hundred_containers_on_anchors_heal,
    two_hundred_containers_made_straight_heal,
]


def forget_what_others_serve():
    """Copies of the views and anchors of other servers here: they can die while we count."""
    for line in reversed(pathlib.Path("/proc/self/mountinfo").read_text().splitlines()):
        if line.split(" - ")[1].startswith(("fuse.lxfs", "fuse.lxcfs", "tmpfs lxfs-anchors")):
            libc.umount2(os.fsencode(line.split()[4]), MNT_DETACH)


def main():
    lab.alone()
    forget_what_others_serve()
    chosen = [test for test in TESTS if not sys.argv[1:] or test.__name__ in sys.argv[1:]]
    lab.run(chosen)


if __name__ == "__main__":
    main()
