"""What has been so stays so: time that has passed is never told differently by what happens after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from inboxsla.domain.policy import Do, Policy
from inboxsla.domain.timeline import Event, Kind, Standing, Status
from tests import people
from tests.domain.stories import BEGINNING, LATER, RETURNS, pace, policies, some_way_in, stories
from tests.laws import law_of
from tests.people import LONG_AGO, MINUTE, governed, policy, replied, set_to, wrote

# What may tell the past differently.
REVISES = (Kind.BOUNCED, Kind.UNDONE)


def facts(events: list[Event], now: datetime, rules: Policy) -> Standing:
    return people.decided(events, now, rules, LONG_AGO, LATER).facts


def over_and_back(since: datetime, day: int) -> list[Event]:
    """Solved, and the customer writes again, on a day of its own."""
    solved = since + timedelta(days=day)
    return [set_to(solved, Status.SOLVED), wrote(solved + 10 * MINUTE)]


def spent(standing: Standing, until: datetime) -> list[tuple[str, datetime, datetime]]:
    """What the ticket was in, and from when to when, up to an instant."""
    return [
        (span.status, span.start, until if span.end is None else min(span.end, until))
        for span in standing.spans
        if span.start < until
    ]


@law_of(
    stories(),
    policies(),
    some_way_in,
    pace,
    also=[
        (
            [wrote(BEGINNING), replied(BEGINNING + 10 * MINUTE), governed(BEGINNING + timedelta(days=20), 2)],
            policy(),
            1,
            timedelta(days=10),
        )
    ],
)
def test_what_happens_later_changes_no_status_of_before(
    story: list[Event], rules: Policy, seen: int, later: timedelta
) -> None:
    """Not even another policy, which may close what has been silent for long; only a bounce may, of mail already read, and
    whoever takes back an act.
    """
    story = [event for event in story if event.kind not in REVISES] or story[:1]
    now = story[min(seen, len(story) - 1)].happened_at + later
    end = max(now, story[-1].happened_at) + timedelta(days=30)

    assert spent(facts(story, end, rules), now) == spent(facts(story, now, rules), now)


@law_of(stories(), policies(), some_way_in)
def test_a_ticket_that_closes_by_itself_was_warned_of_before_where_the_policy_warns(
    story: list[Event], rules: Policy, seen: int
) -> None:
    """Settled at each instant it wakes for, as the ticker does."""
    events, now = story[: min(seen, len(story) - 1) + 1], story[min(seen, len(story) - 1)].happened_at
    known = list(events)
    warned: list[datetime] = []
    decision = people.decided(known, now, rules, LONG_AGO, LATER)
    for _ in range(40):
        known += decision.steps_taken
        warned += [now for act in decision.acts if act.do is Do.WARN_CLOSING]
        closes, warns = decision.facts.closes_at, decision.facts.warned_at
        if closes is None or decision.wake_at is None:
            return
        if warns is not None and decision.wake_at >= closes:
            assert warned
            assert warned[-1] < closes
        now = decision.wake_at
        decision = people.decided(known, now, rules, LONG_AGO, LATER)


@law_of(
    stories(),
    policies(),
    pace,
    also=[
        (
            [
                wrote(BEGINNING),
                *over_and_back(BEGINNING, 1),
                *over_and_back(BEGINNING, 2),
                *over_and_back(BEGINNING, 3),
            ],
            policy(ladder=RETURNS),
            MINUTE,
        )
    ],
)
def test_the_steps_for_a_customer_who_comes_back_are_taken_once_and_the_highest_alone_acts(
    story: list[Event], rules: Policy, later: timedelta
) -> None:
    """C16: settled as each event comes in, no number of reopenings is acted on twice or after a higher one.

    Without bounces and acts taken back: either may undo the end that the customer seemed to come back after.
    """
    story = [event for event in story if event.kind not in REVISES] or story[:1]
    known: list[Event] = []
    acted: list[int] = []
    for event in story:
        known.append(event)
        decision = people.decided(known, event.happened_at, rules, LONG_AGO, LATER)
        known += decision.steps_taken
        acted += sorted({act.reopened for act in decision.acts if act.reopened})
    last = people.decided(known, story[-1].happened_at + later, rules, LONG_AGO, LATER)
    acted += sorted({act.reopened for act in last.acts if act.reopened})

    assert acted == sorted(set(acted))
    assert all(times <= len(last.facts.reopenings) for times in acted)


@law_of(stories(), policies(), pace)
def test_only_a_customers_mail_that_opens_what_was_over_counts_as_coming_back(
    story: list[Event], rules: Policy, later: timedelta
) -> None:
    known = facts(story, story[-1].happened_at + later, rules)
    ends = {span.end for span in known.spans if span.status in (Status.SOLVED, Status.CLOSED)}
    mails = {event.happened_at for event in story if event.kind is Kind.CUSTOMER_WROTE}

    assert list(known.reopenings) == sorted(known.reopenings)
    assert set(known.reopenings) <= ends & mails


@law_of(stories(), policies(), pace)
def test_one_settling_moves_a_ticket_and_raises_its_priority_at_most_once(
    story: list[Event], rules: Policy, later: timedelta
) -> None:
    acts = people.decided(story, story[-1].happened_at + later, rules, LONG_AGO, LATER).acts

    for once in (Do.REASSIGN, Do.RAISE_PRIORITY):
        assert sum(act.do is once for act in acts) <= 1
