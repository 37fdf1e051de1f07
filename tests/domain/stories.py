"""Random lives of a ticket: everything that can happen to one, in any order, at any pace, some of it at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.timeline import Event, Kind, Metric, Status
from tests.dice import Dice, Recipe
from tests.people import ALWAYS, ANA, HOUR, LADDER, LONDON, MINUTE, OFFICE, PAUSES, SOREN, SUPPLIER, ZOFIA, june, policy

BEGINNING = june("4 14:00")
LONGEST = 12
SPLIT_WEEK = BusinessCalendar(
    LONDON, {"thu": [("08:30", "12:00"), ("13:00", "17:30")], "fri": [("22:00", "06:00")], "mon": [("10:00", "16:00")]}
)
# Open on some days around the stories and never again: what needs more than that never comes.
FADING = BusinessCalendar(
    LONDON, {}, special_days={"2026-06-05": [("09:00", "12:00")], "2026-06-15": [("10:00", "11:00")]}
)
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
# Steps that come again and again until somebody acts, also where the time runs out.
REPEATS = (
    LADDER[-1],
    Step(None, (Do.NOTIFY_LEAD, Do.REASSIGN, Do.POST_WEBHOOK), every=HOUR, webhooks=("pager",)),
    Step(
        None,
        (Do.REMIND_OWNER, Do.ADD_TAG),
        metrics=frozenset({Metric.RESOLUTION}),
        every=25 * MINUTE,
        tags=("standard",),
    ),
)
_PEOPLE = (ZOFIA, SOREN, SUPPLIER)
_KINDS = (
    [Kind.CUSTOMER_WROTE] * 4 + [Kind.STAFF_WROTE] * 4 + [Kind.STATUS_SET] * 4 + [Kind.BOUNCED] * 2
    + [Kind.EXTENDED] * 2 + [Kind.ANSWERED_ELSEWHERE] + [Kind.UNDONE] * 2
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
_TAGS = ("multi-touch", "standard")
_EVERYTHING = frozenset(Metric)
_LADDERS = (LADDER, LADDER[:1], (), OFFSETS, RETURNS, RETURNS[-2:], REPEATS, REPEATS[1:])
_PAUSED = (PAUSES, {}, {"on_hold": _EVERYTHING, "waiting_on_customer": _EVERYTHING})
_CALENDARS: tuple[dict[Metric, BusinessCalendar], ...] = (
    {},
    {Metric.FIRST_RESPONSE: ALWAYS, Metric.UPDATE: SPLIT_WEEK},
)


def pace(dice: Dice) -> timedelta:
    """Short steps find what happens around a due instant, long ones what happens over nights and weekends."""
    match dice.below(4):
        case 0:
            minutes = 0
        case 1:
            minutes = dice.one_of((1, 30, 60, 120, 240))
        case 2:
            minutes = dice.below(301)
        case _:
            minutes = dice.one_of((1440, 4320, 9 * 1440))
    return minutes * MINUTE


def some_way_in(dice: Dice) -> int:
    """Where in a story somebody looks at it; perhaps past its end."""
    return dice.below(LONGEST + 1)


def stories(longest: int = LONGEST) -> Recipe[list[Event]]:
    """Events in the order in which they happened; the first may be anything, even a bounce of nothing."""

    def story(dice: Dice) -> list[Event]:
        events: list[Event] = []
        when = BEGINNING
        for number in range(dice.between(1, longest)):
            when += pace(dice)
            kind = dice.one_of(_KINDS)
            data = _data(dice, kind, events, when)
            events.append(Event(kind, when, f"{dice.below(10)}-{number}", _actor(kind), data))
        return events

    return story


_DONE_BY_HAND = (
    Kind.STAFF_WROTE, Kind.ASSIGNED, Kind.STATUS_SET, Kind.NOTED, Kind.PRIORITY_SET, Kind.ANSWERED_ELSEWHERE, Kind.EXTENDED, Kind.UNDONE
)  # fmt: skip


def _actor(kind: Kind) -> str | None:
    return ANA if kind in _DONE_BY_HAND else None


def _data(dice: Dice, kind: Kind, before: list[Event], when: datetime) -> dict[str, Any]:
    match kind:
        case Kind.CUSTOMER_WROTE:
            return {"who": dice.one_of((ZOFIA, SOREN)), "thanks": dice.yes()}
        case Kind.STAFF_WROTE:
            return {"to": dice.some_of(_PEOPLE)}
        case Kind.BOUNCED:
            sent = [event.source for event in before if event.kind is Kind.STAFF_WROTE]
            return {"of": dice.one_of([None, "unknown", *sent]), "to": dice.some_of(_PEOPLE)}
        case Kind.STATUS_SET:
            until = when + (timedelta(minutes=-5) if dice.below(5) == 4 else pace(dice))
            return {
                "status": dice.one_of(list(Status)).value,
                "until": until.isoformat() if dice.yes() else None,
                "keeps_on_reply": dice.yes(),
            }
        case Kind.ANSWERED_ELSEWHERE:
            return {"how": "phone", "holding": dice.yes()}
        case Kind.EXTENDED | Kind.UNDONE:
            return _about_others(dice, kind, [event.source for event in before])
        case Kind.PRIORITY_SET:
            return {"priority": dice.one_of(("critical", "high", "normal", "low"))}
        case Kind.POLICY_SET:
            return {"policy": dice.one_of(list(LATER))}
        case Kind.TAGGED:
            return {"add": dice.some_of(_TAGS), "remove": dice.some_of(_TAGS)}
        case Kind.ROUTED:
            return {"team": dice.one_of(("Billing", ""))}
        case Kind.ASSIGNED:
            return {"owner": dice.one_of((ANA, None))}
    return {}


def _about_others(dice: Dice, kind: Kind, known: list[str]) -> dict[str, Any]:
    """What names earlier events: mostly the newest, perhaps none there is, perhaps mail, which nobody can take back."""
    if kind is Kind.EXTENDED:
        metric, cycle = dice.one_of(list(Metric)), dice.one_of(["unknown", *known])
        return {"metric": metric.value, "cycle": cycle, "seconds": dice.between(1, 90_000), "why": "parts are late"}
    return {"of": sorted({dice.one_of(["unknown", *known[-2:], *known]) for _ in range(dice.below(4))})}


def policies(calendar: BusinessCalendar | None = None) -> Recipe[Policy]:
    """Under `calendar`, or under any."""

    def rules(dice: Dice) -> Policy:
        closes = _perhaps(dice, _length)
        return policy(
            calendar or dice.one_of((OFFICE, ALWAYS, SPLIT_WEEK, FADING)),
            first=_perhaps(dice, _length),
            next=_perhaps(dice, _length),
            resolution=_length(dice),
            update=_perhaps(dice, _length),
            calendars=dice.one_of(_CALENDARS),
            urgent_matters={metric: _length(dice) for metric in dice.some_of(list(Metric))},
            ladder=dice.one_of(_LADDERS),
            pauses=dice.one_of(_PAUSED),
            reply_sets_waiting=dice.yes(),
            archiving_solves=dice.yes(),
            reopening=dice.one_of(("resume", "restart")),
            thanks_reopen=dice.yes(),
            longest_hold=_perhaps(dice, _length),
            closes_after=closes,
            warned_before=closes / 3 if closes and dice.yes() else None,
        )

    return rules


def _perhaps(dice: Dice, make: Recipe[timedelta]) -> timedelta | None:
    return make(dice) if dice.yes() else None


def _length(dice: Dice) -> timedelta:
    """Some minutes or hours, or a number of seconds up to fourteen hours."""
    return dice.between(1, 50_000) * timedelta(seconds=1) if dice.yes() else dice.between(1, 600) * MINUTE
