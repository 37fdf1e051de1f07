"""The change log: who changed what, when, from what to what; by person, kind and day; and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain

from flask import Blueprint, render_template, request
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.services import changes
from inboxsla.services.changes import Asked
from inboxsla.web.context import LARGEST_ID, now, ports
from inboxsla.web.guards import Level, needs

bp = Blueprint("changes", __name__, url_prefix="/settings/changes")

KIND_WORDS: Mapping[str, LazyString] = {
    "configuration": lazy_gettext("Policies, rules, people …"),
    "mailboxes": lazy_gettext("Mailboxes"),
    "ways": lazy_gettext("Ways that mail goes out"),
    "absences": lazy_gettext("Absences people set themselves"),
    "sessions": lazy_gettext("Signing in and out"),
    "privacy": lazy_gettext("Privacy"),
}
_NAMES = ("who", "kind", "from", "to")


@bp.get("")
@needs(Level.HOUSE)
def listed() -> str:
    asked, wrong = _asked()
    found = changes.page(ports(), asked, _before())
    chosen = {name: request.args[name] for name in _NAMES if request.args.get(name)}
    return render_template(
        "settings/changes.html", page=found, asked=asked, chosen=chosen, wrong=wrong, kinds=KIND_WORDS, base=now()
    )


@bp.get("/changes.csv")
@needs(Level.HOUSE)
def as_csv() -> Response:
    # With a mark in front, by which spreadsheets know that it is UTF-8.
    return _file(chain(["\ufeff"], changes.as_csv(ports(), _asked()[0])), "text/csv", "changes.csv")


@bp.get("/changes.jsonl")
@needs(Level.HOUSE)
def as_json_lines() -> Response:
    return _file(changes.as_json_lines(ports(), _asked()[0]), "application/x-ndjson", "changes.jsonl")


def _file(lines: Iterator[str], kind: str, name: str) -> Response:
    told = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, content_type=f"{kind}; charset=utf-8", headers=told)


def _asked() -> tuple[Asked, dict[str, str]]:
    """The filter, and what is wrong with it by field; a day that is none does not filter."""
    wrong: dict[str, str] = {}
    days = {name: _day(name, wrong) for name in ("from", "to")}
    begin, end = days["from"], days["to"]
    if begin and end and end < begin:
        wrong["to"] = _("This day is before the first one, so there is nothing between them.")
    kind = request.args.get("kind", "")
    return Asked(request.args.get("who", "").replace("\x00", ""), kind if kind in KIND_WORDS else "", begin, end), wrong


def _day(name: str, wrong: dict[str, str]) -> date | None:
    typed = request.args.get(name, "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        wrong[name] = _("“%(day)s” is no day we know. Write it like 2026-11-24.", day=typed[:40])
        return None


def _before() -> int | None:
    typed = request.args.get("before", "")
    return (
        int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 10 and int(typed) <= LARGEST_ID else None
    )
