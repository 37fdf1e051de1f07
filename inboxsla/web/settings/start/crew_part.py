"""The people as a short list of rows: name, address, role."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _

from inboxsla.config import fields
from inboxsla.config.document import crew
from inboxsla.config.document.crew import Member
from inboxsla.services.drafting import Body, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.settings.editor import Wrong
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

# More than this are looked after on the page of the people.
MOST = 60
_EMPTY_ROWS = 2
ROLES = ("agent", "lead", "admin")


class Crew:
    """`mailboxes` are the addresses that are known here."""

    shows_effect = False

    def __init__(self, mailboxes: Collection[str]) -> None:
        self._mailboxes = mailboxes
        # Of each person that is written, the row of the form.
        self._rows: tuple[int, ...] = ()

    def find(self, body: Mapping[str, Any]) -> Any:
        return body.get("people", [])

    def filled_in(self, force: InForce) -> Typed:
        people = force.document.people[:MOST]
        taking = crew.takers(force.document)
        rows = [
            Typed.of({"was": one.address, "name": one.name, "role": one.role, **_taking(one.address in taking)})
            for one in people
        ]
        # Whoever sets this up comes first, and goes on administering it.
        empty = [self.blank("people")] if rows else [_row("admin"), *[self.blank("people")] * _EMPTY_ROWS]
        return Typed().with_rows("people", [*rows, *empty])

    def edit(self, typed: Typed) -> Edit:
        members, complaints, numbers = [], [], []
        for nth, row in enumerate(typed.rows("people")):
            address, name = row.get("was") or row.get("address"), row.get("name")
            if not address and not name:
                continue
            role = row.get("role")
            takes = row.get("takes") == "yes"
            members.append(Member(address, name, role if role in ROLES else "agent", takes))
            numbers.append(nth)
            complaints += _complaints(nth, address, name)
        if not members:
            complaints.append(("people.0.name", _("Name at least one person who answers mail.")))
        elif not any(each.role == "admin" for each in members):
            words = _("Nobody here may change the settings. Make somebody an admin; admins can get tickets too.")
            complaints.append((f"people.{numbers[0]}.role", words))
        if complaints:
            raise Wrong(*complaints)
        self._rows = tuple(numbers)
        return lambda body: self._put(body, members)

    def key(self, body: Mapping[str, Any]) -> Key:
        return ()

    def field_of(self, key: Key) -> str | None:
        if key[:1] == ("people",) and len(key) > 2 and isinstance(key[1], int) and key[1] < len(self._rows):
            return f"people.{self._rows[key[1]]}.{key[2]}"
        return ""

    def blank(self, prefix: str) -> Typed:
        return _row("agent")

    def _put(self, body: Body, members: list[Member]) -> None:
        if len(body.get("people", ())) <= MOST:
            crew.put(body, members, self._mailboxes)


def _row(role: str) -> Typed:
    return Typed.of({"address": "", "name": "", "role": role, "takes": "yes"})


def _taking(takes: bool) -> dict[str, str]:
    return {"takes": "yes"} if takes else {}


def _complaints(nth: int, address: str, name: str) -> list[tuple[str, str]]:
    found = []
    try:
        fields.address(address)
    except ValueError as wrong:
        words = _("Write the mail address, for example ana@example.org.") if not address else str(wrong)
        found.append((f"people.{nth}.address", words))
    if not name:
        found.append((f"people.{nth}.name", _("Write the name that colleagues read.")))
    return found
