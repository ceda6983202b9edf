#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""sysinfo(2) is answered in containers of Docker, Podman, runc and crun: busybox tells the truth."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import engines
import lab
from engines import Bundle, Oci, OciBox, agrees_with_proc, is_told_of_the_machine
from lab import check, equal

lab.adopt_orphans()
server = lab.Server("--sysinfo=on")
folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-sysinfo-"))
lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))

WRAPPER = folder / "lxfs-runtime"
WRAPPER.symlink_to(os.path.abspath(lab.LXFS))
ON = folder / "lxfs.conf"
ON.write_text("[lxfs]\nsysinfo=on\n")
OPTIONS = ["--runtime-dir", str(server.runtime), f"--config={ON}"]
SOCKET = str(server.runtime / "seccomp")

docker, why_not = engines.start_docker(
    {"runtimes": {"lxfs": {"path": str(WRAPPER), "runtimeArgs": [*OPTIONS, "--strict"]}},
     "default-runtime": "lxfs"})


def need_docker():
    if why_not:
        raise lab.Skipped(why_not)


def docker_containers_are_told_their_own():
    """docker run -m 256m: busybox free and uptime say what /proc says, whatever happens to the worker"""
    need_docker()
    box = engines.DockerBox(docker, "-m", "256m", "--cpus=1")
    agrees_with_proc(box)
    os.kill(server.pid("worker"), signal.SIGKILL)
    agrees_with_proc(box)
    equal(box.run("grep", "Seccomp:", "/proc/self/status"), "Seccomp:\t2\n", "the profile of Docker")
    check(box.fails("unshare", "-m", "true"), "what the profile of Docker forbids")


def docker_without_a_profile():
    """with --security-opt=seccomp=unconfined sysinfo is answered and everything else allowed"""
    need_docker()
    box = engines.DockerBox(docker, "-m", "256m", "--cap-add=SYS_ADMIN", "--security-opt=seccomp=unconfined",
                            "--security-opt=systempaths=unconfined")
    agrees_with_proc(box)
    box.run("unshare", "-U", "-r", "-m", "true")


def docker_with_a_profile_that_denies():
    """a profile that does not allow sysinfo is left alone, and the container starts"""
    need_docker()
    path = folder / "denies.json"
    path.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["sysinfo"], "action": "SCMP_ACT_ERRNO"}]}))
    box = engines.DockerBox(docker, "-m", "256m", f"--security-opt=seccomp={path}")
    equal(lab.parse_meminfo(box.run("cat", "/proc/meminfo"))["MemTotal"], 256 * 1024, "MemTotal")
    check("256" not in box.run("sh", "-c", "busybox free -m || true"), "free cannot ask")


# ---- runc and crun -------------------------------------------------------------------------------

def wrapped(program, *options):
    return Oci(program, [WRAPPER, *OPTIONS, "--strict", f"--runtime={program}", *options])


def runc_and_crun_hand_over():
    """runc and crun give the listener to lxfs, for the container and for what is executed in it"""
    for program in ("runc", "crun"):
        agrees_with_proc(OciBox(Bundle(wrapped(program))))


def the_bundle_gains_a_profile_and_keeps_its_own():
    """a second pass changes nothing; a profile that notifies somebody else is left as it is"""
    bundle = Bundle(wrapped("runc"))
    OciBox(bundle).stop()
    once = bundle.path.read_text()
    equal(json.loads(once)["linux"]["seccomp"]["listenerPath"], SOCKET, "listenerPath")
    OciBox(bundle).stop()
    equal(bundle.path.read_text(), once, "config.json after the second pass")

    theirs = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/nowhere", "syscalls": []}
    bundle = Bundle(wrapped("runc"), change=lambda config: config["linux"].update(seccomp=theirs))
    box = OciBox(bundle)
    equal(json.loads(bundle.path.read_text())["linux"]["seccomp"], theirs, "their profile")
    if not os.access("/dev/log", os.W_OK):
        check("notifies somebody else, ignoring" in box.errors, box.errors)
    is_told_of_the_machine(box)


def where_nobody_listens_a_container_starts_without():
    """without the setting, or with an lxfs that is not running: no rule, and the container starts"""
    unset = folder / "empty.conf"
    unset.write_text("[lxfs]\n")
    stale = folder / "stale"
    stale.mkdir()
    for options in (["--runtime-dir", str(server.runtime), f"--config={unset}"],
                    ["--runtime-dir", str(stale), f"--config={ON}"]):
        oci = Oci("runc", [WRAPPER, "--runtime=runc", *options])
        bundle = Bundle(oci)
        box = OciBox(bundle)
        check("seccomp" not in json.loads(bundle.path.read_text())["linux"], f"a rule with {options}")
        is_told_of_the_machine(box)


# ---- Podman ----------------------------------------------------------------------------------------

def precreate(*options):
    """The two hooks as they are installed, for this lxfs."""
    hooks = pathlib.Path(tempfile.mkdtemp(prefix="hooks.d-", dir=folder))
    for name in ("50-lxfs.json", "50-lxfs-sysinfo.json"):
        hook = json.loads((pathlib.Path(os.environ["LXFS_BUILD"]) / "runtimes" / name).read_text())
        hook["hook"]["path"] = os.path.abspath(lab.LXFS)
        hook["hook"]["args"] += options
        (hooks / name).write_text(json.dumps(hook))
    return hooks


def podman_containers_are_told_their_own():
    """podman run -m 256m: busybox says what /proc says, and Podman's profile forbids what it forbade"""
    for runtime in ("crun", "runc"):
        podman = engines.Podman(precreate(*OPTIONS), runtime)
        box = engines.PodmanBox(podman, "-m", "256m", "--cpus=1")
        agrees_with_proc(box)
        equal(box.run("grep", "Seccomp:", "/proc/self/status"), "Seccomp:\t2\n", "the profile of Podman")
        check(box.fails("unshare", "-m", "true"), "what the profile of Podman forbids")
        is_told_of_the_machine(engines.PodmanBox(podman, "-m", "256m", "--annotation=lxfs.io/inject=disabled"))
    os.kill(server.pid("worker"), signal.SIGKILL)
    agrees_with_proc(box)


def podman_containers_start_without_lxfs():
    """with an lxfs that is not running a container of Podman has no rule, and its calls are the kernel's"""
    stale = folder / lab.unique_name()
    stale.mkdir()
    podman = engines.Podman(precreate("--runtime-dir", str(stale), f"--config={ON}"), "crun")
    is_told_of_the_machine(engines.PodmanBox(podman, "-m", "256m"))


def amended(config, *options):
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    done = subprocess.run([lab.LXFS, "hook", "--precreate", *options], input=text, capture_output=True,
                          timeout=60, check=False)
    equal(done.returncode, 0, f"{done.stderr}")
    return done.stdout


def what_gets_no_rule_is_printed_as_it_came():
    """without the setting, with a profile that denies, and with garbage the hook prints byte for byte what it read"""
    bare = {"root": {"path": "/x"}, "process": {"rlimits": [{"hard": 2**64 - 1}]}}
    denying = {**bare, "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO"}}}
    unset = folder / "unset.conf"
    unset.write_text("[lxfs]\n")
    off = ["--runtime-dir", str(server.runtime), f"--config={unset}"]
    for config, options in ((bare, off), (denying, OPTIONS), (b"{", OPTIONS), (b'{"a":1}\0 ', OPTIONS), (b"", OPTIONS)):
        text = config if isinstance(config, bytes) else json.dumps(config).encode()
        equal(amended(config, *options), text, f"{options}")
    seen = json.loads(amended(bare, *OPTIONS))
    equal(seen["linux"]["seccomp"]["listenerPath"], SOCKET, "listenerPath")
    equal(seen["process"], bare["process"], "the rest")


lab.run([
    docker_containers_are_told_their_own,
    docker_without_a_profile,
    docker_with_a_profile_that_denies,
    runc_and_crun_hand_over,
    the_bundle_gains_a_profile_and_keeps_its_own,
    where_nobody_listens_a_container_starts_without,
    podman_containers_are_told_their_own,
    podman_containers_start_without_lxfs,
    what_gets_no_rule_is_printed_as_it_came,
])
