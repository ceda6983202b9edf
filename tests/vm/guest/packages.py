#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian packages under a running systemd: what containers notice when they come, change and go."""
import glob
import os
import pathlib
import subprocess

import lab
import survivors
from lab import MIB, check, equal
from unit import SETTINGS, Unit, anchored_box, host_total, journal, seen_by, systemctl

FIRST, NEXT = "/lxfs/packages", "/lxfs/next"
PROGRAM = pathlib.Path("/usr/bin/lxfs")
UPGRADE_MS = 5000  # what a read may wait on a quick machine while packages are unpacked


def dpkg(*words):
    done = subprocess.run(["dpkg", *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                          timeout=60 * lab.SLOW, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    check(done.returncode == 0, f"dpkg {' '.join(words)}: {done.stdout}{done.stderr}{journal()}")
    return done.stdout + done.stderr


def install(folder):
    return dpkg("--force-confold", "-i", *sorted(glob.glob(f"{folder}/*.deb")))


def purge():
    dpkg("--purge", "lxfs-metrics", "lxfs")


def installed():
    """A served lxfs of the first version, whatever the test before has left."""
    install(FIRST)
    return Unit()


def leave_as_found():
    """For the programs that follow: installed, and not started."""
    installed().stop()
    systemctl("stop", "lxfs-metrics", ok=False)


def an_installation_starts_the_service():
    purge()
    install(FIRST)
    equal([systemctl("is-active", "lxfs"), systemctl("is-enabled", "lxfs")], ["active\n", "enabled\n"], "the unit")
    unit = Unit()  # starts nothing, and stops it in the end
    equal(lab.Container(unit, memory=64 * MIB).meminfo()["MemTotal"], 65536, "what a container sees")


def runs_what_is_installed(unit):
    return all(os.path.samefile(f"/proc/{pid}/exe", PROGRAM) for pid in unit.pids())


def an_upgrade_loses_no_read():
    """an upgrade and a downgrade put the new program in the old one's place, and no read is lost"""
    unit = installed()
    main = unit.property("MainPID")
    readers = survivors.Readers(unit, survivors.KINDS[1:3])
    for folder in (NEXT, FIRST):
        install(folder)
        check(runs_what_is_installed(unit), f"the program of {folder} runs: {journal()}")
    survivors.judge("an upgrade and a downgrade", readers.end(), UPGRADE_MS)
    equal(unit.property("MainPID"), main, "the main process, as nothing was stopped")


def an_upgrade_that_is_refused_changes_nothing():
    """an upgrade that cannot take over leaves the old program serving, says so, and installs all the same"""
    unit = installed()
    pids = unit.pids()
    box = lab.Container(unit, memory=64 * MIB)
    settings = SETTINGS.read_text()
    lab.at_end(lambda: SETTINGS.write_text(settings))
    SETTINGS.write_text("[lxfs]\nno-such-key=1\n")
    said = install(NEXT)
    check("the program from before the upgrade goes on" in said, said)
    equal([unit.pids(), seen_by(box)], [pids, 65536], "processes, and what a container sees")


def a_removal_gives_containers_the_hosts_files():
    """a removal gives the host's files to containers that have anchors, and to those that have not"""
    unit = installed()
    boxes = [lab.Container(unit, memory=64 * MIB), anchored_box(unit, 96 * MIB)]
    equal([seen_by(box) for box in boxes], [65536, 98304], "before")
    dpkg("--remove", "lxfs-metrics", "lxfs")
    equal([seen_by(box) for box in boxes], [host_total()] * 2, "after")
    check(not lab.is_mounted(unit.mount), "the mount point is free")
    equal(systemctl("is-active", "lxfs", ok=False), "inactive\n", "the unit")


def a_purge_leaves_nothing():
    installed()
    purge()
    left = [path for path in ("/etc/lxfs", "/run/lxfs", "/var/lib/lxfs", "/usr/bin/lxfs", "/usr/bin/lxfs-runtime",
                              "/run/systemd/system/lxfs.service.d") if os.path.lexists(path)]
    equal(left, [], "what is left")
    equal(systemctl("list-unit-files", "--no-legend", "lxfs.service", "lxfs-metrics.service", ok=False).split(), [], "units")


lab.at_end(leave_as_found)
lab.run([
    an_installation_starts_the_service,
    an_upgrade_loses_no_read,
    an_upgrade_that_is_refused_changes_nothing,
    a_removal_gives_containers_the_hosts_files,
    a_purge_leaves_nothing,
])
