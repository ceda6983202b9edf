# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a virtual machine per Debian release and passes on the TAP that comes out of them.

Without KVM: QEMU translates every instruction, some 10 to 20 times slower than the machine itself.
LXFS_SLOW tells the tests inside by how much to stretch the limits of what they wait for.
"""

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

RELEASES = os.environ.get("LXFS_VM", "trixie bookworm").split()
ONLY = os.environ.get("LXFS_VM_ONLY", "").replace(" ", ",")
SHELL = os.environ.get("LXFS_VM_SHELL")
SECONDS = int(os.environ.get("LXFS_VM_SECONDS", "2100"))
RESULT = re.compile(r"(not ok|ok)\b\s*\d*\s*(?:-\s*)?(.*)")
PLAN = re.compile(r"1\.\.(\d+)\s*(#.*)?$")
DONE = re.compile(r"# done (\S+)$")
CONSOLE_LINES = 40
BOOTS = 3

QEMU = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-no-reboot", "-machine", "q35",
        "-accel", "tcg,thread=multi", "-cpu", "max,la57=off", "-smp", "4", "-m", "2560"]
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
        result, plan, done = RESULT.match(line), PLAN.match(line), DONE.match(line)
        if plan:
            self.announced = int(plan[1])
        elif result:
            self.seen += 1
            self.results.append((result[1], f"{self.machine.name}: {result[2]}", self.notes))
            self.notes = []
        elif done:
            self.machine.done.append(done[1])
            self.flush()
        else:
            self.notes.append(line)

    def flush(self):
        for result in self.results:
            self.machine.report.result(*result)
        self.results = []

    def is_whole(self):
        return self.announced == self.seen


class Machine:
    """An image that is booted; its first serial port is the console, its second one brings the TAP."""

    def __init__(self, name, folder, report):
        self.name = name
        self.folder = folder
        self.report = report
        self.console = folder / "console"
        self.done = []
        self.process = None
        self.ends = time.monotonic() + SECONDS

    def run(self):
        try:
            debian = image.Image(self.name)
            debian.prepare()
            payload = self.folder / "payload"
            debian.build(payload)
            self._boot_until_it_ends(debian, payload)
        except Exception as error:  # the other machine goes on
            self.report.result("not ok", f"{self.name} is built and booted", str(error).splitlines())

    def _command(self, debian, payload):
        arguments = [KERNEL]
        if ONLY:
            arguments.append(f"lxfs.only={ONLY}")
        if self.done:
            arguments.append(f"lxfs.done={','.join(self.done)}")
        if SHELL:
            arguments.append("systemd.debug_shell=ttyS2")
        return [*QEMU, "-kernel", debian.boot_file("vmlinuz"), "-initrd", debian.boot_file("initrd.img"),
                "-append", " ".join(arguments),
                "-drive", f"file={debian.disk},format=raw,if=virtio,snapshot=on",
                "-drive", f"file={payload},format=raw,if=virtio,readonly=on",
                "-serial", f"file:{self.console}", "-serial", "stdio",
                *(["-serial", f"unix:{SHELL},server=on,wait=off"] if SHELL else [])]

    def _boot_until_it_ends(self, debian, payload):
        for _ in range(BOOTS):
            boot = self._boot(self._command(debian, payload))
            if boot.is_whole():
                return
            if not self._stumbled():
                break
            print(f"# {self.name}: QEMU stumbled over code that was being patched; once more", flush=True)
        boot.flush()
        self._report_end(boot)

    def _boot(self, command):
        boot = Boot(self)
        with open(self.folder / "qemu", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env={**os.environ, "TMPDIR": str(self.folder)})
            timer = threading.Timer(self.ends - time.monotonic(), self.process.kill)
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

    def _console(self):
        return self.console.read_text(errors="replace") if self.console.exists() else ""

    def _stumbled(self):
        """A breakpoint that the kernel had taken away, executed by QEMU: lxfs has no part in it."""
        return "Oops: int3" in self._console() or "int3: 0000 [#1]" in self._console()

    def _report_end(self, boot):
        notes = [*boot.notes, "qemu:", (self.folder / "qemu").read_text()[-2000:],
                 "console:", *self._console().splitlines()[-CONSOLE_LINES:]]
        self.report.result("not ok", f"{self.name}: runs to its end within {SECONDS} s (announced "
                           f"{boot.announced} results, {boot.seen} came)", notes)


def main():
    os.chdir(image.TOP)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-vm-"))
    report = Report()
    machines = []
    for name in RELEASES:
        (folder / name).mkdir()
        machines.append(Machine(name, folder / name, report))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    threads = [threading.Thread(target=machine.run, daemon=True) for machine in machines]
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
