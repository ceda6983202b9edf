#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions, parameter lists, nesting and files stay small.

Rests on .clang-format, which format.sh enforces: a function's braces stand alone in the first
column, and a statement's tabs are its depth.
"""

import re
import sys

import ctext

MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 5
MAX_NESTING = 3
MAX_FILE_LINES = 500

CONTROL = re.compile(r"(\t+)(?:\} )?(?:if|else|for|while|do|switch|\w*foreach\w*)\b")
# Parameter lists that libfuse prescribes begin with the request.
PRESCRIBED = re.compile(r"\(\s*(?:struct\s+fuse_req\s*\*|fuse_req_t\b)")


def head_of(lines, body):
    """The index of the first line of the function whose body begins at this index."""
    first = body
    while first > 0 and re.match(r"[\w\t ].*", lines[first - 1]):
        if re.search(r"[;}]\s*$", lines[first - 1]) or lines[first - 1].startswith("#"):
            break
        if not lines[first - 1].strip():
            break
        first -= 1
    return first


def functions(lines):
    """(first, body, last): indices of the head, the opening and the closing brace."""
    for body, line in enumerate(lines):
        if line != "{":
            continue
        last = lines.index("}", body) if "}" in lines[body:] else len(lines) - 1
        yield head_of(lines, body), body, last


def parameters(head):
    """How many parameters the head declares: commas outside inner parentheses.

    The GError ** that ends the list of whatever can fail is not counted.
    """
    head = re.sub(r",\s*GError \*\*\w*\s*\)", ")", head)
    opened = head.find("(")
    depth = count = 0
    for char in head[opened + 1 : head.rfind(")")]:
        depth += {"(": 1, ")": -1}.get(char, 0)
        count += char == "," and depth == 0
    return count + 1


def check_function(path, lines, first, body, last):
    head = " ".join(lines[first:body])
    name = (re.findall(r"(\w+)\s*\(", head) or ["?"])[0]
    if last - first + 1 > MAX_FUNCTION_LINES:
        yield path, first + 1, f"{name} has {last - first + 1} lines (at most {MAX_FUNCTION_LINES})"
    if parameters(head) > MAX_PARAMETERS and not PRESCRIBED.search(head):
        yield path, first + 1, f"{name} has more than {MAX_PARAMETERS} parameters"
    for number in range(body, last):
        match = CONTROL.match(lines[number])
        if match and len(match[1]) > MAX_NESTING:
            yield path, number + 1, f"{name} nests deeper than {MAX_NESTING}"


def check(path):
    lines = ctext.without_comments_and_strings(ctext.read(path)).rstrip("\n").split("\n")
    if len(lines) > MAX_FILE_LINES and not path.startswith("tests/"):
        yield path, len(lines), f"{len(lines)} lines (at most {MAX_FILE_LINES})"
    for first, body, last in functions(lines):
        yield from check_function(path, lines, first, body, last)


def main():
    paths = ctext.files("bindings", "lxfs", "k8s", "tests")
    ctext.finish([finding for path in paths for finding in check(path)])


if __name__ == "__main__":
    sys.exit(main())
