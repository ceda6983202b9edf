#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manifests, and lxfs-injector with the rights that they give it, at a real API server; no node."""
import collections
import json
import ssl
import threading
import time

import plane as planes
from plane import DEPLOY, PATIENCE, SYSTEM, ControlPlane, cluster, lab, yaml
from lab import check, equal

ACCOUNT = f"system:serviceaccount:{SYSTEM}:lxfs-injector"
DAEMON = f"system:serviceaccount:{SYSTEM}:lxfs"
LABEL = "lxfs.io/inject"
VIEWS = {f"/proc/{name}" for name in ("cpuinfo", "diskstats", "loadavg", "meminfo", "slabinfo", "stat", "swaps", "uptime")
         } | {"/sys/devices/system/cpu", "/sys/devices/system/node"}
CREATES = 4  # at a time


class Stage:
    """The control plane that all tests share."""
    plane = None


# ---- The injector, as its pod would be -----------------------------------------------------------

def injector_of(plane, identity, *options):
    """With its service account's token and nothing else."""
    token = plane.write(f"{identity}.token", plane.kubectl("create", "token", "lxfs-injector", "-n", SYSTEM))
    return cluster.Injector("--api-server", planes.URL, "--api-token", token, "--api-authority", plane.authority,
                            "--namespace", SYSTEM, "--identity", identity, *options)


def serving(plane, identity, *options):
    """At the address of its Service, and ready: the API server trusts it."""
    planes.give_address(plane.get("service", "lxfs-injector", "-n", SYSTEM)["spec"]["clusterIP"])
    injector = injector_of(plane, identity, "--listen", "0.0.0.0:443", *options)
    injector.wait_ready()
    wait_asked(plane)
    return injector


def wait_asked(plane):
    """The API server learns of a caBundle a moment after it was written."""
    shop = labelled(plane)

    def is_injected():
        return has_views(plane.pod(shop, "try", query="?dryRun=All")[0]["spec"]["containers"][0])
    lab.wait_until(is_injected, PATIENCE, "a pod gets its views")


def labelled(plane):
    if plane.ask("GET", "/api/v1/namespaces/shop")[0] == 404:
        plane.namespace("shop", **{LABEL: "enabled"})
    return "shop"


def mounts_of(container):
    return {mount["mountPath"] for mount in container.get("volumeMounts", []) if mount["name"].startswith("lxfs-")}


def has_views(container):
    return mounts_of(container) == VIEWS


def has_none(pod):
    return not any(mounts_of(container) for container in pod["spec"]["containers"])


def status_of(pod):
    return json.loads(pod["metadata"]["annotations"]["lxfs.io/status"])


def secret(plane, name):
    return plane.get("secret", "lxfs-injector-tls", "-n", SYSTEM)["data"][name]


def holder(plane):
    return plane.get("lease", "lxfs-injector", "-n", SYSTEM)["spec"]["holderIdentity"]


# ---- What is deployed ----------------------------------------------------------------------------

def the_manifests_are_applied_to_the_letter_and_without_a_warning():
    plane = Stage.plane
    objects = plane.kustomized()
    plane.apply(objects)
    plane.apply(objects)
    for each in objects:
        plane.get(each["kind"], each["metadata"]["name"], "-n", each["metadata"].get("namespace", "default"))


def each_component_would_be_applied_too():
    plane = Stage.plane
    for name in ("attach", "cert-manager", "metrics", "policy"):
        objects = plane.kustomized(name)
        known = [each for each in objects if "cert-manager.io" not in each["apiVersion"]]
        plane.apply(at_served_version(plane, known), "--dry-run=server", "--force-conflicts")


def at_served_version(plane, objects):
    """A MutatingAdmissionPolicy is v1 in Kubernetes 1.36, and the same as v1beta1 before."""
    resources = plane.ask("GET", "/apis/admissionregistration.k8s.io/v1")[1]["resources"]
    if any(each["name"] == "mutatingadmissionpolicies" for each in resources):
        return objects
    return [{**each, "apiVersion": "admissionregistration.k8s.io/v1beta1"}
            if each["kind"].startswith("MutatingAdmissionPolicy") else each for each in objects]


def pods_of_both_workloads_are_let_in():
    plane = Stage.plane
    for each in plane.kustomized():
        if each["kind"] not in ("DaemonSet", "Deployment"):
            continue
        template = each["spec"]["template"]
        pod, warnings = plane.pod(SYSTEM, f"try-{each['metadata']['name']}", {"labels": template["metadata"]["labels"]},
                                  "?dryRun=All", **template["spec"])
        equal(warnings, "", "warnings")
        check(has_none(pod), "lxfs injects itself")


def the_injector_would_pass_the_restricted_level():
    plane = Stage.plane
    strict = plane.namespace("restricted", **{"pod-security.kubernetes.io/enforce": "restricted"})
    plane.apply([{"apiVersion": "v1", "kind": "ServiceAccount",
                  "metadata": {"name": "lxfs-injector", "namespace": strict}}])
    deployment, = [each for each in plane.kustomized() if each["kind"] == "Deployment"]
    spec = {**deployment["spec"]["template"]["spec"], "priorityClassName": ""}
    plane.pod(strict, "injector", None, "?dryRun=All", **spec)


# ---- Pods ----------------------------------------------------------------------------------------

def pods_of_a_labelled_namespace_get_their_views():
    plane = Stage.plane
    serving(plane, "one")
    pod, warnings = plane.pod("shop", "web", initContainers=[
        {"name": "first", "image": "x"}, {"name": "sidecar", "image": "x", "restartPolicy": "Always"}])
    for container in pod["spec"]["containers"] + pod["spec"]["initContainers"]:
        check(has_views(container), f"{container['name']}: {container}")
    equal((status_of(pod)["decision"], warnings), ("injected", ""), "the decision, and the warnings")
    plain = plane.namespace("plain")
    check(has_none(plane.pod(plain, "web")[0]), "no label")
    labels = {"labels": {LABEL: "enabled"}}
    check(has_views(plane.pod(plain, "own", labels)[0]["spec"]["containers"][0]), "a label of the pod's own")


def whoever_asked_and_gets_none_is_told_why():
    plane = Stage.plane
    serving(plane, "one")
    strict = plane.namespace("strict", **{LABEL: "enabled", "pod-security.kubernetes.io/enforce": "baseline"})
    rows = [(strict, "pod-security", {}), ("shop", "host-pid", {"hostPID": True}),
            ("shop", "user-namespace", {"hostUsers": False}), ("shop", "runtime-class", {"runtimeClassName": "kata"}),
            ("shop", "windows", {"nodeSelector": {"kubernetes.io/os": "windows"}})]
    plane.apply([{"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "kata"},
                  "handler": "kata"}])
    for namespace, why, spec in rows:
        pod, warnings = plane.pod(namespace, f"none-{why}", **spec)
        check(has_none(pod), f"{why}: {pod}")
        equal((status_of(pod)["decision"], "lxfs: the pod gets no views" in warnings), (why, True), warnings)


def whoever_says_no_is_left_alone():
    plane = Stage.plane
    serving(plane, "one")
    for name in ("labels", "annotations"):
        pod, warnings = plane.pod("shop", f"no-{name}", {name: {LABEL: "disabled"}})
        check(has_none(pod), f"{name}: {pod}")
        equal(("lxfs.io/status" in pod["metadata"].get("annotations", {}), warnings), (False, ""), name)


def a_mount_of_the_containers_own_stays():
    plane = Stage.plane
    serving(plane, "one")
    own = {"name": "main", "image": "x", "volumeMounts": [{"name": "mine", "mountPath": "/proc/meminfo"}]}
    pod, warnings = plane.pod("shop", "conflict", containers=[own], volumes=[{"name": "mine", "emptyDir": {}}])
    equal(mounts_of(pod["spec"]["containers"][0]), VIEWS - {"/proc/meminfo"}, "mounts")
    check("meminfo" in warnings, warnings)


def a_pod_that_has_views_is_left_as_it_is():
    plane = Stage.plane
    serving(plane, "one")
    first, _ = plane.pod("shop", "once")
    metadata = {"annotations": first["metadata"]["annotations"]}
    second, _ = plane.pod("shop", "twice", metadata, "?dryRun=All", **first["spec"])
    equal(second["spec"]["volumes"], first["spec"]["volumes"], "volumes")
    equal(second["spec"]["containers"], first["spec"]["containers"], "containers")


def pods_that_a_deployment_makes_get_them():
    plane = Stage.plane
    serving(plane, "one")
    labels = {"app": "many"}
    plane.apply([{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "many", "namespace": "shop"},
                  "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": {
                      "metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "x"}]}}}}])

    def pods():
        return plane.get("pods", "-n", "shop", "-l", "app=many")["items"]
    lab.wait_until(lambda: len(pods()) == 3, PATIENCE, f"three pods: {plane.controllers.tail()}")
    check(all(has_views(pod["spec"]["containers"][0]) for pod in pods()), "each with its views")


def an_ephemeral_container_gets_them_too():
    plane = Stage.plane
    serving(plane, "one")
    pod, _ = plane.pod("shop", "debugged")
    pod["spec"]["ephemeralContainers"] = [{"name": "debug", "image": "x"}]
    status, pod, _ = plane.ask("PUT", "/api/v1/namespaces/shop/pods/debugged/ephemeralcontainers", pod)
    equal(status, 200, f"the answer: {pod}")
    debug, = pod["spec"]["ephemeralContainers"]
    check(has_views(debug), debug)


class Sidecar:
    """Another webhook, that is asked after ours and adds a container; the API server asks ours again."""
    NAME = "zz-sidecar"

    def __init__(self, plane):
        authority = cluster.Authority()
        certificate, key = authority.issue("localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(plane.write("sidecar.pem", certificate + key))
        listener = cluster.Listener(("127.0.0.1", 0), cluster.handler_of(self), context)
        threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        lab.at_end(listener.server_close)
        lab.at_end(listener.shutdown)
        url = f"https://127.0.0.1:{listener.server_address[1]}/"
        plane.apply([{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
                      "metadata": {"name": self.NAME}, "webhooks": [{
                          "name": "sidecar.example.org", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                          "clientConfig": {"url": url, "caBundle": cluster.encode(cluster.pem(authority.certificate))},
                          "objectSelector": {"matchLabels": {"sidecar": "yes"}},
                          "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                                     "resources": ["pods"]}]}]}])
        lab.at_end(lambda: plane.kubectl("delete", "mutatingwebhookconfiguration", self.NAME))

    @staticmethod
    def answer(_method, _path, _headers, body):
        request = json.loads(body)["request"]
        patch = []
        if len(request["object"]["spec"]["containers"]) == 1:
            patch = [{"op": "add", "path": "/spec/containers/-", "value": {"name": "sidecar", "image": "x"}}]
        response = {"uid": request["uid"], "allowed": True, "patchType": "JSONPatch",
                    "patch": cluster.encode(json.dumps(patch))}
        return 200, {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}


def a_container_that_another_webhook_adds_gets_them_too():
    plane = Stage.plane
    serving(plane, "one")
    Sidecar(plane)
    found = []

    def is_added():
        found[:] = plane.pod("shop", "meshed", {"labels": {"sidecar": "yes"}}, "?dryRun=All")[0]["spec"]["containers"]
        return len(found) == 2
    lab.wait_until(is_added, PATIENCE, "the other webhook is asked")
    check(all(has_views(container) for container in found), found)


def many_pods_at_a_time_all_get_them():
    plane = Stage.plane
    injector = serving(plane, "one")
    missed = create_until(plane, "many", lambda count: count >= 200)
    equal(missed, [], f"pods without views: {injector.lines[-3:]}")


def create_until(plane, prefix, is_enough):
    """Pods, several at a time; the names of those that came without views."""
    missed, made, failures = [], collections.deque(), []

    def create(mine):
        try:
            while not is_enough(len(made)):
                name = f"{prefix}-{mine}-{len(made)}"
                pod, _ = plane.pod("shop", name, {"generateName": name, "name": None})
                made.append(name)
                if not has_views(pod["spec"]["containers"][0]):
                    missed.append(name)
        except Exception as error:  # the thread's failure is the test's
            failures.append(error)
    threads = [threading.Thread(target=create, args=(mine,)) for mine in range(CREATES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(failures, [], "failures")
    lab.note(f"{len(made)} pods")
    if missed:
        lab.note("\n".join(plane.api.lines_with("failing open")))
    return missed


# ---- Certificates and replicas -------------------------------------------------------------------

def an_authority_is_renewed_while_pods_are_created():
    plane = Stage.plane
    plane.kubectl("delete", "secret", "lxfs-injector-tls", "-n", SYSTEM, "--ignore-not-found")
    # A pass every 5 seconds, and so long both authorities are trusted; else it is as in ten years.
    injector = serving(plane, "one", "--certificate-lifetime", 150, "--authority-lifetime", 150)
    first = secret(plane, "ca.crt")
    end = time.monotonic() + 150 + PATIENCE

    def is_renewed(_):
        time.sleep(0.2)
        check(time.monotonic() < end, f"another authority: {injector.lines[-3:]}")
        return bool(injector.logged("no longer"))
    missed = create_until(plane, "renewed", is_renewed)
    equal(missed, [], f"pods without views: {injector.lines}")
    check(secret(plane, "ca.crt") != first, "the authority has not changed")


def a_certificate_is_renewed_while_pods_are_created():
    plane = Stage.plane
    plane.kubectl("delete", "secret", "lxfs-injector-tls", "-n", SYSTEM, "--ignore-not-found")
    injector = serving(plane, "one", "--certificate-lifetime", 30)
    first = secret(plane, "tls.crt")
    end = time.monotonic() + PATIENCE

    def is_renewed(_):
        time.sleep(0.2)
        check(time.monotonic() < end, f"another certificate: {injector.lines[-3:]}")
        return len(injector.logged("a new certificate")) >= 2
    equal(create_until(plane, "certified", is_renewed), [], f"pods without views: {injector.lines}")
    check(secret(plane, "tls.crt") != first, "the certificate has not changed")


def a_cabundle_that_is_spoilt_is_made_good():
    plane = Stage.plane
    serving(plane, "one")
    plane.apply(plane.kustomized(), "--force-conflicts")
    wrong = cluster.encode(cluster.pem(cluster.Authority().certificate))
    plane.kubectl("patch", "mutatingwebhookconfiguration", "lxfs-injector", "--type=json", "-p", json.dumps(
        [{"op": "add", "path": f"/webhooks/{index}/clientConfig/caBundle", "value": wrong} for index in (0, 1)]))
    lab.wait_until(lambda: wrong not in json.dumps(plane.get("mutatingwebhookconfiguration", "lxfs-injector")),
                   PATIENCE, "the bundle is ours again")
    wait_asked(plane)


def applying_the_manifests_again_takes_no_trust_away():
    plane = Stage.plane
    serving(plane, "one")
    plane.apply(plane.kustomized())
    hooks = plane.get("mutatingwebhookconfiguration", "lxfs-injector")["webhooks"]
    check(all(hook["clientConfig"].get("caBundle") for hook in hooks), f"a caBundle in each of {hooks}")


def of_two_replicas_one_leads_and_the_other_follows_it():
    plane = Stage.plane
    first = serving(plane, "one")
    second = injector_of(plane, "two")
    second.wait_ready()
    equal(holder(plane), "one", "the leader")
    equal((first.metric("leader"), second.metric("leader")), (1, 0), "the metrics")
    equal(first.end(), 0, "the exit code")
    lab.wait_until(lambda: holder(plane) == "two", PATIENCE, f"the other one leads: {second.lines[-3:]}")
    third = injector_of(plane, "three")
    third.wait_ready()
    second.kill()
    lab.wait_until(lambda: holder(plane) == "three", PATIENCE, f"one leads after a kill: {third.lines[-3:]}")


def without_the_injector_pods_come_up_as_they_are():
    plane = Stage.plane
    serving(plane, "one").end()
    pod, _ = plane.pod("shop", "without")
    check(has_none(pod), "nobody was there")


# ---- Rights --------------------------------------------------------------------------------------

def the_injector_has_used_each_of_its_rights_and_lacked_none():
    plane = Stage.plane
    used, refused = set(), []
    # All that came before.
    for line in plane.audit.read_text().splitlines():
        event = json.loads(line)
        if event["user"]["username"] != ACCOUNT:
            continue
        what = event["objectRef"]
        if event["responseStatus"].get("code") == 403:
            refused.append((event["verb"], what))
        used.add((event["verb"], what["resource"]))
    equal(refused, [], "what was refused")
    equal(used, {(verb, resource) for each in plane.kustomized() if each["kind"] in ("Role", "ClusterRole")
                 for rule in each["rules"] for verb in rule["verbs"] for resource in rule["resources"]},
          "rights used, and rights given")


def a_right_ends_at_the_name_it_is_for():
    plane = Stage.plane
    rows = [
        ("list", "", "", "namespaces", ""), ("list", "", SYSTEM, "secrets", ""),
        ("patch", "admissionregistration.k8s.io", "", "mutatingwebhookconfigurations", "other"),
        ("delete", "admissionregistration.k8s.io", "", "mutatingwebhookconfigurations", "lxfs-injector"),
        ("get", "", SYSTEM, "secrets", "other"), ("get", "", "default", "secrets", "lxfs-injector-tls"),
        ("create", "", "default", "secrets", ""), ("delete", "", SYSTEM, "secrets", "lxfs-injector-tls"),
        ("update", "coordination.k8s.io", SYSTEM, "leases", "other"),
        ("get", "", SYSTEM, "pods", ""), ("create", "", SYSTEM, "pods", ""),
    ]
    for row in rows:
        check(not may(plane, ACCOUNT, *row), f"the injector may {row}")
    check(may(plane, ACCOUNT, "get", "", SYSTEM, "secrets", "lxfs-injector-tls"), "what it may")
    for verb, resource in (("get", "namespaces"), ("get", "pods"), ("get", "secrets"), ("create", "pods")):
        check(not may(plane, DAEMON, verb, "", SYSTEM, resource, ""), f"the DaemonSet may {verb} {resource}")


def may(plane, account, verb, group, namespace, resource, name):
    status, review, _ = plane.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
        "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {
            "user": account, "groups": ["system:serviceaccounts", f"system:serviceaccounts:{SYSTEM}",
                                        "system:authenticated"],
            "resourceAttributes": {"verb": verb, "group": group, "namespace": namespace, "resource": resource,
                                   "name": name}}})
    equal(status, 201, f"the answer: {review}")
    return review["status"]["allowed"]


# ---- Without a webhook ---------------------------------------------------------------------------

def start_policy(plane):
    text = (DEPLOY / "components/policy/policy.yaml").read_text()
    plane.apply(at_served_version(plane, list(yaml.safe_load_all(text))))
    for kind in ("mutatingadmissionpolicy", "mutatingadmissionpolicybinding"):
        lab.at_end(lambda kind=kind: plane.kubectl("delete", kind, "lxfs"))

    def works():
        return has_views(plane.pod(labelled(plane), "try", query="?dryRun=All")[0]["spec"]["containers"][0])
    lab.wait_until(works, PATIENCE, "the policy is in force")


def the_policy_does_it_without_a_webhook():
    plane = Stage.plane
    start_policy(plane)
    pod, _ = plane.pod("shop", "policy", initContainers=[{"name": "first", "image": "x"}])
    check(has_views(pod["spec"]["containers"][0]) and has_views(pod["spec"]["initContainers"][0]), pod)
    check("lxfs.io/status" not in pod["metadata"].get("annotations", {}), "it was the injector")
    own = {"name": "main", "image": "x", "volumeMounts": [{"name": "mine", "mountPath": "/proc/meminfo"}]}
    pod, _ = plane.pod("shop", "policy-own", containers=[own], volumes=[{"name": "mine", "emptyDir": {}}])
    equal(mounts_of(pod["spec"]["containers"][0]), VIEWS - {"/proc/meminfo"}, "beside a mount of its own")


def the_policy_leaves_alone_what_the_injector_does():
    plane = Stage.plane
    start_policy(plane)
    rows = [("label", {"labels": {LABEL: "disabled"}}, {}), ("annotation", {"annotations": {LABEL: "disabled"}}, {}),
            ("host", {}, {"hostPID": True}), ("users", {}, {"hostUsers": False}),
            ("windows", {}, {"os": {"name": "windows"}}),
            ("volume", {}, {"volumes": [{"name": "lxfs-proc-stat", "emptyDir": {}}]})]
    for name, metadata, spec in rows:
        pod, _ = plane.pod("shop", f"spared-{name}", metadata, "?dryRun=All", **spec)
        check(has_none(pod), f"{name}: {pod}")
    strict = plane.namespace("strict", **{LABEL: "enabled", "pod-security.kubernetes.io/enforce": "baseline"})
    check(has_none(plane.pod(strict, "spared", query="?dryRun=All")[0]), "baseline")


def with_both_a_pod_gets_each_view_once():
    plane = Stage.plane
    start_policy(plane)
    serving(plane, "one")
    pod, _ = plane.pod("shop", "both")
    container, = pod["spec"]["containers"]
    paths = [mount["mountPath"] for mount in container["volumeMounts"]]
    equal((sorted(paths), len(set(paths))), (sorted(set(paths)), len(paths)), "mounts")
    check(has_views(container), container)


TESTS = [
    the_manifests_are_applied_to_the_letter_and_without_a_warning,
    each_component_would_be_applied_too,
    pods_of_both_workloads_are_let_in,
    the_injector_would_pass_the_restricted_level,
    pods_of_a_labelled_namespace_get_their_views,
    whoever_asked_and_gets_none_is_told_why,
    whoever_says_no_is_left_alone,
    a_mount_of_the_containers_own_stays,
    a_pod_that_has_views_is_left_as_it_is,
    pods_that_a_deployment_makes_get_them,
    an_ephemeral_container_gets_them_too,
    a_container_that_another_webhook_adds_gets_them_too,
    many_pods_at_a_time_all_get_them,
    a_certificate_is_renewed_while_pods_are_created,
    an_authority_is_renewed_while_pods_are_created,
    a_cabundle_that_is_spoilt_is_made_good,
    applying_the_manifests_again_takes_no_trust_away,
    of_two_replicas_one_leads_and_the_other_follows_it,
    without_the_injector_pods_come_up_as_they_are,
    the_injector_has_used_each_of_its_rights_and_lacked_none,
    a_right_ends_at_the_name_it_is_for,
    the_policy_does_it_without_a_webhook,
    the_policy_leaves_alone_what_the_injector_does,
    with_both_a_pod_gets_each_view_once,
]

if __name__ == "__main__":
    planes.enter()
    Stage.plane = ControlPlane()
    lab.run(TESTS)
