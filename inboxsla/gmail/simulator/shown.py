"""Threads and messages as the simulator's faces show them: plain values, for its own pages and for other programs."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

from . import mime, reading
from .context import store
from .reading import Kept

_HISTORY = re.compile(r"^(?:On .{0,300} wrote:|>.*)$", re.MULTILINE)
PLACES = {"inbox": "INBOX", "sent": "SENT", "all": ""}
SHOWN = 60


def css_class(address: str, label_id: str) -> str:
    return f"b{store().mailboxes().index(address)}-{label_id}"


class Chips:
    """The coloured labels of one mailbox."""

    def __init__(self, address: str) -> None:
        self._known = {
            key: {"name": name, "css": css_class(address, key), "background": background, "text": text}
            for key, (name, background, text) in reading.labels(store(), address).items()
        }

    def of(self, labels: frozenset[str]) -> list[dict[str, str]]:
        chips = [chip for key, chip in self._known.items() if key in labels]
        for key, name in (("SPAM", "Spam"), ("TRASH", "Trash")):
            if key in labels:
                chips.append({"name": name, "css": "plain", "background": "", "text": ""})
        return chips


def row(messages: list[Kept], address: str, chips: Chips) -> dict[str, Any]:
    """One line of the thread list."""
    labels = labels_of(messages)
    written = [message for message in messages if "DRAFT" not in message.labels] or messages
    names = list(
        dict.fromkeys("me" if mime.person(m.facts.sender)[1] == address else _name(m.facts.sender) for m in written)
    )
    return {
        "thread_id": messages[0].thread_id,
        "who": names if len(names) == 1 else [name.split()[0] for name in names],
        "count": len(written),
        "subject": subject(messages),
        "snippet": html.unescape(written[-1].facts.snippet)[:140],
        "unread": "UNREAD" in labels and "SENT" not in written[-1].labels,
        "chips": chips.of(labels),
        "at": written[-1].at,
        "age": _age(written[-1].at),
    }


def message(kept: Kept) -> dict[str, Any]:
    """One message of a thread, the quoted history apart."""
    name, address = mime.person(kept.facts.sender)
    cut = _HISTORY.search(kept.facts.text)
    agent = mime.person(mime.decoded_people(kept.header("Sender")))
    return {
        "id": kept.message_id,
        "name": name or address,
        "address": address if name else "",
        "initial": (name or address or "?")[0].upper(),
        "agent": agent[0] or agent[1],
        "to": ", ".join(kept.facts.recipients) or "nobody yet",
        "draft": "DRAFT" in kept.labels,
        "ours": "SENT" in kept.labels,
        "automatic": kept.facts.automatic,
        "at": kept.at,
        "age": _age(kept.at),
        "text": kept.facts.text[: cut.start()].strip() if cut else kept.facts.text.strip(),
        "quoted": kept.facts.text[cut.start() :].strip() if cut else "",
    }


def labels_of(messages: list[Kept]) -> frozenset[str]:
    return frozenset().union(*(message.labels for message in messages))


def subject(messages: list[Kept]) -> str:
    return messages[0].facts.subject or "(no subject)"


def _age(at: datetime) -> str:
    minutes = int((store().now() - at).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 24 * 60 else f"{minutes // 1440} d ago"


def _name(header: str) -> str:
    name, address = mime.person(header)
    return name or address or "(unknown sender)"
