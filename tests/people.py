"""The people of a bicycle-light shop, its office hours, and short ways to say what happened on a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import NO_CHANGES, ClockReading
from inboxsla.domain.decide import Decision, decide
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.timeline import Event, Habits, Kind, Metric, Status, participant

ANA = "ana@lumenvelo.example"
JONAS = "jonas@lumenvelo.example"
PRIYA = "priya@lumenvelo.example"
MEHMET = "mehmet@lumenvelo.example"
CLAIRE = "claire@lumenvelo.example"
NAMES = {ANA: "Ana Ruiz", JONAS: "Jonas Weber", PRIYA: "Priya Nair", MEHMET: "Mehmet Yılmaz", CLAIRE: "Claire Dubois"}

# Customers, as the timeline knows them.
ZOFIA = participant("zofia@example.org")
SOREN = participant("soren@example.net")
SUPPLIER = participant("parts@supplier.example")

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIRST, NEXT, RESOLUTION, UPDATE = Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.RESOLUTION, Metric.UPDATE

LONDON = "Europe/London"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE_HOURS = {day: [("09:00", "17:00")] for day in WEEKDAYS}
OFFICE = BusinessCalendar(LONDON, OFFICE_HOURS)
ALWAYS = BusinessCalendar.always_open(LONDON)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

LADDER = (
    Step(75, (Do.REMIND_OWNER,)),
    Step(90, (Do.REMIND_OWNER,)),
    Step(100, (Do.NOTIFY_OWNER, Do.NOTIFY_LEAD, Do.REASSIGN)),
)
PAUSES = {
    Status.WAITING.value: frozenset({RESOLUTION}),
    Status.ON_HOLD.value: frozenset({NEXT, RESOLUTION}),
}


def at(zone: str, wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def london(wall: str) -> datetime:
    """A wall time in London, "2026-06-05 18:30", as aware UTC."""
    return at(LONDON, wall)


def june(wall: str) -> datetime:
    """ "1 09:00" is Monday the first of June 2026 in London; the fifth is a Friday."""
    day, clock = wall.split()
    return london(f"2026-06-{int(day):02} {clock}")


def policy(
    calendar: BusinessCalendar = OFFICE,
    *,
    first: timedelta | None = 4 * HOUR,
    next: timedelta | None = 8 * HOUR,
    resolution: timedelta | None = 24 * HOUR,
    update: timedelta | None = None,
    calendars: Mapping[Metric, BusinessCalendar] | None = None,
    urgent_matters: Mapping[Metric, timedelta] | None = None,
    ladder: Sequence[Step] = LADDER,
    pauses: Mapping[str, frozenset[Metric]] = PAUSES,
    **habits: Any,
) -> Policy:
    """Office hours, 4 h / 8 h / 3 business days, unless said otherwise. `urgent_matters` are targets of high priority."""
    promised = {FIRST: first, NEXT: next, RESOLUTION: resolution, UPDATE: update}
    high = urgent_matters or {}
    return Policy(
        name="Standard support",
        calendar=calendar,
        targets={
            metric: {"normal": length} | ({"high": high[metric]} if metric in high else {})
            for metric, length in promised.items()
            if length is not None
        },
        ladder=tuple(ladder),
        pauses=pauses,
        medium_at=50,
        urgent_at=75,
        habits=Habits(**{"calendar": calendar, **habits}),
        calendars=calendars or {},
    )


def _event(kind: Kind, when: datetime, source: str | None, actor: str | None = None, **data: Any) -> Event:
    return Event(kind, when, source or f"{kind}:{when:%d-%H%M%S}", actor, data)


def wrote(when: datetime, who: str = ZOFIA, source: str | None = None, **data: Any) -> Event:
    return _event(Kind.CUSTOMER_WROTE, when, source, who=who, **data)


def governed(when: datetime, policy_id: int, **data: Any) -> Event:
    """From `when` on another version of the policy is in force."""
    return _event(Kind.POLICY_SET, when, None, policy=policy_id, **data)


def tagged(when: datetime, *add: str, remove: Iterable[str] = ()) -> Event:
    return _event(Kind.TAGGED, when, None, ANA, add=list(add), remove=list(remove))


def replied(when: datetime, *, by: str | None = ANA, to: Iterable[str] = (ZOFIA,), source: str | None = None) -> Event:
    return _event(Kind.STAFF_WROTE, when, source, by, to=list(to))


def bounced(when: datetime, *, of: Event | None = None, to: Iterable[str] = (), source: str | None = None) -> Event:
    return _event(Kind.BOUNCED, when, source, of=of.source if of else None, to=list(to))


def machine_wrote(when: datetime, what: str = "auto_reply") -> Event:
    return _event(Kind.MACHINE_WROTE, when, None, what=what)


def archived(when: datetime) -> Event:
    return _event(Kind.ARCHIVED, when, None)


def unarchived(when: datetime) -> Event:
    return _event(Kind.UNARCHIVED, when, None)


def removed(when: datetime, to: str = "spam") -> Event:
    return _event(Kind.REMOVED, when, None, to=to)


def restored(when: datetime) -> Event:
    return _event(Kind.RESTORED, when, None)


def assigned(when: datetime, owner: str | None, why: str = "next in turn") -> Event:
    return _event(Kind.ASSIGNED, when, None, owner=owner, why=why)


def set_to(when: datetime, status: Status, *, by: str = ANA, source: str | None = None, **data: Any) -> Event:
    return _event(Kind.STATUS_SET, when, source, by, status=status.value, **data)


def held(when: datetime, until: datetime | None, *, keeps_on_reply: bool = False, reason: str = "supplier") -> Event:
    ends = until.isoformat() if until else None
    return set_to(when, Status.ON_HOLD, until=ends, keeps_on_reply=keeps_on_reply, reason=reason)


def prioritised(when: datetime, priority: str) -> Event:
    return _event(Kind.PRIORITY_SET, when, None, ANA, priority=priority)


def answered_elsewhere(when: datetime, *, by: str = ANA, how: str = "phone", holding: bool = False) -> Event:
    return _event(Kind.ANSWERED_ELSEWHERE, when, None, by, how=how, holding=holding)


def extended(when: datetime, of: Event, metric: Metric, length: timedelta, why: str = "parts are late") -> Event:
    """The cycle that `of` began gets more time."""
    seconds = int(length.total_seconds())
    return _event(Kind.EXTENDED, when, None, CLAIRE, metric=metric.value, cycle=of.source, seconds=seconds, why=why)


def undone(when: datetime, *acts: Event, by: str = ANA) -> Event:
    return _event(Kind.UNDONE, when, None, by, of=[act.source for act in acts], act="")


def noted(when: datetime, by: str = ANA) -> Event:
    return _event(Kind.NOTED, when, None, by)


def decided(
    events: Iterable[Event],
    now: datetime,
    rules: Policy | None = None,
    live_since: datetime | None = LONG_AGO,
    later: Mapping[int, Policy] = NO_CHANGES,
) -> Decision:
    """What follows at `now` under `rules` (the standard policy), in a mailbox that has long been live."""
    return decide(events, rules or policy(), now, live_since, later)


def clock(decision: Decision, metric: Metric) -> ClockReading:
    """The newest clock of `metric`; fails if there is none."""
    return clocks(decision, metric)[-1]


def clocks(decision: Decision, metric: Metric) -> list[ClockReading]:
    return [one for one in decision.reading.clocks if one.metric is metric]
