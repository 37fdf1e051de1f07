"""What holds for every calendar, absence and chain of substitutes there can be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.duty import next_on_duty, on_duty, span, stand_in, substitutes_in_circles
from inboxsla.domain.people import Absence, Person
from tests.dice import Dice
from tests.laws import law_of
from tests.people import WEEKDAYS
from tests.staff import hours, person

ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia", "Asia/Beirut")
ADDRESSES = tuple(f"{letter}@lumenvelo.example" for letter in "abcdef")
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def instant(dice: Dice) -> datetime:
    return BEGIN + dice.below(60 * 24 * 120 + 1) * MINUTE


def absence(dice: Dice) -> Absence:
    start, days = date(2026, 3, 1) + timedelta(days=dice.below(121)), dice.between(1, 30)
    return Absence(start, start + timedelta(days=days), dice.one_of(ADDRESSES) if dice.yes() else None)


def calendar(dice: Dice) -> BusinessCalendar | None:
    if not dice.yes():
        return None
    start, end = (f"{dice.below(24):02}:30" for _ in range(2))
    days = dice.some_of((*WEEKDAYS, "sat", "sun"), least=1)
    return hours(start, end if end != start else "24:00", dice.one_of(ZONES), days)


def somebody(dice: Dice, address: str = ADDRESSES[0]) -> Person:
    return person(
        address,
        "agent",
        *dice.some(absence, 4),
        calendar=calendar(dice),
        active=dice.one_of((True, True, True, False)),
        zone=dice.one_of(ZONES),
    )


def staff(dice: Dice) -> list[Person]:
    return [somebody(dice, address) for address in ADDRESSES]


def shares(dice: Dice) -> list[float]:
    """One for each absence there may be."""
    return [dice.share() for _ in range(4)]


@law_of(somebody, shares)
def test_nobody_is_on_duty_at_any_moment_of_an_absence(who: Person, shares: list[float]) -> None:
    for absence, share in zip(who.absences, shares, strict=False):
        begins, ends = span(absence, who.zone)
        for moment in (begins, begins + share * (ends - begins - timedelta.resolution), ends - timedelta.resolution):
            assert not on_duty(who, moment)


@law_of(somebody, instant, Dice.share)
def test_the_next_duty_is_the_earliest_moment_of_it(who: Person, at: datetime, share: float) -> None:
    back = next_on_duty(who, at)
    until = back if back is not None else at + timedelta(days=400)
    assert until >= at
    if back is not None:
        assert on_duty(who, back)
        assert next_on_duty(who, back) == back
    edges = [moment for absence in who.absences for moment in span(absence, who.zone)]
    somewhere = at + share * (until - at)
    for moment in (at, somewhere, until - timedelta.resolution, *edges):
        if at <= moment < until:
            assert not on_duty(who, moment)


@law_of(staff, instant)
def test_whoever_stands_in_is_there_and_the_search_ends(staff: list[Person], at: datetime) -> None:
    for one in staff:
        found = stand_in(one, staff, at)
        if found is not None:
            begun = [span(absence, found.zone) for absence in found.absences]
            assert found.active
            assert not any(begins <= at < ends for begins, ends in begun)
            assert stand_in(found, staff, at) == found


@law_of(staff)
def test_every_circle_of_substitutes_is_found_and_nothing_else(staff: list[Person]) -> None:
    listed = {one.address: one for one in staff}
    for circle, day in substitutes_in_circles(staff):
        for address, following in zip(circle, (*circle[1:], circle[0]), strict=True):
            now = [a for a in listed[address].absences if a.start <= day < a.until and a.substitute]
            assert now[0].substitute == following
    if not substitutes_in_circles(staff):
        for day in (date(2026, 3, 1) + timedelta(days=n) for n in range(0, 155, 5)):
            for one in staff:
                _walk_ends(one, listed, day)


def _walk_ends(one: Person, listed: dict[str, Person], day: date) -> None:
    asked: list[str] = []
    current: str | None = one.address
    while current is not None:
        assert current not in asked
        asked.append(current)
        away = [a for a in listed[current].absences if a.start <= day < a.until and a.substitute]
        current = away[0].substitute if away else None
