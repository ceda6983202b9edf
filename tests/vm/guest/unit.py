# SPDX-License-Identifier: LGPL-2.1-or-later
"""The installed lxfs.service, in the place of a server that a test starts by itself."""

import errno
import os
import pathlib
import re
import subprocess

import lab
from lab import check

SETTINGS = pathlib.Path("/etc/lxfs/lxfs.conf")
DROP_IN = pathlib.Path("/run/systemd/system/lxfs.service.d/test.conf")


def systemctl(*words, ok=True):
    done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=30 * lab.SLOW)
    check(done.returncode == 0 or not ok, f"systemctl {' '.join(words)}: {done.stderr}{journal()}")
    return done.stdout


def systemd_version():
    said = subprocess.run(["systemctl", "--version"], capture_output=True, text=True, check=True)
    return int(re.search(r"systemd (\d+)", said.stdout)[1])


def journal(lines=30):
    return subprocess.run(["journalctl", "-u", "lxfs", "-n", str(lines), "--no-pager", "-o", "cat"],
                          capture_output=True, text=True, check=False).stdout


class Unit:
    """What tests want to know of a server: where it serves, and its processes."""

    mount = pathlib.Path("/var/lib/lxfs")
    runtime = pathlib.Path("/run/lxfs")

    def __init__(self, settings="", drop_in=""):
        if drop_in:
            lab.at_end(lambda: systemctl("daemon-reload"))
            self._write(DROP_IN, f"[Service]\n{drop_in}\n")
            systemctl("daemon-reload")
        if settings:
            self._write(SETTINGS, f"[lxfs]\n{settings}\n")
        lab.at_end(self.stop)
        systemctl("start", "lxfs")

    @staticmethod
    def _write(path, text):
        """What was there before comes back."""
        before = path.read_text() if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        lab.at_end(lambda: path.unlink() if before is None else path.write_text(before))

    def stop(self):
        """For good: nothing is kept, nothing stays mounted."""
        systemctl("stop", "lxfs", ok=False)
        if systemd_version() >= 254:
            systemctl("clean", "--what=fdstore", "lxfs", ok=False)
        systemctl("reset-failed", "lxfs", ok=False)
        for folder in (self.mount, self.runtime / "anchors"):
            while lab.is_mounted(folder):
                subprocess.run(["umount", "-l", str(folder)], check=True)

    def property(self, name):
        return systemctl("show", "--value", "-p", name, "lxfs").strip()

    def stored(self):
        return int(self.property("NFileDescriptorStore"))

    def pid(self, which):
        return int((self.runtime / f"{which}.pid").read_text())

    def pids(self):
        return [self.pid("supervisor"), self.pid("worker")]

    def serves(self):
        """Active, with both processes there, and answering."""
        try:
            return (all(os.path.exists(f"/proc/{pid}") for pid in self.pids())
                    and self.property("ActiveState") == "active"
                    and "MemTotal" in (self.mount / "proc/meminfo").read_text())
        except (OSError, ValueError):
            return False

    def await_others(self, old):
        """Serves again, with none of these processes."""
        def holds():
            return self.serves() and not set(self.pids()) & set(old)
        lab.wait_until(holds, 20, f"lxfs serves with other processes than {old}: {journal()}")

    def await_serving(self):
        lab.wait_until(self.serves, 20, f"lxfs serves: {journal()}")


# ---- Containers that see it ----------------------------------------------------------------------

def host_total():
    return lab.parse_meminfo(pathlib.Path("/proc/meminfo").read_text())["MemTotal"]


def seen_by(box):
    """What a read of meminfo in the container gives: an errno's name, or its total in kB."""
    def read():
        try:
            with open("/proc/meminfo", encoding="ascii") as file:
                return lab.parse_meminfo(file.read())["MemTotal"]
        except OSError as error:
            return errno.errorcode[error.errno]
    return box.call(read)


def anchors(unit):
    folder = unit.runtime / "anchors/proc"
    return [(folder / "meminfo", "/proc/meminfo"), (folder / "uptime", "/proc/uptime")]


def anchored_box(unit, size):
    """Bound as slaves: what is put on the anchors reaches the container."""
    box = lab.Container(unit, memory=size, files=[], flags="-m -p -f --mount-proc --propagation slave")
    for source, target in anchors(unit):
        box.run("mount", "--bind", source, target)
    return box
