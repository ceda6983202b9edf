#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs hook: containers of runc, crun and Podman get the views with nothing on their command line."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import engines
import lab
from engines import Bundle, Oci, OciBox, sees_its_own
from lab import check, equal

lab.adopt_orphans()
server = lab.Server()
folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-hook-"))
lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))

# Where the engine has a log, the hook's lines go there; here they must be seen.
HOOK = ["lxfs", "hook", "--runtime-dir", str(server.runtime)]


def hook_entry(*options):
    return {"path": os.path.abspath(lab.LXFS), "args": [*HOOK, *options]}


def with_hook(stage="createRuntime", options=("--strict",), annotations=None):
    def change(config):
        config.setdefault("hooks", {})[stage] = [hook_entry(*options)]
        config.setdefault("annotations", {}).update(annotations or {})
    return change


def start(oci, **options):
    return OciBox(Bundle(oci, change=with_hook(**options)))


# ---- Containers ----------------------------------------------------------------------------------

def a_container_of_runc_has_the_views():
    """a container of runc has all views, and survives kill -9 of the worker and lxfs reload"""
    box = start(Oci("runc"))
    sees_its_own(box)
    engines.survives(server, box)


def a_container_of_crun_has_the_views():
    """a container of crun has all views, and survives kill -9 of the worker and lxfs reload"""
    box = start(Oci("crun"))
    sees_its_own(box)
    engines.survives(server, box)


def the_older_stage_does_it_too():
    """prestart, which older configurations name, does the same"""
    for program in ("runc", "crun"):
        sees_its_own(start(Oci(program), stage="prestart"))


def after_the_start_it_is_done_as_well():
    """poststart, when the root has been pivoted, does the same"""
    for program in ("runc", "crun"):
        sees_its_own(start(Oci(program), stage="poststart"))


def twice_is_once():
    """two hooks do what one does"""
    def change(config):
        config["hooks"] = {"createRuntime": [hook_entry("--strict")], "prestart": [hook_entry("--strict")]}
    box = OciBox(Bundle(Oci("runc"), change=change))
    sees_its_own(box)
    rows = box.run("cat", "/proc/self/mountinfo").splitlines()
    equal(len([row for row in rows if " /proc/meminfo " in row]), 1, "mounts at /proc/meminfo")


def a_read_only_root_has_the_views():
    """a container with a read-only root has the views"""
    def change(config):
        with_hook()(config)
        config["root"]["readonly"] = True
    sees_its_own(OciBox(Bundle(Oci("runc"), change=change)))


def a_user_namespace_has_the_views():
    """a container with a user namespace has the views"""
    def change(config):
        with_hook()(config)
        config["linux"]["namespaces"] += [{"type": "user"}, {"type": "network"}]
        mapping = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        config["linux"].update(uidMappings=mapping, gidMappings=mapping)
        config["mounts"] = [mount for mount in config["mounts"] if mount["type"] not in ("mqueue", "cgroup")]
    bundle = Bundle(Oci("runc"), change=change)
    bundle.oci.folder.chmod(0o755)
    sees_its_own(OciBox(bundle))


def the_annotation_chooses():
    """the annotation lxfs.io/inject=disabled leaves a container alone"""
    oci = Oci("runc")
    engines.sees_the_host(start(oci, annotations={"lxfs.io/inject": "disabled"}))
    sees_its_own(start(oci, annotations={"lxfs.io/inject": "enabled"}))


def cgroups_from(above, annotations):
    def change(config):
        with_hook(annotations=annotations, options=("--strict",))(config)
        config["linux"]["cgroupsPath"] = f"/{above.path}/{lab.unique_name()}"
        config["linux"]["resources"] = {}
    return change


def an_annotation_asks_for_the_cgroup_view():
    """the annotation lxfs.io/cgroup=enabled has a container read the limits above it in its own cgroup files"""
    above = engines.limits_above(192, 1)
    effective = lab.Server("--cgroup-view=effective")
    HOOK[HOOK.index(str(server.runtime))] = str(effective.runtime)
    try:
        for program in ("runc", "crun"):
            for value, limits in (("disabled", (None, None)), ("enabled", (192 * lab.MIB, 100000))):
                bundle = Bundle(Oci(program), change=cgroups_from(above, {"lxfs.io/cgroup": value}))
                box = OciBox(bundle)
                equal(engines.reads_limits(box), limits, f"{value}, {program}")
                box.stop()
    finally:
        HOOK[HOOK.index(str(effective.runtime))] = str(server.runtime)


def what_the_container_mounts_itself_stays():
    """a file that the container's configuration mounts over /proc/uptime stays, and the rest comes"""
    def change(config):
        with_hook()(config)
        config["mounts"].append({"destination": "/proc/uptime", "type": "bind", "source": str(own),
                                 "options": ["bind", "ro"]})
    own = folder / "uptime"
    own.write_text("own\n")
    box = OciBox(Bundle(Oci("runc"), change=change))
    equal(box.run("cat", "/proc/uptime"), "own\n", "uptime")
    equal(engines.total_mib(box), "256", "total of free -m")


def a_nested_container_can_mount_proc():
    """in a container whose runtime masks nothing, a nested user namespace can mount its own /proc"""
    def change(config):
        with_hook()(config)
        config["linux"].update(maskedPaths=[], readonlyPaths=[])
        for kind in config["process"]["capabilities"].values():
            kind += ["CAP_SYS_ADMIN", "CAP_SETFCAP"]
    box = OciBox(Bundle(Oci("runc"), change=change))
    sees_its_own(box)
    equal(box.run("unshare", "-U", "-r", "-m", "-p", "-f", "sh", "-c",
                  "mount -t proc proc /proc && head -c 9 /proc/meminfo"), "MemTotal:", "nested")


# ---- Podman ----------------------------------------------------------------------------------------

def podman_hooks(**options):
    """hooks.d as it is installed, for this lxfs."""
    hooks = pathlib.Path(tempfile.mkdtemp(prefix="hooks.d-", dir=folder))
    shipped = json.loads((pathlib.Path(os.environ["LXFS_BUILD"]) / "runtimes/50-lxfs.json").read_text())
    equal(shipped["hook"]["args"], ["lxfs", "hook"], "the shipped arguments")
    shipped["hook"] = hook_entry(**options)
    (hooks / "50-lxfs.json").write_text(json.dumps(shipped))
    return hooks


def a_container_of_podman_has_the_views():
    """podman run -m 256m --cpus=1 has all views, survives, and lxfs.io/inject=disabled is heeded"""
    for runtime in ("runc", "crun"):
        podman = engines.Podman(podman_hooks(), runtime)
        box = engines.PodmanBox(podman, "-m", "256m", "--cpus=1")
        sees_its_own(box)
        engines.sees_the_host(engines.PodmanBox(podman, "-m", "256m", "--annotation=lxfs.io/inject=disabled"))
    engines.survives(server, box)


# ---- Failures ----------------------------------------------------------------------------------------

def call_hook(state, *options, runtime_dir=server.runtime):
    text = state if isinstance(state, bytes) else json.dumps(state).encode()
    return subprocess.run([lab.LXFS, "hook", "--runtime-dir", str(runtime_dir), *options], input=text,
                          capture_output=True, timeout=60, check=False)


def one_line(done):
    text = done.stderr.decode()
    check(text.startswith("lxfs hook: ") and text.count("\n") == 1 and text.endswith("\n"), f"said {text!r}")
    equal(done.stdout, b"", "standard output")
    return text


def garbage_states_are_refused():
    """what is no OCI state, or is too large, is refused with one line and exit code 1"""
    for text in (b"", b"garbage", b"[]", b"{}", b"\0\xff", b'{"id":"a","pid":-1,"bundle":"/"}',
                 b"[" * 100000, b'{"id":"' + b"a" * (2 << 20) + b'"}'):
        done = call_hook(text)
        equal(done.returncode, 1, f"exit code for {text[:40]!r}")
        check("OCI state on standard input" in one_line(done), done.stderr)


def fails_open(state, word):
    """One line and exit code 0; with --strict exit code 1."""
    for options, code in (([], 0), (["--strict"], 1)):
        done = call_hook(state, *options)
        equal(done.returncode, code, f"exit code with {options}: {done.stderr}")
        if code or not os.access("/dev/log", os.W_OK):
            text = one_line(done)
            check(word in text, f"{text!r} does not say {word!r}")
            equal(text.endswith(", ignoring\n"), code == 0, text)


def bundle_with(text, name="config.json"):
    made = pathlib.Path(tempfile.mkdtemp(prefix="bundle-", dir=folder))
    (made / "rootfs").mkdir()
    (made / name).write_bytes(text)
    return made


def state_of(bundle, pid):
    return {"ociVersion": "1.0.2", "id": "lxfs-test", "status": "creating", "pid": pid, "bundle": str(bundle)}


def hostile_bundles_fail_open():
    """a bundle that is not there, a symbolic link, or has no sane config.json: one line, and 1 if strict"""
    container = lab.Container(server, files=[])
    before = covered(container.read("/proc/self/mounts"))
    good = bundle_with(b'{"root": {"path": "rootfs"}}')
    link = folder / "link"
    link.symlink_to(good)
    large = bundle_with(b'{"root": {"path": "rootfs"}, "x": "' + b"x" * 10000000 + b'"}')
    fifo = bundle_with(b"", "other")
    os.mkfifo(fifo / "config.json")
    for bundle, word in (("/nowhere", "No such file"), (link, "Not a directory"), (large, "larger than 4194304"),
                         (fifo, "no regular file"), (bundle_with(b"{"), "JSON"),
                         (bundle_with(b"", "other"), "No such file"),
                         (bundle_with(b'{"root": {"path": "../../nowhere"}}'), "root file system"),
                         (bundle_with(b'{"root": {"path": "r"}, "annotations": {"lxfs.io/inject": "x"}}'),
                          "it takes \"enabled\" or \"disabled\"")):
        fails_open(state_of(bundle, container.init), word)
    equal(covered(container.read("/proc/self/mounts")), before, "what is mounted over files in the container")


def covered(mounts):
    """What lies over files of /proc and /sys, as a table of mounts says."""
    places = [row.split()[1] for row in mounts.splitlines()]
    return [place for place in places if place.startswith(("/proc/", "/sys/devices/"))]


def processes_that_are_no_container_fail_open():
    """a pid that is gone, or a process of the host: one line, and 1 if strict; the host stays as it is"""
    good = bundle_with(b'{"root": {"path": "rootfs"}}')
    before = covered(pathlib.Path("/proc/self/mounts").read_text())
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    fails_open(state_of(good, gone.pid), str(gone.pid))
    fails_open(state_of(good, os.getpid()), "")
    fails_open(state_of(good, 1), "")
    with subprocess.Popen(["unshare", "-m", "sleep", "100"]) as other:
        lab.at_end(other.kill)
        own = os.readlink("/proc/self/ns/mnt")
        lab.wait_until(lambda: os.readlink(f"/proc/{other.pid}/ns/mnt") != own, 20, "unshared")
        fails_open(state_of(good, other.pid), "not mounted at")
        other.kill()
    equal(covered(pathlib.Path("/proc/self/mounts").read_text()), before, "what is mounted over the host's files")


def without_lxfs_containers_start():
    """where lxfs has never served, a container starts all the same, unless the hook is strict"""
    oci = Oci("runc")
    nowhere = str(folder / "nowhere")
    def change(*options):
        def inner(config):
            config["hooks"] = {"createRuntime": [{"path": os.path.abspath(lab.LXFS), "args": [
                "lxfs", "hook", "--runtime-dir", nowhere, *options]}]}
        return inner
    engines.sees_the_host(OciBox(Bundle(oci, change=change())))
    try:
        OciBox(Bundle(oci, change=change("--strict")))
    except lab.Failed as failure:
        check("there are no anchors" in str(failure), str(failure))
    else:
        raise lab.Failed("a strict hook let a container start")


def while_lxfs_is_stopped_containers_wait_for_it():
    """a container that is started while lxfs is stopped has the host's files, and the views once it serves"""
    server.process.terminate()
    server.process.wait(30)
    box = start(Oci("runc"))
    check(int(engines.total_mib(box)) > 512, "total of free -m while lxfs is stopped")
    server.log_path.write_text("")
    server.start()
    lab.wait_until(lambda: engines.total_mib(box) == "256", 20, "the container sees its own")
    sees_its_own(box)


def the_setting_is_heeded():
    """hook-strict=on in the settings file is --strict; a broken file keeps no container from starting"""
    settings = folder / "lxfs.conf"
    settings.write_text("[lxfs]\nhook-strict=on\n")
    state = state_of("/nowhere", os.getpid())
    equal(call_hook(state, "--config", str(settings)).returncode, 1, "exit code")
    settings.write_text("[lxfs]\nnonsense=on\n")
    equal(call_hook(state, "--config", str(settings)).returncode, 0, "exit code with a broken file")


lab.run([
    a_container_of_runc_has_the_views,
    a_container_of_crun_has_the_views,
    the_older_stage_does_it_too,
    after_the_start_it_is_done_as_well,
    twice_is_once,
    a_read_only_root_has_the_views,
    a_user_namespace_has_the_views,
    the_annotation_chooses,
    an_annotation_asks_for_the_cgroup_view,
    what_the_container_mounts_itself_stays,
    a_nested_container_can_mount_proc,
    a_container_of_podman_has_the_views,
    garbage_states_are_refused,
    hostile_bundles_fail_open,
    processes_that_are_no_container_fail_open,
    without_lxfs_containers_start,
    while_lxfs_is_stopped_containers_wait_for_it,
    the_setting_is_heeded,
])
