# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian in a folder and on a disk, and lxfs built in it.

Installing the packages is the slow part, so the folder and the disk are kept in build-tests/vm,
named after what was asked for, and built anew when that changes. What is under test comes on a
second disk, a plain tar.
"""

import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
CACHE = TOP / "build-tests" / "vm"
DISK_SIZE = "6G"

# What every Debian gets: a kernel and systemd, the tools that tests call, runtimes, a compiler.
PACKAGES = """
    linux-image-amd64 systemd systemd-sysv udev dbus kmod util-linux procps python3 strace
    busybox-static htop sysstat fuse3 iproute2 iptables
    docker.io podman crun runc lxc lxcfs systemd-container jq
    gcc libc6-dev meson ninja-build pkgconf libfuse3-dev libglib2.0-dev libcgroup-dev
    libsystemd-dev libjson-glib-dev libsoup-3.0-dev libncurses-dev libgnutls28-dev libseccomp-dev
""".split()

# Where Debian has put what used to be in another package.
MORE_PACKAGES = {"trixie": ["docker-cli"]}

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
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False, **options)
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
    """One release of Debian."""

    def __init__(self, name):
        self.name = name
        self.packages = PACKAGES + MORE_PACKAGES.get(name, [])
        self.folder = CACHE / f"{name}-{self._key()}"
        self.root = self.folder / "root"
        self.disk = self.folder / "disk"

    def _key(self):
        asked = repr((self.packages, NOT_INSTALLED, INITRAMFS, UNIT, MASKED, DISABLED, DISK_SIZE))
        return hashlib.sha256(asked.encode()).hexdigest()[:12]

    def prepare(self):
        """Makes the folder and the disk, unless they are there from before."""
        if self.disk.exists():
            return
        for old in CACHE.glob(f"{self.name}-*"):
            shutil.rmtree(old)
        self.folder.mkdir(parents=True)
        self._install()
        self._finish_root()
        self._make_disk()

    def _install(self):
        options = [f"--aptopt={line}" for line in apt_settings()]
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
        for folder in ("src", "build"):
            (self.root / folder).mkdir()

    def _make_disk(self):
        """Under another name until it is whole."""
        made = self.folder / "disk.new"
        run("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", self.root, made, DISK_SIZE)
        made.rename(self.disk)

    def boot_file(self, name):
        return next((self.root / "boot").glob(f"{name}-*"))

    # ---- lxfs ------------------------------------------------------------------------------

    def build(self, payload):
        """Builds lxfs in this Debian, as its packages do; the tar of what it installs and the tests."""
        build, stage = self.folder / "build", pathlib.Path(tempfile.mkdtemp(prefix="lxfs-vm-"))
        build.mkdir(exist_ok=True)
        try:
            run("unshare", "-m", "sh", "-eu", "-c", ENTER, "sh", TOP, build, stage, self.root,
                env={**os.environ, "LC_ALL": "C"})
            shutil.copytree(TOP / "tests", stage / "lxfs/tests", symlinks=True)
            run("tar", "-C", stage, "-cf", payload, ".")
        finally:
            shutil.rmtree(stage)


# Mounts of a namespace of its own; gone with it.
ENTER = r"""
mount --make-rprivate /
mount --bind "$1" "$4/src"
mount --bind "$2" "$4/build"
mount --bind "$3" "$4/mnt"
mount -t proc proc "$4/proc"
exec chroot "$4" sh -euc '
	[ -e /build/build.ninja ] ||
		meson setup /build /src --prefix=/usr --sysconfdir=/etc --buildtype=release \
			-Dtests=disabled -Dinjector=disabled
	ninja -C /build
	DESTDIR=/mnt meson install -C /build --quiet
	mkdir -p /mnt/lxfs/build/tests/integration
	for source in /src/tests/integration/*.c; do
		program=${source##*/}
		cc -O2 -o "/mnt/lxfs/build/tests/integration/${program%.c}" "$source" \
			$(pkg-config --cflags --libs glib-2.0)
	done'
"""
