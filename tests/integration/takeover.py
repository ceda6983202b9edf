#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One lxfs takes over from another, as the pods of a DaemonSet do: neither is the other's child, each
has a mount namespace of its own, and they share the runtime folder, whose mounts propagate.

TAKE_OVERS=N sets how many (20).
"""
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import engines
import lab
import survivors
from lab import check, equal
from survivors import Readers, judge, lives, pause

TAKE_OVERS = int(os.environ.get("TAKE_OVERS", "20"))
FEW = max(TAKE_OVERS // 4, 2)
LONGEST_MS = 8000  # an elder that dies before it has said go: its heirs are waited for
KINDS = survivors.KINDS[:2]
HEADER = pathlib.Path(__file__).resolve().parents[2] / "lxfs/serve/estate.h"
ESTATE_VERSION = int(re.search(r"LX_ESTATE_VERSION (\d+)u", HEADER.read_text()).group(1))


class Node:
    """What the pods of a machine share; stands in for a server where containers are made."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-"))
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        self.folder.chmod(0o755)
        subprocess.run(["mount", "--bind", self.folder, self.folder], check=True)
        subprocess.run(["mount", "--make-shared", self.folder], check=True)
        lab.at_end(self.clean)
        self.mount = self.folder / "mount"
        self.runtime = self.folder / "run"
        self.pods = []

    def clean(self):
        for pod in self.pods:
            pod.kill()
        end_keeper(self)
        lab.await_healers(self.runtime)
        while lab.is_mounted(self.folder):
            subprocess.run(["umount", "-l", self.folder], check=True)

    def pod(self, *options, namespaces="-m", wait=True):
        pod = Pod(self, options, namespaces)
        self.pods.append(pod)
        if wait:
            pod.await_serving()
        return pod

    def mounts(self):
        text = pathlib.Path("/proc/self/mountinfo").read_text()
        return sum(str(self.folder) in line.split()[4] for line in text.splitlines())

    def serving_pid(self, which="supervisor"):
        return int((self.runtime / f"{which}.pid").read_text())


def comm(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return None


class Pod:
    """A process tree that is killed as a runtime kills a pod: all of it."""

    def __init__(self, node, options=(), namespaces="-m", before=()):
        self.node = node
        self.log_path = node.folder / f"log-{len(node.pods)}"
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(
                [*before, "unshare", *namespaces.split(), "--propagation", "unchanged", lab.LXFS, "serve",
                 "--take-over", "--mountpoint", node.mount, "--runtime-dir", node.runtime, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.pid = self.process.pid

    def log(self):
        return self.log_path.read_text()

    def serves(self):
        check(self.process.poll() is None, f"lxfs ended: {self.log()}")
        return "serving at" in self.log()

    def await_serving(self):
        lab.wait_until(self.serves, 30, f"lxfs serves; its log: {self.log()}")

    def await_log(self, text, times=1):
        lab.wait_until(lambda: self.log().count(text) >= times, 30, f"\"{text}\" in the log {self.log()}")

    def descriptors(self):
        """The least of several looks: a worker that comes up has pipes."""
        counts = []
        for _ in range(10):
            counts.append(len(os.listdir(f"/proc/{self.pid}/fd")))
            time.sleep(0.03)
        return min(counts)

    def stop(self):
        self.process.terminate()
        equal(self.process.wait(20 * lab.SLOW), 0, f"the exit code; the log: {self.log()}")

    def worker(self):
        """None: it has none; other children are its helpers."""
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return next((int(pid) for pid in children if comm(pid) == "lxfs-worker" and lives(pid)), None)

    def kill(self):
        """At one blow: stopped first, so that neither takes the other's place; also those that have taken the first
        one's place when that had died."""
        with contextlib.suppress(ProcessLookupError):  # all of them have ended
            os.killpg(self.pid, signal.SIGSTOP)
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


# ---- It goes well ------------------------------------------------------------------------------

def many_take_over_one_from_the_other_under_load():
    node = Node()
    old = node.pod()
    readers = Readers(node, KINDS)
    mounts, descriptors = node.mounts(), None
    for _ in range(TAKE_OVERS):
        new = node.pod()
        equal(node.serving_pid(), new.pid, "the pid of who serves")
        check(old.process.poll() is None, "the elder stands by")
        check(old.worker() is None, "the elder has no worker any more")
        old.stop()
        pause(0, 0.1)
        old = new
        descriptors = descriptors or old.descriptors()
    judge(f"{TAKE_OVERS} take-overs", readers.end(), LONGEST_MS)
    equal(node.mounts(), mounts, "mounts")
    equal(old.descriptors(), descriptors, "descriptors of the supervisor")


def without_another_one_it_starts_anew():
    node = Node()
    pod = node.pod()
    equal(node.serving_pid(), pod.pid, "the pid")
    pod.stop()
    check(not lab.is_mounted(node.mount), "the views are unmounted")
    node.pod()


def the_last_one_unmounts():
    node = Node()
    old, new = node.pod(), None
    new = node.pod()
    old.stop()
    new.stop()
    check(not lab.is_mounted(node.mount), "the views are unmounted")
    for name in ("supervisor.pid", "worker.pid", "status", "baton"):
        check(not (node.runtime / name).exists(), f"{name} is left")


def a_reload_keeps_the_elder():
    node = Node()
    old = node.pod()
    new = node.pod()
    done = subprocess.run([lab.LXFS, "reload", "--runtime-dir", node.runtime], capture_output=True, text=True,
                          check=False)
    equal(done.returncode, 0, done.stdout + done.stderr)
    new.stop()
    old.await_log("serves again")
    lab.wait_until(lambda: node.serving_pid() == old.pid, 20, "the elder's pid")


# ---- A keeper ----------------------------------------------------------------------------------

def keepers_of(node):
    """Those who keep at that folder: for a moment also one that is no longer needed."""
    return [int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*")
            if comm(path.name) == "lxfs-keeper" and os.fsencode(node.runtime) in lab.command_of(path.name)]


def keeper_of(node):
    return next(iter(keepers_of(node)), None)


def own_keeper(node, pod):
    def found():
        return [pid for pid in keepers_of(node) if parent_of(pid) == pod.pid]
    lab.wait_until(found, 30, "a keeper of its own")
    return found()[0]


def parent_of(pid):
    field = survivors.stat_field(pid, 1)
    return field and int(field)


def await_keeper(node):
    lab.wait_until(lambda: keeper_of(node), 20, "a keeper")
    return keeper_of(node)


def end_keeper(node):
    while pid := keeper_of(node):
        os.kill(pid, signal.SIGKILL)
        lab.wait_until(lambda pid=pid: not lives(pid), 20, "the keeper ends")


def kept(node, seconds=600, **options):
    return node.pod(f"--keep={seconds}", **options)


def pods_are_killed_outright_and_a_keeper_serves():
    node = Node()
    pod = kept(node)
    readers = Readers(node, KINDS)
    for _ in range(FEW):
        keeper = await_keeper(node)
        pause(0.05, 0.3)
        pod.kill()
        lab.wait_until(lambda keeper=keeper: node.serving_pid() == keeper, 20, "the keeper serves")
        pause(0, 0.3)
        pod = kept(node)
        equal(node.serving_pid(), pod.pid, "the next pod serves")
        equal(keeper_of(node), keeper, "the keeper keeps for it")
    judge(f"{FEW} killed pods", readers.end(), LONGEST_MS)


def a_keeper_lies_in_no_cgroup_of_the_pods():
    node = Node()
    group = lab.Cgroup()
    pod = Pod(node, ["--keep=600"], before=["sh", "-c", " && ".join(
        f"echo $$ > {folder}/cgroup.procs" for folder in group.folders.values()) + ' && exec "$@"', "sh"])
    node.pods.append(pod)
    pod.await_serving()
    keeper = await_keeper(node)

    def paths():
        return pathlib.Path(f"/proc/{keeper}/cgroup").read_text()
    lab.wait_until(lambda: group.path not in paths(), 20, f"it has left: {paths()}")
    check(group.path in pathlib.Path(f"/proc/{pod.pid}/cgroup").read_text(), "the pod has not")


def a_pod_that_is_stopped_is_kept_for_until_the_time_is_over():
    node = Node()
    pod = kept(node, seconds=5)
    readers = Readers(node, KINDS)
    keeper = await_keeper(node)
    pod.stop()
    lab.wait_until(lambda: node.serving_pid() == keeper, 20, "the keeper serves")
    pause(1, 1)
    judge("kept for", readers.end(), LONGEST_MS)
    lab.wait_until(lambda: not lives(keeper), 30, "the keeper ends")
    check(not lab.is_mounted(node.mount), "the views are unmounted")
    check(not (node.runtime / "supervisor.pid").exists(), "no pid file is left")


def the_next_pod_has_a_keeper_of_its_own():
    node = Node()
    old = kept(node)
    first = await_keeper(node)
    new = kept(node)
    old.stop()
    lab.wait_until(lambda: keeper_of(node) not in (None, first) and not lives(first), 30, "another keeper")
    equal(node.serving_pid(), new.pid, "who serves")


def a_keeper_that_is_lost_is_replaced():
    node = Node()
    kept(node)
    first = await_keeper(node)
    os.kill(first, signal.SIGKILL)
    lab.wait_until(lambda: keeper_of(node) not in (None, first), 20, "another keeper")


# ---- Pods of a real runtime ----------------------------------------------------------------------

def bind(source, target=None, *options):
    return {"destination": str(target or source), "source": str(source), "type": "bind",
            "options": ["rbind", *options]}


def privileged(node, *options):
    """As the DaemonSet has it: the host's processes, devices and cgroups, a runtime folder whose mounts
    propagate; and the host's programs in place of an image."""
    program = pathlib.Path(lab.LXFS).resolve()

    def change(config):
        process, linux = config["process"], config["linux"]
        process["args"] = [str(program), "serve", "--take-over", "--keep=600", "--mountpoint", str(node.mount),
                           "--runtime-dir", str(node.runtime), *options]
        process["noNewPrivileges"] = False
        full = [f"CAP_{name}" for name in CAPABILITIES]
        process["capabilities"] = {kind: full for kind in ("bounding", "effective", "permitted")}
        linux["namespaces"] = [space for space in linux["namespaces"] if space["type"] in ("mount", "ipc", "uts")]
        linux["rootfsPropagation"] = "rshared"  # as containerd sets it for Bidirectional
        linux["maskedPaths"], linux["readonlyPaths"] = [], []
        linux["resources"]["devices"] = [{"allow": True, "access": "rwm"}]
        linux["devices"] = [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229}]
        config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] != "/sys/fs/cgroup"]
        config["mounts"] += [bind("/sys/fs/cgroup", None, "rslave"), bind(program.parent, None, "ro"),
                             bind(node.folder, None, "rshared")]
        config["mounts"] += [bind(path, None, "ro") for path in ("/usr", "/lib", "/lib64") if os.path.isdir(path)]
        config["root"]["readonly"] = False
    return change


CAPABILITIES = ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "KILL", "MKNOD",
                "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE"]


class RuncPod:
    def __init__(self, node, oci):
        self.node = node
        self.box = engines.OciBox(engines.Bundle(oci, change=privileged(node)))
        state = json.loads(oci.call("state", self.box.bundle.name).stdout)
        self.pid = state["pid"]
        lab.wait_until(lambda: "serving at" in self.log(), 30, f"it serves: {self.log()}")
        equal(node.serving_pid(), self.pid, "who serves")

    def log(self):
        return self.box.error_path.read_text()

    def delete(self):
        self.box.oci.call("kill", self.box.bundle.name, "TERM")
        lab.wait_until(lambda: not lives(self.pid), 30, "it ends")
        self.box.stop()

    def kill(self):
        self.box.stop()  # delete --force: every process of its cgroup


def follower(node):
    def change(config):
        config["mounts"] += [bind(node.runtime / "anchors/proc" / name, f"/proc/{name}", "ro", "rslave")
                             for name in ("meminfo", "stat", "uptime")]
    return engines.OciBox(engines.Bundle(engines.Oci("runc"), change=change))


LOOP = "while [ ! -e /tmp/stop ]; do cat /proc/meminfo /proc/stat /proc/uptime >/dev/null || exit 1; " \
       "grep -q 'MemTotal: *262144 kB' /proc/meminfo || exit 2; done; echo read"


def pods_of_runc_are_deleted_replaced_and_killed_and_no_read_fails():
    node = Node()
    oci = engines.Oci("runc")
    pod = RuncPod(node, oci)
    box = follower(node)
    reader = subprocess.Popen(box.exec_command("sh", "-c", LOOP), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lab.at_end(reader.kill)
    for _ in range(2):
        new = RuncPod(node, oci)  # an upgrade
        pod.delete()
        own_keeper(node, new)
        new.kill()  # the first one's keeper may be quicker than its own
        lab.wait_until(lambda: node.serving_pid() in keepers_of(node), 30, "a keeper serves")
        pod = RuncPod(node, oci)
        pod.delete()
        lab.wait_until(lambda: node.serving_pid() in keepers_of(node), 30, "a keeper serves again")
        pod = RuncPod(node, oci)
    (box.bundle.folder / "rootfs/tmp/stop").touch()
    equal((reader.communicate(timeout=30 * lab.SLOW)[0], reader.returncode), ("read\n", 0), "the reader")
    pod.kill()


# ---- It does not -------------------------------------------------------------------------------

def a_newcomer_may_die_at_any_moment():
    node = Node()
    old = node.pod()
    readers = Readers(node, KINDS)
    for _ in range(2 * FEW):
        new = node.pod(wait=False)
        pause(0, random.choice((0.05, 0.4)))
        new.kill()
        lab.wait_until(lambda: node.serving_pid() == old.pid and old.worker(), 20,
                       f"the elder serves; its log: {old.log()}")
    pause(0.5, 0.5)
    judge(f"{2 * FEW} dead newcomers", readers.end(), LONGEST_MS)


def an_elder_may_die_at_any_moment():
    node = Node()
    old = node.pod()
    readers = Readers(node, KINDS)
    for _ in range(FEW):
        new = node.pod(wait=False)
        lab.wait_until(lambda: "takes over" in old.log(), 20, f"it is asked: {old.log()}")
        pause(0, 0.2)
        old.kill()
        new.await_serving()
        lab.wait_until(lambda: node.serving_pid() == new.pid, 20, "the newcomer's pid")
        old = new
    pause(0.5, 0.5)
    judge(f"{FEW} dead elders", readers.end(), LONGEST_MS)


def the_elder_serves_again_when_the_newcomer_is_stopped():
    node = Node()
    old = node.pod()
    readers = Readers(node, KINDS)
    for times in range(1, 4):
        new = node.pod()
        pause(0.1, 0.3)
        new.stop()
        old.await_log("serves again", times)
        pause(0.1, 0.3)
    judge("3 roll-backs", readers.end(), LONGEST_MS)


def killed_processes_of_a_newcomer_replace_each_other():
    node = Node()
    old = node.pod()
    readers = Readers(node, KINDS)
    new = node.pod()
    for _ in range(3):
        for which in ("worker", "supervisor"):
            pid = node.serving_pid(which)
            os.kill(pid, signal.SIGKILL)
            lab.wait_until(lambda pid=pid, which=which: node.serving_pid(which) != pid, 20, f"the next {which}")
            pause(0.3, 0.3)
    check("serves again" not in old.log(), "the elder stands by all the time")
    judge("killed processes", readers.end(), LONGEST_MS)
    os.kill(node.serving_pid(), signal.SIGTERM)
    old.await_log("serves again")
    new.process.wait()


def an_elder_of_three_is_no_heir():
    node = Node()
    first = node.pod()
    second = node.pod()
    third = node.pod()
    second.stop()
    time.sleep(0.5)
    check(first.worker() is None, f"the first one serves nothing; its log: {first.log()}")
    equal(node.serving_pid(), third.pid, "who serves")
    first.stop()
    check(lab.is_mounted(node.mount), "the views are there")


# ---- Refusals ----------------------------------------------------------------------------------

def refused(pod):
    equal(pod.process.wait(30 * lab.SLOW), 1, f"the exit code; the log: {pod.log()}")
    return pod.log()


def still_serves(node, old):
    equal(node.serving_pid(), old.pid, "who serves")
    check((node.mount / "proc/meminfo").read_text(), "the views are read")


def another_pid_namespace_is_refused():
    node = Node()
    old = node.pod()
    text = refused(node.pod(namespaces="-m -p -f", wait=False))
    check("another PID namespace" in text and "hostPID" in text, text)
    still_serves(node, old)


def a_mount_namespace_without_the_views_is_refused():
    node = Node()
    old = node.pod()
    # Where /tmp is shared, what is mounted in a bind of a part of it lies there twice.
    hidden = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c",
         f"while umount -l {node.mount} 2>/dev/null; do :; done; exec {lab.LXFS} serve --take-over --mountpoint {node.mount}"
         f" --runtime-dir {node.runtime}"],
        capture_output=True, text=True, timeout=60 * lab.SLOW, check=False)
    equal(hidden.returncode, 1, "the exit code")
    check("Bidirectional" in hidden.stderr, hidden.stderr)
    still_serves(node, old)


def ask(node, message):
    """An answer's kind and text: as serve/baton.h lays messages out."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
        peer.settimeout(20 * lab.SLOW)
        peer.connect(str(node.runtime / "baton"))
        try:
            peer.send(message)
            answer, fds, _, _ = socket.recv_fds(peer, 4096, 16)
        except (BrokenPipeError, ConnectionResetError):
            return 0, ""
        for fd in fds:
            os.close(fd)
    return int.from_bytes(answer[4:8], "little"), answer[24:].split(b"\0")[0].decode()


def asking(version, pid_namespace=None):
    pid_namespace = pid_namespace or os.stat("/proc/self/ns/pid").st_ino
    return (0x6c786261.to_bytes(4, "little") + (1).to_bytes(4, "little") + version.to_bytes(4, "little")
            + bytes(4) + pid_namespace.to_bytes(8, "little") + b"0.0.9-test".ljust(232, b"\0"))


ESTATE, REFUSED = 2, 3


def another_version_is_refused():
    node = Node()
    old = node.pod()
    kind, text = ask(node, asking(ESTATE_VERSION + 1))
    equal(kind, REFUSED, "the answer")
    check("version" in text, text)
    equal(ask(node, asking(ESTATE_VERSION))[0], ESTATE, "the answer to the right one")
    old.await_log("this one goes on")
    still_serves(node, old)


def nonsense_is_not_answered():
    node = Node()
    old = node.pod()
    for message in (b"", b"x", b"\0" * 256, b"\xff" * 256, asking(ESTATE_VERSION) + b"more", os.urandom(256)):
        equal(ask(node, message), (0, ""), "the answer")
    still_serves(node, old)
    node.pod()


def as_nobody(function, *arguments):
    def enter():
        os.setgid(65534)
        os.setuid(65534)
    return lab.Call(function, *arguments, enter=enter).result()


def nobody_but_root_is_heard():
    node = Node()
    old = node.pod()
    try:
        as_nobody(ask, node, asking(ESTATE_VERSION))
        raise lab.Failed("an ordinary user was heard")
    except PermissionError:
        pass
    (node.runtime / "baton").chmod(0o666)  # whatever the file's mode is
    equal(as_nobody(ask, node, asking(ESTATE_VERSION)), (0, ""), "the answer")
    check("user 65534" in old.log(), old.log())
    still_serves(node, old)


def one_that_says_nothing_holds_nobody_up():
    node = Node()
    node.pod()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as silent:
        silent.connect(str(node.runtime / "baton"))
        node.pod()


def without_the_option_a_second_one_is_refused():
    node = Node()
    old = node.pod()
    done = subprocess.run([lab.LXFS, "serve", "--mountpoint", node.mount, "--runtime-dir", node.runtime],
                          capture_output=True, text=True, check=False)
    equal(done.returncode, 1, "the exit code")
    check("another lxfs" in done.stderr, done.stderr)
    still_serves(node, old)


lab.adopt_orphans()  # keepers
lab.run([
    many_take_over_one_from_the_other_under_load,
    without_another_one_it_starts_anew,
    the_last_one_unmounts,
    a_reload_keeps_the_elder,
    pods_are_killed_outright_and_a_keeper_serves,
    a_keeper_lies_in_no_cgroup_of_the_pods,
    a_pod_that_is_stopped_is_kept_for_until_the_time_is_over,
    the_next_pod_has_a_keeper_of_its_own,
    a_keeper_that_is_lost_is_replaced,
    pods_of_runc_are_deleted_replaced_and_killed_and_no_read_fails,
    a_newcomer_may_die_at_any_moment,
    an_elder_may_die_at_any_moment,
    the_elder_serves_again_when_the_newcomer_is_stopped,
    killed_processes_of_a_newcomer_replace_each_other,
    an_elder_of_three_is_no_heir,
    another_pid_namespace_is_refused,
    a_mount_namespace_without_the_views_is_refused,
    another_version_is_refused,
    nonsense_is_not_answered,
    nobody_but_root_is_heard,
    one_that_says_nothing_holds_nobody_up,
    without_the_option_a_second_one_is_refused,
])
