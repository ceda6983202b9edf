# SPDX-License-Identifier: LGPL-2.1-or-later
"""A node for a control plane of tests: kubelet, containerd and runc, on this machine.

What they would leave in /run and /var lies in tmpfs of the test's own mount namespace, their cgroups below
one of the test's own; and what a kubelet sets in /proc/sys it sets in files of ours.
"""
import json
import os
import pathlib
import random
import socket
import subprocess
import threading

import plane as planes
from plane import ADDRESS, BUILT, PATIENCE, Process, lab

import image
import orphans

NAME = "node"
IMAGES = ("docker.io/library/lxfs:0.1.0", "docker.io/library/lxfs:0.1.1")
OWN = ("/run", "/var/log", "/var/lib/kubelet", "/var/lib/cni")
# What kubelet wants there.
KERNEL = {"vm/overcommit_memory": 1, "vm/panic_on_oom": 0, "kernel/panic": 10, "kernel/panic_on_oops": 1,
          "kernel/keys/root_maxkeys": 1000000, "kernel/keys/root_maxbytes": 25000000}
CONTAINERD = """version = 2
root = "{folder}/containerd"
state = "/run/containerd-lxfs"
[grpc]
  address = "/run/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{image}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"
"""


def unmount_below(folder):
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
        points = [line.split()[1] for line in file]
    for point in reversed(points):
        if point.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", point], check=False, stderr=subprocess.DEVNULL)


def take_apart():
    """The mounts of this namespace are shared by its own alone, and those of other tests are gone."""
    unmount_below("/tmp")
    for folder in OWN:
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "lxfs-node", folder], check=True)
    subprocess.run(["mount", "--make-rshared", "/"], check=True)


class Proxy:
    """What kube-proxy does for one Service: connections to its address go to one of its endpoints."""

    def __init__(self, plane, namespace, service):
        spec = plane.get("service", service, "-n", namespace)["spec"]
        planes.give_address(spec["clusterIP"])
        self.plane, self.selector = plane, f"kubernetes.io/service-name={service}"
        self.path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?labelSelector={self.selector}"
        self.listener = socket.create_server((spec["clusterIP"], spec["ports"][0]["port"]), backlog=128)
        threading.Thread(target=self.run, daemon=True).start()

    def endpoints(self):
        for part in self.plane.ask("GET", self.path)[1]["items"]:
            for endpoint in part["endpoints"] or []:
                if endpoint["conditions"].get("ready"):
                    yield endpoint["addresses"][0], part["ports"][0]["port"]

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.join, args=(client,), daemon=True).start()

    def join(self, client):
        there = list(self.endpoints())
        try:
            server = socket.create_connection(random.choice(there), 10) if there else None
        except OSError:
            server = None
        if not server:
            client.close()
            return
        server.settimeout(None)
        threading.Thread(target=pump, args=(client, server), daemon=True).start()
        pump(server, client)


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Node:
    def __init__(self, plane):
        self.plane, self.folder = plane, plane.folder
        self.cgroup = f"/{lab.unique_name()}"
        lab.at_end(lambda: unmount_below(self.folder))
        lab.at_end(self.remove_cgroups)
        for folder in self.cgroups():
            folder.mkdir()
        self._guard_kernel()
        self._start_containerd()
        self.scheduler = Process(self.folder, BUILT / "kube-scheduler", f"--kubeconfig={plane.config}",
                                 "--leader-elect=false")
        self.kubelet = Process(self.folder, BUILT / "kubelet", f"--config={self._configure_kubelet()}",
                               f"--kubeconfig={plane.config}", f"--hostname-override={NAME}", f"--node-ip={ADDRESS}",
                               f"--root-dir={self.folder}/kubelet", f"--cert-dir={self.folder}/pki")
        lab.wait_until(self.is_ready, PATIENCE, f"the node is ready: {self.kubelet.tail()}")
        Proxy(plane, "default", "kubernetes")

    def _guard_kernel(self):
        for name, value in KERNEL.items():
            path = self.plane.write(name.replace("/", "."), f"{value}\n")
            subprocess.run(["mount", "--bind", path, f"/proc/sys/{name}"], check=True)

    def _start_containerd(self):
        config = self.plane.write("containerd.toml", CONTAINERD.format(folder=self.folder, image=IMAGES[0]))
        (self.folder / "cni").mkdir()
        self.plane.write("cni/lxfs.conf", json.dumps({
            "cniVersion": "0.4.0", "name": "lxfs", "type": "bridge", "bridge": "lxfs0", "isGateway": True,
            "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}}))
        self.containerd = Process(self.folder, "containerd", "--config", config)
        lab.wait_until(lambda: self.ctr("version").returncode == 0, PATIENCE, f"containerd: {self.containerd.tail()}")
        saved = image.save(self.folder / "image.tar", *IMAGES)
        done = self.ctr("-n", "k8s.io", "images", "import", saved)
        lab.equal(done.returncode, 0, f"the exit code of an import: {done.stderr}")

    def ctr(self, *words):
        return subprocess.run(["ctr", "--address", "/run/containerd.sock", *map(str, words)], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)

    def _configure_kubelet(self):
        return self.plane.write("kubelet.json", json.dumps({
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
            "containerRuntimeEndpoint": "unix:///run/containerd.sock", "cgroupDriver": "cgroupfs",
            "cgroupRoot": self.cgroup, "failCgroupV1": False, "failSwapOn": False, "enforceNodeAllocatable": [],
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"}, "podLogsDir": str(self.folder / "logs"), "oomScoreAdj": 0,
            "volumePluginDir": str(self.folder / "plugins"), "syncFrequency": "5s", "maxPods": 60,
            "evictionHard": {"memory.available": "1Mi", "nodefs.available": "1%", "imagefs.available": "1%"}}))

    def is_ready(self):
        for each in (self.containerd, self.kubelet, self.scheduler, self.plane.api):
            each.check()
        status, node, _ = self.plane.ask("GET", f"/api/v1/nodes/{NAME}")
        return status == 200 and any(row["type"] == "Ready" and row["status"] == "True"
                                     for row in node["status"].get("conditions", []))

    def cgroups(self):
        return [root / self.cgroup[1:] for root in lab.hierarchy_roots()]

    def remove_cgroups(self):
        """The first process of a pod ends after all others are buried: those that shims have left are ours."""
        with orphans.buried(None):
            for folder in self.cgroups():
                lab.remove_cgroup(folder)
