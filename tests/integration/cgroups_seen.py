# SPDX-License-Identifier: LGPL-2.1-or-later
"""For the tests of the cgroup view: a container that has it, and every way to a path that we know."""
import ctypes
import errno
import os
import pathlib
import socket
import tempfile

import lab

# Where the container finds the view: bound there in its mount namespace.
VIEW_FLAGS = "-m -p -f --mount-proc"
libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_EMPTY_PATH, O_PATH = -100, 0x1000, os.O_PATH


def call(name, *arguments):
    """A system call by its C function; the errno as an exception."""
    result = getattr(libc, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def raw(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}")
    return result


def folder_in(view, root):
    """The view's folder of the hierarchy that the host has mounted at the root."""
    return view / root.relative_to(lab.CGROUPS)


class Seen:
    """A container whose /view is the cgroup view of a server."""

    def __init__(self, server, flags=VIEW_FLAGS, **options):
        self.at = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-lab-"))
        lab.at_end(self.at.rmdir)
        self.at.chmod(0o755)
        self.box = lab.Container(server, flags=flags, files=[(server.mount / "cgroup", self.at)], **options)
        self.cgroup = self.box.cgroup

    def folders(self, cgroup=None, rooted=False):
        """The container's own cgroup in the view, by hierarchy."""
        path = "" if rooted else (cgroup or self.cgroup).path
        return {name: folder_in(self.at, lab.hierarchies()[name]) / path for name in self.cgroup.folders}

    def call(self, function, *arguments, **options):
        return self.box.call(function, *arguments, **options)

    def start(self, function, *arguments, **options):
        return self.box.start(function, *arguments, **options)


def main_hierarchy():
    return "" if lab.is_v2() else "memory"


def limit_file():
    """Of memory; where v2 has no memory controller, of something that every cgroup has."""
    if not lab.is_v2():
        return "memory.limit_in_bytes"
    return "memory.max" if lab.has_controller("memory") else "cgroup.max.depth"


def as_user(function, *arguments, uid=12345):
    """As an ordinary user without any rights."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    return function(*arguments)


def outcome(function, *arguments):
    """The name of the errno; "" when it worked."""
    try:
        function(*arguments)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
    return ""


# ---- Every way to a path ---------------------------------------------------------------------

def _with_folder(path, then):
    """Through a descriptor of the folder that the path is in."""
    fd = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        return then(fd, os.path.basename(path))
    finally:
        os.close(fd)


def _chdir(path):
    here = os.open(".", O_PATH)
    try:
        os.chdir(path)
        os.fchdir(here)
    finally:
        os.close(here)


def _bind_unix(path):
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(path)


def _handle(path):
    room = ctypes.create_string_buffer(8 + 128)
    ctypes.c_uint.from_buffer(room).value = 128
    mount = ctypes.c_int()
    call("name_to_handle_at", AT_FDCWD, os.fsencode(path), room, ctypes.byref(mount), 0)


def _openat2(path):
    how = (ctypes.c_uint64 * 3)(os.O_RDONLY, 0, 0)
    raw(437, AT_FDCWD, os.fsencode(path), how, 24)


def _statx(path):
    call("statx", AT_FDCWD, os.fsencode(path), 0, 0x7ff, ctypes.create_string_buffer(256))


def _inotify(path):
    fd = libc.inotify_init1(os.O_CLOEXEC)
    try:
        call("inotify_add_watch", fd, os.fsencode(path), 2)
    finally:
        os.close(fd)


def _mount_bind(path):
    call("mount", os.fsencode(path), b"/proc/sys", None, 4096, None)


def _open_tree(path):
    raw(428, AT_FDCWD, os.fsencode(path), 1 | os.O_CLOEXEC)


def _swapoff(path):
    call("access", os.fsencode(path), 0)


WAYS = {
    "stat": os.stat,
    "lstat": os.lstat,
    "statx": _statx,
    "statvfs": os.statvfs,
    "access": _swapoff,
    "faccessat2": lambda path: raw(439, AT_FDCWD, os.fsencode(path), 0, 0x200),
    "open": lambda path: os.close(os.open(path, os.O_RDONLY)),
    "open for writing": lambda path: os.close(os.open(path, os.O_WRONLY)),
    "open, O_DIRECTORY": lambda path: os.close(os.open(path, os.O_RDONLY | os.O_DIRECTORY)),
    "open, O_PATH": lambda path: os.close(os.open(path, O_PATH)),
    "open, O_TRUNC": lambda path: os.close(os.open(path, os.O_WRONLY | os.O_TRUNC)),
    "openat": lambda path: _with_folder(path, lambda fd, name: os.close(os.open(name, os.O_RDONLY, dir_fd=fd))),
    "openat2": _openat2,
    "fstatat": lambda path: _with_folder(path, lambda fd, name: os.stat(name, dir_fd=fd)),
    "through /proc/self/fd": lambda path: _with_folder(path, lambda fd, name: os.stat(f"/proc/self/fd/{fd}/{name}")),
    "through /proc/self/root": lambda path: os.stat(f"/proc/self/root{path}"),
    "through /proc/1/root": lambda path: os.stat(f"/proc/self/root/../{path}"),
    "through . and ..": lambda path: os.stat(f"{os.path.dirname(path)}/./../{os.path.basename(os.path.dirname(path))}/{os.path.basename(path)}"),
    "a name in it": lambda path: os.stat(f"{path}/cgroup.procs"),
    "opening a name in it": lambda path: os.close(os.open(f"{path}/cgroup.procs", os.O_RDONLY)),
    "listdir": os.listdir,
    "scandir": lambda path: list(os.scandir(path)),
    "chdir": _chdir,
    "readlink": os.readlink,
    "truncate": lambda path: os.truncate(path, 0),
    "utime": os.utime,
    "chmod": lambda path: os.chmod(path, 0o777),
    "chown": lambda path: os.chown(path, os.getuid(), os.getgid()),
    "lchown": lambda path: os.lchown(path, os.getuid(), os.getgid()),
    "getxattr": lambda path: os.getxattr(path, "user.x"),
    "setxattr": lambda path: os.setxattr(path, "user.x", b"1"),
    "listxattr": os.listxattr,
    "removexattr": lambda path: os.removexattr(path, "user.x"),
    "mkdir in it": lambda path: os.mkdir(f"{path}/x"),
    "rmdir": os.rmdir,
    "unlink": os.unlink,
    "rename": lambda path: os.rename(path, path + "x"),
    "rename within": lambda path: os.rename(f"{path}/a", f"{path}/b"),
    "link": lambda path: os.link(path, path + "x"),
    "mkfifo in it": lambda path: os.mkfifo(f"{path}/x"),
    "symlink in it": lambda path: os.symlink("x", f"{path}/x"),
    "name_to_handle_at": _handle,
    "inotify": _inotify,
    "connect": _bind_unix,
    "execve": lambda path: call("execve", os.fsencode(path), None, None),
    "bind mount": _mount_bind,
    "open_tree": _open_tree,
}


def answers(path):
    """What every way to the path answers."""
    return {way: outcome(try_it, str(path)) for way, try_it in WAYS.items()}
