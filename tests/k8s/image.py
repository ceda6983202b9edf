# SPDX-License-Identifier: LGPL-2.1-or-later
"""An image of this machine's programs, where no registry is: lxfs with its metrics, lxfs-injector, busybox,
procps; of the same user as that of k8s/image.

The layout is that of `docker save`: a layer, a configuration with its digest, a manifest.
"""
import glob
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

import admission
import lab

APPLETS = ("sh", "sleep", "head", "cat", "grep", "usleep")
USER = "65532:65532"
TLS_MODULE = "/usr/lib/*/gio/modules/libgiognutls.so"


def libraries_of(path):
    listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)


def programs():
    """Place in the image -> file here."""
    here = {f"/bin/{name}": shutil.which(name) for name in ("free", "getconf", "uptime")}
    here |= {"/usr/bin/lxfs": lab.LXFS, "/usr/bin/lxfs-injector": admission.INJECTOR}
    here |= {"/usr/bin/lxfs-metrics-http": pathlib.Path(lab.LXFS).with_name("lxfs-metrics-http")}
    here |= {path: path for path in glob.glob(TLS_MODULE)}
    for path in list(here.values()):
        here |= {library: library for library in libraries_of(path)}
    return here | {"/bin/busybox": shutil.which("busybox")}


def add_text(tar, name, data):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o644
    tar.addfile(info, io.BytesIO(data))


def add_links(tar, links):
    for name, target in links.items():
        link = tarfile.TarInfo(name)
        link.type, link.linkname, link.mode = tarfile.SYMTYPE, target, 0o777
        tar.addfile(link)


def layer():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        add_links(tar, {name: f"usr/{name}" for name in ("bin", "lib", "lib64")})
        for place, path in sorted(programs().items()):
            place = re.sub("^/(bin|lib|lib64)/", r"/usr/\1/", place)
            tar.add(os.path.realpath(path), place.lstrip("/"))
        add_links(tar, {f"usr/bin/{name}": "busybox" for name in APPLETS})
    return made.getvalue()


def save(path, *tags):
    """One image of these names; started without a command it sleeps, as a sandbox's does."""
    data = layer()
    config = json.dumps({
        "architecture": "amd64", "os": "linux",
        "config": {"Env": ["PATH=/usr/bin"], "Cmd": ["/bin/sleep", "inf"], "User": USER},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest()]}}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = [{"Config": name, "RepoTags": list(tags), "Layers": ["layer.tar"]}]
    with tarfile.open(path, "w") as tar:
        add_text(tar, name, config)
        add_text(tar, "layer.tar", data)
        add_text(tar, "manifest.json", json.dumps(manifest).encode())
    return path
