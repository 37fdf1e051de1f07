"""Acts owed, looked at before they are carried out: the ticket as it stands now, and whether anybody still needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from inboxsla.domain.clock import State
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import English, came_back
from inboxsla.domain.ticket_view import METRIC_WORDS
from inboxsla.domain.timeline import Metric
from inboxsla.errors import TicketMoved, TryLater
from inboxsla.services.apart import note_apart
from inboxsla.services.looking import Look, look
from inboxsla.storage import outbox, tickets
from inboxsla.storage.outbox import Owed

# How many acts one run looks at.
BATCH = 500
# How many tickets are looked at in one go.
_AT_ONCE = 100
NOTHING_KNOWN: Mapping[int, Look] = MappingProxyType({})


def looks_at(
    conn: Connection, acts: Iterable[Owed], now: datetime, known: Mapping[int, Look] = NOTHING_KNOWN
) -> dict[int, Look]:
    """Each act's ticket as it stands; one that cannot be worked out is left out, with an alarm, and tried again later.

    `known` are looks from a moment ago, good for tickets that nothing happened on since.
    """
    wanted = list(dict.fromkeys(act.ticket_id for act in acts))
    versions = tickets.versions(conn, wanted) if known else {}
    found = {i: known[i] for i in wanted if i in known and known[i].ticket.version == versions.get(i)}
    missing = [ticket_id for ticket_id in wanted if ticket_id not in found]
    for start in range(0, len(missing), _AT_ONCE):
        found |= _looks(conn, missing[start : start + _AT_ONCE], now)
    return found


def are_current(conn: Connection, looks: Mapping[int, Look]) -> bool:
    """Whether nothing happened on any of these tickets since."""
    versions = tickets.versions(conn, list(looks))
    return all(versions.get(ticket_id) == seen.ticket.version for ticket_id, seen in looks.items())


def look_ahead(conn: Connection, acts: Iterable[Owed], now: datetime) -> dict[int, Look]:
    """The same where nothing may be written: what cannot be worked out is left to whoever may say so."""
    wanted, found = list(dict.fromkeys(act.ticket_id for act in acts)), dict[int, Look]()
    for start in range(0, len(wanted), _AT_ONCE):
        try:
            seen = look(conn, tickets.load_many(conn, wanted[start : start + _AT_ONCE]), now)
        except Exception as error:
            ends_all(error)
            continue
        found |= {each.ticket.id: each for each in seen}
    return found


def _looks(conn: Connection, ticket_ids: Sequence[int], now: datetime) -> dict[int, Look]:
    """All in one go; where that fails, one by one, so that only the one that fails is left out."""
    try:
        return {seen.ticket.id: seen for seen in look(conn, tickets.load_many(conn, ticket_ids), now)}
    except Exception as error:
        if len(ticket_ids) == 1:
            set_apart(conn, f"notice/{ticket_ids[0]}", f"What ticket {ticket_ids[0]} owes", error, now)
            return {}
        ends_all(error)
    return {one: seen for ticket_id in ticket_ids for one, seen in _looks(conn, [ticket_id], now).items()}


def ends_all(error: Exception) -> None:
    """Raise again what is nobody's fault: the whole transaction is tried anew."""
    if isinstance(error, TryLater | TicketMoved | DBAPIError):
        raise error


def set_apart(conn: Connection, key: str, what: str, error: Exception, now: datetime) -> None:
    """Note what one act or person failed on, so that the others go on; raises again what ends the whole transaction."""
    ends_all(error)
    note_apart(conn, key, what, error, now)


def still_wanted(conn: Connection, act: Owed, seen: Look, now: datetime) -> bool:
    """Whether anybody still needs to know; an act that nobody does is closed."""
    why = no_longer(act, seen)
    if why:
        outbox.finish(conn, [act.id], "dropped", now, why)
    return not why


def no_longer(act: Owed, seen: Look) -> str:
    """Why a reminder about a promise that was answered meanwhile, or about a closing that does not come, is of no use; else empty."""
    if act.act == Do.WARN_CLOSING:
        closes = seen.decision.facts.closes_at
        still = closes is not None and closes.isoformat() == act.data["cycle"]
        return "" if still else "the ticket no longer closes then"
    if "reopened" not in act.data and "metric" not in act.data:
        return ""
    over = seen.decision.facts.away or not _goes_on(act, seen)
    return "no longer needed when the mail was due" if over else ""


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
