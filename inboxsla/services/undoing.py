"""Taking back what one did last on a ticket, as long as nobody built on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from inboxsla.domain.taken_back import in_effect
from inboxsla.domain.timeline import Event, Kind
from inboxsla.errors import Refused
from inboxsla.services.doing import Done, Faster, Moment, act_of, do, event_of, since
from inboxsla.services.ports import Ports
from inboxsla.storage import outbox

LONGEST_AGO = timedelta(minutes=10)


def undo(ports: Ports, ticket_id: int, by: str | None, acts: Collection[str], *, source: str | None = None) -> Done:
    """Take back the last act of `by`, with what the rules said because of it; only one of `acts` can be.

    Raises Refused where there is nothing to take back or it is too late, and Faster where somebody acted since.
    """

    def tells(moment: Moment) -> Event:
        last = last_act(moment.known, by, acts, moment.now)
        of = [last.source, *_because_of(moment.known, last)]
        mailed = outbox.went_out(moment.conn, moment.ticket.id, _said_at(last))
        return event_of(moment, Kind.UNDONE, by, of=of, act=act_of(last), mailed=mailed)

    return do(ports, ticket_id, by, tells, source=source)


def last_act(known: Sequence[Event], by: str | None, acts: Collection[str], now: datetime) -> Event:
    """What `undo` would take back now; raises as it does."""
    mine = [event for event in known if act_of(event) and event.actor == by]
    last = max(mine, key=lambda event: event.number, default=None)
    if last is None or last not in in_effect(known) or last.kind is Kind.UNDONE:
        raise Refused("There is nothing of yours to take back here.")
    if others := since(known, last.number, by):
        raise Faster(others[-1])
    if act_of(last) not in acts:
        raise Refused("What you did last cannot be taken back.")
    if now - _said_at(last) > LONGEST_AGO:
        raise Refused("That is more than ten minutes ago. Others may rely on it: change it by hand.")
    return last


def _said_at(event: Event) -> datetime:
    said = event.data.get("said_at")
    return event.happened_at if said is None else datetime.fromisoformat(said)


def _because_of(known: Sequence[Event], act: Event) -> list[str]:
    """What the rules said in the same transaction: directly after it, in the same instant."""
    said, found = _said_at(act), []
    for event in sorted(known, key=lambda one: one.number):
        if event.number <= act.number:
            continue
        if not event.source.startswith("rule:") or event.happened_at != said:
            break
        found.append(event.source)
    return found
