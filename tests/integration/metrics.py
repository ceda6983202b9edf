#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`lxfs metrics`, printed and over HTTP: true numbers in the format, for friendly and hostile clients."""
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

import callers
import exposition
import lab
from lab import MIB, check, equal

TOP = pathlib.Path(__file__).resolve().parents[2]
server = lab.Server()
PATIENCE = 30


def page(*options, runtime=None):
    done = subprocess.run([lab.LXFS, "metrics", "--runtime-dir", str(runtime or server.runtime), *options],
                          capture_output=True, timeout=60, check=False, text=True)
    equal(done.returncode, 0, f"exit code: {done.stderr}")
    return exposition.parse(done.stdout)


def wait_for(holds, what, **options):
    """A worker publishes every two seconds."""
    lab.wait_until(lambda: holds(page(**options)), PATIENCE, what)


class Exporter:
    """`lxfs metrics --listen`"""

    def __init__(self, where="127.0.0.1:0", *options, runtime=None):
        self.process = subprocess.Popen(
            [lab.LXFS, "metrics", "--listen", where, "--runtime-dir", str(runtime or server.runtime), *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        lab.at_end(lambda: lab.end(self.process))
        check(select.select([self.process.stdout], [], [], PATIENCE)[0], "it says where it listens")
        line = self.process.stdout.readline()
        check(line.startswith("listening at "), f"the first line: {line!r}")
        self.where = line.removeprefix("listening at ").strip()

    def connect(self):
        if self.where.startswith("unix:"):
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(PATIENCE)
            client.connect(self.where.removeprefix("unix:"))
            return client
        host, port = self.where.rsplit(":", 1)
        return socket.create_connection((host.strip("[]"), int(port)), PATIENCE)

    def ask(self, method, path, body=None):
        """(status, headers, text)"""
        connection = http.client.HTTPConnection("localhost")
        connection.sock = self.connect()
        connection.request(method, path, body)
        response = connection.getresponse()
        answer = response.status, dict(response.headers), response.read().decode()
        connection.close()
        return answer

    def send(self, data):
        """What comes back until the end, or a reset."""
        client = self.connect()
        received = b""
        try:
            client.sendall(data)
            while part := client.recv(65536):
                received += part
        except (ConnectionResetError, BrokenPipeError):
            pass
        client.close()
        return received

    def scrape(self):
        status, headers, text = self.ask("GET", "/metrics")
        equal(status, 200, "the status")
        check(headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers)
        return exposition.parse(text)


# ---- What is told ------------------------------------------------------------------------------

def reads_are_counted_by_file():
    """reads are counted by file and outcome"""
    before = page()["lxfs_reads_total"]
    for _ in range(7):
        (server.mount / "proc/swaps").read_text()
    wait_for(lambda now: now["lxfs_reads_total"].value(file="proc/swaps", outcome="ok")
             == before.value(file="proc/swaps", outcome="ok") + 7, "seven reads more")


def a_refused_read_is_one():
    """a sendfile that is refused counts as refused"""
    before = page()["lxfs_reads_total"].value(file="proc/diskstats", outcome="refused")
    with open(server.mount / "proc/diskstats", "rb") as file, open("/dev/null", "wb") as null:
        try:
            os.sendfile(null.fileno(), file.fileno(), 0, 100)
        except OSError:
            pass
    wait_for(lambda now: now["lxfs_reads_total"].value(file="proc/diskstats", outcome="refused") > before,
             "a refused read")


def system_calls_are_counted():
    """system calls of containers are counted by how they ended"""
    mine = lab.Server("--sysinfo=on")
    box = lab.Container(mine, memory=256 * MIB)
    for words in (*[["once"]] * 3, ["bad"], ["affinity", 1, 128]):
        box.run(*callers.caller(mine, *words))
    expected = {("sysinfo", "answered"): 3, ("sysinfo", "failed"): 1, ("sched_getaffinity", "continued"): 1}
    wait_for(lambda now: all(now["lxfs_calls_total"].value(call=call, outcome=outcome) == n
                             for (call, outcome), n in expected.items()), f"{expected}", runtime=mine.runtime)


def durations_are_measured():
    """each request has a duration, and they add up"""
    (server.mount / "proc/uptime").read_text()
    wait_for(lambda now: now["lxfs_request_duration_seconds"].total("_count", operation="read") > 0, "a read")
    times = page()["lxfs_request_duration_seconds"]
    for operation in ("read", "open", "lookup"):
        seconds, n = (times.total(suffix, operation=operation) for suffix in ("_sum", "_count"))
        check(n > 0 and 0 < seconds / n < 10, f"{operation}: {n} in {seconds} s")


def a_killed_worker_is_counted():
    """counts outlive a worker, and its end is counted by its cause"""
    mine = lab.Server()
    for _ in range(5):
        (mine.mount / "proc/stat").read_text()
    wait_for(lambda now: now["lxfs_reads_total"].value(file="proc/stat", outcome="ok") == 5, "five reads",
             runtime=mine.runtime)
    os.kill(mine.pid("worker"), signal.SIGKILL)
    (mine.mount / "proc/stat").read_text()
    wait_for(lambda now: now["lxfs_worker_ends_total"].value(cause="killed") == 1
             and now["lxfs_workers_started_total"].value() == 2
             and now["lxfs_reads_total"].value(file="proc/stat", outcome="ok") == 6, "one end, six reads",
             runtime=mine.runtime)


def a_reload_is_counted():
    """a reload is counted, is no worker's end, and loses no count"""
    mine = lab.Server()
    (mine.mount / "proc/stat").read_text()
    subprocess.run([lab.LXFS, "reload", "--runtime-dir", str(mine.runtime)], check=True, capture_output=True,
                   timeout=60)
    wait_for(lambda now: now["lxfs_reloads_total"].value(outcome="done") == 1
             and now["lxfs_worker_ends_total"].total() == 0
             and now["lxfs_reads_total"].value(file="proc/stat", outcome="ok") == 1, "a reload",
             runtime=mine.runtime)


def who_stops_is_not_up():
    """where nobody serves, only that is said of the service"""
    mine = lab.Server()
    equal(page(runtime=mine.runtime)["lxfs_up"].value(), 1, "lxfs_up")
    mine.stop()
    seen = page(runtime=mine.runtime)
    equal(seen["lxfs_up"].value(), 0, "lxfs_up")
    check("lxfs_reads_total" not in seen, "reads of nobody")


def views_are_counted():
    """views in containers are counted, served and dead"""
    mine = lab.Server()
    box = lab.Container(mine, files=[(mine.mount / "proc" / name, f"/proc/{name}") for name in ("stat", "uptime")])
    equal(page(runtime=mine.runtime)["lxfs_views"].value(state="served"), 2, "served views")
    supervisor, worker = mine.pid("supervisor"), mine.pid("worker")
    os.kill(supervisor, signal.SIGSTOP)
    os.kill(worker, signal.SIGKILL)
    os.kill(supervisor, signal.SIGKILL)
    mine.process.wait()
    views = page(runtime=mine.runtime)["lxfs_views"]
    equal((views.value(state="served"), views.value(state="dead")), (0, 2), "views")
    box.stop()


def containers_are_told_of_when_asked():
    """a container's own figures are there when they are asked for, and only then"""
    box = lab.Container(server, memory=256 * MIB, cpus=1)
    check("lxfs_container_memory_bytes" not in page(), "figures that nobody asked for")
    seen = page("--containers")
    check(seen["lxfs_containers"].total() >= 1, "no container")
    sizes = {dict(labels)["id"]: value for (_, labels), value in seen["lxfs_container_memory_bytes"].samples.items()}
    mine = [name for name in sizes if box.cgroup.path in name]
    equal([sizes[name] for name in mine], [256 * MIB], f"its memory, of {sizes}")


def an_ordinary_user_sees_the_service():
    """an ordinary user is told of the service, and not of what he cannot see"""
    wait_for(lambda now: "lxfs_threads" in now, "published")
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
                           lab.LXFS, "metrics", "--runtime-dir", str(server.runtime)],
                          capture_output=True, timeout=60, check=False, text=True)
    seen = exposition.parse(done.stdout)
    equal(seen["lxfs_up"].value(), 1, "lxfs_up")
    check("lxfs_threads" in seen and "lxfs_views" not in seen, sorted(seen))


# ---- HTTP --------------------------------------------------------------------------------------

def http_serves_the_same():
    """over HTTP the same is served, and its health"""
    exporter = Exporter()
    check(set(exporter.scrape()) == set(page()), "other metrics than printed")
    equal(exporter.ask("GET", "/healthz")[::2], (200, "ok\n"), "/healthz")
    equal(exporter.ask("HEAD", "/metrics")[::2], (200, ""), "HEAD")
    equal(exporter.ask("GET", "/metrics/more")[0], 404, "another path")
    equal(exporter.ask("POST", "/metrics", b"x")[0], 405, "POST")


def health_follows_the_service():
    """health is 503 where nobody serves"""
    mine = lab.Server()
    exporter = Exporter(runtime=mine.runtime)
    equal(exporter.ask("GET", "/healthz")[0], 200, "while it serves")
    mine.stop()
    equal(exporter.ask("GET", "/healthz")[0], 503, "after its end")
    lab.wait_until(lambda: exporter.scrape()["lxfs_up"].value() == 0, PATIENCE, "lxfs_up is 0")


def a_socket_in_the_file_system():
    """it listens at a socket of the file system, and takes it away in the end"""
    path = server.folder / "metrics.sock"
    exporter = Exporter(f"unix:{path}")
    equal(exporter.ask("GET", "/healthz")[0], 200, "/healthz")
    exporter.process.send_signal(signal.SIGTERM)
    equal(exporter.process.wait(PATIENCE), 0, "exit code")
    check(not path.exists(), "the socket is still there")


def loads_over_http():
    """with --containers loads are measured by the one who stays"""
    lab.Container(server, memory=64 * MIB)
    check(Exporter("127.0.0.1:0", "--containers").scrape()["lxfs_container_load"].samples, "no load")


def sigterm_stops_it():
    """SIGTERM stops it at once, with a client that waits, and the exit code is 0"""
    exporter = Exporter()
    client = exporter.connect()
    client.sendall(b"GET /metrics HTTP/1.1\r\n")
    exporter.process.send_signal(signal.SIGTERM)
    equal(exporter.process.wait(PATIENCE), 0, "exit code")
    client.close()


GARBAGE = {
    "no HTTP": b"\x00\xff garbage \r\n\r\n" * 50,
    "a request line without end": b"GET /" + b"a" * (1 << 20),
    "headers without end": b"GET /metrics HTTP/1.1\r\n" + b"x: y\r\n" * 100000,
    "a huge header": b"GET /metrics HTTP/1.1\r\nHost: x\r\nx: " + b"y" * (1 << 20) + b"\r\n\r\n",
    "an absurd length": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n" + b"z" * 65536,
    "no host": b"GET /metrics HTTP/1.1\r\n\r\n",
    "a path outside": b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "nothing": b"",
}


def resident_kib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def garbage_harms_nobody():
    """garbage, too long lines and bodies without end are answered or cut off; it goes on"""
    exporter = Exporter()
    exporter.scrape()
    before = resident_kib(exporter.process.pid)
    with concurrent.futures.ThreadPoolExecutor(len(GARBAGE)) as clients:  # some are kept waiting for long
        answers = dict(zip(GARBAGE, clients.map(exporter.send, GARBAGE.values())))
    for what, answer in answers.items():
        check(not answer.startswith(b"HTTP/1.1 200") or what == "no host", f"{what}: {answer[:100]!r}")
        check(b"root:" not in answer, what)
    equal(exporter.ask("GET", "/healthz")[0], 200, "afterwards")
    grown = resident_kib(exporter.process.pid) - before
    check(grown < 65536, f"it grew by {grown} KiB")


def slow_clients_are_cut_off():
    """clients that say nothing, or a byte a second, are cut off, and others served again then"""
    exporter = Exporter()
    silent = [exporter.connect() for _ in range(40)]
    slow = silent[0]
    end = time.monotonic() + PATIENCE

    def is_cut_off():
        check(time.monotonic() < end, "a slow client is still connected")
        try:
            slow.sendall(b"G")
            slow.settimeout(1)
            return slow.recv(1) == b""
        except TimeoutError:
            return False
        except (ConnectionResetError, BrokenPipeError):
            return True

    while not is_cut_off():
        pass

    def is_served():
        try:
            return exporter.ask("GET", "/healthz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    lab.wait_until(is_served, PATIENCE, "others are served")
    for client in silent:
        client.close()


def where_it_cannot_listen():
    """an address is needed, and one that cannot be had is told in one line"""
    taken = Exporter()
    for where, code in (("", 1), (":9756", 1), ("localhost:80", 1), ("nonsense", 1), (taken.where, 1)):
        done = subprocess.run([lab.LXFS, "metrics", "--listen", where, "--runtime-dir", str(server.runtime)],
                              capture_output=True, timeout=PATIENCE, check=False, text=True)
        equal(done.returncode, code, f"{where!r}: {done.stderr}")
        equal(len(done.stderr.splitlines()), 1, f"{where!r}: {done.stderr}")
    done = subprocess.run([lab.LXFS, "metrics", "--listen"], capture_output=True, timeout=PATIENCE, check=False)
    equal(done.returncode, 2, "no address at all")


# ---- Documents ---------------------------------------------------------------------------------

def names(text):
    return set(re.findall(r"\blxfs_[a-z0-9_]+", text))


def family_names(used, families):
    """Samples of a histogram are named after it."""
    return {re.sub("_(bucket|sum|count)$", "", name) if name not in families else name for name in used}


def documents_name_what_there_is():
    """docs/metrics.md names every metric and no other; the dashboard names only those"""
    lab.Container(server, memory=64 * MIB)
    wait_for(lambda now: "lxfs_threads" in now, "published")
    families = Exporter("127.0.0.1:0", "--containers").scrape()
    documented = names((TOP / "docs/metrics.md").read_text())
    mine = {name for name in documented if not name.startswith("lxfs_injector_")}  # tests/injector/server.py
    equal(mine, set(families), "docs/metrics.md")
    dashboard = json.loads((TOP / "docs/grafana-dashboard.json").read_text())
    queries = "\n".join(target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", []))
    unknown = family_names(names(queries), families) - set(families)
    check(not unknown, f"the dashboard asks for {unknown}")
    ids = [panel["id"] for panel in dashboard["panels"]]
    equal(len(ids), len(set(ids)), "panels have ids of their own")


if __name__ == "__main__":
    lab.run([
        reads_are_counted_by_file,
        a_refused_read_is_one,
        system_calls_are_counted,
        durations_are_measured,
        a_killed_worker_is_counted,
        a_reload_is_counted,
        who_stops_is_not_up,
        views_are_counted,
        containers_are_told_of_when_asked,
        an_ordinary_user_sees_the_service,
        http_serves_the_same,
        health_follows_the_service,
        a_socket_in_the_file_system,
        loads_over_http,
        sigterm_stops_it,
        garbage_harms_nobody,
        slow_clients_are_cut_off,
        where_it_cannot_listen,
        documents_name_what_there_is,
    ])
