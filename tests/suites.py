#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds lxfs, runs the suites one after the other, and counts: called by run.sh.

Every program that is run prints TAP. One that dies, prints nothing, or prints fewer results than it
announced counts as one more failure, so that nothing is lost silently.
"""

import functools
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import lanes
import orphans

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILDS = "build-tests"
LOGS = f"{BUILDS}/logs"
DEFAULT = ["lint", "unit", "scenes", "integration", "replay"]
BY_NAME = ["injector", "sanitizers", "clang", "asan-integration", "fuzz", "bench", "packages", "systemd", "kernels", "vm",
           "k8s", "truth"]
FUZZ_SECONDS = os.environ.get("LXFS_FUZZ_SECONDS", "60")

# The unit tests whose modules are used by many threads at once: for the thread sanitizer.
THREADED = re.compile(r"^(identity|history)/|^serve/(duty|open_files)|^base/fd")

# name: compiler, meson options
CONFIGURATIONS = {
    "gcc": ("gcc", []),
    "clang": ("clang", []),
    "asan": ("gcc", ["-Db_sanitize=address,undefined"]),
    "tsan": ("gcc", ["-Db_sanitize=thread"]),
    "faults": ("gcc", ["-Dfaults=true"]),
}

# What is built of a configuration: all, where nothing is named.
TARGETS = {"faults": ["lxfs/lxfs", "tests/unit/test_serve_fault"]}

# Seconds. Programs have limits of their own; these are for one that hangs in spite of them.
BUILD_LIMIT = 900
TEST_LIMIT = 600
LONG_LIMIT = 3000

RESULT = re.compile(
    r"(not )?ok\b(?:\s+\d+)?(?:\s*-)?\s*(.*?)\s*(?:#\s*(SKIP|TODO)\S*\s*(.*))?$", re.I
)
PLAN = re.compile(r"1\.\.(\d+)\s*(?:#\s*SKIP\S*\s*(.*))?$", re.I)


class Tally:
    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = []

    def succeed(self, name):
        self.passed += 1

    def fail(self, name, why):
        self.failures.append(f"{name}: {why}")
        print(f"  FAILED {name}: {why}", flush=True)

    def skip(self, name, why):
        self.skips.append(f"{name}: {why or 'no reason given'}")

    def add(self, other):
        self.passed += other.passed
        self.failures += other.failures
        self.skips += other.skips

    def line(self):
        return f"{self.passed} passed, {len(self.failures)} failed, {len(self.skips)} skipped"


class Program:
    """One run of a program in a process group of its own, with a time limit."""

    def __init__(self, command, limit, env=None, folder="."):
        self.command = command
        self.limit = limit
        self.folder = folder
        self.env = {**os.environ, "LC_ALL": "C", **(env or {})}
        self.timed_out = False
        self.lines = []
        self.orphans = []
        self.pid = 0

    def run(self, each_line=lambda line: None):
        try:
            process = subprocess.Popen(
                self.command,
                cwd=os.path.join(TOP, self.folder),
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self.lines = [str(error)]
            return 127
        self.pid = process.pid
        timer = threading.Timer(self.limit, self._stop, [process])
        timer.start()
        try:
            with orphans.buried(process.pid):
                for line in process.stdout:
                    self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                    each_line(self.lines[-1])
                return process.wait()
        except KeyboardInterrupt:
            self._stop(process)
            raise
        finally:
            timer.cancel()
            _kill_group(process)
            process.wait()
            self.orphans = orphans.end()

    def _stop(self, process):
        """Asks first: a test removes what it has made."""
        self.timed_out = True
        process.terminate()
        try:
            process.wait(CLEAN_UP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        _kill_group(process)


def _kill_group(process):
    """What a program started and left behind ends with it, and lets go of its output."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


CLEAN_UP_SECONDS = 30


def ending(program, code):
    if program.timed_out:
        return f"no end within {program.limit} s"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def write_log(name, lines):
    os.makedirs(LOGS, exist_ok=True)
    path = f"{LOGS}/{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}.log"
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


class Tap:
    """Counts the results of one program into a tally.

    Check's programs say why before a result, our own after it: so a failure is told when the next
    result comes.
    """

    def __init__(self, tally, name):
        self.tally = tally
        self.name = name
        self.ran = self.failed = 0
        self.announced = None
        self.bailed_out = False
        self.notes = []
        self.untold = None

    def take(self, line):
        plan = PLAN.match(line)
        result = RESULT.match(line)
        if line.startswith("Bail out!"):
            self.bailed_out = True
            self._fail(line)
        elif plan:
            self.announced = int(plan[1])
            if self.announced == 0:
                self.tally.skip(self.name, plan[2])
        elif result:
            self._result(*result.groups())
        else:
            self.notes.append(line)

    def _result(self, negation, title, directive, reason):
        self._tell()
        self.ran += 1
        title = f"{self.name}: {title}" if title else self.name
        if directive and directive.upper() == "SKIP":
            self.tally.skip(title, reason)
        elif negation:
            self.failed += 1
            self.untold = (title, directive or "not ok")
            return
        else:
            self.tally.succeed(title)
        self.notes = []

    def _tell(self):
        if self.untold:
            self._print_notes()
            self.tally.fail(*self.untold)
            self.untold = None
            self.notes = []

    def _print_notes(self):
        for note in self.notes[-60:]:
            print("    " + note)

    def _fail(self, why):
        self._tell()
        self.failed += 1
        self._print_notes()
        self.tally.fail(self.name, why)

    def end(self, program, code):
        self._tell()
        if self.bailed_out:
            return
        if program.timed_out or code < 0 or (code != 0 and not self.failed):
            self._fail(ending(program, code))
        elif self.announced is None:
            self._fail("ended without saying how many tests it has")
        elif self.announced != self.ran:
            self._fail(f"announced {self.announced} tests and ran {self.ran}")


def run_tap(tally, name, command, limit=TEST_LIMIT, env=None, folder="."):
    program = Program(command, limit, env, folder)
    tap = Tap(tally, name)

    def take(line):
        tap.take(line)
        if limit == LONG_LIMIT and line.startswith(("ok", "# ==")):
            print("   " + line, flush=True)

    code = program.run(take)
    write_log(name, program.lines)
    tap.end(program, code)
    return program


# ---- building ---------------------------------------------------------------------------------

_built = {}


def build(tally, configuration):
    """The build folder, or None when it cannot be built; tried once."""
    if configuration not in _built:
        print(f"   building {BUILDS}/{configuration}", flush=True)
        _built[configuration] = _build(tally, configuration)
    elif not _built[configuration]:
        tally.fail(f"build {configuration}", "failed before")
    return _built[configuration]


def _build(tally, configuration):
    compiler, options = CONFIGURATIONS[configuration]
    folder = f"{BUILDS}/{configuration}"
    steps = [["ninja", "-C", folder, *TARGETS.get(configuration, [])]]
    if not os.path.exists(f"{folder}/build.ninja"):
        wipe = ["--wipe"] if os.path.exists(folder) else []
        steps.insert(0, ["meson", "setup", folder, *wipe, *options])
    for step in steps:
        program = Program(step, BUILD_LIMIT, {"CC": compiler})
        code = program.run()
        path = write_log(f"build-{configuration}", program.lines)
        if code != 0:
            print("\n".join("    " + line for line in program.lines[-40:]))
            tally.fail(f"build {configuration}", f"{ending(program, code)}, see {path}")
            return None
    tally.passed += 1
    return folder


def introspect(folder, what):
    listed = subprocess.run(
        ["meson", "introspect", what, folder], cwd=TOP, capture_output=True, check=True
    )
    return json.loads(listed.stdout)


def meson_tests(folder, suite):
    return [test for test in introspect(folder, "--tests") if f"lxfs:{suite}" in test["suite"]]


def program_env(folder, instead_of=None):
    lxfs = os.path.abspath(f"{folder}/lxfs/lxfs")
    injector = os.path.abspath(f"{folder}/k8s/injector/lxfs-injector")
    mine = {"LXFS": lxfs, "LXFS_INJECTOR": injector, "LXFS_BUILD": os.path.abspath(folder)}
    return {**mine, **(instead_of or {})}


SANITIZER_ENV = {
    # The worker's threads have signal stacks of their own, which the sanitizer would take for its own.
    "ASAN_OPTIONS": "detect_leaks=1:halt_on_error=1:abort_on_error=0:use_sigaltstack=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}


def unit_programs(tally, folder, suite, label, chosen=lambda name: True, env=None, prefix=()):
    tests = [test for test in meson_tests(folder, suite) if chosen(test["name"])]
    print(f"   {label}: {len(tests)} programs", flush=True)
    jobs = []
    for test in tests:
        name, command = f"{label} {test['name']}", [*prefix, *test["cmd"]]
        both = {**test["env"], **(env or {})}
        run = functools.partial(run_tap, name=name, command=command, env=both, folder=folder)
        jobs.append((name, run))
    lanes.run(tally, jobs)
    return len(tests)


# ---- suites -----------------------------------------------------------------------------------


def lint(tally):
    folder = build(tally, "gcc")
    env = {"LXFS_BUILD": os.path.abspath(folder)} if folder else {}
    run_tap(tally, "lint", ["tests/lint/run.sh"], env=env)


def unit(tally):
    folder = build(tally, "gcc")
    if folder and not unit_programs(tally, folder, "unit", "unit"):
        tally.fail("unit", "meson lists no test")


def replay(tally):
    folder = build(tally, "gcc")
    if folder and not unit_programs(tally, folder, "replay", "fuzz"):
        tally.fail("replay", "meson lists no test")


def run_scenes(tally, folder, label, env=None):
    run_tap(tally, label, ["tests/scenes/run.py"], env=program_env(folder, env))


def scenes(tally):
    folder = build(tally, "gcc")
    if folder:
        run_scenes(tally, folder, "scenes")


def leftovers(pid, folder):
    """What the test with this pid forgot: mounts below its own folder, cgroups named after it."""
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
        points = [line.split()[1] for line in file]
    yield from (f"mount {point}" for point in points if point.startswith(folder + "/"))
    mine = re.compile(rf"lxfs(-[a-z]+)*-{pid}(-|$)")
    for where, below, _ in os.walk("/sys/fs/cgroup"):
        yield from (f"cgroup {where}/{name}" for name in below if mine.search(name))


def with_reports_in(env, folder):
    """A sanitizer's report goes to a file there: daemons and programs on a terminal lose it otherwise."""
    kept = {name: f"{env[name]}:log_path={folder}/sanitizer" for name in SANITIZER_ENV if name in env}
    return {**env, **kept}


def tell_reports(tally, name, folder):
    for path in sorted(glob.glob(f"{folder}/sanitizer.*")):
        with open(path, encoding="utf-8", errors="replace") as file:
            print("".join("    " + line for line in file.readlines()[:60]))
        tally.fail(name, f"a sanitizer's report: {os.path.basename(path)}")


def is_script(path):
    """One that may not be executed is a failure, not a module."""
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


# What is run once more in a mount namespace that has cgroup v2 only, on a machine that has v1, too. Where a
# test needs a controller that v1 has there, tests/vm runs it.
ON_V2_TOO = {"attach_cgroup", "cgroup_again", "cgroup_faults", "cgroup_poll", "cgroup_use", "cgroup_view", "sweep"}
HAS_V1 = not os.path.exists("/sys/fs/cgroup/cgroup.controllers")


def integration_tests(where):
    """(name, path, what its environment has beside that of all)"""
    found = sorted(glob.glob(f"{where}/*.sh") + glob.glob(f"{where}/*.py"))
    for path in filter(is_script, found):
        name = os.path.splitext(os.path.basename(path))[0]
        yield name, path, {}
        if name in ON_V2_TOO and HAS_V1:
            yield f"{name} on v2", path, {"LXFS_LAB_V2": "1"}


def run_integration(tally, build_folder, label, env=None, where="tests/integration"):
    tests = list(integration_tests(where))
    if not tests:
        tally.skip(label, f"no tests in {where} yet")
    jobs = []
    for name, path, more in tests:
        name, both = f"{label} {name}", {**program_env(build_folder, env), **more}
        jobs.append((name, functools.partial(run_timed, name=name, path=path, env=both)))
    lanes.run(tally, jobs)


def run_timed(tally, name, path, env):
    started = time.monotonic()
    run_integration_test(tally, name, path, env)
    print(f"   {name}: {tally.passed} passed in {time.monotonic() - started:.0f} s")


def run_integration_test(tally, name, path, env, limit=TEST_LIMIT):
    """One program with a folder of its own; what it leaves behind counts as a failure."""
    folder = tempfile.mkdtemp(prefix="lxfs-test-")
    os.chmod(folder, 0o755)  # readers of every kind must get in
    program = run_tap(tally, name, [path], limit, with_reports_in({**env, "TMPDIR": folder}, folder))
    tell_reports(tally, name, folder)
    left = [*leftovers(program.pid, folder), *(f"process {comm}" for comm in program.orphans)]
    for what in left:
        tally.fail(name, f"leaves behind: {what}")
    if not left:
        shutil.rmtree(folder, ignore_errors=True)


def run_injector(tally, folder, label, env=None):
    if os.path.exists(f"{folder}/k8s/injector/lxfs-injector"):
        run_integration(tally, folder, label, env, "tests/injector")
    else:
        tally.skip(label, "the injector was not built: its libraries are not here")


def injector(tally):
    folder = build(tally, "gcc")
    if folder:
        run_injector(tally, folder, "injector")


def integration(tally):
    folder = build(tally, "gcc")
    if not folder:
        return
    if os.geteuid() != 0:
        tally.skip("integration", "needs root")
        return
    faults = build(tally, "faults")
    if faults:
        unit_programs(tally, faults, "unit", "faults", lambda name: name == "serve/fault")
        run_integration(tally, folder, "integration", faults_env(faults))


def faults_env(folder):
    """The build that dies at the points that tests/integration/faults.py names."""
    return {"LXFS_FAULTS_BUILD": os.path.abspath(f"{folder}/lxfs/lxfs")}


def sanitizers(tally):
    folder = build(tally, "asan")
    if folder:
        unit_programs(tally, folder, "unit", "asan", env=SANITIZER_ENV)
        unit_programs(tally, folder, "replay", "asan fuzz", env=SANITIZER_ENV)
        run_scenes(tally, folder, "asan scenes", SANITIZER_ENV)
    thread_sanitizer(tally)


def asan_integration(tally):
    """By name only: the slow half of the integration tests once more would take minutes."""
    if os.geteuid() != 0:
        tally.skip("asan integration", "needs root")
        return
    folder = build(tally, "asan")
    if folder:
        # In full the supervisor's memory would grow by what the sanitizer keeps of freed memory.
        run_integration(tally, folder, "asan integration", {**SANITIZER_ENV, "CHAOS": "short"})
        run_injector(tally, folder, "asan injector", SANITIZER_ENV)


def thread_sanitizer(tally):
    folder = build(tally, "tsan")
    if not folder:
        return
    # The thread sanitizer of gcc 12 knows no address layout as random as newer kernels make it.
    ran = unit_programs(
        tally,
        folder,
        "unit",
        "tsan",
        THREADED.search,
        SANITIZER_ENV,
        ["setarch", "-R"],
    )
    if not ran:
        tally.skip("tsan", f"no unit test is named {THREADED.pattern} yet")


def clang(tally):
    folder = build(tally, "clang")
    if folder:
        unit_programs(tally, folder, "unit", "clang")


def fuzz(tally):
    run_tap(tally, "fuzz", ["tests/fuzz/run.sh", FUZZ_SECONDS], LONG_LIMIT)


CANNOT_RUN = 77  # what meson takes for a skip


def bench(tally):
    """meson's benchmarks: each prints a table, and its exit code is the result."""
    folder = build(tally, "gcc")
    for test in introspect(folder, "--benchmarks") if folder else []:
        program = Program(test["cmd"], LONG_LIMIT, test["env"], folder)
        code = program.run(lambda line: print("   " + line, flush=True))
        write_log(f"bench {test['name']}", program.lines)
        if code == CANNOT_RUN:
            tally.skip(f"bench {test['name']}", " ".join(program.lines[-1:]))
        elif code != 0:
            tally.fail(f"bench {test['name']}", ending(program, code))
        else:
            tally.passed += 1


KUBERNETES = ["helm", "kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"]


def k8s(tally):
    """The image; and Kubernetes itself and helm, which are built first: that takes half an hour, and Go."""
    folder = build(tally, "gcc")
    if not folder:
        return
    if os.geteuid() != 0:
        tally.skip("k8s", "needs root")
        return
    run_k8s(tally, folder, "tests/k8s/containerfile.py")
    if not shutil.which("go"):
        tally.skip("k8s", "needs Go to build Kubernetes")
        return
    program = Program(["sh", "tests/k8s/build.sh", *KUBERNETES], LONG_LIMIT)
    code = program.run()
    write_log("build-k8s", program.lines)
    if code != 0:
        tally.fail("k8s build", f"{ending(program, code)}: {' '.join(program.lines[-3:])}")
        return
    for path in ("tests/injector/manifests.py", "tests/k8s/control_plane.py", "tests/k8s/other_ways.py",
                 "tests/k8s/on_a_node.py"):
        run_k8s(tally, folder, path)


def run_k8s(tally, folder, path):
    env = program_env(folder, {"PATH": f"{TOP}/{BUILDS}/k8s:{os.environ['PATH']}"})
    name = os.path.splitext(os.path.basename(path))[0]
    run_integration_test(tally, f"k8s {name}", path, env, LONG_LIMIT)


def truth(tally):
    """What programs say in a container: docs/truth.md."""
    folder = build(tally, "gcc")
    if folder and os.geteuid() != 0:
        tally.skip("truth", "needs root")
    elif folder:
        run_integration_test(tally, "truth", "tests/truth/truth.py", program_env(folder), LONG_LIMIT)


def runner_of(name):
    """A suite with a runner of its own: tests/NAME/run.sh."""

    def suite(tally):
        path = f"tests/{name}/run.sh"
        if not os.access(path, os.X_OK):
            tally.skip(name, f"there is no {path} yet")
            return
        folder = build(tally, "gcc")
        if folder:
            run_tap(tally, name, [path], LONG_LIMIT, program_env(folder))

    return suite


SUITES = {
    "lint": lint,
    "unit": unit,
    "scenes": scenes,
    "injector": injector,
    "integration": integration,
    "sanitizers": sanitizers,
    "clang": clang,
    "replay": replay,
    "asan-integration": asan_integration,
    "fuzz": fuzz,
    "bench": bench,
    "k8s": k8s,
    "truth": truth,
    **{name: runner_of(name) for name in ("packages", "systemd", "kernels", "vm")},
}


def run_suite(tally, name):
    print(f"== {name}", flush=True)
    before, started = (tally.passed, len(tally.failures), len(tally.skips)), time.monotonic()
    try:
        SUITES[name](tally)
    except Exception as error:  # a suite that breaks is a failure, not an end
        tally.fail(name, f"broke: {error!r}")
    after = (tally.passed, len(tally.failures), len(tally.skips))
    passed, failed, skipped = (b - a for a, b in zip(before, after))
    if passed + failed + skipped == 0:
        tally.fail(name, "ran nothing")
    seconds = time.monotonic() - started
    counts = f"{passed} passed, {failed} failed, {skipped} skipped"
    print(f"   {name}: {counts} in {seconds:.0f} s", flush=True)


def chosen_suites(names):
    unknown = [name for name in names if name not in SUITES and name != "all"]
    if unknown:
        print(f"no such suite: {' '.join(unknown)}; there are: {' '.join(SUITES)} all")
        sys.exit(2)
    if "all" in names:
        return DEFAULT + BY_NAME
    return [name for name in SUITES if name in names] or DEFAULT


def main():
    os.chdir(TOP)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    orphans.adopt()
    tally = Tally()
    try:
        for name in chosen_suites(sys.argv[1:]):
            run_suite(tally, name)
    except KeyboardInterrupt:
        tally.fail("run", "interrupted")
    for title, rows in (("skipped", tally.skips), ("failed", tally.failures)):
        for row in rows:
            print(f"{title}: {row}")
    print(tally.line(), flush=True)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
