#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reading: whatever way a file is read, it is one text, the reader's own, and as procfs answers."""
import errno
import mmap
import os
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import threading
import time

import lab
from lab import MIB, check, equal

PROC = [f"/proc/{view}" for view in lab.VIEWS if os.path.exists(f"/proc/{view}")]
READABLE = [path for path in PROC if path != "/proc/slabinfo"]
CPU = "/sys/devices/system/cpu/"
CHANGING = "/proc/uptime"
TIMES = lab.many(300)
CALLER = re.compile(r"/proc/\d+/ns/cgroup")
CALLERS_MAX = 128

server = lab.Server()


def at_mount(path):
    return f"{server.mount}{path}"


def opened(path, flags=os.O_RDONLY):
    return os.open(path, flags | os.O_CLOEXEC)


def read_on(fd, piece=MIB):
    parts = []
    while part := os.read(fd, piece):
        parts.append(part)
    return b"".join(parts)


def whole(path):
    fd = opened(path)
    try:
        return read_on(fd)
    finally:
        os.close(fd)


def error_of(function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "no error"


def in_box(function, *arguments):
    return lab.Container(server, memory=256 * MIB).call(function, *arguments)


def total_of(text):
    return int(text.split()[1]) // 1024


# ---- One text --------------------------------------------------------------------------------

def pieces():
    """Bytes while time passes, then the same text by other ways, and a new one after rewinding."""
    fd = opened(CHANGING)
    slow = b"".join(os.pread(fd, 1, at) for at in range(4))
    time.sleep(0.05)
    while part := os.pread(fd, 1, len(slow)):
        slow += part
        time.sleep(0.005)
    seen = {"slow": slow}
    seen["pread"] = slow[:1] + os.pread(fd, MIB, 1)
    os.lseek(fd, 1, os.SEEK_SET)
    buffers = [bytearray(3), bytearray(1), bytearray(4096)]
    length = os.readv(fd, buffers)
    seen["readv"] = slow[:1] + b"".join(buffers)[:length]
    copy = os.dup(fd)
    os.lseek(copy, 2, os.SEEK_SET)
    seen["dup"] = slow[:2] + read_on(fd, 2)
    seen["past"] = [os.pread(fd, 10, at) for at in (len(slow), len(slow) + 1, 4096, 1 << 40)]
    os.lseek(fd, 0, os.SEEK_SET)
    seen["again"] = read_on(fd)
    seen["after"] = seen["again"][:1] + os.pread(fd, MIB, 1)
    return seen


def every_way_of_reading_on_gives_the_text_made_at_offset_0():
    seen = in_box(pieces)
    for way in ("pread", "readv", "dup"):
        equal(seen[way], seen["slow"], way)
    equal(seen["past"], [b""] * 4, "past the end")
    check(float(seen["again"].split()[0]) > float(seen["slow"].split()[0]), "made anew at 0")
    equal(seen["after"], seen["again"], "after the rewind")


def begun_in_the_middle(path):
    fd = opened(path)
    middle = os.pread(fd, MIB, 5)
    time.sleep(0.03)
    again = os.pread(fd, MIB, 5)
    return middle, again, os.pread(fd, 10, 1 << 30)


def a_first_read_past_0_makes_the_text():
    middle, again, nothing = in_box(begun_in_the_middle, "/proc/meminfo")
    check(b"MemFree:" in middle and b"MemTotal" not in middle, middle)
    equal(again, middle, "read again")
    equal(nothing, b"", "past the end")


def two_threads(path):
    """Each byte is read by one of two threads at their own offsets, of one open file."""
    fd = opened(path)
    text, parts = read_on(fd), {}

    def reader(first):
        for at in range(first, len(text), 2):
            parts[at] = os.pread(fd, 1, at) if at else text[:1]
    threads = [threading.Thread(target=reader, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return text, b"".join(parts[at] for at in range(len(text)))


def two_threads_on_one_open_file_read_one_text():
    text, seen = in_box(two_threads, "/proc/meminfo")
    equal(seen, text, "the bytes of two threads")


def all_pieces(paths):
    return {(path, piece): read_all_pieces(path, piece) for path in paths
            for piece in (1, 4095, 4096, 4097, MIB)}


def read_all_pieces(path, piece):
    fd = opened(path)
    text = read_on(fd)
    os.lseek(fd, 1, os.SEEK_SET)
    same = text[1:] == read_on(fd, piece)
    os.close(fd)
    return same


def pieces_of_any_size_make_the_same_text_in_every_file():
    seen = in_box(all_pieces, [*READABLE, CPU + "online", CPU + "uevent"])
    equal([key for key, same in seen.items() if not same], [], "differing pieces")


# ---- Beside read(2) --------------------------------------------------------------------------

def moved_texts(times):
    """What sendfile and splice give: their errors, and the totals of all texts."""
    errors, totals = set(), set()
    for _ in range(times):
        for move in (by_sendfile, by_splice):
            fd = opened("/proc/meminfo")
            try:
                totals.add(total_of(move(fd)))
            except OSError as error:
                errors.add(errno.errorcode[error.errno])
                totals.add(total_of(read_on(fd)))
            os.close(fd)
    return errors, totals


def by_sendfile(fd):
    target = os.memfd_create("text")
    try:
        os.sendfile(target, fd, 0, 4096)
        return os.pread(target, 4096, 0)
    finally:
        os.close(target)


def by_splice(fd):
    reader, writer = os.pipe()
    try:
        os.splice(fd, writer, 4096, offset_src=0)
        return os.read(reader, 4096)
    finally:
        os.close(reader)
        os.close(writer)


def two_containers():
    return {size: lab.Container(server, memory=size * MIB) for size in (64, 128)}


def sendfile_and_splice_never_give_the_others_text():
    calls = {size: box.start(moved_texts, 300) for size, box in two_containers().items()}
    for size, call in calls.items():
        errors, totals = call.result()
        equal(totals, {size}, "MiB")
        check(errors <= {"EINVAL"}, f"errors: {errors}")


def busybox_cat_gives_the_readers_own_text():
    busybox = shutil.which("busybox")
    if not busybox:
        raise lab.Skipped("busybox is not installed")
    script = f"i=0; while [ $i -lt {TIMES} ]; do {busybox} cat /proc/meminfo || exit; i=$((i+1)); done"
    readers = {size: box.popen("sh", "-c", script, stdout=subprocess.PIPE, text=True)
               for size, box in two_containers().items()}
    for size, reader in readers.items():
        lines = reader.communicate(timeout=60 * lab.SLOW)[0].splitlines()
        totals = [total_of(line) for line in lines if line.startswith("MemTotal:")]
        equal(len(totals), TIMES, "texts")
        equal(set(totals), {size}, "MiB")


def fault_privately(path):
    pid = os.fork()
    if pid == 0:
        with mmap.mmap(opened(path), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ) as mapped:
            os._exit(mapped[0])
    return -os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def map_shared(path):
    mmap.mmap(opened(path), 4096, mmap.MAP_SHARED, mmap.PROT_READ)


def mappings_see_nothing():
    for path in ("/proc/meminfo", CPU + "online"):
        equal(in_box(error_of, map_shared, path), "ENODEV", f"a shared mapping of {path}")
        equal(in_box(fault_privately, path), signal.SIGBUS, f"a private mapping of {path}")


# ---- Attributes ------------------------------------------------------------------------------

def sizes(paths):
    return {path: (os.stat(path).st_size, len(whole(path))) for path in paths}


def sizes_are_whole_pages_not_less_than_the_text():
    for path, (size, length) in in_box(sizes, [*PROC, CPU + "online", CPU + "uevent"]).items():
        check(size > 0 and size % 4096 == 0 and size >= length, f"{path}: {size} for {length}")


def walk(folder):
    for where, folders, names in os.walk(folder):
        yield where
        yield from (os.path.join(where, name) for name in names)
        folders[:] = [name for name in folders if not os.path.islink(os.path.join(where, name))]


def modes_and_owners_are_the_kernels():
    for path in (*PROC, "/proc/pressure", *walk("/proc/pressure"), *walk("/sys/devices/system/cpu")):
        if not os.path.lexists(at_mount(path)):
            check("/policy" in path, f"{path} is missing")
            continue
        real, seen = os.lstat(path), os.lstat(at_mount(path))
        writable = 0 if path.startswith("/proc") else 0o222
        equal(oct(seen.st_mode), oct(real.st_mode & ~writable), f"mode of {path}")
        equal((seen.st_uid, seen.st_gid), (real.st_uid, real.st_gid), f"owner of {path}")
        check(abs(time.time() - seen.st_mtime) < 5, f"time of {path}")


def folders_list_what_they_have():
    names = {os.path.basename(path) for path in PROC}
    pressure = {"pressure"} if os.path.isdir("/proc/pressure") else set()
    entries = {entry.name: entry for entry in os.scandir(at_mount("/proc"))}
    equal(set(entries), names | pressure, "proc")
    for name in names:
        check(entries[name].is_file(follow_symlinks=False), f"type of {name}")
        equal(entries[name].inode(), os.stat(at_mount("/proc/" + name)).st_ino, f"inode of {name}")
    for name in pressure:
        equal(sorted(os.listdir(at_mount("/proc/pressure"))), sorted(os.listdir("/proc/pressure")),
              "pressure")
    equal(sorted(os.listdir(server.mount)), ["cgroup", "containers", "proc", "sys"], "the root")


# ---- Refusals --------------------------------------------------------------------------------

def as_nobody(function, *arguments):
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    return function(*arguments)


def slabinfo_is_roots():
    check(in_box(whole, "/proc/slabinfo").startswith(b"slabinfo - version"), "as root")
    for path in ("/proc/slabinfo", at_mount("/proc/slabinfo")):
        equal(in_box(as_nobody, error_of, whole, path), "EACCES", f"{path} as nobody")
    equal(in_box(as_nobody, total_of, "x 1024"), 1, "nobody can do anything at all")
    equal(total_of(in_box(as_nobody, whole, "/proc/meminfo")), 256, "meminfo as nobody")


def writing_is_refused():
    for path in (*PROC, CPU + "online"):
        for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_RDWR | os.O_APPEND):
            equal(in_root_box(error_of, opened, path, flags), "EACCES", f"{path} opened {flags:o}")


_box = []


def in_root_box(function, *arguments):
    """The same container for many small claims."""
    if not _box or _box[0].process is None or _box[0].process.poll() is not None:
        _box[:] = [lab.Container(server, memory=256 * MIB)]
    return _box[0].call(function, *arguments)


def change(folder):
    """What the operations answer that no file of procfs knows; each is harmless should it work."""
    file, other, new = f"{folder}/meminfo", f"{folder}/stat", f"{folder}/lxfs-lab"
    return {
        "truncate": lambda: os.truncate(file, 0),
        "truncate long": lambda: os.truncate(file, 8192),
        "chmod": lambda: as_nobody(os.chmod, file, 0o444),
        "chown": lambda: as_nobody(os.chown, file, 65534, 65534),
        "utime": lambda: as_nobody(os.utime, file),
        "unlink": lambda: os.unlink(file),
        "unlink missing": lambda: os.unlink(new),
        "rmdir file": lambda: os.rmdir(file),
        "mkdir": lambda: os.mkdir(new),
        "mkdir there": lambda: os.mkdir(file),
        "mkfifo": lambda: os.mkfifo(new),
        "symlink": lambda: os.symlink("x", new),
        "link": lambda: os.link(file, new),
        "rename": lambda: os.rename(file, new),
        "rename over": lambda: os.rename(file, other),
        "create": lambda: os.open(new, os.O_CREAT | os.O_WRONLY, 0o644),
        "create exclusively": lambda: os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o644),
        "list a file": lambda: os.listdir(file),
        "below a file": lambda: os.stat(f"{file}/x"),
        "missing": lambda: os.stat(new),
        "getxattr": lambda: os.getxattr(file, "user.x"),
        "listxattr": lambda: os.listxattr(file),
    }


def changes_are_answered_as_procfs_does():
    differing = []
    for name in change("/proc"):
        answers = [lab.Call(lambda: error_of(change(folder)[name])).result()
                   for folder in ("/proc", at_mount("/proc"))]
        if answers[0] != answers[1]:
            differing.append(f"{name}: procfs {answers[0]}, lxfs {answers[1]}")
    equal(differing, [], "differences")
    for function, arguments in ((os.chmod, (0o444,)), (os.chown, (0, 1))):
        equal(error_of(function, at_mount("/proc/meminfo"), *arguments), "EPERM", "even for root")


# ---- Ends ------------------------------------------------------------------------------------

def is_sanitized():
    """The address sanitizer keeps what was freed for a while."""
    with open(f"/proc/{server.pid('worker')}/maps") as maps:
        return "libasan" in maps.read()


def worker_size(of):
    """Descriptors, KiB, and the descriptors of who has asked again and again (bindings/identity/callers.h)."""
    pid = of.pid("worker")
    with open(f"/proc/{pid}/status") as status:
        kib = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    targets = [target for target in lab.open_files(pid) if target]
    callers = sum(CALLER.match(target) is not None for target in targets)
    return len(targets) - callers, kib, callers


def die_in_the_middle(times):
    for _ in range(times):
        pid = os.fork()
        if pid == 0:
            for path in ("/proc/meminfo", "/proc/stat", "/proc/cpuinfo"):
                os.read(opened(path), 10)
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(pid, 0)


def killed_readers_leave_nothing_behind():
    own = lab.Server()  # of which nobody has asked for what is still to be sampled
    box = lab.Container(own, memory=256 * MIB)
    box.call(die_in_the_middle, 100)
    before = worker_size(own)
    box.call(die_in_the_middle, 300)
    lab.wait_until(lambda: worker_size(own)[0] <= before[0], 20, f"descriptors of the worker are {before[0]} again")
    after = worker_size(own)
    lab.note(f"descriptors, KiB, callers known to the worker: {before}, then {after}")
    check(after[2] <= CALLERS_MAX, f"the worker knows {after[2]} callers")
    check(after[1] - before[1] < 512 or is_sanitized(), f"the worker grew from {before[1]} to {after[1]} KiB")


def read_for_ever():
    while True:
        for path in PROC:
            whole(path)


def readers_killed_at_any_moment_leave_the_others_alone():
    box = lab.Container(server, memory=256 * MIB)
    for round_number in range(20):
        victims = [box.start(read_for_ever) for _ in range(3)]
        time.sleep(0.005 * round_number)
        for victim in victims:
            victim.kill()
        equal(total_of(box.call(whole, "/proc/meminfo")), 256, "MiB")
    equal(server.log().count("EIO"), 0, f"errors in the log: {server.log()}")


def hold_many(count):
    """More open files than lxfs remembers the texts of."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))
    fds = [opened("/proc/meminfo") for _ in range(count)]
    totals = {total_of(os.pread(fd, 4096, 0)) for fd in fds[::100] + fds[-10:]}
    totals.add(total_of(b"x " + os.pread(fds[-1], 4096, len("MemTotal:"))))
    return totals


def more_open_files_than_are_remembered_still_read():
    equal(in_box(hold_many, 17000), {256}, "MiB")
    equal(total_of(in_box(whole, "/proc/meminfo")), 256, "MiB afterwards")


def read_all_views():
    return [whole(f"/proc/{view}") for view in lab.VIEWS if os.path.exists(f"/proc/{view}")]


def few_descriptors_are_enough_for_many_containers():
    frugal = lab.Server(prefix=["prlimit", "--nofile=120:120"])
    boxes = [lab.Container(frugal, memory=(64 + number) * MIB, cpus=1.0) for number in range(12)]
    for _ in range(3):
        for number, box in enumerate(boxes):
            equal(total_of(box.call(read_all_views)[lab.VIEWS.index("meminfo")]), 64 + number, "MiB")
    check("EIO" not in frugal.log(), frugal.log())


def keep_open(box, path):
    """Opened and begun in the container's place, and then held by us."""
    ours, theirs = socket.socketpair()

    def begin():
        fd = opened(path)
        first = os.read(fd, 10)
        socket.send_fds(theirs, [first], [fd])
    box.call(begin)
    first, fds, _, _ = socket.recv_fds(ours, 100, 1)
    ours.close()
    theirs.close()
    return first, fds[0]


def a_text_goes_on_to_its_end_after_its_container():
    box = lab.Container(server, memory=96 * MIB)
    first, fd = keep_open(box, "/proc/meminfo")
    box.stop()
    box.cgroup.remove()
    text = first + read_on(fd)
    equal(total_of(text), 96, "MiB")
    check(text.endswith(b" kB\n") and len(text.splitlines()) > 20, text)
    os.lseek(fd, 0, os.SEEK_SET)
    check(total_of(read_on(fd)) != 96, "made anew, it is the text of who reads it now")
    os.close(fd)


def outlive_the_cgroup(path, flag, answer):
    """The cgroup is removed while its reader lives on elsewhere: the rest, and what comes anew."""
    fd = opened(path)
    first = os.read(fd, 10)
    os.write(flag, b"x")
    os.read(answer, 1)
    rest = read_on(fd)
    try:
        return first + rest, os.pread(fd, 4096, 0)
    except OSError as error:
        return first + rest, errno.errorcode[error.errno]


def removed_under_its_reader(flags):
    """What a reader gets who comes back to offset 0."""
    box = lab.Container(server, memory=96 * MIB, flags=flags)
    told, tell = os.pipe(), os.pipe()
    call = box.start(outlive_the_cgroup, "/proc/meminfo", told[1], tell[0])
    lab.await_word(told[0])
    for pid in (box.process.pid, box.init, call.pid, *lab.children_of(call.pid)):
        box.cgroup.leave(pid)
    for folder in box.cgroup.folders.values():
        folder.rmdir()
    os.write(tell[1], b"x")
    text, anew = call.result()
    equal(total_of(text), 96, "MiB of the text that was begun")
    check(len(text.splitlines()) > 20, text)
    return anew


def a_reader_who_outlives_its_cgroup_reads_on_and_is_then_seen_where_it_is():
    for flags in ("-m -C", "-m -p -f --mount-proc -C", "-m -p -f --mount-proc"):
        anew = removed_under_its_reader(flags)
        check(isinstance(anew, bytes) and total_of(anew) > 96, f"made anew with {flags}: {anew}")


def a_text_of_containers_id_goes_on_to_its_end_and_is_not_made_anew():
    box = lab.Container(server, memory=96 * MIB, flags="-m -p -f --mount-proc -C")
    name = next(name for name in os.listdir(at_mount("/containers"))
                if name.endswith(os.path.basename(box.cgroup.path)))
    paths = [at_mount(f"/containers/{name}/{path}")
             for path in ("proc/meminfo", "proc/uptime", "sys/devices/system/cpu/online")]
    fds = [opened(path) for path in paths]
    begun = [os.read(fd, 1) for fd in fds]
    box.stop()
    box.cgroup.remove()
    for path, fd, first in zip(paths, fds, begun):
        check((first + read_on(fd)).endswith(b"\n"), f"the rest of {path}")
        equal(error_of(os.pread, fd, 10, 0), "ENOENT", f"{path} made anew")
        equal(error_of(opened, path), "ENOENT", f"{path} opened")
        os.close(fd)


def garbage_of_the_kernel_is_an_error_with_one_line_in_the_log():
    garbage = server.folder / "garbage"
    garbage.write_text("MemTotal: 1000 kB\nMemFree: many kB\n")
    script = f"mount --bind {garbage} /proc/meminfo && exec \"$@\""
    broken = lab.Server(prefix=["unshare", "-m", "sh", "-c", script, "sh"])
    plain = lab.Cgroup()
    plain.memory(96 * MIB)
    path = f"{broken.seen_from_outside()}/proc/meminfo"
    equal(plain.call(error_of, whole, path), "EIO", "reading")
    lines = [line for line in broken.log().splitlines() if "EIO" in line]
    equal(len(lines), 1, f"lines in the log: {broken.log()}")
    check("proc/meminfo, line 2" in lines[0], lines[0])
    check(plain.call(whole, path.replace("meminfo", "loadavg")), "other files are read")


# ---- poll, and many at once ------------------------------------------------------------------

def poll(path):
    fd = opened(path)
    poller = select.poll()
    poller.register(fd, select.POLLIN | select.POLLPRI)
    try:
        return poller.poll(2000)[0][1]
    finally:
        os.close(fd)


def polls_answer_at_once_and_never_reach_the_daemon():
    for path in PROC:
        check(in_root_box(poll, path) & select.POLLIN, f"poll of {path}")
    with lab.Trace(server.pid("worker"), "-e", "trace=read,write,writev") as trace:
        for path in PROC:
            in_root_box(poll, path)
    per_open = len([line for _, line in trace.lines() if line.startswith("writev(")])
    lab.note(f"{per_open} replies for {len(PROC)} polled files")
    check(per_open <= 5 * len(PROC), "poll is answered by the daemon")


def read_until(end):
    seen = set()
    while time.monotonic() < end:
        for path in READABLE:
            text = whole(path)
            check(text or path in ("/proc/diskstats",), f"{path} is empty")
        seen.add(total_of(whole("/proc/meminfo")))
    return seen


def sixteen_readers_at_once_read_for_3_seconds():
    boxes = two_containers()
    end = time.monotonic() + 3
    calls = [(size, box.start(read_until, end)) for size, box in boxes.items() for _ in range(8)]
    for size, call in calls:
        equal(call.result(), {size}, "MiB")


lab.run([
    every_way_of_reading_on_gives_the_text_made_at_offset_0,
    a_first_read_past_0_makes_the_text,
    two_threads_on_one_open_file_read_one_text,
    pieces_of_any_size_make_the_same_text_in_every_file,
    sendfile_and_splice_never_give_the_others_text,
    busybox_cat_gives_the_readers_own_text,
    mappings_see_nothing,
    sizes_are_whole_pages_not_less_than_the_text,
    modes_and_owners_are_the_kernels,
    folders_list_what_they_have,
    slabinfo_is_roots,
    writing_is_refused,
    changes_are_answered_as_procfs_does,
    killed_readers_leave_nothing_behind,
    readers_killed_at_any_moment_leave_the_others_alone,
    more_open_files_than_are_remembered_still_read,
    few_descriptors_are_enough_for_many_containers,
    a_text_goes_on_to_its_end_after_its_container,
    a_reader_who_outlives_its_cgroup_reads_on_and_is_then_seen_where_it_is,
    a_text_of_containers_id_goes_on_to_its_end_and_is_not_made_anew,
    garbage_of_the_kernel_is_an_error_with_one_line_in_the_log,
    polls_answer_at_once_and_never_reach_the_daemon,
    sixteen_readers_at_once_read_for_3_seconds,
])
