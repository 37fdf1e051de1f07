"""What customers are told by themselves, on a policy's form: each notice, what may be added to it, and an example of the mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import LazyString, lazy_gettext

from inboxsla.config.settings import Calendar
from inboxsla.domain.courtesy import FIELDS, CustomerNotice
from inboxsla.notify.customer import Saying, paragraphs
from inboxsla.web.settings.policy_line import calendar_of
from inboxsla.web.settings.typed import Typed

# Whom and which instant the examples name.
_NAME, _WHEN = "Zofia", datetime(2027, 1, 12, 9, 30, tzinfo=UTC)
_WORDS: Mapping[CustomerNotice, tuple[LazyString, LazyString]] = {
    CustomerNotice.ACKNOWLEDGE: (
        lazy_gettext("That a message arrived, and by when a person answers"),
        lazy_gettext("At once, for the first message of a conversation; once a day for each address."),
    ),
    CustomerNotice.ON_HOLD: (
        lazy_gettext("That it is on hold, until when and why"),
        lazy_gettext("Five minutes after. Only reasons from the list in the settings are named."),
    ),
    CustomerNotice.STILL_WITH_US: (
        lazy_gettext("That it takes longer, and by when instead"),
        lazy_gettext("When 90 percent of the time to answer is used: the same time again from then. No timer changes."),
    ),
    CustomerNotice.CLOSING: (
        lazy_gettext("That it will close if they stay silent"),
        lazy_gettext("When the owner is told of it (under Limits)."),
    ),
}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice: its field's name, `label`, when it comes, which fields its text may have, and the example's paragraphs."""

    name: str
    label: LazyString
    comes: LazyString
    fields: str
    example: tuple[str, ...]


def rows(typed: Typed, calendars: Mapping[str, Calendar], reason: str) -> tuple[NoticeRow, ...]:
    """All four, as what is typed would say them; `reason` is the example's for a hold."""
    calendar = calendar_of(typed.get("calendar"), calendars)
    zone = calendar.zone if calendar is not None else "UTC"
    return tuple(_row(notice, typed.get(f"notices.{notice}_text"), zone, reason) for notice in CustomerNotice)


def _row(notice: CustomerNotice, own: str, zone: str, reason: str) -> NoticeRow:
    label, comes = _WORDS[notice]
    why = reason if notice is CustomerNotice.ON_HOLD else ""
    fields = ", ".join(f"{{{name}}}" for name in FIELDS[notice])
    return NoticeRow(notice.value, label, comes, fields, paragraphs(Saying(notice, _NAME, _WHEN, zone, why, own)))
