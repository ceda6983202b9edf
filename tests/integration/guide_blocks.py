# SPDX-License-Identifier: LGPL-2.1-or-later
"""The blocks of docs/runtimes.md, with the tags of their first lines: ```sh run=docker sees=256

run=SECTION  run by tests/integration/guide.py, all blocks of a section in order
vm=SECTION   run by tests/vm likewise, in a machine with systemd
file=PATH    what is written to this file before anything is run
sees=256     `free -m` in it says so; sees=host: it does not
"""
import pathlib
import re
import typing

from lab import check, equal

GUIDE = pathlib.Path(__file__).resolve().parents[2] / "docs/runtimes.md"
BLOCK = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.M | re.S)


class Block(typing.NamedTuple):
    language: str
    tags: dict
    text: str
    line: int


def read():
    text = GUIDE.read_text(encoding="utf-8")
    return [Block(found[1], dict(tag.split("=", 1) for tag in found[2].split()), found[3],
                  text.count("\n", 0, found.start()) + 1)
            for found in BLOCK.finditer(text)]


def judge(block, done):
    """A block that has been run: without an error, and `free` in it says what its tag does."""
    where = f"{GUIDE.name}:{block.line}"
    equal(done.returncode, 0, f"{where}: {done.stdout}{done.stderr}")
    if "sees" in block.tags:
        total = int(re.search(r"^Mem: +(\d+)", done.stdout, re.M)[1])
        check(total == 256 if block.tags["sees"] == "256" else total > 512, f"{where}: {done.stdout}")
