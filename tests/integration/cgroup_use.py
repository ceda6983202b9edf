#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cgroup view in use: what a container can do there, what it cannot, and that nothing grows."""
import os
import pathlib
import resource
import signal
import subprocess

import lab
from cgroups_seen import Seen, as_user, libc, limit_file, main_hierarchy, outcome
from lab import MIB, check, equal
from survivors import READER, SANITIZED

MANY = READER.parent / "many_processes"
CLONE_NEWUSER = 0x10000000
BASE = 100000


# ---- A user namespace of one's own ---------------------------------------------------------------

def become_root_of_a_user_namespace():
    """With 65536 ids from BASE on, none of which is anybody's on the host."""
    go, ready = os.pipe()
    mapper = os.fork()
    if mapper == 0:
        os.read(go, 1)
        for name in ("uid_map", "gid_map"):
            lab.write(f"/proc/{os.getppid()}/{name}", f"0 {BASE} 65536")
        os._exit(0)
    check(libc.unshare(CLONE_NEWUSER) == 0, "unshare")
    os.write(ready, b"x")
    equal(os.waitpid(mapper, 0)[1], 0, "the child that writes the maps")
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def delegate(cgroup):
    """As cgroup-v2.rst says: the folder and the files that move processes."""
    for folder in cgroup.folders.values():
        os.chown(folder, BASE, BASE)
        for name in ("cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "tasks"):
            if (folder / name).exists():
                os.chown(folder / name, BASE, BASE)


def use_delegated(folder):
    become_root_of_a_user_namespace()
    child, limit = folder / "child", limit_file()
    child.mkdir()
    (child / limit).write_text(str(32 * MIB))
    equal(int((child / limit).read_text()), 32 * MIB, "the limit it has set")
    (child / "cgroup.procs").write_text(str(os.getpid()))
    check(str(child).endswith(own_path()), f"it stands in {own_path()}")
    equal((child / "cgroup.procs").read_text(), f"{os.getpid()}\n", "who stands there")
    refused = [outcome((folder / limit).write_text, "max"), outcome((folder.parent / limit).write_text, "-1"),
               outcome((folder.parent / "escape").mkdir)]
    os.chown(child, 5, 5)
    owner = child.stat().st_uid
    (folder / "leaf/cgroup.procs").write_text("0")
    child.rmdir()
    return refused, owner


def own_path():
    key = "" if lab.is_v2() else "memory"
    lines = (line.split(":", 2) for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines())
    return next(path for _, names, path in lines if names == key)


def a_delegated_subtree_is_used_by_root_in_a_user_namespace():
    server = lab.Server()
    seen = Seen(server)
    below = lab.Cgroup("below", parent=seen.cgroup)
    leaf = lab.Cgroup("leaf", parent=below)
    for cgroup in (below, leaf):
        delegate(cgroup)
    refused, owner = seen.call(use_delegated, seen.folders(below)[main_hierarchy()], cgroup=leaf)
    check(set(refused) <= {"EACCES", "EPERM"}, f"what it may not do: {refused}")
    equal(owner, 5, "the owner it has given it to, as it sees him")


# ---- What LXCFS got wrong ------------------------------------------------------------------------

def membership(pid):
    return pathlib.Path(f"/proc/{pid}/cgroup").read_text()


def write_each(file, texts):
    return [outcome(pathlib.Path(file).write_text, str(text)) for text in texts]


def processes_of_others_are_not_moved():
    """Processes of the host, of another container and of another user are not moved (CVE-2015-1344)."""
    server = lab.Server()
    other = lab.Container(server, files=[])
    victims = [1, os.getpid(), other.init, server.process.pid, server.pid("worker")]
    before = [membership(pid) for pid in victims]
    for flags in ("-m -p -f --mount-proc", "-m -f", "-m -p -f -C --mount-proc"):
        seen = Seen(server, flags=flags)
        own = seen.folders(rooted="-C" in flags)[main_hierarchy()]
        for name in ("cgroup.procs", "cgroup.threads" if lab.is_v2() else "tasks"):
            host_numbers = [pid for pid in victims if "-p" not in flags or pid > 1000]
            answered = seen.call(write_each, own / name, host_numbers + [999999, 2 ** 31, -1, "x", "1 2"])
            check(set(answered) <= {"ESRCH", "EINVAL"}, f"{name}, {flags}: {answered}")
        seen.box.stop()
    equal([membership(pid) for pid in victims], before, "where they stand")


def a_user_does_not_move_another_users_process():
    server = lab.Server()
    seen = Seen(server)
    below = lab.Cgroup("below", parent=seen.cgroup)
    folder = seen.folders(below)[main_hierarchy()]
    for real in below.folders.values():
        for path in [real, *real.iterdir()]:
            os.chown(path, 12345, 12345)
    answered = seen.call(as_user, write_each, folder / "cgroup.procs", [1])
    check(answered[0] in ("EACCES", "EPERM"), f"answer: {answered}")
    check("below" not in membership(seen.box.init), "it was moved")


def write_everything(folder):
    """What can be written to, of everything that is there."""
    answered = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.stat().st_mode & 0o222:
            answered[path.name] = outcome(path.write_text, "1")
    return answered


def given_away():
    """By the kernel on v2, and what is like it on v1."""
    names = pathlib.Path("/sys/kernel/cgroup/delegate").read_text().split()
    return {*names, "cgroup.procs", "tasks", "notify_on_release", "cgroup.clone_children"}


def the_containers_own_limits_cannot_be_written():
    """The container's own limits are the host's, for its root as well."""
    server = lab.Server()
    seen = Seen(server, memory=64 * MIB)
    for name, folder in seen.folders().items():
        for file, answer in seen.call(write_everything, folder).items():
            if file not in given_away() and not file.endswith(".pressure"):
                check(answer in ("EPERM", "EACCES"), f"{name}/{file}: {answer or 'written'}")
    equal(int(seen.cgroup.file("memory", limit_file()).read_text()), 64 * MIB, "the limit")
    own = seen.folders()[main_hierarchy()]
    equal(seen.call(outcome, os.chown, own, 0, 0), "EPERM", "chown of the topmost cgroup")
    equal(seen.call(outcome, os.chmod, own / limit_file(), 0o666), "EPERM", "chmod of a limit")


def the_host_writes_as_it_likes_but_not_through_release_agent():
    server = lab.Server()
    cgroup = lab.Cgroup()
    lab.leave_all_cgroups()
    view = server.mount / "cgroup" / main_hierarchy()
    (view / cgroup.path / limit_file()).write_text(str(48 * MIB))
    equal(int(cgroup.file("memory", limit_file()).read_text()), 48 * MIB, "the limit")
    if not lab.is_v2():
        equal(outcome((view / "release_agent").write_text, "/bin/true"), "EACCES", "release_agent")
        equal(outcome((view / cgroup.path / "cgroup.event_control").write_text, "3 4"), "EACCES", "event_control")


def allow_devices(folder):
    child = folder / "child"
    child.mkdir()
    answered = [outcome((folder / "devices.allow").write_text, "a"), outcome((child / "devices.allow").write_text, "a")]
    child.rmdir()
    return answered


def allow_devices_from_a_user_namespace(folder):
    become_root_of_a_user_namespace()
    return allow_devices(folder)


def devices_are_not_allowed_from_a_user_namespace():
    devices = lab.CGROUPS / "devices"
    if not devices.is_dir():
        raise lab.Skipped("v2 has no devices.allow")
    server = lab.Server()
    seen = Seen(server)
    folder = devices / seen.cgroup.path
    folder.mkdir()
    lab.at_end(lambda: lab.remove_cgroup(folder))
    for pid in (seen.box.init, os.getpid()):
        lab.write(folder / "cgroup.procs", pid)
    try:
        for path in [folder, *folder.iterdir()]:
            os.chown(path, BASE, BASE)
        answered = seen.call(allow_devices_from_a_user_namespace, seen.at / "devices" / seen.cgroup.path)
    finally:
        lab.write(devices / "cgroup.procs", os.getpid())
    equal(answered, ["EPERM", "EPERM"], "devices.allow of its own cgroup and of a child")


def make_what_is_no_cgroup(folder):
    file = folder / "cgroup.procs"
    return [outcome(os.mkfifo, folder / "x"), outcome(os.mknod, folder / "x"), outcome(os.symlink, "/", folder / "x"),
            outcome(os.link, file, folder / "x"), outcome(os.unlink, file), outcome(os.truncate, file, 0),
            outcome(lambda: os.close(os.open(folder / "x", os.O_CREAT | os.O_WRONLY))),
            outcome(lambda: os.close(os.open(file, os.O_WRONLY | os.O_TRUNC))),
            outcome(file.write_text, "9" * 5000), outcome(os.rename, file, folder / "y")]


def fifos_links_and_truncation_are_answered_as_cgroupfs_does():
    server = lab.Server()
    seen = Seen(server)
    below = lab.Cgroup("below", parent=seen.cgroup)
    name = main_hierarchy()
    real = make_what_is_no_cgroup(below.folders[name])
    shown = seen.call(make_what_is_no_cgroup, seen.folders(below)[name])
    shown[8] = real[8] if shown[8] in ("EINVAL", "E2BIG") else shown[8]
    equal(shown, real, "the errors")


def write_as_another(file):
    """A descriptor that root has opened, used by somebody else."""
    fd = os.open(file, os.O_WRONLY)
    return as_user(outcome, os.write, fd, b"0")


def a_write_by_another_user_than_the_opener_is_refused():
    server = lab.Server()
    seen = Seen(server)
    file = seen.folders()[main_hierarchy()] / "cgroup.procs"
    equal(seen.call(write_as_another, file), "EPERM", "the write")


def move_to_and_fro(folders, target):
    """Tries siblings all the time while it moves from one cgroup of its own to the next."""
    answered = set()
    for turn in range(200):
        (folders[turn % len(folders)] / "cgroup.procs").write_text("0")
        answered.add(outcome(os.listdir, target))
        answered.add(outcome(os.stat, folders[0] / ".." / ".." / target.name / "cgroup.procs"))
    return answered


def no_sibling_shows_while_a_process_is_being_moved():
    server = lab.Server()
    other = lab.Container(server, files=[])
    seen = Seen(server)
    main = main_hierarchy()
    children = [lab.Cgroup(name, parent=seen.cgroup, limited=False) for name in ("a", "b")]
    folders = [seen.folders(child)[main] for child in children] + [seen.folders()[main]]
    racers = [seen.start(move_to_and_fro, folders, seen.at / main / other.cgroup.path) for _ in range(3)]
    for racer in racers:
        equal(racer.result(), {"ENOENT"}, "answers")


# ---- When memory is short ------------------------------------------------------------------------

def forget_names():
    """The kernel throws away the names of files that nobody holds, as it does when it needs memory."""
    lab.write("/proc/sys/vm/drop_caches", 2)


def use_open_files(folder, ready, go):
    """What is read and written by descriptors that were opened before somebody says go."""
    some = "memory.stat" if lab.has_controller("memory") else "cgroup.stat"
    files = [os.open(folder / name, os.O_RDONLY) for name in ("cgroup.procs", limit_file(), some)]
    mover = os.open(folder / "cgroup.procs", os.O_WRONLY)
    os.write(ready, b"x")
    os.read(go, 1)
    return [outcome(os.pread, file, 4096, 0) for file in files] + [
        outcome(os.fstat, mover), outcome(os.write, mover, b"0"), outcome(os.listdir, folder)]


def open_files_outlive_the_kernels_memory_of_their_names():
    server = lab.Server()
    seen = Seen(server)
    child = lab.Cgroup("child", parent=seen.cgroup)
    ready, go = os.pipe(), os.pipe()
    call = seen.start(use_open_files, seen.folders(child)[main_hierarchy()], ready[1], go[0])
    os.close(ready[1])  # so that its end is noticed
    os.read(ready[0], 1)
    forget_names()
    os.write(go[1], b"x")
    equal(call.result(), [""] * 6, "errors")


def move_and_read(folders, stop):
    """Moves from one cgroup to the next and reads where it stands, until somebody says stop."""
    turns = 0
    while not stop.exists():
        file = folders[turns % len(folders)] / "cgroup.procs"
        file.write_text("0")
        check(f"{os.getpid()}\n" in file.read_text(), f"{file} does not have it")
        turns += 1
    return turns


def processes_in(cgroup):
    return len((cgroup.folders[main_hierarchy()] / "cgroup.procs").read_text().split())


def nothing_is_missing_while_the_kernel_forgets_names():
    server = lab.Server()
    seen = Seen(server)
    children = [lab.Cgroup(name, parent=seen.cgroup) for name in ("a", "b")]
    folders = [seen.folders(child)[main_hierarchy()] for child in children]
    stop = seen.folders()[main_hierarchy()] / "stop"
    movers = [seen.start(move_and_read, folders, stop) for _ in range(3)]
    lab.wait_until(lambda: sum(map(processes_in, children)) == len(movers), 20, "all of them move")
    for _ in range(lab.many(100)):
        forget_names()
    (seen.cgroup.folders[main_hierarchy()] / "stop").mkdir()
    check(min(mover.result() for mover in movers) > 0, "somebody never moved")


# ---- When somebody opens all that there is ------------------------------------------------------

MORE_THAN_ARE_REMEMBERED = 17000


def open_many(path, flags, count):
    """Stops at the first error."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))
    fds = []
    while len(fds) < count and not (error := outcome(lambda: fds.append(os.open(path, flags)))):
        pass
    return fds, error


def hold_many(path, flags, ready, go):
    fds, error = open_many(path, flags, MORE_THAN_ARE_REMEMBERED)
    os.write(ready, b"x")
    os.read(go, 1)
    return len(fds), error


def start_holding(seen, path, flags, go):
    """Once it has opened all that it can."""
    reader, ready = os.pipe()
    holder = seen.start(hold_many, path, flags, ready, go)
    os.close(ready)  # so that its end is noticed
    os.read(reader, 1)
    os.close(reader)
    return holder


def write_to_many(path):
    """What files that are open at once answer to a write."""
    fds, error = open_many(path, os.O_WRONLY, 100)
    return {error, *(outcome(os.write, fd, b"0") for fd in fds)}


def who_opens_everything_leaves_others_their_writes():
    """Beside a container that opens all that it can, and after a worker's death, another one still writes."""
    server = lab.Server()
    go, end = os.pipe()
    greedy, modest = Seen(server), Seen(server)
    file = greedy.folders()[main_hierarchy()] / "cgroup.procs"
    holders = [start_holding(greedy, path, flags, go)
               for path, flags in ((file, os.O_WRONLY), (server.mount / "proc/meminfo", os.O_RDONLY))]
    file = modest.folders()[main_hierarchy()] / "cgroup.procs"
    equal(modest.call(write_to_many, file), {""}, "answers to writes")
    os.kill(server.pid("worker"), signal.SIGKILL)
    equal(modest.call(write_to_many, file), {""}, "answers after a worker's death")
    os.write(end, b"x" * len(holders))
    (count, error), read = [holder.result() for holder in holders]
    lab.note(f"files of its cgroups that it could open for writing: {count}")
    check(count > 1000 and error == "ENFILE", f"{error or 'nothing'} after {count} files")
    equal(read, (MORE_THAN_ARE_REMEMBERED, ""), "files that it could open to read")


# ---- Large ---------------------------------------------------------------------------------------

def read_whole(file):
    return sorted(int(line) for line in pathlib.Path(file).read_text().split())


def ten_thousand_processes_are_listed_whole():
    count = 1000 if SANITIZED else lab.many(10000)
    server = lab.Server()
    seen = Seen(server)
    crowd = seen.box.popen(str(MANY), str(count), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    equal(crowd.stdout.readline(), "up\n", "the crowd's first line")
    numbers = seen.call(read_whole, seen.folders()[main_hierarchy()] / "cgroup.procs")
    real = seen.cgroup.file("memory", "cgroup.procs").read_text().split()
    crowd.stdin.close()
    crowd.wait(60)
    check(len(numbers) >= count, f"{len(numbers)} of {count} are listed")
    equal(len(set(numbers)) + numbers.count(0) - bool(numbers.count(0)), len(numbers), "different numbers")
    check(abs(len(real) - len(numbers)) <= 3, f"{len(real)} on the host, {len(numbers)} in the view")
    check(max(numbers) <= count + 1000, f"a number of the host's: {max(numbers)}")


LEVELS = lab.many(100)


def use_deep_tree(folder):
    levels = [folder]
    for level in range(LEVELS):
        levels.append(levels[-1] / f"l{level}")
        levels[-1].mkdir()
    (levels[-1] / "cgroup.procs").write_text("0")
    equal((levels[-1] / "cgroup.procs").read_text(), f"{os.getpid()}\n", "who stands at the bottom")
    count = sum(1 for _ in os.walk(folder))
    (folder / "cgroup.procs").write_text("0")
    for level in reversed(levels[1:]):
        level.rmdir()
    return count, sorted(name for name in os.listdir(folder) if name.startswith("l0"))


def a_tree_of_a_hundred_levels_is_made_used_and_removed():
    server = lab.Server()
    seen = Seen(server)
    count, left = seen.call(use_deep_tree, seen.folders()[main_hierarchy()])
    equal((count, left), (LEVELS + 1, []), "levels, and what is left")


def churn(folder, count):
    for number in range(count):
        child = folder / f"c{number}"
        child.mkdir()
        child.rmdir()
    return count


def read_about(folder, stop):
    """Lists, stats and reads whatever is there; the errors that are none of the expected ones."""
    wrong, reads = set(), 0
    while not stop.exists():
        for name in os.listdir(folder):
            for attempt in (os.stat, lambda path: pathlib.Path(path).read_bytes(), os.listdir):
                answer = outcome(attempt, f"{folder}/{name}/cgroup.procs" if attempt is not os.listdir
                                 else f"{folder}/{name}")
                reads += 1
                if answer not in ("", "ENOENT", "ENODEV", "ENOTDIR"):
                    wrong.add(answer)
    return wrong, reads


def figures(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return len(os.listdir(f"/proc/{pid}/fd")), int(status.split("RssAnon:")[1].split()[0])


def thousands_of_cgroups_come_and_go_under_readers():
    """5000 cgroups made and removed under 8 readers: no error but ENOENT and ENODEV, and no growth."""
    total = 500 if SANITIZED else lab.many(5000)
    server = lab.Server()
    seen = Seen(server)
    folder = seen.folders()[main_hierarchy()]
    seen.call(churn, folder, 100)
    worker = server.pid("worker")
    before = figures(worker)
    stop = seen.at / main_hierarchy() / seen.cgroup.path / "stop"
    readers = [seen.start(read_about, folder, stop) for _ in range(8)]
    makers = [seen.start(churn_in, folder, number, total // 4) for number in range(4)]
    made = sum(maker.result() for maker in makers)
    (seen.cgroup.folders[main_hierarchy()] / "stop").mkdir()
    results = [reader.result() for reader in readers]
    after = figures(worker)
    lab.note(f"{made} cgroups, {sum(reads for _, reads in results)} reads; descriptors and KiB "
             f"{before} before, {after} after")
    equal(made, total, "cgroups")
    equal(set().union(*(wrong for wrong, _ in results)), set(), "unexpected errors")
    equal(server.pid("worker"), worker, "the worker, still the same")
    check(after[0] <= before[0] + 16, f"descriptors grew from {before[0]} to {after[0]}")
    if not SANITIZED:
        check(after[1] <= before[1] + 8192, f"memory grew from {before[1]} to {after[1]} KiB")


def churn_in(folder, number, count):
    below = folder / f"maker{number}"
    below.mkdir()
    churn(below, count)
    below.rmdir()
    return count


lab.run([
    a_delegated_subtree_is_used_by_root_in_a_user_namespace,
    processes_of_others_are_not_moved,
    a_user_does_not_move_another_users_process,
    the_containers_own_limits_cannot_be_written,
    the_host_writes_as_it_likes_but_not_through_release_agent,
    devices_are_not_allowed_from_a_user_namespace,
    fifos_links_and_truncation_are_answered_as_cgroupfs_does,
    a_write_by_another_user_than_the_opener_is_refused,
    no_sibling_shows_while_a_process_is_being_moved,
    open_files_outlive_the_kernels_memory_of_their_names,
    nothing_is_missing_while_the_kernel_forgets_names,
    who_opens_everything_leaves_others_their_writes,
    ten_thousand_processes_are_listed_whole,
    a_tree_of_a_hundred_levels_is_made_used_and_removed,
    thousands_of_cgroups_come_and_go_under_readers,
])
