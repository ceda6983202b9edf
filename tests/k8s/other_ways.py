#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs installed by helm, and with cert-manager's certificates, at a real API server; no node."""
import hashlib
import json
import ssl
import subprocess
import threading
import time

import cert_manager
import control_plane as base
import plane as planes
from cert_manager import CertManager, SecretVolume
from plane import BUILT, PATIENCE, SYSTEM, TOP, ControlPlane, cluster, lab
from lab import check, equal

CHART = TOP / "k8s/chart"
WEBHOOK = ("mutatingwebhookconfiguration", "lxfs-injector")
# What a kubelet takes, at its quickest, to bring a Secret to a pod: a new one is trusted before it is shown.
KUBELET_SECONDS = 3
ROTATIONS = 3


class Stage:
    """The control plane that all tests share."""
    plane = None


def helm(*words):
    """Nothing of it is discouraged."""
    done = subprocess.run([BUILT / "helm", "--kubeconfig", Stage.plane.config, "--namespace", SYSTEM, *map(str, words)],
                          capture_output=True, text=True, timeout=PATIENCE, check=False,
                          env={"HOME": str(Stage.plane.folder), "PATH": "/usr/bin:/bin"})
    equal((done.returncode, done.stderr), (0, ""), f"the exit code of helm {' '.join(map(str, words))}, and what it says")
    return done.stdout


def hooks():
    return Stage.plane.get(*WEBHOOK)["webhooks"]


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def bundles():
    """Whom the API server trusts, in short."""
    return [digest(hook["clientConfig"]["caBundle"]) if "caBundle" in hook["clientConfig"] else "nobody"
            for hook in hooks()]


def is_there(each):
    return Stage.plane.call("get", each["kind"], each["metadata"]["name"], "-n",
                            each["metadata"].get("namespace", "default")).returncode == 0


def install(*options):
    """To the end of the test."""
    plane = Stage.plane
    plane.namespace(SYSTEM, **{"pod-security.kubernetes.io/enforce": "privileged"})
    helm("install", "lxfs", CHART, *options)
    objects = cert_manager.objects_of(helm("get", "manifest", "lxfs"))
    lab.at_end(lambda: plane.call("delete", "secret,lease", "-n", SYSTEM, "--all"))
    lab.at_end(lambda: "lxfs" in helm("list", "--short") and helm("uninstall", "lxfs"))
    return objects


# ---- By helm -------------------------------------------------------------------------------------

def what_the_chart_installs_works_and_is_gone_when_it_is_uninstalled():
    plane = Stage.plane
    objects = install()
    check(all(is_there(each) for each in objects), objects)
    base.serving(plane, "one")
    pod, warnings = plane.pod("shop", "by-helm")
    equal((base.has_views(pod["spec"]["containers"][0]), warnings), (True, ""), "views, and warnings")
    helm("uninstall", "lxfs")
    left = [each["metadata"]["name"] for each in objects if is_there(each)]
    equal(left, [], "what is left")


def an_upgrade_of_the_release_takes_no_trust_away():
    plane = Stage.plane
    install()
    base.serving(plane, "one")
    trusted = bundles()
    check("nobody" not in trusted, trusted)
    # Without labels of pods: one webhook instead of two.
    helm("upgrade", "lxfs", CHART, "--set", "injector.mode=opt-out,injector.replicas=3")
    equal(bundles(), trusted[:1], "what is trusted")
    helm("rollback", "lxfs", "1")
    equal(bundles()[:1], trusted[:1], "what is trusted after a roll-back")
    lab.wait_until(lambda: bundles() == trusted, PATIENCE, f"the webhook that is new is trusted: {bundles()}")
    check(base.has_views(plane.pod("shop", "upgraded")[0]["spec"]["containers"][0]), "views")


# ---- With cert-manager ---------------------------------------------------------------------------

class Rotation(threading.Thread):
    """A new certificate, trusted at once, shown when the kubelet has brought it; and again."""

    def __init__(self, manager, volume):
        super().__init__(daemon=True)
        self.manager, self.volume, self.failure = manager, volume, None

    def run(self):
        try:
            for _ in range(ROTATIONS):
                self.manager.issue()
                time.sleep(KUBELET_SECONDS)
                self.volume.update()
                lab.wait_until(self.is_shown, PATIENCE, "the new certificate is shown")
        except Exception as error:  # the thread's failure is the test's
            self.failure = error

    def is_shown(self):
        shown = ssl.get_server_certificate(("127.0.0.1", 443), timeout=PATIENCE)
        return shown.strip() == (self.volume.folder / "tls.crt").read_text().strip()


def asked_for(lines):
    """(verb, resource, code) of the injector's account."""
    for line in lines:
        event = json.loads(line)
        if event["user"]["username"] == base.ACCOUNT:
            yield event["verb"], event["objectRef"]["resource"], event["responseStatus"].get("code")


def rotate_while_pods_are_created(prefix):
    """The injector as the component's Deployment starts it, with what the kubelet would mount."""
    plane = Stage.plane
    manager = CertManager(plane)
    manager.issue()
    volume = SecretVolume(plane, manager.secret)
    before = len(plane.audit.read_text().splitlines())
    base.serving(plane, "one", "--certificate", volume.folder / "tls.crt", "--key", volume.folder / "tls.key")
    trusted = bundles()
    rotation = Rotation(manager, volume)
    rotation.start()
    missed = base.create_until(plane, prefix, lambda _: not rotation.is_alive())
    check(rotation.failure is None, f"the rotation: {rotation.failure}")
    equal(missed, [], "pods without views")
    equal(bundles(), trusted, "what is trusted")
    equal(trusted, [digest(cluster.encode(cluster.pem(manager.authority.certificate)))] * 2, "and that it is it")
    equal(set(asked_for(plane.audit.read_text().splitlines()[before:])), {("get", "namespaces", 200)},
          "what the injector asked the API server")


def may_not_touch_secrets():
    plane = Stage.plane
    for row in (("get", "", SYSTEM, "secrets", "lxfs-injector-tls"), ("create", "", SYSTEM, "secrets", ""),
                ("get", "coordination.k8s.io", SYSTEM, "leases", "lxfs-injector"),
                ("patch", "admissionregistration.k8s.io", "", "mutatingwebhookconfigurations", "lxfs-injector")):
        check(not base.may(plane, base.ACCOUNT, *row), f"the injector may {row}")


def cert_managers_certificate_is_rotated_while_pods_are_created():
    plane = Stage.plane
    cert_manager.define(plane)
    objects = plane.kustomized("cert-manager")
    lab.at_end(lambda: plane.kubectl("delete", "secret", "-n", SYSTEM, "--all"))
    lab.at_end(lambda: plane.kubectl("delete", "-f", "-", text=json.dumps({
        "apiVersion": "v1", "kind": "List", "items": [each for each in objects if each["kind"] != "Namespace"]})))
    plane.apply(objects)
    may_not_touch_secrets()
    rotate_while_pods_are_created("component")


def the_charts_certificate_too():
    cert_manager.define(Stage.plane)
    install("--set", "injector.certManager=true")
    may_not_touch_secrets()
    rotate_while_pods_are_created("chart")


TESTS = [
    what_the_chart_installs_works_and_is_gone_when_it_is_uninstalled,
    an_upgrade_of_the_release_takes_no_trust_away,
    cert_managers_certificate_is_rotated_while_pods_are_created,
    the_charts_certificate_too,
]

if __name__ == "__main__":
    planes.enter()
    Stage.plane = base.Stage.plane = ControlPlane()
    lab.run(TESTS)
