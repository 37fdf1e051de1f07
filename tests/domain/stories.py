"""Random lives of a ticket: everything that can happen to one, in any order, at any pace, some of it at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.timeline import Event, Kind, Metric, Status
from tests.people import ALWAYS, ANA, HOUR, LADDER, LONDON, MINUTE, OFFICE, PAUSES, SOREN, SUPPLIER, ZOFIA, june, policy

BEGINNING = june("4 14:00")
SPLIT_WEEK = BusinessCalendar(
    LONDON, {"thu": [("08:30", "12:00"), ("13:00", "17:30")], "fri": [("22:00", "06:00")], "mon": [("10:00", "16:00")]}
)
# Open on some days around the stories and never again: what needs more than that never comes.
FADING = BusinessCalendar(
    LONDON, {}, special_days={"2026-06-05": [("09:00", "12:00")], "2026-06-15": [("10:00", "11:00")]}
)
# Short steps find what happens around a due instant, long ones what happens over nights and weekends.
PACE = st.one_of(
    st.just(0), st.sampled_from([1, 30, 60, 120, 240]), st.integers(0, 300), st.sampled_from([1440, 4320, 9 * 1440])
).map(lambda minutes: minutes * MINUTE)
# Steps before and after the due instant, some for one promise only.
OFFSETS = (
    Step(None, (Do.REMIND_OWNER,), -20 * MINUTE),
    Step(90, (Do.REMIND_OWNER, Do.NOTIFY_PERSON), notify=(ANA,)),
    Step(None, (Do.NOTIFY_LEAD, Do.RAISE_PRIORITY), 30 * MINUTE, frozenset({Metric.FIRST_RESPONSE, Metric.UPDATE})),
)
# Steps for customers who keep coming back, beside the usual ones.
RETURNS = (
    *LADDER,
    Step(None, (Do.REMIND_OWNER, Do.REASSIGN), reopened=1),
    Step(None, (Do.NOTIFY_LEAD, Do.RAISE_PRIORITY, Do.NOTIFY_PERSON), notify=(ANA,), reopened=2),
)
PEOPLE = st.lists(st.sampled_from([ZOFIA, SOREN, SUPPLIER]), max_size=3, unique=True)
KINDS = st.sampled_from(
    [Kind.CUSTOMER_WROTE] * 4 + [Kind.STAFF_WROTE] * 4 + [Kind.STATUS_SET] * 4 + [Kind.BOUNCED] * 2
    + [k for k in Kind if k is not Kind.STEP_TAKEN]
)  # fmt: skip


# What POLICY_SET events of stories name: one that promises everything round the clock, one that promises little and closes.
LATER = {
    1: policy(
        ALWAYS,
        first=30 * MINUTE,
        next=2 * HOUR,
        resolution=10 * HOUR,
        update=3 * HOUR,
        calendars={Metric.RESOLUTION: OFFICE},
        ladder=(
            *LADDER,
            Step(None, (Do.REMIND_OWNER,), -HOUR, frozenset({Metric.RESOLUTION})),
            Step(None, (Do.NOTIFY_OWNER, Do.RAISE_PRIORITY), reopened=1),
            Step(None, (Do.NOTIFY_LEAD, Do.REASSIGN), reopened=3),
        ),
    ),
    2: policy(SPLIT_WEEK, first=None, pauses={}, longest_hold=4 * HOUR, closes_after=9 * HOUR, warned_before=2 * HOUR),
}
_TAGS = st.lists(st.sampled_from(["multi-touch", "standard"]), max_size=2, unique=True)


@st.composite
def stories(draw: st.DrawFn, longest: int = 12) -> list[Event]:
    """Events in the order in which they happened; the first may be anything, even a bounce of nothing."""
    events: list[Event] = []
    when = BEGINNING
    for number in range(draw(st.integers(1, longest))):
        when += draw(PACE)
        kind = draw(KINDS)
        data = draw(_data(kind, events, when))
        events.append(Event(kind, when, f"{draw(st.integers(0, 9))}-{number}", _actor(kind), data))
    return events


def _actor(kind: Kind) -> str | None:
    return ANA if kind in (Kind.STAFF_WROTE, Kind.STATUS_SET, Kind.NOTED, Kind.PRIORITY_SET) else None


@st.composite
def _data(draw: st.DrawFn, kind: Kind, before: list[Event], when: Any) -> dict[str, Any]:
    if kind is Kind.CUSTOMER_WROTE:
        return {"who": draw(st.sampled_from([ZOFIA, SOREN])), "thanks": draw(st.booleans())}
    if kind is Kind.STAFF_WROTE:
        return {"to": draw(PEOPLE)}
    if kind is Kind.BOUNCED:
        sent = [event.source for event in before if event.kind is Kind.STAFF_WROTE]
        return {"of": draw(st.sampled_from([None, "unknown", *sent])), "to": draw(PEOPLE)}
    if kind is Kind.STATUS_SET:
        until = when + draw(st.one_of(PACE, st.just(timedelta(minutes=-5))))
        return {
            "status": draw(st.sampled_from(list(Status))).value,
            "until": draw(st.sampled_from([None, until.isoformat()])),
            "keeps_on_reply": draw(st.booleans()),
        }
    if kind is Kind.PRIORITY_SET:
        return {"priority": draw(st.sampled_from(["critical", "high", "normal", "low"]))}
    if kind is Kind.POLICY_SET:
        return {"policy": draw(st.sampled_from(list(LATER)))}
    if kind is Kind.TAGGED:
        return {"add": draw(_TAGS), "remove": draw(_TAGS)}
    if kind is Kind.ROUTED:
        return {"team": draw(st.sampled_from(["Billing", ""]))}
    return {"owner": draw(st.sampled_from([ANA, None]))} if kind is Kind.ASSIGNED else {}


@st.composite
def policies(draw: st.DrawFn, calendar: BusinessCalendar | None = None) -> Policy:
    lengths = st.one_of(st.integers(1, 600), st.integers(1, 50_000).map(lambda s: s / 60)).map(lambda m: m * MINUTE)
    everything = frozenset(Metric)
    closes = draw(st.one_of(st.none(), lengths))
    return policy(
        calendar or draw(st.sampled_from([OFFICE, ALWAYS, SPLIT_WEEK, FADING])),
        first=draw(st.one_of(st.none(), lengths)),
        next=draw(st.one_of(st.none(), lengths)),
        resolution=draw(lengths),
        update=draw(st.one_of(st.none(), lengths)),
        calendars=draw(st.sampled_from([{}, {Metric.FIRST_RESPONSE: ALWAYS, Metric.UPDATE: SPLIT_WEEK}])),
        urgent_matters=draw(st.dictionaries(st.sampled_from(list(Metric)), lengths)),
        ladder=draw(st.sampled_from([LADDER, LADDER[:1], (), OFFSETS, RETURNS, RETURNS[-2:]])),
        pauses=draw(st.sampled_from([PAUSES, {}, {"on_hold": everything, "waiting_on_customer": everything}])),
        reply_sets_waiting=draw(st.booleans()),
        archiving_solves=draw(st.booleans()),
        reopening=draw(st.sampled_from(["resume", "restart"])),
        thanks_reopen=draw(st.booleans()),
        longest_hold=draw(st.one_of(st.none(), lengths)),
        closes_after=closes,
        warned_before=draw(st.one_of(st.none(), st.just(closes / 3))) if closes else None,
    )
