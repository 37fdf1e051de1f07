"""Of a short promise only the last reminder before it is due comes; the others are skipped, and said to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Event, Kind
from inboxsla.domain.timeline_view import entries
from inboxsla.domain.why import clock_views
from tests.people import HOUR, LONDON, decided, june, policy, wrote

QUESTION = wrote(june("1 10:00"), source="question")
SAY = English(LONDON)


def promising(first: timedelta, *ladder: Step, under: timedelta = 2 * HOUR) -> Policy:
    steps = ladder or (Step(75, (Do.REMIND_OWNER,)), Step(90, (Do.REMIND_OWNER,)), Step(100, (Do.NOTIFY_OWNER,)))
    return replace(policy(first=first, resolution=None, ladder=steps), skip_early_under=under)


def taken(rules: Policy, *instants: str) -> list[tuple[str, str]]:
    """The steps that were taken by the last of these instants, and what became of each."""
    events: list[Event] = [QUESTION]
    for instant in instants:
        events += decided(events, june(instant), rules).steps_taken
    return [(each.data["step"], each.data["outcome"]) for each in events if each.kind is Kind.STEP_TAKEN]


def test_an_hour_is_reminded_of_once_and_two_hours_twice() -> None:
    assert taken(promising(HOUR), "1 10:45", "1 10:54", "1 11:00") == [
        ("75%", "skipped"),
        ("90%", "acted"),
        ("100%", "acted"),
    ]
    assert taken(promising(2 * HOUR), "1 11:30", "1 11:48") == [("75%", "acted"), ("90%", "acted")]


def test_a_skipped_step_owes_no_mail_and_wakes_the_ticket_for_the_next() -> None:
    decision = decided([QUESTION], june("1 10:45"), promising(HOUR))

    assert decision.acts == ()
    assert decision.wake_at == june("1 10:54")


def test_a_promise_with_one_reminder_keeps_it_however_short() -> None:
    only = (Step(75, (Do.REMIND_OWNER,)), Step(100, (Do.NOTIFY_LEAD,)))
    assert taken(promising(HOUR, *only), "1 10:45") == [("75%", "acted")]


def test_steps_that_tell_others_are_never_skipped() -> None:
    lead = (Step(75, (Do.NOTIFY_LEAD,)), Step(90, (Do.REMIND_OWNER,)))
    assert taken(promising(HOUR, *lead), "1 10:45") == [("75%", "acted")]


def test_after_downtime_the_last_reminder_still_comes() -> None:
    assert taken(promising(HOUR), "1 10:57") == [("75%", "skipped"), ("90%", "acted")]


def test_the_ticket_page_says_what_is_skipped_and_why_before_and_after() -> None:
    rules = promising(HOUR)
    decision = decided([QUESTION], june("1 10:30"), rules)
    (clock,) = clock_views(decision.facts, decision.reading, rules, june("1 10:30"))
    early, last, _ = clock.steps

    assert (early.comes(june("1 10:30")), last.comes(june("1 10:30"))) == (False, True)
    assert early.skipped_under == 2 * HOUR

    events = [QUESTION, *decided([QUESTION], june("1 10:45"), rules).steps_taken]
    after = decided(events, june("1 10:46"), rules)
    said = [f"{entry.what}: {entry.so}" for entry in entries(events, after.facts, {}, {}, SAY)]
    assert (
        "Reminder skipped: 75 % of first response; the promise is shorter than 2\xa0h, so only the last reminder comes"
        in said
    )
