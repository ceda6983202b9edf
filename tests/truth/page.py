# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/truth.md: made of what was seen, and read again to be compared with it."""
import pathlib
import re
import textwrap

from programs import FACTS, REASONS

PATH = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/truth.md"
SETUPS = ["lxfs", "LXCFS", "nothing"]
NAMES = {"memory": "memory", "cpus": "CPUs", "uptime": "uptime", "load": "load"}
WIDTH = 115
MARKS = dict(zip(REASONS, "¹²³"))
ENVIRONMENT = re.compile(r"^Seen on (.*?), ", re.M)

HEAD = """# Who is told the truth

Programs learn in many ways how much memory and how many CPUs there are, how long they have been up and how
busy it is. Each of these was run in containers of 256 MiB and one CPU with three waiting tasks, about a
minute old, on a machine with more of everything: with lxfs, with LXCFS, and with nothing.

**right**: it tells of the container, to the last digit that it prints (the JVM: of a heap that fits). **wrong**:
it does not. **not asked**: it tells nothing of this. What is right is computed from the container's limits, its start and its tasks, and
not from anything that lxfs or LXCFS says.

{seen}

This page is written by `sudo LXFS_TRUTH_WRITE=1 sh tests/run.sh truth`; without the variable the suite
fails where a cell differs from what it sees.

Debian's coreutils has no `uptime` of its own, and its `nproc` is older than 9.8, which also reads cgroup files.

## With what

- **lxfs**: `lxfs-runtime` in front of runc, `sysinfo=on`, and for this container the annotations
  `lxfs.io/affinity=enabled` and, with `cgroup-view=effective`, `lxfs.io/cgroup=enabled`
  ([runtimes](runtimes.md#what-asks-the-kernel-sysinfo2)).
- **LXCFS**: `lxcfs --enable-loadavg --enable-cfs` and runc, its files bound as its README has Docker bind them.
- **nothing**: runc.

## The table
"""
ABOVE = """
## Limits of a level above

The same container in a cgroup that has the limits, as a pod's containers may be; its own cgroup has none. Here are
those programs that read cgroup files.
"""
ASKS = """
## What they ask

By strace(1), in the container with nothing; libraries ask, too. This is why a cell can be right: files can be
served, `sysinfo` and `sched_getaffinity` answered, cgroup files shown as they hold. `cpu/` is
`/sys/devices/system/cpu/`.
"""


def cell(program, setup, verdict):
    known = verdict == "wrong" and setup == "lxfs" and program.reason
    return f"wrong {MARKS[program.reason]}" if known else verdict


def table(rows):
    """`rows`: program -> setup -> fact -> verdict."""
    columns = [(setup, fact) for setup in SETUPS for fact in FACTS]
    yield "| program | " + " | ".join(f"{setup}: {NAMES[fact]}" for setup, fact in columns) + " |"
    yield "|---" * (1 + len(columns)) + "|"
    for program, seen in rows.items():
        cells = (cell(program, setup, seen[setup].get(fact, "not asked")) for setup, fact in columns)
        yield f"| {program.title} | " + " | ".join(cells) + " |"


def asks_table(asks):
    yield "| program | asks |"
    yield "|---|---|"
    for program, sources in asks.items():
        yield f"| {program.title} | {', '.join(sources) or 'nothing that can be seen'} |"


def text(where, rows, above, asks):
    """The page; `where` has environment, kernel and versions."""
    seen = "Seen on {environment}, {kernel}; {versions}.".format(**where)
    parts = [HEAD.format(seen=textwrap.fill(seen, WIDTH)), "\n".join(table(rows)), ""]
    parts += [textwrap.fill(f"{MARKS[name]} {reason}", WIDTH) + "\n" for name, reason in REASONS.items()]
    parts += [ABOVE.lstrip("\n"), "\n".join(table(above)), ASKS, "\n".join(asks_table(asks)), ""]
    return "\n".join(parts)


def cells(page):
    """(section, program, verdicts...) of every row with verdicts in a page."""
    section, found = "", set()
    for line in page.splitlines():
        section = line if line.startswith("## ") else section
        row = [part.strip() for part in line.strip("|").split(" | ")]
        if line.startswith("|") and len(row) == 1 + len(SETUPS) * len(FACTS) and row[0] != "program":
            found.add((section, *row))
    return found


def environment(page):
    seen = ENVIRONMENT.search(page)
    return seen[1] if seen else ""
