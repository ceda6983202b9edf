# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a machine per Debian release and passes on the TAP that comes out of them.

`machines.py vm`: virtual machines. Without KVM QEMU translates every instruction, some 10 to 20 times
slower than the machine itself. `machines.py kernels`: those, and a part of it all. `machines.py systemd`:
containers that boot systemd, at full speed.
"""

import glob
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import image

NAMES = os.environ.get("LXFS_VM", "").split()
ONLY = ",".join(os.environ.get("LXFS_VM_ONLY", "").split())
SHELL = os.environ.get("LXFS_VM_SHELL")
SECONDS = int(os.environ.get("LXFS_VM_SECONDS", "2100"))
RESULT = re.compile(r"(not ok|ok)\b\s*\d*\s*(?:-\s*)?(.*)")
PLAN = re.compile(r"1\.\.(\d+)\s*(#.*)?$")
BEGINS = re.compile(r"# begins (\S+)$")
DONE = re.compile(r"# done (\S+) in (\d+) s$")
CONSOLE_LINES = 40
BOOTS = 3
PATIENCE = 20

# The test programs of tests/vm/guest that need no kernel of their own.
OF_SYSTEMD = ["packages", "service"]

# Those that tell most of kernels and of cgroup v2, for each minute that they take.
OF_KERNELS = ["kernel", "views", "heal", "chaos"]

# What a machine's name ends in that boots with the v1 hierarchies beside v2, and what is of interest there:
# systemd takes the cgroup view where it lies over v1.
V1 = "-v1"
V1_WORDS = ["systemd.unified_cgroup_hierarchy=0"]
OF_V1 = ["attach_cgroup", "lxc_cgroup"]

# By how much to stretch the limits of what tests wait for.
SLOW_VM = 20
SLOW_CONTAINER = 4

# The CPU is the least that everything runs on: each feature more (AVX, SMAP, ...) is work for the translator. With
# all of them ("max") a boot costs 1.4 times as much.
QEMU = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-no-reboot", "-machine", "q35",
        "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "4", "-m", "2560"]
KERNEL = ("root=/dev/vda rw console=ttyS0 psi=1 quiet mitigations=off nokaslr nowatchdog panic=5 "
          "init_on_alloc=0 apparmor=0 audit=0 preempt=none no_timer_check "
          "rcupdate.rcu_cpu_stall_suppress=1 systemd.show_status=0 net.ifnames=0")


class Report:
    """What all machines say, as one TAP; a result comes with the notes before it, never torn."""

    def __init__(self):
        self.lock = threading.Lock()
        self.number = 0

    def result(self, verdict, title, notes):
        with self.lock:
            self.number += 1
            print(f"{verdict} {self.number} - {title}")
            for note in notes:
                print(f"# {note.lstrip('# ')}")
            sys.stdout.flush()

    def stage(self, text):
        """How far it is: tests/suites.py shows it at once."""
        with self.lock:
            print(f"# == {text}", flush=True)

    def plan(self):
        print(f"1..{self.number}", flush=True)


class Boot:
    """One boot of a machine, and what it has said: a program's results count when it has ended."""

    def __init__(self, machine):
        self.machine = machine
        self.results = []
        self.notes = []
        self.seen = 0
        self.announced = None

    def take(self, line):
        result, plan, begins, done = (form.match(line) for form in (RESULT, PLAN, BEGINS, DONE))
        if plan:
            self.announced = int(plan[1])
        elif result:
            self.seen += 1
            self.results.append((result[1], f"{self.machine.name}: {result[2]}", self.notes))
            self.notes = []
        elif begins:
            self.machine.stage(f"{begins[1]} begins")
        elif done:
            self.machine.done.append(done[1])
            self.flush()
            self.machine.stage(f"{done[1]}, {done[2]} s")
        else:
            self.notes.append(line)

    def flush(self):
        for result in self.results:
            self.machine.report.result(*result)
        self.results = []

    def is_whole(self):
        return self.announced == self.seen


class Machine:
    """An image that is booted, and what is said while it runs."""

    virtual = None
    slow = 1
    names = []

    def __init__(self, name, folder, report):
        self.name = name
        self.release = name.removesuffix(V1)
        self.folder = folder
        self.report = report
        self.console = folder / "console"
        self.image = image.Image(self.release, self.virtual)
        self.payload = folder / "payload"
        self.done = []
        self.chosen = []
        self.process = None
        self.began = time.monotonic()

    def stage(self, text):
        self.report.stage(f"{self.name}, {time.monotonic() - self.began:.0f} s: {text}")

    def run(self):
        try:
            self.stage("Debian is installed")
            self.image.prepare()
            self.stage("lxfs's packages are built")
            self.image.build(self.payload)
            self.stage("it boots")
            self._boot_until_it_ends()
            self.stage("it has ended")
        except Exception as error:  # the other machine goes on
            self.report.result("not ok", f"{self.name} is built and booted", str(error).splitlines())

    def words(self):
        """What tests/vm/guest/main.py is told."""
        words = [f"lxfs.slow={self.slow}"]
        if ONLY or self.chosen:
            words.append(f"lxfs.only={ONLY or ','.join(self.chosen)}")
        if self.done:
            words.append(f"lxfs.done={','.join(self.done)}")
        return words

    def command(self):
        raise NotImplementedError

    def clean_up(self):
        """What an end of its process leaves."""

    def _boot_until_it_ends(self):
        for _ in range(BOOTS):
            boot = self._boot(self.command())
            if boot.is_whole():
                return
            if not self._stumbled():
                break
            print(f"# {self.name}: QEMU stumbled over code that was being patched; once more", flush=True)
        boot.flush()
        self._report_end(boot)

    def _boot(self, command):
        boot = Boot(self)
        with open(self.folder / "errors", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, "TMPDIR": str(self.folder)})
            timer = threading.Timer(self.began + SECONDS - time.monotonic(), self.process.kill)
            timer.start()
            try:
                for line in self.process.stdout:
                    boot.take(line.decode("utf-8", "replace").rstrip("\r\n"))
                self.process.wait()
            finally:
                timer.cancel()
                self.end()
        return boot

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.clean_up()

    def _console(self):
        return self.console.read_text(errors="replace") if self.console.exists() else ""

    def _stumbled(self):
        """A breakpoint that the kernel had taken away, executed by QEMU: lxfs has no part in it."""
        return "Oops: int3" in self._console() or "int3: 0000 [#1]" in self._console()

    def _report_end(self, boot):
        notes = [*boot.notes, "errors:", (self.folder / "errors").read_text()[-2000:],
                 "console:", *self._console().splitlines()[-CONSOLE_LINES:]]
        self.report.result("not ok", f"{self.name}: runs to its end within {SECONDS} s (announced "
                           f"{boot.announced} results, {boot.seen} came)", notes)


class VirtualMachine(Machine):
    """Its first serial port is the console, its second one brings the TAP."""

    virtual = True
    slow = SLOW_VM
    names = ["trixie", "bookworm", "bookworm" + V1]

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.has_v1 = self.name.endswith(V1)
        self.chosen = OF_V1 if self.has_v1 else []

    def command(self):
        arguments = [KERNEL, *self.words(), *(V1_WORDS if self.has_v1 else [])]
        if SHELL:
            arguments.append("systemd.debug_shell=ttyS2")
        return [*QEMU, "-kernel", self.image.boot_file("vmlinuz"), "-initrd", self.image.boot_file("initrd.img"),
                "-append", " ".join(arguments),
                "-drive", f"file={self.image.disk},format=raw,if=virtio,snapshot=on",
                "-drive", f"file={self.payload},format=raw,if=virtio,readonly=on",
                "-serial", f"file:{self.console}", "-serial", "stdio",
                *(["-serial", f"unix:{SHELL},server=on,wait=off"] if SHELL else [])]


class Kernels(VirtualMachine):
    """Runs what kernels and cgroup v2 decide."""

    names = ["trixie", "bookworm"]

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.chosen = OF_KERNELS


class Container(Machine):
    """Runs what systemd decides."""

    virtual = False
    slow = SLOW_CONTAINER
    names = ["trixie", "bookworm"]

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.chosen = OF_SYSTEMD
        self.cgroup = f"lxfs-systemd-{self.name}-{os.getpid()}"

    def command(self):
        scratch = self.folder / "scratch"
        scratch.mkdir()
        return ["tests/systemd/boot.sh", self.cgroup, self.image.root, self.payload, scratch, *self.words()]

    def clean_up(self):
        """Its processes have been killed, and go from their cgroups in a moment."""
        patience = time.monotonic() + PATIENCE
        while folders := glob.glob(f"/sys/fs/cgroup/*/{self.cgroup}"):
            if time.monotonic() > patience:
                raise RuntimeError(f"{folders} cannot be removed")
            for folder in folders:
                subprocess.run(["find", folder, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"], check=False,
                               stderr=subprocess.DEVNULL)


KINDS = {"vm": VirtualMachine, "kernels": Kernels, "systemd": Container}


def run_each(machines):
    """One after the other: they share an image."""
    for machine in machines:
        machine.began = time.monotonic()
        machine.run()


def main():
    os.chdir(image.TOP)
    kind = KINDS[sys.argv[1]]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-vm-"))
    report = Report()
    machines, releases = [], {}
    for name in NAMES or kind.names:
        (folder / name).mkdir()
        machines.append(kind(name, folder / name, report))
        releases.setdefault(machines[-1].release, []).append(machines[-1])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    threads = [threading.Thread(target=run_each, args=[those], daemon=True) for those in releases.values()]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        report.plan()
    finally:
        for machine in machines:
            machine.end()
        if os.environ.get("LXFS_VM_KEEP"):
            print(f"# kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


main()
