#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cgroup view, read again and again: what lxfs has kept open of a file says nothing that is not so now."""
import ctypes
import functools
import os
import socket

import lab
from cgroups_seen import Seen, as_user, main_hierarchy, outcome
from lab import MIB, check, equal, write

TIMES = 5  # more than lxfs needs to know a file and who asks for it
LIMIT = "cgroup.max.depth" if lab.is_v2() else "memory.limit_in_bytes"  # every cgroup has it
KINDS = {"a PID namespace": "-m -p -f --mount-proc", "a cgroup namespace": "-m -p -f -C --mount-proc",
         "the host's namespaces": "-m -f"}

server = lab.Server()


def read(path):
    with open(path) as file:
        return int(file.read())


def read_often(path):
    numbers = {read(path) for _ in range(TIMES)}
    check(len(numbers) == 1, f"{path} says {numbers}")
    return numbers.pop()


def shown(seen, *below):
    """The path of its cgroup in the container's view."""
    top = seen.at / main_hierarchy()
    return (top if "-C" in seen.box.flags else top / seen.cgroup.path).joinpath(*below)


def set_limit(folder, mib):
    write(folder / LIMIT, mib * MIB)


def in_each_kind():
    for kind, flags in KINDS.items():
        seen = Seen(server, flags=flags)
        yield kind, seen, seen.cgroup.folders[main_hierarchy()]
        seen.box.stop()


# ---- What changes ------------------------------------------------------------------------------

def seen_after(seen, steps):
    """What one process within sees after each change from outside: who is in a cgroup namespace may not write
    to the files at its root (nsdelegate). Steps are pairs: a change, a look."""
    ready, go = os.pipe(), os.pipe()

    def look_each_time():
        said = []
        for _, look in steps:
            os.read(go[0], 1)
            said.append(look())
            os.write(ready[1], b"x")
        return said
    call = seen.start(look_each_time)
    for change, _ in steps:
        change()
        os.write(go[1], b"x")
        lab.await_word(ready[0])
    for end in (*ready, *go):
        os.close(end)
    return call.result()


def a_limit_that_is_changed_is_read_at_once():
    for kind, seen, real in in_each_kind():
        file = shown(seen, LIMIT)
        steps = [(functools.partial(set_limit, real, mib), lambda: read_often(file) // MIB) for mib in (64, 96, 128)]
        equal(seen_after(seen, steps), [64, 96, 128], kind)


def a_cgroup_that_is_removed_is_gone_and_one_with_its_name_is_another():
    for kind, seen, real in in_each_kind():
        below = lab.Cgroup("below", parent=seen.cgroup, limited=False)
        folder, file = real / "below", shown(seen, "below", LIMIT)
        kept = []

        def look():
            mib = read_often(file) // MIB
            kept.append(os.open(file, os.O_RDONLY))
            os.pread(kept[0], 100, 0)
            return mib

        def use_kept():
            return [outcome(os.open, f"/proc/self/fd/{kept[0]}", os.O_RDONLY), outcome(os.pread, kept[0], 100, 0)]

        def make_anew():
            folder.mkdir()
            set_limit(folder, 96)
        steps = [(lambda: set_limit(folder, 64), look),
                 (below.remove, lambda: [outcome(read, file), *use_kept()]),
                 (make_anew, lambda: [*use_kept(), read_often(file) // MIB, *use_kept()])]
        gone = ["ENOENT"] * 2
        equal(seen_after(seen, steps), [64, ["ENOENT", *gone], [*gone, 96, *gone]], kind)


def a_mode_that_forbids_it_counts_at_once():
    for kind, seen, real in in_each_kind():
        file, own = shown(seen, LIMIT), real / LIMIT
        set_limit(real, 64)

        def be_refused():
            said = [outcome(read_often, file)]
            for mode in (0o640, 0o644, 0o600):
                own.chmod(mode)
                said.append(outcome(read, file))
            return said

        def alternate():
            """As root, which may change modes outside of the view, for a child that is an ordinary user."""
            said = []
            for mode in (0o644, 0o640, 0o644, 0o600):
                own.chmod(mode)
                said.append(lab.Call(as_user, outcome, read_often, file).result())
            return said
        equal(seen.call(alternate), ["", "EACCES", "", "EACCES"], f"{kind}: an ordinary user")
        equal(seen.call(be_refused), [""] * 4, f"{kind}: root")


def under_a_new_name_it_is_the_same():
    if lab.is_v2():
        raise lab.Skipped("v2 renames nothing")
    for kind, seen, real in in_each_kind():
        lab.Cgroup("below", parent=seen.cgroup, limited=False)
        lab.at_end(lambda folder=real / "other": lab.remove_cgroup(folder))

        def rename():
            set_limit(real / "below", 64)
            said = [read_often(shown(seen, "below", LIMIT)) // MIB]
            (real / "below").rename(real / "other")
            (real / "below").mkdir()
            set_limit(real / "below", 96)
            return said + [read_often(shown(seen, name, LIMIT)) // MIB for name in ("other", "below")]
        equal(seen.call(rename), [64, 64, 96], kind)


# ---- Who asks ----------------------------------------------------------------------------------

def use_inherited(file):
    return [outcome(os.pread, file, 100, 0), outcome(os.open, f"/proc/self/fd/{file}", os.O_RDONLY),
            outcome(os.fstat, file)]


def what_one_container_reads_often_is_no_key_for_another():
    for flags in KINDS.values():
        one, two = Seen(server, flags=flags), Seen(server, flags=flags)
        set_limit(one.cgroup.folders[main_hierarchy()], 64)
        mine, his = socket.socketpair()

        def read_and_hand_over(file, end):
            read_often(file)
            with open(file) as opened:
                socket.send_fds(end, [b"x"], [opened.fileno()])
            return read_often(file) // MIB
        reader = one.start(read_and_hand_over, shown(one, LIMIT), his)
        his.close()
        handed = socket.recv_fds(mine, 1, 1)[1]
        equal(reader.result(), 64, flags)
        equal(two.call(use_inherited, handed[0]), ["ENOENT"] * 3, flags)
        os.close(handed[0])
        mine.close()
        for seen in (one, two):
            seen.box.stop()


def who_is_moved_reads_his_new_cgroup_and_no_more_the_old_one():
    places = {mib: lab.Cgroup() for mib in (64, 96)}
    top = server.mount / "cgroup" / main_hierarchy()
    for mib, place in places.items():
        set_limit(place.folders[main_hierarchy()], mib)

    def wander():
        said = []
        for place in [*places.values()] * 3:
            place.enter()
            said.append([read_often(top / other.path / LIMIT) // MIB if other == place
                         else outcome(read, top / other.path / LIMIT) for other in places.values()])
        return said
    equal(lab.Call(wander).result(), [[64, "ENOENT"], ["ENOENT", 96]] * 3, "read")


def who_leaves_his_cgroup_namespace_sees_from_where_he_stands():
    seen = Seen(server)
    below = lab.Cgroup("below", parent=seen.cgroup, limited=False)
    real, top = seen.cgroup.folders[main_hierarchy()], seen.at / main_hierarchy()
    set_limit(real, 96)
    set_limit(real / "below", 64)

    def leave():
        said = [read_often(shown(seen, LIMIT)) // MIB, outcome(read, top / LIMIT)]
        below.enter()
        said.append(read_often(shown(seen, LIMIT)) // MIB)
        check(ctypes.CDLL(None).unshare(0x02000000) == 0, "unshare")
        return said + [read_often(top / LIMIT) // MIB, outcome(read, shown(seen, LIMIT))]
    equal(seen.call(leave), [96, "ENOENT", 96, 64, "ENOENT"], "read")


lab.run([
    a_limit_that_is_changed_is_read_at_once,
    a_cgroup_that_is_removed_is_gone_and_one_with_its_name_is_another,
    a_mode_that_forbids_it_counts_at_once,
    under_a_new_name_it_is_the_same,
    what_one_container_reads_often_is_no_key_for_another,
    who_is_moved_reads_his_new_cgroup_and_no_more_the_old_one,
    who_leaves_his_cgroup_namespace_sees_from_where_he_stands,
])
