"""Labels in Gmail: which there are, what they are called, and their colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from inboxsla.config.document.house import Labels
from inboxsla.domain.clock import Urgency
from inboxsla.domain.label_style import COLOURS, NAMES, PAIRS
from inboxsla.domain.ticket_view import URGENCY_WORDS
from inboxsla.gmail.labels import LabelLook, command_looks, looks, owner_looks
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.editor import Editing
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

bp = Blueprint("labels", __name__, url_prefix="/settings/labels")
COLOUR_WORDS = {
    "sky": lazy_gettext("Sky"),
    "yellow": lazy_gettext("Yellow"),
    "peach": lazy_gettext("Peach"),
    "red": lazy_gettext("Red"),
    "lilac": lazy_gettext("Lilac"),
    "mint": lazy_gettext("Mint"),
    "blue": lazy_gettext("Blue"),
    "pink": lazy_gettext("Pink"),
    "rose": lazy_gettext("Rose"),
    "orange": lazy_gettext("Orange"),
    "sand": lazy_gettext("Sand"),
    "green": lazy_gettext("Green"),
    "grey": lazy_gettext("Grey"),
    "deep red": lazy_gettext("Deep red"),
    "deep blue": lazy_gettext("Deep blue"),
    "deep green": lazy_gettext("Deep green"),
    "deep purple": lazy_gettext("Deep purple"),
    "black": lazy_gettext("Black"),
}
_SOMEBODY = {"ana@example.org": "Ana Ruiz"}
# A letter in the preview is about so wide, in pixels; those of East Asia twice that.
_LETTER = 7.2


@dataclass(frozen=True, slots=True)
class Chip:
    """A label as Gmail draws it beside a subject."""

    name: str
    background: str
    text: str

    @property
    def width(self) -> int:
        letters = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in self.name)
        return 14 + round(letters * _LETTER)


class LabelsPart:
    shows_effect = False

    def find(self, body: Mapping[str, Any]) -> Any:
        return body.get("labels")

    def filled_in(self, force: InForce) -> Typed:
        labels = force.document.labels
        return Typed.of(
            {
                **({"owners": "yes"} if labels.owners else {}),
                **({"commands": "yes"} if labels.commands else {}),
                "prefix": labels.prefix,
                **{f"names.{urgency}": labels.style.name(urgency).rpartition("/")[2] for urgency in NAMES},
                **{f"colours.{urgency}": labels.style.colour_name(urgency) for urgency, usual in COLOURS.items()},
            }
        )

    def edit(self, typed: Typed) -> Edit:
        names, colours = _others(typed, "names", NAMES), _others(typed, "colours", COLOURS)
        labels = {
            "owners": typed.get("owners") == "yes",
            "commands": typed.get("commands") == "yes",
            "prefix": typed.get("prefix"),
            **({"names": names} if names else {}),
            **({"colours": colours} if colours else {}),
        }

        def put(body: Body) -> None:
            body["labels"] = labels

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ("labels",)

    def field_of(self, key: Key) -> str | None:
        return None

    def blank(self, prefix: str) -> Typed:
        return Typed()


@bp.route("", methods=["GET", "POST"])
@needs(Level.HOUSE)
def edit() -> editor.Answer:
    part = LabelsPart()

    def page(editing: Editing) -> str:
        document = editing.draft.document if editing.draft and editing.draft.document else editing.force.document
        return editor.draw(
            "settings/labels.html",
            editing,
            part,
            states=[(urgency, URGENCY_WORDS[Urgency(urgency)], usual) for urgency, usual in NAMES.items()],
            colours=[(name, COLOUR_WORDS[name]) for name in PAIRS],
            **_preview(document.labels),
        )

    return editor.run(part, page, _after)


def _others(typed: Typed, group: str, usual: Mapping[str, str]) -> dict[str, str]:
    """What was typed and is not as usual."""
    given = {urgency: typed.get(f"{group}.{urgency}") for urgency in usual}
    return {urgency: text for urgency, text in given.items() if text and text != usual[urgency]}


def _preview(labels: Labels) -> dict[str, Any]:
    """Chips of how tickets stand, of an owner, and of what can be asked for, as they would look in Gmail."""
    asking = [look for look in command_looks(labels.style) if look.name.count("/") > 1] if labels.commands else []
    owner = owner_looks(_SOMEBODY)[-1:] if labels.owners else ()
    return {
        "chips": [_chip(look) for look in looks(labels.style)[1:]],
        "owner": [_chip(look) for look in owner],
        "asking": [_chip(look) for look in asking],
    }


def _chip(look: LabelLook) -> Chip:
    return Chip(look.name, look.background, look.text)


def _after(saved: Saved, _draft: Draft) -> str:
    if saved.version is not None:
        flash(_("Saved. Labels in Gmail follow within a minute, on every thread they are on."))
    return url_for(".edit")
