#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`lxfs doctor` on a real host: what serves, what is broken, and that nothing can make it hang."""
import json
import os
import pathlib
import signal
import subprocess

import lab
from lab import check, equal

server = lab.Server()
LIMIT_SECONDS = 60


def doctor(*options, runtime=None, ok=None):
    """(exit code, the findings by check)"""
    done = subprocess.run([lab.LXFS, "doctor", "--json", "--runtime-dir", str(runtime or server.runtime),
                           *options], capture_output=True, timeout=LIMIT_SECONDS, check=False,
                          stdin=subprocess.DEVNULL, text=True)
    check(done.returncode in (0, 1), f"exit code {done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    equal(done.returncode, 1 if report["broken"] else 0, "the exit code")
    found = {}
    for finding in report["findings"]:
        found.setdefault(finding["check"], []).append(finding)
    return done.returncode, found


def severities(found, name):
    return [finding["severity"] for finding in found.get(name, [])]


def texts(found):
    return "\n".join(finding["text"] for findings in found.values() for finding in findings)


def what_serves_is_found_well():
    """a served instance is found well: supervisor, worker, mount, anchors, version"""
    _, found = doctor()
    for name in ("fuse", "supervisor", "worker", "answer", "status", "anchors", "dead"):
        equal(set(severities(found, name)), {"ok"}, f"{name}: {found.get(name)}")


def everything_that_is_not_ok_has_a_cure():
    """whatever is not ok says what mends it, and nothing else does"""
    for runtime in (server.runtime, server.folder / "nobody"):
        _, found = doctor(runtime=runtime)
        for findings in found.values():
            for finding in findings:
                equal(finding["cure"] is not None, finding["severity"] != "ok", finding)
                check("\n" not in finding["text"], finding)


def nobody_serves_is_broken():
    """where nobody serves, that is broken, and the exit code 1"""
    code, found = doctor(runtime=server.folder / "nobody")
    equal((code, severities(found, "supervisor")), (1, ["broken"]), "supervisor")
    check("lxfs" in found["supervisor"][0]["cure"], found["supervisor"])


def a_settings_file_that_cannot_be_understood():
    """a settings file that cannot be understood is broken, by name"""
    config = server.folder / "lxfs.conf"
    config.write_text("[lxfs]\ncpu-view=magic\n")
    code, found = doctor("--config", str(config))
    equal((code, severities(found, "settings")), (1, ["broken"]), "settings")
    check(str(config) in found["settings"][0]["text"], found["settings"])


def a_container_with_dead_views():
    """dead views in a container's mount namespace are counted, and heal is named"""
    mine = lab.Server()
    box = lab.Container(mine, files=[(mine.mount / "proc/uptime", "/proc/uptime")])
    _, found = doctor(runtime=mine.runtime)
    check(found["dead"][0]["text"].startswith("1 views"), found["dead"])
    supervisor, worker = mine.pid("supervisor"), mine.pid("worker")
    os.kill(supervisor, signal.SIGSTOP)
    os.kill(worker, signal.SIGKILL)
    os.kill(supervisor, signal.SIGKILL)
    mine.process.wait()
    code, found = doctor(runtime=mine.runtime)
    equal((code, severities(found, "dead")), (1, ["broken"]), found["dead"])
    seen_by = found["dead"][0]["text"].split("process ")[1].split()[0]
    equal(os.readlink(f"/proc/{seen_by}/ns/mnt"), os.readlink(f"/proc/{box.init}/ns/mnt"), "its namespace")
    check(found["dead"][0]["cure"].startswith("lxfs heal"), found["dead"])


def a_server_that_stands_still():
    """a server that does not answer is told after its time, and hangs nobody"""
    mine = lab.Server()
    processes = [mine.pid("supervisor"), mine.pid("worker")]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        code, found = doctor(runtime=mine.runtime)
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)
    equal((code, severities(found, "answer")), (1, ["broken"]), found["answer"])
    check("does not answer within" in found["answer"][0]["text"], found["answer"])


def a_host_in_a_folder():
    """a captured host is looked at by its files alone"""
    root = server.folder / "captured"
    for path, text in {"proc/filesystems": "nodev\tfuse\n", "proc/self/cgroup": "0::/\n",
                       "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory\n",
                       "usr/bin/podman": ""}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    code, found = doctor("--root", str(root))
    equal(code, 0, texts(found))
    equal(found["layout"][0]["text"], "cgroups v2", "layout")
    equal(severities(found, "wired"), ["warning"], "podman")
    equal(severities(found, "supervisor"), [], "processes")


def people_are_told_in_text():
    """as text it is one line for each finding that matters, and a summary"""
    done = subprocess.run([lab.LXFS, "doctor", "--runtime-dir", str(server.runtime)],
                          capture_output=True, timeout=LIMIT_SECONDS, check=False, text=True)
    lines = done.stdout.splitlines()
    check(lines[-1].split(", ")[0].endswith(" broken"), lines[-1])
    for line in lines[:-1]:
        check(line.startswith(("note ", "warning ", "broken ", " ")), line)
    done = subprocess.run([lab.LXFS, "doctor", "too", "many"], capture_output=True, check=False)
    equal(done.returncode, 2, "wrong usage")


def an_ordinary_user_may_ask():
    """an ordinary user gets what he can see, and no failure beyond it"""
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                           lab.LXFS, "doctor", "--json", "--runtime-dir", str(server.runtime)],
                          capture_output=True, timeout=LIMIT_SECONDS, check=False, text=True)
    check(done.returncode in (0, 1), done.stderr)
    check(json.loads(done.stdout)["findings"], "no findings")


if __name__ == "__main__":
    check(pathlib.Path("/dev/fuse").exists(), "no /dev/fuse")
    lab.run([
        what_serves_is_found_well,
        everything_that_is_not_ok_has_a_cure,
        nobody_serves_is_broken,
        a_settings_file_that_cannot_be_understood,
        a_container_with_dead_views,
        a_server_that_stands_still,
        a_host_in_a_folder,
        people_are_told_in_text,
        an_ordinary_user_may_ask,
    ])
