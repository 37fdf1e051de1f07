"""Acts owed, looked at before they are carried out: the ticket as it stands now, and whether anybody still needs to know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from inboxsla.domain.clock import State
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import English
from inboxsla.domain.ticket_view import METRIC_WORDS, came_back
from inboxsla.domain.timeline import Metric
from inboxsla.errors import TicketMoved, TryLater
from inboxsla.services.apart import note_apart
from inboxsla.services.looking import Look, look
from inboxsla.storage import outbox, tickets
from inboxsla.storage.outbox import Owed

# How many acts one run looks at.
BATCH = 500


def looks_at(conn: Connection, acts: Iterable[Owed], now: datetime) -> dict[int, Look]:
    """Each act's ticket as it stands; one that cannot be worked out is left out, with an alarm, and tried again later."""
    found: dict[int, Look] = {}
    for ticket_id in dict.fromkeys(act.ticket_id for act in acts):
        try:
            found[ticket_id] = look(conn, [tickets.load(conn, ticket_id)], now)[0]
        except Exception as error:
            set_apart(conn, f"notice/{ticket_id}", f"What ticket {ticket_id} owes", error, now)
    return found


def set_apart(conn: Connection, key: str, what: str, error: Exception, now: datetime) -> None:
    """Note what one act or person failed on, so that the others go on; raises again what ends the whole transaction."""
    if isinstance(error, TryLater | TicketMoved | DBAPIError):
        raise error
    note_apart(conn, key, what, error, now)


def still_wanted(conn: Connection, act: Owed, seen: Look, now: datetime) -> bool:
    """A reminder about a promise that was answered meanwhile is not sent, nor one of a closing that does not come."""
    if act.act == Do.WARN_CLOSING:
        closes = seen.decision.facts.closes_at
        if closes is not None and closes.isoformat() == act.data["cycle"]:
            return True
        outbox.finish(conn, [act.id], "dropped", now, "the ticket no longer closes then")
        return False
    if "reopened" not in act.data and "metric" not in act.data:
        return True
    if seen.decision.facts.away or not _goes_on(act, seen):
        outbox.finish(conn, [act.id], "dropped", now, "no longer needed when the mail was due")
        return False
    return True


def _goes_on(act: Owed, seen: Look) -> bool:
    """Whether what it is about lasts: its promise runs or, for a customer who keeps coming back, the ticket is open work."""
    if times := act.data.get("reopened"):
        facts = seen.decision.facts
        return len(facts.reopenings) >= times and not facts.status.is_over
    return any(
        clock.reading.metric == act.data["metric"]
        and clock.reading.key == act.data["cycle"]
        and clock.reading.state is State.RUNNING
        for clock in seen.view.clocks
    )


def returned(act: Owed) -> str:
    """ "the customer came back 2 times", for the timeline; empty where that is not why the act is owed."""
    times = act.data.get("reopened")
    return came_back(times, English("UTC")) if times else ""


def cause(act: Owed) -> str:
    """Why the act is owed, for the timeline: how often the customer came back, or how much of a promise was used."""
    if back := returned(act):
        return back
    promise = METRIC_WORDS[Metric(act.data["metric"])].lower()
    return f"{act.data['percent']} % of {promise} was used"


def local_key(act: Owed) -> str:
    """The act's key within its ticket."""
    return act.key.removeprefix(f"{act.ticket_id}/")
