#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs where LXCFS is looked for: with mountpoint=/var/lib/lxcfs LXC's own configuration finds it unchanged.

The path is everybody's and heal enters every namespace that it can see, so all of this happens in a PID
namespace and a mount namespace of its own.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import engines
import heal
import lab
from engines import LxcBox, sees_its_own_uptime, total_mib, views_of
from lab import check, equal

LXCFS = pathlib.Path("/var/lib/lxcfs")
STOCK = pathlib.Path("/usr/share/lxc/config/common.conf.d/00-lxcfs.conf")


class Server(lab.Server):
    """An lxfs that is mounted there, and nowhere else."""

    @property
    def mount(self):
        return LXCFS

    @mount.setter
    def mount(self, path):
        pass

    def unmount(self):
        for place in (LXCFS, self.runtime / "anchors"):
            while lab.is_mounted(place):
                subprocess.run(["umount", "-l", str(place)], check=True)


def start_server():
    engines.need("lxcfs")
    if not STOCK.exists():
        raise lab.Skipped("LXCFS brings no configuration for LXC here")
    server = Server()
    lab.at_end(server.unmount)
    return server


def stock_common_d():
    """Of common.conf.d only the file that LXCFS brings, which names LXCFS's own hooks."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-common-"))
    lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    folder.chmod(0o755)
    shutil.copy(STOCK, folder)
    return folder


def sees_its_own(box):
    equal(total_mib(box), "256", "total of free -m")
    equal(box.run("getconf", "_NPROCESSORS_ONLN"), "1\n", "_NPROCESSORS_ONLN")
    sees_its_own_uptime(box)
    check({"/proc/vmstat", "/proc/pressure", "/sys/devices/system/cpu"} <= views_of(box), f"views: {views_of(box)}")
    check("full avg10=" in box.run("cat", "/proc/pressure/memory"), "pressure of its memory")


def survives(server, box):
    worker = server.pid("worker")
    os.kill(worker, signal.SIGKILL)
    lab.wait_until(lambda: server.pid("worker") != worker, 20, "another worker")
    sees_its_own(box)


def containers_with_lxcfs_own_hook_have_the_views():
    """LXC's stock 00-lxcfs.conf and LXCFS's hook give a container the views, privileged or not"""
    server = start_server()
    for unprivileged in (False, True):
        box = LxcBox(stock_common_d(), unprivileged=unprivileged)
        sees_its_own(box)
        survives(server, box)
        box.stop()
    server.stop()


def they_heal_after_a_total_loss():
    """after lxfs is lost whole and started again they have the views again, without a restart"""
    server = start_server()
    boxes = [LxcBox(stock_common_d()), LxcBox(stock_common_d(), unprivileged=True)]
    server.lose()
    for box in boxes:
        lab.wait_until(lambda box=box: heal.is_dead(f"/proc/{init_of(box)}/root/proc/meminfo"), 20, "the view is dead")
    server.log_path.write_text("")
    server.start()
    lab.wait_until(lambda: "mount namespaces" in server.log(), 20, "healed")
    for box in boxes:
        sees_its_own(box)
        box.stop()
    server.stop()


def init_of(box):
    told = subprocess.run(["lxc-info", "-P", str(box.folder / "path"), "-n", box.name, "-p", "-H"], text=True,
                          capture_output=True, check=True, timeout=60)
    return int(told.stdout)


def where_lxcfs_serves_lxfs_does_not_start():
    """over a live LXCFS it does not start, and one line says what to do"""
    engines.need("lxcfs")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-"))
    lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    lxcfs = subprocess.Popen(["lxcfs", "-f", "-p", str(folder / "pid"), str(LXCFS)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lab.at_end(lambda: lab.end(lxcfs))
    lab.wait_until((LXCFS / "proc/uptime").exists, 20, "LXCFS serves")
    done = subprocess.run([lab.LXFS, "serve", "--mountpoint", str(LXCFS), "--runtime-dir", str(folder / "run")],
                          capture_output=True, text=True, timeout=60, check=False)
    equal((done.returncode, done.stderr),
          (1, "lxfs serve: mounting at /var/lib/lxcfs: LXCFS serves there; stop it (`systemctl disable --now lxcfs`), "
              "or choose another --mountpoint\n"), "exit code and line")
    check((LXCFS / "proc/uptime").read_text(), "LXCFS serves on")
    lxcfs.terminate()
    lxcfs.wait(20 * lab.SLOW)


def main():
    lab.alone()
    heal.forget_what_others_serve()
    lab.adopt_orphans()
    lab.leave_all_cgroups()  # LXC puts its own below those of process 1
    lab.run([
        containers_with_lxcfs_own_hook_have_the_views,
        they_heal_after_a_total_loss,
        where_lxcfs_serves_lxfs_does_not_start,
    ])


if __name__ == "__main__":
    main()
