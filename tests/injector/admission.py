# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must hold of every answer of lxfs-injector, said once more in Python and independently.

The patch is applied with the JSON Patch implementation of Debian, never with one of our own.
"""
import base64
import copy
import json
import os
import pathlib
import re
import subprocess
import sys

import jsonpatch

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "integration"))
from lab import check, equal  # noqa: E402

INJECTOR = os.environ.get("LXFS_INJECTOR", str(TOP / "build/k8s/injector/lxfs-injector"))
LISTS = ["initContainers", "containers", "ephemeralContainers"]
STATUS = "lxfs.io/status"
ANNOTATION_BYTES_MAX = 256 * 1024
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")


def answers(paths, labels="", options=()):
    """The answer to each review, as the dictionaries that they are."""
    command = [INJECTOR, *options, "--labels", labels]
    for path in paths:
        command += ["--review", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    check(done.returncode == 0 and not done.stderr, f"{done.returncode}: {done.stderr}")
    lines = done.stdout.splitlines()
    equal(len(lines), len(paths), "the number of answers")
    return [json.loads(line) for line in lines]


def decoded(answer):
    """The answer with its patch as a list, for reading and comparing."""
    answer = copy.deepcopy(answer)
    response = answer["response"]
    if "patch" in response:
        response["patch"] = json.loads(base64.b64decode(response["patch"], validate=True))
    return answer


def apply(pod, operations):
    """A patched copy. The library puts the operations' own values in, and later changes them."""
    return jsonpatch.apply_patch(pod, copy.deepcopy(operations))


def containers(pod):
    """(list, index, container) of a pod's spec."""
    for name in LISTS:
        for index, container in enumerate(pod["spec"].get(name) or []):
            yield name, index, container


def pointed_at(document, path):
    """What a pointer names, or None. A null is as good as nothing, for a list that is to be made."""
    for part in path.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(part)] if int(part) < len(document) else None
        else:
            document = (document or {}).get(part)
    return document


def is_append_only(pod, operations):
    """Nothing that is there is replaced, but for our own annotation."""
    for operation in operations:
        equal(operation["op"], "add", "the operation")
        path = operation["path"]
        if not path.endswith("/-") and path != "/metadata/annotations/lxfs.io~1status":
            equal(pointed_at(pod, path), None, f"what {path} replaces")
            check(operation["value"] in ([], {}), f"{path} is made empty")
        pod = apply(pod, [operation])


def is_untouched(before, after):
    """All that was there is there, in its order, unknown members too."""
    rest = copy.deepcopy(after)
    for key in ("volumes",):
        cut_list(before["spec"], rest["spec"], key)
    for name, index, container in containers(before):
        cut_list(container, rest["spec"][name][index], "volumeMounts")
    cut_status(before["metadata"], rest["metadata"])
    equal(rest, before, "the pod without what was added")


def cut_list(before, after, key):
    there = before.get(key)
    if not there:
        if key in before:
            after[key] = there
        else:
            after.pop(key, None)
    else:
        after[key] = after[key][: len(there)]


def cut_status(before, after):
    there = before.get("annotations")
    if there and STATUS in there:
        after["annotations"][STATUS] = there[STATUS]
    elif STATUS in (after.get("annotations") or {}):
        del after["annotations"][STATUS]
    if not after.get("annotations"):
        if "annotations" in before:
            after["annotations"] = there
        else:
            after.pop("annotations", None)


def is_valid(pod):
    """The rules of a pod that a patch of volumes, mounts and annotations could break."""
    names = [volume["name"] for volume in pod["spec"].get("volumes") or []]
    equal(len(names), len(set(names)), f"as many names as volumes among {names}")
    for volume in pod["spec"].get("volumes") or []:
        check(DNS_LABEL.match(volume["name"]), f"{volume['name']} is a DNS label")
        path = volume.get("hostPath", {}).get("path", "/")
        check(path.startswith("/") and ".." not in path.split("/"), f"{path} is a host's path")
        check(volume.get("hostPath", {}).get("type", "") in ("", "File", "Directory"), "its type")
    for name, _, container in containers(pod):
        is_valid_container(name, container, set(names))
    annotations = pod["metadata"].get("annotations") or {}
    check(all(isinstance(value, str) for value in annotations.values()), "annotations are texts")
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    check(size <= ANNOTATION_BYTES_MAX, f"{size} bytes of annotations")


def is_valid_container(name, container, volumes):
    mounts = container.get("volumeMounts") or []
    paths = [mount["mountPath"] for mount in mounts]
    paths += [device["devicePath"] for device in container.get("volumeDevices") or []]
    equal(len(paths), len(set(paths)), f"as many paths as mounts among {paths}")
    for mount in mounts:
        check(mount["name"] in volumes, f"the volume {mount['name']} of a mount")
        check(name != "ephemeralContainers" or "subPath" not in mount, "no subPath when ephemeral")
        if mount.get("mountPropagation") == "Bidirectional":
            check(container.get("securityContext", {}).get("privileged"), "privileged")


def ours(pod, anchors):
    """{container: {view}} of what is mounted from the anchors, and rightly so."""
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or []}
    found = {}
    for _, _, container in containers(pod):
        for mount in container.get("volumeMounts") or []:
            source = volumes.get(mount["name"], {}).get("hostPath", {})
            view = source.get("path", "").removeprefix(anchors + "/")
            if mount["mountPath"] == "/" + view and "mountPropagation" in mount:
                is_mounted_rightly(view, source, mount)
                found.setdefault(container["name"], set()).add(view)
    return found


def is_mounted_rightly(view, source, mount):
    equal(source.get("type"), "Directory" if view.startswith("sys/") else "File", f"type of {view}")
    equal(mount.get("mountPropagation"), "HostToContainer", f"the propagation of {view}")
    equal(mount.get("readOnly", False), not view.startswith("proc/pressure/"), f"{view} read-only")
    check("subPath" not in mount and "subPathExpr" not in mount, "no subPath")


def is_minimal(before, after, operations):
    """No volume without a mount of it, nothing made twice, no list made in vain."""
    equal(len({json.dumps(operation) for operation in operations}), len(operations), "operations")
    mounted = {m["name"] for _, _, c in containers(after) for m in c.get("volumeMounts") or []}
    had = {volume["name"] for volume in before["spec"].get("volumes") or []}
    for volume in after["spec"].get("volumes") or []:
        check(volume["name"] in mounted | had, f"a mount of the new volume {volume['name']}")
    made = [o["path"] for o in operations if o["value"] in ([], {})]
    for path in made:
        check(pointed_at(after, path), f"something in {path}, which was made")


def has_sound_response(review, answer):
    equal(answer["apiVersion"], "admission.k8s.io/v1", "apiVersion")
    equal(answer["kind"], "AdmissionReview", "kind")
    response = answer["response"]
    equal(response["uid"], review["request"]["uid"], "uid")
    equal(response["allowed"], True, "allowed")
    equal("patchType" in response, "patch" in response, "patchType")
    for line in response.get("warnings", []):
        check(len(line) <= 120 and line.isprintable(), f"a line of at most 120: {line!r}")
    check(len(response.get("warnings", [])) <= 8, "a bounded number of warnings")
    for value in response["auditAnnotations"].values():
        check(isinstance(value, str) and len(value) <= 1024, "audit annotations are short texts")


def after_patch(review, answer):
    """All properties of one answer; the pod as it is then."""
    has_sound_response(review, answer)
    before = review["request"]["object"]
    operations = decoded(answer)["response"].get("patch", [])
    if not operations:
        check("patch" not in answer["response"], "no patch rather than an empty one")
        return before
    after = apply(before, operations)
    is_append_only(before, operations)
    is_untouched(before, after)
    is_minimal(before, after, operations)
    is_valid(after)
    return after
