"""Pause reasons and tags: two lists of words that agents choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _

from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

bp = Blueprint("words", __name__, url_prefix="/settings/words")
_LISTS = ("hold_reasons", "tags")


class Words:
    shows_effect = False

    def find(self, body: Mapping[str, Any]) -> Any:
        return [body.get(name) for name in _LISTS]

    def filled_in(self, force: InForce) -> Typed:
        document = force.document
        return Typed.of({"hold_reasons": "\n".join(document.hold_reasons), "tags": "\n".join(document.tags)})

    def edit(self, typed: Typed) -> Edit:
        def put(body: Body) -> None:
            for name in _LISTS:
                body[name] = list(typed.lines(name))

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ()

    def field_of(self, key: Key) -> str | None:
        return str(key[0]) if key and key[0] in _LISTS else ""

    def blank(self, prefix: str) -> Typed:
        return Typed()


@bp.route("", methods=["GET", "POST"])
@needs(Level.HOUSE)
def edit() -> editor.Answer:
    part = Words()
    return editor.run(part, lambda editing: editor.draw("settings/words.html", editing, part), _after)


def _after(saved: Saved, _draft: Draft) -> str:
    if saved.version is not None:
        flash(_("Saved. Agents choose from the new lists at once."))
    return url_for(".edit")
