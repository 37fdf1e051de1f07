"""Many tickets whose reminder step comes at the same instant, as when the week begins: every process real, Gmail at 100 ms a call."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.simulator.letters import letter
from inboxsla.gmail.simulator.quota import Limits
from inboxsla.services import assign, deliver, sync
from inboxsla.storage import envelopes
from inboxsla.wiring import now
from tests.road.pushed import SUPPORT, Road, road

TICKETS, LATENCY = 5_000, 0.1
GOAL, NEWS_GOAL = 180.0, 10.0
# What Google allows a mailbox in a minute; the simulated one refuses what goes over it.
UNITS = 6_000
PROMISE = timedelta(hours=3)
# At three quarters of it everybody is reminded and every label changes; until then everything must be set up.
STEP = PROMISE * 3 / 4
BEGINS_IN = timedelta(minutes=7)


def figures() -> Iterable[tuple[str, str, str, bool]]:
    step = now() + BEGINS_IN
    with road(latency=LATENCY, promise="3h", before=partial(_weekend, at=step - STEP)) as made:
        assert now() < step, "setting up took too long for this to be measured"
        made.server.quota.reset()
        made.server.quota.limits = Limits(units_per_minute=UNITS)
        _wait(lambda: now() >= step, BEGINS_IN)
        begun, news = time.monotonic(), []
        late = made.writes(TICKETS)

        def all_right() -> bool:
            if not news and late in made.labelled():
                news.append(time.monotonic() - begun)
            return bool(news) and _urgent(made) == TICKETS

        _wait(all_right, timedelta(minutes=12))
        took = time.monotonic() - begun
        mails, spent = Counter(_mailed(made)), made.server.quota.report()
    what = f"{TICKETS:,} tickets reach a reminder step at once"
    most, refused = spent["most_in_a_minute"][SUPPORT], sum(spent["refused"].values())
    yield f"{what}: until every label is right", f"{took:.0f} s", f"≤ {GOAL:.0f} s", took <= GOAL
    yield f"{what}: mails for each person", f"{max(mails.values(), default=0)}", "1", set(mails.values()) == {1}
    yield f"{what}: until new mail is labelled", f"{news[0]:.1f} s", f"≤ {NEWS_GOAL:.0f} s", news[0] <= NEWS_GOAL
    yield f"{what}: units in the worst minute", f"{most:,}, {refused} calls refused", f"≤ {UNITS:,}, none", not refused


def _weekend(made: Road, at: datetime) -> None:
    """Everything came at the same instant, is read, has an owner and its label."""
    gmail = GoogleMailbox(static_credentials(SUPPORT), api_root=made.server.url)
    ports = replace(made.ports, mailbox=lambda address: gmail)
    for nth in range(TICKETS):
        sender = f"customer{nth}@poczta.example"
        raw = letter(sender=sender, to=SUPPORT, subject=f"Lamp {nth} flickers", text="Since Friday.", at=at)
        made.server.store.deliver(SUPPORT, raw, at=at)
    while sync.sync(ports, made.mailbox.id).more:
        pass
    assign.drain(ports, made.mailbox.id)
    while deliver.deliver(ports, made.mailbox.id).more:
        pass


def _urgent(made: Road) -> int:
    """How many threads carry the label in Gmail."""
    with made.server.store.database.reading() as conn:
        row = conn.execute(
            "SELECT COUNT(DISTINCT m.thread_id) AS found FROM message_labels x JOIN labels l ON l.mailbox = x.mailbox AND "
            "l.id = x.label_id JOIN messages m ON m.mailbox = x.mailbox AND m.id = x.message_id WHERE l.name = 'SLA/Urgent'"
        ).fetchone()
    return int(row["found"])


def _mailed(made: Road) -> list[str]:
    with made.ports.db.read() as conn:
        return [mail.recipient for mail in envelopes.newest(conn, 1000) if mail.state == "sent"]


def _wait(true: Callable[[], bool], patience: timedelta) -> None:
    end = time.monotonic() + patience.total_seconds()
    while not true() and time.monotonic() < end:
        threading.Event().wait(0.1)
