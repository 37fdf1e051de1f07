"""What is promised, as one choice between ready-made paces; and what archiving means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from inboxsla.config.document import paces
from inboxsla.config.document.model import PRIORITIES
from inboxsla.services.drafting import Body, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.settings.editor import Wrong
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed


class PacePart:
    """`calendar` is whose hours promises count in, unless they count round the clock."""

    shows_effect = False

    def __init__(self, calendar: str | None) -> None:
        self._calendar = calendar

    def find(self, body: Mapping[str, Any]) -> Any:
        row = paces.default_row(body)
        return row.get("targets"), row.get("calendar")

    def filled_in(self, force: InForce) -> Typed:
        kept = paces.pace_of(force.document)
        policy = paces.default_policy(force.document)
        begun = kept.key if kept else "standard" if paces.as_it_came(policy) else "own"
        first = policy.targets.first_response
        own = {f"own.{priority}": first.lengths.get(priority, "") if first else "" for priority in PRIORITIES}
        return Typed.of({"pace": begun, **own})

    def edit(self, typed: Typed) -> Edit:
        chosen = paces.pace(typed.get("pace"))
        lengths: dict[str, str] = {key: text for key in PRIORITIES if (text := typed.get(f"own.{key}"))}
        if chosen is None and "normal" not in lengths:
            raise Wrong(("own.normal", _("Write how long a first answer may take, for example 8h.")))

        def put(body: Body) -> None:
            if chosen is not None:
                calendar = self._calendar or min(body.get("calendars", {}), default="24x7")
                paces.put(body, chosen, calendar)
            else:
                paces.put_first(body, lengths)

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ("policies", body["policies"].index(paces.default_row(body)))

    def field_of(self, key: Key) -> str | None:
        if key[:2] == ("targets", "first_response"):
            return f"own.{key[2]}" if len(key) > 2 else "own.normal"
        return ""

    def blank(self, prefix: str) -> Typed:
        return Typed()


class Archiving:
    """One answer for every policy."""

    shows_effect = False

    def find(self, body: Mapping[str, Any]) -> Any:
        return [row.get("archiving_solves", True) for row in body["policies"]]

    def filled_in(self, force: InForce) -> Typed:
        solves = paces.default_policy(force.document).archiving_solves
        return Typed.of({"archiving": "solves" if solves else "nothing"})

    def edit(self, typed: Typed) -> Edit:
        solves = typed.get("archiving") != "nothing"

        def put(body: Body) -> None:
            for row in body["policies"]:
                row["archiving_solves"] = solves

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ()

    def field_of(self, key: Key) -> str | None:
        return ""

    def blank(self, prefix: str) -> Typed:
        return Typed()
