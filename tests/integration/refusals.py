#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lxfs refuses to start with: one line that says what to do, exit 1 (2 for wrong usage), and
nothing left behind."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import lab
from lab import check, equal

folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-"))
lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
os.chmod(folder, 0o755)


def serve(*options, prefix=(), runtime="run", mount="mount"):
    """Exit code and the lines on standard error of a start that must fail."""
    done = subprocess.run(
        [*prefix, lab.LXFS, "serve", "--mountpoint", str(folder / mount), "--runtime-dir",
         str(folder / runtime), *options],
        capture_output=True, text=True, timeout=30 * lab.SLOW, stdin=subprocess.DEVNULL, check=False)
    return done.returncode, done.stderr.splitlines()


def refused(code, word, *options, **where):
    seen, lines = serve(*options, **where)
    equal(seen, code, f"the exit code beside {lines}")
    equal(len(lines), 1, f"the number of lines in {lines}")
    check(lines[0].startswith("lxfs serve: ") and word in lines[0], f"{lines[0]!r} lacks {word!r}")


def nobody_but_root():
    refused(1, "sudo", prefix=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))


def without_the_fuse_device():
    refused(1, "/dev/fuse", prefix=("unshare", "-m", "sh", "-c",
                                    'mount -t tmpfs none /dev && exec "$@"', "sh"))


def without_any_cgroup_hierarchy():
    refused(1, "cgroup", prefix=("unshare", "-m", "sh", "-c",
                                 'umount -R /sys/fs/cgroup && exec "$@"', "sh"))


def beside_another_one_with_the_same_runtime_folder():
    server = lab.Server()
    refused(1, str(server.pid("supervisor")), runtime=server.runtime)


def at_a_mount_point_that_is_taken():
    server = lab.Server()
    refused(1, "--mountpoint", mount=server.mount)
    check(os.listdir(server.mount), "the views of the other one")


def settings_that_nobody_knows():
    file = folder / "lxfs.conf"
    for text, word in (("[lxfs]\ncpu-view = lots\n", "quota|cpuset|shares|host"),
                       ("[lxfs]\nno-such-key = 1\n", "no-such-key"),
                       ("[lxfs]\nthreads = 0\n", "threads"),
                       ("not a settings file\n", str(file))):
        file.write_text(text)
        refused(2, word, f"--config={file}")


def options_that_nobody_knows():
    refused(2, "--frobnicate", "--frobnicate")
    refused(2, "frobnicate", "frobnicate")
    refused(2, "relative", "--mountpoint=relative")


def settings_are_read_and_the_command_line_has_the_last_word():
    file = folder / "good.conf"
    file.write_text("[lxfs]\nswap = off\ncpu-view = host\n")
    server = lab.Server(f"--config={file}", "--cpu-view=quota")
    box = lab.Container(server, cpus=0.5)
    equal(box.meminfo()["SwapTotal"], 0, "SwapTotal")
    equal(box.run("getconf", "_NPROCESSORS_ONLN"), "1\n", "CPUs")


def a_dead_mount_is_replaced():
    server = lab.Server()
    for which in ("supervisor", "worker"):
        os.kill(server.pid(which), 19)  # SIGSTOP: neither takes the other's place
    for which in ("supervisor", "worker"):
        os.kill(server.pid(which), 9)
    server.process.wait(10 * lab.SLOW)
    lab.wait_until(lambda: not os.path.isdir(server.mount), 10, "the mount is dead")
    server.log_path.unlink()
    server.start()
    check(os.listdir(server.mount / "proc"), "the views of the next one")


lab.run([
    nobody_but_root,
    without_the_fuse_device,
    without_any_cgroup_hierarchy,
    beside_another_one_with_the_same_runtime_folder,
    at_a_mount_point_that_is_taken,
    settings_that_nobody_knows,
    options_that_nobody_knows,
    settings_are_read_and_the_command_line_has_the_last_word,
    a_dead_mount_is_replaced,
])
