"""The order of the rules: moved by buttons or by number, its effect shown before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _

from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor, rule_list
from inboxsla.web.settings.editor import Answer, Editing
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed


class OrderPart:
    shows_effect = True

    def find(self, body: Mapping[str, Any]) -> Any:
        return _names(body)

    def filled_in(self, force: InForce) -> Typed:
        return Typed.of({"names": "\n".join(_names(force.body)), "page": "1", "from": "", "to": ""})

    def edit(self, typed: Typed) -> Edit:
        held = rule_list.names(typed)

        def put(body: Body) -> None:
            if "rules" in body:
                body["rules"] = rule_list.ordered(body["rules"], held, _names(body))

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ("rules",)

    def field_of(self, key: Key) -> str | None:
        return ""

    def blank(self, prefix: str) -> Typed:
        return Typed()


@needs(Level.HOUSE)
def order() -> Answer:
    part = OrderPart()
    return editor.run(part, lambda editing: _page(editing, part), _after, rule_list.moved, look_at_once=True)


def _page(editing: Editing, part: OrderPart) -> str:
    typed = editing.form.typed
    names = rule_list.names(typed)
    page = int(shown) if (shown := typed.get("page")).isdecimal() and len(shown) < 5 else 1
    pages = max(1, -(-len(names) // rule_list.A_PAGE))
    start = (min(max(page, 1), pages) - 1) * rule_list.A_PAGE
    shown_names = list(enumerate(names))[start : start + rule_list.A_PAGE]
    page = start // rule_list.A_PAGE + 1
    stood = {name: nth for nth, name in enumerate(_names(editing.force.body))}
    values = {"shown": shown_names, "count": len(names), "page": page, "pages": pages, "stood": stood}
    return editor.draw("settings/rule_order.html", editing, part, **values)


def _after(saved: Saved, draft: Draft) -> str:
    if saved.version is not None:
        flash(_("The new order counts from now on (configuration %(version)s).", version=saved.version))
    return url_for("rules.listed")


def _names(body: Mapping[str, Any]) -> list[str]:
    return [rule["name"].strip() for rule in body.get("rules", ())]
