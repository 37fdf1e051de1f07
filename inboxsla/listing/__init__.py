"""What the command line prints: tickets, one ticket, imports and audits, as text for people and JSON for programs.

Subjects, names and mail are hostile text. JSON is printed in ASCII; everything else goes through `words.plain`.
"""

from __future__ import annotations

from inboxsla.domain.speech import English
from inboxsla.listing.audits import audit_json, audit_text
from inboxsla.listing.board import as_json, as_table
from inboxsla.listing.checkup import checkup_json, checkup_text
from inboxsla.listing.configuration import holidays_text, plan_text, saved_text, templates_text
from inboxsla.listing.imports import imported
from inboxsla.listing.person import person_json, person_text
from inboxsla.listing.progress import progress
from inboxsla.listing.ticket import one
from inboxsla.listing.trial import trial_text
from inboxsla.listing.whatif import whatif_json, whatif_text
from inboxsla.listing.words import count

__all__ = [
    "as_json",
    "as_table",
    "audit_json",
    "audit_text",
    "checkup_json",
    "checkup_text",
    "count",
    "holidays_text",
    "imported",
    "one",
    "person_json",
    "person_text",
    "plan_text",
    "progress",
    "saved_text",
    "speech",
    "templates_text",
    "trial_text",
    "whatif_json",
    "whatif_text",
]


def speech(zone: str) -> English:
    """English, in an IANA zone."""
    return English(zone)
