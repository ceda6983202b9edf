# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian in a folder and on a disk, and lxfs's packages built in it.

All of it is kept in build-tests/vm and made anew when what it is made of changes. What is under test
comes on a second disk, a plain tar.
"""

import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
CACHE = TOP / "build-tests" / "vm"
DISK_SIZE = "6G"

# What lxfs's packages are built with.
BUILD_PACKAGES = """
    gcc libc6-dev dpkg-dev debhelper meson pkgconf libfuse3-dev libglib2.0-dev libcgroup-dev
    libsystemd-dev libjson-c-dev libjson-glib-dev libsoup-3.0-dev libncurses-dev libgnutls28-dev
    bpftool clang libbpf-dev
""".split()

# What systemd and the tests of it need.
BASE_PACKAGES = "systemd systemd-sysv dbus util-linux procps python3 strace fuse3".split()

# What a machine has besides: a kernel, runtimes, the tools that tests call.
VM_PACKAGES = """
    linux-image-amd64 udev kmod busybox-static htop sysstat iproute2 iptables
    docker.io podman crun runc lxc lxcfs systemd-container jq
""".split()

# Where Debian has put what used to be in another package.
MORE_VM_PACKAGES = {"trixie": ["docker-cli"]}

# What lxfs's packages and the programs that tests call are built from.
SOURCES = ["LICENSE", "README.md", "meson.build", "meson_options.txt", "bindings", "debian", "docs", "k8s", "lxfs",
           "runtimes", "systemd-units", "tests/packages/raise-version.sh", "tests/vm/build.sh",
           *(str(path.relative_to(TOP)) for path in sorted(TOP.glob("tests/integration/*.c")))]

# The tests, and what they hold against what they see.
PAYLOAD = ["tests", "runtimes", "docs", "lxfs/serve/estate.h"]

# Documentation is of no use there, and makes the disk larger.
NOT_INSTALLED = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*"]

# The initramfs mounts a virtio disk and nothing else; that makes booting quick.
INITRAMFS = {
    "etc/initramfs-tools/conf.d/lxfs": "MODULES=list",
    "usr/share/initramfs-tools/modules.d/lxfs": "virtio_pci\nvirtio_blk\next4",
}

# Once booted: unpack the second disk, run what it brings, power off whatever happens.
UNIT = """\
[Unit]
Description=The tests of lxfs
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'stty -F /dev/ttyS1 raw && tar -C / -xf /dev/vdb && exec python3 /lxfs/tests/vm/guest/main.py'
StandardOutput=file:/dev/ttyS1
StandardError=inherit
TimeoutStartSec=infinity
Delegate=yes
"""

# Nothing that runs by itself and changes what is measured. Tests start what they need.
MASKED = ["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
          "fstrim.timer", "man-db.timer", "logrotate.timer", "podman-auto-update.timer",
          "systemd-timesyncd.service", "systemd-networkd.service", "sysstat.service",
          "lxc-net.service", "lxcfs.service", "serial-getty@ttyS0.service", "getty@tty1.service"]
DISABLED = ["docker.service", "docker.socket", "containerd.service", "podman.service",
            "podman.socket", "podman-restart.service", "lxc.service"]


def run(*command, **options):
    if "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False,
                          **{"text": True, **options})
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} gave {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def host_codename():
    for line in pathlib.Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    raise RuntimeError("/etc/os-release names no VERSION_CODENAME: this is no Debian")


def mirror():
    """Where this machine's apt has its own Debian from."""
    codename = host_codename()
    targets = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages")
    for line in targets.splitlines():
        address, _, name = line.partition(" ")
        if name == codename:
            return address
    raise RuntimeError(f"apt knows no sources of {codename}: run apt-get update")


def apt_settings():
    """How this machine's apt reaches its sources: proxies, certificates, what it checks."""
    prefixes = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    return [line for line in run("apt-config", "dump").splitlines()
            if line.startswith(prefixes) and not line.endswith(' "";')]


class Image:
    """One release of Debian, for a virtual machine or for a container."""

    def __init__(self, name, virtual):
        self.name = name
        self.virtual = virtual
        self.kind = f"{name}-{'vm' if virtual else 'systemd'}"
        self.packages = BUILD_PACKAGES + BASE_PACKAGES
        if virtual:
            self.packages = self.packages + VM_PACKAGES + MORE_VM_PACKAGES.get(name, [])
        self.folder = CACHE / f"{self.kind}-{self._key()}"
        self.root = self.folder / "root"
        self.disk = self.folder / "disk"
        self.whole = self.folder / "whole"

    def _key(self):
        asked = repr((self.packages, NOT_INSTALLED, INITRAMFS, UNIT, MASKED, DISABLED, DISK_SIZE))
        return hashlib.sha256(asked.encode()).hexdigest()[:12]

    def prepare(self):
        """Makes the folder, and the disk of a machine, unless they are there from before."""
        if self.whole.exists():
            return
        for old in CACHE.glob(f"{self.kind}-*"):
            shutil.rmtree(old)
        self.folder.mkdir(parents=True)
        self._install()
        (self.root / "build").mkdir()
        if self.virtual:
            self._finish_root()
            run("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", self.root, self.disk, DISK_SIZE)
        self.whole.touch()

    def _install(self):
        options = [f"--aptopt={line}" for line in apt_settings()]
        options += ["--dpkgopt=force-unsafe-io"]
        options += [f"--dpkgopt=path-exclude={pattern}" for pattern in NOT_INSTALLED]
        for path, text in INITRAMFS.items():
            options.append(f'--essential-hook=mkdir -p "$1/{os.path.dirname(path)}" && '
                           f'echo {shlex.quote(text)} >"$1/{path}"')
        # In a mount namespace of its own: whatever happens, nothing stays mounted.
        run("unshare", "-m", "mmdebstrap", "--variant=minbase", f"--include={','.join(self.packages)}", *options,
            self.name, self.root, mirror())

    def _finish_root(self):
        units = self.root / "etc/systemd/system"
        (units / "lxfs-tests.service").write_text(UNIT, encoding="utf-8")
        for name in MASKED:
            (units / name).unlink(missing_ok=True)
            (units / name).symlink_to("/dev/null")
        for name in DISABLED:
            for link in units.glob(f"*.wants/{name}"):
                link.unlink()
        wants = units / "multi-user.target.wants"
        wants.mkdir(exist_ok=True)
        (wants / "lxfs-tests.service").symlink_to("/etc/systemd/system/lxfs-tests.service")
        (self.root / "etc/fstab").write_text("")
        (self.root / "etc/hostname").write_text(f"{self.name}\n")

    def boot_file(self, name):
        return next((self.root / "boot").glob(f"{name}-*"))

    # ---- lxfs ------------------------------------------------------------------------------

    def build(self, payload):
        """Makes a tar of lxfs's packages, built in this Debian, and of the tests."""
        sources = run("tar", "-C", TOP, "--sort=name", "--mtime=@0", "--exclude=__pycache__", "-c", *SOURCES,
                      text=False)
        self._build_packages(sources)
        run("tar", "-cf", payload, "--exclude=__pycache__", "--transform=s,^,lxfs/,S",
            "-C", TOP, *PAYLOAD, "-C", self.folder / "build/made", "packages", "next", "build")

    def _build_packages(self, sources):
        build, key = self.folder / "build", hashlib.sha256(sources).hexdigest()
        if (build / "made/of").exists() and (build / "made/of").read_text() == key:
            return
        shutil.rmtree(build, ignore_errors=True)
        (build / "source").mkdir(parents=True)
        run("tar", "-C", build / "source", "-x", input=sources, text=False)
        run("unshare", "-m", "sh", "-eu", "-c", ENTER, "sh", build, self.root,
            env={**os.environ, "LC_ALL": "C"})
        (build / "made/of").write_text(key)


# Mounts of a namespace of its own; gone with it.
ENTER = """
mount --make-rprivate /
mount --bind "$1" "$2/build"
mount -t proc proc "$2/proc"
exec chroot "$2" /build/source/tests/vm/build.sh
"""
