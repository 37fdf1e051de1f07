"""What is said about parts of a configuration that a page does not edit: by their names, and only what a draft makes new. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inboxsla.config.document import Document
from inboxsla.config.document.remarks import remarks
from inboxsla.web.settings.form import Key


def news(before: Document, after: Document) -> tuple[str, ...]:
    """What looks unintended in `after` and could not be said of `before`."""
    known = set(_said(before))
    return tuple(words for words in _said(after) if words not in known)


def name_of(body: Mapping[str, Any], key: Key) -> str:
    """How people call the part of a body that a key lies in; "" where it has no name."""
    if len(key) < 2:
        return ""
    section, part = body.get(str(key[0])), key[1]
    if isinstance(section, Mapping):
        return str(part)
    row = section[part] if isinstance(section, list) and isinstance(part, int) and part < len(section) else None
    return str(row.get("name") or row.get("address") or "").strip() if isinstance(row, Mapping) else ""


def _said(document: Document) -> list[str]:
    names = [rule.name for rule in document.rules]
    return [f"“{names[int(key[1])] if key[0] == 'rules' else key[1]}”: {reason}" for key, reason in remarks(document)]
