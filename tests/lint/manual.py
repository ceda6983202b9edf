#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual says what the programs do: every verb has a page with its options, no more and no fewer,
every setting is in lxfs.conf(5) and in the file that is shipped, every function in liblxfs(3)."""

import glob
import os
import re
import shutil
import subprocess
import sys

import ctext

FOLDER = "docs/man"
OVERVIEW = f"{FOLDER}/lxfs.1"
BUILD = os.environ.get("LXFS_BUILD", os.path.join(ctext.TOP, "build-tests/gcc"))
PROGRAM = os.path.join(BUILD, "lxfs/lxfs")
INJECTOR = os.path.join(BUILD, "k8s/injector/lxfs-injector")
WITHOUT_PAGE = {"help", "version"}  # lxfs(1) says all of it
OTHER_PROGRAMS = {"injector", "runtime"}  # lxfs-injector(8) is no verb

HELP_LINE = re.compile(r"  (?:(-\w), )?(--[a-z][a-z-]*)")
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*[a-z]|-[A-Za-z])(?![\w-])")
NOT_MEANT = "missing date"  # mandoc wants one; a page is of the version it comes with


def ask(*command):
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C"},
        check=True,
    )
    return done.stdout


def options_in(help_text):
    matches = [HELP_LINE.match(line) for line in help_text.split("\n")]
    options = {option for match in matches if match for option in match.groups() if option}
    return {option for option in options if option != "-h" and not option.startswith("--help")}


def verbs():
    listed = re.findall(r"^  ([a-z][a-z-]*) ", ask(PROGRAM, "help"), re.M)
    return [verb for verb in listed if verb not in WITHOUT_PAGE]


# ---- Pages -------------------------------------------------------------------------------------


def pages():
    found = glob.glob(f"{ctext.TOP}/{FOLDER}/*.[1-9]")
    return sorted(os.path.relpath(path, ctext.TOP) for path in found)


def page_of(name):
    found = [path for path in pages() if re.fullmatch(rf"{name}\.\d", os.path.basename(path))]
    return found[0] if found else None


def plain(text):
    """Without what only a formatter reads."""
    text = re.sub(r"\\f[A-Z]", "", text.replace(r"\-", "-").replace("\\ ", " "))
    return re.sub(r"^\.(BR|RB|BI|IB|IR|RI|B|I) ", "", text, flags=re.M)


def sections(text, *names):
    parts = re.split(r"^\.SH (.*)$", text, flags=re.M)
    return "\n".join(body for name, body in zip(parts[1::2], parts[2::2]) if name in names)


def check_options(path, command):
    """Options in a group of their own, as the settings are, may be left to another page."""
    called = f"`{' '.join([os.path.basename(command[0]), *command[1:]])}`"
    text = plain(ctext.read(path))
    said = set(OPTION.findall(sections(text, "SYNOPSIS", "OPTIONS")))
    everything = ask(*command, "--help-all")
    for option in sorted(options_in(ask(*command, "--help")) - said):
        yield path, 1, f"{called} has the option {option}, OPTIONS has not"
    for option in sorted(said - options_in(everything)):
        yield path, 1, f"{called} has no option {option}"
    if "--cpu-view" in everything and "lxfs.conf (5)" not in text:
        yield path, 1, "the settings are options, too: name lxfs.conf(5)"


def check_verb(verb):
    path = page_of(f"lxfs-{verb}")
    if not path:
        yield FOLDER, 1, f"no lxfs-{verb}.8 (or .1, if it changes nothing) for `lxfs {verb}`"
        return
    yield from check_options(path, [PROGRAM, verb])
    if f"lxfs-{verb} (" not in plain(ctext.read(OVERVIEW)):
        yield OVERVIEW, 1, f"{os.path.basename(path)} is not mentioned"


def check_verbs():
    for verb in verbs():
        yield from check_verb(verb)
    if os.path.exists(INJECTOR):
        yield from check_options(page_of("lxfs-injector"), [INJECTOR])


def check_pages():
    known = {*verbs(), *OTHER_PROGRAMS}
    installed = ctext.read(f"{FOLDER}/meson.build")
    for path in pages():
        name = os.path.basename(path)
        verb = re.fullmatch(r"lxfs-([a-z-]+)\.\d", name)
        if verb and verb[1] not in known:
            yield path, 1, f"there is no verb {verb[1]}"
        if f"'{name}'" not in installed:
            yield path, 1, f"it is not installed: no line in {FOLDER}/meson.build"


def mandoc(path):
    command = ["mandoc", "-T", "lint", "-W", "warning", path]
    done = subprocess.run(command, cwd=ctext.TOP, capture_output=True, text=True, check=False)
    return re.findall(r"^mandoc: [^:]*:(\d+):\d+: (.*)$", done.stdout, re.M)


def check_rendering():
    for path in pages() if shutil.which("mandoc") else []:
        for line, what in mandoc(path):
            if NOT_MEANT not in what:
                yield path, line, what


# ---- Settings and functions ----------------------------------------------------------------------


def compare(path, said, real, what):
    for name in sorted(real - said):
        yield path, 1, f"{what} {name} is missing"
    for name in sorted(said - real):
        yield path, 1, f"there is no {what} {name}"


def check_settings():
    page, shipped = f"{FOLDER}/lxfs.conf.5", "lxfs/lxfs.conf"
    real = {option[2:] for option in options_in(ask(PROGRAM, "serve", "--help-settings"))}
    in_page = set(re.findall(r"^\.TP\n([a-z-]+)=", plain(ctext.read(page)), re.M))
    in_file = set(re.findall(r"^#([a-z-]+)=", ctext.read(shipped), re.M))
    yield from compare(page, in_page, real, "key")
    yield from compare(shipped, in_file, real, "key")


def check_functions():
    page = f"{FOLDER}/liblxfs.3"
    prototype = re.compile(r"\b(lx_\w+)\(")
    real = set(prototype.findall(ctext.without_comments(ctext.read("bindings/lxfs.h"))))
    said = set(prototype.findall(ctext.read(page).split(".SH EXAMPLE")[0]))
    yield from compare(page, said, real, "function")


def main():
    if not os.path.exists(PROGRAM):
        print(f"no {PROGRAM}: build first, or say where in LXFS_BUILD")
        sys.exit(77)
    findings = []
    for check in (check_verbs, check_pages, check_rendering, check_settings, check_functions):
        findings += check()
    ctext.finish(findings)


if __name__ == "__main__":
    sys.exit(main())
