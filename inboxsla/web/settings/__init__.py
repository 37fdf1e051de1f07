"""The settings pages: admins say what is promised to whom, and see what it would change before they save."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext

from inboxsla.domain.step_words import NOTICE_WORDS
from inboxsla.domain.ticket_view import METRIC_WORDS
from inboxsla.web.settings import (
    calendars,
    changes,
    configuration,
    labels,
    mailbox,
    notifications,
    page_words,
    policies,
    privacy,
    remarked,
    rules,
    sections,
    staff,
    words,
)
from inboxsla.web.settings.start import views as start

ROOMS = (
    start.bp,
    calendars.bp,
    words.bp,
    policies.bp,
    rules.bp,
    staff.bp,
    labels.bp,
    mailbox.bp,
    notifications.bp,
    privacy.bp,
    changes.bp,
    configuration.bp,
)
SECTION_WORDS = {
    "default_policy": lazy_gettext("Default policy"),
    "hold_reasons": lazy_gettext("Pause reasons"),
    "tags": lazy_gettext("Tags"),
    "privacy": lazy_gettext("Privacy"),
    "calendars": lazy_gettext("Calendar"),
    "tiers": lazy_gettext("Tier"),
    "organisations": lazy_gettext("Organisation"),
    "policies": lazy_gettext("Policy"),
    "rules": lazy_gettext("Rule"),
    "people": lazy_gettext("Person"),
    "teams": lazy_gettext("Team"),
    "mailboxes": lazy_gettext("Mailbox"),
    "labels": lazy_gettext("Labels"),
    "notifications": lazy_gettext("Notifications"),
}
WHAT_WORDS = {
    "added": lazy_gettext("added"),
    "removed": lazy_gettext("removed"),
    "changed": lazy_gettext("changed"),
    "moved": lazy_gettext("moved"),
}


def install(app: Flask) -> None:
    """The pages, and what their templates name."""
    for room in ROOMS:
        app.register_blueprint(room)
    app.jinja_env.globals.update(
        settings_sections=sections.offered,
        SECTION_WORDS=SECTION_WORDS,
        WHAT_WORDS=WHAT_WORDS,
        METRIC_WORDS=METRIC_WORDS,
        NOTICE_WORDS=NOTICE_WORDS,
        new_remarks=remarked.news,
    )
    app.jinja_env.filters["in_page_words"] = page_words.said
