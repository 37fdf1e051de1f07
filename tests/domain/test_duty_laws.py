"""What holds for every calendar, absence and chain of substitutes there can be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inboxsla.domain.duty import next_on_duty, on_duty, span, stand_in, substitutes_in_circles
from inboxsla.domain.people import Absence, Person
from tests.laws import law
from tests.people import WEEKDAYS
from tests.staff import hours, person

ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia", "Asia/Beirut")
ADDRESSES = tuple(f"{letter}@lumenvelo.example" for letter in "abcdef")
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

instants = st.integers(0, 60 * 24 * 120).map(lambda minutes: BEGIN + minutes * MINUTE)
absences = st.builds(
    lambda start, days, substitute: Absence(
        date(2026, 3, 1) + timedelta(days=start), date(2026, 3, 1) + timedelta(days=start + days), substitute
    ),
    st.integers(0, 120),
    st.integers(1, 30),
    st.none() | st.sampled_from(ADDRESSES),
)
clocks = st.integers(0, 23).map(lambda hour: f"{hour:02}:30")
calendars = st.none() | st.builds(
    lambda start, end, zone, days: hours(start, end if end != start else "24:00", zone, days),
    clocks,
    clocks,
    st.sampled_from(ZONES),
    st.lists(st.sampled_from((*WEEKDAYS, "sat", "sun")), min_size=1, max_size=7, unique=True),
)


@st.composite
def people(draw: st.DrawFn, address: str = ADDRESSES[0]) -> Person:
    away = draw(st.lists(absences, max_size=4))
    return person(
        address,
        "agent",
        *away,
        calendar=draw(calendars),
        active=draw(st.sampled_from((True, True, True, False))),
        zone=draw(st.sampled_from(ZONES)),
    )


staffs = st.tuples(*(people(address) for address in ADDRESSES)).map(list)


@law
@given(people(), st.data())
def test_nobody_is_on_duty_at_any_moment_of_an_absence(who: Person, data: st.DataObject) -> None:
    for absence in who.absences:
        begins, ends = span(absence, who.zone)
        inside = data.draw(st.integers(0, int((ends - begins) / timedelta(seconds=1)) - 1))
        for moment in (begins, begins + timedelta(seconds=inside), ends - timedelta.resolution):
            assert not on_duty(who, moment)


@law
@given(people(), instants, st.data())
def test_the_next_duty_is_the_earliest_moment_of_it(who: Person, at: datetime, data: st.DataObject) -> None:
    back = next_on_duty(who, at)
    until = back if back is not None else at + timedelta(days=400)
    assert until >= at
    if back is not None:
        assert on_duty(who, back)
        assert next_on_duty(who, back) == back
    edges = [moment for absence in who.absences for moment in span(absence, who.zone)]
    somewhere = at + data.draw(st.floats(0, 1, exclude_max=True)) * (until - at)
    for moment in (at, somewhere, until - timedelta.resolution, *edges):
        if at <= moment < until:
            assert not on_duty(who, moment)


@law
@given(staffs, instants)
def test_whoever_stands_in_is_there_and_the_search_ends(staff: list[Person], at: datetime) -> None:
    for one in staff:
        found = stand_in(one, staff, at)
        if found is not None:
            begun = [span(absence, found.zone) for absence in found.absences]
            assert found.active
            assert not any(begins <= at < ends for begins, ends in begun)
            assert stand_in(found, staff, at) == found


@law
@given(staffs)
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
