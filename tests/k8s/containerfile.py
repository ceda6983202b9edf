#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The image of k8s/image, built by podman on a Debian made from this machine's own sources, and both programs
in it. No registry is asked."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/injector"), str(TOP / "tests/integration")]
import yaml  # noqa: E402
import admission  # noqa: E402
import cluster  # noqa: E402
import exposition  # noqa: E402
import lab  # noqa: E402
from lab import check, equal  # noqa: E402

RELEASE = "bookworm"
DEBIAN = "localhost/debian:bookworm-slim"
IMAGE = "localhost/lxfs:test"
NOBODY = "65532"
BUILD_SECONDS = 2400
# What apt would do here, and must do there.
APT_OPTIONS = re.compile(r"^Acquire::(https?::Proxy|Check-)")
PODS = TOP / "tests/k8s/pods"


class Stage:
    """What all tests share."""
    podman = None
    is_built = False


def sources():
    """The files that say where this machine gets that Debian from."""
    files = [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]
    return [path for path in files if path.is_file() and re.search(rf"\b{RELEASE}\b", path.read_text())]


def apt_options(folder):
    told = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    path = folder / "apt.conf"
    path.write_text("".join(f"{line}\n" for line in told.splitlines() if APT_OPTIONS.match(line)))
    return path


def make_debian(folder):
    """A minimal one, as a file."""
    path = folder / "debian.tar"
    done = subprocess.run(
        ["mmdebstrap", "--mode=root", "--variant=minbase", f"--aptopt={apt_options(folder)}", "--include=ca-certificates",
         "--dpkgopt=force-unsafe-io", RELEASE, path, *sources()],
        capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
    if done.returncode:
        raise lab.Skipped(f"no Debian {RELEASE} can be had here: {done.stderr[-300:]}")
    return path


class Podman:
    """As root, with storage of its own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="podman-"))
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        lab.at_end(lambda: subprocess.run(["umount", "--lazy", *self.mounts()], check=False, stderr=subprocess.DEVNULL))
        self.parent = lab.unique_name()
        for root in lab.hierarchy_roots():
            lab.at_end(lambda folder=root / self.parent: lab.remove_cgroup(folder))
        self.environment = {**os.environ, "TMPDIR": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder),
                            "HOME": str(self.folder), "CONTAINERS_CONF": "/dev/null"}

    def mounts(self):
        points = [line.split()[1] for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
        return [point for point in reversed(points) if point.startswith(f"{self.folder}/")]

    def client(self, *words, seconds=300):
        line = ["podman", f"--root={self.folder}/root", f"--runroot={self.folder}/run", f"--tmpdir={self.folder}/tmp",
                "--cgroup-manager=cgroupfs", "--events-backend=none", "--storage-driver=overlay", "--runtime=runc"]
        return subprocess.run([*line, *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=seconds, check=False, env=self.environment)

    def call(self, *words, **options):
        done = self.client(*words, **options)
        equal(done.returncode, 0, f"the exit code of podman {' '.join(map(str, words))}: {done.stderr[-2000:]}")
        return done.stdout

    def run(self, *words):
        return self.call("run", "--rm", *self.options(), *words)

    def options(self):
        return [f"--cgroup-parent=/{self.parent}", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"]

    def start(self, *words):
        """In the background, to the end of the test."""
        name = self.call("run", "--detach", *self.options(), *words).strip()
        lab.at_end(lambda: self.client("rm", "--force", "--time=10", name))
        return name


def image():
    """Whatever needs it, after it could not be built."""
    if not Stage.is_built:
        raise lab.Skipped("there is no image")
    return Stage.podman


# ---- The image -----------------------------------------------------------------------------------

def the_containerfile_builds_on_a_fresh_debian():
    podman = Stage.podman
    podman.call("import", make_debian(cluster.make_folder()), DEBIAN)
    podman.call("build", "--isolation=chroot", "--network=host", f"--build-arg=DEBIAN={DEBIAN}", "--tag", IMAGE,
                "-f", TOP / "k8s/image/Containerfile", TOP, seconds=BUILD_SECONDS)
    sizes = [int(podman.call("image", "inspect", "--format={{.Size}}", name)) // 1000000 for name in (DEBIAN, IMAGE)]
    lab.note(f"{sizes[1]} MB, of which Debian is {sizes[0]}")
    Stage.is_built = True


def nobodys_image_has_both_programs_and_no_compiler():
    podman = image()
    config = json.loads(podman.call("image", "inspect", IMAGE))[0]["Config"]
    equal(config["User"], f"{NOBODY}:{NOBODY}", "the user")
    for program, here in (("lxfs", lab.LXFS), ("lxfs-injector", admission.INJECTOR)):
        expected = subprocess.run([here, "--version"], capture_output=True, text=True, check=True).stdout
        equal(podman.run("--network=none", IMAGE, program, "--version"), expected, "the version")
    found = podman.run("--network=none", IMAGE, "sh", "-c", "ls /src /usr/bin/cc /usr/bin/gcc /usr/bin/ninja 2>&1; true")
    equal(found.count("No such file"), 4, f"what only the build needs: {found}")


# ---- The injector --------------------------------------------------------------------------------

def hardened(*words):
    """As its Deployment has it."""
    return ["--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges", *words]


def the_injector_answers_in_it_as_it_does_here():
    podman = image()
    for name in ("plain", "everything-set"):
        path = PODS / name / "review.json"
        words = ["--labels", "lxfs.io/inject=enabled", "--review"]
        expected = subprocess.run([admission.INJECTOR, *words, path], capture_output=True, text=True, check=True).stdout
        seen = podman.run("--network=none", *hardened("--volume", f"{path}:/review.json:ro"), IMAGE,
                          "lxfs-injector", *words, "/review.json")
        equal(json.loads(seen), json.loads(expected), name)


def the_injector_serves_as_nobody_on_a_read_only_root():
    podman = image()
    folder = cluster.make_folder()
    authority = cluster.Authority()
    cluster.write_pair(folder, authority.issue(cluster.SERVICE))
    for path in [folder, *folder.iterdir()]:
        path.chmod(0o755)
    name = podman.start("--network=host", *hardened("--volume", f"{folder}:/tls:ro"), IMAGE, "lxfs-injector",
                        "--listen=127.0.0.1:0", "--certificate=/tls/tls.crt", "--key=/tls/tls.key",
                        "--api-server=https://127.0.0.1:1", "--api-token=/tls/tls.crt", "--api-authority=/tls/tls.crt")
    lab.wait_until(lambda: "serving" in told_by(podman, name), 120, f"the injector serves: {told_by(podman, name)}")
    port, = [json.loads(line)["port"] for line in told_by(podman, name).splitlines() if '"serving"' in line]
    connection = cluster.Connection(int(port), cluster.pem(authority.certificate), cluster.SERVICE)
    equal(connection.ask("GET", "/healthz"), (200, "ok\n"), "the answer")
    equal(cluster.decision(connection.ask("POST", "/mutate", cluster.review())), "namespace-unknown", "the decision")
    pid = podman.call("inspect", "--format={{.State.Pid}}", name).strip()
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    check(re.search(rf"^Uid:\t{NOBODY}\t{NOBODY}", status, re.M), status)
    check(re.search(r"^CapEff:\t0+$", status, re.M), status)
    done = podman.client("exec", name, "sh", "-c", "echo >/x || echo >/tmp/x")
    check(done.returncode != 0 and "Read-only" in done.stderr, f"it may write: {done.stderr}")


def told_by(podman, name):
    done = podman.client("logs", name)
    return done.stdout + done.stderr


# ---- The daemon ----------------------------------------------------------------------------------

def of_the_daemonset():
    manifests = yaml.safe_load_all((TOP / "k8s/deploy/base/daemonset.yaml").read_text())
    daemon, = [each for each in manifests if each["kind"] == "DaemonSet"]
    return daemon["spec"]["template"]["spec"]["containers"][0]


def pass_probe(podman, name, command):
    said = []

    def passes():
        done = podman.client("exec", name, *command)
        said[:] = [done.stdout, done.stderr]
        return done.returncode == 0
    try:
        lab.wait_until(passes, 120, " ".join(command))
    except lab.Failed as failure:
        raise lab.Failed(f"{failure}: {said}, {told_by(podman, name)}") from failure


def start_daemon(podman):
    """Its folder, which is one path in and out, as on a node; in this test's own mount namespace."""
    folder = pathlib.Path("/run/lxfs")
    subprocess.run(["mount", "-t", "tmpfs", "lxfs-test", "/run"], check=True)
    lab.at_end(lambda: subprocess.run(["umount", "--recursive", "--lazy", "/run"], check=False))
    subprocess.run(["mount", "--make-shared", "/run"], check=True)
    folder.mkdir()
    container = of_the_daemonset()
    words = [word for word in container["command"] if not word.startswith("--keep")]
    name = podman.start("--network=none", "--pid=host", "--cgroupns=host", "--privileged", "--user=0:0",
                        "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rslave", "--volume", f"{folder}:{folder}:rshared", IMAGE, *words)
    for kind in ("startupProbe", "livenessProbe"):
        pass_probe(podman, name, container[kind]["exec"]["command"])
    return folder


def the_daemon_serves_in_it_and_its_probes_say_so():
    folder = start_daemon(image())
    seen = lab.parse_meminfo((folder / "mount/proc/meminfo").read_text())
    here = lab.parse_meminfo(pathlib.Path("/proc/meminfo").read_text())
    equal(seen["MemTotal"], here["MemTotal"], "what this machine reads there")


def of_the_metrics():
    patch = yaml.safe_load((TOP / "k8s/deploy/components/metrics/container.yaml").read_text())
    container, = [each["value"] for each in patch if each["path"].endswith("/containers/-")]
    return container


def what_it_counts_nobody_serves_on_a_read_only_root():
    podman = image()
    folder = start_daemon(podman)
    words = [word for word in of_the_metrics()["command"] if not word.startswith("--listen")]
    name = podman.start("--network=host", "--pid=host", *hardened(f"--volume={folder}:{folder}:ro,rslave"), IMAGE,
                        *words, "--listen=127.0.0.1:0")
    lab.wait_until(lambda: "listening at" in told_by(podman, name), 120, f"it listens: {told_by(podman, name)}")
    where = told_by(podman, name).split("listening at ")[1].strip()

    def scraped():
        with urllib.request.urlopen(f"http://{where}/metrics", timeout=60) as answer:
            return exposition.parse(answer.read().decode())
    equal(scraped()["lxfs_up"].value(), 1, "whether it serves")
    lab.wait_until(lambda: "lxfs_reads_total" in scraped(), 120, "what the daemon has counted")


TESTS = [
    the_containerfile_builds_on_a_fresh_debian,
    nobodys_image_has_both_programs_and_no_compiler,
    the_injector_answers_in_it_as_it_does_here,
    the_injector_serves_as_nobody_on_a_read_only_root,
    the_daemon_serves_in_it_and_its_probes_say_so,
    what_it_counts_nobody_serves_on_a_read_only_root,
]

if __name__ == "__main__":
    lab.alone()
    Stage.podman = Podman()
    lab.run(TESTS)
