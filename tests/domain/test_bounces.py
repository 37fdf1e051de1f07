"""A reply that did not arrive is no reply."""

from __future__ import annotations

from inboxsla.domain.clock import State
from inboxsla.domain.timeline import Status
from tests.people import (
    ANA,
    FIRST,
    HOUR,
    NEXT,
    RESOLUTION,
    SOREN,
    SUPPLIER,
    ZOFIA,
    archived,
    bounced,
    clock,
    clocks,
    decided,
    june,
    policy,
    replied,
    set_to,
    wrote,
)

QUESTION = wrote(june("1 10:00"), source="question")
REPLY = replied(june("1 11:00"), source="reply")


def test_a_bounce_reopens_the_clock_that_the_reply_met() -> None:
    """C9: only a delivered message meets a promise; the time it took to come back counts."""
    bounce = bounced(june("1 11:02"), of=REPLY, to=[ZOFIA])

    assert clock(decided([QUESTION, REPLY, bounce], june("1 11:01")), FIRST).state is State.MET
    after = decided([QUESTION, REPLY, bounce], june("1 12:00"))
    assert (clock(after, FIRST).state, clock(after, FIRST).elapsed) == (State.RUNNING, 2 * HOUR)
    assert after.facts.status is Status.OPEN
    assert after.facts.waiting_since == june("1 10:00")
    assert after.facts.first_reply_at is None


def test_whoever_wrote_the_mail_that_came_back_owns_the_ticket_and_has_touched_it() -> None:
    facts = decided([QUESTION, REPLY, bounced(june("1 11:02"))], june("1 12:00")).facts

    assert (facts.owner, facts.last_touched, facts.last_activity) == (ANA, june("1 11:00"), june("1 11:00"))


def test_a_bounce_that_names_no_mail_means_the_newest_mail_to_whom_it_names() -> None:
    to_supplier = replied(june("1 11:30"), to=[SUPPLIER])
    story = [QUESTION, REPLY, to_supplier]

    def first(*named: str) -> State:
        return clock(decided([*story, bounced(june("1 11:32"), to=named)], june("1 12:00")), FIRST).state

    assert first(SUPPLIER) is State.MET
    assert first() is State.MET
    assert first(ZOFIA) is State.RUNNING


def test_a_bounce_from_an_address_the_mail_was_forwarded_to_still_counts() -> None:
    bounce = bounced(june("1 11:02"), of=REPLY, to=["p:where-zofias-mail-ends-up"])

    assert clock(decided([QUESTION, REPLY, bounce], june("1 12:00")), FIRST).state is State.RUNNING
    to_two = replied(june("1 11:00"), to=[ZOFIA, SUPPLIER])
    whose = bounced(june("1 11:02"), of=to_two, to=["p:nobody-knows-whose"])
    assert clock(decided([QUESTION, to_two, whose], june("1 12:00")), FIRST).state is State.MET


def test_a_bounce_of_some_other_mail_changes_nothing() -> None:
    ours = replied(june("1 11:01"), source="a reminder of ours")
    story = [QUESTION, REPLY]

    assert decided([*story, bounced(june("1 11:02"), of=ours)], june("1 12:00")) == decided(story, june("1 12:00"))


def test_a_reply_to_two_customers_is_lost_only_when_both_mails_come_back() -> None:
    both_asked = [QUESTION, wrote(june("1 10:10"), SOREN)]
    reply = replied(june("1 11:00"), to=[ZOFIA, SOREN])
    one, other = bounced(june("1 11:02"), of=reply, to=[ZOFIA]), bounced(june("1 11:03"), of=reply, to=[SOREN])

    assert clock(decided([*both_asked, reply, one], june("1 12:00")), FIRST).state is State.MET
    assert clock(decided([*both_asked, reply, one, other], june("1 12:00")), FIRST).state is State.RUNNING


def test_reaching_only_somebody_who_is_not_the_customer_is_no_answer() -> None:
    reply = replied(june("1 11:00"), to=[ZOFIA, SUPPLIER])
    bounce = bounced(june("1 11:02"), of=reply, to=[ZOFIA])

    assert clock(decided([QUESTION, reply, bounce], june("1 12:00")), FIRST).state is State.RUNNING


def test_a_second_reply_that_arrives_is_the_answer() -> None:
    story = [QUESTION, REPLY, bounced(june("1 11:02"), of=REPLY), replied(june("1 11:30"))]
    decision = decided(story, june("1 12:00"))

    assert clock(decision, FIRST).ended_at == june("1 11:30")
    assert decision.facts.first_reply_at == june("1 11:30")


def test_an_older_mail_that_comes_back_late_does_not_undo_a_newer_answer() -> None:
    story = [QUESTION, REPLY, replied(june("1 11:30")), archived(june("1 12:00")), bounced(june("2 11:00"), of=REPLY)]
    decision = decided(story, june("2 12:00"))

    assert decision.facts.status is Status.SOLVED
    assert clock(decision, FIRST).state is State.MET


def test_mail_sent_and_archived_at_once_reopens_when_it_comes_back() -> None:
    """Otherwise nobody would ever learn that the customer still waits. The solved time does not count."""
    story = [QUESTION, REPLY, archived(june("1 11:00")), bounced(june("1 15:00"), of=REPLY)]
    decision = decided(story, june("1 16:00"))

    assert decision.facts.status is Status.OPEN
    assert (clock(decision, FIRST).state, clock(decision, FIRST).elapsed) == (State.RUNNING, 2 * HOUR)
    assert clock(decision, RESOLUTION).elapsed == 2 * HOUR
    assert clocks(decision, NEXT) == []


def test_such_a_bounce_restarts_resolution_where_the_policy_says_so() -> None:
    story = [QUESTION, REPLY, archived(june("1 11:00")), bounced(june("1 15:00"), of=REPLY, source="bounce")]
    decision = decided(story, june("1 16:00"), policy(reopening="restart"))

    assert (clock(decision, RESOLUTION).key, clock(decision, RESOLUTION).elapsed) == ("bounce", HOUR)
    assert clock(decision, FIRST).elapsed == 2 * HOUR


def test_a_bounce_known_before_solving_and_a_bounce_on_what_is_no_ticket_reopen_nothing() -> None:
    bounce = bounced(june("1 11:02"), of=REPLY)
    given_up = [QUESTION, REPLY, bounce, archived(june("1 12:00"))]
    no_ticket = [QUESTION, REPLY, set_to(june("1 11:01"), Status.NOT_A_TICKET), bounce]

    assert decided(given_up, june("1 13:00")).facts.status is Status.SOLVED
    assert clock(decided(given_up, june("1 13:00")), FIRST).state is State.CLOSED_WITHOUT_REPLY
    assert decided(no_ticket, june("1 13:00")).facts.status is Status.NOT_A_TICKET


def test_a_staff_thread_whose_first_mail_came_back_waits_for_nobody() -> None:
    offer = replied(june("1 09:30"), source="offer")
    story = [offer, bounced(june("1 09:31"), of=offer)]

    decision = decided(story, june("1 10:00"))
    assert decision.facts.status is Status.OPEN
    assert decision.reading.clocks == ()
    assert decision.facts.opened_at == june("1 09:30")

    sent_again = decided([*story, replied(june("1 10:30"))], june("1 11:00"))
    assert sent_again.facts.status is Status.WAITING


def test_a_customers_answer_to_a_staff_thread_stays_an_answer_when_a_bounce_follows() -> None:
    """The thread was still started by staff: there is no first response to promise."""
    offer = replied(june("1 09:30"), to=[ZOFIA, SOREN], source="offer")
    story = [offer, wrote(june("1 10:00")), bounced(june("1 11:00"), to=[ZOFIA, SOREN])]
    decision = decided(story, june("1 12:00"))

    assert clocks(decision, FIRST) == []
    assert clock(decision, NEXT).elapsed == 2 * HOUR


def test_a_bounce_dated_like_its_mail_comes_after_it() -> None:
    reply = replied(june("1 11:00"), source="z")
    story = [QUESTION, reply, bounced(june("1 11:00"), source="a")]

    assert clock(decided(story, june("1 12:00")), FIRST).state is State.RUNNING
