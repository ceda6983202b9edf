#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion in a real bash: the words are set as readline splits them, the function is called. Alone, since it
offers what it finds."""
import os
import pathlib
import subprocess

import lab
from lab import check, equal

lab.alone()

SCRIPT = pathlib.Path(__file__).parents[2] / "lxfs/completion/lxfs.bash"
COMPLETE = """
source "$1" && shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_lxfs lxfs
printf '%s\\n' "${COMPREPLY[@]}"
"""


def bash(script, *words):
    folder = os.path.dirname(os.path.abspath(lab.LXFS))
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", str(SCRIPT), "lxfs", *words], capture_output=True,
        text=True, timeout=60, env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}, check=False)
    equal(done.stderr, "", f"what completing {words} says on standard error")
    return done.stdout


def complete(*words, script=COMPLETE):
    """What is offered for the last of the words, sorted."""
    return sorted(filter(None, bash(script, *words).split("\n")))


def lxfs(*arguments):
    return subprocess.run([lab.LXFS, *arguments], capture_output=True, text=True, timeout=60,
                          check=True).stdout


def it_is_the_function_that_bash_calls():
    equal(bash('source "$1"; complete -p lxfs'), "complete -F _lxfs lxfs\n", "complete -p")


def the_verbs_are_those_of_the_help():
    listed = [line.split()[0] for line in lxfs("help").splitlines() if line.startswith("  ")]
    equal(complete(""), sorted(listed), "verbs")
    equal(complete("sho"), ["show"], "verbs that begin with sho")
    equal(complete("nothing"), [], "verbs that begin with nothing")


def the_options_are_those_of_the_verb():
    offered = complete("show", "--")
    check({"--pid=", "--container=", "--cpu-view=", "--help"} <= set(offered), f"show: {offered}")
    check("--purge" not in offered, "show has no --purge")
    equal(complete("heal", "--pur"), ["--purge"], "an option that takes nothing")


def a_value_is_one_that_the_option_takes():
    equal(complete("serve", "--cpu-view", "="), ["cpuset", "host", "quota", "shares"], "--cpu-view=")
    equal(complete("serve", "--cpu-view", "=", "c"), ["cpuset"], "--cpu-view=c")
    equal(complete("serve", "--cpu-view", "sh"), ["shares"], "--cpu-view sh")
    equal(complete("serve", "--swap", "="), ["off", "on"], "--swap=")


def keys_are_those_that_the_verb_sorts_by():
    equal(complete("ps", "--sort", "="), sorted(["id", "name", "runtime", "pid", "cpus", "memory", "limit", "load", "views",
                                                 "health"]), "ps --sort=")
    equal(complete("top", "-s", "cpu"), ["cpu", "cpu-pressure"], "top -s cpu")
    for verb in ("ps", "top"):
        for key in complete(verb, "--sort", ""):
            lxfs(verb, "--sort", key, *(["-b", "-n", "1"] if verb == "top" else []))


def files_are_completed_one_after_the_other():
    offered = complete("attach", "--files", "")
    check({"meminfo", "pressure", "cpu", "node"} <= set(offered), f"--files: {offered}")
    equal(complete("attach", "--files", "=", "mem"), ["meminfo"], "--files=mem")
    equal(complete("detach", "-f", "meminfo,upt"), ["meminfo,uptime"], "the second")


def views_are_walked_folder_by_folder():
    equal(complete("show", ""), ["cgroup/", "containers/", "proc/", "sys/"], "the top")
    equal(complete("show", "proc/mem"), ["proc/meminfo"], "a file")
    equal(complete("show", "sys/devices/system/c"), ["sys/devices/system/cpu/"], "a folder")
    equal(complete("show", "--pid", "1", "proc/sw"), ["proc/swaps"], "after an option with its value")


def processes_are_offered_for_pid():
    pid = str(os.getpid())
    for words in (["show", "--pid", pid], ["show", "-p", pid], ["show", "--pid", "=", pid]):
        check(pid in complete(*words), f"{words} offers {pid}")


def containers_are_offered_by_id():
    server = lab.Server()
    box = lab.Container(server, memory=64 * lab.MIB)
    before = lxfs("show", "containers")
    names = [line.rstrip("/") for line in before.splitlines() if box.cgroup.path in line]
    equal(len(names), 1, f"containers of the test in {before}")
    check(names[0] in complete("show", "--container", ""), "offered by --container")
    equal(complete("show", "-c", names[0][:-1]), names, "the rest of its name")
    for verb in ("attach", "detach"):
        equal(complete(verb, names[0][:-1]), names, f"an argument of {verb}")
        check(str(os.getpid()) not in complete(verb, ""), "no process is offered before a digit")
        check(str(os.getpid()) in complete(verb, str(os.getpid())[0]), "a process")
    check("plain" in complete("attach", "--runtime", ""), "its runtime")


# What would need quotes is left out, and what is not known.
def names_are_those_of_the_list():
    table = "ID    NAME        RUNTIME  INIT\\n1a    web         docker      7\\n" \
            "2b    pod 1-2     plain       8\\n3c    -           plain       9\\n4d    ns/pod/box  docker     10\\n"
    script = COMPLETE.replace("_lxfs lxfs", f"""
_lxfs_ask() {{ case $2 in ps) printf '{table}' ;; *) lxfs "${{@:2}}" ;; esac; }}
_lxfs_containers() {{ :; }}
_lxfs lxfs""")
    equal(complete("attach", "", script=script), ["ns/pod/box", "web"], "names")
    equal(complete("attach", "w", script=script), ["web"], "names that begin with w")
    equal(complete("detach", "--runtime", "=", script=script), ["docker", "plain"], "runtimes")


# As bash has it: what it splits a word at is not typed again.
def a_name_with_colons_is_offered_from_the_last_one_on():
    script = COMPLETE.replace("_lxfs lxfs", "_lxfs_containers() { echo a:bc:de; }; _lxfs lxfs")
    for typed, rest in (("a :", "bc:de"), ("a : b", "bc:de"), ("a : bc : d", "de"), ("b", "")):
        offered = complete("show", "-c", *typed.split(), script=script)
        equal(offered, [rest] if rest else [], f"after {typed}")


def files_and_folders_are_offered_where_they_are_taken():
    folder = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / lab.unique_name()
    folder.mkdir()
    lab.at_end(folder.rmdir)
    equal(complete("serve", "--mountpoint", "=", str(folder)[:-1]), [str(folder)], "a folder")
    equal(complete("serve", "--config", str(folder)[:-1]), [str(folder)], "on the way to a file")


def what_is_typed_is_never_run():
    marker = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / lab.unique_name()
    for words in (["show", f"$(touch {marker})"], ["show", f"`touch {marker}`/"], [f"$(touch {marker})", ""],
                  ["show", "--pid", f"$(touch {marker})"], ["show", f"--$(touch {marker})"]):
        complete(*words)
        check(not marker.exists(), f"{words} was run")


lab.run([
    it_is_the_function_that_bash_calls,
    the_verbs_are_those_of_the_help,
    the_options_are_those_of_the_verb,
    a_value_is_one_that_the_option_takes,
    keys_are_those_that_the_verb_sorts_by,
    files_are_completed_one_after_the_other,
    views_are_walked_folder_by_folder,
    processes_are_offered_for_pid,
    containers_are_offered_by_id,
    names_are_those_of_the_list,
    a_name_with_colons_is_offered_from_the_last_one_on,
    files_and_folders_are_offered_where_they_are_taken,
    what_is_typed_is_never_run,
])
