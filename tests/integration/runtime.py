#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs-runtime: Docker containers, and those of runc and crun, get the views through the wrapper."""
import hashlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

import engines
import lab
from engines import IMAGE, Bundle, Oci, OciBox, sees_its_own
from lab import check, equal

lab.adopt_orphans()
server = lab.Server()
folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-runtime-"))
lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))

# As it is installed: the program's other name.
WRAPPER = folder / "lxfs-runtime"
WRAPPER.symlink_to(os.path.abspath(lab.LXFS))
OPTIONS = ["--runtime-dir", str(server.runtime)]
NO_RUNTIME = {key: value for key, value in os.environ.items() if key != "LXFS_RUNTIME"}


# ---- Docker ------------------------------------------------------------------------------------

def daemon_json():
    """What docs/runtimes.md says, for this lxfs."""
    return {"runtimes": {"lxfs": {"path": str(WRAPPER), "runtimeArgs": [*OPTIONS, "--strict"]}},
            "default-runtime": "lxfs"}


def daemon_json_with_another():
    """Another runtime, which has nothing to become."""
    made = daemon_json()
    made["runtimes"]["gone"] = {"path": str(WRAPPER), "runtimeArgs": ["--runtime=lxfs-no-such-runtime"]}
    return made


docker, why_not = engines.start_docker(daemon_json_with_another())


def need_docker():
    if why_not:
        raise lab.Skipped(why_not)


def a_container_of_docker_has_the_views():
    """docker run -m 256m --cpus=1 has all views, and survives kill -9 of the worker and lxfs reload"""
    need_docker()
    box = engines.DockerBox(docker, "-m", "256m", "--cpus=1")
    sees_its_own(box)
    engines.survives(server, box)


def docker_restart_has_them_again():
    """docker restart makes a new container with the views, and docker exec is in it"""
    need_docker()
    box = engines.DockerBox(docker, "-m", "256m", "--cpus=1")
    docker.run("restart", "-t", "0", box.id)
    sees_its_own(box)


def a_container_of_the_plain_runtime_is_left_alone():
    """docker run --runtime=runc is the way out where a Docker passes no annotations on"""
    need_docker()
    engines.sees_the_host(engines.DockerBox(docker, "-m", "256m", "--runtime=runc"))


def an_unmasked_container_can_nest():
    """in a container of which Docker masks nothing a nested user namespace mounts its own /proc"""
    need_docker()
    box = engines.DockerBox(docker, "-m", "256m", "--cpus=1", "--cap-add=SYS_ADMIN",
                            "--security-opt=systempaths=unconfined", "--security-opt=seccomp=unconfined")
    sees_its_own(box)
    equal(box.run("unshare", "-U", "-r", "-m", "-p", "-f", "sh", "-c",
                  "mount -t proc proc /proc && head -c 9 /proc/meminfo"), "MemTotal:", "nested")


# ---- runc and crun -------------------------------------------------------------------------------

# What is done to seccomp profiles is another test's (sysinfo_runtimes.py).
FILES_ONLY = folder / "files-only.conf"
FILES_ONLY.write_text("[lxfs]\nsysinfo=off\n")


def wrapped(program, *options):
    options = (f"--config={FILES_ONLY}", *options)
    return Oci(program, [WRAPPER, *OPTIONS, "--strict", f"--runtime={program}", *options])


def the_wrapper_becomes_the_runtime_that_it_is_told():
    """runc and crun through the wrapper have the views; the file has gained the hook and nothing else"""
    for program in ("runc", "crun"):
        bundle = Bundle(wrapped(program))
        bundle.path.chmod(0o640)
        os.chown(bundle.path, 7, 9)
        before = json.loads(bundle.path.read_text())
        sees_its_own(OciBox(bundle))
        after = json.loads(bundle.path.read_text())
        hooks = after.pop("hooks")["createRuntime"]
        equal(after, before, "the rest of config.json")
        equal([hook["args"][:2] for hook in hooks], [["lxfs", "hook"]], "hooks")
        status = bundle.path.stat()
        equal((stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid), (0o640, 7, 9), "mode and owner")
        equal(sorted(path.name for path in bundle.folder.iterdir()), ["config.json", "rootfs", "stderr"], "files")


def everything_unknown_survives():
    """numbers that no signed 64 bits hold, unknown fields and other hooks survive, byte for byte"""
    oci = wrapped("runc")
    bundle = Bundle(oci)
    text = bundle.path.read_text().rstrip()
    check(text.endswith("}"), text[-20:])
    extra = ',\t"future": {"n": 18446744073709551615, "x": 1.50e+3, "\\u00e9": null},\n' \
            '"hooks": {"poststop": [{"path": "/bin/true"}]}}\n'
    bundle.path.write_text(text[:-1] + extra)
    before = bundle.path.read_text()
    OciBox(bundle).stop()
    after = bundle.path.read_text()
    at = after.index(',"createRuntime"')
    hook, end = json.JSONDecoder().raw_decode(after[at + len(',"createRuntime":'):])
    equal(len(hook), 1, "hooks")
    equal(after[:at] + after[at + len(',"createRuntime":') + end:], before, "config.json without the hook")


def done_twice_it_does_nothing():
    """a bundle that has the hook stays as it is"""
    oci = wrapped("runc")
    bundle = Bundle(oci)
    OciBox(bundle).stop()
    once = hashlib.sha256(bundle.path.read_bytes()).hexdigest()
    OciBox(bundle).stop()
    equal(hashlib.sha256(bundle.path.read_bytes()).hexdigest(), once, "config.json")


def the_annotation_chooses():
    """the annotation lxfs.io/inject=disabled leaves bundle and container alone"""
    def change(config):
        config["annotations"] = {"lxfs.io/inject": "disabled"}
    bundle = Bundle(wrapped("runc"), change=change)
    before = bundle.path.read_bytes()
    engines.sees_the_host(OciBox(bundle))
    equal(bundle.path.read_bytes(), before, "config.json")


def call(*arguments, **options):
    return subprocess.run([WRAPPER, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, check=False,
                          env={**NO_RUNTIME, **options.pop("env", {})}, **options)


def the_runtime_is_chosen_by_option_variable_and_setting():
    """--runtime wins over LXFS_RUNTIME, which wins over oci-runtime; auto finds runc first"""
    settings = folder / "lxfs.conf"
    settings.write_text("[lxfs]\noci-runtime=crun\n")
    config = f"--config={settings}"
    equal(call("--version").stdout.split()[0], "runc", "auto")
    equal(call(config, "--version").stdout.split()[0], "crun", "setting")
    equal(call(config, "--version", env={"LXFS_RUNTIME": "runc"}).stdout.split()[0], "runc", "variable")
    equal(call(config, "--runtime", shutil.which("crun"), "--version", env={"LXFS_RUNTIME": "runc"})
          .stdout.split()[0], "crun", "option")


def other_commands_go_straight_to_the_runtime():
    """state, list and what only the runtime knows are answered by it, with its exit code"""
    root = folder / "state"
    equal(call("--root", root, "list", "-q").returncode, 0, "list")
    plain = subprocess.run(["runc", "--root", str(root), "state", "nobody"], capture_output=True, text=True,
                           check=False)
    done = call("--root", root, "state", "nobody")
    equal(done.returncode, plain.returncode, "exit code of state")
    check("does not exist" in done.stderr, done.stderr)


def no_runtime_or_ourselves_is_said_in_one_line():
    """no such runtime, or the wrapper itself: one line and exit code 1"""
    for runtime, word in (("lxfs-no-such-runtime", "not installed"), (WRAPPER, "lxfs-runtime itself")):
        done = call(f"--runtime={runtime}", "--version")
        equal((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
        check(word in done.stderr, done.stderr)


def hostile_bundles_are_left_alone():
    """a bundle that is a link or not there, or a config.json of 10 MB or of garbage: left as it is"""
    stub = folder / "became"
    stub.write_text("#!/bin/sh\necho became \"$@\"\n")
    stub.chmod(0o755)
    for name, text in (("large", b'{"root": {"path": "r"}, "x": "' + b"x" * 10000000 + b'"}'),
                       ("garbage", b"{"), ("number", b'{"root": {"path": "r"}, "hooks": 1}')):
        bundle = folder / name
        bundle.mkdir()
        (bundle / "config.json").write_bytes(text)
    (folder / "link").symlink_to(folder / "garbage")
    for name in ("large", "garbage", "number", "link", "missing"):
        before = snapshot()
        done = call(f"--runtime={stub}", "create", "--bundle", folder / name, "c")
        equal((done.returncode, done.stdout), (0, f"became create --bundle {folder / name} c\n"), name)
        if not os.access("/dev/log", os.W_OK):
            check(done.stderr.count("\n") == 1 and done.stderr.endswith(", ignoring\n"), done.stderr)
        done = call(f"--runtime={stub}", "--strict", "create", "--bundle", folder / name, "c")
        equal((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), f"strict, {name}")
        equal(snapshot(), before, "files")


def docker_says_why():
    """docker run says why a container cannot start"""
    need_docker()
    done = docker.client("run", "--rm", "--net=none", "--runtime=gone", IMAGE, "true")
    check(done.returncode != 0 and b"lxfs-no-such-runtime: it is not installed" in done.stderr, done.stderr)


def snapshot():
    return {path: (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in folder.rglob("*")}


lab.run([
    a_container_of_docker_has_the_views,
    docker_restart_has_them_again,
    a_container_of_the_plain_runtime_is_left_alone,
    an_unmasked_container_can_nest,
    docker_says_why,
    the_wrapper_becomes_the_runtime_that_it_is_told,
    everything_unknown_survives,
    done_twice_it_does_nothing,
    the_annotation_chooses,
    the_runtime_is_chosen_by_option_variable_and_setting,
    other_commands_go_straight_to_the_runtime,
    no_runtime_or_ourselves_is_said_in_one_line,
    hostile_bundles_are_left_alone,
])
