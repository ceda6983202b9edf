#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a review costs lxfs-injector over HTTPS, in its own CPU time: injector_https.py [REVIEWS]

The clients need more CPU than the server; so it is the server's time that is measured, and reviews
per second are per core of its.
"""
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "injector"))
import cluster  # noqa: E402
import lab  # noqa: E402

REVIEWS = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
CLIENTS = 4
LOOKS = 5
PODS = ("plain", "everything-set")


def cpu_seconds(pid):
    """Of all its threads, in nanoseconds' steps: ticks are too coarse for short looks."""
    each = [path.read_text().split()[0] for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(map(int, each)) / 1e9


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def ask(injector, trust, body, count):
    connection = injector.connect(trust)
    for _ in range(count):
        if connection.ask("POST", "/mutate", body)[0] != 200:
            raise lab.Failed("a review is refused")
    connection.close()


def measure(injector, trust, pod, body):
    each = REVIEWS // LOOKS // CLIENTS
    for look in range(1, LOOKS + 1):
        before = cpu_seconds(injector.process.pid)
        threads = [threading.Thread(target=ask, args=(injector, trust, body, each)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = cpu_seconds(injector.process.pid) - before
        print(f"{pod:14} {look * each * CLIENTS:8} {1e6 * spent / each / CLIENTS:15.0f} "
              f"{each * CLIENTS / spent:15.0f} {resident_kib(injector.process.pid):9}", flush=True)


def main():
    folder = cluster.make_folder()
    api = cluster.Cluster(folder)
    api.put_namespace("shop", {"lxfs.io/inject": "enabled"})
    authority = cluster.Authority()
    cluster.write_pair(folder, authority.issue(cluster.SERVICE))
    injector = cluster.Injector("--certificate", folder / "tls.crt", "--key", folder / "tls.key",
                                *cluster.api_options(api))
    print(f"{'pod':14} {'reviews':>8} {'us of CPU each':>15} {'reviews/s/core':>15} {'KiB held':>9}")
    for pod in PODS:
        path = pathlib.Path(__file__).resolve().parents[1] / "k8s" / "pods" / pod / "review.json"
        measure(injector, cluster.pem(authority.certificate), pod, path.read_text(encoding="utf-8"))
    return injector.end()


if __name__ == "__main__":
    code = main()
    lab._clean_up()
    sys.exit(code)
