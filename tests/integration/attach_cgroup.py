#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`lxfs attach --cgroup`: the cgroup view over the hierarchies that a container has mounted, and back.

In a PID namespace and a mount namespace of its own, like attach.py.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import heal
import lab
from attach import KINDS, PLAIN, attach, bare, detach, lxfs, mounts, own_mounts, refused, shell
from cgroups_seen import limit_file, main_hierarchy
from lab import MIB, check, equal

PLACE = pathlib.Path("/sys/fs/cgroup")
EFFECTIVE = "--cgroup-view=effective"


# ---- Programs that look for their limits ---------------------------------------------------------

def hierarchy_of(controller):
    """Where a program looks for a controller's files, as the JVM and Go do: by its own mountinfo and cgroup."""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(",") or (lab.is_v2() and not controllers):
            break
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        root, place = line.split()[3:5]
        kind, _, options = line.split(" - ")[1].split(" ", 2)
        if kind == "cgroup2" if lab.is_v2() else kind == "cgroup" and controller in options.split(","):
            inner = path if root == "/" or root.startswith("/..") else path.removeprefix(root)
            return pathlib.Path(place + inner)
    raise lab.Failed(f"{controller} is mounted nowhere")


def limits():
    """Bytes and CPUs that such a program believes to have; None: as many as there are. The root of v2 has no limits."""
    if lab.is_v2() and not (hierarchy_of("memory") / limit_file()).exists():
        return None, None
    memory = (hierarchy_of("memory") / limit_file()).read_text().strip()
    if lab.is_v2():
        quota, period = (hierarchy_of("cpu") / "cpu.max").read_text().split()
    else:
        quota, period = ((hierarchy_of("cpu") / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
    unlimited = memory == "max" or int(memory) > 1 << 50
    return None if unlimited else int(memory), None if quota in ("max", "-1") else int(quota) / int(period)


def below_limits(server, flags=PLAIN, mib=256, cpus=1):
    """A container without limits, in a cgroup with some."""
    above = lab.Cgroup()
    above.memory(mib * MIB)
    above.quota(cpus)
    return bare(server, flags, parent=above)


def places(box):
    """Where the topmost mount is the cgroup view."""
    tops = {line.split()[4]: line for line in mounts(box)}
    return sorted(place for place, line in tops.items() if place.startswith(str(PLACE)) and " - fuse.lxfs " in line)


def hierarchies_in(box):
    return sorted({line.split()[4] for line in mounts(box)
                   if line.split(" - ")[1].startswith("cgroup") and line.split()[4].startswith(str(PLACE))})


# ---- Attaching -----------------------------------------------------------------------------------

def every_kind_of_container_finds_its_parents_limits_and_is_left_as_it_was():
    server = heal.Instance(EFFECTIVE)
    for flags in KINDS:
        box = below_limits(server, flags)
        before = mounts(box)
        equal(box.call(limits), (None, None), f"what is found before, {flags}")
        check(", and the cgroup view" in attach(server, "--cgroup", box.init), "it is not said")
        equal(places(box), hierarchies_in(box), f"where the view lies, {flags}")
        equal(box.call(limits), (256 * MIB, 1), f"what is found, {flags}")
        detach(server, box.init)
        equal(mounts(box), before, f"the mounts, {flags}")
        equal(box.call(limits), (None, None), f"what is found after, {flags}")
        box.stop()


def without_the_option_cgroups_are_left_alone():
    server = heal.Instance(EFFECTIVE)
    box = below_limits(server)
    attach(server, box.init)
    equal(places(box), [], "where the view lies")


def attaching_twice_stacks_nothing_and_detaching_twice_takes_nothing():
    server = heal.Instance()
    box = bare(server)
    before = mounts(box)
    attach(server, "--cgroup", box.init)
    once = mounts(box)
    check("cgroup view" not in attach(server, "--cgroup", box.init), "it is put there twice")
    equal(mounts(box), once, "the mounts")
    for _ in range(2):
        detach(server, box.init)
        equal(mounts(box), before, "the mounts")


def files_and_cgroups_are_chosen_apart():
    server = heal.Instance()
    box = bare(server)
    attach(server, "--files=meminfo", "--cgroup", box.init)
    equal(places(box), hierarchies_in(box), "where the view lies")
    detach(server, "--files=meminfo", box.init)
    equal(places(box), hierarchies_in(box), "where the view lies")
    detach(server, "--files=stat", "--cgroup", box.init)
    equal(places(box), [], "where the view lies")


def whoever_attaches_may_stand_in_a_cgroup():
    """whoever attaches may stand in a cgroup himself, as a service and a login do"""
    server = heal.Instance()
    box, own = bare(server), lab.Cgroup()
    entering = " && ".join(f"echo 0 >{folder}/cgroup.procs" for folder in own.folders.values())
    attach(server, "--cgroup", box.init, prefix=["sh", "-c", f'{entering} && exec "$@"', "sh"])
    equal(places(box), hierarchies_in(box), "where the view lies")


def names(folder):
    return [path.name for path in folder.iterdir() if path.is_dir()]


def what_others_have_is_hidden_and_shown_again():
    server = heal.Instance()
    other = lab.Cgroup()
    box = bare(server)
    folder = PLACE / main_hierarchy()
    check(other.path in box.call(names, folder), "the host's cgroups are not seen before")
    attach(server, "--cgroup", box.init)
    equal(box.call(names, folder), [box.cgroup.path], "what is seen")
    detach(server, box.init)
    check(other.path in box.call(names, folder), "they are not seen again")


def make_child(folder):
    child = folder / "child"
    child.mkdir()
    lab.write(child / "cgroup.procs", 0)
    seen = (child / "cgroup.procs").read_text()
    lab.write(folder / "cgroup.procs", 0)
    child.rmdir()
    return seen == f"{os.getpid()}\n"


def what_could_be_written_still_can():
    server = heal.Instance()
    box = bare(server)
    attach(server, "--cgroup", box.init)
    check(box.call(make_child, PLACE / main_hierarchy() / box.cgroup.path), "who is in the child")
    box.stop()
    sealed = bare(server)
    for place in hierarchies_in(sealed):
        shell(sealed, f"mount -o remount,bind,ro {place}")
    attach(server, "--cgroup", sealed.init)
    own = PLACE / main_hierarchy() / sealed.cgroup.path
    equal(sealed.run("sh", "-c", f"mkdir {own}/child 2>&1; true").split(": ")[-1], "Read-only file system\n", "mkdir")


def where_no_hierarchy_is_mounted_the_view_is_whole():
    server = heal.Instance()
    box = bare(server)
    shell(box, f"umount -l {PLACE}")
    before = mounts(box)
    equal(box.call(os.listdir, PLACE), [], "what is there before")
    attach(server, "--cgroup", box.init)
    equal(places(box), [str(PLACE)], "where the view lies")
    check((PLACE / main_hierarchy() / limit_file()).name in box.call(os.listdir, PLACE / main_hierarchy() / box.cgroup.path),
          "the limit is not there")
    check("cgroup view" not in attach(server, "--cgroup", box.init), "it is put there twice")
    detach(server, box.init)
    equal(mounts(box), before, "the mounts")


def on_v2_a_container_that_systemd_has_booted_is_left_alone():
    """on v2 a container that a systemd of its own has booted is left alone; the host's is none"""
    if not lab.is_v2():
        raise lab.Skipped("systemd takes the view for v1's hierarchies")
    server = heal.Instance()
    box = bare(server, f"{PLAIN} -C")
    shell(box, "mount -t tmpfs own /run && mkdir -p /run/systemd/system")
    refused(server, box, "systemd takes nothing but the kernel's own", "--cgroup")


def the_jvm_finds_its_parents_limits():
    if not shutil.which("java") or lab.is_v2():
        raise lab.Skipped("java is not installed" if not shutil.which("java") else "shown on v1")
    server = heal.Instance(EFFECTIVE)
    box = below_limits(server, mib=320)
    ask = ["java", "-XX:+UseSerialGC", "-XshowSettings:system", "-version"]
    attach(server, "--cgroup", box.init)
    said = box.run("sh", "-c", f"{' '.join(ask)} 2>&1")
    check("Memory Limit: 320.00M" in said and "Effective CPU Count: 1\n" in said, said)
    detach(server, box.init)
    said = box.run("sh", "-c", f"{' '.join(ask)} 2>&1")
    check("CPU Quota: -1\n" in said, said)


# ---- Living on -----------------------------------------------------------------------------------

def keep_reading(stop):
    """What was found until somebody says stop; how often is counted."""
    found, count = set(), 0
    while not stop.exists():
        found.add(limits())
        count += 1
    return found, count


def no_read_fails_over_a_kill_and_a_reload():
    server = heal.Instance(EFFECTIVE)
    box = below_limits(server)
    attach(server, "--cgroup", box.init)
    stop = pathlib.Path(f"/dev/shm/{lab.unique_name()}")
    lab.at_end(lambda: stop.unlink(missing_ok=True))
    reader = box.start(keep_reading, stop)
    for _ in range(3):
        worker = server.pid("worker")
        os.kill(worker, signal.SIGKILL)
        lab.wait_until(lambda worker=worker: server.pid("worker") != worker, 20, "another worker")
    lxfs("reload", server)
    stop.touch()
    found, count = reader.result()
    equal(found, {(256 * MIB, 1)}, f"what was found in {count} readings")


def after_a_total_loss_heal_puts_it_back():
    server = heal.Instance(EFFECTIVE)
    boxes = [below_limits(server, flags) for flags in KINDS]
    before = [mounts(box) for box in boxes]
    attach(server, "--cgroup", *(box.init for box in boxes))
    for _ in range(2):
        server.lose_and_start()
        for box in boxes:
            equal(places(box), hierarchies_in(box), f"where the view lies, {box.flags}")
            equal(box.call(limits), (256 * MIB, 1), f"what is found, {box.flags}")
    detach(server, *(box.init for box in boxes))
    equal([mounts(box) for box in boxes], before, "the mounts")


def while_nothing_serves_heal_gives_the_kernels_own():
    server = heal.Instance(EFFECTIVE)
    boxes = [below_limits(server, flags) for flags in KINDS]
    before = [mounts(box) for box in boxes]
    attach(server, "--cgroup", *(box.init for box in boxes))
    for _ in range(2):
        server.lose_everything()
        server.heal()
        for box in boxes:
            equal(box.call(limits), (None, None), f"what is found while nothing serves, {box.flags}")
        server.start()
        server.wait_for_healer()
        for box in boxes:
            equal(box.call(limits), (256 * MIB, 1), f"what is found, {box.flags}")
    detach(server, *(box.init for box in boxes))
    equal([mounts(box) for box in boxes], before, "the mounts")


def bind_own(box, place):
    """As a runtime does that gives a container without a cgroup namespace its own cgroup alone."""
    shell(box, f"mount --bind {place}/{box.cgroup.path} /mnt && umount -l {place} && mount --move /mnt {place}")


def a_cgroup_that_is_mounted_alone_is_the_containers_own():
    """Each of several, however they look for the others' names, before and after a total loss."""
    if lab.is_v2():
        raise lab.Skipped("on v2 such a container has a cgroup namespace")
    server = heal.Instance(EFFECTIVE)
    boxes = [below_limits(server, mib=mib) for mib in (128, 192)]
    before = []
    for box in boxes:
        for place in hierarchies_in(box):
            if (pathlib.Path(place) / box.cgroup.path).is_dir():
                bind_own(box, place)
        before.append(mounts(box))
    attach(server, "--cgroup", *(box.init for box in boxes))
    for _ in range(3):
        for box, mib in zip(boxes * 2, (128, 192) * 2):
            equal(places(box), hierarchies_in(box), "where the view lies")
            equal(box.call(limits), (mib * MIB, 1), "what is found")
            check(limit_file() in box.call(os.listdir, PLACE / main_hierarchy()), "what is at the top")
        server.lose_and_start()
    detach(server, *(box.init for box in boxes))
    equal([mounts(box) for box in boxes], before, "the mounts")


def listed(server, box):
    said = subprocess.run([lab.LXFS, "ps", "--json", "--runtime-dir", str(server.runtime)], capture_output=True,
                          text=True, check=True, timeout=60).stdout
    rows = [row for row in json.loads(said)["containers"] if row["init_pid"] == box.init]
    equal(len(rows), 1, f"rows of {box.init} in {said}")
    return rows[0]["views"].get("cgroup"), rows[0]["health"]


def ps_knows_it():
    server = heal.Instance()
    box = bare(server)
    equal(listed(server, box), (None, "none"), "before")
    attach(server, "--cgroup", box.init)
    equal(listed(server, box), ("healthy", "healthy"), "attached")
    detach(server, box.init)
    equal(listed(server, box), (None, "none"), "detached")


# ---- Failures ------------------------------------------------------------------------------------

def without_lxfs_it_says_what_is_wrong():
    server = heal.Instance()
    box = bare(server)
    server.stop_on_purpose()
    refused(server, box, "only while it does", "--cgroup")


def mounts_that_the_host_shares_are_left_alone():
    server = heal.Instance()
    subprocess.run(["mount", "--make-shared", str(PLACE / main_hierarchy())], check=True)
    box = bare(server, f"{PLAIN} --propagation unchanged")
    before = own_mounts()
    refused(server, box, "shared with the host", "--cgroup")
    equal(own_mounts(), before, "the host's mounts")


def what_the_container_lays_over_it_stays():
    server = heal.Instance()
    box = bare(server)
    attach(server, "--cgroup", box.init)
    place = PLACE / main_hierarchy()
    shell(box, f"mount -t tmpfs own {place} && touch {place}/mine")
    detach(server, box.init)
    equal(box.call(os.listdir, place), ["mine"], "what the container sees")


TESTS = [
    every_kind_of_container_finds_its_parents_limits_and_is_left_as_it_was,
    without_the_option_cgroups_are_left_alone,
    attaching_twice_stacks_nothing_and_detaching_twice_takes_nothing,
    files_and_cgroups_are_chosen_apart,
    whoever_attaches_may_stand_in_a_cgroup,
    what_others_have_is_hidden_and_shown_again,
    what_could_be_written_still_can,
    where_no_hierarchy_is_mounted_the_view_is_whole,
    on_v2_a_container_that_systemd_has_booted_is_left_alone,
    the_jvm_finds_its_parents_limits,
    no_read_fails_over_a_kill_and_a_reload,
    after_a_total_loss_heal_puts_it_back,
    while_nothing_serves_heal_gives_the_kernels_own,
    a_cgroup_that_is_mounted_alone_is_the_containers_own,
    ps_knows_it,
    without_lxfs_it_says_what_is_wrong,
    mounts_that_the_host_shares_are_left_alone,
    what_the_container_lays_over_it_stays,
]


def main():
    lab.alone()
    heal.forget_what_others_serve()
    chosen = [test for test in TESTS if not sys.argv[1:] or test.__name__ in sys.argv[1:]]
    lab.run(chosen)


if __name__ == "__main__":
    main()
