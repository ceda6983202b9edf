#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`lxfs attach` and `lxfs detach`: running containers get the views from outside, and lose them again.

As in heal.py all of this happens in a PID namespace and a mount namespace of its own: lxfs is lost
whole here, and each start heals every namespace that it can see.
"""
import errno
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time

import heal
import lab
from heal import ALL, FILES, PRESSURE, is_dead, served_devices
from lab import check, equal

PLAIN = "-m -p -f --mount-proc"
KINDS = [PLAIN, f"{PLAIN} -C", f"{PLAIN} -U -r", f"{PLAIN} -C -U -r", f"{PLAIN} --propagation slave",
         f"{PLAIN} --propagation private"]
NESTED = ["unshare", "-Urpf", "--mount-proc", "true"]
MANY = lab.many(100)
ENDS = 20 if lab.SLOW == 1 else 5
CLEAN = "/proc/tty/ldisc"


# ---- lxfs ------------------------------------------------------------------------------------

def lxfs(verb, server, *arguments, ok=True, prefix=()):
    """What it said on standard output, or, when it should fail, its lines on standard error."""
    before = own_mounts()
    done = subprocess.run([*prefix, os.path.abspath(lab.LXFS), verb, "--runtime-dir", str(server.runtime), *map(str, arguments)],
                          capture_output=True, text=True, timeout=60, check=False)
    equal(done.returncode, 0 if ok else 1, f"the exit code of {verb}, which said {done.stdout}{done.stderr}")
    equal(own_mounts(), before, "the host's own mounts")
    if ok:
        equal(done.stderr, "", f"what {verb} complained of")
    return done.stdout if ok else done.stderr.splitlines()


def mounts_of(pid):
    """Where views can lie, and whatever is of lxfs: others' mounts come and go."""
    return [line for line in pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
            if line.split()[4].startswith(("/proc", "/sys")) or " - fuse.lxfs " in line]


def own_mounts():
    return mounts_of("self")


def attach(server, *arguments, **options):
    return lxfs("attach", server, *arguments, **options)


def detach(server, *arguments, **options):
    return lxfs("detach", server, *arguments, **options)


def refused(server, box, word, *options, verb="attach", prefix=()):
    """One line that names the container and says why; nothing has come or gone."""
    before = mounts(box)
    lines = lxfs(verb, server, *options, box.init, ok=False, prefix=prefix)
    equal(len(lines), 1, f"lines: {lines}")
    check(lines[0].startswith(f"lxfs {verb}: {box.init}: ") and word in lines[0], f"{lines[0]}, expected {word}")
    equal(mounts(box), before, "the mounts of the container")


# ---- Containers ------------------------------------------------------------------------------

def bare(server, flags=PLAIN, **options):
    """A container that nobody gave the views, and that cannot see those of the host."""
    box = lab.Container(server, flags=flags, files=[], **options)
    for folder in filter(lab.is_mounted, (server.mount, server.runtime / "anchors")):
        shell(box, f"mountpoint -q {folder} || exit 0; mount --make-rprivate {folder}; "
                   f"umount -l {folder} 2>/dev/null || mount -t tmpfs empty {folder}")
    return box


def mounts(box):
    return [line for line in mounts_of(box.init) if str(box.server.folder) not in line.split()[4]]


def lines(box, target):
    return [line for line in mounts(box) if line.split()[4] == target]


def path(box, target):
    return f"/proc/{box.init}/root{target}"


def device(box, target):
    return os.stat(path(box, target)).st_dev


def check_served(box, server, views=tuple(ALL)):
    for view in views:
        check(device(box, f"/{view}") in served_devices(server), f"{view} is not served: {lines(box, '/' + view)}")


def check_host(box, views=tuple(ALL)):
    """Every procfs has a device number of its own."""
    for view in views:
        check(not any("lxfs" in line for line in lines(box, f"/{view}")[-1:]), f"{view}: {lines(box, '/' + view)}")
        check(not is_dead(path(box, f"/{view}")), f"{view} is dead")


def shell(box, script):
    return box.run("sh", "-ec", script)


def nested_can_mount_procfs(box):
    done = subprocess.run([*box.enter_command(), *NESTED], stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


# ---- Attaching -------------------------------------------------------------------------------

def every_kind_of_container_sees_itself_and_is_left_as_it_was():
    server = heal.Instance()
    for flags in KINDS:
        box = bare(server, flags, memory=256 * lab.MIB, cpus=1)
        before = mounts(box)
        check_host(box)
        said = attach(server, box.init)
        check(said.startswith(f"{box.init}: attached {len(ALL)} files"), said)
        check_served(box, server)
        equal(box.meminfo()["MemTotal"], 256 * 1024, f"MemTotal with {flags}")
        equal(box.run("getconf", "_NPROCESSORS_ONLN"), "1\n", f"CPUs with {flags}")
        for view in (*PRESSURE, "proc/vmstat"):
            box.read(f"/{view}")
        said = detach(server, box.init)
        check(said.startswith(f"{box.init}: detached {len(ALL)} files"), said)
        equal(mounts(box), before, f"the mounts with {flags}")
        box.stop()


def attaching_twice_stacks_nothing_and_detaching_twice_takes_nothing():
    server = heal.Instance()
    box = bare(server)
    bare_mounts = mounts(box)
    attach(server, box.init)
    attached = mounts(box)
    check(f"{len(ALL)} already" in attach(server, box.init), "not all were attached already")
    equal(mounts(box), attached, "the mounts after attaching again")
    detach(server, box.init)
    detach(server, box.init)
    equal(mounts(box), bare_mounts, "the mounts after detaching again")


def files_can_be_chosen_both_ways():
    server = heal.Instance()
    box = bare(server)
    before = mounts(box)
    attach(server, "--files", "meminfo,cpu,pressure", box.init)
    attached = ["proc/meminfo", "sys/devices/system/cpu", *PRESSURE]
    check_served(box, server, attached)
    check_host(box, set(ALL) - set(attached))
    detach(server, "--files", "proc/meminfo", box.init)
    check_host(box, ["proc/meminfo"])
    check_served(box, server, attached[1:])
    check(lines(box, CLEAN), "the clean procfs has gone with the first file")
    detach(server, "--files", "pressure,cpu", box.init)
    equal(mounts(box), before, "the mounts")


def pressure_files_take_writes_and_others_do_not():
    if not PRESSURE:
        raise lab.Skipped("the kernel has no pressure files")
    server = heal.Instance()
    box = bare(server)
    attach(server, box.init)
    box.call(open_for_writing, f"/{PRESSURE[0]}")
    for view in ("proc/meminfo", "sys/devices/system/cpu/online"):
        try:
            box.call(open_for_writing, f"/{view}")
        except OSError as error:
            equal(error.errno, errno.EROFS, f"what opening {view} for writing says")
        else:
            check(False, f"{view} can be opened for writing")


def open_for_writing(name):
    os.close(os.open(name, os.O_RDWR))


def what_a_runtime_gave_stays():
    server = heal.Instance()
    given = [(server.anchor("proc/meminfo"), "/proc/meminfo"), (server.mount / "proc/stat", "/proc/stat")]
    box = lab.Container(server, flags=f"{PLAIN} --propagation slave", files=given)
    before = mounts(box)
    check(f"attached {len(ALL) - 2} files, 2 already" in attach(server, box.init), "what was attached")
    check_served(box, server)
    detach(server, box.init)
    equal(mounts(box), before, "the mounts")
    check_served(box, server, ["proc/meminfo", "proc/stat"])


class Rootless:
    """A container within a user namespace, as a rootless runtime makes them: its anchors are locked."""

    def __init__(self, propagation):
        inner = f"unshare -mpf --kill-child --propagation {propagation} --mount-proc sh -c 'echo up; exec sleep 1000'; true"
        self.process = subprocess.Popen(["unshare", "-Urm", "--propagation", propagation, "sh", "-c", inner],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True)
        lab.at_end(self.stop)
        equal(self.process.stdout.readline(), "up\n", "the container's first line")
        self.init = lab.child_of(lab.child_of(self.process.pid))
        self.enter = ["nsenter", "-t", str(self.process.pid), "-U", "-m", "--preserve-credentials", "--"]

    def stop(self):
        lab.end(self.process)


def one_whose_anchors_are_locked_is_attached_and_detached():
    """by root of a user namespace, which may not set every flag, a container in it is attached and detached"""
    server = heal.Instance()
    for propagation in ("slave", "private"):
        box = Rootless(propagation)
        before = mounts_of(box.init)
        said = attach(server, box.init, prefix=box.enter)
        check(re.match(rf"{box.init}: attached {len(ALL)} files", said), said)
        equal([line for line in mounts_of(box.init) if "nodiratime" in line], [], "the flag that is locked")
        check(f"attached 0 files, {len(ALL)} already" in attach(server, box.init, prefix=box.enter), "done twice")
        for view in ALL:
            check(os.stat(f"/proc/{box.init}/root/{view}").st_dev in served_devices(server), f"{view} is not served")
        said = detach(server, box.init, prefix=box.enter)
        check(f"detached {len(ALL)} files" in said, said)
        equal(mounts_of(box.init), before, "the mounts of the container")
        box.stop()


def one_that_fails_does_not_keep_the_others():
    server = heal.Instance()
    first, second = bare(server), bare(server)
    said = attach(server, first.init, 999999999, os.getpid(), second.init, ok=False)
    equal([line.split(": ")[1] for line in said], ["999999999", str(os.getpid())], f"who failed: {said}")
    check("no such process" in said[0], said[0])
    check("host's own mount namespace" in said[1], said[1])
    for box in (first, second):
        check_served(box, server)


def without_anchors_it_says_what_to_do():
    server = heal.Instance()
    server.stop_on_purpose()
    server.heal("--purge")
    box = bare(server)
    refused(server, box, "start `lxfs serve`")


def before_lxfs_serves_it_waits():
    server = heal.Instance()
    box = bare(server)
    server.stop_on_purpose()
    attach(server, box.init)
    check_host(box)
    check(f"{len(ALL)} already" in attach(server, box.init), "not all were attached already")
    server.start()
    check_served(box, server)


# ---- Staying alive ---------------------------------------------------------------------------

def no_read_fails_over_a_kill_and_a_reload():
    server = heal.Instance()
    box = bare(server, memory=256 * lab.MIB)
    attach(server, box.init)
    stopped, failures, reads = threading.Event(), [], []

    def read():
        while not stopped.is_set():
            try:
                text = pathlib.Path(path(box, "/proc/meminfo")).read_text()
                reads.append(text.startswith("MemTotal"))
            except OSError as error:
                failures.append(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(3):
            worker = server.pid("worker")
            os.kill(worker, 9)
            lab.wait_until(lambda worker=worker: server.pid("worker") != worker, 20, "another worker")
            subprocess.run([lab.LXFS, "reload", "--runtime-dir", str(server.runtime)], check=True,
                           capture_output=True, timeout=60)
            equal(box.meminfo()["MemTotal"], 256 * 1024, "MemTotal")
    finally:
        stopped.set()
        reader.join()
    equal(failures, [], "reads that failed")
    check(len(reads) > 10 and all(reads), f"{len(reads)} reads")


def after_a_total_loss_it_heals_without_being_entered():
    server = heal.Instance()
    boxes = [bare(server, flags, memory=256 * lab.MIB) for flags in KINDS]
    for box in boxes:
        attach(server, box.init)
    for _ in range(2):
        server.lose_everything()
        for box in boxes:
            check(is_dead(path(box, "/proc/meminfo")), "the view is not dead")
        refused(server, boxes[0], "is dead")
        server.start()
        server.wait_for_healer()
        for box in boxes:
            check_served(box, server)
            equal(box.meminfo()["MemTotal"], 256 * 1024, "MemTotal")
            check(f"{len(ALL)} already" in attach(server, box.init), "not all were attached already")
    check("healed mnt" not in server.log(), f"a namespace was entered: {server.log()}")


def after_a_total_loss_it_is_taken_out_whole():
    server = heal.Instance()
    boxes = [bare(server, flags) for flags in KINDS]
    before = [mounts(box) for box in boxes]
    attach(server, *(box.init for box in boxes))
    for _ in range(2):
        server.lose_and_start()
    detach(server, *(box.init for box in boxes))
    equal([mounts(box) for box in boxes], before, "the mounts")


def what_is_locked_in_a_nested_container_stays():
    server = heal.Instance()
    box = bare(server)
    attach(server, box.init)
    inner = bare(server, "-U -r -m -p -f", within=box)
    refused(server, inner, "locked", verb="detach")
    check_served(inner, server)


def dead_views_can_be_taken_out():
    server = heal.Instance()
    box = bare(server)
    before = mounts(box)
    attach(server, box.init)
    server.lose_everything()
    detach(server, box.init)
    equal(mounts(box), before, "the mounts")


# ---- A clean procfs --------------------------------------------------------------------------

def a_nested_container_can_mount_its_own_procfs():
    server = heal.Instance()
    for flags in (PLAIN, f"{PLAIN} -U -r", f"{PLAIN} --propagation shared"):
        box = bare(server, flags)
        check(nested_can_mount_procfs(box), f"it could not before, with {flags}")
        check("clean procfs" in attach(server, box.init), "it is not told of")
        check(nested_can_mount_procfs(box), f"it cannot any more, with {flags}: {mounts(box)}")
        equal(os.listdir(path(box, CLEAN)), [], "what a path leads to")
        detach(server, box.init)
        check(nested_can_mount_procfs(box), f"it cannot after detaching, with {flags}")
        box.stop()


def a_file_over_procfs_alone_would_stop_it():
    server = heal.Instance()
    box = bare(server)
    shell(box, "mount --bind /dev/null /proc/version")
    check(not nested_can_mount_procfs(box), "it can, although /proc is not whole")


def what_was_masked_stays_masked():
    server = heal.Instance()
    box = bare(server)
    shell(box, "mount --bind /dev/null /proc/version")
    before = mounts(box)
    check("clean" not in attach(server, "--files", "proc", box.init), "a clean procfs was provided")
    check("lxfs-clean" not in str(mounts(box)), "a clean procfs was provided")
    check(not nested_can_mount_procfs(box), "a nested container sees what was masked")
    detach(server, box.init)
    equal(mounts(box), before, "the mounts")


def a_clean_procfs_that_is_there_is_enough():
    server = heal.Instance()
    box = bare(server)
    shell(box, f"mount -t tmpfs other /mnt && mkdir /mnt/proc && mount -t proc proc /mnt/proc")
    attach(server, "--files", "proc", box.init)
    check("lxfs-clean" not in str(mounts(box)), "another was provided")
    check(nested_can_mount_procfs(box), "a nested container cannot mount its own procfs")


def views_reach_no_clean_procfs():
    server = heal.Instance()
    box = bare(server, f"{PLAIN} --propagation shared")
    attach(server, box.init)
    inside = [line.split()[4] for line in mounts(box) if line.split()[4].startswith(f"{CLEAN}/")]
    equal(sorted(inside), [f"{CLEAN}/proc", f"{CLEAN}/sys"], "the mounts in it")


# ---- Hostile containers ----------------------------------------------------------------------

def a_symlink_farm_is_left_alone():
    server = heal.Instance()
    for script in ("mount -t tmpfs t /proc; ln -s /etc/hostname /proc/meminfo",
                   "mount -t tmpfs t /proc; ln -s ../../../.. /proc/up; ln -s up/proc/stat /proc/stat",
                   "mount -t tmpfs t /sys; mkdir /sys/devices; ln -s /etc /sys/devices/system",
                   "mount -t tmpfs t /proc; ln -s /sys /proc/pressure"):
        box = bare(server)
        shell(box, script)
        refused(server, box, "symbolic link")
        box.stop()


def anything_else_over_a_file_is_left_alone():
    server = heal.Instance()
    scripts = {
        "mount --bind /etc/hostname /proc/meminfo": "not the kernel's own file",
        "mount --bind /proc/1/status /proc/meminfo": "not the kernel's own file",
        "mount --bind /proc/meminfo /proc/stat": "not the kernel's own file",
        "mount -t tmpfs t /proc; mkdir /proc/meminfo": "no regular file",
        "mount -t tmpfs t /proc; mkfifo /proc/meminfo": "no regular file",
        "mount -t tmpfs t /proc; echo mine > /proc/meminfo": "not the kernel's own file",
        "mount -t tmpfs t /proc; echo mine > /proc/pressure": "a file for a folder",
        "mount -t tmpfs t /sys; mkdir -p /sys/devices/system; touch /sys/devices/system/cpu": "no folder",
        "mount --bind /proc/sys /sys/devices/system/cpu": "not the kernel's own file",
    }
    for script, why in scripts.items():
        box = bare(server)
        shell(box, script)
        refused(server, box, why)
        box.stop()


def what_the_container_lays_over_a_view_is_left_alone():
    server = heal.Instance()
    box = bare(server)
    attach(server, box.init)
    shell(box, "mount --bind /etc/hostname /proc/meminfo")
    refused(server, box, "/proc/meminfo: something else")
    lxfs("detach", server, box.init, ok=False)
    equal(pathlib.Path(path(box, "/proc/meminfo")).read_text(), pathlib.Path("/etc/hostname").read_text(), "meminfo")
    check_host(box, set(ALL) - {"proc/meminfo"})
    shell(box, "umount /proc/meminfo")
    detach(server, box.init)
    check_host(box)


def a_root_that_is_read_only_gets_them():
    server = heal.Instance()
    box = bare(server, memory=256 * lab.MIB)
    shell(box, "mount -o remount,bind,ro /; mount -o remount,bind,ro /proc; mount -o remount,bind,ro /sys")
    before = mounts(box)
    attach(server, box.init)
    check_served(box, server)
    equal(box.meminfo()["MemTotal"], 256 * 1024, "MemTotal")
    detach(server, box.init)
    equal(mounts(box), before, "the mounts")


def without_sysfs_the_rest_is_attached():
    server = heal.Instance()
    box = bare(server)
    shell(box, "mount -t tmpfs t /sys")
    before = mounts(box)
    check(re.search(r"attached \d+ files, \d missing", attach(server, box.init)), "what it said")
    check_served(box, server, FILES + PRESSURE)
    detach(server, box.init)
    equal(mounts(box), before, "the mounts")


def without_a_dev_it_is_the_same():
    server = heal.Instance()
    box = bare(server)
    shell(box, "mount -t tmpfs t /dev")
    check("clean procfs" in attach(server, box.init), "no clean procfs was provided")
    check(nested_can_mount_procfs(box), "a nested container cannot mount its own procfs")


def mounts_that_the_host_shares_are_left_alone():
    server = heal.Instance()
    subprocess.run(["mount", "--make-shared", "/proc"], check=True)
    lab.at_end(lambda: subprocess.run(["mount", "--make-private", "/proc"], check=True))
    for flags in ("-m -p -f --propagation unchanged", "-m --propagation unchanged"):
        box = bare(server, flags)
        check("shared:" in lines(box, "/proc")[-1], f"/proc is not shared: {lines(box, '/proc')}")
        for prefix in ((), ("unshare", "--mount", "--propagation", "private")):
            refused(server, box, "shared with the host", prefix=prefix)
        box.stop()


def a_file_system_that_never_answers_costs_no_more_than_the_limit():
    server = heal.Instance()
    before_all = own_mounts()
    device_fd = os.open("/dev/fuse", os.O_RDWR)
    lab.at_end(lambda: os.close(device_fd))

    def swamp():
        heal.mount("swamp", "/proc", heal.MS_NOSUID | heal.MS_NODEV, "fuse.swamp",
                   f"fd={device_fd},rootmode=40000,user_id=0,group_id=0,allow_other")
        heal.serve_names(device_fd, ["deep", "file"])
        os.stat("/proc")
        heal.stop_serving(device_fd)

    hanging = heal.Box(server, [], before=swamp)
    threading.Thread(target=lambda: heal.lab_ignores_reads(device_fd), daemon=True).start()
    healthy = bare(server)
    started = time.monotonic()
    said = attach(server, "--timeout", 500, hanging.pid, healthy.init, ok=False)
    check(len(said) == 1 and "500 ms" in said[0] and said[0].startswith(f"lxfs attach: {hanging.pid}: "), str(said))
    lab.note(f"attaching beside a container that hangs took {1000 * (time.monotonic() - started):.0f} ms")
    check_served(healthy, server)
    check("fuse.lxfs" not in hanging.mounts().replace(str(server.mount), ""), "something was attached")
    equal(own_mounts(), before_all, "the host's own mounts")


def a_container_that_ends_meanwhile_leaves_nothing():
    server = heal.Instance()
    before = own_mounts()
    chance = random.Random(4)
    outcomes = []
    for _ in range(ENDS):
        box = bare(server)
        process = subprocess.Popen([lab.LXFS, "attach", "--runtime-dir", str(server.runtime), str(box.init)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(chance.uniform(0, 0.02 * lab.SLOW))
        box.stop()
        error = process.communicate(timeout=60)[1]
        outcomes.append(process.returncode)
        check(process.returncode in (0, 1), f"exit code {process.returncode}: {error}")
        equal(len(error.splitlines()), process.returncode, f"lines: {error}")
    equal(own_mounts(), before, "the host's own mounts")
    lab.note(f"{outcomes.count(0)} were attached before they ended, {outcomes.count(1)} were not")


def a_container_that_mounts_all_the_time_gets_all_or_nothing():
    server = heal.Instance()
    box = bare(server)
    before = own_mounts()
    busy = box.popen("sh", "-c", "while :; do mount --bind /etc/hostname /proc/stat; umount /proc/stat; done",
                     stderr=subprocess.DEVNULL)
    for _ in range(20):
        done = subprocess.run([lab.LXFS, "attach", "--runtime-dir", str(server.runtime), "--files",
                               "meminfo,stat,uptime", str(box.init)], capture_output=True, text=True, check=False)
        check(done.returncode in (0, 1), f"{done.returncode}: {done.stderr}")
        equal(len(done.stderr.splitlines()), done.returncode, f"lines: {done.stderr}")
        n_attached = 3 if done.returncode == 0 else 0
        equal(sum("fuse.lxfs" in line for target in ("/proc/meminfo", "/proc/uptime") for line in lines(box, target)),
              min(n_attached, 2), f"views attached; {done.stdout}{done.stderr}")
        subprocess.run([lab.LXFS, "detach", "--runtime-dir", str(server.runtime), str(box.init)],
                       capture_output=True, check=False)
    lab.end(busy)
    equal(own_mounts(), before, "the host's own mounts")


# ---- Choosing --------------------------------------------------------------------------------

def id_of(server, box):
    """The cgroup of a container that no runtime made ends its id."""
    found = [name for name in os.listdir(server.mount / "containers") if name.endswith(box.cgroup.path)]
    equal(len(found), 1, f"ids of {box.cgroup.path}: {os.listdir(server.mount / 'containers')}")
    return found[0]


def ids_and_their_beginnings_are_understood():
    server = heal.Instance()
    first, second = bare(server), bare(server)
    ids = [id_of(server, box) for box in (first, second)]
    said = attach(server, ids[0])
    check(said.startswith(f"{ids[0]}: attached {len(ALL)} files"), said)
    check_served(first, server)
    check_host(second)
    common = os.path.commonprefix(ids)
    said = attach(server, common, ok=False)
    check(len(said) == 1 and all(name in said[0] for name in ids), f"{said}, expected {ids}")
    check_host(second)
    attach(server, ids[1][:len(common) + 1])
    check_served(second, server)
    detach(server, *ids)
    check_host(first)
    check_host(second)


def all_of_a_runtime_are_chosen_at_once():
    server = heal.Instance()
    boxes = [bare(server, flags) for flags in KINDS]
    equal(attach(server, "--runtime", "docker"), "no containers\n", "what it said")
    for option in (["--all"], ["--runtime", "plain"]):
        said = attach(server, *option)
        equal(said.count(f"attached {len(ALL)} files"), len(boxes), f"containers attached: {said}")
        for box in boxes:
            check_served(box, server)
        detach(server, *option)
        for box in boxes:
            check_host(box)


def many_are_attached_one_after_the_other_in_little_time():
    server = heal.Instance()
    boxes = [heal.Box(server, []) for _ in range(MANY)]
    started = time.monotonic()
    attach(server, *(box.pid for box in boxes))
    took = time.monotonic() - started
    for box in boxes:
        check(box.sees(server, [f"/{view}" for view in ALL]), "not all views are served")
    lab.note(f"{MANY} containers: {1000 * took / MANY:.1f} ms each")


# ---- The command line ------------------------------------------------------------------------

def wrong_usage_is_told():
    for arguments in ([], ["--all", "1"], ["--runtime", "lxc", "1"], ["--files", "kcore", "1"], ["--timeout", "0", "1"], ["--no-such-option", "1"]):
        for verb in ("attach", "detach"):
            done = subprocess.run([lab.LXFS, verb, *arguments], capture_output=True, text=True, check=False)
            equal(done.returncode, 2, f"the exit code of {verb} {arguments}")
            check(done.stderr.startswith(f"lxfs {verb}: ") and done.stderr.count("\n") == 1, done.stderr)


TESTS = [
    every_kind_of_container_sees_itself_and_is_left_as_it_was,
    attaching_twice_stacks_nothing_and_detaching_twice_takes_nothing,
    files_can_be_chosen_both_ways,
    pressure_files_take_writes_and_others_do_not,
    what_a_runtime_gave_stays,
    one_whose_anchors_are_locked_is_attached_and_detached,
    one_that_fails_does_not_keep_the_others,
    without_anchors_it_says_what_to_do,
    before_lxfs_serves_it_waits,
    no_read_fails_over_a_kill_and_a_reload,
    after_a_total_loss_it_heals_without_being_entered,
    after_a_total_loss_it_is_taken_out_whole,
    what_is_locked_in_a_nested_container_stays,
    dead_views_can_be_taken_out,
    a_nested_container_can_mount_its_own_procfs,
    a_file_over_procfs_alone_would_stop_it,
    what_was_masked_stays_masked,
    a_clean_procfs_that_is_there_is_enough,
    views_reach_no_clean_procfs,
    a_symlink_farm_is_left_alone,
    anything_else_over_a_file_is_left_alone,
    what_the_container_lays_over_a_view_is_left_alone,
    a_root_that_is_read_only_gets_them,
    without_sysfs_the_rest_is_attached,
    without_a_dev_it_is_the_same,
    mounts_that_the_host_shares_are_left_alone,
    a_file_system_that_never_answers_costs_no_more_than_the_limit,
    a_container_that_ends_meanwhile_leaves_nothing,
    a_container_that_mounts_all_the_time_gets_all_or_nothing,
    ids_and_their_beginnings_are_understood,
    all_of_a_runtime_are_chosen_at_once,
    many_are_attached_one_after_the_other_in_little_time,
    wrong_usage_is_told,
]


def forget_other_procfs():
    """Each one that is whole would be clean enough: what others have mounted here must not count."""
    for line in reversed(pathlib.Path("/proc/self/mountinfo").read_text().splitlines()):
        fields = line.split()
        if fields[4] not in ("/proc", "/sys") and line.split(" - ")[1].startswith(("proc ", "sysfs ")):
            heal.libc.umount2(os.fsencode(fields[4]), heal.MNT_DETACH)


def main():
    lab.alone()
    heal.forget_what_others_serve()
    forget_other_procfs()
    chosen = [test for test in TESTS if not sys.argv[1:] or test.__name__ in sys.argv[1:]]
    lab.run(chosen)


if __name__ == "__main__":
    main()
