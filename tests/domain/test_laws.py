"""What holds for every ticket, whatever happens to it and under whatever policy."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from inboxsla.domain.clock import ClockReading, State, runs_of
from inboxsla.domain.decide import Decision
from inboxsla.domain.policy import Policy
from inboxsla.domain.timeline import Event, Kind, Metric
from inboxsla.domain.why import clock_views
from tests import people
from tests.dice import Dice
from tests.domain.stories import BEGINNING, FADING, LATER, LONGEST, pace, policies, some_way_in, stories
from tests.laws import law_of
from tests.people import LONG_AGO, MINUTE, policy, replied, wrote

TICK = timedelta.resolution
LIVE = (State.RUNNING, State.PAUSED)


def since(dice: Dice) -> datetime | None:
    """When the mailbox was made live."""
    return dice.one_of((None, BEGINNING, BEGINNING + 60 * MINUTE))


def order(dice: Dice) -> list[float]:
    """By which a story is sorted when it is learned of in another order."""
    return [dice.share() for _ in range(LONGEST)]


def naps(dice: Dice) -> list[timedelta]:
    return dice.some(pace, 6, least=1)


def decided(events: list[Event], now: datetime, rules: Policy, since: datetime | None = LONG_AGO) -> Decision:
    return people.decided(events, now, rules, since, LATER)


def settled(reading: ClockReading) -> tuple[Any, ...]:
    """What of a reading may change only at a named instant: everything but the time that runs on."""
    return (
        reading.metric, reading.key, reading.state, reading.urgency, reading.target, reading.due_at, reading.breached,
        reading.ended_at,
    )  # fmt: skip


def state_of(decision: Decision) -> tuple[Any, ...]:
    return (
        decision.facts,
        decision.reading.urgency,
        decision.reading.breached,
        [settled(clock) for clock in decision.reading.clocks],
        decision.wants_owner,
        [(step.source, step.data["outcome"]) for step in decision.steps_taken],
        [act.key for act in decision.acts],
    )


def recorded(events: list[Event], rules: Policy, now: datetime, since: datetime | None) -> list[Event]:
    return [*events, *decided(events, now, rules, since).steps_taken]


@law_of(stories(), policies(), pace, since, order)
def test_the_order_in_which_events_were_learned_changes_nothing(
    story: list[Event], rules: Policy, later: timedelta, since: datetime | None, order: list[float]
) -> None:
    now = story[-1].happened_at + later
    shuffled = [event for _, event in sorted(zip(order, story, strict=False), key=lambda pair: pair[0])]

    assert decided(shuffled, now, rules, since) == decided(story, now, rules, since)


@law_of(stories(), policies(), some_way_in, pace, since, Dice.share)
def test_until_the_next_wake_time_alone_changes_nothing(
    story: list[Event], rules: Policy, seen: int, later: timedelta, since: datetime | None, share: float
) -> None:
    """The ticker relies on it, also for mail that Gmail's clock dates a little ahead of ours."""
    now = story[min(seen, len(story) - 1)].happened_at + later
    events = recorded(story, rules, now, since)
    decision = decided(events, now, rules, since)
    wake = decision.wake_at or now + timedelta(days=800)

    assert wake > now
    between = now + share * (wake - now)
    for instant in {now, min(between, wake - TICK), wake - TICK}:
        assert state_of(decided(events, instant, rules, since)) == state_of(decision), instant


@law_of(stories(), policies(), pace, since)
def test_at_the_wake_something_has_changed(
    story: list[Event], rules: Policy, later: timedelta, since: datetime | None
) -> None:
    """A ticket that wakes for nothing costs work; one percent that equals another is not worth telling apart."""
    now = story[-1].happened_at + later
    events = recorded(story, rules, now, since)
    before = decided(events, now, rules, since)
    if before.wake_at is not None:
        assert state_of(decided(events, before.wake_at, rules, since)) != state_of(before)


@law_of(stories(), policies(), pace, since)
def test_deciding_again_finds_nothing_left_to_do(
    story: list[Event], rules: Policy, later: timedelta, since: datetime | None
) -> None:
    now = story[-1].happened_at + later
    first = decided(story, now, rules, since)

    again = decided([*story, *first.steps_taken], now, rules, since)

    assert again.steps_taken == ()
    assert again.acts == ()
    assert again.reading == first.reading
    assert again.wake_at == first.wake_at


@law_of(stories(), policies(), naps, since, order)
def test_no_act_is_ever_owed_twice(
    story: list[Event], rules: Policy, naps: list[timedelta], since: datetime | None, order: list[float]
) -> None:
    """In whatever order things are learned: an answer is claimed late, an act taken back after it was acted on."""
    events: list[Event] = []
    keys: list[str] = []
    learned = [event for _, event in sorted(zip(order, story, strict=False), key=lambda pair: pair[0])]
    now = learned[0].happened_at
    for event in learned:
        now = max(now, event.happened_at)
        events.append(event)
        decision = decided(events, now, rules, since)
        events.extend(decision.steps_taken)
        keys.extend(act.key for act in decision.acts)
    for nap in naps:
        now += nap
        decision = decided(events, now, rules, since)
        events.extend(decision.steps_taken)
        keys.extend(act.key for act in decision.acts)

    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert [source for source, count in Counter(e.source for e in events).items() if count > 1] == []


@law_of(stories(), policies(), naps, since)
def test_what_repeats_never_comes_more_often_than_set(
    story: list[Event], rules: Policy, naps: list[timedelta], since: datetime | None
) -> None:
    """However long nobody looked, and however often somebody does: in the business time that its promise counts in."""
    events: list[Event] = []
    moments = [event.happened_at for event in story]
    moments += accumulate([quarter for nap in naps for quarter in [nap / 4] * 4], initial=moments[-1])
    for now in moments:
        known = [*(event for event in story if event.happened_at <= now), *events]
        decision = decided(known, now, rules, since)
        for run in runs_of(decision.facts, rules, LATER):
            for step in run.policy.steps_of(run.cycle.metric):
                before = decision.facts.steps.get((run.cycle.metric, run.cycle.key, step.key))
                name = (run.cycle.metric.value, run.cycle.key, step.key)
                comes = any(name == (e.data["metric"], e.data["cycle"], e.data["step"]) for e in decision.steps_taken)
                if step.every is not None and comes:
                    assert run.elapsed(now) - (run.elapsed(before.at) if before else run.target) >= step.every
        events.extend(decision.steps_taken)


@law_of(stories(), policies(), pace, pace)
def test_time_used_up_never_shrinks_and_a_stopped_clock_stands_for_ever(
    story: list[Event], rules: Policy, later: timedelta, more: timedelta
) -> None:
    now = story[-1].happened_at + later
    before, after = decided(story, now, rules), decided(story, now + more, rules)

    for old, new in zip(before.reading.clocks, after.reading.clocks, strict=True):
        assert timedelta(0) <= old.elapsed <= new.elapsed
        assert new.breached or not old.breached
        assert old.late_by <= new.late_by
        if old.state not in LIVE:
            assert new == old


@law_of(
    stories(),
    stories(longest=4),
    policies(),
    also=[
        (
            [wrote(BEGINNING), replied(BEGINNING + 10 * MINUTE)],
            [wrote(BEGINNING + 60 * MINUTE)],
            policy(pauses={"waiting_on_customer": frozenset(Metric)}),
        )
    ],
)
def test_whatever_happens_after_an_answer_the_answered_clock_reads_the_same(
    story: list[Event], sequel: list[Event], rules: Policy
) -> None:
    """Only a bounce, or taking it back, can undo an answer: no status, hold, priority, reopening or extension does."""
    now = story[-1].happened_at
    shift = now + MINUTE - BEGINNING
    later = [
        replace(e, happened_at=e.happened_at + shift, source=f"later-{e.source}")
        for e in sequel
        if e.kind not in (Kind.BOUNCED, Kind.UNDONE)
    ]
    end = later[-1].happened_at if later else now

    answered = [
        one
        for one in decided(story, now, rules).reading.clocks
        if one.metric is not Metric.RESOLUTION and one.state in (State.MET, State.MISSED)
    ]
    read_later = {(c.metric, c.key): c for c in decided([*story, *later], end, rules).reading.clocks}

    assert [read_later[one.metric, one.key] for one in answered] == answered


@law_of(stories(), policies(), pace)
def test_a_ticket_is_in_one_state_at_a_time_and_each_promise_runs_at_most_once(
    story: list[Event], rules: Policy, later: timedelta
) -> None:
    now = story[-1].happened_at + later
    facts = decided(story, now, rules).facts

    running = Counter(cycle.metric for cycle in facts.cycles if cycle.ended_at is None)
    assert all(count == 1 for count in running.values())
    assert not (running[Metric.FIRST_RESPONSE] and running[Metric.NEXT_RESPONSE])
    assert len({(cycle.metric, cycle.key) for cycle in facts.cycles}) == len(facts.cycles)
    assert all(cycle.ended_at is None or cycle.ended_at >= cycle.started_at for cycle in facts.cycles)
    assert [span.start for span in facts.spans] == sorted(span.start for span in facts.spans)
    for spans in (
        [span for span in facts.spans if span.status != "away"],
        [span for span in facts.spans if span.status == "away"],
    ):
        ends = [span.end for span in spans]
        assert all(span.start <= (span.end or now) for span in spans)
        assert all(end is not None and end <= span.start for end, span in zip(ends, spans[1:], strict=False))
    open_spans = [span.status for span in facts.spans if span.end is None]
    assert sorted(open_spans) == sorted([facts.status.value] * (facts.status.value != "open") + ["away"] * facts.away)
    if facts.status.is_over:
        assert not running


@law_of(stories(), policies(), pace)
def test_the_pieces_of_the_why_strip_follow_each_other_and_add_up_to_the_promise(
    story: list[Event], rules: Policy, later: timedelta
) -> None:
    now = story[-1].happened_at + later
    decision = decided(story, now, rules)

    for view in clock_views(decision.facts, decision.reading, rules, now, LATER):
        reading, why = view.reading, view.why
        counted = sum((piece.length for piece in why if piece.kind == "counted"), timedelta())
        left = sum((piece.length for piece in why if piece.kind == "left"), timedelta())
        if reading.due_at is not None:
            assert counted + left == reading.target
            assert left == max(reading.left, timedelta())
        else:
            assert counted == reading.elapsed
            assert left == timedelta()
        assert [piece.end for piece in why[:-1]] == [piece.start for piece in why[1:]]
        assert all(piece.start < piece.end for piece in why)
        if why:
            assert (why[0].start, why[-1].end) == (reading.started_at, reading.due_at or reading.ended_at or now)


@law_of(stories(), policies(), pace)
def test_what_is_used_and_what_is_left_make_the_promise(story: list[Event], rules: Policy, later: timedelta) -> None:
    now = story[-1].happened_at + later
    decision = decided(story, now, rules)
    facts = decision.facts
    for reading in decision.reading.clocks:
        assert reading.elapsed + reading.left == reading.target
        if reading.state is State.RUNNING and rules.calendar is FADING and reading.due_at is None:
            assert not reading.breached
        elif reading.state is State.RUNNING:
            assert reading.due_at is not None
            run = next(
                run
                for run in runs_of(facts, rules, LATER)
                if (run.cycle.metric, run.cycle.key) == (reading.metric, reading.key)
            )
            assert run.calendar.between(now, reading.due_at) == reading.left or reading.breached
