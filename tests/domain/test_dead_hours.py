"""A calendar that has run out of opening hours: read, and never due."""

from __future__ import annotations

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import State, Urgency
from inboxsla.domain.policy import Do
from inboxsla.domain.replay import replay
from inboxsla.domain.speech import English
from inboxsla.domain.ticket_view import clock_time_left
from inboxsla.domain.timeline import Status
from inboxsla.domain.why import clock_views
from tests.people import (
    ALWAYS,
    FIRST,
    HOUR,
    LONDON,
    MINUTE,
    NEXT,
    OFFICE,
    RESOLUTION,
    archived,
    clock,
    decided,
    governed,
    held,
    june,
    policy,
    replied,
    wrote,
)

# The fair was open on the first of June; it does not come again.
FAIR = BusinessCalendar(LONDON, {}, special_days={"2026-06-01": [("09:00", "11:00")]})
RULES = policy(FAIR)
QUESTION = wrote(june("1 10:00"), source="question")


def test_a_promise_whose_calendar_never_opens_again_is_read_and_never_due() -> None:
    """C34: no error for whoever looks at the ticket; no due time, no breach, nothing to wake for."""
    decision = decided([QUESTION], june("9 12:00"), RULES)
    first = clock(decision, FIRST)

    assert (first.state, first.due_at, first.breached, first.late_by) == (State.RUNNING, None, False, 0 * HOUR)
    assert (first.elapsed, first.left) == (HOUR, 3 * HOUR)
    assert first.urgency is Urgency.LOW
    assert not decision.reading.breached
    assert (decision.acts, decision.wake_at) == ((), None)


def test_what_is_left_of_its_hours_still_brings_its_steps() -> None:
    rules = policy(FAIR, first=80 * MINUTE, resolution=None)

    assert decided([QUESTION], june("1 10:30"), rules).wake_at == june("1 10:40")
    assert [act.do for act in decided([QUESTION], june("1 11:00"), rules).acts] == [Do.REMIND_OWNER]


def test_an_answer_meets_it_and_it_explains_itself() -> None:
    decision = decided([QUESTION, replied(june("3 12:00"))], june("9 12:00"), RULES)
    assert clock(decision, FIRST).state is State.MET

    views = clock_views(decision.facts, decision.reading, RULES, june("9 12:00"))
    first = next(view for view in views if view.reading.metric is FIRST)
    assert [(span.kind, span.length) for span in first.why if span.length] == [("counted", HOUR)]
    assert first.why[-1].end == june("3 12:00")


def test_it_is_said_in_words() -> None:
    now = june("1 10:30")
    said = clock_time_left(clock(decided([QUESTION], now, RULES), FIRST), now, English(LONDON))

    assert said.head == "No due time"
    assert said.detail.replace("\u00a0", " ") == "3 h 30 min left, but not enough opening hours ahead"


def test_one_that_falls_due_presses_more_than_one_that_never_does() -> None:
    rules = policy(FAIR, calendars={RESOLUTION: OFFICE})
    worst = decided([QUESTION], june("1 10:05"), rules).reading.worst

    assert worst is not None
    assert worst.metric is RESOLUTION


def test_holds_and_silence_that_such_a_calendar_never_ends_last() -> None:
    """C34: closing by itself and the limit of holds count in the same hours."""
    rules = policy(FAIR, longest_hold=8 * HOUR, closes_after=8 * HOUR, warned_before=HOUR)
    waiting = decided([QUESTION, replied(june("1 10:30"))], june("9 12:00"), rules)
    on_hold = decided([QUESTION, held(june("1 10:30"), None)], june("9 12:00"), rules)

    assert (waiting.facts.status, waiting.facts.closes_at, waiting.facts.warned_at) == (Status.WAITING, None, None)
    assert (on_hold.facts.status, on_hold.facts.hold_until) == (Status.ON_HOLD, None)


def test_hours_given_later_make_it_due() -> None:
    later = {2: policy(OFFICE)}
    decision = decided([QUESTION, governed(june("3 09:00"), 2)], june("3 09:30"), RULES, later=later)

    assert clock(decision, FIRST).due_at == june("1 14:00")
    assert decision.reading.breached


def test_a_replay_counts_it_as_running() -> None:
    story = [QUESTION, replied(june("1 10:30")), archived(june("1 10:40")), wrote(june("3 10:00"))]
    replayed = replay(story, RULES, june("9 12:00"))

    assert [one.state for one in replayed.clocks if one.metric in (NEXT, RESOLUTION)] == [State.RUNNING, State.RUNNING]


def test_a_policy_knows_which_of_its_promises_never_fall_due() -> None:
    """C34: so that it can be said before a ticket shows it."""
    mixed = policy(FAIR, first=HOUR, calendars={RESOLUTION: ALWAYS})

    assert mixed.never_due(june("1 09:00")) == (NEXT,)
    assert mixed.never_due(june("2 09:00")) == (FIRST, NEXT)
    assert policy().never_due(june("2 09:00")) == ()
