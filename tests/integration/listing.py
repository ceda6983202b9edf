# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `lxfs ps` says, for the tests of it."""
import json
import subprocess

from lab import LXFS, check


class Listing:
    """The containers as the lxfs of a server lists them."""

    def __init__(self, server):
        self.server = server

    def ps(self, *options, ok=True, **keywords):
        done = subprocess.run([LXFS, "ps", "--runtime-dir", str(self.server.runtime), *options], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False, **keywords)
        if ok:
            check(done.returncode == 0, f"ps {options} gave {done.returncode}: {done.stderr}")
        return done

    def document(self):
        return json.loads(self.ps("--json").stdout)

    def entry(self, ident):
        found = [row for row in self.document()["containers"] if row["id"] == ident]
        check(len(found) == 1, f"{ident} is listed {len(found)} times")
        return found[0]

    def line(self, ident, *options):
        """The cells of a container's line."""
        found = [row.split() for row in self.ps("--no-header", *options).stdout.splitlines()
                 if row.startswith(ident)]
        check(len(found) == 1, f"{ident} has {len(found)} lines")
        return found[0]

    def order(self, *options):
        """The ids, as they are sorted."""
        return [row.split()[0] for row in self.ps("--no-header", *options).stdout.splitlines()]
