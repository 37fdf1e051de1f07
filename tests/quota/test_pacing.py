"""Calls to Gmail under a quota: over HTTP, against a Gmail that enforces its limits."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from inboxsla.errors import OverQuota, TooFast
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.pacing import BACKGROUND_PATIENCE, Paced
from inboxsla.gmail.simulator import Fault, Limits
from inboxsla.queue import connect
from inboxsla.queue.quota import Rate, SharedAccount
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Desk, a_desk
from tests.quota.conftest import USUAL, account, client
from tests.workers.processes import Valkey

OTHER = "sales@lumenvelo.example"


def test_a_short_wait_happens_within_the_call_and_a_long_one_is_said(paced: Desk) -> None:
    gmail = paced.ports.mailbox(SUPPORT)
    begun = paced.clock()
    calls = 0
    while paced.clock() - begun < timedelta(seconds=30):
        gmail.labels()
        gmail.threads("")
        calls += 1
    assert calls > 0.95 * 30 * USUAL.refill / 11
    paced.faults.plan(Fault("status", "labels.list", code=429, retry_after=40))
    with pytest.raises(TooFast):
        gmail.labels()
    with paced.calls() as asked, pytest.raises(OverQuota) as refused:
        gmail.labels()
    assert not asked
    assert timedelta(seconds=39) < refused.value.wait <= timedelta(seconds=40)


@pytest.mark.parametrize("code", [429, 403])
def test_gmail_itself_never_has_to_refuse_and_if_it_does_all_clients_of_the_mailbox_learn_of_it(
    paced: Desk, code: int
) -> None:
    shared = account(paced)
    paced.server.quota.limits = Limits(units_per_minute=3_000, code=code)
    with closing(client(paced, shared)) as one, closing(client(paced, shared)) as another:
        refused = 0
        for _ in range(60):
            for gmail in (one, another):
                try:
                    gmail.threads("")
                except OverQuota as error:
                    paced.clock.forward(seconds=error.wait.total_seconds())
                except TooFast as error:
                    refused += 1
                    paced.clock.forward(seconds=error.wait.total_seconds())
    # Half as much is allowed as was said in the settings: noticed once, then kept to for as long as this lasts.
    assert paced.server.quota.report()["refused"].get(SUPPORT, 0) == refused <= 2


def test_work_that_can_wait_gives_up_soon_where_live_work_takes_everything(paced: Desk) -> None:
    shared = account(paced)
    while shared.take(100, background=False, sending=False)[0]:
        pass
    with closing(client(paced, shared)) as gmail, paced.calls() as asked:
        begun = paced.clock()
        with pytest.raises(OverQuota):
            gmail.background().profile()
        assert paced.clock() - begun <= timedelta(seconds=BACKGROUND_PATIENCE)
        assert not asked


def test_ten_minutes_of_flood_bring_no_refusal_and_every_mail_becomes_a_ticket(sqlite_database: Database) -> None:
    """A mail every two seconds, where Gmail allows an eighth of what it usually does: more than can be read and labelled at once."""
    with a_desk(sqlite_database) as desk, closing(client(desk, account(desk, Rate.of(750, 75)))) as gmail:
        desk.ports = replace(desk.ports, mailbox=lambda address: gmail)
        desk.sync()
        desk.server.quota.limits = Limits(units_per_minute=750, concurrent=10)
        begun, arrived = desk.clock(), 0
        while desk.clock() - begun < timedelta(minutes=10):
            while arrived <= (desk.clock() - begun).total_seconds() / 2:
                desk.writes(subject=f"Lamp {arrived} flickers")
                arrived += 1
            desk.sync()
            desk.deliver()
            desk.clock.forward(seconds=1)
        while desk.sync().more or desk.deliver().more:
            desk.clock.forward(seconds=1)
        report = desk.server.quota.report()
        assert report["refused"] == {}
        assert report["most_in_a_minute"][SUPPORT] <= 750
        assert desk.count() == arrived
        assert desk.mailbox.sync_error is None


def test_a_mailbox_that_gmail_keeps_refusing_does_not_slow_its_neighbour(
    sqlite_database: Database, valkey: Valkey
) -> None:
    """Both in the present, with the account in Redis: one waits, the other does not even notice."""
    with connect(valkey.url) as server, a_desk(sqlite_database) as desk:
        server.flushdb()
        desk.store.add_mailbox(OTHER)
        desk.faults.plan(Fault("status", mailbox=SUPPORT, code=429, retry_after=30, times=None))
        slept: dict[str, float] = {SUPPORT: 0.0, OTHER: 0.0}

        def sleeper(address: str) -> None:
            def sleep(seconds: float) -> None:
                slept[address] += seconds

            shared = SharedAccount(server, address, Rate.of(60_000, 75))
            gmail = GoogleMailbox(
                static_credentials(address), api_root=desk.server.url, timeout=10, pace=Paced(shared, sleep=sleep)
            )
            with closing(gmail):
                for _ in range(50):
                    try:
                        gmail.profile()
                        answered[address] += 1
                    except TooFast:
                        refused[address] += 1

        answered, refused = {SUPPORT: 0, OTHER: 0}, {SUPPORT: 0, OTHER: 0}
        both = [threading.Thread(target=sleeper, args=(address,)) for address in (SUPPORT, OTHER)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert answered == {SUPPORT: 0, OTHER: 50}
        assert refused == {SUPPORT: 50, OTHER: 0}
        assert slept[OTHER] == 0.0
        # Of fifty tries Gmail saw one: the rest was known to be in vain.
        assert desk.server.quota.report()["calls"]["profile.get"] == 50 + 1
