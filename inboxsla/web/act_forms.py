"""The form of an act: the fields of the one table of acts, filled in with how the ticket stands. Pure: values in, fields out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import TicketView
from inboxsla.services.acts import ActSpec, Field

Choices = Sequence[tuple[str, str]]
_INPUTS = {"when": "datetime-local", "day": "date"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as the page draws it. `kind` is lines, choice, switch, or the type of an <input>.

    `choices` are (value, words); those of a text are suggestions.
    """

    name: str
    kind: str
    label: str
    value: str
    hint: str
    required: bool
    choices: Choices


@dataclass(frozen=True, slots=True)
class Known:
    """What fields are filled in and chosen from. `people` are (address, words); `reasons` those for a hold."""

    view: TicketView
    people: Choices
    reasons: Sequence[str]


def fields(spec: ActSpec, known: Known, say: Speech, typed: Mapping[str, str] | None) -> tuple[Shown, ...]:
    """`typed` is what came back with a form that was not taken; None for a form that is asked for the first time."""
    now = _now(known.view) if typed is None else typed
    return tuple(
        Shown(
            field.name,
            _kind(field),
            say.text(field.label),
            now.get(field.name, ""),
            say.text(field.hint) if field.hint else "",
            field.required,
            _choices(field, known, say, chosen=now.get(field.name, "")),
        )
        for field in spec.fields
    )


def people(found: Iterable[tuple[str, str, bool]], say: Speech) -> Choices:
    """From (address, name, whether they are away)."""
    return [(address, say.text("%(name)s, away", name=name) if away else name) for address, name, away in found]


def _kind(field: Field) -> str:
    if field.control in ("choice", "person"):
        return "choice"
    return field.control if field.control in ("lines", "switch") else _INPUTS.get(field.control, "text")


def _choices(field: Field, known: Known, say: Speech, *, chosen: str) -> Choices:
    if field.name == "reason" and known.reasons:
        return [(reason, reason) for reason in known.reasons]
    found = known.people if field.control == "person" else [(key, say.text(words)) for key, words in field.choices]
    nobody = [("", "–")] if field.control in ("choice", "person") and not field.required else []
    if field.control == "person" and field.required and chosen not in dict(found):
        # A list that begins with somebody would give them the ticket by a finger that slipped.
        nobody = [("", say.text("Choose a colleague"))]
    return [*nobody, *found]


def _now(view: TicketView) -> Mapping[str, str]:
    return {"priority": view.priority, "tags": ", ".join(view.tags)}
