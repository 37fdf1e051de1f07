"""A rule as a form, and back. Pure; its condition is condition_form's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inboxsla.web.settings import condition_form
from inboxsla.web.settings.condition_form import Places
from inboxsla.web.settings.typed import Typed

CHOSEN = ("policy", "priority", "tier", "channel", "team", "owner", "strategy", "status")
_LISTED = ("tags", "untag")
_NOT_A_TICKET = {True: "yes", False: "no"}


def filled_in(rule: Mapping[str, Any], place: int) -> Typed:
    """The form of a rule; `place` counts from 1. A rule nobody has written yet is {}."""
    then = rule.get("then", {})
    fields: list[tuple[str, str]] = [("name", rule.get("name", "")), ("place", str(place)), ("stood", str(place))]
    fields += [("mailboxes", address) for address in rule.get("mailboxes", ())]
    fields += [("stop", "yes")] if rule.get("stop") else []
    fields += condition_form.filled_in(rule.get("when", {}))
    fields += [(f"then.{name}", str(then.get(name) or "")) for name in CHOSEN]
    fields += [(f"then.{name}", "\n".join(then.get(name, ()))) for name in _LISTED]
    fields.append(("then.not_a_ticket", _NOT_A_TICKET.get(then.get("not_a_ticket"), "")))
    return Typed(tuple(fields))


def written(typed: Typed) -> tuple[dict[str, Any], Places]:
    """The rule for the document, and where in the form the keys of its condition are. What is left empty is left out."""
    when, places = condition_form.written(typed)
    rule: dict[str, Any] = {"name": typed.get("name"), "when": when}
    if then := dict(_then(typed.below("then"))):
        rule["then"] = then
    if mailboxes := [address for address in dict.fromkeys(typed.all("mailboxes")) if address.strip()]:
        rule["mailboxes"] = mailboxes
    if typed.get("stop") == "yes":
        rule["stop"] = True
    return rule, places


def _then(typed: Typed) -> Iterator[tuple[str, Any]]:
    for name in CHOSEN:
        if value := typed.get(name):
            yield name, value
    for name in _LISTED:
        if listed := list(typed.lines(name)):
            yield name, listed
    for yes, said in _NOT_A_TICKET.items():
        if typed.get("not_a_ticket") == said:
            yield "not_a_ticket", yes
