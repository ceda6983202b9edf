#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shipped manifests on a control plane with a node: from `kubectl apply` to what a pod's programs see."""
import os
import pathlib
import re
import signal
import subprocess
import urllib.request

import plane as planes
from plane import PATIENCE, SYSTEM, ControlPlane, lab
import exposition
from lab import check, equal
import node as nodes

IMAGE = nodes.IMAGES[0].removeprefix("docker.io/library/")
NEXT_IMAGE = nodes.IMAGES[1].removeprefix("docker.io/library/")
SHOP = "shop"
# By their paths: busybox's own would ask the kernel instead.
LOOK = "/usr/bin/free -m; /usr/bin/getconf _NPROCESSORS_ONLN; /usr/bin/uptime"
# A read that fails, or gives another's figures, is told at once; how many there were, now and then.
LOOP = """n=0 bad=0
while :; do
	kib=error
	read -r _ kib _ </proc/meminfo
	[ "$kib" = 131072 ] || { bad=$((bad + 1)); echo "bad: $kib"; }
	n=$((n + 1))
	[ $((n % 20)) != 0 ] || { echo "$n reads, $bad bad"; usleep 20000; }
done"""


class Stage:
    """What all tests share."""
    plane = node = None


def container(name="main", script="exec sleep inf", mib=None, cpus=None, **more):
    limits = {**({"memory": f"{mib}Mi"} if mib else {}), **({"cpu": str(cpus)} if cpus else {})}
    return {"name": name, "image": IMAGE, "command": ["sh", "-c", script],
            "resources": {"limits": limits, "requests": {"cpu": "1m", "memory": "1Mi"}}, **more}


def start(name, *containers, metadata=None, **spec):
    plane = Stage.plane
    plane.pod(SHOP, name, metadata, "", containers=list(containers), terminationGracePeriodSeconds=0, **spec)
    lab.wait_until(lambda: phase(name) == "Running", PATIENCE, f"{name} runs: {events(name)}")


def phase(name):
    pod = Stage.plane.ask("GET", f"/api/v1/namespaces/{SHOP}/pods/{name}")[1]
    ready = all(each["ready"] for each in pod["status"].get("containerStatuses", [{"ready": False}]))
    return pod["status"]["phase"] if ready else "not ready"


def events(name):
    return Stage.plane.call("get", "events", "-n", SHOP, "--field-selector", f"involvedObject.name={name}").stdout[-800:]


def run(pod, *words, of="main"):
    return Stage.plane.kubectl("exec", "-n", SHOP, pod, "-c", of, "--", *words)


def logs(pod, of="main"):
    return Stage.plane.kubectl("logs", "-n", SHOP, pod, "-c", of)


def sees(text, mib, cpus):
    """`LOOK` in a container that is younger than this test."""
    lines = text.splitlines()
    equal(int(lines[1].split()[1]), mib, f"MiB in {text}")
    equal(int(lines[3]), cpus, f"CPUs in {text}")
    check(re.search(r"up +\d+ min", lines[4]), f"the uptime in {text}")


def look(pod, mib, cpus, of="main"):
    sees(run(pod, "sh", "-c", LOOK, of=of), mib, cpus)


def rolled_out(what):
    plane = Stage.plane
    done = plane.call("-n", SYSTEM, "rollout", "status", what, f"--timeout={PATIENCE - 10}s")
    check(done.returncode == 0, f"{what}: {done.stdout}{done.stderr}{plane.call('-n', SYSTEM, 'get', 'events').stdout[-3000:]}")


def daemons():
    pods = Stage.plane.get("pods", "-n", SYSTEM, "-l", "app.kubernetes.io/name=lxfs")["items"]
    return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


# ---- From nothing --------------------------------------------------------------------------------

def documented(heading):
    """The commands for kubectl below a heading of the documentation, with an image that is here."""
    text = (planes.TOP / "docs/kubernetes.md").read_text()
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]
    return [line.strip().replace("debian:bookworm-slim", IMAGE) for line in section.splitlines()
            if line.startswith("    kubectl")]


def shell(command):
    done = subprocess.run(["sh", "-c", command], cwd=planes.TOP, capture_output=True, text=True, timeout=2 * PATIENCE,
                          env={**os.environ, "PATH": f"{planes.BUILT}:{os.environ['PATH']}",
                               "KUBECONFIG": str(Stage.plane.config)}, check=False)
    equal(done.returncode, 0, f"the exit code of {command}: {done.stdout}{done.stderr}")
    return done.stdout


def the_five_commands_of_the_documentation_lead_to_the_first_pod():
    plane = Stage.plane
    apply, wait, label, run_pod, look_into_it = documented("Five commands")
    shell(apply)
    nodes.Proxy(plane, SYSTEM, "lxfs-injector")
    shell(wait)
    rolled_out("daemonset/lxfs")
    rolled_out("deployment/lxfs-injector")
    shell(label)
    shell(run_pod)
    seen = shell(look_into_it)
    check(re.search(rf"^MemTotal: +{256 * 1024} kB$", seen, re.M), f"what the first pod sees: {seen}")
    plane.kubectl("delete", "pod", "first", "--grace-period=1")
    plane.namespace(SHOP, **{"lxfs.io/inject": "enabled"})


def pods_see_their_own_limits():
    for mib, cpus in ((64, 0.5), (256, 0.5), (512, 2)):
        name = f"limits-{mib}"
        start(name, container(script=f"{LOOK}; exec sleep inf", mib=mib, cpus=cpus))
        look(name, mib, 1 if cpus < 1 else cpus)
        sees(logs(name), mib, 1 if cpus < 1 else cpus)


def a_pod_without_limits_sees_the_machine():
    start("unlimited", container())
    host = int(lab.parse_meminfo(pathlib.Path("/proc/meminfo").read_text())["MemTotal"]) // 1024
    look("unlimited", host, os.cpu_count())


def init_containers_and_sidecars_see_theirs():
    start("inits", container(mib=256), initContainers=[
        container("first", LOOK, mib=64, cpus=1), container("side", mib=128, cpus=1, restartPolicy="Always")])
    sees(logs("inits", of="first"), 64, 1)
    look("inits", 128, 1, of="side")


def an_ephemeral_container_sees_its_own():
    plane = Stage.plane
    start("debugged", container(mib=64, cpus=1))
    plane.kubectl("debug", "-n", SHOP, "debugged", f"--image={IMAGE}", "-c", "debug", "--profile=general", "--",
                  "sleep", "inf")

    def runs():
        states = plane.get("pod", "-n", SHOP, "debugged")["status"].get("ephemeralContainerStatuses", [])
        return bool(states) and "running" in states[0]["state"]
    lab.wait_until(runs, PATIENCE, f"the ephemeral container runs: {events('debugged')}")
    # It has no limits but the pod's, which are those of all containers together.
    look("debugged", 64, 1, of="debug")


def with_a_shared_pid_namespace_each_sees_its_own():
    start("shared", container("one", mib=64), container("two", mib=256), shareProcessNamespace=True)
    for name, mib in (("one", 64), ("two", 256)):
        equal(int(run("shared", "free", "-m", of=name).splitlines()[1].split()[1]), mib, name)


def a_pod_that_opts_out_sees_the_machine():
    start("out", container(mib=64), metadata={"labels": {"lxfs.io/inject": "disabled"}})
    check(int(run("out", "free", "-m").splitlines()[1].split()[1]) > 1000, "the machine's memory")


# ---- While a pod reads ---------------------------------------------------------------------------

def start_reader(name):
    start(name, container(script=LOOP, mib=128, cpus=0.2))
    read_on(name)


def counts(name):
    """Reads, and the bad ones."""
    told = re.findall(r"(\d+) reads, (\d+) bad", logs(name))
    return tuple(map(int, told[-1])) if told else (0, 0)


def read_on(name):
    """Many reads after what has happened, as before."""
    before, _ = counts(name)
    lab.wait_until(lambda: counts(name)[0] >= before + 200, PATIENCE, f"{name} reads on: {logs(name)[-300:]}")


def end_reader(name):
    read_on(name)
    reads, bad = counts(name)
    lab.note(f"{reads} reads")
    equal(bad, 0, f"failed reads: {[line for line in logs(name).splitlines() if line.startswith('bad')][:9]}")


def replaced(uid):
    return daemons() and all(pod["metadata"]["uid"] != uid for pod in daemons())


def a_daemon_pod_that_is_deleted_costs_no_read():
    start_reader("reader-deleted")
    pod, = daemons()
    Stage.plane.kubectl("delete", "pod", "-n", SYSTEM, pod["metadata"]["name"])
    lab.wait_until(lambda: replaced(pod["metadata"]["uid"]), PATIENCE, "another pod")
    rolled_out("daemonset/lxfs")
    end_reader("reader-deleted")


def an_upgrade_of_the_image_costs_no_read():
    start_reader("reader-upgraded")
    Stage.plane.kubectl("-n", SYSTEM, "set", "image", "daemonset/lxfs", f"lxfs={NEXT_IMAGE}")
    rolled_out("daemonset/lxfs")

    def is_alone():
        return [pod["spec"]["containers"][0]["image"] for pod in daemons()] == [NEXT_IMAGE]
    lab.wait_until(is_alone, PATIENCE, "the new one alone")
    end_reader("reader-upgraded")


def a_daemon_pod_that_is_killed_costs_no_read():
    start_reader("reader-killed")
    for _ in range(3):
        pod, = daemons()
        restarts = pod["status"]["containerStatuses"][0]["restartCount"]
        for pid in processes_of(pod):
            kill(pid)
        lab.wait_until(lambda: is_restarted(restarts), PATIENCE, "the kubelet starts it again")
        rolled_out("daemonset/lxfs")
        read_on("reader-killed")
    end_reader("reader-killed")


def is_restarted(restarts):
    status, = [pod["status"]["containerStatuses"][0] for pod in daemons()]
    return status["restartCount"] > restarts and status["ready"]


def processes_of(pod):
    """All of its cgroup, as they are now."""
    top = pathlib.Path(f"/sys/fs/cgroup/memory{Stage.node.cgroup}")
    for folder in top.rglob(f"pod{pod['metadata']['uid']}"):
        for file in folder.rglob("cgroup.procs"):
            if "pause" not in file.parts:
                yield from map(int, file.read_text().split())


def kill(pid):
    try:
        if b"lxfs" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, FileNotFoundError):
        pass


def what_each_daemon_counts_is_scraped_where_its_annotations_say():
    plane = Stage.plane
    start_reader("reader-counted")
    plane.kubectl("apply", "-k", plane.write_components(["metrics"]))
    rolled_out("daemonset/lxfs")
    lab.wait_until(lambda: [len(pod["spec"]["containers"]) for pod in daemons()] == [2], PATIENCE, "the new one alone")
    pod, = daemons()
    port = pod["metadata"]["annotations"]["prometheus.io/port"]
    url = f"http://{pod['status']['podIP']}:{port}/metrics"
    equal(scrape(url)["lxfs_up"].value(), 1, "whether it serves")
    before = meminfo_reads(url)
    end_reader("reader-counted")
    lab.wait_until(lambda: meminfo_reads(url) >= before + 200, PATIENCE, f"the reads of a pod are counted: {before}")


def scrape(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return exposition.parse(answer.read().decode())


def meminfo_reads(url):
    """0 while a worker that is new has published nothing yet."""
    seen = scrape(url)
    return seen["lxfs_reads_total"].value(file="proc/meminfo", outcome="ok") if "lxfs_reads_total" in seen else 0


def without_the_injector_pods_start_and_see_the_machine():
    plane = Stage.plane
    plane.kubectl("-n", SYSTEM, "scale", "deployment/lxfs-injector", "--replicas=0")
    lab.wait_until(lambda: plane.get("pods", "-n", SYSTEM, "-l", "app.kubernetes.io/name=lxfs-injector")["items"] == [],
                   PATIENCE, "no injector is left")
    start("without", container(mib=64))
    check(int(run("without", "free", "-m").splitlines()[1].split()[1]) > 1000, "the machine's memory")


def what_is_uninstalled_leaves_pods_running():
    plane = Stage.plane
    start_reader("reader-last")
    for command in documented("Uninstalling"):
        shell(command)
    lab.wait_until(lambda: "bad: " in logs("reader-last"), PATIENCE * 2, "the keeper has ended")
    seen = set(re.findall("bad: (.*)", logs("reader-last")))
    host = str(lab.parse_meminfo(pathlib.Path("/proc/meminfo").read_text())["MemTotal"])
    equal(seen, {host}, "what it reads then")


TESTS = [
    the_five_commands_of_the_documentation_lead_to_the_first_pod,
    pods_see_their_own_limits,
    a_pod_without_limits_sees_the_machine,
    init_containers_and_sidecars_see_theirs,
    an_ephemeral_container_sees_its_own,
    with_a_shared_pid_namespace_each_sees_its_own,
    a_pod_that_opts_out_sees_the_machine,
    a_daemon_pod_that_is_deleted_costs_no_read,
    an_upgrade_of_the_image_costs_no_read,
    a_daemon_pod_that_is_killed_costs_no_read,
    what_each_daemon_counts_is_scraped_where_its_annotations_say,
    without_the_injector_pods_start_and_see_the_machine,
    what_is_uninstalled_leaves_pods_running,
]

if __name__ == "__main__":
    planes.enter()
    nodes.take_apart()
    Stage.plane = ControlPlane()
    Stage.node = nodes.Node(Stage.plane)
    lab.adopt_orphans()
    lab.run(TESTS)
