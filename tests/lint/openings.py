#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each source file opens with its licence and, on the next lines, one sentence of purpose."""

import re
import sys

import ctext

LICENCE = "SPDX-License-Identifier: LGPL-2.1-or-later"
# Their name says what they test.
NAMED_BY_SUBJECT = re.compile(r"tests/(unit/test|fuzz/fuzz)_\w+\.c$")


def check(path):
    text = ctext.read(path)
    if path.endswith(".c") or path.endswith(".h"):
        if not text.startswith(f"/* {LICENCE} */\n"):
            yield path, 1, f"does not begin with /* {LICENCE} */"
        elif not NAMED_BY_SUBJECT.search(path) and not text.split("\n")[1].startswith("/*"):
            yield path, 2, "no sentence of purpose below the licence"
    elif f"# {LICENCE}\n" not in text[:200]:
        yield path, 1, f"no line # {LICENCE}"


def main():
    paths = ctext.files("bindings", "lxfs", "k8s", "tests", suffixes=(".c", ".h", ".sh", ".py"))
    ctext.finish([finding for path in paths for finding in check(path)])


if __name__ == "__main__":
    sys.exit(main())
