"""Gmail's search language (the part that programs use) → SQL over the simulator's tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from .answers import invalid

Clause = tuple[str, list[object]]
_TERM = re.compile(r'(?P<minus>-)?(?:(?P<key>[A-Za-z0-9_]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))')
_SPAN = re.compile(r"(\d+)([hdmy])")
_SPANS = {"h": timedelta(hours=1), "d": timedelta(days=1), "m": timedelta(days=30), "y": timedelta(days=365)}
PLACES = {"inbox": "INBOX", "sent": "SENT", "draft": "DRAFT", "drafts": "DRAFT", "spam": "SPAM", "trash": "TRASH"}
MARKS = {"unread": "UNREAD", "starred": "STARRED", "important": "IMPORTANT"}


def where(q: str, now: datetime) -> tuple[list[Clause], bool]:
    """SQL clauses over `messages m`, all of which must hold; and whether the search asks to look into Spam and Trash itself."""
    clauses: list[Clause] = []
    everywhere = False
    for term in _TERM.finditer(q):
        key, value = (term["key"] or "").lower(), term["quoted"] if term["quoted"] is not None else term["bare"]
        if key == "in" and value.lower() == "anywhere":
            everywhere = True
            continue
        if key in ("in", "label") and value.lower() in ("spam", "trash"):
            everywhere = everywhere or not term["minus"]
        sql, params = _clause(key, value, now)
        clauses.append((f"NOT ({sql})" if term["minus"] else sql, params))
    return clauses, everywhere


def _clause(key: str, value: str, now: datetime) -> Clause:
    if not key:
        return "instr(m.haystack, ?) > 0", [value.casefold()]
    if key not in _KEYS:
        raise invalid(f"the simulator does not know the search operator {key}:")
    return _KEYS[key](value, now)


def has_label(label_id: str) -> Clause:
    return (
        "EXISTS (SELECT 1 FROM message_labels l WHERE l.mailbox = m.mailbox AND l.message_id = m.id AND l.label_id = ?)",
        [label_id],
    )


def _place(value: str, _now: datetime) -> Clause:
    return has_label(PLACES.get(value.lower(), value))


def _mark(value: str, _now: datetime) -> Clause:
    if value.lower() == "read":
        sql, params = has_label("UNREAD")
        return f"NOT ({sql})", params
    return has_label(MARKS.get(value.lower(), value))


def _label(value: str, _now: datetime) -> Clause:
    """Gmail writes `SLA/On track` as `sla-on-track` in searches; both find it."""
    return (
        "EXISTS (SELECT 1 FROM message_labels l JOIN labels n ON n.mailbox = l.mailbox AND n.id = l.label_id "
        "WHERE l.mailbox = m.mailbox AND l.message_id = m.id AND replace(replace(n.folded, ' ', '-'), '/', '-') = ?)",
        [value.casefold().replace(" ", "-").replace("/", "-")],
    )


def _in_column(column: str) -> Callable[[str, datetime], Clause]:
    return lambda value, _now: (f"instr(m.{column}, ?) > 0", [value.casefold()])


def _age(sign: str) -> Callable[[str, datetime], Clause]:
    def clause(value: str, now: datetime) -> Clause:
        found = _SPAN.fullmatch(value.lower())
        if not found:
            raise invalid(f"Invalid search: {value}")
        edge = now - int(found[1]) * _SPANS[found[2]]
        return f"m.internal_ms {sign} ?", [int(edge.timestamp() * 1000)]

    return clause


def _instant(sign: str) -> Callable[[str, datetime], Clause]:
    def clause(value: str, _now: datetime) -> Clause:
        if value.isdigit() and len(value) > 8:
            return f"m.internal_ms {sign} ?", [int(value) * 1000]
        try:
            day = datetime.strptime(value.replace("/", "-"), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError as error:
            raise invalid(f"Invalid search: {value}") from error
        return f"m.internal_ms {sign} ?", [int(day.timestamp() * 1000)]

    return clause


def _rfc_id(value: str, _now: datetime) -> Clause:
    return "m.rfc_id = ?", [f"<{value.strip('<>')}>"]


_KEYS: dict[str, Callable[[str, datetime], Clause]] = {
    "in": _place,
    "is": _mark,
    "label": _label,
    "from": _in_column("sender"),
    "to": _in_column("recipients"),
    "subject": _in_column("subject"),
    "newer_than": _age(">"),
    "older_than": _age("<"),
    "after": _instant(">="),
    "before": _instant("<"),
    "newer": _instant(">="),
    "older": _instant("<"),
    "rfc822msgid": _rfc_id,
}
