"""Bars and "why" strips, straight from the domain's values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inboxsla.config import Settings
from inboxsla.domain.decide import decide
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.ticket_view import TicketView
from inboxsla.domain.timeline import Event, Kind, participant
from inboxsla.domain.why import clock_views
from inboxsla.speech import BabelSpeech
from inboxsla.storage.database import Database
from inboxsla.web import clocks
from inboxsla.web.bars import DUE, bar
from tests.web.shop import pages, shop

MONDAY_FOUR = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SAY = BabelSpeech("Europe/Berlin", "en_GB")
BERLIN_OFFICE = Settings.of(
    {
        "calendar": {
            "zone": "Europe/Berlin",
            "hours": {"mon": "09:00-17:30", "tue": "09:00-17:30", "wed": "09:00-17:30"},
        },
        "policy": {"name": "Office", "first_response": "4h", "resolution": "8h"},
    }
)


@pytest.fixture(autouse=True)
def in_a_request(sqlite_database: Database, tmp_path: Path) -> Iterator[None]:
    """Texts need to know who reads them."""
    with pages(shop(sqlite_database, tmp_path / "data")).test_request_context("/"):
        yield


def ticket(now: datetime, asked: datetime = MONDAY_FOUR, rules: Settings = BERLIN_OFFICE, *more: Event) -> TicketView:
    """A ticket asked about on Monday at 16:00 in Berlin, four office hours promised, seen at `now`."""
    policy = from_data(rules.policy_data())
    timeline = [Event(Kind.CUSTOMER_WROTE, asked, "msg:1", data={"who": participant("zofia@poczta.example")}), *more]
    decision = decide(timeline, policy, now, None)
    found = clock_views(decision.facts, decision.reading, policy, now)
    return TicketView(
        id=1,
        version=1,
        mailbox="support@lumenvelo.example",
        thread_id="t1",
        subject="Refund",
        requester="zofia@poczta.example",
        requester_name="Zofia",
        owner=None,
        owner_name=None,
        status="open",
        priority="normal",
        urgency=decision.reading.urgency,
        breached=decision.reading.breached,
        clocks=found,
        worst=next((clock for clock in found if clock.reading is decision.reading.worst), None),
        waiting_since=None,
        last_activity=None,
        opened_at=asked,
        hold_until=None,
        status_reason="",
        policy_name="Office",
        policy_version=1,
        now=now,
    )


def first_card(now: datetime) -> clocks.Card:
    return next(card for card in clocks.live(ticket(now), SAY, now) if card.clock.name == "First response")


def test_the_night_between_is_shown_as_closed() -> None:
    why = first_card(datetime(2026, 11, 24, 9, 48, tzinfo=UTC)).why

    assert why is not None
    assert why.fits
    assert [(piece.kind, piece.day, piece.hours, piece.what.replace("\xa0", " ")) for piece in why.pieces] == [
        ("counted", "Mon", "16:00–17:30", "1 h 30 min counted"),
        ("closed", "", "Mon 17:30 – 09:00", "closed, not counted"),
        ("counted", "", "09:00–10:48", "1 h 48 min counted"),
        ("left", "", "10:48–11:30", "42 min left"),
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 19 * 3600))
def test_the_pieces_add_up_to_the_promise_and_agree_with_the_time_left(seconds: int) -> None:
    now = MONDAY_FOUR + timedelta(seconds=seconds)
    card = first_card(now)
    assert card.why is not None

    def shown(kind: str) -> int:
        lengths = [piece.what for piece in card.why.pieces if piece.kind == kind] if card.why else []
        return sum(minutes_in(length) for length in lengths)

    parts = [piece.what.replace("\xa0", " ") for piece in card.why.pieces if piece.kind in ("counted", "left")]
    if any(part.startswith("less than a minute") for part in parts):
        assert shown("counted") + shown("left") < 240, "beside less than a minute nothing is said to be all of it"
    else:
        assert shown("counted") + shown("left") == 240
    assert shown("left") == card.clock.reading.left // timedelta(minutes=1)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (20, ["less than a minute counted", "1 h 29 min left", "2 h 30 min left"]),
        (240 * 60 - 20, ["1 h 30 min counted", "2 h 29 min counted", "less than a minute left"]),
    ],
)
def test_a_piece_of_less_than_a_minute_is_called_that(seconds: int, said: list[str]) -> None:
    # From half past five the office is closed for fifteen and a half hours.
    night = timedelta(hours=15, minutes=30) if seconds > 90 * 60 else timedelta()
    why = first_card(MONDAY_FOUR + timedelta(seconds=seconds) + night).why

    assert why is not None
    shown = [piece.what.replace("\xa0", " ") for piece in why.pieces if piece.kind in ("counted", "left")]
    assert shown == said


def test_a_promise_of_days_is_said_in_the_hours_of_its_pieces_too() -> None:
    rules = Settings.of({"calendar": {"zone": "Europe/Berlin"}, "policy": {"first_response": "3 business days"}})
    cards = clocks.live(ticket(MONDAY_FOUR + timedelta(minutes=10), rules=rules), SAY, MONDAY_FOUR)
    card = next(card for card in cards if card.clock.name == "First response")
    assert card.why is not None
    assert "normal priority gets 3 days (24 h), counted in opening hours" in card.why.sentence.replace("\xa0", " ")
    assert card.left.detail.replace("\xa0", " ") == "23 h 50 min left"
    parts = [piece.what for piece in card.why.pieces if piece.kind in ("counted", "left")]
    assert sum(map(minutes_in, parts)) == 24 * 60


def minutes_in(said: str) -> int:
    """ "1 h 30 min counted" → 90."""
    parts = said.replace("\xa0", " ").split()
    values = {unit: int(number) for number, unit in zip(parts, parts[1:], strict=False) if number.isdigit()}
    return values.get("h", 0) * 60 + values.get("min", 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 40 * 3600))
def test_a_bar_never_leaves_its_track_and_passes_the_stroke_only_when_overdue(seconds: int) -> None:
    card = first_card(MONDAY_FOUR + timedelta(seconds=seconds))

    placed = bar(card.clock)

    assert 0 <= placed.used <= placed.due + 0.01
    assert placed.used + placed.over <= 100.01
    assert placed.over == 0 or card.clock.reading.breached
    assert (placed.used >= DUE - 0.01) == card.clock.reading.breached
    assert [notch.step.percent for notch in placed.notches] == [75, 90, 100]


def test_steps_stand_at_their_percent_of_the_promise() -> None:
    placed = bar(first_card(MONDAY_FOUR).clock)

    assert [notch.x for notch in placed.notches] == [62.5, 75.0, 83.33]
    assert not any(notch.done for notch in placed.notches)


def test_times_stand_under_the_dots_only_when_all_are_today() -> None:
    tuesday = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)

    assert first_card(MONDAY_FOUR).labels == ()
    assert first_card(MONDAY_FOUR).next_step == "Next step Tue 10:30: remind the owner"
    assert first_card(tuesday).labels == (
        (62.5, "10:30", "middle"),
        (75.0, "11:06", "middle"),
        (83.33, "11:30", "start"),
    )


def test_times_that_would_say_the_same_twice_give_way_to_the_next_step() -> None:
    card = first_card(datetime(2026, 11, 24, 8, 10, tzinfo=UTC))
    same = card.clock.steps[0].instant
    steps = tuple(replace(step, instant=same) for step in card.clock.steps)
    view = ticket(datetime(2026, 11, 24, 8, 10, tzinfo=UTC))
    squeezed = tuple(replace(clock, steps=steps) if clock == card.clock else clock for clock in view.clocks)

    found = clocks.live(replace(view, clocks=squeezed, worst=squeezed[view.clocks.index(card.clock)]), SAY, view.now)

    assert found[0].labels == ()
    assert found[0].next_step


def test_what_was_given_by_hand_is_said_beside_what_the_policy_gives() -> None:
    data = {"metric": "first_response", "cycle": "msg:1", "seconds": 7200, "why": "parts are late"}
    given = Event(Kind.EXTENDED, MONDAY_FOUR + timedelta(minutes=30), "given", data=data)
    view = ticket(MONDAY_FOUR + timedelta(minutes=45), MONDAY_FOUR, BERLIN_OFFICE, given)

    why = next(card.why for card in clocks.live(view, SAY, view.now) if card.clock.name == "First response")

    assert why is not None
    assert why.sentence.replace("\u00a0", " ") == (
        "First response: normal priority gets 4 h, counted in opening hours. 2 h more since 16:30 CET: parts are late."
    )
