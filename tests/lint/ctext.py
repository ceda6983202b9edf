# SPDX-License-Identifier: LGPL-2.1-or-later
"""C files as the checks see them: where they lie, and their text without comments."""

import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(*folders, suffixes=(".c", ".h")):
    """The paths of all C files below these folders, relative to the top, sorted."""
    found = []
    for folder in folders:
        for where, below, names in os.walk(os.path.join(TOP, folder)):
            below[:] = [name for name in below if not name.startswith("build")]
            found += [
                os.path.relpath(os.path.join(where, name), TOP)
                for name in names
                if name.endswith(suffixes)
            ]
    return sorted(found)


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """Comments become blanks, so that line numbers stay."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m[0].startswith("/") else m[0], text)


def without_comments_and_strings(text):
    """Strings become blanks between their quotes, too."""

    def cover(match):
        token = match[0]
        return _blank(token) if token[0] == "/" else token[0] + _blank(token[1:-1]) + token[-1]

    return _TOKEN.sub(cover, text)


def includes(text):
    """(line, name, quoted) of every include directive."""
    pattern = re.compile(r'[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]')
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        match = pattern.match(line)
        if match:
            yield number, match[2], match[1] == '"'


def finish(findings):
    """Prints path:line: what is wrong, and ends the check."""
    for path, line, what in findings:
        print(f"{path}:{line}: {what}")
    sys.exit(1 if findings else 0)
