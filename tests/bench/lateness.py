"""How late reminders are handed over: 1,000 steps within a minute, in 50 mailboxes; every process real, Gmail at 100 ms a call."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.simulator.letters import letter
from inboxsla.services import assign, deliver, sync
from inboxsla.storage import envelopes, outbox
from inboxsla.wiring import now
from tests.road.pushed import Road, road

MAILBOXES, TICKETS, LATENCY, WORKERS = 50, 20, 0.1, 8
OVER = timedelta(minutes=1)
GOAL = 2.0
PROMISE = timedelta(hours=3)
STEP = PROMISE * 9 / 10
BEGINS_IN = timedelta(minutes=4)
# One mail is sent for each step: nothing is gathered, and nobody's hour is full.
SETTINGS = {
    "INBOXSLA_POLICY__LADDER": '[{at = 90, do = ["remind_owner"]}]',
    "INBOXSLA_NOTIFY__MERGE_WITHIN": "1s",
}


def figures() -> Iterable[tuple[str, str, str, bool]]:
    addresses = [f"desk{nth}@lumenvelo.example" for nth in range(MAILBOXES)]
    people = [
        {"address": f"agent{nth}@lumenvelo.example", "name": f"Agent {nth}", "mailboxes": [addresses[nth // TICKETS]]}
        for nth in range(MAILBOXES * TICKETS)
    ]
    more = SETTINGS | {
        "INBOXSLA_MAILBOXES": _toml([{"address": address} for address in addresses]),
        "INBOXSLA_PEOPLE": _toml(people),
    }
    first = now() + BEGINS_IN
    before = partial(_arrived, first=first)
    with road(latency=LATENCY, promise="3h", addresses=addresses, workers=WORKERS, more=more, before=before) as made:
        assert now() < first, "setting up took too long for this to be measured"
        end = time.monotonic() + (first - now() + OVER + timedelta(minutes=2)).total_seconds()
        while len(late := _lateness(made, first)) < MAILBOXES * TICKETS and time.monotonic() < end:
            threading.Event().wait(1.0)
        refused = sum(made.server.quota.report()["refused"].values())
    what = f"{MAILBOXES * TICKETS:,} steps within a minute, {MAILBOXES} mailboxes, Gmail at {LATENCY * 1000:.0f} ms"
    late.sort()
    p50, p99 = late[len(late) // 2 - 1], late[-(-99 * len(late) // 100) - 1]
    told = len(late) == MAILBOXES * TICKETS
    yield f"{what}: mails handed over", f"{len(late):,}, {refused} calls refused", f"{MAILBOXES * TICKETS:,}", told
    yield f"{what}: late by, p50", f"{p50:.2f} s", f"≤ {GOAL:.0f} s", p50 <= GOAL
    yield f"{what}: late by, p99", f"{p99:.2f} s", f"≤ {GOAL:.0f} s", p99 <= GOAL


def _arrived(made: Road, first: datetime) -> None:
    """Their steps are spread evenly over the minute, from mailbox to mailbox; each ticket has an owner of its own."""
    gmail = {
        address: GoogleMailbox(static_credentials(address), api_root=made.server.url) for address in _addresses(made)
    }
    ports = replace(made.ports, mailbox=gmail.__getitem__)
    boxes, steps = made.mailboxes, MAILBOXES * TICKETS
    for nth in range(steps):
        box, at = boxes[nth % MAILBOXES], first - STEP + OVER * nth / steps
        raw = letter(sender=f"customer{nth}@poczta.example", to=box.address, subject=f"Lamp {nth}", text="Dark.", at=at)
        made.server.store.deliver(box.address, raw, at=at)
    for box in boxes:
        while sync.sync(ports, box.id).more:
            pass
        assign.drain(ports, box.id)
        while deliver.deliver(ports, box.id).more:
            pass


def _toml(rows: Iterable[Mapping[str, Any]]) -> str:
    tables = (", ".join(f"{key} = {json.dumps(value)}" for key, value in row.items()) for row in rows)
    return "[" + ", ".join(f"{{{table}}}" for table in tables) + "]"


def _addresses(made: Road) -> list[str]:
    return [box.address for box in made.mailboxes]


def _lateness(made: Road, first: datetime) -> list[float]:
    """Seconds from the step of each ticket to the mail that was handed over about it."""
    with made.ports.db.read() as conn:
        sent = [mail for mail in envelopes.newest(conn, 5000) if mail.state == "sent" and mail.sent_at is not None]
        about = outbox.tickets_of(conn, [mail.id for mail in sent])
    found = []
    for mail in sent:
        nth = int(mail.subject.split("Lamp ")[1].split()[0])
        assert len(about[mail.id]) == 1
        assert mail.sent_at is not None
        found.append((mail.sent_at - first - OVER * nth / (MAILBOXES * TICKETS)).total_seconds())
    return found
