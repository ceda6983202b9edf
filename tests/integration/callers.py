# SPDX-License-Identifier: LGPL-2.1-or-later
"""For the tests of system calls that lxfs answers: the program that calls, and whether all answers were right."""
import lab
import survivors
from lab import check, equal

KILLS, RELOADS = (500, 50) if survivors.FULL else (50, 5)
CALLER = lab.BUILD / "tests/integration/caller"


def caller(server, *words):
    """Its command line; its listener is handed over to that server."""
    return [str(CALLER), str(server.runtime / "seccomp"), *map(str, words)]


def every_answer_was_right(loop, least=1):
    """Of a loop that ends with how many calls it made, how many failed, and how many were told another total."""
    calls, failed, others = loop.end()
    lab.note(f"{calls} calls")
    equal((failed, others), (0, 0), "calls that failed, and calls that were told another total")
    check(calls >= least, f"{calls} calls, at least {least} expected")
