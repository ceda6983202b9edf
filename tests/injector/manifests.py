#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manifests in k8s/: names that fit each other, rights that suffice, files that are lxfs's."""
import pathlib
import re
import shutil
import subprocess

import cluster
import lab
import yaml
from lab import check, equal

TOP = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = TOP / "k8s" / "deploy"
CHART = TOP / "k8s" / "chart"
CLUSTER_WIDE = {"Namespace", "ClusterRole", "ClusterRoleBinding", "MutatingWebhookConfiguration",
                "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"}
WORKLOADS = {"Deployment", "DaemonSet"}


def load(text):
    return [each for each in yaml.safe_load_all(text) if each]


def base():
    """What `kubectl apply -k` would send, as far as the base says it itself."""
    kustomization = yaml.safe_load((DEPLOY / "base" / "kustomization.yaml").read_text())
    objects = []
    for name in kustomization["resources"]:
        objects += load((DEPLOY / "base" / name).read_text())
    for each in objects:
        if each["kind"] not in CLUSTER_WIDE:
            each["metadata"].setdefault("namespace", kustomization["namespace"])
    return objects


def find(objects, kind, name=None):
    return [each for each in objects
            if each["kind"] == kind and name in (None, each["metadata"]["name"])]


def only(objects, kind, name=None):
    found = find(objects, kind, name)
    equal(len(found), 1, f"the number of {kind} {name}")
    return found[0]


def pod_of(workload):
    return workload["spec"]["template"]["spec"]


# ---- Of any set of objects ---------------------------------------------------------------------


def hang_together(objects):
    keys = [(e["kind"], e["metadata"].get("namespace"), e["metadata"]["name"]) for e in objects]
    equal(len(keys), len(set(keys)), "objects with one name each")
    for workload in (each for each in objects if each["kind"] in WORKLOADS):
        selectors_match(workload)
        volumes_match(pod_of(workload))
        only(objects, "ServiceAccount", pod_of(workload)["serviceAccountName"])
        prometheus_reaches(objects, workload["spec"]["template"])
    for binding in find(objects, "RoleBinding") + find(objects, "ClusterRoleBinding"):
        only(objects, binding["roleRef"]["kind"], binding["roleRef"]["name"])
        for subject in binding["subjects"]:
            account = only(objects, "ServiceAccount", subject["name"])
            equal(subject["namespace"], account["metadata"]["namespace"], "the account's namespace")
    for service in find(objects, "Service"):
        service_reaches(objects, service)
    for webhook in find(objects, "MutatingWebhookConfiguration"):
        for hook in webhook["webhooks"]:
            webhook_is_safe(objects, hook)
    for budget in find(objects, "PodDisruptionBudget"):
        chosen(objects, budget["spec"]["selector"]["matchLabels"])


def selectors_match(workload):
    labels = workload["spec"]["template"]["metadata"]["labels"]
    for name, value in workload["spec"]["selector"]["matchLabels"].items():
        equal(labels.get(name), value, f"the pods' label {name}")
    for spread in pod_of(workload).get("topologySpreadConstraints", []):
        check(spread["labelSelector"]["matchLabels"].items() <= labels.items(), "spread over them")


def volumes_match(pod):
    volumes = [volume["name"] for volume in pod.get("volumes", [])]
    mounts = [mount["name"] for container in pod["containers"]
              for mount in container.get("volumeMounts", [])]
    equal(sorted(volumes), sorted(set(mounts)), "a mount for each volume, and a volume for each")


def chosen(objects, labels):
    found = [each for each in objects if each["kind"] in WORKLOADS and
             labels.items() <= each["spec"]["template"]["metadata"]["labels"].items()]
    equal(len(found), 1, f"workloads that {labels} choose")
    return found[0]


def service_reaches(objects, service):
    pod = pod_of(chosen(objects, service["spec"]["selector"]))
    names = [port["name"] for each in pod["containers"] for port in each.get("ports", [])]
    for port in service["spec"]["ports"]:
        check(port["targetPort"] in names, f"the port {port['targetPort']} among {names}")


def prometheus_reaches(objects, template):
    """The port that a pod's annotations name is one of its own, and is let in."""
    metadata = template["metadata"]
    if "prometheus.io/scrape" not in metadata.get("annotations", {}):
        return
    port = int(metadata["annotations"]["prometheus.io/port"])
    ports = [each["containerPort"] for container in template["spec"]["containers"]
             for each in container.get("ports", [])]
    check(port in ports, f"the port {port} among {ports}")
    policies = [each["spec"] for each in find(objects, "NetworkPolicy")
                if each["spec"]["podSelector"].get("matchLabels", {}).items() <= metadata["labels"].items()]
    let_in = [each["port"] for policy in policies for rule in policy.get("ingress", [])
              for each in rule["ports"]]
    check(not policies or port in let_in, f"the port {port} among {let_in}")


def webhook_is_safe(objects, hook):
    where = hook["clientConfig"]["service"]
    service = only(objects, "Service", where["name"])
    equal(where["namespace"], service["metadata"]["namespace"], "the service's namespace")
    check(where["port"] in [port["port"] for port in service["spec"]["ports"]], "its port")
    equal(where["path"], "/mutate", "the path")
    equal((hook["failurePolicy"], hook["sideEffects"], hook["reinvocationPolicy"],
           hook["matchPolicy"], hook["admissionReviewVersions"]),
          ("Ignore", "None", "IfNeeded", "Equivalent", ["v1"]), "what makes it harmless")
    check(hook["timeoutSeconds"] <= 5, "nobody waits long")
    names = [rule for rule in hook["namespaceSelector"]["matchExpressions"]
             if rule["key"] == "kubernetes.io/metadata.name"]
    check({"kube-system", where["namespace"]} <= set(names[0]["values"]), "left alone")
    asked = {(resource, operation) for rule in hook["rules"]
             for resource in rule["resources"] for operation in rule["operations"]}
    equal(asked, {("pods", "CREATE"), ("pods/ephemeralcontainers", "UPDATE")}, "what it is asked")


# ---- The tests ---------------------------------------------------------------------------------


def the_base_hangs_together():
    objects = base()
    hang_together(objects)
    namespace = only(objects, "Namespace")
    equal({each["metadata"].get("namespace") for each in objects} - {None},
          {namespace["metadata"]["name"]}, "namespaces")


def rights_are_those_that_are_used_and_no_more():
    def rights(role):
        for rule in role["rules"]:
            for resource in rule["resources"]:
                for verb in rule["verbs"]:
                    yield resource, verb, tuple(rule.get("resourceNames", ()))
    objects = base()
    # What cluster.py sees being asked in rotation.py and server.py; creating cannot be narrowed.
    equal(set(rights(only(objects, "Role"))), {
        ("secrets", "get", ("lxfs-injector-tls",)), ("secrets", "patch", ("lxfs-injector-tls",)),
        ("leases", "get", ("lxfs-injector",)), ("leases", "update", ("lxfs-injector",)),
        ("secrets", "create", ()), ("leases", "create", ())}, "in the namespace")
    name = only(objects, "MutatingWebhookConfiguration")["metadata"]["name"]
    equal(set(rights(only(objects, "ClusterRole"))), {
        ("namespaces", "get", ()), ("mutatingwebhookconfigurations", "get", (name,)),
        ("mutatingwebhookconfigurations", "patch", (name,))}, "in the cluster")


def the_injector_would_pass_the_restricted_level():
    pod = pod_of(only(base(), "Deployment"))
    container, = pod["containers"]
    security = container["securityContext"]
    equal((pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["seccompProfile"]["type"],
           security["allowPrivilegeEscalation"], security["readOnlyRootFilesystem"],
           security["capabilities"]), (True, "RuntimeDefault", False, True, {"drop": ["ALL"]}),
          "its security context")
    check(not pod.get("hostPID") and not pod.get("hostNetwork") and not pod.get("volumes"), pod)


def the_daemon_can_mount_for_the_host_and_one_follows_the_other():
    objects = base()
    daemon = only(objects, "DaemonSet")
    pod, = [pod_of(daemon)]
    container, = pod["containers"]
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    options = dict(word[2:].split("=") for word in container["command"] if "=" in word)
    check("--take-over" in container["command"], "the new pod takes over from the old one")
    check(pod["hostPID"] and container["securityContext"]["privileged"], "privileges")
    equal(pod["securityContext"], {"runAsUser": 0, "runAsGroup": 0}, "not the image's user, who is nobody")
    equal(mounts[options["runtime-dir"]]["mountPropagation"], "Bidirectional", "propagation")
    check(options["mountpoint"].startswith(options["runtime-dir"] + "/"), "FUSE below the hostPath")
    equal(daemon["spec"]["updateStrategy"]["rollingUpdate"],
          {"maxSurge": 1, "maxUnavailable": 0}, "the new one before the old one goes")
    check("lifecycle" not in container, "no step that unmounts when the pod goes")
    equal(pod["tolerations"], [{"operator": "Exists"}], "tolerations")
    anchors = re.search(r'anchors = g_strdup\("(.*)"\)',
                        (TOP / "k8s/injector/review/policy.c").read_text())
    equal(anchors[1], options["runtime-dir"] + "/anchors", "where the injector looks for anchors")


def daemon_views():
    text = (TOP / "lxfs/mounts/views.c").read_text()
    return {name: (folder == "true", written == "true") for name, folder, written in
            re.findall(r'\{"([^"]+)", (true|false), (true|false)\}', text)}


def injector_views():
    text = (TOP / "k8s/injector/review/views.c").read_text()
    views = {}
    for name, written in re.findall(r'^\tPROC\("(\w+)", (\w+),', text, re.M):
        views[f"proc/{name}"] = (False, written == "true")
    for name in re.findall(r'^\tPRESSURE\("(\w+)"\)', text, re.M):
        views[f"proc/pressure/{name}"] = (False, True)
    for name in re.findall(r'^\tDEVICES\("(\w+)",', text, re.M):
        views[f"sys/devices/system/{name}"] = (True, False)
    return views


def the_injector_knows_the_daemons_views():
    check(len(daemon_views()) >= 10, "the daemon's list was read")
    equal(injector_views(), daemon_views(), "views, whether folders, whether written")


def the_policy_mounts_what_the_injector_mounts():
    policy = load((DEPLOY / "components/policy/policy.yaml").read_text())[0]["spec"]
    files = {row["name"]: row["expression"] for row in policy["variables"]}["files"]
    expected = corpus_views()
    equal(re.findall(r"'([^']+)'", files), expected, "the views")
    hook = only(base(), "MutatingWebhookConfiguration")["webhooks"][0]
    theirs = policy["matchConstraints"]["namespaceSelector"]["matchExpressions"]
    for rule in hook["namespaceSelector"]["matchExpressions"]:
        check(rule in theirs, f"{rule} among {theirs}")
    equal(policy["matchConstraints"]["objectSelector"], hook["objectSelector"], "the pods")
    for mutation in policy["mutations"]:
        text = mutation["applyConfiguration"]["expression"]
        for opened, closed in ("()", "{}", "[]"):
            equal(text.count(opened), text.count(closed), f"{opened}{closed} in an expression")


def corpus_views():
    """The views of the plain pod of the corpus."""
    import json
    answer = json.loads((TOP / "tests/k8s/pods/plain/expected.json").read_text())
    return [o["value"]["mountPath"][1:] for o in answer["response"]["patch"]
            if o["path"].endswith("/volumeMounts/-")]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    equal((done.returncode, done.stderr), (0, ""), " ".join(map(str, command)))
    return done.stdout


def kustomize_makes_what_is_written():
    if not shutil.which("kubectl"):
        raise lab.Skipped("kubectl is not installed")
    objects = load(run("kubectl", "kustomize", DEPLOY))
    hang_together(objects)
    equal(len(objects), len(base()), "objects")
    for each in objects:
        for container in (pod_of(each)["containers"] if each["kind"] in WORKLOADS else []):
            check(container["image"].startswith("lxfs:"), container["image"])


def with_component(name):
    folder = cluster.make_folder() / "deploy"
    shutil.copytree(DEPLOY, folder)
    with open(folder / "kustomization.yaml", "a", encoding="utf-8") as file:
        file.write(f"components: [components/{name}]\n")
    return load(run("kubectl", "kustomize", folder))


def each_component_hangs_together():
    if not shutil.which("kubectl"):
        raise lab.Skipped("kubectl is not installed")
    for name in ("policy", "attach", "cert-manager"):
        objects = with_component(name)
        hang_together(objects)
        equal(bool(find(objects, "Deployment")), name == "cert-manager", "an injector")
        equal(find(objects, "Role"), [], "rights to Secrets")


def metrics_of(objects):
    """Of the daemon: the container's manifest, the pods' annotations for Prometheus, who is let in."""
    template = only(objects, "DaemonSet")["spec"]["template"]
    daemon, container = template["spec"]["containers"]
    equal((daemon["name"], container["name"]), ("lxfs", "metrics"), "the daemon first")
    annotations = {name: value for name, value in template["metadata"]["annotations"].items()
                   if name.startswith("prometheus.io/")}
    return without(container, "image"), annotations, only(objects, "NetworkPolicy", "lxfs-metrics")["spec"]


def the_daemons_metrics_are_nobodys_to_serve():
    if not shutil.which("kubectl"):
        raise lab.Skipped("kubectl is not installed")
    objects = with_component("metrics")
    hang_together(objects)
    container, annotations, _ = metrics_of(objects)
    equal(annotations["prometheus.io/scrape"], "true", "whether it is scraped")
    injector, = pod_of(only(objects, "Deployment"))["containers"]
    check(injector["securityContext"].items() <= container["securityContext"].items(), "as the injector")
    pod = pod_of(only(objects, "Deployment"))["securityContext"]
    check(pod.items() <= container["securityContext"].items(), "as the injector's pod")


def trust_outlives_certificates(objects):
    """caBundle is the authority's certificate, which stays when the injector's is a new one."""
    certificate = only(objects, "Certificate", "lxfs-injector")
    hook = only(objects, "MutatingWebhookConfiguration")
    equal(hook["metadata"]["annotations"]["cert-manager.io/inject-ca-from"],
          f"{certificate['metadata']['namespace']}/lxfs-injector", "whose authority is trusted")
    issuer = only(objects, "Issuer", certificate["spec"]["issuerRef"]["name"])
    authority, = [each for each in find(objects, "Certificate")
                  if each["spec"]["secretName"] == issuer["spec"]["ca"]["secretName"]]
    equal((authority["spec"]["isCA"], authority["spec"]["duration"]), (True, "87600h"), "the authority")
    only(objects, "Issuer", authority["spec"]["issuerRef"]["name"])
    volume, = pod_of(only(objects, "Deployment"))["volumes"]
    equal(volume["secret"]["secretName"], certificate["spec"]["secretName"], "what the injector reads")


def cert_managers_authority_outlives_its_certificates():
    if not shutil.which("kubectl"):
        raise lab.Skipped("kubectl is not installed")
    trust_outlives_certificates(with_component("cert-manager"))


def rendered(*options):
    return load(run("helm", "template", "lxfs", CHART, "--namespace", "lxfs-system",
                    "--kube-version", "1.36.0", *options))


def without(value, *names):
    return {name: each for name, each in value.items() if name not in names}


def the_chart_is_linted_and_makes_what_kustomize_makes():
    if not shutil.which("helm"):
        raise lab.Skipped("helm is not installed, and Debian has no package of it: suite k8s builds it")
    run("helm", "lint", "--strict", "--quiet", CHART)
    objects = rendered()
    hang_together(objects)
    mine = [each for each in base() if each["kind"] != "Namespace"]
    equal(sorted((e["kind"], e["metadata"]["name"]) for e in objects),
          sorted((e["kind"], e["metadata"]["name"]) for e in mine), "objects")
    for each in mine:
        if each["kind"] in ("Role", "ClusterRole", "Service", "NetworkPolicy"):
            other = only(objects, each["kind"], each["metadata"]["name"])
            equal(without(other, "metadata"), without(each, "metadata"), each["kind"])
    equal(only(objects, "MutatingWebhookConfiguration")["webhooks"][1],
          only(mine, "MutatingWebhookConfiguration")["webhooks"][1], "a webhook")


def the_charts_metrics_are_those_of_the_component():
    if not shutil.which("helm"):
        raise lab.Skipped("helm is not installed, and Debian has no package of it: suite k8s builds it")
    objects = rendered("--set", "metrics.enabled=true")
    hang_together(objects)
    equal(metrics_of(objects), metrics_of(with_component("metrics")), "the container, annotations, policy")


def the_chart_hangs_together_whatever_is_set():
    if not shutil.which("helm"):
        raise lab.Skipped("helm is not installed, and Debian has no package of it: suite k8s builds it")
    for options in (["--set", "injector.enabled=false"], ["--set", "injector.certManager=true"],
                    ["--set", "injector.mode=opt-out"], ["--set", "networkPolicy=false"],
                    ["--set", "metrics.enabled=true,networkPolicy=false"],
                    ["--set", "lxfs.settings.cpu-view=cpuset", "--set", "image.tag=x"],
                    ["--set", "injector.args={--user-namespaces}"]):
        hang_together(rendered(*options))
    trust_outlives_certificates(rendered("--set", "injector.certManager=true"))


lab.run([
    the_base_hangs_together,
    rights_are_those_that_are_used_and_no_more,
    the_injector_would_pass_the_restricted_level,
    the_daemon_can_mount_for_the_host_and_one_follows_the_other,
    the_injector_knows_the_daemons_views,
    the_policy_mounts_what_the_injector_mounts,
    kustomize_makes_what_is_written,
    each_component_hangs_together,
    cert_managers_authority_outlives_its_certificates,
    the_chart_is_linted_and_makes_what_kustomize_makes,
    the_daemons_metrics_are_nobodys_to_serve,
    the_charts_metrics_are_those_of_the_component,
    the_chart_hangs_together_whatever_is_set,
])
