# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small API server, and lxfs-injector as a process beside it.

The API server keeps objects with resource versions and answers as a real one does where the
injector can tell: 401, 404, 409 for an old version and for a second POST, 422 for a JSON Patch whose
test fails. It can be told to fail, to be slow, and to go away.
"""
import base64
import copy
import datetime
import http.client
import http.server
import ipaddress
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import time

import admission
import jsonpatch
import lab
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lab import check

PATIENCE = 60
SECRET = "/api/v1/namespaces/lxfs-system/secrets/lxfs-injector-tls"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/lxfs-system/leases/lxfs-injector"
WEBHOOK = ("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/"
           "lxfs-injector")
SERVICE = "lxfs-injector.lxfs-system.svc"


# ---- Certificates ------------------------------------------------------------------------------


class Authority:
    """Signs certificates for the tests, of any age."""

    def __init__(self, name="test authority", days=(-1, 3650)):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._build(self.name, self.key, [], days, True)

    def _build(self, name, key, names, days, is_authority):
        now = datetime.datetime.utcnow()
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(self.name)
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now + datetime.timedelta(days=days[0]))
                   .not_valid_after(now + datetime.timedelta(days=days[1]))
                   .add_extension(x509.BasicConstraints(is_authority, None), True))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, *names, days=(-1, 30), addresses=("127.0.0.1",)):
        """(certificate, key) as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
        alternatives = [x509.DNSName(name) for name in names]
        alternatives += [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
        certificate = self._build(subject, key, alternatives, days, False)
        return pem(certificate), key_pem(key)

    def pair(self):
        return pem(self.certificate), key_pem(self.key)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def encode(text):
    return base64.b64encode(text.encode()).decode()


def decode(text):
    return base64.b64decode(text).decode()


# ---- The API server ----------------------------------------------------------------------------


class Refused(Exception):
    def __init__(self, code, why):
        super().__init__(why)
        self.code = code


class Cluster:
    """The objects, and the server that shows them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.objects = {}
        self.version = 100
        self.lock = threading.RLock()
        self.requests = []  # (method, path, code)
        self.troubles = []  # codes to answer next, whatever is asked
        self.delay = 0
        self.authority = Authority("cluster authority")
        self.token = self.folder / "token"
        self.ca_file = self.folder / "cluster-ca.crt"
        self.ca_file.write_text(pem(self.authority.certificate))
        self.tokens = {"token-1"}
        self.token.write_text("token-1\n")
        self.server = None
        self.port = 0
        self.start()
        lab.at_end(self.stop)

    def start(self):
        certificate, key = self.authority.issue("kubernetes.default.svc")
        both = self.folder / "cluster.pem"
        both.write_text(certificate + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        self.server = Listener(("127.0.0.1", self.port), handler_of(self), context)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server.close_connections()
            self.server = None

    def put(self, path, **members):
        """An object as an operator would write it, whatever was there."""
        with self.lock:
            self.version += 1
            metadata = members.setdefault("metadata", {})
            metadata["name"] = path.rsplit("/", 1)[1]
            metadata["resourceVersion"] = str(self.version)
            self.objects[path] = members

    def get(self, path):
        with self.lock:
            return copy.deepcopy(self.objects.get(path))

    def delete(self, path):
        with self.lock:
            self.objects.pop(path, None)

    def put_webhook(self, count=2):
        hooks = [{"name": f"{i}.lxfs.io", "clientConfig": {"service": {"name": "lxfs-injector"}},
                  "unknownField": i} for i in range(count)]
        self.put(WEBHOOK, webhooks=hooks)

    def put_namespace(self, name="shop", labels=None):
        self.put(f"/api/v1/namespaces/{name}", metadata={"labels": labels or {}})

    def secret(self):
        """The Secret's data as texts, or nothing."""
        data = (self.get(SECRET) or {}).get("data", {})
        return {name: decode(value) for name, value in data.items()}

    def bundles(self):
        hooks = (self.get(WEBHOOK) or {}).get("webhooks", [])
        return [decode(hook["clientConfig"].get("caBundle", "")) for hook in hooks]

    def count(self, method, path):
        with self.lock:
            return sum(row[:2] == (method, path) for row in self.requests)

    # -- what is asked

    def answer(self, method, path, headers, body):
        time.sleep(self.delay)
        with self.lock:
            try:
                code, answer = self._answer(method, path, headers, body)
            except Refused as refused:
                code, answer = refused.code, {"kind": "Status", "message": str(refused)}
            self.requests.append((method, path, code))
        return code, answer

    def _answer(self, method, path, headers, body):
        if self.troubles:
            raise Refused(self.troubles.pop(0), "trouble")
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise Refused(401, "Unauthorized")
        if method == "GET":
            return 200, self._there(path)
        if method == "POST":
            return 201, self._create(path, json.loads(body))
        if method == "PUT":
            return 200, self._replace(path, json.loads(body))
        if method == "PATCH":
            return 200, self._patch(path, headers["Content-Type"], json.loads(body))
        raise Refused(405, "no such method")

    def _there(self, path):
        if path not in self.objects:
            raise Refused(404, f"{path} not found")
        return self.objects[path]

    def _create(self, folder, new):
        path = f"{folder}/{new['metadata']['name']}"
        if path in self.objects:
            raise Refused(409, "already exists")
        if "resourceVersion" in new["metadata"]:
            raise Refused(400, "resourceVersion should not be set on objects to be created")
        return self._write(path, new)

    def _replace(self, path, new):
        self._check_version(path, new)
        return self._write(path, new)

    def _patch(self, path, kind, patch):
        old = self._there(path)
        if kind == "application/json-patch+json":
            try:
                return self._write(path, jsonpatch.apply_patch(old, patch))
            except jsonpatch.JsonPatchException as error:
                raise Refused(422, f"the patch cannot be applied: {error}") from error
        if kind == "application/merge-patch+json":
            self._check_version(path, patch)
            return self._write(path, merge(old, patch))
        raise Refused(415, f"{kind} is not taken")

    def _check_version(self, path, new):
        version = new["metadata"].get("resourceVersion")
        if version and version != self._there(path)["metadata"]["resourceVersion"]:
            raise Refused(409, "the object has been modified")

    def _write(self, path, new):
        self.version += 1
        new = copy.deepcopy(new)
        new["metadata"]["resourceVersion"] = str(self.version)
        self.objects[path] = new
        return new


def merge(old, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    new = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        else:
            new[key] = merge(new.get(key), value)
    return new


class Listener(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address, handler, context):
        super().__init__(address, handler)
        self.context = context
        self.open = set()

    def finish_request(self, request, client_address):
        try:
            request.settimeout(PATIENCE)
            request = self.context.wrap_socket(request, server_side=True)
            self.open.add(request)
            super().finish_request(request, client_address)
        except OSError:
            pass  # whoever went away needs no answer
        finally:
            self.open.discard(request)

    def close_connections(self):
        for request in list(self.open):
            try:
                request.shutdown(2)
            except OSError:
                pass


def handler_of(cluster):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            code, answer = cluster.answer(self.command, self.path, self.headers, body)
            text = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_any

        def log_message(self, *_):
            pass

    return Handler


# ---- The injector ------------------------------------------------------------------------------


class Injector:
    """A process of its own; its log is read as it comes."""

    def __init__(self, *options, **started):
        self.lines = []
        self.process = subprocess.Popen(
            [admission.INJECTOR, "--listen", "127.0.0.1:0", "--drain", "0", *map(str, options)],
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors="replace")
        lab.at_end(self.end)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if started.get("wait", True):
            self.port = int(self.wait_for("serving")["port"])

    def _read(self):
        for line in self.process.stderr:
            if lab.ALARMING.search(line):
                lab._alarms.append(line)
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"message": line})

    def logged(self, word):
        return [line for line in list(self.lines) if word in json.dumps(line)]

    def wait_for(self, word):
        lab.wait_until(lambda: self.logged(word) or self.process.poll() is not None, PATIENCE,
                       f"a line with {word!r} in the log")
        found = self.logged(word)
        check(found, f"a line with {word!r} in {self.lines[-20:]}")
        return found[0]

    def end(self):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(PATIENCE)
        self.process.stderr.close()
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait()

    # -- as a client

    def connect(self, trust, name=SERVICE):
        """An HTTPS connection; `trust`: PEM of authorities, or None for anybody."""
        return Connection(self.port, trust, name)

    def ask(self, method, path, body=None, trust=None, **headers):
        """Status and body, on a connection of its own."""
        connection = self.connect(trust)
        try:
            return connection.ask(method, path, body, **headers)
        finally:
            connection.close()

    def is_ready(self, trust=None):
        try:
            return self.ask("GET", "/readyz", trust=trust)[0] == 200
        except OSError:
            return False

    def wait_ready(self, trust=None):
        lab.wait_until(lambda: self.is_ready(trust), PATIENCE, f"ready: {self.lines[-5:]}")

    def metric(self, name):
        text = self.ask("GET", "/metrics")[1]
        for line in text.splitlines():
            if line.startswith(f"lxfs_injector_{name} "):
                return float(line.split()[-1])
        raise lab.Failed(f"{name} is not in {text}")


class Connection(http.client.HTTPSConnection):
    """To a port of this machine, under another name."""

    def __init__(self, port, trust, name):
        context = ssl.create_default_context(cadata=trust) if trust else insecure()
        super().__init__("127.0.0.1", port, timeout=PATIENCE, context=context)
        self.name = name

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self.name)

    def ask(self, method, path, body=None, **headers):
        if isinstance(body, dict):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        self.request(method, path, body, headers)
        response = self.getresponse()
        return response.status, response.read().decode("utf-8", "replace")


def insecure():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# ---- Together ----------------------------------------------------------------------------------


def make_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-injector-"))
    lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def api_options(cluster):
    return ["--api-server", f"https://127.0.0.1:{cluster.port}", "--api-token", cluster.token,
            "--api-authority", cluster.ca_file, "--namespace", "lxfs-system"]


def write_pair(folder, pair, name="tls"):
    """The two files swapped in as whole ones."""
    for suffix, text in zip(("crt", "key"), pair):
        new = folder / f".{name}.{suffix}"
        new.write_text(text)
        os.replace(new, folder / f"{name}.{suffix}")


def review(**pod):
    """A pod's creation in the namespace shop."""
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    spec = {"containers": [{"name": "app"}]}
    request = {"uid": "u-1", "kind": kind, "namespace": "shop", "operation": "CREATE",
               "object": {"metadata": {"name": "web", **pod.pop("metadata", {})},
                          "spec": {**spec, **pod}}}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def decision(answer):
    return json.loads(answer[1])["response"]["auditAnnotations"]["decision"]
