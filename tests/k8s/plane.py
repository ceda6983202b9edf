# SPDX-License-Identifier: LGPL-2.1-or-later
"""A control plane for tests: etcd, kube-apiserver and kube-controller-manager, and kubectl for them.

In a network namespace, a PID namespace and a mount namespace of its own: ports are free there, the address
of a Service is given to the loopback device, and nothing outlives the test.
"""
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/injector"), str(TOP / "tests/integration")]
import yaml  # noqa: E402
import cluster  # noqa: E402
import lab  # noqa: E402
from lab import check, equal  # noqa: E402

BUILT = TOP / "build-tests/k8s"
DEPLOY = TOP / "k8s/deploy"
PATIENCE = 180
ADDRESS = "10.77.0.1"
SERVICE = "10.96.0.1"  # the first address of those for Services is the API server's own
URL = "https://127.0.0.1:6443"
STORE = "http://127.0.0.1:2379"
SYSTEM = "lxfs-system"


def enter():
    """Alone, with a network of its own."""
    lab.alone(lab.CLONE_NEWNET)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    give_address(ADDRESS)


def give_address(address):
    subprocess.run(["ip", "address", "replace", f"{address}/32", "dev", "lo"], check=True)


class Process:
    """One that runs until the end, with a log of its own."""

    def __init__(self, folder, *command):
        self.name = pathlib.Path(command[0]).name
        self.log = folder / f"{self.name}.log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        lab.at_end(self.end)

    def check(self):
        check(self.process.poll() is None, f"{self.name} ended: {self.tail()}")

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])

    def lines_with(self, text):
        return [line for line in self.log.read_text(errors="replace").splitlines() if text in line]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ControlPlane:
    TOKEN = "admin-token"

    def __init__(self):
        self.folder = cluster.make_folder()
        self._write_files()
        self.store = Process(self.folder, "etcd", "--data-dir", self.folder / "etcd", "--unsafe-no-fsync",
                             f"--listen-client-urls={STORE}", f"--advertise-client-urls={STORE}",
                             "--listen-peer-urls=http://127.0.0.1:2380")
        self.api = Process(self.folder, BUILT / "kube-apiserver", *self._api_options())
        lab.wait_until(self.is_ready, PATIENCE, "the API server is ready")
        self.controllers = Process(
            self.folder, BUILT / "kube-controller-manager", f"--kubeconfig={self.config}",
            f"--service-account-private-key-file={self.folder}/accounts.key", f"--root-ca-file={self.authority}",
            "--use-service-account-credentials=true", "--leader-elect=false")

    def _write_files(self):
        authority = cluster.Authority()
        self.authority = self.write("ca.crt", cluster.pem(authority.certificate))
        self.trust = ssl.create_default_context(cafile=str(self.authority))
        for name in ("server", "accounts"):
            pair = authority.issue("kubernetes.default.svc", addresses=("127.0.0.1", SERVICE))
            cluster.write_pair(self.folder, pair, name)
        self.write("tokens.csv", f"{self.TOKEN},admin,admin,system:masters\n")
        self.config = self.write("kubeconfig", json.dumps(self._config()))
        self.config.chmod(0o600)  # helm says so
        self.audit = self.folder / "audit.log"
        self.write("audit.json", json.dumps({
            "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
            "rules": [{"level": "Metadata", "userGroups": [f"system:serviceaccounts:{SYSTEM}"]}]}))

    def _config(self):
        return {"apiVersion": "v1", "kind": "Config", "current-context": "c",
                "clusters": [{"name": "c", "cluster": {"server": URL, "certificate-authority": str(self.authority)}}],
                "users": [{"name": "u", "user": {"token": self.TOKEN}}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}

    def _api_options(self):
        return [f"--etcd-servers={STORE}", "--secure-port=6443", f"--advertise-address={ADDRESS}",
                f"--tls-cert-file={self.folder}/server.crt", f"--tls-private-key-file={self.folder}/server.key",
                f"--service-account-key-file={self.folder}/accounts.crt",
                f"--service-account-signing-key-file={self.folder}/accounts.key",
                "--service-account-issuer=https://kubernetes.default.svc", "--authorization-mode=RBAC",
                f"--token-auth-file={self.folder}/tokens.csv", "--service-cluster-ip-range=10.96.0.0/16",
                f"--audit-policy-file={self.folder}/audit.json", f"--audit-log-path={self.audit}",
                "--allow-privileged=true", "--kubelet-preferred-address-types=InternalIP", "--feature-gates=MutatingAdmissionPolicy=true",
                "--runtime-config=admissionregistration.k8s.io/v1beta1=true"]

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def is_ready(self):
        for each in (self.store, self.api):
            each.check()
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    # -- by HTTP

    def ask(self, method, path, body=None):
        """Status, the object in the answer, warnings."""
        request = urllib.request.Request(URL + path, json.dumps(body).encode() if body else None, method=method,
                                         headers={"Authorization": f"Bearer {self.TOKEN}",
                                                  "Content-Type": "application/json"})
        try:
            answer = urllib.request.urlopen(request, timeout=PATIENCE, context=self.trust)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
            return answer.status, json.loads(text) if text[:1] == "{" else text, answer.headers.get_all("Warning", [])

    def pod(self, namespace, name, metadata=None, query="", **spec):
        """What became of it, and the warnings, as one text."""
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **(metadata or {})},
               "spec": {"containers": [{"name": "main", "image": "x"}], **spec}}
        status, made, warnings = self.ask("POST", f"/api/v1/namespaces/{namespace}/pods{query}", pod)
        equal(status, 201, f"the answer to a pod: {made}")
        return made, " ".join(warnings)

    # -- by kubectl

    def call(self, *arguments, text=None):
        return subprocess.run([str(BUILT / "kubectl"), "--kubeconfig", str(self.config), *map(str, arguments)],
                              input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def kubectl(self, *arguments, text=None):
        done = self.call(*arguments, text=text)
        equal(done.returncode, 0, f"the exit code of kubectl {' '.join(map(str, arguments))}: {done.stderr}")
        return done.stdout

    def get(self, *arguments):
        return json.loads(self.kubectl("get", "-o", "json", *arguments))

    def apply(self, objects, *options):
        """Nothing of them is unknown to the API server, or discouraged."""
        done = self.call("apply", "--server-side", "--validate=strict", *options, "-f", "-",
                         text=yaml.safe_dump_all(objects))
        equal((done.returncode, done.stderr), (0, ""), "the exit code of kubectl apply, and what it says")

    def namespace(self, name, **labels):
        self.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}])
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        lab.wait_until(lambda: self.ask("GET", account)[0] == 200, PATIENCE, f"an account in {name}")
        return name

    def kustomized(self, *components):
        """What `kubectl apply -k k8s/deploy` sends, with these components."""
        folder = DEPLOY
        if components:
            folder = self.write_components(components)
        return [each for each in yaml.safe_load_all(self.kubectl("kustomize", folder)) if each]

    def write_components(self, components):
        folder = self.folder / "-".join(components)
        shutil.copytree(DEPLOY, folder)
        with open(folder / "kustomization.yaml", "a", encoding="utf-8") as file:
            file.write(f"components: [{', '.join('components/' + name for name in components)}]\n")
        return folder
