"""What the navigation offers under Settings, in its order."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import LazyString, lazy_gettext

from inboxsla.web import guards


@dataclass(frozen=True, slots=True)
class Section:
    """`endpoint` is the page it leads to; every view of the same blueprint belongs to it. `icon` is one of Bootstrap's."""

    endpoint: str
    words: LazyString
    icon: str

    @property
    def room(self) -> str:
        return self.endpoint.partition(".")[0]


SECTIONS = (
    Section("mailboxes.listed", lazy_gettext("Mailboxes"), "envelope-open"),
    Section("people.listed", lazy_gettext("People and teams"), "people"),
    Section("calendars.listed", lazy_gettext("Calendars"), "calendar3"),
    Section("policies.listed", lazy_gettext("Policies"), "shield-check"),
    Section("rules.listed", lazy_gettext("Rules"), "signpost-split"),
    Section("words.edit", lazy_gettext("Pause reasons and tags"), "pause-circle"),
    Section("labels.edit", lazy_gettext("Labels"), "tag"),
    Section("notifications.page", lazy_gettext("Notifications"), "bell"),
    Section("privacy.page", lazy_gettext("Privacy"), "lock"),
    Section("changes.listed", lazy_gettext("Change log"), "clock-history"),
    Section("configuration.page", lazy_gettext("Import and export"), "file-earmark-code"),
)


def offered() -> tuple[Section, ...]:
    """Those whose page this application has, and whoever asks may open."""
    there = current_app.view_functions
    return tuple(each for each in SECTIONS if each.endpoint in there and guards.may_open(each.endpoint))
