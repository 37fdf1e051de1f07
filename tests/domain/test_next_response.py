"""The next-response clock: from the oldest unanswered message to the next human reply."""

from __future__ import annotations

from inboxsla.domain.clock import State
from inboxsla.domain.timeline import Status
from tests.people import FIRST, HOUR, MINUTE, NEXT, clock, clocks, decided, june, policy, replied, set_to, wrote

ANSWERED = [wrote(june("1 10:00")), replied(june("1 11:00"))]


def test_it_does_not_exist_while_the_agent_spoke_last() -> None:
    """C6: after an answer nothing runs until the customer writes again."""
    decision = decided(ANSWERED, june("4 11:00"))

    assert clocks(decision, NEXT) == []
    assert decision.facts.waiting_since is None


def test_it_runs_from_the_oldest_unanswered_message() -> None:
    """C33: further nudges move the last activity, never the time the customer has been waiting."""
    nudged = [*ANSWERED, wrote(june("1 12:00")), wrote(june("1 13:00")), wrote(june("1 14:00"))]
    decision = decided(nudged, june("1 15:00"))

    assert len(clocks(decision, NEXT)) == 1
    assert (clock(decision, NEXT).started_at, clock(decision, NEXT).elapsed) == (june("1 12:00"), 3 * HOUR)
    assert decision.facts.waiting_since == june("1 12:00")
    assert decision.facts.last_activity == june("1 14:00")


def test_every_round_is_a_cycle_of_its_own() -> None:
    """C5: the second reply ends the second wait at once, as the first one did."""
    rounds = [
        *ANSWERED,
        wrote(june("1 12:00"), source="second"),
        replied(june("1 12:20")),
        wrote(june("1 13:00"), source="third"),
        replied(june("1 13:45")),
    ]
    cycles = clocks(decided(rounds, june("1 13:45")), NEXT)

    assert [(one.key, one.state, one.elapsed) for one in cycles] == [
        ("second", State.MET, 20 * MINUTE),
        ("third", State.MET, 45 * MINUTE),
    ]
    assert clock(decided(rounds, june("1 13:45")), FIRST).ended_at == june("1 11:00")


def test_a_reply_written_before_the_newest_message_answers_only_what_came_before_it() -> None:
    """C66: they crossed; the newer message is still unanswered."""
    crossed = [*ANSWERED, wrote(june("1 12:00")), replied(june("1 12:30")), wrote(june("1 12:31"))]
    decision = decided(crossed, june("1 13:00"))

    assert [one.state for one in clocks(decision, NEXT)] == [State.MET, State.RUNNING]
    assert clock(decision, NEXT).started_at == june("1 12:31")
    assert decision.facts.waiting_since == june("1 12:31")


def test_an_older_message_learned_late_moves_the_start_back() -> None:
    late = [*ANSWERED, wrote(june("1 12:30")), wrote(june("1 12:00"))]

    assert clock(decided(late, june("1 13:00")), NEXT).started_at == june("1 12:00")


def test_a_reply_learned_late_but_written_in_time_withdraws_the_miss() -> None:
    asked = [*ANSWERED, wrote(june("2 09:00"))]
    assert decided(asked, june("2 17:00")).reading.breached

    known = decided([*asked, replied(june("2 16:59"))], june("3 10:00"))
    assert not known.reading.breached
    assert clock(known, NEXT).state is State.MET


def test_a_human_reply_moves_the_ticket_to_waiting_and_the_customer_moves_it_back() -> None:
    assert decided(ANSWERED, june("1 12:00")).facts.status is Status.WAITING
    assert decided([*ANSWERED, wrote(june("1 12:00"))], june("1 12:00")).facts.status is Status.OPEN


def test_the_policy_may_leave_the_status_to_people() -> None:
    rules = policy(reply_sets_waiting=False)
    assert decided(ANSWERED, june("1 12:00"), rules).facts.status is Status.OPEN

    waiting = [*ANSWERED, set_to(june("1 12:00"), Status.WAITING), wrote(june("1 13:00"))]
    assert decided(waiting, june("1 13:00"), rules).facts.status is Status.OPEN


def test_a_policy_without_first_response_still_promises_the_next() -> None:
    rules = policy(first=None)

    assert decided(ANSWERED[:1], june("1 10:30"), rules).reading.clocks[0].metric is not FIRST
    assert clock(decided([*ANSWERED, wrote(june("1 12:00"))], june("1 12:30"), rules), NEXT).elapsed == HOUR / 2
