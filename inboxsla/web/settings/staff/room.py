"""Where the pages of people and teams hang, and the words they share."""

from __future__ import annotations

from datetime import date

from flask import Blueprint
from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _

from inboxsla.config.document import Document
from inboxsla.config.document.kinds import ALWAYS

bp = Blueprint("people", __name__, url_prefix="/settings/people")

ROLE_WORDS = {"agent": lazy_gettext("Agent"), "lead": lazy_gettext("Lead"), "admin": lazy_gettext("Admin")}
STRATEGY_WORDS = {
    "least_loaded": lazy_gettext("Whoever has the least to do"),
    "round_robin": lazy_gettext("In turn"),
    "skill": lazy_gettext("By skill"),
    "fixed": lazy_gettext("One person gets everything"),
    "nobody": lazy_gettext("Nobody: people take tickets themselves"),
}


@bp.context_processor
def _words() -> dict[str, object]:
    return {"day": day}


def day(at: date) -> str:
    """“24 Dec 2026”, as the reader writes it."""
    return str(format_date(at, "medium"))


def calendars(document: Document) -> list[tuple[str, str]]:
    """What may be chosen as somebody's hours: (value, words)."""
    return [
        ("", _("None: on duty unless away")),
        *((name, name) for name in sorted(document.calendars)),
        (ALWAYS, _("Round the clock")),
    ]


def everybody(document: Document) -> list[tuple[str, str]]:
    """(address, name and address) of everybody on the list, by name."""
    people = sorted(document.people, key=lambda each: each.name.casefold())
    return [(each.address, f"{each.name} · {each.address}") for each in people]


def words_of(text: str) -> list[str]:
    """A list typed on one line, with commas between; each once."""
    return list(dict.fromkeys(word for each in text.split(",") if (word := each.strip())))
