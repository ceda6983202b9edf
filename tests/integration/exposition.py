# SPDX-License-Identifier: LGPL-2.1-or-later
"""A strict reader of Prometheus' text format: whatever the format does not allow is a failure."""
import math
import re

from lab import check

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
HELP = re.compile(rf"# HELP ({NAME}) (\S.*)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram)")
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)')
NUMBER = re.compile(r"\d+(\.\d+)?")
SUFFIXES = ("_bucket", "_sum", "_count")


def labels_of(text):
    labels, at = {}, 0
    while at < len(text or ""):
        match = LABEL.match(text, at)
        check(match, f"no label at {text[at:]!r}")
        check(match[1] not in labels, f"the label {match[1]} stands twice in {text!r}")
        labels[match[1]] = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], match[2])
        at = match.end()
    return labels


class Family:
    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        self.samples = {}

    def owns(self, name):
        if self.kind == "histogram":
            return name in {self.name + suffix for suffix in SUFFIXES}
        return name == self.name

    def value(self, **labels):
        return self.samples.get((self.name, frozenset(labels.items())), 0)

    def total(self, suffix="", **wanted):
        return sum(value for (name, labels), value in self.samples.items()
                   if name == self.name + suffix and frozenset(wanted.items()) <= labels)


def parse(text):
    """name -> Family"""
    check(text.endswith("\n"), "the last line does not end")
    families, helped, family = {}, None, None
    for line in text[:-1].split("\n"):
        if match := HELP.fullmatch(line):
            helped = match[1]
        elif match := TYPE.fullmatch(line):
            check(match[1] == helped, f"TYPE without its HELP: {line}")
            check(match[1] not in families, f"{match[1]} comes twice")
            family = families[match[1]] = Family(match[1], match[2])
        else:
            add_sample(family, line)
    for one in families.values():
        check_family(one)
    return families


def add_sample(family, line):
    match = SAMPLE.fullmatch(line)
    check(match, f"no line of the format: {line!r}")
    check(family and family.owns(match[1]), f"a sample outside its metric: {line}")
    check(NUMBER.fullmatch(match[3]), f"no number: {line}")
    key = match[1], frozenset(labels_of(match[2]).items())
    check(key not in family.samples, f"a sample that comes twice: {line}")
    family.samples[key] = float(match[3])


def check_family(family):
    check(family.name.startswith("lxfs_"), f"{family.name} has no prefix")
    check((family.kind == "counter") == family.name.endswith("_total"), f"{family.name}: {family.kind}")
    if family.kind == "histogram":
        check_histogram(family)


def check_histogram(family):
    series = {}
    for (name, labels), value in family.samples.items():
        rest = dict(labels)
        bound = rest.pop("le", None)
        if name.endswith("_bucket"):
            bound = math.inf if bound == "+Inf" else float(bound)
            series.setdefault(frozenset(rest.items()), []).append((bound, value))
    for labels, buckets in series.items():
        counts = [count for _, count in sorted(buckets)]
        check(counts == sorted(counts), f"buckets that shrink: {labels}")
        check(max(buckets)[0] == math.inf, f"no bucket +Inf: {labels}")
        check(counts[-1] == family.samples[(family.name + "_count", labels)], f"_count: {labels}")
        check((family.name + "_sum", labels) in family.samples, f"_sum: {labels}")
