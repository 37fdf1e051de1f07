"""A kept message without its text and without who outside wrote or got it. Pure.

What is left decides as before: who is who by tokens, when it came, of which kind it is, what it answers. So figures stay, and
reading the thread again says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from inboxsla.domain.timeline import is_token, participant
from inboxsla.storage.messages import MessageRow

# Facts about a message that name nobody outside and quote nothing; everything else goes.
_STAYS = frozenset({"marker", "in_reply_to", "bounced_id", "bounced_marker", "list_id", "size", "thanks", "parents"})
_ADDRESS = ("sender_header", "requester_hint")
_ADDRESSES = ("reply_to", "bounced_to")

Token = Callable[[str], str]


def scrubbed(row: MessageRow, staff: Collection[str], now: datetime, token: Token = participant) -> MessageRow:
    """The row without text and names. Addresses of `staff`, which are ours, stay; others become tokens."""

    def hidden(address: str) -> str:
        return address if not address or address in staff or is_token(address) else token(address)

    return replace(
        row,
        sender=hidden(row.sender),
        sender_name=row.sender_name if row.sender in staff else "",
        recipients=tuple(map(hidden, row.recipients)),
        subject="",
        excerpt="",
        headers=_headers(row.headers, hidden),
        erased_at=now,
    )


def _headers(headers: Mapping[str, Any], hidden: Token) -> dict[str, Any]:
    kept = {key: value for key, value in headers.items() if key in _STAYS}
    kept |= {key: hidden(str(headers[key])) for key in _ADDRESS if headers.get(key)}
    return kept | {key: [hidden(str(each)) for each in headers[key]] for key in _ADDRESSES if headers.get(key)}


def renamed(row: MessageRow, who: Callable[[str], str]) -> MessageRow:
    """The row with every address, or token, as `who` says it."""
    headers = dict(row.headers)
    headers |= {key: who(str(headers[key])) for key in _ADDRESS if headers.get(key)}
    headers |= {key: [who(str(each)) for each in headers[key]] for key in _ADDRESSES if headers.get(key)}
    return replace(row, sender=who(row.sender), recipients=tuple(map(who, row.recipients)), headers=headers)


def addresses(row: MessageRow) -> frozenset[str]:
    """Everybody a message names in its headers: by address, or token where it was erased."""
    said: Iterable[object] = (
        row.sender,
        *row.recipients,
        *(row.headers.get(key) for key in _ADDRESS),
        *(each for key in _ADDRESSES for each in row.headers.get(key, ())),
    )
    return frozenset(str(each) for each in said if each)
