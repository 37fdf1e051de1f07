"""A policy as fields of a form, as a line, and with what stands beside its lengths."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.config.document import templates
from inboxsla.config.document.model import Policy
from inboxsla.config.settings import Calendar
from inboxsla.domain.clock import Urgency
from inboxsla.web.settings import policy_form, policy_line, policy_notes, policy_words
from inboxsla.web.settings.policy_notes import Note
from inboxsla.web.settings.typed import Typed

OFFICE = Calendar.model_validate({"zone": "Europe/Berlin"})
CALENDARS = {"office": OFFICE}
EVERYTHING = {
    "name": "Everything",
    "calendar": "office",
    "targets": {
        "first_response": {"critical": "30m", "normal": "4h", "calendar": "24x7"},
        "resolution": "3 business days",
        "update": {"low": "2 business days"},
    },
    "steps": [
        {"before": "15m", "do": ["notify_lead", "remind_owner"], "for": ["resolution", "first_response"]},
        {"at": 75, "do": ["remind_owner"], "notify": ["boss@lumenvelo.example", "ana@lumenvelo.example"]},
        {"every": "1h", "do": [], "add_tag": ["late", "again"], "webhook": "pager"},
        {"after": "30m", "do": ["raise_priority"]},
        {"reopened": 2, "do": ["notify_on_duty_lead", "reassign"]},
    ],
    "pauses": {"on_hold": ["update", "resolution"]},
    "medium_at": 40,
    "urgent_at": 70,
    "reply_sets_waiting": False,
    "archiving_solves": False,
    "reopening": "restart",
    "thanks_reopens": True,
    "hold_cap": "5 business days",
    "auto_close": "10 business days",
    "auto_close_warning": "2 business days",
    "notices": {"acknowledge": True, "closing": True, "acknowledge_text": "Dear {name},\nby {when}."},
}
POLICIES = [
    Policy.model_validate(EVERYTHING),
    Policy.model_validate({**EVERYTHING, "steps": [], "pauses": {}}),
    Policy.model_validate({"name": "Plain", "calendar": "24x7", "targets": {"next_response": "8h"}}),
    *(policy for template in templates() for policy in template.policies),
]


def without_empty(policy: Policy) -> Policy:
    """A status that pauses nothing is as good as not written."""
    return policy.model_copy(update={"pauses": {status: of for status, of in policy.pauses.items() if of}})


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_form_that_nobody_changed_says_what_the_policy_says(policy: Policy) -> None:
    row = policy_form.to_row(policy_form.to_typed(policy), policy.enabled, policy)

    assert without_empty(Policy.model_validate(row)) == without_empty(policy)


def test_what_is_no_number_is_kept_as_it_was_typed_for_whoever_complains() -> None:
    typed = policy_form.to_typed(POLICIES[0]).replaced("medium_at", "half").replaced("steps.1.length", "lots")

    row = policy_form.to_row(typed)

    assert (row["medium_at"], row["steps"][1]["at"]) == ("half", "lots")
    assert policy_form.to_row(typed.replaced("steps.1.length", "75 %"))["steps"][1]["at"] == 75


def test_a_step_nobody_filled_in_asks_for_nothing_and_does_nothing() -> None:
    (row,) = policy_form.to_row(Typed().with_rows("steps", [policy_form.blank_step()]))["steps"]

    assert row == {"do": []}


def line_of(steps: list[dict[str, object]], **more: object) -> policy_line.Line:
    body = {"name": "P", "calendar": "office", "targets": {"first_response": {"high": "4h", "normal": "8h"}}}
    (line,) = policy_line.lines(Policy.model_validate({**body, "steps": steps, **more}), CALENDARS)
    return line


def test_the_first_half_of_the_time_is_drawn_at_half_scale_and_the_rest_is_true() -> None:
    line = line_of([{"at": percent, "do": ["remind_owner"]} for percent in (50, 75, 100)])

    half, three_quarters, all_of_it = (handle.x for handle in line.handles)
    assert half == pytest.approx(three_quarters - half, abs=0.05) == pytest.approx(all_of_it - three_quarters, abs=0.05)
    assert line.due == all_of_it
    assert [piece.urgency for piece in line.pieces] == [Urgency.LOW, Urgency.MEDIUM, Urgency.URGENT, Urgency.OVERDUE]
    assert sum(piece.width for piece in line.pieces) == pytest.approx(100, abs=0.05)
    assert (line.priority, line.target) == ("normal", timedelta(hours=8))


def test_steps_stand_where_they_come_and_in_their_order() -> None:
    steps = [
        {"every": "2h", "do": ["notify_lead"]},
        {"after": "30m", "do": ["notify_lead"]},
        {"before": "1h", "do": ["remind_owner"]},
        {"before": "9h", "do": ["remind_owner"]},
        {"at": 50, "do": ["remind_owner"], "for": ["resolution"]},
        {"reopened": 2, "do": ["notify_lead"]},
        {"at": 700, "do": ["notify_lead"]},
    ]
    line = line_of(steps)

    assert [handle.at for handle in line.handles] == [
        timedelta(hours=7),
        timedelta(hours=8, minutes=30),
        timedelta(hours=10),
    ]
    assert [step.at for step in line.beyond] == [700]
    assert all(0 < handle.x < 100 for handle in line.handles)


def test_words_that_would_run_into_each_other_stand_on_different_levels() -> None:
    close = line_of([{"at": percent, "do": ["remind_owner"]} for percent in (90, 95, 100)])
    apart = line_of([{"at": percent, "do": ["remind_owner"]} for percent in (50, 100)])

    assert [handle.level for handle in close.handles] == [0, 1, 2]
    assert [handle.level for handle in apart.handles] == [0, 0]


def test_thresholds_that_do_not_rise_are_left_off_the_line_and_a_calendar_that_is_not_there_has_none() -> None:
    assert [piece.urgency for piece in line_of([], medium_at=90, urgent_at=20).pieces] == [
        Urgency.URGENT,
        Urgency.OVERDUE,
    ]
    assert policy_line.lines(Policy.model_validate({**EVERYTHING, "calendar": "none", "steps": []}), CALENDARS) == ()


@pytest.mark.parametrize(
    ("typed", "before", "note"),
    [
        ("2h 30m", "2h 30m", Note()),
        ("150m", "2h", Note("2 h 30 min", "2h")),
        ("1 business day", "1 business day", Note("8 h")),
        ("", "4h", Note("", "4h")),
        ("2 h", "", Note()),
    ],
)
def test_beside_a_length_stands_what_it_means_and_what_it_was(typed: str, before: str, note: Note) -> None:
    field = "targets.first_response.high"
    form = Typed.of({"calendar": "office", field: typed})

    found = policy_notes.notes(form, Typed.of({field: before}), CALENDARS)[field]

    assert (found.means.replace("\N{NO-BREAK SPACE}", " "), found.was, found.wrong) == (
        note.means,
        note.was,
        note.wrong,
    )


def test_a_length_that_cannot_be_read_says_how_it_looks_right() -> None:
    form = Typed.of({"calendar": "office", "targets.first_response.high": "dayz"})

    assert "Write for example" in policy_notes.notes(form, None, CALENDARS)["targets.first_response.high"].wrong


def test_the_days_of_a_promise_are_those_of_its_own_calendar() -> None:
    form = Typed.of(
        {"calendar": "office", "targets.resolution.normal": "2 days", "targets.resolution.calendar": "24x7"}
    )

    assert (
        policy_notes.notes(form, None, CALENDARS)["targets.resolution.normal"].means.replace("\N{NO-BREAK SPACE}", " ")
        == "48 h"
    )


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("first response for high: 4h → 3h", ("first response for high", ("4h",), ("3h",))),
        ("steps: + at 75 %: remind the owner; − at 90 %: tell the lead", ("steps", ("at 90 %: tell the lead",), ("at 75 %: remind the owner",))),
        ("pauses on hold: in another order", ("pauses on hold: in another order", (), ())),
    ],
)  # fmt: skip
def test_what_differs_is_told_as_old_and_new(detail: str, told: tuple[object, ...]) -> None:
    assert policy_words.difference(detail) == told


def test_short_promises_and_the_steps_on_them_are_said_to_the_second() -> None:
    short = {
        "name": "Demo",
        "calendar": "24x7",
        "targets": {"first_response": "4m"},
        "steps": [{"at": 90, "do": ["remind_owner"]}],
    }
    (line,) = policy_line.lines(Policy.model_validate(short), {})
    typed = Typed.of({"calendar": "24x7", "targets.first_response.normal": "90s", "targets.first_response.high": "45s"})

    said = policy_words.told(line).replace("\xa0", " ")
    notes = policy_notes.notes(typed, None, {})

    assert "remind owner at 3 min 36 s, due at 4 min" in said
    assert notes["targets.first_response.normal"].means.replace("\xa0", " ") == "1 min 30 s"
    assert notes["targets.first_response.high"] == Note(), "45s says it all"
