"""What people say about a ticket's promises: that one takes longer, or that it was kept outside of Gmail. Verbs as in `desk`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from inboxsla.domain.clock import ClockReading, State
from inboxsla.domain.durations import parse_duration
from inboxsla.domain.ticket_view import METRIC_WORDS
from inboxsla.domain.timeline import Event, Kind, Metric
from inboxsla.errors import Refused
from inboxsla.services.desk import must_be_one, reason_in
from inboxsla.services.doing import Done, Moment, Unclear, do, event_of
from inboxsla.services.ports import Ports

# How an answer can reach a customer without us seeing it.
WAYS = ("phone", "chat", "in person", "other mail")
_LONGEST, _MINUTE = timedelta(days=365), timedelta(minutes=1)
_LIVE = (State.RUNNING, State.PAUSED)


def extend(
    ports: Ports,
    ticket_id: int,
    by: str | None,
    *,
    metric: Metric | None,
    length: str,
    reason: str,
    source: str | None = None,
    seen: int | None = None,
) -> Done:
    """Give one promise that runs or is paused more of its business time ("2h", "1 business day"); without `metric` the worst."""
    said = reason_in(reason, "Say why it takes longer; others read it beside the timer.")

    def tells(moment: Moment) -> Event:
        must_be_one(moment.ticket)
        clock = _live_clock(moment, metric)
        more = _length(length, clock.business_day)
        data = {"metric": clock.metric.value, "cycle": clock.key, "seconds": int(more.total_seconds()), "why": said}
        return event_of(moment, Kind.EXTENDED, by, **data)

    return do(ports, ticket_id, by, tells, source=source, seen=seen)


def answered_elsewhere(
    ports: Ports,
    ticket_id: int,
    by: str | None,
    *,
    at: datetime | None,
    how: str,
    holding: bool = False,
    source: str | None = None,
    seen: int | None = None,
) -> Done:
    """The customer heard from a person at `at` (aware; None: now), by one of WAYS.

    It keeps the same promises as a mail that arrived. With `holding` the team has more to say: the status stays as it is, so
    that the promise of an update runs on.
    """
    if how not in WAYS:
        raise Unclear("how", f"Say how: {', '.join(WAYS)}.")

    def tells(moment: Moment) -> Event:
        must_be_one(moment.ticket)
        when = moment.now if at is None else _instant(moment, at)
        data = {"how": how, "holding": holding, "said_at": moment.now.isoformat()}
        return replace(event_of(moment, Kind.ANSWERED_ELSEWHERE, by, **data), happened_at=when)

    return do(ports, ticket_id, by, tells, source=source, seen=seen)


def _instant(moment: Moment, at: datetime) -> datetime:
    """When that was: people say minutes, and the customer may have written within the one they say."""
    if at > moment.now:
        raise Unclear("at", "That is in the future. Say when the customer had the answer.")
    wrote = [event.happened_at for event in moment.known if event.kind is Kind.CUSTOMER_WROTE]
    if not wrote:
        raise Refused("No customer has written here yet, so there is nothing to answer.")
    asked = max(min(wrote), moment.ticket.waiting_since or min(wrote))
    if at + _MINUTE <= asked:
        raise Unclear("at", "That is before the customer wrote. Say when they had the answer.")
    return max(at, asked)


def _live_clock(moment: Moment, metric: Metric | None) -> ClockReading:
    reading = moment.decided().reading
    if metric is None:
        if reading.worst is None:
            raise Refused("No timer runs on this ticket, so there is nothing to extend.")
        return reading.worst
    found = next((clock for clock in reading.clocks if clock.metric is metric and clock.state in _LIVE), None)
    if found is None:
        raise Unclear("metric", f"No timer for “{METRIC_WORDS[metric].lower()}” runs on this ticket.")
    return found


def _length(written: str, business_day: timedelta) -> timedelta:
    try:
        length = parse_duration(written, business_day)
    except ValueError as unknown:
        raise Unclear("length", str(unknown)) from None
    if not timedelta(seconds=1) <= length <= _LONGEST:
        raise Unclear("length", "Write how much more time there is, for example 2h or 1 business day; a year at most.")
    return length
