#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""LXC with systemd: the cgroup view is its /sys/fs/cgroup by the hook, and units start and stop on it. On v2
systemd takes nothing but the kernel's own file system, and the hook leaves it to it.

The containers have the host's own /usr, read-only, and an /etc of a few files.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import engines
import lab
from cgroups_seen import limit_file, main_hierarchy
from lab import MIB, check, equal

SYSTEMD = pathlib.Path("/usr/lib/systemd/systemd")
HOOK = pathlib.Path(__file__).resolve().parents[2] / "runtimes/lxc.cgroup.hook"
LIMIT = 64 * MIB
NAPPER = f"[Service]\nType=exec\nExecStart=/bin/sleep 1000\nMemoryMax={LIMIT}\nTasksMax=7\n"
FOLDERS = ("usr", "etc/systemd/system", "dev", "proc", "sys", "run", "tmp", "var/log", "var/tmp", "root")
LINKS = ("bin", "sbin", "lib", "lib64")

# With what namespaces: the first sees the host's paths, the others their own.
IDS = "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536"
KINDS = {
    "without a cgroup namespace": "lxc.namespace.keep = cgroup user",
    "with a cgroup namespace": "lxc.namespace.keep = user",
    "as root in a user namespace": IDS,
}

lab.adopt_orphans()
server = lab.Server()


class SystemBox(engines.LxcBox):
    """A container whose init is systemd."""

    def __init__(self, namespaces, hook=f"{HOOK} --source {server.mount}/cgroup"):
        engines.need("lxc-start", "lxc-attach", str(SYSTEMD))
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lxc-"))
        lab.at_end(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        self.folder.chmod(0o755)
        self.name = lab.unique_name()
        self.root = self.folder / "root"
        (self.folder / "path").mkdir()
        self._make_root()
        (self.folder / "config").write_text("\n".join(self._system_config(namespaces, hook)))
        lab.at_end(self.stop)
        self._start(namespaces == IDS)
        lab.wait_until(self._is_up, 60, f"systemd is up: {self.console()}")

    def _make_root(self):
        for folder in FOLDERS:
            (self.root / folder).mkdir(parents=True)
        for name in LINKS:
            if os.path.islink(f"/{name}"):
                (self.root / name).symlink_to(os.readlink(f"/{name}"))
        etc = self.root / "etc"
        for name in ("passwd", "group", "nsswitch.conf", "os-release"):
            shutil.copy(f"/etc/{name}", etc / name)
        (etc / "machine-id").write_text("0123456789abcdef0123456789abcdef\n")
        (etc / "systemd/system/napper.service").write_text(NAPPER)

    def _system_config(self, namespaces, hook):
        yield from (line for line in engines.COMMON.read_text().splitlines()
                    if "common.conf.d" not in line and not line.startswith("lxc.mount.auto"))
        yield f"lxc.rootfs.path = dir:{self.root}"
        yield f"lxc.uts.name = {self.name}"
        yield "lxc.net.0.type = empty"
        yield f"lxc.init.cmd = {SYSTEMD} --unit=basic.target --log-target=console"
        yield f"lxc.console.logfile = {self.folder}/console"
        yield "lxc.mount.auto = proc:mixed sys:mixed"
        yield "lxc.mount.entry = /usr usr none bind,ro 0 0"
        yield f"lxc.hook.mount = {hook}"
        for part in ("container", "monitor", "monitor.pivot"):
            yield f"lxc.cgroup.dir.{part} = {self.name}-{part}"
        yield namespaces

    def console(self):
        path = self.folder / "console"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def _is_up(self):
        done = subprocess.run(self.exec_command("systemctl", "is-active", "basic.target"), capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, check=False, timeout=60 * lab.SLOW)
        return done.stdout == "active\n"

    def cgroup(self, hierarchy, path=""):
        """A cgroup of the container in the kernel's own file system."""
        return lab.CGROUPS / ("" if lab.is_v2() else hierarchy) / f"{self.name}-container" / path

    def kind_of(self, path):
        return self.run("findmnt", "-n", "-o", "FSTYPE", path).strip()


def check_limits(box, unit):
    """In the kernel's own files."""
    if lab.has_controller("memory"):
        limit = box.cgroup("memory", unit) / limit_file()
        equal(int(limit.read_text()), LIMIT, "the unit's limit in the kernel")
    if lab.has_controller("pids"):
        equal(box.cgroup("pids", f"{unit}/pids.max").read_text(), "7\n", "its limit of tasks")


def starts_and_stops(box):
    """A unit with limits, and one that ends by itself."""
    unit = "system.slice/napper.service"
    where = box.cgroup("memory", unit)
    box.run("systemctl", "start", "napper")
    check_limits(box, unit)
    equal(len((where / "cgroup.procs").read_text().split()), 1, "processes in the unit's cgroup")
    box.run("systemctl", "stop", "napper")
    check(not where.exists(), f"{where} is there when the unit has stopped")
    text = box.run("systemd-run", "--wait", "--pipe", "--quiet", "-p", "MemoryMax=32M", "cat", "/proc/self/cgroup")
    check("/system.slice/run-" in text, f"where a transient unit ran: {text}")


def boots_and_runs_units(kind):
    box = SystemBox(KINDS[kind])
    for name in ("",) if lab.is_v2() else ("systemd", "memory"):
        equal(box.kind_of(f"/sys/fs/cgroup/{name}"), "cgroup2" if lab.is_v2() else "fuse.lxfs", f"what lies at {name}")
    starts_and_stops(box)
    equal(box.run("systemctl", "is-system-running"), "running\n", "the system's state")
    return box


def systemd_boots_and_runs_units_without_a_cgroup_namespace():
    box = boots_and_runs_units("without a cgroup namespace")
    if not lab.is_v2():  # where the view is its own
        equal(box.run("ls", "/sys/fs/cgroup/memory").split(), [f"{box.name}-container"], "what is seen at the top")


def systemd_boots_and_runs_units_with_a_cgroup_namespace():
    box = boots_and_runs_units("with a cgroup namespace")
    check("system.slice" in box.run("ls", f"/sys/fs/cgroup/{main_hierarchy()}").split(), "its own cgroups are at the top")


def systemd_boots_and_runs_units_as_root_in_a_user_namespace():
    boots_and_runs_units("as root in a user namespace")


def units_start_and_stop_when_workers_are_killed():
    box = SystemBox(KINDS["without a cgroup namespace"])
    for _ in range(3):
        worker = server.pid("worker")
        os.kill(worker, signal.SIGKILL)
        starts_and_stops(box)
        lab.wait_until(lambda worker=worker: server.pid("worker") != worker, 20, "another worker")
    equal(box.run("systemctl", "is-system-running"), "running\n", "the system's state")


# ---- Programs that read their limits -----------------------------------------------------------

def snippet(mount):
    """A folder of configuration, as LxcBox includes it: the hook, and a cgroup within that with the limits."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lxc-"))
    lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    folder.chmod(0o755)
    hook = shutil.copy(HOOK, folder / "hook")
    (folder / "lxfs.conf").write_text(f"lxc.hook.mount = {hook} --source {mount}/cgroup\n"
                                      "lxc.cgroup.dir.container.inner = inner\n")
    return folder


def limits_above_show_where_programs_look():
    """with cgroup-view=effective a container whose limits are set above its cgroup namespace reads them there"""
    for controller in ("memory", "cpu"):
        lab.need_controller(controller)
    for setting, shows in (("effective", True), ("own", False)):
        other = lab.Server(f"--cgroup-view={setting}")
        box = engines.LxcBox(snippet(other.mount), mib=256)
        memory = "memory.max" if lab.is_v2() else "memory/memory.limit_in_bytes"
        cpu = "cpu.max" if lab.is_v2() else "cpu/cpu.cfs_quota_us"
        equal(box.run("cat", f"/sys/fs/cgroup/{memory}") == f"{256 * MIB}\n", shows, f"the limit is read, {setting}")
        equal(box.run("cat", f"/sys/fs/cgroup/{cpu}").split()[0] == "100000", shows, f"the quota is read, {setting}")
        box.stop()
        other.stop()


# ---- The hook ----------------------------------------------------------------------------------

def run_hook(*arguments, before="true", then="true", prepare=lambda root: None):
    """In a mount namespace of its own, over a root that is a folder; what it and `then` say."""
    root = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lxc-"))
    lab.at_end(lambda: shutil.rmtree(root, ignore_errors=True))
    (root / "sys/fs/cgroup").mkdir(parents=True)
    prepare(root)
    done = subprocess.run(["unshare", "-m", "sh", "-c", f'{before} && "$@" && cd {root}/sys/fs/cgroup && {then}', "sh", str(HOOK),
                           *arguments], capture_output=True, text=True, check=False, timeout=60,
                          env={**os.environ, "LXC_ROOTFS_MOUNT": str(root), "LXC_CONFIG_FILE": str(root / "config")})
    equal(done.returncode, 0, f"exit code; {done.stderr}")
    return done.stdout, done.stderr


def without_lxfs_the_hook_does_nothing():
    equal(run_hook("--source", "/nowhere", then="ls"), ("", ""), "what it says")


def source_of(*files):
    source = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lxc-"))
    lab.at_end(lambda: shutil.rmtree(source, ignore_errors=True))
    for file in files:
        (source / file).parent.mkdir(exist_ok=True)
        (source / file).write_text("")
    return str(source)


def init_of(link=None, command=None):
    """A root whose /sbin/init leads there, and a configuration that names another one."""
    def prepare(root):
        (root / "config").write_text(f"lxc.init.cmd = {command} --with-words\n" if command else "")
        (root / "sbin").mkdir()
        if link:
            (root / "sbin/init").symlink_to(link)
    return prepare


def on_v2_the_view_is_not_put_over_what_systemd_needs():
    """an init that is systemd, as /sbin/init or by its name in the configuration, gets nothing on v2"""
    source = source_of("way/down")
    for init, expected in ((init_of(), "way"), (init_of("/bin/busybox"), "way"), (init_of("../lib/systemd/systemd"), ""),
                           (init_of("/nowhere/systemd", "/bin/sleep"), "way"),
                           (init_of("/bin/busybox", "/usr/lib/systemd/systemd"), "")):
        said, complaints = run_hook("--source", source, then="ls", prepare=init, before=f"umount -R {lab.CGROUPS}")
        equal((said.strip(), complaints), (expected, ""), "what is there")


def controllers_that_share_a_hierarchy_have_their_own_names_too():
    if lab.is_v2():
        raise lab.Skipped("v2 has one hierarchy")
    source = source_of("cpu,cpuacct/tasks", "memory/tasks")
    said, complaints = run_hook("--source", source, then="ls && readlink cpu cpuacct && ls cpu")
    equal(said.split(), ["cpu", "cpu,cpuacct", "cpuacct", "memory", "cpu,cpuacct", "cpu,cpuacct", "tasks"], "names")
    equal(complaints, "", "complaints")


def the_snippet_names_the_hook():
    shipped = (pathlib.Path(os.environ["LXFS_BUILD"]) / "runtimes/lxc.cgroup.conf").read_text()
    rows = [line for line in shipped.splitlines() if not line.startswith("#")]
    equal(len(rows), 1, f"rows of {shipped}")
    check(rows[0].startswith("lxc.hook.mount = /") and rows[0].endswith("/lxc.cgroup.hook"), rows[0])


lab.run([
    systemd_boots_and_runs_units_without_a_cgroup_namespace,
    systemd_boots_and_runs_units_with_a_cgroup_namespace,
    systemd_boots_and_runs_units_as_root_in_a_user_namespace,
    units_start_and_stop_when_workers_are_killed,
    limits_above_show_where_programs_look,
    without_lxfs_the_hook_does_nothing,
    on_v2_the_view_is_not_put_over_what_systemd_needs,
    controllers_that_share_a_hierarchy_have_their_own_names_too,
    the_snippet_names_the_hook,
])
