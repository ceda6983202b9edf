# SPDX-License-Identifier: LGPL-2.1-or-later
"""What cert-manager does for lxfs-injector, in its own forms, and what the kubelet makes of it.

Its controller and its cainjector: an authority, certificates in a Secret, the caBundle of a webhook's
configuration that asks for it. cert-manager itself is not built here.
"""
import itertools
import json
import os

from cryptography.hazmat.primitives import serialization

from plane import SYSTEM, cluster, lab, yaml

GROUP = "cert-manager.io"
INJECT = f"{GROUP}/inject-ca-from"
KINDS = {"Certificate": "certificates", "Issuer": "issuers"}


def definition(kind, plural):
    """Of a kind of its, with whatever fields."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{GROUP}"},
            "spec": {"group": GROUP, "scope": "Namespaced", "names": {"kind": kind, "plural": plural},
                     "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}]}}


def define(plane):
    plane.apply([definition(*row) for row in KINDS.items()])
    for plural in KINDS.values():
        lab.wait_until(lambda plural=plural: plane.call("get", f"{plural}.{GROUP}", "-A").returncode == 0, 60, plural)


class CertManager:
    """For the Certificate lxfs-injector, as the API server has it."""

    def __init__(self, plane):
        self.plane = plane
        self.certificate = plane.get(f"certificate.{GROUP}", "lxfs-injector", "-n", SYSTEM)
        spec = self.certificate["spec"]
        issuer = plane.get(f"issuer.{GROUP}", spec["issuerRef"]["name"], "-n", SYSTEM)
        self.secret, self.names = spec["secretName"], spec["dnsNames"]
        self.authority = cluster.Authority("lxfs-injector-ca")
        certificate, key = self.authority.pair()
        self._put(issuer["spec"]["ca"]["secretName"], "lxfs-injector-ca", certificate, old_form(key))

    def issue(self):
        """A new certificate of a new key, and trust in its authority."""
        self._put(self.secret, "lxfs-injector", *self._pair())
        self._inject()

    def _pair(self):
        certificate, key = self.authority.issue(*self.names, addresses=())
        return certificate, old_form(key)

    def _put(self, name, certificate_name, certificate, key):
        data = {"ca.crt": cluster.pem(self.authority.certificate), "tls.crt": certificate, "tls.key": key}
        told = {"certificate-name": certificate_name, "alt-names": ",".join(self.names), "common-name": "",
                "ip-sans": "", "uri-sans": "", "issuer-group": "", "issuer-kind": "Issuer",
                "issuer-name": "lxfs-injector"}
        self.plane.apply([{
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
            "metadata": {"name": name, "namespace": SYSTEM, "labels": {f"controller.{GROUP}/fao": "true"},
                         "annotations": {f"{GROUP}/{key}": value for key, value in told.items()}},
            "data": {key: cluster.encode(value) for key, value in data.items()}}])

    def _inject(self):
        """As its cainjector: from the Secret of the Certificate that an annotation names."""
        bundle = self.plane.get("secret", self.secret, "-n", SYSTEM)["data"]["ca.crt"]
        for each in self.plane.get("mutatingwebhookconfigurations")["items"]:
            if each["metadata"].get("annotations", {}).get(INJECT) != f"{SYSTEM}/lxfs-injector":
                continue
            patch = [{"op": "add", "path": f"/webhooks/{index}/clientConfig/caBundle", "value": bundle}
                     for index in range(len(each["webhooks"]))]
            self.plane.kubectl("patch", "mutatingwebhookconfiguration", each["metadata"]["name"], "--type=json",
                               "-p", json.dumps(patch))


def old_form(key):
    """An EC key as cert-manager writes it where no encoding is asked for: SEC 1, not PKCS 8."""
    loaded = serialization.load_pem_private_key(key.encode(), None)
    return loaded.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                                serialization.NoEncryption()).decode()


class SecretVolume:
    """A Secret as the kubelet mounts it: files are links into a folder that is swapped as a whole."""

    def __init__(self, plane, secret):
        self.plane, self.secret = plane, secret
        self.folder = cluster.make_folder()
        self.numbers = itertools.count()
        self.update()

    def update(self):
        data = self.plane.get("secret", self.secret, "-n", SYSTEM)["data"]
        name = f"..{next(self.numbers)}"
        (self.folder / name).mkdir()
        for key, value in data.items():
            (self.folder / name / key).write_text(cluster.decode(value))
            if not (self.folder / key).is_symlink():
                (self.folder / key).symlink_to(f"..data/{key}")
        (self.folder / "..new").symlink_to(name)
        os.replace(self.folder / "..new", self.folder / "..data")


def objects_of(text):
    return [each for each in yaml.safe_load_all(text) if each]
