"""The configuration document: what admins decide (calendars, policies, rules, people, teams), as one TOML text or plain data.

`config.toml` says how this installation runs; the document says what is promised to whom. A text is read with `read`, plain
data with `from_body`; both complain about everything at once. `to_toml` writes what `read` reads back as the same.
"""

from __future__ import annotations

from inboxsla.config.document.compiling import (
    calendar_data,
    compile_policies,
    house_zone,
    people_rows,
    plain_seconds,
    teams_rows,
    zone_of,
)
from inboxsla.config.document.differing import Change, differences, in_words
from inboxsla.config.document.model import Document
from inboxsla.config.document.reading import Written, from_body, is_document, read, stored
from inboxsla.config.document.rules_again import read_rules
from inboxsla.config.document.staff import left_without_admin
from inboxsla.config.document.starting import beginnings, filled_up, of_settings
from inboxsla.config.document.templates import Template, templates, with_template
from inboxsla.config.document.writing import to_toml

__all__ = [
    "Change",
    "Document",
    "Template",
    "Written",
    "beginnings",
    "calendar_data",
    "filled_up",
    "compile_policies",
    "differences",
    "from_body",
    "house_zone",
    "in_words",
    "is_document",
    "left_without_admin",
    "of_settings",
    "people_rows",
    "plain_seconds",
    "read",
    "read_rules",
    "stored",
    "teams_rows",
    "templates",
    "to_toml",
    "with_template",
    "zone_of",
]
