#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""sched_getaffinity(2) of containers is answered by lxfs: nproc agrees with the files, and the kernel's rules hold."""
import errno
import os
import pathlib
import shutil
import subprocess
import tempfile

import callers
import engines
import lab
from engines import Bundle, Oci, OciBox
from lab import check, equal

lab.adopt_orphans()
server = lab.Server("--sysinfo=on")
OURS = os.sched_getaffinity(0)
PYTHON = "/usr/bin/python3"


def caller(*words, of=server):
    return callers.caller(of, *words)


def need_cpus(count):
    if len(OURS) < count:
        raise lab.Skipped(f"needs {count} CPUs")


def affinity(box, pid, size, *words, of=server):
    """(result, errno, CPUs)"""
    result, code, mask = box.run(*caller("affinity", pid, size, *words, of=of)).split(" ")
    bits = int.from_bytes(bytes.fromhex(mask.strip()), "little")
    return int(result), int(code), {cpu for cpu in range(bits.bit_length()) if bits >> cpu & 1}


def online(box):
    return box.read("/sys/devices/system/cpu/online").strip()


def nproc_agrees_with_the_files():
    """under a quota of one CPU nproc says 1, as the files do, and without a limit what the kernel says"""
    need_cpus(2)
    box = lab.Container(server, cpus=1)
    equal(box.run(*caller("run", "nproc")), "1\n", "nproc")
    equal(affinity(box, 0, 128)[2], {int(online(box))}, f"the mask, beside {online(box)}")
    free = lab.Container(server)
    equal(free.run(*caller("run", "nproc")), f"{len(OURS)}\n", "nproc without a limit")


def a_mask_is_as_long_as_the_kernels():
    """what is returned, and what is written, is as long as it is where the kernel answers"""
    limited, free = lab.Container(server, cpus=1), lab.Container(server)
    for size in (8, 16, 128, 1024, 4096, 1 << 20):
        by_lxfs, by_the_kernel = affinity(limited, 0, size), affinity(free, 1, size)
        check(by_lxfs[0] > 0, f"{size}: {by_lxfs}")
        equal(by_lxfs[0], by_the_kernel[0], f"the result for {size} bytes")


def what_the_kernel_refuses_stays_refused():
    """a mask that is too small or no number of words is EINVAL, one that is not mapped EFAULT, a thread that is not there ESRCH"""
    box = lab.Container(server, cpus=1)
    for size in (0, 1, 4, 7, 9):
        equal(affinity(box, 0, size)[:2], (-1, errno.EINVAL), f"{size} bytes")
    equal(affinity(box, 0, 128, "bad")[:2], (-1, errno.EFAULT), "not mapped")
    equal(affinity(box, 2**22 + 1, 128)[:2], (-1, errno.ESRCH), "nobody")


def a_thread_is_told_by_its_number_too():
    """pthread_getaffinity_np, which names the calling thread by its number, gives what 0 gives, in every thread"""
    need_cpus(2)
    box = lab.Container(server, cpus=1)
    shown = {int(online(box))}
    asks = ("import os, threading; told = []; t = threading.Thread(target=lambda: told.extend("
            "os.sched_getaffinity(n) for n in (0, threading.get_native_id()))); t.start(); t.join(); "
            "print(told, os.sched_getaffinity(os.getpid()))")
    equal(box.run(*caller("run", PYTHON, "-c", asks)), f"[{shown}, {shown}] {shown}\n", "the CPUs")


def another_thread_is_the_kernels_to_tell():
    """of another process the kernel tells"""
    need_cpus(2)
    box = lab.Container(server, cpus=1)
    equal(affinity(box, 1, 128)[2], OURS, "of process 1")


def who_has_bound_itself_is_told_where():
    """a thread that has chosen its CPU is told that one, also where the files do not show it"""
    need_cpus(2)
    box = lab.Container(server, cpus=1)
    for cpu in sorted(OURS)[:2]:
        chosen = f"import os; os.sched_setaffinity(0, {{{cpu}}}); print(os.sched_getaffinity(0))"
        equal(box.run(*caller("run", PYTHON, "-c", chosen)), f"{{{cpu}}}\n", "the CPUs")


def renumbered_cpus_are_counted_from_0():
    """with cpu-numbers=renumber the mask has the numbers of the files: 0 for a container that may use CPU 1 only"""
    need_cpus(2)
    second = sorted(OURS)[1]
    renumbering = lab.Server("--sysinfo=on", "--cpu-numbers=renumber")
    box = lab.Container(renumbering, cpuset=str(second))
    equal(online(box), "0", "online")
    equal(affinity(box, 0, 128, of=renumbering)[2], {0}, "the mask")
    equal(affinity(box, 1, 128, of=renumbering)[2], {second}, "another thread, of which the kernel tells")
    both = lab.Container(renumbering)
    equal(affinity(both, 0, 128, of=renumbering)[2], set(range(len(OURS))), "the mask of all")


def the_host_is_answered_by_the_kernel():
    host = subprocess.run(caller("run", "nproc"), capture_output=True, text=True, check=True, timeout=60)
    equal(host.stdout, f"{len(OURS)}\n", "nproc")


def a_container_that_asks_has_it_answered():
    """the annotation lxfs.io/affinity=enabled does it with lxfs-runtime, and nothing else does"""
    need_cpus(2)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-affinity-"))
    lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    (folder / "lxfs-runtime").symlink_to(os.path.abspath(lab.LXFS))
    (folder / "on").write_text("[lxfs]\nsysinfo=on\n")
    for program in ("runc", "crun"):
        engines.need(program)
        wrapper = [folder / "lxfs-runtime", "--runtime-dir", str(server.runtime), f"--config={folder}/on", "--strict",
                   f"--runtime={program}"]
        for value, cpus in (("enabled", 1), ("disabled", len(OURS))):
            def change(config, value=value):
                config.setdefault("annotations", {})["lxfs.io/affinity"] = value
            box = OciBox(Bundle(Oci(program, wrapper), change=change))
            equal(box.run("busybox", "nproc"), f"{cpus}\n", f"nproc, {value}, {program}")
            equal(box.run("busybox", "free", "-m").split()[7], "256", "total of busybox free")
            box.stop()


lab.run([
    nproc_agrees_with_the_files,
    a_mask_is_as_long_as_the_kernels,
    what_the_kernel_refuses_stays_refused,
    a_thread_is_told_by_its_number_too,
    another_thread_is_the_kernels_to_tell,
    who_has_bound_itself_is_told_where,
    renumbered_cpus_are_counted_from_0,
    the_host_is_answered_by_the_kernel,
    a_container_that_asks_has_it_answered,
])
