"""Customer lists that rules ask about: tiers, and the organisations that domains belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _

from inboxsla.domain.folding import fold
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.editor import Answer
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

# Section of the document → the condition that asks about it.
LISTS = {"tiers": "tier", "organisations": "organisation"}


class CustomerLists:
    shows_effect = True

    def __init__(self) -> None:
        self._rows: dict[Key, str] = {}

    def find(self, body: Mapping[str, Any]) -> Any:
        return [body.get(section) or {} for section in LISTS]

    def filled_in(self, force: InForce) -> Typed:
        fields: list[tuple[str, str]] = []
        for section in LISTS:
            for nth, (name, entries) in enumerate(force.body.get(section, {}).items()):
                row = f"{section}.{nth}"
                fields += [(f"{row}.name", name), (f"{row}.was", name), (f"{row}.entries", "\n".join(entries))]
        return Typed(tuple(fields))

    def edit(self, typed: Typed) -> Edit:
        lists = {section: dict(self._read(typed, section)) for section in LISTS}
        names = {section: dict(_renamed(typed, section)) for section in LISTS}

        def put(body: Body) -> None:
            for section, asks in LISTS.items():
                body[section] = lists[section]
                if names[section]:
                    body["rules"] = [_with_names(rule, asks, names[section]) for rule in body.get("rules", ())]

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ()

    def field_of(self, key: Key) -> str | None:
        row = self._rows.get(key[:2])
        return row and (f"{row}.entries" if len(key) > 2 else f"{row}.name")

    def blank(self, prefix: str) -> Typed:
        return Typed.of({"name": "", "was": "", "entries": ""})

    def _read(self, typed: Typed, section: str) -> Iterator[tuple[str, list[str]]]:
        seen: set[str] = set()
        for nth, row in enumerate(typed.rows(section)):
            name, entries = row.get("name"), list(row.lines("entries"))
            if not name and not entries:
                continue
            if not name:
                raise editor.Wrong((f"{section}.{nth}.name", _("Give this list a name.")))
            if fold(name) in seen:
                raise editor.Wrong((f"{section}.{nth}.name", _("“%(name)s” is there twice.", name=name)))
            seen.add(fold(name))
            self._rows[(section, name)] = f"{section}.{nth}"
            yield name, entries


@needs(Level.HOUSE)
def customers() -> Answer:
    part = CustomerLists()
    return editor.run(part, lambda editing: editor.draw("settings/customers.html", editing, part), _after)


def _after(saved: Saved, draft: Draft) -> str:
    if saved.version is not None:
        flash(_("Saved as configuration %(version)s.", version=saved.version))
    return url_for("rules.listed")


def _renamed(typed: Typed, section: str) -> Iterator[tuple[str, str]]:
    """(folded old name, new name) of lists that are called differently now, so that the rules go on asking about them."""
    rows = typed.rows(section)
    kept = {fold(row.get("name")) for row in rows}
    for row in rows:
        was, name = row.get("was"), row.get("name")
        if was and name and was != name and (fold(was) not in kept or fold(was) == fold(name)):
            yield fold(was), name


def _with_names(rule: Mapping[str, Any], asks: str, names: Mapping[str, str]) -> dict[str, Any]:
    changed = {**rule, "when": _asking(rule.get("when"), asks, names)}
    then = rule.get("then", {})
    if asks in then:
        changed["then"] = {**then, asks: names.get(fold(then[asks]), then[asks])}
    return changed


def _asking(when: Any, asks: str, names: Mapping[str, str]) -> Any:
    if isinstance(when, list | tuple):
        return [_asking(part, asks, names) for part in when]
    if not isinstance(when, Mapping):
        return when
    return {
        name: _named(below, names) if name == asks else _within(name, below, asks, names)
        for name, below in when.items()
    }


def _within(name: str, below: Any, asks: str, names: Mapping[str, str]) -> Any:
    return _asking(below, asks, names) if name in ("all", "any", "not") else below


def _named(compared: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """`is` and `one_of` name lists; the other comparisons are about how names are spelled."""
    found = dict(compared)
    if isinstance(found.get("is"), str):
        found["is"] = names.get(fold(found["is"]), found["is"])
    if isinstance(found.get("one_of"), list | tuple):
        found["one_of"] = [names.get(fold(each), each) for each in found["one_of"]]
    return found
