#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cgroup view: what a container finds there, what it does not, and what it can do."""
import errno
import os
import pathlib
import stat

import lab
from cgroups_seen import (Seen, answers, as_user, folder_in, limit_file, main_hierarchy, outcome)
from lab import MIB, check, equal

KINDS = {
    "a PID namespace": "-m -p -f --mount-proc",
    "a PID and a cgroup namespace": "-m -p -f -C --mount-proc",
    "root in a user namespace": "-m -p -f -U -r --mount-proc",
    "the host's PID namespace": "-m -f",
}


def is_rooted(flags):
    return "-C" in flags.split()


# ---- What is there -----------------------------------------------------------------------------

def walk(folder):
    """Every path below a folder, relative to it."""
    found = []
    for root, folders, files in os.walk(folder, onerror=lambda error: found.append(repr(error))):
        found += [os.path.relpath(os.path.join(root, name), folder) for name in folders + files]
    return sorted(found)


def look_around(view):
    """Root of a hierarchy -> (the path of /proc/self/cgroup, everything in the view's folder of it)."""
    return {root: (path, walk(folder_in(view, root))) for root, path in lab.places().items()}


def expected_below(root, own, path):
    """What the view shows whoever stands in the cgroup `own` and says `path` of it: of the host's root nothing."""
    if own == "/":
        return []
    real = root / own[1:]
    names = [name for name in path.split("/") if name]
    above = ["/".join(names[:n + 1]) for n in range(len(names))]
    prefix = "/".join(names)
    return sorted(above + [os.path.join(prefix, below) for below in walk(real)])


def what_is_seen_is_what_proc_self_cgroup_says():
    server = lab.Server()
    for kind, flags in KINDS.items():
        seen = Seen(server, flags=flags)
        below = lab.Cgroup("below", parent=seen.cgroup, limited=False)
        lab.Cgroup()  # a sibling
        looked = seen.call(look_around, seen.at)
        equal(sorted(looked), lab.hierarchy_roots(), f"{kind}: the hierarchies")
        for root, (path, found) in looked.items():
            # Where the container has no cgroup it stands where we do.
            has_one = root in lab.hierarchies().values()
            own = f"/{seen.cgroup.path}" if has_one else lab.places()[root]
            equal(path, "/" if is_rooted(flags) else own, f"{kind}: the path in {root}")
            equal(found, expected_below(root, own, path), f"{kind}: what is seen of {root}")
        below.remove()
        seen.box.stop()


def texts_below(folder):
    texts = {}
    for path in walk(folder):
        try:
            texts[path] = (folder / path).read_bytes()
        except OSError as error:
            texts[path] = error.errno
    return texts


# What changes between two readings, or is translated.
UNSTEADY = ("cgroup.procs", "cgroup.threads", "tasks", "stat", "usage", "pressure", "current", "peak", "percpu",
            "failcnt", "io_", "throttle", "events")


def every_text_is_the_kernels_own():
    server = lab.Server()
    seen = Seen(server, memory=64 * MIB, cpus=0.5)
    compared = 0
    for name, folder in seen.folders().items():
        real = texts_below(seen.cgroup.folders[name])
        shown = seen.call(texts_below, folder)
        equal(sorted(shown), sorted(real), f"the files of {name}")
        for path in real:
            if not any(word in path for word in UNSTEADY):
                equal(shown[path], real[path], path)
                compared += 1
    check(compared > 20, f"only {compared} files were compared")


def stats_below(folder):
    return {path: (stat.filemode((folder / path).stat().st_mode), (folder / path).stat().st_uid,
                   (folder / path).stat().st_ino) for path in walk(folder)}


def modes_owners_and_inodes_are_the_kernels_own():
    server = lab.Server()
    seen = Seen(server)
    for name, folder in seen.folders().items():
        equal(seen.call(stats_below, folder), stats_below(seen.cgroup.folders[name]), name)


def with_the_setting_off_there_is_an_empty_folder():
    server = lab.Server("--cgroup-view=off")
    seen = Seen(server)
    equal(seen.call(os.listdir, seen.at), [], "names")
    equal(seen.call(outcome, os.mkdir, seen.at / "x"), "ENOENT", "mkdir")


def a_limit_above_shows_where_the_setting_says_so():
    cgroup = lab.Cgroup()
    inner = lab.Cgroup("inner", parent=cgroup)
    cgroup.memory(64 * MIB)
    name = main_hierarchy()
    for setting, expected in (("effective", 64 * MIB), ("own", None)):
        server = lab.Server(f"--cgroup-view={setting}")
        seen = Seen(server, cgroup=inner)
        shown = seen.call((seen.folders()[name] / limit_file()).read_text).strip()
        real = (inner.folders[name] / limit_file()).read_text().strip()
        equal(shown, str(expected) if expected else real, f"the limit, {setting}")
        seen.box.stop()


# ---- Renamed by the host -----------------------------------------------------------------------

def names_in(folder):
    """Its folders; the errno when it is not there."""
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    except OSError as error:
        return errno.errorcode[error.errno]


def names_soon(folder):
    """Who stands in a cgroup with a name that was another's is looked for afresh: one answer may be ENOENT."""
    first = names_in(folder)
    return names_in(folder) if first == "ENOENT" else first


def a_cgroup_that_has_anothers_old_name_is_not_taken_for_it():
    if lab.is_v2():
        raise lab.Skipped("v2 renames nothing")
    server = lab.Server()
    for kind, flags in KINDS.items():
        seen = Seen(server, flags=flags)
        own, view = seen.cgroup.folders["memory"], seen.at / "memory"
        renamed, path = own.parent / f"{own.name}-old", seen.cgroup.path
        shown = view if is_rooted(flags) else view / path
        (own / "mine").mkdir()
        equal(seen.call(names_in, shown), ["mine"], f"{kind}: before")
        own.rename(renamed)
        lab.at_end(lambda folder=renamed: lab.remove_cgroup(folder))
        own.mkdir()
        (own / "another").mkdir()

        def inside(look, *arguments, top=renamed):
            """In the container's namespaces and the renamed cgroup, or the one that has its name now."""
            def enter():
                seen.cgroup.enter()
                lab.write(top / "cgroup.procs", 0)
                lab.enter_namespaces(seen.box.init, seen.box.entered)
            return lab.Call(look, *arguments, enter=enter).result()
        now = view if is_rooted(flags) else view / renamed.name
        equal(inside(names_soon, now), ["mine"], f"{kind}: under its new name")
        if not is_rooted(flags):
            equal(inside(names_soon, view / path), "ENOENT", f"{kind}: what has its old name")
        if flags == KINDS["the host's PID namespace"]:
            equal(inside(names_soon, view / path, top=own), ["another"], f"{kind}: who stands in that")
        seen.box.stop()


# ---- What is not there -------------------------------------------------------------------------

# Refused to a user before anybody looks at the path.
FOR_ROOT_ALONE = {"bind mount", "open_tree"}


def need_not_exist(what, path, answered, is_root=True):
    wrong = {way: answer for way, answer in answered.items() if answer != "ENOENT"
             and (is_root or way not in FOR_ROOT_ALONE)}
    equal(wrong, {}, f"{what}, {path}")
    check(len(answered) >= 30, f"only {len(answered)} ways were tried")


def moved_first(folder, path):
    """From a process that has been in another cgroup of its own until now."""
    (folder / "cgroup.procs").write_text("0")
    return answers(path)


def siblings_answer_enoent_to_every_system_call():
    """Siblings answer ENOENT to every system call: to root in a user namespace, to a user, to one just moved."""
    server = lab.Server()
    other = lab.Container(server, files=[])
    main = main_hierarchy()
    for flags in KINDS.values():
        seen = Seen(server, flags=flags)
        below = lab.Cgroup("below", parent=seen.cgroup, limited=False)
        targets = [seen.at / main / other.cgroup.path, seen.at / main / "cgroup.procs"]
        if is_rooted(flags):
            targets = [seen.at / main / other.cgroup.path, seen.at / main / seen.cgroup.path]
        for target in targets:
            need_not_exist(flags, target, seen.call(answers, target))
            if "-U" not in flags:
                need_not_exist(f"a user, {flags}", target, seen.call(as_user, answers, target),
                               is_root=False)
        if "-U" not in flags:
            own = seen.folders(below, rooted=False)[main] if not is_rooted(flags) else seen.at / main / "below"
            need_not_exist(f"just moved, {flags}", targets[0], seen.call(moved_first, own, targets[0]))
        seen.box.stop()
        below.remove()


def through_dot_dot(folder):
    """All names that .. and other processes' roots lead to."""
    here = os.open(folder, os.O_PATH)
    found = []
    for steps in range(1, 6):
        fd = os.open("/".join([".."] * steps), os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
        found.append(sorted(os.listdir(fd)))
        os.close(fd)
    return found


def dot_dot_leads_up_and_not_aside():
    server = lab.Server()
    other = lab.Container(server, files=[])
    seen = Seen(server)
    folder = seen.folders()[main_hierarchy()]
    for names in seen.call(through_dot_dot, folder):
        check(other.cgroup.path not in names, f".. shows {names}")


def use_inherited(fd, file):
    return [outcome(os.listdir, fd), outcome(os.pread, file, 10, 0), outcome(os.write, file, b"0"),
            outcome(os.stat, fd), outcome(os.open, "cgroup.procs", os.O_RDONLY, 0o600)
            and outcome(lambda: os.open("cgroup.procs", os.O_RDONLY, dir_fd=fd)),
            outcome(lambda: os.mkdir("x", dir_fd=fd)), outcome(os.fchmod, file, 0o777)]


def what_another_container_has_opened_is_no_key():
    server = lab.Server()
    one, two = Seen(server), Seen(server)
    main = main_hierarchy()
    folder = server.mount / "cgroup" / main / one.cgroup.path
    lab.leave_all_cgroups()  # the host may open it
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    file = os.open(folder / "cgroup.procs", os.O_RDWR)
    os.set_inheritable(fd, True)
    os.set_inheritable(file, True)
    answered = two.call(use_inherited, fd, file)
    os.close(fd)
    os.close(file)
    check(all(answered), f"something worked: {answered}")
    check(set(answered) <= {"ENOENT", "EPERM"}, f"answers: {answered}")


lab.run([
    what_is_seen_is_what_proc_self_cgroup_says,
    every_text_is_the_kernels_own,
    modes_owners_and_inodes_are_the_kernels_own,
    with_the_setting_off_there_is_an_empty_folder,
    a_limit_above_shows_where_the_setting_says_so,
    a_cgroup_that_has_anothers_old_name_is_not_taken_for_it,
    siblings_answer_enoent_to_every_system_call,
    dot_dot_leads_up_and_not_aside,
    what_another_container_has_opened_is_no_key,
])
