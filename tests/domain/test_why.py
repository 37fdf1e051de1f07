"""Why a number is so: every piece of time from the start of a promise to its due instant, and what it was."""

from __future__ import annotations

from datetime import timedelta

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.ticket_view import ClockView, StepView, WhySpan
from inboxsla.domain.timeline import Event, Metric, Status
from inboxsla.domain.why import clock_views
from tests.people import (
    ALWAYS,
    ANA,
    CLAIRE,
    FIRST,
    HOUR,
    JONAS,
    LADDER,
    LONDON,
    MINUTE,
    OFFICE_HOURS,
    RESOLUTION,
    archived,
    decided,
    governed,
    held,
    june,
    london,
    policy,
    removed,
    replied,
    restored,
    set_to,
    wrote,
)

QUESTION = wrote(june("1 15:00"))
NOTHING = timedelta()


def explained(story: list[Event], now: str, rules: Policy, metric: Metric, later: Policy | None = None) -> ClockView:
    versions = {1: later} if later else {}
    decision = decided(story, june(now), rules, later=versions)
    views = clock_views(decision.facts, decision.reading, rules, june(now), versions)
    return next(view for view in reversed(views) if view.reading.metric is metric)


def pieces(story: list[Event], now: str, rules: Policy, metric: Metric = RESOLUTION) -> list[tuple[str, str, str]]:
    """What each piece is, and from when to when, as the office's clock shows it."""
    return [(one.kind, *_walls(one)) for one in explained(story, now, rules, metric).why]


def _walls(piece: WhySpan) -> tuple[str, str]:
    first = london("2026-06-01 00:00")
    return tuple(  # type: ignore[return-value]
        f"{(at - first).days + 1} {(at - first).seconds // 3600:02}:{(at - first).seconds // 60 % 60:02}"
        for at in (piece.start, piece.end)
    )


def test_a_holiday_is_called_one_and_a_night_is_not() -> None:
    rules = policy(BusinessCalendar(LONDON, OFFICE_HOURS, ["2026-06-02"]), resolution=4 * HOUR)

    assert pieces([QUESTION], "1 16:00", rules) == [
        ("counted", "1 15:00", "1 16:00"),
        ("left", "1 16:00", "1 17:00"),
        ("closed", "1 17:00", "2 00:00"),
        ("holiday", "2 00:00", "3 00:00"),
        ("closed", "3 00:00", "3 09:00"),
        ("left", "3 09:00", "3 11:00"),
    ]


def test_a_short_day_is_told_from_a_usual_one() -> None:
    short = BusinessCalendar(LONDON, OFFICE_HOURS, special_days={"2026-06-02": [("10:00", "12:00")]})

    assert pieces([QUESTION], "1 15:00", policy(short, resolution=5 * HOUR)) == [
        ("left", "1 15:00", "1 17:00"),
        ("closed", "1 17:00", "2 00:00"),
        ("holiday", "2 00:00", "2 10:00"),
        ("left", "2 10:00", "2 12:00"),
        ("holiday", "2 12:00", "3 00:00"),
        ("closed", "3 00:00", "3 09:00"),
        ("left", "3 09:00", "3 10:00"),
    ]


def test_a_weekend_is_one_piece() -> None:
    assert pieces([wrote(june("5 16:00"))], "5 16:00", policy(resolution=2 * HOUR)) == [
        ("left", "5 16:00", "5 17:00"),
        ("closed", "5 17:00", "8 09:00"),
        ("left", "8 09:00", "8 10:00"),
    ]


def test_time_on_hold_says_why_and_who_and_how_much_it_added() -> None:
    story = [QUESTION, set_to(june("1 16:00"), Status.ON_HOLD, by=JONAS, reason="supplier", until=None)]
    story.append(set_to(june("2 10:00"), Status.OPEN))
    view = explained(story, "2 10:00", policy(resolution=2 * HOUR), RESOLUTION)

    assert [piece for piece in view.why if piece.kind == "paused"] == [
        WhySpan("paused", june("1 16:00"), june("2 10:00"), 2 * HOUR, "supplier", JONAS)
    ]


def test_two_holds_in_a_row_each_say_their_own_reason() -> None:
    story = [
        QUESTION,
        held(june("1 15:30"), None, reason="supplier"),
        held(june("1 16:00"), june("1 16:30"), reason="float time"),
    ]
    view = explained(story, "1 16:45", policy(resolution=2 * HOUR), RESOLUTION)

    assert [(piece.kind, piece.reason, piece.length) for piece in view.why[:4]] == [
        ("counted", "", HOUR / 2),
        ("paused", "supplier", HOUR / 2),
        ("paused", "float time", HOUR / 2),
        ("counted", "", HOUR / 4),
    ]


def test_waiting_on_the_customer_is_a_pause_too() -> None:
    story = [QUESTION, replied(june("1 15:30")), wrote(june("1 16:30"))]

    assert pieces(story, "1 17:00", policy(resolution=HOUR)) == [
        ("counted", "1 15:00", "1 15:30"),
        ("paused", "1 15:30", "1 16:30"),
        ("counted", "1 16:30", "1 17:00"),
    ]


def test_solved_time_is_called_solved_and_not_a_pause() -> None:
    """C47: between solving and reopening nobody waited."""
    story = [QUESTION, archived(june("1 16:00")), wrote(june("2 10:00"))]

    assert pieces(story, "2 10:30", policy(resolution=2 * HOUR)) == [
        ("counted", "1 15:00", "1 16:00"),
        ("solved", "1 16:00", "2 10:00"),
        ("counted", "2 10:00", "2 10:30"),
        ("left", "2 10:30", "2 11:00"),
    ]


def test_time_in_spam_is_called_away() -> None:
    story = [QUESTION, removed(june("1 15:30")), restored(june("1 16:30"))]

    assert pieces(story, "1 16:30", policy(first=HOUR, resolution=None), FIRST) == [
        ("counted", "1 15:00", "1 15:30"),
        ("away", "1 15:30", "1 16:30"),
        ("left", "1 16:30", "1 17:00"),
    ]


def test_spam_goes_before_a_hold_where_both_keep_time_from_counting() -> None:
    story = [
        QUESTION,
        held(june("1 15:15"), june("1 16:15")),
        removed(june("1 15:30")),
        restored(june("1 16:00")),
    ]

    assert pieces(story, "1 16:15", policy(resolution=HOUR)) == [
        ("counted", "1 15:00", "1 15:15"),
        ("paused", "1 15:15", "1 15:30"),
        ("away", "1 15:30", "1 16:00"),
        ("paused", "1 16:00", "1 16:15"),
        ("left", "1 16:15", "1 17:00"),
    ]


def test_a_hold_that_does_not_stop_this_promise_is_not_told() -> None:
    story = [QUESTION, held(june("1 15:30"), june("1 16:00"))]

    assert pieces(story, "1 16:00", policy(first=HOUR), FIRST) == [("counted", "1 15:00", "1 16:00")]


def test_while_paused_the_pieces_end_now() -> None:
    view = explained([QUESTION, held(june("1 16:00"), None)], "2 10:00", policy(), RESOLUTION)

    assert view.reading.due_at is None
    assert [(piece.kind, piece.end) for piece in view.why] == [
        ("counted", june("1 16:00")),
        ("paused", june("2 10:00")),
    ]


def test_around_the_clock_nothing_is_ever_closed() -> None:
    rules = policy(resolution=20 * HOUR, calendars={RESOLUTION: ALWAYS})

    assert pieces([QUESTION], "2 09:00", rules) == [
        ("counted", "1 15:00", "2 09:00"),
        ("left", "2 09:00", "2 11:00"),
    ]


def test_a_night_in_which_the_clocks_change_is_as_long_as_it_was() -> None:
    asked = [wrote(london("2026-03-27 16:00"))]
    decision = decided(asked, london("2026-03-30 09:30"), policy(first=2 * HOUR, resolution=None))
    (view,) = clock_views(
        decision.facts, decision.reading, policy(first=2 * HOUR, resolution=None), london("2026-03-30 09:30")
    )

    closed = next(piece for piece in view.why if piece.kind == "closed")
    assert closed.end - closed.start == timedelta(hours=63)
    assert sum((piece.length for piece in view.why), NOTHING) == 2 * HOUR


def test_the_explanation_is_that_of_the_version_in_force() -> None:
    story = [QUESTION, held(june("1 15:30"), june("1 16:30")), governed(june("1 16:30"), 1)]
    strict = policy(resolution=90 * MINUTE, pauses={})
    view = explained(story, "1 16:30", policy(), RESOLUTION, strict)

    assert [piece.kind for piece in view.why] == ["counted"]
    assert view.reading.due_at == june("1 16:30")


def test_each_step_says_where_it_stands_what_it_does_and_whom_it_tells() -> None:
    rules = policy(
        first=4 * HOUR,
        resolution=None,
        ladder=(
            LADDER[0],
            Step(None, (Do.NOTIFY_LEAD,), -HOUR / 2),
            Step(None, (Do.NOTIFY_PERSON,), HOUR, notify=(CLAIRE,)),
        ),
    )
    story = [wrote(june("1 10:00"))]
    story += decided(story, june("1 13:00"), rules).steps_taken
    view = explained(story, "1 13:00", rules, FIRST)

    assert view.steps == (
        StepView(75, rules.ladder[0], june("1 13:00"), "acted"),
        StepView(88, rules.ladder[1], june("1 13:30"), None, -HOUR / 2),
        StepView(125, rules.ladder[2], june("1 15:00"), None, HOUR),
    )


def test_only_the_steps_of_this_promise_are_told() -> None:
    rules = policy(ladder=(Step(75, (Do.REMIND_OWNER,), metrics=frozenset({FIRST})), LADDER[2]))

    assert [step.percent for step in explained([QUESTION], "1 15:00", rules, FIRST).steps] == [75, 100]
    assert [step.percent for step in explained([QUESTION], "1 15:00", rules, RESOLUTION).steps] == [100]


def test_who_put_it_on_hold_is_not_who_answered() -> None:
    story = [QUESTION, replied(june("1 15:10"), by=JONAS), held(june("1 15:20"), june("1 16:00"))]
    view = explained(story, "1 16:30", policy(resolution=2 * HOUR), RESOLUTION)

    paused = [(piece.start, piece.by, piece.reason) for piece in view.why if piece.kind == "paused"]
    assert paused == [(june("1 15:10"), None, ""), (june("1 15:20"), ANA, "supplier")]
