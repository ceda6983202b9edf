#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""LXC: containers get the views by the file in common.conf.d, privileged or not, and nested ones too."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import engines
import lab
from engines import LxcBox, sees_its_own
from lab import check, equal

lab.adopt_orphans()
server = lab.Server()
folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-common-"))
lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
folder.chmod(0o755)

HOOK = pathlib.Path(__file__).resolve().parents[2] / "runtimes/lxc.mount.hook"
ANCHORS = server.runtime / "anchors"


def common_d(source=ANCHORS):
    """common.conf.d with the file as it is installed, for this lxfs."""
    shipped = (pathlib.Path(os.environ["LXFS_BUILD"]) / "runtimes/00-lxfs.conf").read_text()
    rows = [line for line in shipped.splitlines() if not line.startswith("#")]
    equal(len(rows), 1, f"rows of {shipped}")
    check(rows[0].startswith("lxc.hook.mount = /") and rows[0].endswith("/lxc.mount.hook"), rows[0])
    made = pathlib.Path(tempfile.mkdtemp(prefix="common.conf.d-", dir=folder))
    made.chmod(0o755)
    shutil.copy(HOOK, made / "lxc.mount.hook")
    (made / "00-lxfs.conf").write_text(f"lxc.hook.mount = {made}/lxc.mount.hook --source {source}\n")
    return made


def a_container_has_the_views():
    """a container of LXC has all views, and survives kill -9 of the worker and lxfs reload"""
    box = LxcBox(common_d())
    sees_its_own(box)
    engines.survives(server, box)


def an_unprivileged_container_has_the_views():
    """a container with a user namespace has all views"""
    sees_its_own(LxcBox(common_d(), unprivileged=True))


def its_views_heal_through_the_anchors():
    """after lxfs is lost whole and started again a container reads on, with nothing done inside"""
    box = LxcBox(common_d())
    sees_its_own(box)
    server.lose()
    server.log_path.write_text("")
    server.start()
    lab.wait_until(lambda: "mount namespaces" in server.log(), 20, "healed")
    space = box.run("readlink", "/proc/self/ns/mnt").strip()
    check(f"healed {space}" not in server.log(), f"the container was entered: {server.log()}")
    sees_its_own(box)


def a_nested_container_has_the_views():
    """a container with a folder /var/lib/lxfs passes the views on to containers of its own"""
    def prepare(root):
        (root / "var/lib/lxfs").mkdir(parents=True)
        shutil.copy(HOOK, root / "bin/lxc.mount.hook")
        (root / "bin/mkdir").symlink_to("busybox")
    box = LxcBox(common_d(), prepare=prepare)
    sees_its_own(box)
    nested = "mount -t proc proc /proc && LXC_ROOTFS_MOUNT=/ /bin/lxc.mount.hook && /bin/free -m && cat /proc/self/mounts"
    text = box.run("unshare", "-m", "-p", "-f", "sh", "-c", nested)
    equal(text.splitlines()[1].split()[1], "256", "total in the nested one")
    check(" /proc/vmstat fuse.lxfs " in text, text)
    equal(sorted(box.run("ls", "/var/lib/lxfs").split()), ["proc", "sys"], "what is passed on")


def without_lxfs_a_container_starts():
    """where lxfs has never served a container starts all the same, with the host's files"""
    engines.sees_the_host(LxcBox(common_d(folder / "nowhere")))


def the_hook_says_what_it_cannot_bind():
    """a view that cannot be bound is said in one line, and the hook succeeds"""
    root = folder / "root"
    (root / "proc").mkdir(parents=True)
    (root / "proc/meminfo").write_text("")
    (root / "proc/uptime").mkdir()
    done = subprocess.run(["unshare", "-m", str(HOOK), "--source", str(ANCHORS)], capture_output=True, text=True,
                          check=False, timeout=60, env={**os.environ, "LXC_ROOTFS_MOUNT": str(root)})
    equal(done.returncode, 0, "exit code")
    lines = done.stderr.splitlines()
    equal(lines[-1], "lxfs: binding proc/uptime: failed, ignoring", done.stderr)


lab.run([
    a_container_has_the_views,
    an_unprivileged_container_has_the_views,
    its_views_heal_through_the_anchors,
    a_nested_container_has_the_views,
    without_lxfs_a_container_starts,
    the_hook_says_what_it_cannot_bind,
])
