"""What a changed policy would mean for ten thousand open tickets of six events each: looked at while somebody waits for a page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from inboxsla.config.document import from_body
from inboxsla.services import configuring, effects
from inboxsla.services.effects import Effect
from inboxsla.services.ports import Ports
from inboxsla.storage import messages
from inboxsla.storage.messages import MessageRow
from tests.bench import settling

TICKETS = 10_000
SHORTER = {"first_response": "2h", "next_response": "150m", "resolution": "2 business days"}
WEATHER = ("rain", "snow", "sun", "fog")
RULES = [
    {
        "name": f"About {word}",
        "when": {"any": [{"subject": {"contains": word}}, {"body": {"matches": rf"\b{word}s?\b"}}]},
        "then": {"policy": "Shorter"},
    }
    for word in ("outage", "invoice", "refund", "bracket", "charger", "warranty", "saddle", "rain", "order", "thief")
]


def figures() -> Iterable[tuple[str, str, str, bool]]:
    with tempfile.TemporaryDirectory() as folder, settling.office(Path(folder), TICKETS) as filled:
        # Nobody has settled what is due at that instant, and no page waits for that.
        ports = replace(filled, now=lambda: settling.NOW - timedelta(minutes=1))
        _write_messages(ports)
        body = configuring.current(ports).body
        shorter = {**body["policies"][0], "targets": SHORTER}
        changed = {**body, "policies": [shorter]}
        seconds, found = _timed(ports, changed)
        assert found.moves[0].count == found.open_tickets == TICKETS
        yield _row(f"effect of a policy on {TICKETS:,} open tickets, all of them", seconds)
        ruled = {**body, "policies": [*body["policies"], {**shorter, "name": "Shorter"}], "rules": RULES}
        seconds, found = _timed(ports, ruled)
        assert found.other_policy == TICKETS // len(WEATHER)
        yield _row(f"effect of {len(RULES)} rules on {TICKETS:,} open tickets, one in four", seconds)


def _row(name: str, seconds: float) -> tuple[str, str, str, bool]:
    return name, f"{seconds:.2f} s", "≤ 2 s", seconds <= 2


# Seconds of one core: what others do on this machine meanwhile is not ours.
def _timed(ports: Ports, body: dict[str, Any]) -> tuple[float, Effect]:
    document = from_body(body, ports.now()).document
    begun = time.process_time()
    found = effects.effect(ports, document, ports.now())
    return time.process_time() - begun, found


def _write_messages(ports: Ports) -> None:
    texts = [f"The rear light of my bicycle stopped working after two days in the {what}.\n" * 14 for what in WEATHER]
    rows = [
        MessageRow(
            gmail_id=f"{n}a", thread_id=f"thread-{n}", rfc_id=f"{n}a@customer.example", kind="human", kind_reason="",
            internal_at=settling.BEGAN, sender=f"kofi{n}@customer.example", sender_name="Kofi Mensah",
            recipients=("support@lumenvelo.example",), subject=f"Lamp {n} flickers", excerpt=texts[n % len(WEATHER)],
            headers={"asked": {}}, labels=frozenset({"INBOX"}),
        )
        for n in range(TICKETS)
    ]  # fmt: skip
    with ports.db.write() as conn:
        messages.add(conn, 1, rows)
