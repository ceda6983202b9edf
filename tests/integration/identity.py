#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who is asking: every rung of the ladder from a reader to its container."""
import concurrent.futures
import ctypes
import errno
import os
import pathlib
import signal
import subprocess
import sys
import threading

import lab
from lab import MIB, check, equal

PRIVATE = "-m -p -f --mount-proc"
NAMED = PRIVATE + " -C"
HASH = "0123456789abcdef" * 4
TIMES = lab.many(300)
GREP = f"i=0; while [ $i -lt {TIMES} ]; do grep MemTotal /proc/meminfo || exit 1; i=$((i+1)); done"

server = lab.Server()


def total_of(text):
    return lab.parse_meminfo(text)["MemTotal"] // 1024


def read_text(path):
    with open(path) as file:
        return file.read()


def total(path="/proc/meminfo"):
    """MiB that the reader sees; to be called within a container."""
    return total_of(read_text(path))


def total_at_mount():
    return total(server.mount / "proc/meminfo")


# ---- The ladder ------------------------------------------------------------------------------

def a_reader_in_a_nested_cgroup_sees_the_root_of_its_cgroup_namespace():
    box = lab.Container(server, memory=256 * MIB, flags=NAMED)
    nested = lab.Cgroup("nested", box.cgroup)
    nested.memory(64 * MIB)
    equal(box.call(total, cgroup=nested), 256, "MiB")


def an_init_that_stands_in_a_nested_cgroup_changes_nothing():
    box = lab.Container(server, memory=256 * MIB, flags=NAMED)
    nested = lab.Cgroup("init.scope", box.cgroup)
    nested.memory(64 * MIB)
    nested.enter(box.init)
    equal(box.call(total), 256, "MiB")
    equal(box.call(total, cgroup=nested), 256, "MiB seen beside init")


def containers_of_one_pod_share_a_pid_namespace_and_see_their_own():
    pause = lab.Container(server, memory=32 * MIB, flags=NAMED, files=[])
    boxes = [lab.Container(server, memory=size * MIB, flags="-m -C --mount-proc", within=pause)
             for size in (64, 128)]
    equal([box.call(total) for box in boxes], [64, 128], "MiB")
    equal(len({os.readlink(f"/proc/{box.init}/ns/pid") for box in (pause, *boxes)}), 1,
          "PID namespaces")


def containers_of_one_pod_see_their_own_without_cgroup_namespaces_too():
    pod = lab.Cgroup()
    places = [lab.Cgroup(digit * 64, pod) for digit in "abc"]
    pause = lab.Container(server, memory=32 * MIB, files=[], cgroup=places[0])
    boxes = [lab.Container(server, memory=size * MIB, flags="-m --mount-proc", cgroup=place, within=pause)
             for size, place in zip((64, 128), places[1:])]
    equal([box.call(total) for box in boxes], [64, 128], "MiB")


def the_hosts_pid_namespace_and_a_cgroup_namespace_of_its_own():
    box = lab.Container(server, memory=96 * MIB, flags="-m -C")
    equal(box.call(total), 96, "MiB")


def without_a_cgroup_namespace_the_init_of_the_pid_namespace_tells():
    box = lab.Container(server, memory=256 * MIB)
    nested = lab.Cgroup("nested", box.cgroup)
    nested.memory(64 * MIB)
    elsewhere = lab.Cgroup()
    elsewhere.memory(32 * MIB)
    equal(box.call(total), 256, "MiB")
    equal(box.call(total, cgroup=nested), 256, "MiB from a nested cgroup")
    equal(box.call(total, cgroup=elsewhere), 256, "MiB from another cgroup")


def an_init_scope_is_cut_off():
    box = lab.Container(server, memory=256 * MIB)
    scope = lab.Cgroup("init.scope", box.cgroup)
    scope.memory(64 * MIB)
    scope.enter(box.init)
    equal(box.call(total), 256, "MiB")


def nested_containers_each_see_their_own_and_at_most_the_outer():
    outer = lab.Container(server, memory=128 * MIB, flags=NAMED)
    small = lab.Container(server, memory=64 * MIB, flags=NAMED, parent=outer.cgroup, within=outer)
    large = lab.Container(server, memory=512 * MIB, flags=NAMED, parent=outer.cgroup, within=outer)
    free = lab.Container(server, flags=NAMED, parent=outer.cgroup, within=outer)
    equal([box.call(total) for box in (outer, small, large, free)], [128, 64, 128, 128], "MiB")


def a_nested_container_without_a_cgroup_namespace_is_told_by_its_own_init():
    outer = lab.Container(server, memory=128 * MIB)
    inner = lab.Container(server, memory=64 * MIB, parent=outer.cgroup, within=outer)
    equal([box.call(total) for box in (outer, inner)], [128, 64], "MiB")


def a_user_namespace_makes_no_difference():
    for flags, size in (("-U -r " + PRIVATE, 48), ("-U -r " + NAMED, 80)):
        box = lab.Container(server, memory=size * MIB, flags=flags)
        equal(box.call(total), size, f"MiB with {flags}")
        equal(box.read("/proc/meminfo").split()[1], str(size * 1024), "kB by cat")


def a_process_in_a_plain_cgroup_sees_that_cgroup():
    plain = lab.Cgroup()
    plain.memory(96 * MIB)
    equal(plain.call(total_at_mount), 96, "MiB")


def a_cgroup_that_docker_made_stands_for_those_below_it():
    docker = lab.Cgroup("docker", lab.Cgroup())
    box = lab.Cgroup(HASH, docker)
    box.memory(256 * MIB)
    nested = lab.Cgroup("nested", lab.Cgroup("init", box))
    nested.memory(64 * MIB)
    equal(nested.call(total_at_mount), 256, "MiB")
    equal(box.call(total_at_mount), 256, "MiB at docker's own")


# ---- Threads and short lives -----------------------------------------------------------------

def in_a_thread(function):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def total_after_the_first_thread_has_ended():
    """Only a thread is left, and its process's own /proc/PID answers no more."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        first = threading.get_native_id()

        def outlive():
            lab.wait_until(lambda: ") Z " in read_text(f"/proc/self/task/{first}/stat"), 5, "end")
            os.write(writer, str(total()).encode())
            os._exit(0)
        threading.Thread(target=outlive).start()
        ctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)
    os.close(writer)
    return int(os.read(reader, 100))


def a_thread_reads_as_its_process_does():
    for flags in (PRIVATE, NAMED):
        box = lab.Container(server, memory=72 * MIB, flags=flags)
        equal(box.call(in_a_thread, total), 72, f"MiB with {flags}")
        equal(box.call(total_after_the_first_thread_has_ended), 72,
              f"MiB for the last thread with {flags}")


def short_lived_readers_never_get_the_others_text():
    for flags in (PRIVATE, NAMED):
        boxes = {size: lab.Container(server, memory=size * MIB, flags=flags) for size in (64, 128)}
        readers = {size: box.popen("sh", "-c", GREP, stdout=subprocess.PIPE, text=True)
                   for size, box in boxes.items()}
        for size, reader in readers.items():
            lines = reader.communicate(timeout=60 * lab.SLOW)[0].splitlines()
            equal(len(lines), TIMES, "texts")
            equal({int(line.split()[1]) // 1024 for line in lines}, {size}, f"MiB with {flags}")


def pid_namespaces_that_come_and_go_are_never_taken_for_each_other():
    for number in range(12):
        size = 64 + 16 * (number % 4)
        box = lab.Container(server, memory=size * MIB, flags=(PRIVATE, NAMED)[number % 2])
        equal(box.call(total), size, f"MiB of container {number}")
        box.stop()
        box.cgroup.remove()


# ---- What moves ------------------------------------------------------------------------------

def an_init_that_was_moved_is_seen_where_it_is_now():
    box = lab.Container(server, memory=256 * MIB)
    other = lab.Cgroup()
    other.memory(128 * MIB)
    equal(box.call(total), 256, "MiB at first")
    for place, size in ((other, 128), (box.cgroup, 256), (other, 128)):
        place.enter(box.init)
        equal(box.call(total, cgroup=place), size, "MiB where init is now")


# The init of a PID namespace that takes long to end, since it has much memory to give back, and a child that
# prints what it sees until it is killed with it.
SLOW_END = """
import mmap, os, sys
if os.fork() == 0:
    seen = set()
    while True:
        now = str(sorted(os.listdir(sys.argv[1]))) + open("/proc/meminfo").readline()
        if now not in seen:
            os.write(1, now.encode())
        seen.add(now)
held = mmap.mmap(-1, 256 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for page in range(0, len(held), 4096):
    held[page] = 1
os._exit(0)
"""


def while_its_init_is_ending_a_container_is_what_it_was():
    """The kernel says of an ending process that it stands at the roots of v1."""
    for without in ((), ("unified",)):
        cgroup = lab.Cgroup(without=without)
        cgroup.memory(640 * MIB)
        folder = server.mount / "cgroup" / ("" if lab.is_v2() else "memory")
        script = f'mount --bind {server.mount}/proc/meminfo /proc/meminfo && exec "$@"'
        done = subprocess.run(["unshare", "-m", "-p", "-f", "--mount-proc", "sh", "-c", script, "sh", sys.executable,
                               "-c", SLOW_END, str(folder)], preexec_fn=cgroup.enter, capture_output=True, text=True,
                              check=True, timeout=120)
        equal(done.stdout, f"['{cgroup.path}']MemTotal:         655360 kB\n", "what was seen")


def a_reader_of_a_plain_cgroup_that_was_moved_is_seen_where_it_is_now():
    places = {size: lab.Cgroup() for size in (64, 128)}
    for size, place in places.items():
        place.memory(size * MIB)

    def wander():
        seen = []
        for place in [*places.values()] * 3:
            place.enter()
            seen.append(total_at_mount())
        return seen
    equal(lab.Call(wander).result(), [64, 128] * 3, "MiB")


def a_cgroup_made_anew_under_the_same_name_is_another():
    for flags in (PRIVATE, NAMED):
        name = lab.unique_name()
        for size in (64, 128, 96):
            box = lab.Container(server, memory=size * MIB, flags=flags, cgroup=lab.Cgroup(name))
            equal(box.call(total), size, f"MiB with {flags}")
            box.stop()
            box.cgroup.remove()


def a_plain_cgroup_made_anew_under_the_same_name_is_another():
    name = lab.unique_name()
    for size in (64, 128, 96):
        plain = lab.Cgroup(name)
        plain.memory(size * MIB)
        equal(plain.call(total_at_mount), size, "MiB")
        plain.remove()


def total_on_the_move(lists):
    """In a cgroup namespace that begins here, by a process that is moved all the time."""
    check(ctypes.CDLL(None).unshare(0x02000000) == 0, "unshare(CLONE_NEWCGROUP)")
    reader, started = os.getpid(), os.pipe()
    mover = os.fork()
    while mover == 0:
        for file in lists:
            lab.write(file, reader)
        os.write(started[1], b".")
        os.set_blocking(started[1], False)
    os.read(started[0], 1)
    try:
        return total_at_mount()
    finally:
        os.kill(mover, signal.SIGKILL)
        os.waitpid(mover, 0)


# The cgroups within are called as those around are, so that a path of one moment has the end of one of another.
def a_task_that_is_moved_all_the_time_is_its_own_containers():
    around = lab.Cgroup()
    around.memory(256 * MIB)
    own = lab.Cgroup("own", around)
    own.memory(64 * MIB)
    inner = lab.Cgroup("own", own, limited=False)
    places = [lab.Cgroup("place", parent, limited=False) for parent in (own, inner)]
    lists = [place.file("memory", "cgroup.procs") for place in places]
    for _ in range(lab.many(60)):
        equal(own.call(total_on_the_move, lists), 64, "MiB")


def a_limit_that_changes_is_seen_at_once():
    box = lab.Container(server, memory=256 * MIB, flags=NAMED)
    for size in (256, 128, 512):
        box.cgroup.memory(size * MIB)
        equal(box.call(total), size, "MiB")


# ---- containers/ -----------------------------------------------------------------------------

def deeper_than_a_path(folder):
    """Cgroups below it, of which the last has a path that no system call takes; a function that puts this process there."""
    way, name = [os.open(folder, os.O_RDONLY)], "deep" * 60

    def remove():
        while len(way) > 1:
            os.close(way.pop())
            lab.wait_until(lambda: is_removed(name, way[-1]), 20, f"{folder} has no process")
        os.close(way.pop())

    lab.at_end(remove)
    for _ in range(4096 // len(name) + 1):
        os.mkdir(name, dir_fd=way[-1])
        way.append(os.open(name, os.O_RDONLY, dir_fd=way[-1]))
    procs = os.open("cgroup.procs", os.O_WRONLY, dir_fd=way[-1])
    lab.at_end(lambda: os.close(procs))
    return lambda: os.write(procs, b"0")


def is_removed(name, folder):
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError:
        return False
    return True


def what_no_text_can_be_made_for_does_not_fill_the_log():
    group = lab.Cgroup(limited=False)
    enter = deeper_than_a_path(next(iter(group.folders.values())))
    asked = f"for _ in range(200):\n try: open('{server.mount}/proc/meminfo').read()\n except OSError as e: print(e.errno)"
    before = server.log().count("answering EIO")
    said = subprocess.run([sys.executable, "-c", asked], preexec_fn=enter, capture_output=True, text=True, timeout=60,
                          check=True).stdout
    equal(said.split(), [str(errno.EIO)] * 200, "what its reader is told")
    check(0 < server.log().count("answering EIO") - before <= 12, "how many lines there are in the log")
    check(max(map(len, server.log().splitlines())) < 1000, "how long they are")


def folder_of(box):
    names = [name for name in os.listdir(server.mount / "containers")
             if name.endswith(os.path.basename(box.cgroup.path))]
    equal(len(names), 1, f"entries for {box.cgroup.path}: {names}")
    return server.mount / "containers" / names[0]


def containers_are_listed_once_and_gone_when_they_ended():
    boxes = [lab.Container(server, flags=flags) for flags in (PRIVATE, NAMED, "-m -C")]
    folders = [folder_of(box) for box in boxes]
    for folder in folders:
        equal(sorted(os.listdir(folder)), ["proc", "sys"], "the folders of a container")
    for box in boxes:
        box.stop()
    lab.wait_until(lambda: not any(os.path.exists(folder) for folder in folders), 5, "all are gone")
    left = set(os.listdir(server.mount / "containers")) & {folder.name for folder in folders}
    equal(left, set(), "still listed")


def a_plain_cgroup_is_not_listed():
    plain = lab.Cgroup()
    plain.call(total_at_mount)
    equal([name for name in os.listdir(server.mount / "containers") if plain.path in name], [],
          "entries")


def is_refused(function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "no error"


def as_nobody(function, *arguments):
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    return function(*arguments)


def only_root_outside_all_containers_may_list_them():
    box = lab.Container(server, flags=NAMED)
    folder = folder_of(box)
    equal(os.stat(server.mount / "containers").st_mode & 0o7777, 0o500, "mode")
    for path in (server.mount / "containers", folder):
        equal(lab.Call(as_nobody, is_refused, os.listdir, path).result(), "EACCES", f"{path}")
    equal(box.call(is_refused, os.listdir, server.mount / "containers"), "EACCES", "listed within")
    equal(box.call(is_refused, total, folder / "proc/meminfo"), "EACCES", "read within")


def all_texts(folder):
    """Of every file below a folder: path -> text, or errno's name."""
    texts = {}
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_symlink() or path.is_file():
            try:
                text = os.readlink(path) if path.is_symlink() else read_text(path)
            except OSError as error:
                text = errno.errorcode[error.errno]
            texts[str(path.relative_to(folder))] = text
    return texts


def numbers_differ_by_little(a, b):
    words = list(zip(a.split(), b.split(), strict=True))
    return all(x == y or abs(float(x) - float(y)) <= max(8192, float(x) / 5) for x, y in words)


def containers_id_says_what_the_container_reads():
    box = lab.Container(server, memory=256 * MIB, cpus=0.5, flags=NAMED)
    folder = folder_of(box)
    for view in lab.VIEWS:
        path = folder / "proc" / view
        if not path.exists():
            continue
        within, outside = box.call(read_text, f"/proc/{view}"), read_text(path)
        if view in ("cpuinfo", "diskstats", "slabinfo", "swaps"):
            equal(outside, within, view)
        elif view != "loadavg":  # counts the reader
            check(numbers_differ_by_little(outside, within), f"{view}: {outside} and {within}")
    for name in sorted(os.listdir("/sys/devices/system")):
        if name in ("cpu", "node"):
            within = box.call(all_texts, f"/sys/devices/system/{name}")
            outside = all_texts(folder / "sys/devices/system" / name)
            equal(sorted(outside), sorted(within), f"files of {name}")
            for file, text in within.items():
                check(outside[file] == text or numbers_differ_by_little(outside[file], text), file)


# ---- Callers that cannot be seen -------------------------------------------------------------

def unseen(*options):
    """A server in a PID namespace of its own: from the host's nobody can be seen."""
    hidden = lab.Server(*options, prefix=["unshare", "--mount-proc", "-p", "-f"])
    return hidden.seen_from_outside()


def a_caller_that_cannot_be_seen_is_the_host_or_denied():
    plain = lab.Cgroup()
    plain.memory(96 * MIB)
    host = unseen() / "proc/meminfo"
    equal(plain.call(total, host), total(), "MiB by default")
    denied = unseen("--unknown-caller=deny")
    for file in ("proc/meminfo", "proc/stat", "sys/devices/system/cpu/online"):
        equal(plain.call(is_refused, read_text, denied / file), "EACCES", file)
    for mount in (host.parent.parent, denied):
        equal(is_refused(os.listdir, mount / "containers"), "EACCES", "containers/")


lab.run([
    a_reader_in_a_nested_cgroup_sees_the_root_of_its_cgroup_namespace,
    an_init_that_stands_in_a_nested_cgroup_changes_nothing,
    containers_of_one_pod_share_a_pid_namespace_and_see_their_own,
    containers_of_one_pod_see_their_own_without_cgroup_namespaces_too,
    the_hosts_pid_namespace_and_a_cgroup_namespace_of_its_own,
    without_a_cgroup_namespace_the_init_of_the_pid_namespace_tells,
    an_init_scope_is_cut_off,
    nested_containers_each_see_their_own_and_at_most_the_outer,
    a_nested_container_without_a_cgroup_namespace_is_told_by_its_own_init,
    a_user_namespace_makes_no_difference,
    a_process_in_a_plain_cgroup_sees_that_cgroup,
    a_cgroup_that_docker_made_stands_for_those_below_it,
    a_thread_reads_as_its_process_does,
    short_lived_readers_never_get_the_others_text,
    pid_namespaces_that_come_and_go_are_never_taken_for_each_other,
    an_init_that_was_moved_is_seen_where_it_is_now,
    while_its_init_is_ending_a_container_is_what_it_was,
    a_reader_of_a_plain_cgroup_that_was_moved_is_seen_where_it_is_now,
    a_cgroup_made_anew_under_the_same_name_is_another,
    a_plain_cgroup_made_anew_under_the_same_name_is_another,
    a_task_that_is_moved_all_the_time_is_its_own_containers,
    a_limit_that_changes_is_seen_at_once,
    containers_are_listed_once_and_gone_when_they_ended,
    a_plain_cgroup_is_not_listed,
    what_no_text_can_be_made_for_does_not_fill_the_log,
    only_root_outside_all_containers_may_list_them,
    containers_id_says_what_the_container_reads,
    a_caller_that_cannot_be_seen_is_the_host_or_denied,
])
