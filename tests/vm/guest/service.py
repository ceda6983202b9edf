#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs.service under the real systemd: what a container notices of restarts, kills and upgrades."""
import os
import pathlib
import re
import shutil
import signal
import subprocess

import lab
import survivors
from lab import MIB, check, equal
from unit import Unit, anchored_box, anchors, host_total, journal, seen_by, systemctl, systemd_version

CAP_SYS_RESOURCE = 24
ROUNDS = 3
RESTART_MS = 5000  # what a restart itself may take on a quick machine
KEEPS_A_STOPPED_STORE = systemd_version() >= 254
PROGRAM = pathlib.Path("/usr/bin/lxfs")


def judged(what, act, settings="", drop_in=""):
    """No read of two containers fails while this is done to the unit."""
    unit = Unit(settings, drop_in)
    stored = unit.stored()
    readers = survivors.Readers(unit, survivors.KINDS[1:3])
    for _ in range(ROUNDS):
        act(unit)
        unit.await_serving()
    survivors.judge(f"{ROUNDS} times {what}", readers.end(), RESTART_MS)
    equal(unit.stored(), stored, "descriptors in systemd's store")
    check_nothing_ignored()
    return unit


def check_nothing_ignored():
    """By lxfs, that is: systemd before 254 ignores FileDescriptorStorePreserve=."""
    lines = [line for line in journal(200).splitlines() if "ignoring" in line and "Unknown key" not in line]
    equal(lines, [], "what lxfs ignores")


# ---- Start -------------------------------------------------------------------------------------

def it_is_ready_when_it_serves():
    unit = Unit()
    check("MemTotal" in (unit.mount / "proc/meminfo").read_text(), "meminfo once systemctl start is back")
    equal(unit.property("ActiveState"), "active", "the unit")
    equal(int(unit.property("MainPID")), unit.pid("supervisor"), "the main process")
    check(unit.stored() >= 4, f"{unit.stored()} descriptors in systemd's store")


def need_resource_capability():
    """Without it nobody may lower an oom_score_adj, nor set triggers with short windows."""
    row = re.search(r"^CapBnd:\s*(\w+)", pathlib.Path("/proc/self/status").read_text(), re.M)
    if not int(row[1], 16) >> CAP_SYS_RESOURCE & 1:
        raise lab.Skipped("this machine has no CAP_SYS_RESOURCE")


def the_oom_killer_spares_it():
    unit = Unit()
    equal(unit.property("OOMScoreAdjust"), "-1000", "what the unit asks for")
    need_resource_capability()
    for pid in unit.pids():
        equal(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text(), "-1000\n", f"of {pid}")


def its_hardening_hides_no_container():
    unit = Unit()
    for flags in ("-m -p -f --mount-proc", "-m -p -f -C --mount-proc", "-U -r -m -p -f -C --mount-proc"):
        box = lab.Container(unit, memory=64 * MIB, cpus=0.5, flags=flags)
        equal(box.meminfo()["MemTotal"], 65536, f"MemTotal with {flags}")
        equal(box.run("getconf", "_NPROCESSORS_ONLN"), "1\n", f"CPUs with {flags}")


def triggers_may_have_short_windows():
    """the unit lets a container set triggers with windows of less than 2 seconds"""
    need_resource_capability()
    box = lab.Container(Unit(), memory=64 * MIB)

    def set_trigger():
        fd = os.open("/proc/pressure/cpu", os.O_RDWR | os.O_NONBLOCK)
        try:
            return os.write(fd, b"some 100000 500000")
        finally:
            os.close(fd)
    equal(box.call(set_trigger), 18, "bytes written")


# ---- Restart, kill, reload ---------------------------------------------------------------------

def a_restart_loses_no_read():
    """systemctl restart loses no read"""
    judged("restart", lambda unit: systemctl("restart", "lxfs"))


def kill(*names):
    def act(unit):
        old = [unit.pid(name) for name in names]
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        lab.wait_until(lambda: unit.serves() and not set(unit.pids()) & set(old), 20, journal())
    return act


def a_killed_worker_loses_no_read():
    judged("kill -9 of the worker", kill("worker"))


def a_killed_supervisor_loses_no_read():
    unit = judged("kill -9 of the supervisor", lambda unit: kill_supervisor(unit))
    equal(int(unit.property("MainPID")), unit.pid("supervisor"), "the main process")


def kill_supervisor(unit):
    """Its worker takes its place, or systemd starts the unit again; whichever is quicker."""
    old = unit.pid("supervisor")
    os.kill(old, signal.SIGKILL)
    lab.wait_until(lambda: unit.serves() and unit.pid("supervisor") != old, 20, journal())


def everything_killed_at_one_blow_loses_no_read():
    """systemctl kill -s KILL of everything loses no read"""
    def act(unit):
        old = unit.pids()
        systemctl("kill", "-s", "KILL", "lxfs")
        unit.await_others(old)
    judged("kill -9 of everything", act)


def a_reload_loses_no_read():
    """systemctl reload loses no read and replaces both processes' program"""
    judged("reload", lambda unit: systemctl("reload", "lxfs"))


def replace_program():
    """As dpkg does it: a new file under the old name."""
    new = PROGRAM.with_suffix(".dpkg-new")
    shutil.copy2(PROGRAM, new)
    new.rename(PROGRAM)


def runs_what_is_on_disk(unit):
    return all(os.path.samefile(f"/proc/{pid}/exe", PROGRAM) for pid in unit.pids())


def an_upgrade_with_reload_loses_no_read():
    """a new program on disk and systemctl reload lose no read"""
    def act(unit):
        replace_program()
        check(not runs_what_is_on_disk(unit), "the old program still runs")
        systemctl("reload", "lxfs")
        check(runs_what_is_on_disk(unit), "the new program runs")
    judged("upgrade and reload", act)


def an_upgrade_with_restart_loses_no_read():
    """a new program on disk and systemctl restart lose no read"""
    def act(unit):
        replace_program()
        systemctl("restart", "lxfs")
        check(runs_what_is_on_disk(unit), "the new program runs")
    judged("upgrade and restart", act)


def systemd_itself_is_executed_anew():
    """systemctl daemon-reexec keeps the descriptors"""
    def act(unit):
        systemctl("daemon-reexec")
        old = unit.pids()
        systemctl("kill", "-s", "KILL", "lxfs")
        unit.await_others(old)
    judged("daemon-reexec and kill -9 of everything", act)


def a_supervisor_that_hangs_is_ended_by_the_watchdog():
    """a supervisor that stands still is ended by the watchdog, and no read is lost"""
    unit = Unit(drop_in="WatchdogSec=6s")
    readers = survivors.Readers(unit, survivors.KINDS[1:3])
    old = unit.pids()
    os.kill(old[0], signal.SIGSTOP)
    lab.wait_until(lambda: unit.serves() and unit.pid("supervisor") != old[0], 60, journal())
    survivors.judge("a supervisor that hangs", readers.end(), 20000)
    check("Watchdog timeout" in journal(100), journal(100))


# ---- Stop --------------------------------------------------------------------------------------

def a_stop_and_a_start_lose_no_read():
    """systemctl stop and start lose no read where systemd keeps a stopped unit's descriptors (254)"""
    if not KEEPS_A_STOPPED_STORE:
        raise lab.Skipped(f"systemd {systemd_version()} forgets them; what happens then is the next test")

    def act(unit):
        stored = unit.stored()
        systemctl("stop", "lxfs")
        equal(unit.stored(), stored, "descriptors kept while it is stopped")
        systemctl("start", "lxfs")
    judged("stop and start", act)


def a_stop_that_loses_the_descriptors_is_healed_by_the_start():
    """a stop after which nobody has the descriptors is healed by the start, anchors or not"""
    unit = Unit()
    straight = lab.Container(unit, memory=64 * MIB)
    anchored = lab.Container(unit, memory=96 * MIB, files=anchors(unit))
    equal([seen_by(straight), seen_by(anchored)], [65536, 98304], "before")
    systemctl("stop", "lxfs")
    if KEEPS_A_STOPPED_STORE:
        systemctl("clean", "--what=fdstore", "lxfs")
    lab.wait_until(lambda: seen_by(straight) == "ENOTCONN", 10, "a view straight from the mount is dead")
    systemctl("start", "lxfs")
    lab.wait_until(lambda: [seen_by(straight), seen_by(anchored)] == [65536, 98304], 20,
                   f"both are healed: {seen_by(straight)}, {seen_by(anchored)}\n{journal()}")


def a_stop_that_is_meant_gives_the_hosts_files():
    """unmount=on: a stop gives anchored containers the host's own files, a start lxfs's"""
    unit = Unit("unmount=on")
    box = anchored_box(unit, 64 * MIB)
    for _ in range(2):
        equal(seen_by(box), 65536, "while it serves")
        systemctl("stop", "lxfs")
        equal(seen_by(box), host_total(), "once it is stopped")
        check(not lab.is_mounted(unit.mount), "the mount point is free")
        systemctl("start", "lxfs")
    equal(seen_by(box), 65536, "while it serves again")


lab.run([
    it_is_ready_when_it_serves,
    its_hardening_hides_no_container,
    triggers_may_have_short_windows,
    a_restart_loses_no_read,
    a_killed_worker_loses_no_read,
    a_killed_supervisor_loses_no_read,
    everything_killed_at_one_blow_loses_no_read,
    a_reload_loses_no_read,
    an_upgrade_with_reload_loses_no_read,
    an_upgrade_with_restart_loses_no_read,
    systemd_itself_is_executed_anew,
    a_supervisor_that_hangs_is_ended_by_the_watchdog,
    a_stop_and_a_start_lose_no_read,
    a_stop_that_loses_the_descriptors_is_healed_by_the_start,
    a_stop_that_is_meant_gives_the_hosts_files,
    the_oom_killer_spares_it,
])
