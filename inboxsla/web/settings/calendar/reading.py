"""The form of a calendar read into the plain data of the document, with every complaint at its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

from inboxsla.config import fields, mistakes, zone_list
from inboxsla.config.document import kinds
from inboxsla.config.fields import WEEKDAYS, Periods
from inboxsla.config.overlaps import overlaps
from inboxsla.config.settings import Calendar
from inboxsla.config.sources import Source
from inboxsla.web.settings.calendar import written_times
from inboxsla.web.settings.typed import Typed

Found = tuple[str, str]  # a field, and what is wrong with it


@dataclass(frozen=True, slots=True)
class Read:
    """`data` is the calendar as the document keeps it, `calendar` what it means, None where something is wrong.

    `hours` has each weekday's periods, None where they cannot be read.
    """

    data: Mapping[str, Any]
    calendar: Calendar | None
    hours: Mapping[str, Periods | None]
    complaints: tuple[Found, ...] = ()


def read(typed: Typed) -> Read:
    complaints: list[Found] = []
    hours = _hours(typed, complaints)
    data: dict[str, Any] = {
        "zone": _zone(typed.get("zone")),
        "hours": kinds.ALWAYS
        if _always(typed)
        else {day: written_times.said(found) for day, found in hours.items() if found is not None},
        **({"business_day": length} if (length := typed.get("business_day")) else {}),
        **({"holidays": closed} if (closed := _holidays(typed, complaints)) else {}),
        **({"special_days": special} if (special := _special_days(typed, complaints)) else {}),
    }
    calendar, found = _meant(data, typed, any(name.startswith("hours.") for name, _words in complaints))
    complaints += found
    return Read(data, None if complaints else calendar, hours, tuple(dict.fromkeys(complaints)))


def special_day_field(typed: Typed, day: str) -> str:
    """The field with the hours of a special day."""
    rows = typed.rows("special_days")
    nth = next((nth for nth, row in enumerate(rows) if row.get("date") == day), None)
    return "" if nth is None else f"special_days.{nth}.hours"


def _always(typed: Typed) -> bool:
    return typed.get("always") == "yes"


def _zone(written: str) -> str:
    """As it is spelled, whatever the case it was typed in."""
    return next((zone for zone in zone_list.offered() if zone.lower() == written.lower()), written)


def _hours(typed: Typed, complaints: list[Found]) -> dict[str, Periods | None]:
    if _always(typed):
        return dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),))
    return {day: _periods(typed.get(f"hours.{day}"), f"hours.{day}", complaints) for day in WEEKDAYS}


def _periods(text: str, name: str, complaints: list[Found]) -> Periods | None:
    try:
        return written_times.periods(text)
    except ValueError as wrong:
        complaints.append((name, str(wrong)))
        return None


def _holidays(typed: Typed, complaints: list[Found]) -> list[str]:
    days = {day for day in typed.all("holidays") if _is_date(day)}
    wrong = []
    for line in typed.lines("other_holidays"):
        if _is_date(line):
            days.add(line)
        else:
            wrong.append(line[:40])
    if wrong:
        words = _(
            "Each line is a date such as 2026-12-24; this is none: %(lines)s",
            lines=", ".join(f"“{line}”" for line in wrong[:5]),
        )
        complaints.append(("other_holidays", words))
    return sorted(days)


def _special_days(typed: Typed, complaints: list[Found]) -> dict[str, str]:
    """Rows in which nothing is written are left out."""
    days: dict[str, str] = {}
    for nth, row in enumerate(typed.rows("special_days")):
        day, hours, name = row.get("date"), row.get("hours"), f"special_days.{nth}"
        if not day and not hours:
            continue
        found = _periods(hours, f"{name}.hours", complaints)
        if not hours:
            complaints.append(
                (f"{name}.hours", _("Write the hours of this day, for example 09:00–12:00, or “closed”."))
            )
        elif not _is_date(day):
            complaints.append((f"{name}.date", _("Write the date like 2026-12-24.")))
        elif day in days:
            complaints.append((f"{name}.date", _("This day is there twice. Write all its hours in one row.")))
        elif found is not None:
            days[day] = written_times.said(found)
    return days


def _meant(data: Mapping[str, Any], typed: Typed, hours_wrong: bool) -> tuple[Calendar | None, list[Found]]:
    """What the data means, or why it means nothing. With `hours_wrong` it is known already that some days are missing."""
    try:
        calendar = Calendar.model_validate(data)
    except ValidationError as error:
        return None, list(_refused(error, data, typed, hours_wrong))
    shared = overlaps(calendar, ())
    return calendar, [(_field(key, typed), reason) for key, reason in shared]


def _refused(error: ValidationError, data: Mapping[str, Any], typed: Typed, hours_wrong: bool) -> Iterator[Found]:
    for key, reason in mistakes.reasons(error, Source(dict(data)), Calendar):
        if key:
            yield _field(key, typed), reason[:1].upper() + reason[1:]
        elif not hours_wrong:
            yield (
                "hours.mon",
                _("Like this it is never open. Write the hours of at least one day, for example 09:00–17:00."),
            )


def _field(key: tuple[str | int, ...], typed: Typed) -> str:
    if key[0] == "special_days" and len(key) > 1:
        return special_day_field(typed, str(key[1]))
    return ".".join(str(part) for part in key if not isinstance(part, int))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def name_complaint(name: str, taken: set[str]) -> str:
    """Why a calendar cannot be called that, or nothing. `taken` are the names of the others."""
    try:
        fields.name(name)
    except ValueError as wrong:
        return _("Give it a name, for example “Berlin office”.") if not name else str(wrong)
    if name == kinds.ALWAYS:
        return str(_("“%(name)s” is round the clock and needs no calendar. Choose another name.", name=name))
    if name.casefold() in {other.casefold() for other in taken}:
        return str(_("There is a calendar “%(name)s” already. Choose another name.", name=name))
    return ""
