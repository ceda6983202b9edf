#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The certificates that lxfs-injector keeps: made, renewed, trusted, by one replica of two."""
import json
import threading
import time

import cluster
import lab
from cluster import LEASE, SECRET, SERVICE, WEBHOOK, Authority, decision, encode, review
from lab import check, equal

PATIENCE = 90  # a lease that nobody gives up runs 30 s


class Setup:
    def __init__(self, webhook=True):
        self.folder = cluster.make_folder()
        self.api = cluster.Cluster(self.folder)
        self.api.put_namespace("shop", {"lxfs.io/inject": "enabled"})
        if webhook:
            self.api.put_webhook()

    def start(self, *options, identity="one"):
        """Looks every 3 seconds; an authority overlaps with the next one for a second."""
        return cluster.Injector(*cluster.api_options(self.api), "--identity", identity,
                                "--certificate-lifetime", 90, *options)

    def trust(self):
        """What the API server would check a certificate against now."""
        return self.api.bundles()[0]

    def put_secret(self, serving=None, authority=None, **more):
        data = {"tls.crt": serving[0], "tls.key": serving[1]} if serving else {}
        if authority:
            data |= dict(zip(("ca.crt", "ca.key"), authority.pair()))
        data |= more
        self.api.put(SECRET, data={name: encode(text) for name, text in data.items()})

    def holder(self):
        return (self.api.get(LEASE) or {}).get("spec", {}).get("holderIdentity")

    def is_consistent(self):
        """What the Secret says to show is trusted by what the webhooks have."""
        held = self.api.secret()
        return "ca.crt" in held and all(held["ca.crt"] in bundle for bundle in self.api.bundles())

    def serves(self, injector):
        """Under the Service's name, to a client that trusts the caBundle and nothing else."""
        answer = injector.ask("POST", "/mutate", review(), self.trust())
        equal(decision(answer), "injected", "the decision")

    def wait_served(self, injector):
        def holds():
            try:
                return injector.is_ready(self.trust())
            except (OSError, ValueError):
                return False
        lab.wait_until(holds, PATIENCE, f"ready, and trusted: {injector.lines[-5:]}")
        self.serves(injector)


def shown(injector):
    """The certificate that a client sees."""
    connection = injector.connect(None)
    connection.connect()
    certificate = connection.sock.getpeercert(True)
    connection.close()
    return certificate


def from_nothing_it_makes_all_it_needs():
    setup = Setup()
    injector = setup.start()
    setup.wait_served(injector)
    equal(sorted(setup.api.secret()), ["ca.crt", "ca.key", "tls.crt", "tls.key"], "the Secret")
    equal(setup.api.get(WEBHOOK)["webhooks"][1]["unknownField"], 1, "what nobody asked to change")
    equal(setup.holder(), "one", "the leader")
    equal(injector.metric("leader"), 1, "the metric")
    names = [f"lxfs-injector.lxfs-system{end}" for end in ("", ".svc", ".svc.cluster.local")]
    for name in names:
        connection = injector.connect(setup.trust(), name)
        equal(connection.ask("GET", "/healthz")[0], 200, name)
        connection.close()


def what_is_there_is_used_again():
    setup = Setup()
    injector = setup.start()
    setup.wait_served(injector)
    before, bundle = setup.api.secret(), setup.trust()
    equal(injector.end(), 0, "the exit code")
    equal(setup.holder(), "", "the lease is given up")
    setup.wait_served(setup.start())
    equal((setup.api.secret(), setup.trust()), (before, bundle), "the Secret and the bundle")


def two_replicas_show_the_same_and_one_renews():
    setup = Setup()
    pair = [setup.start(identity=name) for name in ("one", "two")]
    for injector in pair:
        setup.wait_served(injector)
    lab.wait_until(lambda: shown(pair[0]) == shown(pair[1]), PATIENCE, "one certificate")
    equal(sum(injector.metric("leader") for injector in pair), 1, "leaders")


def a_leader_that_stops_is_followed_at_once():
    setup = Setup()
    first = setup.start(identity="one")
    setup.wait_served(first)
    second = setup.start(identity="two")
    setup.wait_served(second)
    first.end()
    lab.wait_until(lambda: setup.holder() == "two", 25, "the other one leads")
    setup.serves(second)


def a_leader_that_is_killed_is_followed_when_its_lease_runs_out():
    setup = Setup()
    first = setup.start(identity="one")
    setup.wait_served(first)
    second = setup.start(identity="two")
    setup.wait_served(second)
    first.kill()
    lab.wait_until(lambda: setup.holder() == "two", PATIENCE, "the other one leads")
    setup.serves(second)


def two_that_both_take_themselves_for_the_leader_do_no_harm():
    setup = Setup()
    pair = [setup.start(identity="same") for _ in range(2)]
    for injector in pair:
        setup.wait_served(injector)
    lab.wait_until(lambda: shown(pair[0]) == shown(pair[1]), PATIENCE, "one certificate")
    for injector in pair:
        setup.serves(injector)
    check(setup.is_consistent(), "the Secret and the bundle fit")


def a_secret_that_is_deleted_or_garbage_is_made_anew():
    setup = Setup()
    injector = setup.start()
    setup.wait_served(injector)
    for spoil in (lambda: setup.api.delete(SECRET),
                  lambda: setup.put_secret(("garbage", "garbage")),
                  lambda: setup.api.put(SECRET, data={"tls.crt": "!", "ca.crt": 7}),
                  lambda: setup.put_secret(Authority().issue(SERVICE), Authority())):
        before = shown(injector)
        spoil()
        lab.wait_until(lambda old=before: shown(injector) != old, PATIENCE, "another certificate")
        lab.wait_until(setup.is_consistent, PATIENCE, "the Secret and the bundle fit")
        setup.wait_served(injector)


def a_configuration_that_comes_late_or_is_deleted_is_filled():
    setup = Setup(webhook=False)
    injector = setup.start()
    injector.wait_for("MutatingWebhookConfiguration")
    code, text = injector.ask("GET", "/readyz")
    check(code == 503 and "MutatingWebhookConfiguration" in text, f"{code} {text}")
    setup.api.put_webhook()
    setup.wait_served(injector)
    setup.api.delete(WEBHOOK)
    lab.wait_until(lambda: not injector.is_ready(), PATIENCE, "it is not ready")
    setup.api.put_webhook(3)
    setup.wait_served(injector)
    equal(len(set(setup.api.bundles())), 1, "bundles in three webhooks")


def a_bundle_that_is_emptied_is_filled():
    setup = Setup()
    injector = setup.start()
    setup.wait_served(injector)
    setup.api.put_webhook()  # as kubectl apply of a manifest without a bundle may do
    lab.wait_until(setup.is_consistent, PATIENCE, "the bundle is back")
    setup.wait_served(injector)


def what_has_expired_or_not_begun_is_replaced_at_the_start():
    # Also after a jump of the clock: a certificate of the future was made by a wrong one.
    past, future = (-20, -1), (5, 50)
    for days in (past, future):
        for of_authority in (False, True):
            setup = Setup()
            authority = Authority(days=days if of_authority else (-30, 3650))
            serving = authority.issue(SERVICE, days=(-10, 20) if of_authority else days)
            setup.put_secret(serving, authority)
            setup.wait_served(setup.start())
            equal(setup.api.secret()["ca.crt"] == authority.pair()[0], not of_authority,
                  f"the authority stays: {days} of_authority={of_authority}")


def a_certificate_for_other_names_is_replaced():
    setup = Setup()
    authority = Authority()
    setup.put_secret(authority.issue("elsewhere.svc"), authority)
    setup.wait_served(setup.start())
    equal(setup.api.secret()["ca.crt"], authority.pair()[0], "the authority")


def everything_is_renewed_under_load_and_no_client_is_refused():
    # An authority in its last days, and clients that trust what the API server trusts.
    setup = Setup()
    old = Authority("old", days=(-300, 10))
    setup.put_secret(old.issue("lxfs-injector.lxfs-system"), old)
    pair = [setup.start(identity=name) for name in ("one", "two")]
    for injector in pair:
        setup.wait_served(injector)
    first = [shown(injector) for injector in pair]
    failures, answered, over = [], [0, 0], threading.Event()

    def load(which):
        kept = pair[which].connect(setup.trust())
        while not over.is_set():
            try:
                setup.serves(pair[which])
                equal(decision(kept.ask("POST", "/mutate", review())), "injected", "kept alive")
                answered[which] += 1
            except Exception as error:  # whatever it is, a pod would have gone without views
                failures.append(repr(error))
            time.sleep(0.02)
        kept.close()

    threads = [threading.Thread(target=load, args=(which,), daemon=True) for which in range(2)]
    for thread in threads:
        thread.start()
    try:
        lab.wait_until(lambda: old.pair()[0] not in setup.trust(), PATIENCE, "the old one is gone")
        lab.wait_until(lambda: all(shown(i) not in first for i in pair), PATIENCE, "new ones shown")
        equal(sorted(setup.api.secret()), ["ca.crt", "ca.key", "tls.crt", "tls.key"], "the Secret")
        before = list(answered)
        lab.wait_until(lambda: all(now > then + 2 for now, then in zip(answered, before)) or failures,
                       PATIENCE, "answers under the new certificates")
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)
    equal(failures, [], f"failures beside {answered} answers")


def an_api_server_in_trouble_is_asked_again():
    setup = Setup()
    setup.api.troubles = [503, 429, 500]
    setup.wait_served(setup.start())
    check(not setup.api.troubles, "all troubles were met")


def without_the_api_server_it_serves_on():
    setup = Setup()
    injector = setup.start()
    setup.wait_served(injector)
    trust, before = setup.trust(), shown(injector)
    setup.api.stop()
    injector.wait_for("keeping the certificates")
    code, _ = injector.ask("GET", "/healthz", trust=trust)
    equal((code, shown(injector)), (200, before), "health and certificate")
    setup.api.start()
    injector.wait_for("works again")
    setup.wait_served(injector)


def a_service_account_without_rights_is_told_once():
    setup = Setup()
    setup.api.tokens = set()
    injector = setup.start()
    injector.wait_for("401")
    time.sleep(7)  # two more looks
    lines = [line for line in injector.lines if line["message"] == "keeping the certificates"]
    equal(len(lines), 1, f"the number of lines in {json.dumps(lines)}")
    setup.api.tokens = {"token-1"}
    setup.wait_served(injector)


lab.run([
    from_nothing_it_makes_all_it_needs,
    what_is_there_is_used_again,
    two_replicas_show_the_same_and_one_renews,
    a_leader_that_stops_is_followed_at_once,
    a_leader_that_is_killed_is_followed_when_its_lease_runs_out,
    two_that_both_take_themselves_for_the_leader_do_no_harm,
    a_secret_that_is_deleted_or_garbage_is_made_anew,
    a_configuration_that_comes_late_or_is_deleted_is_filled,
    a_bundle_that_is_emptied_is_filled,
    what_has_expired_or_not_begun_is_replaced_at_the_start,
    a_certificate_for_other_names_is_replaced,
    everything_is_renewed_under_load_and_no_client_is_refused,
    an_api_server_in_trouble_is_asked_again,
    without_the_api_server_it_serves_on,
    a_service_account_without_rights_is_told_once,
])
