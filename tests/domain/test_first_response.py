"""When the first-response clock starts, what meets it, and what does not."""

from __future__ import annotations

import pytest

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import State, Urgency
from inboxsla.domain.timeline import Event, Kind, Status
from tests.people import (
    ANA,
    FIRST,
    HOUR,
    JONAS,
    LONDON,
    MINUTE,
    NEXT,
    OFFICE_HOURS,
    RESOLUTION,
    SOREN,
    SUPPLIER,
    ZOFIA,
    assigned,
    clock,
    clocks,
    decided,
    held,
    june,
    london,
    machine_wrote,
    noted,
    policy,
    replied,
    set_to,
    wrote,
)

QUESTION = wrote(june("1 10:00"))


def test_it_starts_with_the_customers_first_message() -> None:
    first = clock(decided([QUESTION], june("1 10:00")), FIRST)

    assert first.state is State.RUNNING
    assert (first.key, first.started_at, first.due_at) == (QUESTION.source, june("1 10:00"), june("1 14:00"))


def test_it_counts_opening_hours_and_spoken_time_and_due_time_agree() -> None:
    """C12b: a Friday-evening question waits from Monday's opening, in the deadline and in the time used up."""
    asked = [wrote(london("2026-06-05 18:30"))]

    first = clock(decided(asked, june("8 10:00")), FIRST)

    assert first.due_at == june("8 13:00")
    assert (first.elapsed, first.left) == (HOUR, 3 * HOUR)


def test_a_public_holiday_in_between_is_not_counted() -> None:
    """C14: opening hours and holidays, from the first day."""
    rules = policy(BusinessCalendar(LONDON, OFFICE_HOURS, ["2026-06-02"]))

    assert clock(decided([wrote(june("1 16:00"))], june("1 16:00"), rules), FIRST).due_at == june("3 12:00")


def test_a_lunch_break_is_nobodys_delay() -> None:
    """C20, C29: a day may have several periods, and what lies between them does not count."""
    with_lunch = {day: [("09:00", "12:00"), ("13:00", "17:00")] for day in OFFICE_HOURS}
    first = clock(
        decided([wrote(june("1 11:30"))], june("1 13:15"), policy(BusinessCalendar(LONDON, with_lunch), first=HOUR)),
        FIRST,
    )

    assert (first.elapsed, first.due_at, first.breached) == (45 * MINUTE, june("1 13:30"), False)


def test_deadlines_and_whether_anybody_is_there_follow_the_same_calendar() -> None:
    """C49: what is closed to the due time is closed to every message about it."""
    calendar = BusinessCalendar(LONDON, OFFICE_HOURS, ["2026-06-02"])
    asked = june("2 11:00")
    first = clock(decided([wrote(asked)], asked, policy(calendar)), FIRST)

    assert not calendar.is_open(asked)
    assert calendar.next_open(asked) == june("3 09:00")
    assert first.due_at == calendar.next_open(asked) + 4 * HOUR


def test_a_promise_over_the_change_of_the_clocks_keeps_its_wall_times() -> None:
    """C59: the Friday before summer time begins, due on Monday at the hour the office's clock shows."""
    first = clock(decided([wrote(london("2026-03-27 16:00"))], london("2026-03-27 16:00")), FIRST)

    assert first.due_at == london("2026-03-30 12:00")
    assert first.due_at.hour == 11


def test_a_reply_from_a_person_meets_it() -> None:
    answered = [QUESTION, replied(june("1 10:38"))]

    first = clock(decided(answered, june("1 12:00")), FIRST)

    assert first.state is State.MET
    assert first.ended_at == june("1 10:38")
    assert (first.elapsed, first.left, first.late_by) == (38 * MINUTE, 202 * MINUTE, 0 * MINUTE)
    assert decided(answered, june("1 12:00")).facts.first_reply_at == june("1 10:38")


def test_a_reply_that_nobody_signed_still_meets_it() -> None:
    """C65: a mail sent from the shared address, or by somebody unknown, is the team's answer; the author is not guessed."""
    decision = decided([QUESTION, replied(june("1 10:38"), by=None)], june("1 12:00"))

    assert clock(decision, FIRST).state is State.MET
    assert decision.facts.owner is None


@pytest.mark.parametrize(
    "happened",
    [
        machine_wrote(june("1 10:30"), "auto_reply"),
        machine_wrote(june("1 10:30"), "bulk"),
        replied(june("1 10:30"), to=[SUPPLIER]),
        replied(june("1 10:30"), to=[]),
        noted(june("1 10:30")),
        assigned(june("1 10:30"), JONAS),
        set_to(june("1 10:30"), Status.WAITING),
        set_to(june("1 10:30"), Status.OPEN),
        held(june("1 10:30"), june("3 10:00")),
    ],
    ids=["auto-reply", "bulk", "to a supplier", "to a colleague", "note", "assignment", "waiting", "open", "on hold"],
)
def test_nothing_but_a_reply_to_the_customer_meets_it(happened: Event) -> None:
    """C9, C10, C4: a status, a note, a machine's mail or a mail to somebody else does not inform the customer."""
    first = clock(decided([QUESTION, happened], june("1 12:00")), FIRST)

    assert first.state is State.RUNNING
    assert first.due_at == june("1 14:00")


def test_mail_written_by_machines_starts_nothing() -> None:
    """C10: an automatic mail neither starts a promise nor ends one."""
    decision = decided([machine_wrote(june("1 10:00")), machine_wrote(june("1 11:00"), "bulk")], june("1 12:00"))

    assert decision.reading.clocks == ()
    assert decision.reading.urgency is Urgency.NONE
    assert decision.wake_at is None


def test_any_outsider_who_writes_counts_as_the_customer() -> None:
    """C67: a reply to the colleague of the requester, who also wrote, informs the customer."""
    both = [QUESTION, wrote(june("1 10:10"), SOREN)]

    assert clock(decided([*both, replied(june("1 11:00"), to=[SOREN])], june("1 12:00")), FIRST).state is State.MET
    assert (
        clock(decided([*both, replied(june("1 11:00"), to=[SUPPLIER])], june("1 12:00")), FIRST).state is State.RUNNING
    )


@pytest.mark.parametrize("route", ["msg:1", "portal:1", "form:7"])
def test_a_customers_message_counts_whatever_route_it_took(route: str) -> None:
    """C3: there is one kind of customer message, from the first to the last."""
    again = Event(Kind.CUSTOMER_WROTE, june("1 12:00"), route, data={"who": ZOFIA})

    assert clock(
        decided([Event(Kind.CUSTOMER_WROTE, june("1 10:00"), route, data={"who": ZOFIA})], june("1 11:00")), FIRST
    )
    assert clock(decided([QUESTION, replied(june("1 11:00")), again], june("1 12:00")), NEXT).key == route


def test_until_the_first_reply_no_response_clock_but_the_first_runs() -> None:
    """C11a: a shorter next-response promise never hides a longer first-response one."""
    rules = policy(first=6 * HOUR, next=HOUR)
    decision = decided([QUESTION, wrote(june("1 11:00")), wrote(june("1 12:00"))], june("1 12:30"), rules)

    assert clocks(decision, NEXT) == []
    assert len(clocks(decision, FIRST)) == 1
    assert clock(decision, FIRST).due_at == june("1 16:00")


def test_replying_and_changing_the_status_at_once_is_a_reply() -> None:
    """C7: both carry the same instant; the reply is read first, whatever they are called."""
    for status in (Status.SOLVED, Status.WAITING, Status.ON_HOLD, Status.CLOSED):
        both = [QUESTION, set_to(june("1 11:00"), status, source="a"), replied(june("1 11:00"), source="z")]
        assert clock(decided(both, june("1 12:00")), FIRST).state is State.MET


def test_a_question_and_its_answer_in_the_same_second_are_question_and_answer() -> None:
    decision = decided([wrote(june("1 10:00"), source="z"), replied(june("1 10:00"), source="a")], june("1 10:00"))

    assert clock(decision, FIRST).state is State.MET
    assert decision.facts.waiting_since is None


def test_solving_without_a_reply_is_neither_met_nor_missed() -> None:
    """C8: it has an outcome of its own, and it stops counting."""
    closed = [QUESTION, set_to(june("1 11:00"), Status.SOLVED)]

    for now in (june("1 11:00"), june("3 11:00")):
        first = clock(decided(closed, now), FIRST)
        assert (first.state, first.breached, first.elapsed) == (State.CLOSED_WITHOUT_REPLY, False, HOUR)


def test_a_ticket_that_begins_on_hold_or_solved_burns_no_time() -> None:
    """C12a: the state a ticket starts in counts like any other."""
    on_hold = [QUESTION, held(june("1 10:00"), june("3 10:00"))]
    over = [QUESTION, set_to(june("1 10:00"), Status.SOLVED)]

    assert clock(decided(on_hold, june("2 10:00")), RESOLUTION).elapsed == 0 * HOUR
    assert clock(decided(over, june("2 10:00")), RESOLUTION).elapsed == 0 * HOUR


def test_the_person_who_answers_an_unowned_ticket_owns_it() -> None:
    assert decided([QUESTION, replied(june("1 11:00"), by=ANA)], june("1 12:00")).facts.owner == ANA
    owned = [QUESTION, assigned(june("1 10:05"), JONAS), replied(june("1 11:00"), by=ANA)]
    assert decided(owned, june("1 12:00")).facts.owner == JONAS


def test_a_thread_that_staff_started_waits_without_clocks_until_the_customer_writes() -> None:
    offer = replied(june("1 09:30"), to=[ZOFIA])

    waiting = decided([offer], june("3 10:00"))
    assert waiting.facts.status is Status.WAITING
    assert waiting.facts.owner == ANA
    assert waiting.reading.clocks == ()
    assert waiting.facts.first_reply_at is None
    assert waiting.wake_at is None
    assert decided([offer], june("3 10:00"), policy(reply_sets_waiting=False)).facts.status is Status.WAITING

    asked = decided([offer, wrote(june("3 11:00"))], june("3 11:30"))
    assert [(one.metric, one.started_at) for one in asked.reading.clocks] == [
        (RESOLUTION, june("3 11:00")),
        (NEXT, june("3 11:00")),
    ]
