#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a review costs lxfs-injector over HTTPS, in its own CPU time: injector_https.py [REVIEWS]

The clients need more CPU than the server; so it is the server's time that is measured, and reviews
per second are per core of its.
"""
import os
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "injector"))
import cluster  # noqa: E402
import lab  # noqa: E402

REVIEWS = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
CLIENTS = 4
LOOKS = 5
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


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


def main():
    folder = cluster.make_folder()
    api = cluster.Cluster(folder)
    api.put_namespace("shop", {"lxfs.io/inject": "enabled"})
    authority = cluster.Authority()
    cluster.write_pair(folder, authority.issue(cluster.SERVICE))
    injector = cluster.Injector("--certificate", folder / "tls.crt", "--key", folder / "tls.key",
                                *cluster.api_options(api))
    pods = pathlib.Path(__file__).resolve().parents[1] / "k8s" / "pods"
    body = (pods / "everything-set" / "review.json").read_text(encoding="utf-8")
    print(f"{'reviews':>8} {'us of CPU each':>15} {'reviews/s/core':>15} {'KiB held':>9}")
    for look in range(1, LOOKS + 1):
        before = cpu_seconds(injector.process.pid)
        each = REVIEWS // LOOKS // CLIENTS
        threads = [threading.Thread(target=ask, args=(
            injector, cluster.pem(authority.certificate), body, each)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = cpu_seconds(injector.process.pid) - before
        print(f"{look * each * CLIENTS:8} {1e6 * spent / each / CLIENTS:15.0f} "
              f"{each * CLIENTS / spent:15.0f} {resident_kib(injector.process.pid):9}", flush=True)
    return injector.end()


if __name__ == "__main__":
    code = main()
    lab._clean_up()
    sys.exit(code)
