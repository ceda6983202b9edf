#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The invariants of admission.py on random pods: tests/injector/random_pods.py [SEED [PODS]]"""
import copy
import json
import pathlib
import random
import shutil
import sys
import tempfile

import admission
import lab
from lab import check

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 1
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 300
OPTIONS = [[], ["--mode", "opt-out"], ["--runtime", "crun"], ["--views", "full"],
           ["--runtime", "crun", "--views", "full"], ["--views", "minimal"]]
LABELS = ["", "lxfs.io/inject=enabled", "lxfs.io/inject=disabled", "unknown",
          "lxfs.io/inject=enabled,pod-security.kubernetes.io/enforce=baseline"]
PATHS = ["/data", "/proc", "/proc/meminfo", "/proc//stat/", "/sys", "/sys/devices/system/cpu",
         "/sys/devices/system/cpu/online", "/proc/pressure", "/x/../proc/swaps", "/etc/ünï"]
OUR_VOLUMES = ["cpuinfo", "meminfo", "stat", "pressure-cpu"]

folder = pathlib.Path(tempfile.mkdtemp(prefix="lxfs-pods-"))
lab.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))


def maybe(dice, target, key, *values, chance=0.3):
    if dice.random() < chance:
        target[key] = dice.choice(values)


def random_container(dice, name, volumes):
    container = {"name": name, "image": "x"}
    chosen = dice.sample(volumes, dice.randint(0, len(volumes)))
    paths = dice.sample(PATHS, len(PATHS))
    mounts = [{"name": volume["name"], "mountPath": path} for volume, path in zip(chosen, paths)]
    if mounts or dice.random() < 0.3:
        container["volumeMounts"] = mounts or dice.choice([None, []])
    maybe(dice, container, "securityContext", {"procMount": "Unmasked"}, {}, None, chance=0.1)
    maybe(dice, container, "restartPolicy", "Always")
    maybe(dice, container, "unknown", {"a": [1, None, 1e300]}, "ü\u0000"[:1])
    return container


def random_volumes(dice):
    volumes = [{"name": f"v{i}", "emptyDir": {}} for i in range(dice.randint(0, 6))]
    for name in OUR_VOLUMES:
        if dice.random() < 0.15:
            path = dice.choice(["/run/lxfs/anchors/proc/" + name.replace("-", "/"), "/elsewhere"])
            volumes.append({"name": f"lxfs-proc-{name}", "hostPath": {"path": path, "type": "File"}})
    dice.shuffle(volumes)
    return volumes


def random_annotations(dice):
    annotations = {}
    maybe(dice, annotations, "lxfs.io/inject", "enabled", "disabled", "perhaps")
    maybe(dice, annotations, "lxfs.io/files", "minimal", "full", "meminfo,x", "", ",,")
    maybe(dice, annotations, "lxfs.io/containers", "c0", "c0,c1", "", "nobody", chance=0.2)
    maybe(dice, annotations, "lxfs.io/exclude-containers", "c0", "i0,c1", chance=0.2)
    maybe(dice, annotations, "lxfs.io/init-containers", "false", "true", "x")
    maybe(dice, annotations, "lxfs.io/status", "", "{}", "garbage", chance=0.1)
    maybe(dice, annotations, "a~b/c", "ü\n\"")
    return annotations


def random_pod(dice):
    volumes = random_volumes(dice)
    spec = {"containers": [random_container(dice, f"c{i}", volumes)
                           for i in range(dice.randint(1, 5))]}
    metadata = {"generateName": "p-"}
    if volumes or dice.random() < 0.5:
        spec["volumes"] = volumes
    if dice.random() < 0.5:
        spec["initContainers"] = [random_container(dice, f"i{i}", volumes)
                                  for i in range(dice.randint(0, 3))]
    annotations = random_annotations(dice)
    if annotations or dice.random() < 0.5:
        metadata["annotations"] = annotations or dice.choice([None, {}])
    maybe(dice, metadata, "labels", {"lxfs.io/inject": "enabled"}, {"app": "x"}, None)
    maybe(dice, spec, "hostPID", True, False, chance=0.1)
    maybe(dice, spec, "hostUsers", True, False, chance=0.1)
    maybe(dice, spec, "runtimeClassName", "kata", "runc", chance=0.1)
    maybe(dice, spec, "shareProcessNamespace", True)
    return {"metadata": metadata, "spec": spec}


def as_review(pod, **more):
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    request = {"uid": "u", "kind": kind, "namespace": "shop", "operation": "CREATE", "object": pod}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "request": {**request, **more}}


def answer_all(reviews, labels, options):
    paths = []
    for number, review in enumerate(reviews):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(review), encoding="utf-8")
        paths.append(path)
    return admission.answers(paths, labels, options)


def rounds(dice):
    for options in OPTIONS:
        for labels in LABELS:
            pods = [random_pod(dice) for _ in range(max(1, COUNT // len(OPTIONS) // len(LABELS)))]
            yield [as_review(pod) for pod in pods], labels, options


def every_patch_is_sound_and_the_second_finds_nothing():
    patched = 0
    for reviews, labels, options in rounds(random.Random(SEED)):
        first = answer_all(reviews, labels, options)
        after = [admission.after_patch(*pair) for pair in zip(reviews, first)]
        for review, answer in zip(after, answer_all(map(as_review, after), labels, options)):
            check("patch" not in answer["response"], f"seed {SEED}: a patch for {review}")
        patched += sum("patch" in answer["response"] for answer in first)
    check(patched > COUNT // 10, f"seed {SEED}: {patched} patches are too few to show anything")


def a_container_that_comes_later_gets_its_views_and_the_others_keep_theirs():
    dice = random.Random(SEED + 1)
    reviews = [as_review(random_pod(dice)) for _ in range(COUNT // 10)]
    options = ["--mode", "opt-out"]
    after = [admission.after_patch(*pair) for pair in zip(reviews, answer_all(reviews, "", options))]
    for pod in after:
        pod["spec"]["containers"].insert(dice.randint(0, 1), {"name": "late"})
    later = [as_review(pod) for pod in after]
    for review, answer in zip(later, answer_all(later, "", options)):
        before = admission.ours(review["request"]["object"], "/run/lxfs/anchors")
        seen = admission.ours(admission.after_patch(review, answer), "/run/lxfs/anchors")
        seen.pop("late", None)
        check(seen == before, f"seed {SEED}: {before} became {seen}")


def reviews_with_anything_anywhere_are_answered():
    dice = random.Random(SEED + 2)
    for _ in range(COUNT // 10):
        review = as_review(random_pod(dice))
        pod = copy.deepcopy(review["request"]["object"])
        target = dice.choice([pod, pod["spec"], pod["metadata"], pod["spec"]["containers"][0]])
        target[dice.choice(list(target))] = dice.choice([None, 1, "x", [], {}, [[]], [{}], True])
        review["request"]["object"] = pod
        answer, = answer_all([review], "lxfs.io/inject=enabled", [])
        admission.has_sound_response(review, answer)


print(f"# seed {SEED}", flush=True)
lab.run([
    every_patch_is_sound_and_the_second_finds_nothing,
    a_container_that_comes_later_gets_its_views_and_the_others_keep_theirs,
    reviews_with_anything_anywhere_are_answered,
])
