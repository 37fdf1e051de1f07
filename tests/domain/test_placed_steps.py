"""Steps placed before or after the due time, for one promise only, for people by name; and what they may do."""

from __future__ import annotations

from datetime import datetime

from inboxsla.domain.decide import Act
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.timeline import Event
from tests.people import (
    ALWAYS,
    CLAIRE,
    FIRST,
    HOUR,
    LADDER,
    MINUTE,
    NEXT,
    RESOLUTION,
    assigned,
    decided,
    held,
    june,
    policy,
    prioritised,
    replied,
    wrote,
)

QUESTION = wrote(june("1 10:00"), source="question")
AN_HOUR_BEFORE = Step(None, (Do.REMIND_OWNER,), -HOUR)
HALF_AN_HOUR_AFTER = Step(None, (Do.NOTIFY_LEAD,), HOUR / 2)
PLACED = policy(resolution=None, ladder=(AN_HOUR_BEFORE, HALF_AN_HOUR_AFTER))


def walk(events: list[Event], rules: Policy, *instants: str) -> list[list[Act]]:
    """The acts owed at each instant, when every step taken is remembered."""
    events, owed = list(events), []
    for instant in instants:
        decision = decided(events, june(instant), rules)
        events += decision.steps_taken
        owed.append(list(decision.acts))
    return owed


def when(acts: list[Act]) -> list[tuple[Do, int, datetime]]:
    return [(act.do, act.percent, act.instant) for act in acts]


def test_steps_come_before_and_after_the_due_time() -> None:
    none, before, none_again, after = walk([QUESTION], PLACED, "1 12:59", "1 13:00", "1 14:00", "1 14:30")

    assert none == none_again == []
    assert when(before) == [(Do.REMIND_OWNER, 75, june("1 13:00"))]
    assert when(after) == [(Do.NOTIFY_LEAD, 112, june("1 14:30"))]


def test_the_ticket_wakes_for_them() -> None:
    rules = policy(first=10 * HOUR, resolution=None, ladder=(Step(None, (Do.REMIND_OWNER,), -9 * HOUR),))

    assert decided([QUESTION], june("1 10:00"), rules).wake_at == june("1 11:00")


def test_before_and_after_are_counted_in_opening_hours() -> None:
    """An hour before Monday 9:30 is Friday 16:30, and half an hour after Friday 17:00 is Monday 9:30."""
    due_on_monday = [wrote(june("5 13:30"), source="question")]
    (before,) = walk(due_on_monday, PLACED, "5 16:30")
    assert when(before)[0][2] == june("5 16:30")

    due_at_closing = [wrote(june("5 13:00"), source="question")]
    _, weekend, monday = walk(due_at_closing, PLACED, "5 16:00", "6 12:00", "8 09:30")
    assert weekend == []
    assert when(monday)[0][2] == june("8 09:30")


def test_a_pause_moves_them_like_the_due_time() -> None:
    rules = policy(first=None, resolution=4 * HOUR, ladder=(AN_HOUR_BEFORE,))
    story = [QUESTION, held(june("1 11:00"), june("1 13:00"))]

    assert decided(story, june("1 14:59"), rules).acts == ()
    assert when(list(decided(story, june("1 15:00"), rules).acts)) == [(Do.REMIND_OWNER, 75, june("1 15:00"))]


def test_a_step_that_would_lie_before_the_start_of_a_shorter_promise_never_comes_for_it() -> None:
    rules = policy(
        resolution=None, urgent_matters={FIRST: HOUR / 2}, ladder=(AN_HOUR_BEFORE, Step(100, (Do.NOTIFY_LEAD,)))
    )
    story = [QUESTION, prioritised(june("1 10:00"), "high")]

    at_once, due = walk(story, rules, "1 10:00", "1 10:30")
    assert at_once == []
    assert [act.do for act in due] == [Do.NOTIFY_LEAD]


def test_a_step_further_off_than_any_calendar_reaches_never_comes_and_stops_nothing() -> None:
    rules = policy(resolution=None, ladder=(*LADDER, Step(None, (Do.NOTIFY_LEAD,), 100_000 * HOUR)))
    decision = decided([QUESTION], june("1 14:00"), rules)

    assert [act.do for act in decision.acts] == [Do.NOTIFY_OWNER, Do.NOTIFY_LEAD, Do.REASSIGN]


def test_a_step_for_one_promise_leaves_the_others_alone() -> None:
    rules = policy(resolution=4 * HOUR, ladder=(Step(75, (Do.REMIND_OWNER,), metrics=frozenset({FIRST})),))

    acts = decided([QUESTION], june("1 13:00"), rules).acts
    assert [act.metric for act in acts] == [FIRST]


def test_two_promises_may_each_have_their_own_step_at_the_same_place() -> None:
    rules = policy(
        resolution=4 * HOUR,
        ladder=(
            Step(75, (Do.REMIND_OWNER,), metrics=frozenset({FIRST})),
            Step(75, (Do.NOTIFY_LEAD,), metrics=frozenset({RESOLUTION, NEXT})),
        ),
    )

    acts = decided([QUESTION], june("1 13:00"), rules).acts
    assert {(act.metric, act.do) for act in acts} == {(FIRST, Do.REMIND_OWNER), (RESOLUTION, Do.NOTIFY_LEAD)}


def test_each_level_reaches_other_people() -> None:
    """C16: first the owner, then the lead and somebody by name, then the lead on duty, some of it after the miss."""
    boss = "boss@lumenvelo.example"
    rules = policy(
        resolution=None,
        ladder=(
            Step(75, (Do.REMIND_OWNER,)),
            Step(None, (Do.NOTIFY_LEAD, Do.NOTIFY_PERSON), -20 * MINUTE, notify=(boss, CLAIRE)),
            Step(None, (Do.NOTIFY_ON_DUTY_LEAD,), HOUR),
        ),
    )
    levels = walk([QUESTION], rules, "1 13:00", "1 13:40", "1 15:00")

    assert [[(act.role, act.recipient) for act in level] for level in levels] == [
        [("owner", "")],
        [("lead", ""), ("person", boss), ("person", CLAIRE)],
        [("on_duty_lead", "")],
    ]
    assert len({act.key for level in levels for act in level}) == 5


def test_raising_the_priority_is_an_act_of_its_own_for_the_ticket() -> None:
    """C57: a step that only tells people changes nothing, and one that changes the priority tells nobody."""
    rules = policy(resolution=None, ladder=(Step(75, (Do.NOTIFY_LEAD,)), Step(90, (Do.RAISE_PRIORITY,))))
    told, raised = walk([QUESTION], rules, "1 13:00", "1 13:36")

    assert [(act.do, act.role) for act in told] == [(Do.NOTIFY_LEAD, "lead")]
    assert [(act.do, act.role) for act in raised] == [(Do.RAISE_PRIORITY, "ticket")]


def test_a_raised_priority_re_reads_the_promise_and_takes_no_step_twice() -> None:
    rules = policy(
        resolution=None,
        urgent_matters={FIRST: 3 * HOUR},
        ladder=(Step(50, (Do.RAISE_PRIORITY,)), Step(100, (Do.NOTIFY_LEAD,))),
    )
    raised = decided([QUESTION], june("1 12:00"), rules)
    assert [act.do for act in raised.acts] == [Do.RAISE_PRIORITY]

    story = [QUESTION, *raised.steps_taken, prioritised(june("1 12:00"), "high")]
    again, due = walk(story, rules, "1 12:00", "1 13:00")
    assert again == []
    assert [act.do for act in due] == [Do.NOTIFY_LEAD]


def test_two_promises_that_run_out_at_once_move_the_ticket_once() -> None:
    rules = policy(resolution=4 * HOUR)
    acts = decided([QUESTION, assigned(june("1 10:05"), "ana")], june("1 14:00"), rules).acts

    assert [act.do for act in acts].count(Do.REASSIGN) == 1
    assert [act.do for act in acts].count(Do.NOTIFY_LEAD) == 2


def test_two_promises_that_run_out_at_once_raise_the_priority_once() -> None:
    rules = policy(resolution=4 * HOUR, ladder=(Step(100, (Do.RAISE_PRIORITY,)),))

    assert [act.do for act in decided([QUESTION], june("1 14:00"), rules).acts] == [Do.RAISE_PRIORITY]


def test_an_answered_promise_takes_no_step_after_its_due_time() -> None:
    assert decided([QUESTION, replied(june("1 14:10"))], june("1 14:30"), PLACED).acts == ()


def test_around_the_clock_after_means_real_hours() -> None:
    rules = policy(ALWAYS, resolution=None, ladder=(Step(None, (Do.NOTIFY_LEAD,), 10 * HOUR),))

    assert when(list(decided([QUESTION], june("2 00:00"), rules).acts)) == [(Do.NOTIFY_LEAD, 350, june("2 00:00"))]
