#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/runtimes.md: every command of it is run, in order, as it stands there.

The machine for it is a mount namespace of this process with lxfs installed under /usr, in which
nothing that is written to /etc, /usr, /var and /run lasts. A script plays systemd. Blocks with the tag
vm= are run by tests/vm.
"""
import ctypes
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import engines
import guide_blocks
import lab
from lab import check, equal

BUILD = pathlib.Path(os.environ["LXFS_BUILD"])
CLONE_NEWNS = 0x20000
SYSTEMCTL = """#!/bin/sh -eu
# systemctl, as far as docs/runtimes.md needs it: starts what does not run yet
for name in "$@"; do :; done
case $name in
lxfs) set -- lxfs serve ;;
docker) set -- dockerd --iptables=false --ip-forward=false --bridge=none ;;
containerd) set -- containerd ;;
*) exit 1 ;;
esac
"$@" >{folder}/$name.log 2>&1 </dev/null &
echo $! >{folder}/$name.pid
"""


# ---- The machine -----------------------------------------------------------------------------------

def enter_namespace():
    """Before anything is started, and once: what is mounted from here on goes with this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    check(libc.unshare(CLONE_NEWNS) == 0, "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


def overlay(scratch):
    """Nothing that is written lasts, and containers' layers lie on no overlay."""
    mount("-t", "tmpfs", "-o", "mode=0755", "scratch", scratch)
    lab.at_end(lambda: unmount("/run", "/var", "/usr", "/etc", scratch))
    for name in ("etc", "usr", "var"):
        for part in ("upper", "work"):
            (scratch / name / part).mkdir(parents=True)
        mount("-t", "overlay", "-o",
              f"lowerdir=/{name},upperdir={scratch}/{name}/upper,workdir={scratch}/{name}/work", name, f"/{name}")
    for place in ("/run", "/var/lib/containerd", "/var/lib/docker"):
        os.makedirs(place, exist_ok=True)
        mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", place)


def unmount(*places):
    for place in places:
        subprocess.run(["umount", "--recursive", "--lazy", str(place)], check=False)


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def install():
    """What `meson install` would, under /usr."""
    listed = subprocess.run(["meson", "introspect", "--installed", str(BUILD)], capture_output=True, check=True)
    prefix = json.loads(subprocess.run(["meson", "introspect", "--buildoptions", str(BUILD)], capture_output=True,
                                       check=True).stdout)
    prefix = next(option["value"] for option in prefix if option["name"] == "prefix")
    for source, target in json.loads(listed.stdout).items():
        target = pathlib.Path(target.replace(prefix, "/usr", 1))
        if os.path.isfile(source) and not target.name.startswith("lib"):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
            if target.suffix in (".json", ".conf"):
                target.write_text(target.read_text().replace(prefix + "/", "/usr/"))
    shutil.copy(os.path.realpath(lab.LXFS), "/usr/bin/lxfs")
    pathlib.Path("/usr/bin/lxfs-runtime").unlink(missing_ok=True)
    pathlib.Path("/usr/bin/lxfs-runtime").symlink_to("lxfs")


class Machine:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-guide-"))
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        scratch = self.folder / "scratch"
        scratch.mkdir()
        overlay(scratch)
        install()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        (self.bin / "systemctl").write_text(SYSTEMCTL.format(folder=self.folder))
        (self.bin / "systemctl").chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.folder)}
        lab.at_end(self.stop)

    def sh(self, script, **options):
        return subprocess.run(["sh", "-eu", "-c", script], env=self.environment, capture_output=True, text=True,
                              check=False, timeout=120, **{"stdin": subprocess.DEVNULL, **options})

    def log(self, name):
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-5:]) if path.exists() else ""

    def stop(self):
        for name in ("docker", "containerd", "lxfs"):
            path = self.folder / f"{name}.pid"
            if path.exists():
                end(int(path.read_text()))

    def wait_for(self, command, what):
        lab.wait_until(lambda: self.sh(command).returncode == 0, 60, f"{what}: {self.log(what)}")


def end(pid):
    """A daemon of the machine, which is our child because we adopt orphans."""
    try:
        os.kill(pid, 15)
        os.waitpid(pid, 0)
    except (ChildProcessError, ProcessLookupError):
        pass


def remember_cgroups(*names):
    for root in lab.hierarchy_roots():
        for name in names:
            if not (root / name).exists():
                lab.at_end(lambda folder=root / name: lab.remove_cgroup(folder))


# ---- What must be there before a section -----------------------------------------------------------

def before_podman():
    engines.need("podman", "conmon", "runc")
    remember_cgroups("libpod_parent")
    pathlib.Path("/etc/containers").mkdir(exist_ok=True)
    pathlib.Path("/etc/containers/policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    pathlib.Path("/etc/containers/storage.conf").write_text(
        '[storage]\ndriver = "vfs"\nrunroot = "/run/containers"\ngraphroot = "/var/lib/containers"\n')
    pathlib.Path("/etc/containers/containers.conf").write_text(
        '[containers]\nnetns = "none"\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
        '[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\nevents_logger = "none"\n')
    done = subprocess.run(["podman", "import", "-", "docker.io/library/ubuntu:latest"], input=engines.image(),
                          capture_output=True, check=False, timeout=120, env=machine.environment)
    equal(done.returncode, 0, done.stderr.decode())


def before_docker():
    engines.need("dockerd", "docker")
    remember_cgroups("docker")


def after_docker_restart():
    machine.wait_for("docker version", "docker")
    done = subprocess.run(["docker", "import", "-", "ubuntu:latest"], input=engines.image(), capture_output=True,
                          check=False, timeout=120, env=machine.environment)
    equal(done.returncode, 0, done.stderr.decode())


def before_containerd():
    engines.need("containerd", "ctr")
    remember_cgroups("default")
    engines.need("dockerd", "docker")  # the section before: its image


def after_containerd_restart():
    dump = machine.sh("containerd config dump").stdout
    check('BinaryName = "/usr/bin/lxfs-runtime"' in dump, dump)
    machine.wait_for("ctr version", "containerd")
    done = machine.sh("docker save ubuntu:latest | ctr images import -; ctr images ls -q")
    check("docker.io/library/ubuntu:latest" in done.stdout, done.stdout + done.stderr)


def before_lxc():
    engines.need("lxc-start", "lxc-attach")
    home = pathlib.Path("/var/lib/lxc/c1")
    engines.unpack(home / "root")
    name = lab.unique_name()
    rows = engines.lxc_limits(256, 1)
    for part in ("container", "monitor", "monitor.pivot"):
        rows.append(f"lxc.cgroup.dir.{part} = {name}-{part}")
        remember_cgroups(f"{name}-{part}")
    (home / "config").write_text("\n".join([
        "lxc.include = /usr/share/lxc/config/common.conf", f"lxc.rootfs.path = dir:{home}/root",
        "lxc.uts.name = c1", "lxc.net.0.type = empty", "lxc.init.cmd = /bin/sleep 1000", *rows, ""]))
    lab.at_end(lambda: machine.sh("lxc-stop -k -n c1"))


def limited():
    """For programs that take the limits of whoever calls them."""
    cgroup = lab.Cgroup()
    cgroup.memory(256 * lab.MIB)
    cgroup.quota(1)
    return cgroup.enter


def no_preparation():
    pass


BEFORE = {"podman": before_podman, "docker": before_docker, "containerd": before_containerd, "lxc": before_lxc}
AFTER = {"docker": after_docker_restart, "containerd": after_containerd_restart,
         "lxfs": lambda: machine.wait_for("test -e /var/lib/lxfs/proc/meminfo", "lxfs")}


# ---- Running -----------------------------------------------------------------------------------------

def run_block(block):
    options = {"preexec_fn": limited()} if block.tags.get("run") == "unshare" else {}
    guide_blocks.judge(block, machine.sh(block.text, **options))
    if "systemctl" in block.text:
        AFTER.get(block.tags["run"], no_preparation)()


def section(name):
    def test():
        BEFORE.get(name, no_preparation)()
        for block in blocks:
            if block.tags.get("run") == name:
                run_block(block)
    test.__doc__ = f"docs/runtimes.md, {name}: every command works as it stands there"
    return test


def every_block_is_run_somewhere():
    """every block of the page is run here, run by tests/vm, or a file that is written first"""
    for block in blocks:
        known = {"run", "vm", "file"} & block.tags.keys()
        equal(len(known), 1, f"tags of {guide_blocks.GUIDE.name}:{block.line}: {block.tags}")
    for block in blocks:
        if "file" in block.tags:
            path = pathlib.Path(block.tags["file"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)


lab.adopt_orphans()
sys.stdout.flush()
enter_namespace()
blocks = guide_blocks.read()
sections = list(dict.fromkeys(block.tags["run"] for block in blocks if "run" in block.tags))
engines.image()
machine = Machine()
lab.run([every_block_is_run_somewhere, *map(section, sections)])
