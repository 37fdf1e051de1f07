"""One person as a part of the configuration, and the form that edits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from inboxsla.config.document.model import Person
from inboxsla.services.drafting import Body, Edit, put_row
from inboxsla.services.in_force import InForce
from inboxsla.web.settings.editor import Wrong
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.staff.room import words_of
from inboxsla.web.settings.typed import Typed

# In the form: the usual role, and that somebody does not work in a mailbox.
USUAL, NOT_THERE = "", "none"
_ABSENCE = ("from", "until", "substitute")


class PersonPart:
    """`address` is None for somebody new. `boxes` are the addresses of the mailboxes people can work in."""

    shows_effect = False

    def __init__(self, address: str | None, boxes: Sequence[str]) -> None:
        self.address, self.boxes = address, tuple(boxes)
        self._typed_address = address or ""

    def find(self, body: Mapping[str, Any]) -> Any:
        nth = self._place(body)
        return None if self.address is None or nth is None else body["people"][nth]

    def filled_in(self, force: InForce) -> Typed:
        found = next((each for each in force.document.people if each.address == self.address), None)
        values: dict[str, str] = {"role": "agent", "later": "yes"}
        if found is not None:
            values = _values(found)
        for nth, box in enumerate(self.boxes):
            values[f"places.{nth}.mailbox"] = box
            values[f"places.{nth}.role"] = USUAL if found is None else _place_of(found, box)
        return Typed.of(values)

    def edit(self, typed: Typed) -> Edit:
        row = _row(typed)
        self._typed_address = self.address or typed.get("address").lower()
        row = {"address": self._typed_address, **row}

        def put(body: Body) -> None:
            put_row(body, "people", self._place(body) if self.address is not None else None, row)

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        if self.address is None:
            return ("people", len(body.get("people", ())) - 1)
        nth = self._place(body)
        return ("people",) if nth is None else ("people", nth)

    def field_of(self, key: Key) -> str | None:
        if key[:1] in (("mailboxes",), ("roles",)):
            return "places"
        # What is wrong between the two days is said at the second.
        return f"absences.{key[1]}.until" if len(key) == 2 and key[0] == "absences" else None

    def blank(self, prefix: str) -> Typed:
        return Typed.of(dict.fromkeys(_ABSENCE, ""))

    def _place(self, body: Mapping[str, Any]) -> int | None:
        people = body.get("people", ())
        wanted = self.address
        return next((nth for nth, each in enumerate(people) if each["address"].strip().lower() == wanted), None)


def _values(one: Person) -> dict[str, str]:
    values = {
        "name": one.name,
        "role": one.role,
        "later": "" if one.mailboxes else "yes",
        "zone": one.zone,
        "calendar": one.calendar or "",
        "skills": ", ".join(one.skills),
        "capacity": "" if one.capacity is None else str(one.capacity),
    }
    for nth, away in enumerate(one.absences):
        values |= {
            f"absences.{nth}.from": away.begins.isoformat(),
            f"absences.{nth}.until": away.until.isoformat(),
            f"absences.{nth}.substitute": away.substitute or "",
        }
    return {name: value for name, value in values.items() if name != "later" or value}


def _place_of(one: Person, box: str) -> str:
    role = one.role_in(box)
    if role is None:
        return NOT_THERE
    return one.roles.get(box, USUAL)


def _row(typed: Typed) -> dict[str, Any]:
    """The table of the document. What is left empty is left out; what cannot be meant stays, to be complained of there."""
    row: dict[str, Any] = {"name": typed.get("name"), "role": typed.get("role"), **_places(typed)}
    row |= {name: text for name in ("zone", "calendar") if (text := typed.get(name))}
    if skills := words_of(typed.get("skills")):
        row["skills"] = skills
    if capacity := typed.get("capacity"):
        row["capacity"] = int(capacity) if capacity.isascii() and capacity.isdigit() and len(capacity) < 7 else capacity
    away = [
        {name: text for name in _ABSENCE if (text := each.get(name))}
        for each in typed.rows("absences")
        if any(each.get(name) for name in _ABSENCE)
    ]
    if away:
        row["absences"] = away
    return row


def _places(typed: Typed) -> dict[str, Any]:
    """Where somebody works, and in which role where it is not the usual one. Raises Wrong."""
    chosen = {each.get("mailbox").lower(): each.get("role") for each in typed.rows("places")}
    works = [box for box, role in chosen.items() if role != NOT_THERE]
    roles = {box: role for box, role in chosen.items() if role not in (USUAL, NOT_THERE)}
    if chosen and not works:
        raise Wrong(("places", _("Choose a role in at least one mailbox, or take this person off the list.")))
    later = typed.get("later") == "yes"
    if later and len(works) < len(chosen):
        words = _("Whoever is left out of a mailbox above is not in every later one either. Take this tick away.")
        raise Wrong(("later", words))
    return {**({} if later or not chosen else {"mailboxes": works}), **({"roles": roles} if roles else {})}
