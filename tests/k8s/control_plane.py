#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manifests and lxfs-injector with a real API server: etcd and kube-apiserver, no node.

All of it in a network namespace, a PID namespace and a mount namespace of its own: so ports are free, and
nothing outlives the test. The API server reaches the injector by the cluster IP of its Service, which is
an address of this namespace.
"""
import json
import os
import pathlib
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/injector"), str(TOP / "tests/integration")]
import yaml  # noqa: E402
import cluster  # noqa: E402
import lab  # noqa: E402
from lab import check, equal  # noqa: E402

INSIDE = "LXFS_K8S_TEST_INSIDE"
BUILT = TOP / "build-tests/k8s"
DEPLOY = TOP / "k8s/deploy"
PATIENCE = 120
SYSTEM = "lxfs-system"
ACCOUNT = f"system:serviceaccount:{SYSTEM}:lxfs-injector"
VIEWS = ["cpuinfo", "diskstats", "loadavg", "meminfo", "slabinfo", "stat", "swaps", "uptime"]


# ---- The control plane ---------------------------------------------------------------------------

class Process:
    def __init__(self, folder, *command):
        self.log = folder / f"{pathlib.Path(command[0]).name}.log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        lab.at_end(self.end)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])


class ControlPlane:
    URL = "https://127.0.0.1:6443"

    def __init__(self):
        self.folder = cluster.make_folder()
        authority = cluster.Authority()
        self.authority = self.write("ca.crt", cluster.pem(authority.certificate))
        cluster.write_pair(self.folder, authority.issue("kubernetes.default.svc"), "server")
        cluster.write_pair(self.folder, authority.issue("accounts"), "accounts")
        self.write("tokens.csv", "admin-token,admin,admin,system:masters\n")
        self.write("kubeconfig", json.dumps(self.kubeconfig("admin-token")))
        self.etcd = Process(self.folder, "etcd", "--data-dir", self.folder / "etcd", "--unsafe-no-fsync",
                            "--listen-client-urls=http://127.0.0.1:2379", "--listen-peer-urls=http://127.0.0.1:2380",
                            "--advertise-client-urls=http://127.0.0.1:2379")
        self.api = Process(
            self.folder, BUILT / "kube-apiserver", "--etcd-servers=http://127.0.0.1:2379",
            "--bind-address=0.0.0.0", "--secure-port=6443", "--advertise-address=10.77.0.1",
            f"--tls-cert-file={self.folder}/server.crt", f"--tls-private-key-file={self.folder}/server.key",
            f"--service-account-key-file={self.folder}/accounts.key",
            f"--service-account-signing-key-file={self.folder}/accounts.key",
            "--service-account-issuer=https://kubernetes.default.svc", "--authorization-mode=RBAC",
            f"--token-auth-file={self.folder}/tokens.csv", "--service-cluster-ip-range=10.96.0.0/16",
            "--allow-privileged=true", "--disable-admission-plugins=ServiceAccount",
            "--feature-gates=MutatingAdmissionPolicy=true",
            "--runtime-config=admissionregistration.k8s.io/v1beta1=true")
        lab.wait_until(self.is_ready, PATIENCE, f"the API server is ready: {self.api.tail()}")

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def kubeconfig(self, token):
        return {"apiVersion": "v1", "kind": "Config", "current-context": "c",
                "clusters": [{"name": "c", "cluster": {"server": self.URL, "certificate-authority":
                                                       str(self.authority)}}],
                "users": [{"name": "u", "user": {"token": token}}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}

    def is_ready(self):
        check(self.api.process.poll() is None and self.etcd.process.poll() is None,
              f"the control plane ended: {self.api.tail()} {self.etcd.tail()}")
        request = urllib.request.Request(f"{self.URL}/readyz", headers={"Authorization": "Bearer admin-token"})
        context = ssl.create_default_context(cafile=str(self.authority))
        try:
            return urllib.request.urlopen(request, timeout=10, context=context).status == 200
        except (OSError, urllib.error.URLError):
            return False

    def call(self, *arguments, text=None):
        return subprocess.run([str(BUILT / "kubectl"), "--kubeconfig", str(self.folder / "kubeconfig"),
                               *map(str, arguments)], input=text, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)

    def kubectl(self, *arguments, text=None):
        done = self.call(*arguments, text=text)
        check(done.returncode == 0, f"kubectl {' '.join(map(str, arguments))}: {done.stderr}")
        return done.stdout

    def get(self, *arguments):
        return json.loads(self.kubectl("get", "-o", "json", *arguments))

    def apply(self, *objects):
        text = yaml.safe_dump_all(objects)
        done = self.call("apply", "--server-side", "-f", "-", text=text)
        check(done.returncode == 0, f"kubectl apply: {done.stderr}")
        return done.stderr

    def namespace(self, name, **labels):
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        return name

    def pod(self, namespace, name, labels=None, annotations=None, **spec):
        """What became of it, and the warnings."""
        pod = {"apiVersion": "v1", "kind": "Pod",
               "metadata": {"name": name, "namespace": namespace, "labels": labels or {},
                            "annotations": annotations or {}},
               "spec": {"containers": [{"name": "main", "image": "x"}], **spec}}
        done = self.call("create", "-f", "-", text=json.dumps(pod))
        check(done.returncode == 0, f"kubectl create: {done.stderr}")
        return self.get("pod", "-n", namespace, name), done.stderr

    def may(self, account, verb, what, *more):
        return self.call("auth", "can-i", verb, what, "--as", account, *more).stdout.strip() == "yes"


def kustomized(plane, folder=DEPLOY):
    return [each for each in yaml.safe_load_all(plane.kubectl("kustomize", folder)) if each]


def mounts_of(container):
    return {mount["mountPath"] for mount in container.get("volumeMounts", [])
            if mount["name"].startswith("lxfs-")}


def has_views(container):
    mounts = mounts_of(container)
    return {f"/proc/{view}" for view in VIEWS} <= mounts and "/sys/devices/system/cpu" in mounts


# ---- One control plane for all -------------------------------------------------------------------

class Stage:
    """What tests build on, in their order."""
    plane = None
    injector = None


def the_manifests_are_accepted_to_the_letter():
    Stage.plane = plane = ControlPlane()
    objects = kustomized(plane)
    done = plane.call("apply", "--server-side", "--validate=strict", "-f", "-", text=yaml.safe_dump_all(objects))
    equal(done.returncode, 0, f"the exit code: {done.stderr}")
    check("unknown field" not in done.stderr and "Warning" not in done.stderr, done.stderr)
    for each in objects:
        plane.get(each["kind"], each["metadata"]["name"], "-n", each["metadata"].get("namespace", "default"))


def pods_of_both_workloads_are_accepted_in_their_namespace():
    plane = Stage.plane
    for each in kustomized(plane):
        if each["kind"] not in ("DaemonSet", "Deployment"):
            continue
        template = each["spec"]["template"]
        pod = {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
               "metadata": {**template["metadata"], "name": f"try-{each['metadata']['name']}", "namespace": SYSTEM}}
        done = plane.call("create", "--dry-run=server", "-f", "-", text=json.dumps(pod))
        equal((done.returncode, done.stderr), (0, ""), each["kind"])


def each_right_is_there_and_no_other():
    plane = Stage.plane
    here = ("-n", SYSTEM)
    rows = [
        ("get", "namespaces/shop", (), True), ("list", "namespaces", (), False),
        ("get", "mutatingwebhookconfigurations/lxfs-injector", (), True),
        ("patch", "mutatingwebhookconfigurations/lxfs-injector", (), True),
        ("patch", "mutatingwebhookconfigurations/other", (), False),
        ("delete", "mutatingwebhookconfigurations/lxfs-injector", (), False),
        ("get", "secrets/lxfs-injector-tls", here, True), ("patch", "secrets/lxfs-injector-tls", here, True),
        ("get", "secrets/other", here, False), ("list", "secrets", here, False),
        ("create", "secrets", here, True), ("create", "secrets", ("-n", "default"), False),
        ("get", "secrets/lxfs-injector-tls", ("-n", "default"), False),
        ("update", "leases/lxfs-injector", here, True), ("update", "leases/other", here, False),
        ("create", "leases", here, True), ("get", "pods", here, False), ("create", "pods", here, False),
    ]
    for verb, what, where, expected in rows:
        equal(plane.may(ACCOUNT, verb, what, *where), expected, f"{verb} {what} {where}")
    daemon = f"system:serviceaccount:{SYSTEM}:lxfs"
    for verb, what in (("get", "namespaces"), ("get", "pods"), ("get", "secrets"), ("create", "pods")):
        check(not plane.may(daemon, verb, what, *here), f"the DaemonSet may {verb} {what}")


def injector_of(plane, identity, *options):
    """As its pod would be: with its service account's token, at the address of its Service."""
    token = plane.write("token", plane.kubectl("create", "token", "lxfs-injector", "-n", SYSTEM).strip())
    return cluster.Injector("--api-server", plane.URL, "--api-token", token, "--api-authority", plane.authority,
                            "--namespace", SYSTEM, "--identity", identity, *options)


def at_service(plane):
    address = plane.get("service", "lxfs-injector", "-n", SYSTEM)["spec"]["clusterIP"]
    subprocess.run(["ip", "address", "replace", f"{address}/32", "dev", "lo"], check=True)
    return f"{address}:443"


def it_makes_its_certificate_with_the_rights_it_has():
    plane = Stage.plane
    Stage.injector = injector = injector_of(plane, "one", "--listen", at_service(plane))
    injector.address = at_service(plane).split(":")[0]
    lab.wait_until(lambda: ready_at(plane, injector), PATIENCE, f"it is ready: {injector.lines[-5:]}")
    equal(sorted(plane.get("secret", "lxfs-injector-tls", "-n", SYSTEM)["data"])[:2], ["ca.crt", "ca.key"], "Secret")
    equal(plane.get("lease", "lxfs-injector", "-n", SYSTEM)["spec"]["holderIdentity"], "one", "the leader")
    hooks = plane.get("mutatingwebhookconfiguration", "lxfs-injector")["webhooks"]
    check(all(hook["clientConfig"].get("caBundle") for hook in hooks), "a caBundle in each")


def ready_at(plane, injector):
    """Asked as the kubelet does: whoever it says it is."""
    check(injector.process.poll() is None, f"it ended: {injector.lines[-5:]}")
    context = cluster.insecure()
    try:
        return urllib.request.urlopen(f"https://{injector.address}/readyz", timeout=10, context=context).status == 200
    except (OSError, urllib.error.URLError):
        return False


def pods_of_a_labelled_namespace_get_their_views():
    plane = Stage.plane
    shop = plane.namespace("shop", **{"lxfs.io/inject": "enabled"})
    pod, _ = plane.pod(shop, "web", initContainers=[
        {"name": "first", "image": "x"}, {"name": "sidecar", "image": "x", "restartPolicy": "Always"}])
    for container in pod["spec"]["containers"] + pod["spec"]["initContainers"]:
        check(has_views(container), f"{container['name']}: {container}")
    status = json.loads(pod["metadata"]["annotations"]["lxfs.io/status"])
    equal(status["decision"], "injected", "the status")


def others_do_not_and_are_told_why():
    plane = Stage.plane
    plain = plane.namespace("plain")
    check(not has_views(plane.pod(plain, "web")[0]["spec"]["containers"][0]), "no label")
    check(has_views(plane.pod(plain, "own", labels={"lxfs.io/inject": "enabled"})[0]["spec"]["containers"][0]),
          "a label of the pod's own")
    check(not has_views(plane.pod("shop", "out", labels={"lxfs.io/inject": "disabled"})[0]["spec"]["containers"][0]),
          "it says no")
    strict = plane.namespace("strict", **{"lxfs.io/inject": "enabled",
                                          "pod-security.kubernetes.io/enforce": "baseline"})
    pod, warnings = plane.pod(strict, "web")
    check(not has_views(pod["spec"]["containers"][0]) and "Warning" in warnings, f"baseline: {warnings}")
    pod, warnings = plane.pod("shop", "host", hostPID=True)
    check(not has_views(pod["spec"]["containers"][0]) and "host" in warnings, f"hostPID: {warnings}")


def an_ephemeral_container_gets_them_too():
    plane = Stage.plane
    pod = plane.get("pod", "-n", "shop", "web")
    pod["spec"]["ephemeralContainers"] = [{"name": "debug", "image": "x", "terminationMessagePolicy": "File",
                                           "imagePullPolicy": "IfNotPresent"}]
    plane.kubectl("replace", "--raw", "/api/v1/namespaces/shop/pods/web/ephemeralcontainers", "-f", "-",
                  text=json.dumps(pod))
    debug, = plane.get("pod", "-n", "shop", "web")["spec"]["ephemeralContainers"]
    check(has_views(debug), debug)


def certificates_are_renewed_while_pods_are_created():
    plane = Stage.plane
    Stage.injector.end()
    plane.kubectl("delete", "secret", "lxfs-injector-tls", "-n", SYSTEM)
    Stage.injector = injector = injector_of(plane, "two", "--listen", at_service(plane), "--certificate-lifetime", "90")
    injector.address = at_service(plane).split(":")[0]
    lab.wait_until(lambda: ready_at(plane, injector), PATIENCE, f"it is ready: {injector.lines[-5:]}")
    first = secret(plane)
    number = 0
    end = time.monotonic() + PATIENCE
    while secret(plane) == first or number < 20:
        check(time.monotonic() < end, f"another certificate: {injector.lines[-3:]}")
        pod, warnings = plane.pod("shop", f"renewed-{number}")
        check(has_views(pod["spec"]["containers"][0]), f"pod {number}: {warnings} {injector.lines[-3:]}")
        number += 1
    lab.note(f"{number} pods over a renewal")


def secret(plane):
    return plane.get("secret", "lxfs-injector-tls", "-n", SYSTEM)["data"]["tls.crt"]


def two_replicas_have_one_leader():
    plane = Stage.plane
    other = injector_of(plane, "three")
    other.wait_ready()
    equal(plane.get("lease", "lxfs-injector", "-n", SYSTEM)["spec"]["holderIdentity"], "two", "the leader")
    equal(other.metric("leader"), 0, "the other one's metric")
    other.end()


def many_pods_at_a_time_all_get_them():
    plane = Stage.plane
    pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"many-{number}", "namespace": "shop"},
             "spec": {"containers": [{"name": "main", "image": "x"}]}} for number in range(100)]
    def create(part):
        plane.kubectl("create", "-f", "-", text=yaml.safe_dump_all(part))
    threads = [threading.Thread(target=create, args=(pods[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [pod for pod in plane.get("pods", "-n", "shop")["items"] if pod["metadata"]["name"].startswith("many-")]
    equal((len(made), all(has_views(pod["spec"]["containers"][0]) for pod in made)), (100, True), "pods with views")


def without_the_injector_pods_come_up_as_they_are():
    plane = Stage.plane
    Stage.injector.end()
    pod, _ = plane.pod("shop", "without")
    check(not has_views(pod["spec"]["containers"][0]), "nobody was there")


def the_policy_does_it_without_a_webhook():
    plane = Stage.plane
    plane.kubectl("delete", "mutatingwebhookconfiguration", "lxfs-injector")
    policy = list(yaml.safe_load_all((DEPLOY / "components/policy/policy.yaml").read_text()))
    served = plane.kubectl("api-versions")
    version = "v1" if "mutatingadmissionpolicies" in plane.kubectl(
        "api-resources", "--api-group=admissionregistration.k8s.io", "-o", "name") and \
        "MutatingAdmissionPolicy" in json.dumps(policy) and \
        "mutatingadmissionpolicies" in plane.kubectl("get", "--raw", "/apis/admissionregistration.k8s.io/v1") \
        else "v1beta1"
    check(f"admissionregistration.k8s.io/{version}" in served, served)
    for each in policy:
        each["apiVersion"] = f"admissionregistration.k8s.io/{version}"
    done = plane.call("apply", "--server-side", "--validate=strict", "-f", "-", text=yaml.safe_dump_all(policy))
    equal(done.returncode, 0, f"the exit code: {done.stderr}")
    lab.note(f"as admissionregistration.k8s.io/{version}")
    tries = iter(range(1000))

    def works():
        return has_views(plane.pod("shop", f"by-policy-{next(tries)}")[0]["spec"]["containers"][0])
    lab.wait_until(works, PATIENCE, "the policy is in force")
    pod, _ = plane.pod("shop", "policy", initContainers=[{"name": "first", "image": "x"}])
    check(has_views(pod["spec"]["initContainers"][0]), "an init container")
    own = {"name": "main", "image": "x", "volumeMounts": [{"name": "mine", "mountPath": "/proc/meminfo"}]}
    pod, _ = plane.pod("shop", "conflict", containers=[own], volumes=[{"name": "mine", "emptyDir": {}}])
    check("/proc/stat" in mounts_of(pod["spec"]["containers"][0]) and
          "/proc/meminfo" not in mounts_of(pod["spec"]["containers"][0]), "a mount of its own")
    for name, options in (("no", {"labels": {"lxfs.io/inject": "disabled"}}), ("host", {"hostPID": True}),
                          ("kata", {"annotations": {"lxfs.io/inject": "disabled"}})):
        pod, _ = plane.pod("shop", f"policy-{name}", **options)
        check(not has_views(pod["spec"]["containers"][0]), name)
    check(not has_views(plane.pod("strict", "policy")[0]["spec"]["containers"][0]), "baseline")


TESTS = [
    the_manifests_are_accepted_to_the_letter,
    pods_of_both_workloads_are_accepted_in_their_namespace,
    each_right_is_there_and_no_other,
    it_makes_its_certificate_with_the_rights_it_has,
    pods_of_a_labelled_namespace_get_their_views,
    others_do_not_and_are_told_why,
    an_ephemeral_container_gets_them_too,
    many_pods_at_a_time_all_get_them,
    two_replicas_have_one_leader,
    certificates_are_renewed_while_pods_are_created,
    without_the_injector_pods_come_up_as_they_are,
    the_policy_does_it_without_a_webhook,
]


def main():
    if not os.environ.get(INSIDE):
        os.environ[INSIDE] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                              "--propagation", "private", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", "10.77.0.1/32", "dev", "lo"], check=True)
    lab.run(TESTS)


if __name__ == "__main__":
    main()
