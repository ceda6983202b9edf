#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs `lxfs show` on captured hosts and compares whole texts: tests/scenes/run.py [SCENE...]

A scene is a folder: proc/, sys/ and cgroup/ as on a host, scene.conf, and expected/ with the text
of every view that is looked at. expected/FILE.error says instead that FILE cannot be made: each of
its lines must be found in the one line on standard error.

scene.conf:
    [scene]
    about=what is special here, one sentence
    base=host v2          folders of bases/ whose files are laid down first, in this order
    without=PATH...       files of the bases that this host does not have
    generate=make.py      a program of the scene that writes the rest into the folder it is given
    pid=1234              whose view it is
    boottime=NSEC         the clocks, standing still
    realtime=NSEC
    [settings]
    cpu-view=cpuset       every key of lxfs.conf

Finds the program in LXFS, else in LXFS_BUILD (build-tests/gcc). Prints TAP.
"""

import configparser
import difflib
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BASES = os.path.join(HERE, "bases")
CONF = "scene.conf"
TIMEOUT_SECONDS = 60


def bail_out(why):
    print(f"Bail out! {why}")
    sys.exit(1)


def program():
    build = os.environ.get("LXFS_BUILD", os.path.join(HERE, "..", "..", "build-tests", "gcc"))
    return os.environ.get("LXFS", os.path.join(build, "lxfs", "lxfs"))


def scenes(names):
    found = [name for name in os.listdir(HERE) if os.path.exists(os.path.join(HERE, name, CONF))]
    missing = set(names) - set(found)
    if missing:
        bail_out(f"no such scene: {', '.join(sorted(missing))}")
    return [name for name in sorted(found) if not names or name in names]


def read_conf(scene):
    conf = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",))
    conf.optionxform = str
    conf.read(os.path.join(HERE, scene, CONF), encoding="utf-8")
    return conf


def compose(scene, conf, into):
    """The whole host in one folder: the bases, the scene over them, then what it generates."""
    sources = [os.path.join(BASES, base) for base in conf["scene"].get("base", "").split()]
    for source in sources + [os.path.join(HERE, scene)]:
        shutil.copytree(source, into, symlinks=True, dirs_exist_ok=True)
    for path in conf["scene"].get("without", "").split():
        os.unlink(os.path.join(into, path))
    generate = conf["scene"].get("generate")
    if generate:
        subprocess.run([os.path.join(HERE, scene, generate), into], check=True)


def arguments(conf, host):
    yield from (program(), "show", "--sysroot", host)
    for key in ("pid", "boottime", "realtime"):
        if key in conf["scene"]:
            yield from ("--" + key, conf["scene"][key])
    if conf.has_section("settings"):
        for key, value in conf["settings"].items():
            yield f"--{key}={value}"


def expected_files(host):
    top = os.path.join(host, "expected")
    for where, below, names in os.walk(top):
        below.sort()
        for name in sorted(names):
            yield os.path.relpath(os.path.join(where, name), top)


def show(command, file):
    try:
        done = subprocess.run(
            command + [file],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, "", f"no answer within {TIMEOUT_SECONDS} s\n"
    decode = lambda text: text.decode("utf-8", "backslashreplace")
    return done.returncode, decode(done.stdout), decode(done.stderr)


def wrong_text(wanted, shown):
    code, text, errors = shown
    if code != 0 or errors:
        return [f"exit code {code}, on standard error:"] + errors.splitlines()
    lines = lambda whole: whole.splitlines(keepends=True)
    changes = difflib.unified_diff(lines(wanted), lines(text), "expected", "shown", n=1)
    return [line.rstrip("\n") if line.endswith("\n") else line + " (no newline)" for line in changes]


def wrong_error(wanted, shown):
    code, text, errors = shown
    problems = []
    if code != 1:
        problems.append(f"exit code {code}, expected 1")
    if text:
        problems.append(f"printed {len(text)} characters, expected none")
    if errors.count("\n") != 1:
        problems.append("expected one line on standard error")
    problems += [f'"{word}" is not named' for word in wanted.splitlines() if word not in errors]
    return problems + errors.splitlines() if problems else []


def run_scene(scene):
    """(view, problems) for every file under expected/."""
    conf = read_conf(scene)
    with tempfile.TemporaryDirectory(prefix="lxfs-scene-") as host:
        compose(scene, conf, host)
        command = list(arguments(conf, host))
        for name in expected_files(host):
            with open(os.path.join(host, "expected", name), encoding="utf-8") as file:
                wanted = file.read()
            view, suffix = os.path.splitext(name)
            if suffix == ".error":
                yield name, wrong_error(wanted, show(command, view))
            else:
                yield name, wrong_text(wanted, show(command, name))


def main():
    if not os.access(program(), os.X_OK):
        bail_out(f"no program at {program()}: build it, or say where in LXFS")
    number = failed = 0
    for scene in scenes(sys.argv[1:]):
        for view, problems in run_scene(scene):
            number += 1
            failed += bool(problems)
            for problem in problems:
                print(f"# {problem}")
            print(f"{'not ok' if problems else 'ok'} {number} - {scene}: {view}", flush=True)
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
