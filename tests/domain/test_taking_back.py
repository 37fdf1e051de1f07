"""Acts that were taken back: as if they had not been, except for what was sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inboxsla.domain.replay import bare
from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Event, Status
from inboxsla.domain.timeline_view import entries
from tests.people import (
    ANA,
    FIRST,
    HOUR,
    JONAS,
    LONDON,
    MINUTE,
    NAMES,
    RESOLUTION,
    answered_elsewhere,
    assigned,
    clock,
    decided,
    extended,
    governed,
    june,
    policy,
    prioritised,
    replied,
    set_to,
    tagged,
    undone,
    wrote,
)

NINE = june("1 09:00")
ASKED = wrote(NINE)
LATER = {1: policy(first=HOUR)}
ACTS = [
    assigned(NINE + HOUR, JONAS),
    set_to(NINE + HOUR, Status.SOLVED),
    set_to(NINE + HOUR, Status.ON_HOLD, until=(NINE + 9 * HOUR).isoformat()),
    prioritised(NINE + HOUR, "high"),
    tagged(NINE + HOUR, "late"),
    governed(NINE + HOUR, 1),
    extended(NINE + HOUR, ASKED, RESOLUTION, HOUR),
    answered_elsewhere(NINE + HOUR),
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: str(act.kind))
def test_everything_reads_as_if_it_had_not_been_done(act: Event) -> None:
    now = NINE + 2 * HOUR
    back = undone(NINE + HOUR + MINUTE, act)

    for learned in ([ASKED, act, back], [back, act, ASKED]):
        taken, never = decided(learned, now, later=LATER), decided([ASKED], now, later=LATER)
        assert (taken.facts, taken.reading, taken.wake_at) == (never.facts, never.reading, never.wake_at)
    assert decided([ASKED, act], now, later=LATER).facts != never.facts


def test_until_it_is_taken_back_it_holds() -> None:
    solved = set_to(NINE + HOUR, Status.SOLVED)
    events = [ASKED, solved, undone(NINE + HOUR + 5 * MINUTE, solved)]

    assert decided(events, NINE + HOUR + 4 * MINUTE).facts.status is Status.SOLVED
    assert decided(events, NINE + HOUR + 5 * MINUTE).facts.status is Status.OPEN


def test_a_reminder_that_was_sent_meanwhile_is_not_sent_again() -> None:
    noon = NINE + 3 * HOUR
    urgent = prioritised(noon, "high")
    rules = policy(urgent_matters={FIRST: 3 * HOUR + MINUTE})
    sent = decided([ASKED, urgent], noon, rules)
    assert [act.step for act in sent.acts] == ["90%"]

    known = [ASKED, urgent, *sent.steps_taken, undone(noon + MINUTE, urgent)]

    assert decided(known, noon + 2 * MINUTE, rules).acts == ()
    assert clock(decided(known, noon + 2 * MINUTE, rules), FIRST).due_at == NINE + 4 * HOUR


def test_mail_cannot_be_taken_back() -> None:
    reply = replied(NINE + HOUR)
    never = decided([ASKED, reply], NINE + 2 * HOUR)

    assert decided([ASKED, reply, undone(NINE + HOUR, reply)], NINE + 2 * HOUR).reading == never.reading


def test_the_timeline_shows_what_was_done_and_that_it_was_taken_back() -> None:
    solved = replace(set_to(NINE + HOUR, Status.SOLVED), actor=ANA)
    events = [ASKED, solved, undone(NINE + HOUR + MINUTE, solved)]
    facts = decided(events, NINE + 2 * HOUR).facts

    told = [(one.who, one.what, one.so) for one in entries(events, facts, {}, NAMES, English(LONDON))]

    assert told[:2] == [
        ("Ana Ruiz", "took back what was done last", ""),
        ("Ana Ruiz", "set the status to Solved", "taken back"),
    ]


def test_a_replay_under_other_promises_knows_nothing_of_it() -> None:
    tags = tagged(NINE + HOUR, "late")

    assert bare([ASKED, tags, undone(NINE + HOUR, tags)]) == [ASKED]
