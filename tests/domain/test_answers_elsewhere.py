"""An answer that somebody says was given by phone, in person or by other mail."""

from __future__ import annotations

from inboxsla.domain.clock import State
from inboxsla.domain.timeline import Status
from tests.people import (
    FIRST,
    HOUR,
    MINUTE,
    NEXT,
    UPDATE,
    answered_elsewhere,
    clock,
    clocks,
    decided,
    june,
    policy,
    replied,
    wrote,
)

NINE = june("1 09:00")
UPDATED = policy(update=2 * HOUR)


def test_it_keeps_the_promise_like_a_mail_that_arrived() -> None:
    by_phone = decided([wrote(NINE), answered_elsewhere(NINE + HOUR)], NINE + 2 * HOUR)
    by_mail = decided([wrote(NINE), replied(NINE + HOUR)], NINE + 2 * HOUR)

    assert by_phone.reading == by_mail.reading
    assert clock(by_phone, FIRST).state is State.MET
    assert by_phone.facts.status is by_mail.facts.status is Status.WAITING
    assert by_phone.facts.owner == by_mail.facts.owner


def test_what_counts_is_when_the_customer_heard_not_when_it_was_noted() -> None:
    """Noted after the due time, heard before it: the miss is withdrawn. Said last, but it does not answer what came later."""
    asked = [wrote(NINE), wrote(NINE + 5 * HOUR, source="later")]
    late = decided(asked, NINE + 6 * HOUR)
    assert clock(late, FIRST).breached

    told = decided([*asked, answered_elsewhere(NINE + HOUR)], NINE + 6 * HOUR)

    assert (clock(told, FIRST).state, clock(told, FIRST).elapsed) == (State.MET, HOUR)
    assert clock(told, NEXT).key == "later"
    assert told.facts.waiting_since == NINE + 5 * HOUR


def test_after_a_holding_answer_the_ticket_stays_open_and_the_next_update_is_promised() -> None:
    holding = decided([wrote(NINE), answered_elsewhere(NINE + HOUR, holding=True)], NINE + 2 * HOUR, UPDATED)
    final = decided([wrote(NINE), answered_elsewhere(NINE + HOUR)], NINE + 2 * HOUR, UPDATED)

    assert (holding.facts.status, final.facts.status) == (Status.OPEN, Status.WAITING)
    assert clock(holding, FIRST).state is State.MET
    assert clock(holding, UPDATE).due_at == NINE + 3 * HOUR


def test_each_update_by_phone_begins_the_next_one() -> None:
    events = [wrote(NINE), *(answered_elsewhere(NINE + k * HOUR, holding=True) for k in (1, 2))]
    updates = clocks(decided(events, NINE + 3 * HOUR, UPDATED), UPDATE)

    assert [one.state for one in updates] == [State.MET, State.RUNNING]
    assert updates[-1].due_at == NINE + 4 * HOUR


def test_where_no_customer_wrote_there_is_nothing_to_answer() -> None:
    before = decided([replied(NINE)], NINE + HOUR)
    after = decided([replied(NINE), answered_elsewhere(NINE + 30 * MINUTE)], NINE + HOUR)

    assert after.facts == before.facts
