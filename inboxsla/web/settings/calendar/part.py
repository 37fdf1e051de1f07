"""One calendar as a part of the configuration that a page edits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inboxsla.config.document import calendar_names
from inboxsla.config.document.lengths import written
from inboxsla.config.fields import WEEKDAYS
from inboxsla.config.settings import Calendar
from inboxsla.services.drafting import Body, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.settings.calendar import holidays, reading, trying, written_times
from inboxsla.web.settings.editor import Wrong
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

_USUAL = Calendar()


class CalendarPart:
    """`name` is what it is called in the configuration in force, None for a new one; `like` what a new one begins with.

    `now` is what the box to try it begins with.
    """

    def __init__(
        self,
        name: str | None,
        now: datetime,
        like: Calendar | None = None,
        called: str = "",
        *,
        shows_effect: bool = True,
    ) -> None:
        self.shows_effect = shows_effect
        self._name, self._now, self._like, self._called = name, now, like, called
        self._typed = Typed()

    def find(self, body: Mapping[str, Any]) -> Any:
        return None if self._name is None else body.get("calendars", {}).get(self._name)

    def filled_in(self, force: InForce) -> Typed:
        calendar = force.document.calendars.get(self._name or "") or self._like or _USUAL
        form = filled_in(calendar, self._name or self._called)
        at, promise = trying.suggestion(calendar, self._now)
        return form.replaced(trying.AT, at).replaced(trying.PROMISE, promise)

    def edit(self, typed: Typed) -> Edit:
        found, self._typed = reading.read(typed), typed

        def put(body: Body) -> None:
            calendars = body.setdefault("calendars", {})
            name = typed.get("name")
            complaints = [*found.complaints]
            if words := reading.name_complaint(name, set(calendars) - {self._name}):
                complaints.insert(0, ("name", words))
            if complaints:
                raise Wrong(*complaints)
            if self._name is not None and self._name != name and self._name in calendars:
                calendar_names.rename(body, self._name, name)
            body["calendars"][name] = dict(found.data)

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ("calendars", self._typed.get("name"))

    def field_of(self, key: Key) -> str | None:
        if key[:1] == ("special_days",) and len(key) > 1:
            return reading.special_day_field(self._typed, str(key[1]))
        return None

    def blank(self, prefix: str) -> Typed:
        return Typed.of({"date": "", "hours": ""}) if prefix == "special_days" else Typed()


def filled_in(calendar: Calendar, name: str) -> Typed:
    """The form of a calendar."""
    always = all(calendar.hours.get(day) == (("00:00", "24:00"),) for day in WEEKDAYS)
    country, region = holidays.guessed(calendar)
    special = {
        f"special_days.{nth}.{key}": text
        for nth, (day, periods) in enumerate(sorted(calendar.special_days.items()))
        for key, text in (("date", day), ("hours", written_times.said(periods)))
    }
    return Typed.of(
        {
            "name": name,
            "zone": calendar.zone,
            **({"always": "yes"} if always else {}),
            **{f"hours.{day}": written_times.said(calendar.hours.get(day, ())) for day in WEEKDAYS},
            "business_day": written(calendar.business_day, None),
            "country": country,
            "region": region,
            "holidays": [day.isoformat() for day in sorted(set(calendar.holidays))],
            "other_holidays": "",
            **special,
        }
    )


def copied_monday(typed: Typed) -> Typed:
    """Monday's hours on Tuesday to Friday as well."""
    monday = typed.get("hours.mon")
    for day in WEEKDAYS[1:5]:
        typed = typed.replaced(f"hours.{day}", monday)
    return typed
