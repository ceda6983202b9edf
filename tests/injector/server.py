#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs-injector as a server: TLS clients good and bad, and what it says to each."""
import contextlib
import json
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
import warnings

import cluster
import lab
from cluster import PATIENCE, SERVICE, decision, review
from lab import check, equal

LARGE = 3 << 20
TOP = pathlib.Path(__file__).resolve().parents[2]


class Setup:
    """An injector with a certificate from files and a cluster with the namespace shop."""

    def __init__(self, *options, pair=None):
        self.folder = cluster.make_folder()
        self.api = cluster.Cluster(self.folder)
        self.api.put_namespace("shop", {"lxfs.io/inject": "enabled"})
        self.authority = cluster.Authority()
        self.trust = cluster.pem(self.authority.certificate)
        cluster.write_pair(self.folder, pair or self.authority.issue(SERVICE))
        self.injector = cluster.Injector(
            "--certificate", self.folder / "tls.crt", "--key", self.folder / "tls.key",
            *cluster.api_options(self.api), *options)

    def ask(self, method, path, body=None, **headers):
        return self.injector.ask(method, path, body, self.trust, **headers)

    def still_serves(self):
        equal(decision(self.ask("POST", "/mutate", review())), "injected", "the next review")


def a_pod_is_answered():
    setup = Setup()
    code, text = setup.ask("POST", "/mutate?timeout=5s", review())
    equal(code, 200, "the status")
    response = json.loads(text)["response"]
    equal((response["uid"], response["allowed"]), ("u-1", True), "uid and allowed")
    check(response["patch"], "a patch")
    line = setup.injector.wait_for("a pod is reviewed")
    equal((line["decision"], line["namespace"], line["pod"]), ("injected", "shop", "web"), "the log")


def many_reviews_go_over_one_connection():
    setup = Setup()
    connection = setup.injector.connect(setup.trust)
    for _ in range(50):
        equal(decision(connection.ask("POST", "/mutate", review())), "injected", "the decision")
    connection.close()
    equal(setup.api.count("GET", "/api/v1/namespaces/shop") < 25, True, "the namespace is kept")


# They are parsed for hundredths of a second, in which nobody is answered.
def no_connection_from_or_to_it_looks_at_the_systems_authorities():
    setup = Setup()
    log = setup.folder / "opened"
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-e", "trace=openat,accept,accept4", "-o", log,
                               "-p", str(setup.injector.process.pid)], stderr=subprocess.DEVNULL)
    lab.at_end(tracer.kill)

    def is_traced():
        setup.ask("GET", "/healthz")
        return log.exists() and "accept" in log.read_text()
    lab.wait_until(is_traced, PATIENCE, "the trace of a connection")
    setup.still_serves()
    equal(setup.api.count("GET", "/api/v1/namespaces/shop"), 1, "the API server was asked")
    tracer.terminate()
    tracer.wait(PATIENCE)
    check("certs/" not in log.read_text(), log.read_text())


def connections_that_their_clients_close_are_gone():
    setup = Setup()
    fds = pathlib.Path(f"/proc/{setup.injector.process.pid}/fd")
    setup.still_serves()
    before = len(list(fds.iterdir()))
    for requests in (0, 1, 3):
        for _ in range(20):
            connection = setup.injector.connect(setup.trust)
            connection.connect()
            for _ in range(requests):
                connection.ask("POST", "/mutate", review())
            connection.close()
    # The one that asks is there, too.
    lab.wait_until(lambda: setup.injector.metric("connections") == 1, PATIENCE, "all are closed")
    lab.wait_until(lambda: len(list(fds.iterdir())) <= before + 2, PATIENCE, "descriptors, too")


def a_namespace_that_changes_is_seen():
    setup = Setup()
    setup.still_serves()
    setup.api.put_namespace("shop", {"pod-security.kubernetes.io/enforce": "restricted",
                                     "lxfs.io/inject": "enabled"})
    lab.wait_until(lambda: decision(setup.ask("POST", "/mutate", review())) == "pod-security",
                   PATIENCE, "the new label is seen")


def without_its_namespace_a_pod_is_left_as_it_is():
    setup = Setup()
    setup.api.stop()
    answer = setup.ask("POST", "/mutate", review())
    equal(decision(answer), "namespace-unknown", "the decision")
    response = json.loads(answer[1])["response"]
    check(response["allowed"] and "patch" not in response, "the pod is allowed as it is")
    setup.api.start()
    lab.wait_until(lambda: decision(setup.ask("POST", "/mutate", review())) == "injected",
                   PATIENCE, "it is known again")


def a_token_that_was_rotated_is_read_again():
    setup = Setup()
    setup.api.tokens = {"token-2"}
    equal(decision(setup.ask("POST", "/mutate", review())), "namespace-unknown", "the old token")
    setup.api.token.write_text("token-2\n")
    setup.still_serves()


def what_is_no_review_is_refused_and_the_next_is_answered():
    setup = Setup()
    beta = dict(review(), apiVersion="admission.k8s.io/v1beta1")
    rows = [
        ("not JSON", 400, "JSON"),
        ("", 400, "JSON"),
        ("[" * 100000, 400, "nested"),
        ({"kind": "Pod", "apiVersion": "v1"}, 400, '"Pod"'),
        (beta, 400, "admissionReviewVersions"),
        (dict(review(), request=None), 400, "no request"),
    ]
    for body, status, word in rows:
        code, text = setup.ask("POST", "/mutate", body)
        equal(code, status, f"the status for {str(body)[:40]}")
        check(word in text and len(text.splitlines()) == 1, f"{word} in one line: {text!r}")
        setup.injector.wait_for("a request is refused")
    setup.still_serves()


def other_methods_types_and_paths_are_told_what_to_do():
    setup = Setup()
    equal(setup.ask("GET", "/mutate")[0], 405, "GET /mutate")
    equal(setup.ask("POST", "/mutate", "x", **{"Content-Type": "text/plain"})[0], 415, "a text")
    equal(setup.ask("POST", "/metrics", "x")[0], 405, "POST /metrics")
    code, text = setup.ask("GET", "/anything")
    check(code == 404 and "/mutate" in text, f"{code} {text}")
    setup.still_serves()


def a_body_of_three_mebibytes_is_refused():
    setup = Setup()
    connection = setup.injector.connect(setup.trust)
    # The answer may come before all is sent; then the rest cannot be sent.
    connection.putrequest("POST", "/mutate")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(LARGE))
    connection.endheaders()
    with contextlib.suppress(OSError):
        connection.send(b" " * LARGE)
    response = connection.getresponse()
    equal(response.status, 413, "the status")
    check(b"3 MiB" in response.read(), "why")
    connection.close()
    setup.still_serves()


def a_body_of_unsaid_length_is_bounded_too():
    setup = Setup()
    connection = setup.injector.connect(setup.trust)
    chunks = (b" " * 65536 for _ in range(LARGE // 65536 + 1))
    connection.request("POST", "/mutate", chunks, {"Content-Type": "application/json"},
                       encode_chunked=True)
    equal(connection.getresponse().status, 413, "the status")
    connection.close()
    setup.still_serves()


def just_below_the_bound_a_review_is_answered():
    setup = Setup()
    pod = review(metadata={"annotations": {"blob": "x" * 200000}})
    body = json.dumps(pod)
    body += " " * (LARGE - 1 - len(body))
    equal(decision(setup.ask("POST", "/mutate", body)), "injected", "the decision")


class HalfSent:
    """A review with a large body of which the last byte is still to come."""

    def __init__(self, setup, size=2 << 20):
        text = json.dumps(review())
        self.connection = setup.injector.connect(setup.trust)
        self.connection.putrequest("POST", "/mutate")
        self.connection.putheader("Content-Type", "application/json")
        self.connection.putheader("Content-Length", str(size))
        self.connection.endheaders()
        self.connection.send((text + " " * (size - 1 - len(text))).encode())

    def finish(self):
        self.connection.send(b" ")
        response = self.connection.getresponse()
        text = response.read().decode()
        self.connection.close()
        return response.status, text


def large_bodies_share_a_room_and_others_are_answered_meanwhile():
    setup = Setup()
    large = [HalfSent(setup) for _ in range(8)]
    setup.still_serves()
    answers = [each.finish() for each in large]
    refused = [text for status, text in answers if status == 503]
    check(3 <= len(refused) <= 6, f"refused: {answers}")
    check(all("too many large bodies" in text for text in refused), refused)
    equal([decision(answer) for answer in answers if answer[0] != 503], ["injected"] * (8 - len(refused)), "the others")
    equal(HalfSent(setup).finish()[0], 200, "when there is room again")
    for _ in range(5):
        HalfSent(setup).connection.close()
    lab.wait_until(lambda: HalfSent(setup, 3 << 19).finish()[0] == 200, PATIENCE, "the room of those that went")
    setup.still_serves()


def plain_http_is_told_so():
    setup = Setup()
    with socket.create_connection(("127.0.0.1", setup.injector.port), PATIENCE) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        seen = b""
        while part := plain.recv(4096):
            seen += part
    check(seen.startswith(b"HTTP/1.1 400 ") and b"https://" in seen, seen)
    length = int(seen.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    equal(len(seen.split(b"\r\n\r\n")[1]), length, "the length that is said")
    setup.injector.wait_for("it is not TLS")
    setup.still_serves()


def slow_clients_are_let_go_and_others_are_answered_meanwhile():
    setup = Setup()
    silent = socket.create_connection(("127.0.0.1", setup.injector.port), PATIENCE)
    headers = setup.injector.connect(setup.trust)
    headers.connect()
    headers.sock.sendall(b"POST /mutate HTTP/1.1\r\nHost: x\r\n")
    body = setup.injector.connect(setup.trust)
    body.connect()
    body.sock.sendall(b"POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                      b"Content-Length: 1000\r\n\r\n{")
    ended = []

    def drip():
        """A byte now and then: never idle, never done."""
        with contextlib.suppress(OSError):
            for _ in range(PATIENCE * 2):
                body.sock.sendall(b" ")
                time.sleep(0.5)
        ended.append(True)

    dripping = threading.Thread(target=drip, daemon=True)
    dripping.start()
    setup.still_serves()
    for client in (silent, headers.sock):
        client.settimeout(PATIENCE)
        with contextlib.suppress(OSError):
            equal(client.recv(1), b"", "what a slow client gets")
    lab.wait_until(lambda: ended, PATIENCE, "the dripping one is let go")
    lab.wait_until(lambda: len(setup.injector.logged("it is too slow")) >= 3, PATIENCE,
                   "a line for each")
    setup.still_serves()
    for client in (silent, headers, body):
        client.close()


def too_many_connections_are_refused_and_the_others_served():
    setup = Setup()
    connections = []
    try:
        for _ in range(600):
            connections.append(socket.create_connection(("127.0.0.1", setup.injector.port), PATIENCE))
        setup.injector.wait_for("there are too many")
    finally:
        for connection in connections:
            connection.close()
    lab.wait_until(lambda: setup.injector.is_ready(setup.trust), PATIENCE, "it takes new ones")
    setup.still_serves()


def garbage_instead_of_tls_ends_that_connection_only():
    setup = Setup()
    for garbage in (b"\x16\x03\x01\x00\x05hello", b"\x16" + b"\xff" * 500, b"\0", b""):
        with socket.create_connection(("127.0.0.1", setup.injector.port), PATIENCE) as client:
            client.sendall(garbage)
    setup.still_serves()


def old_versions_of_tls_are_refused():
    setup = Setup()
    warnings.simplefilter("ignore", DeprecationWarning)
    context = cluster.insecure()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", setup.injector.port), PATIENCE) as plain:
        try:
            context.wrap_socket(plain)
        except OSError:
            return setup.still_serves()
    raise lab.Failed("TLS 1.1 is taken")


def an_expired_certificate_is_told_and_replaced():
    setup = Setup(pair=cluster.Authority().issue(SERVICE, days=(-10, -1)))
    try:
        setup.ask("GET", "/healthz")
        raise lab.Failed("an expired certificate is trusted")
    except ssl.SSLCertVerificationError:
        pass
    check(setup.injector.metric("certificate_expiry_timestamp_seconds") < time.time(), "the metric")
    cluster.write_pair(setup.folder, setup.authority.issue(SERVICE))
    setup.injector.wait_ready(setup.trust)
    setup.still_serves()


def a_new_certificate_drops_no_connection():
    setup = Setup()
    kept = setup.injector.connect(setup.trust)
    equal(kept.ask("GET", "/healthz")[0], 200, "before")
    other = cluster.Authority()
    cluster.write_pair(setup.folder, other.issue(SERVICE))
    setup.injector.wait_ready(cluster.pem(other.certificate))
    equal(decision(kept.ask("POST", "/mutate", review())), "injected", "on the old connection")
    kept.close()


def a_certificate_that_does_not_fit_is_not_taken():
    setup = Setup()
    pair = setup.authority.issue(SERVICE)
    cluster.write_pair(setup.folder, (pair[0], setup.authority.issue(SERVICE)[1]))
    setup.injector.wait_for("is not its key")
    setup.still_serves()


def files_that_are_not_there_are_told_at_the_start():
    folder = cluster.make_folder()
    injector = cluster.Injector("--certificate", folder / "no.crt", "--key", folder / "no.key",
                                wait=False)
    injector.process.wait(PATIENCE)
    equal(injector.process.returncode, 1, "the exit code")
    injector.reader.join(PATIENCE)
    check(injector.logged("no.crt"), f"the file's name in {injector.lines}")


def it_says_how_it_is():
    setup = Setup()
    equal(setup.ask("GET", "/healthz"), (200, "ok\n"), "health")
    equal(setup.ask("GET", "/readyz"), (200, "ok\n"), "readiness")
    setup.still_serves()
    setup.ask("POST", "/mutate", "x")
    text = setup.ask("GET", "/metrics")[1]
    for line in ('reviews_total{decision="injected"} 1', 'responses_total{code="400"} 1',
                 "review_seconds_count 1", 'review_seconds_bucket{le="+Inf"} 1'):
        check(f"lxfs_injector_{line}\n" in text, f"{line} in {text}")
    check(setup.injector.metric("certificate_expiry_timestamp_seconds") > time.time(), "the expiry")


def every_metric_is_documented():
    documented = set(re.findall(r"\blxfs_injector_[a-z_]+", (TOP / "docs/metrics.md").read_text()))
    text = Setup().ask("GET", "/metrics")[1]
    equal(documented, set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE)), "docs/metrics.md")


def a_stop_answers_what_has_begun():
    setup = Setup("--drain", "1")
    setup.api.delay = 2  # the answer waits for the namespace
    answers = []
    asking = threading.Thread(
        target=lambda: answers.append(setup.ask("POST", "/mutate", review())), daemon=True)
    asking.start()
    lab.wait_until(lambda: setup.injector.metric("connections") > 1, PATIENCE, "it is connected")
    time.sleep(0.2)  # more likely than not it waits by now; the claim holds either way
    setup.injector.process.send_signal(signal.SIGTERM)
    setup.injector.wait_for("stopping")
    asking.join(PATIENCE)
    equal(decision(answers[0]), "injected", "the answer")
    equal(setup.injector.end(), 0, "the exit code")


def while_it_stops_it_is_not_ready_and_still_answers():
    setup = Setup("--drain", "20")
    setup.injector.process.send_signal(signal.SIGTERM)
    setup.injector.wait_for("stopping")
    equal(setup.ask("GET", "/readyz")[0], 503, "readiness")
    setup.still_serves()
    setup.injector.kill()


lab.run([
    a_pod_is_answered,
    many_reviews_go_over_one_connection,
    no_connection_from_or_to_it_looks_at_the_systems_authorities,
    connections_that_their_clients_close_are_gone,
    a_namespace_that_changes_is_seen,
    without_its_namespace_a_pod_is_left_as_it_is,
    a_token_that_was_rotated_is_read_again,
    what_is_no_review_is_refused_and_the_next_is_answered,
    other_methods_types_and_paths_are_told_what_to_do,
    a_body_of_three_mebibytes_is_refused,
    a_body_of_unsaid_length_is_bounded_too,
    just_below_the_bound_a_review_is_answered,
    large_bodies_share_a_room_and_others_are_answered_meanwhile,
    plain_http_is_told_so,
    slow_clients_are_let_go_and_others_are_answered_meanwhile,
    too_many_connections_are_refused_and_the_others_served,
    garbage_instead_of_tls_ends_that_connection_only,
    old_versions_of_tls_are_refused,
    an_expired_certificate_is_told_and_replaced,
    a_new_certificate_drops_no_connection,
    a_certificate_that_does_not_fit_is_not_taken,
    files_that_are_not_there_are_told_at_the_start,
    it_says_how_it_is,
    every_metric_is_documented,
    a_stop_answers_what_has_begun,
    while_it_stops_it_is_not_ready_and_still_answers,
])
