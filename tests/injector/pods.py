#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What becomes of the pods in tests/k8s/pods: tests/injector/pods.py [--write] [NAME...]

A case is a folder: review.json as the API server sends it, case.json, and expected.json with the
whole answer, its patch decoded.

case.json, written by hand:
    labels     of the namespace, "name=value,..."; "unknown"
    args       options of lxfs-injector
    decision   the audit annotation
    mounted    {container: "runc" or [views]}: what each has in the end, or gets when ephemeral
    warnings   how many

--write makes expected.json anew, for a look at the difference.
"""
import copy
import json
import pathlib
import sys
import tempfile

import admission
import lab
from lab import check, equal

PODS = pathlib.Path(__file__).resolve().parents[1] / "k8s" / "pods"
RUNC = [f"proc/{name}" for name in
        ("cpuinfo", "diskstats", "loadavg", "meminfo", "slabinfo", "stat", "swaps", "uptime")]
RUNC += ["sys/devices/system/cpu", "sys/devices/system/node"]


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def anchors_of(case):
    args = case.get("args", [])
    return "/var/run/lxfs2/anchors" if "--anchors" in args else "/run/lxfs/anchors"


def has_what_the_case_says(case, review, after):
    mounted = {name: set(RUNC if views == "runc" else views)
               for name, views in case.get("mounted", {}).items()}
    seen = admission.ours(after, anchors_of(case))
    if review["request"].get("subResource") == "ephemeralcontainers":
        before = admission.ours(review["request"]["oldObject"], anchors_of(case))
        seen = {name: views for name, views in seen.items() if name not in before}
    equal(seen, mounted, "the views of each container")


def second_pass_finds_nothing(folder, case, review, after):
    again = copy.deepcopy(review)
    again["request"]["object"] = after
    path = pathlib.Path(tempfile.gettempdir()) / f"again-{folder.name}.json"
    lab.at_end(lambda: path.unlink(missing_ok=True))
    path.write_text(json.dumps(again), encoding="utf-8")
    answer, = admission.answers([path], case["labels"], case.get("args", []))
    check("patch" not in answer["response"], f"no patch: {admission.decoded(answer)}")


def text_of(answer):
    """JSON with a line for each operation of the patch."""
    answer = copy.deepcopy(answer)
    operations = answer["response"].pop("patch", [])
    lines = ",\n".join("  " + json.dumps(each, ensure_ascii=False) for each in operations)
    head = json.dumps(answer, ensure_ascii=False, indent=1)
    if not operations:
        return head + "\n"
    return head.removesuffix("\n }\n}") + ',\n  "patch": [\n' + lines + "\n  ]\n }\n}\n"


def compare(folder, answer):
    path = folder / "expected.json"
    if "--write" in sys.argv:
        path.write_text(text_of(answer), encoding="utf-8")
    equal(answer, read(path), "the answer")


def test_of(folder):
    def test():
        case, review = read(folder / "case.json"), read(folder / "review.json")
        answer, again = admission.answers(
            [folder / "review.json"] * 2, case["labels"], case.get("args", []))
        equal(answer, again, "the same review once more")
        response = answer["response"]
        equal(response["auditAnnotations"]["decision"], case["decision"], "the decision")
        equal(len(response.get("warnings", [])), case.get("warnings", 0),
              f"the number of warnings in {response.get('warnings')}")
        compare(folder, admission.decoded(answer))
        if review["request"]["object"] is None or case["decision"] == "malformed":
            check("patch" not in response, "nothing is done")
            return
        after = admission.after_patch(review, answer)
        has_what_the_case_says(case, review, after)
        second_pass_finds_nothing(folder, case, review, after)

    test.__doc__ = folder.name.replace("-", " ")
    return test


def main():
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    folders = [folder for folder in sorted(PODS.iterdir()) if not names or folder.name in names]
    check(names or len(folders) >= 60, "a corpus")
    lab.run([test_of(folder) for folder in folders])


main()
