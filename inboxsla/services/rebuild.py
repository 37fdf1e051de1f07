"""What `inboxsla doctor` looks at: is everything there, and do the stored figures equal what the events add up to?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from inboxsla.domain.decide import decide
from inboxsla.errors import InboxSLAError
from inboxsla.services import queries
from inboxsla.services.ports import Ports
from inboxsla.services.settle import projection
from inboxsla.storage import events, mailboxes, policies, records, tickets

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    ok: bool
    words: str


def health(ports: Ports) -> Iterator[Line]:
    """Database, Redis, mailboxes, alarms: one line each."""
    ports.db.ping()
    yield Line(True, f"The database answers ({ports.db.place}).")
    if ports.settings.redis_url:
        try:
            ports.bell.ping()
            yield Line(True, "Redis answers.")
        except InboxSLAError as away:
            yield Line(False, f"{away} Until it is back the ticker does the work itself.")
    else:
        yield Line(True, "Redis is embedded: `inboxsla run` starts it.")
    with ports.db.read() as conn:
        boxes = mailboxes.every(conn)
        alarms = records.open_alarms(conn, ports.now() - queries.ALARM_SHOWN)
    if not boxes:
        yield Line(False, "No mailbox is known. Name one in config.toml, or read a file with `inboxsla import`.")
    for box in boxes:
        if box.kind == "import":
            yield Line(True, f"{box.address} was imported from a file.")
        elif box.sync_error:
            yield Line(False, f"{box.address} ({box.mode}): {box.sync_error}")
        else:
            when = f"read last at {box.last_sync_at:%d %b %Y %H:%M:%S} UTC" if box.last_sync_at else "not read yet"
            yield Line(True, f"{box.address} is {box.mode}, {when}.")
    for words in alarms:
        yield Line(False, words)


def compare(ports: Ports) -> Iterator[Line]:
    """Fold every ticket anew and compare it with its row; whatever differs is named. Nothing is written."""
    now = ports.now()
    compared, wrong = 0, 0
    with ports.db.read() as conn:
        for box in mailboxes.every(conn):
            for ticket_id in tickets.ids_of(conn, box.id):
                row = tickets.load(conn, ticket_id)
                # A row whose wake has come is allowed to be behind: its reading was promised until just before.
                behind = row.wake_at is not None and row.wake_at <= now
                at = box.as_of or (row.wake_at - _INSTANT if behind and row.wake_at else now)
                decision = decide(
                    events.timeline(conn, ticket_id),
                    policies.get(conn, row.policy_id).policy,
                    at,
                    box.live_since if box.is_live else None,
                )
                differs = [name for name, value in projection(decision, box).items() if getattr(row, name) != value]
                compared += 1
                if differs:
                    wrong += 1
                    yield Line(False, f"Ticket {ticket_id} differs from its events in {', '.join(sorted(differs))}.")
    if not wrong:
        yield Line(True, f"All {compared} tickets equal what their events add up to.")
