"""Whether what is stored of each ticket equals what its events add up to: the long check of `inboxsla doctor --rebuild`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from inboxsla.config.program import typed
from inboxsla.domain.decide import decide
from inboxsla.services.checkup.finding import Do, Finding, Remedy, attention, fine
from inboxsla.services.ports import Ports
from inboxsla.services.settle import projection
from inboxsla.storage import events, mailboxes, policies, tickets

_INSTANT = timedelta(microseconds=1)


def compare(ports: Ports) -> Iterator[Finding]:
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
                timeline = events.timeline(conn, ticket_id)
                decision = decide(
                    timeline,
                    policies.get(conn, row.policy_id).policy,
                    at,
                    box.live_since if box.is_live else None,
                    policies.named_by(conn, timeline),
                )
                differs = [name for name, value in projection(decision, box).items() if getattr(row, name) != value]
                compared += 1
                if differs:
                    wrong += 1
                    yield attention(
                        "figures.ticket",
                        f"Ticket {ticket_id} differs from its events in {', '.join(sorted(differs))}.",
                        f"`{typed('doctor --rebuild --fix')}` works it out anew from what happened.",
                        mailbox=box.address,
                        remedy=Remedy(Do.REBUILD, (ticket_id,)),
                    )
    if not wrong:
        every = "1 ticket equals what its" if compared == 1 else f"All {compared:,} tickets equal what their"
        yield fine("figures.all", f"{every} events add up to." if compared else "There are no tickets to compare yet.")
