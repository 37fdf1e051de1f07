"""Ids as Gmail's own pages and the side panel write them: in decimal, or as an alias that only Gmail can look up."""

from __future__ import annotations

import re

_DECIMAL = re.compile(r"msg-f:(\d{1,20})")
_ALIAS = re.compile(r"msg-a:r-(\d{1,20})")
# An alias must not be readable as the id it stands for.
_MASK = 0x5A5A_5A5A_5A5A_5A5A


def decimal(message_id: str) -> str:
    return f"msg-f:{int(message_id, 16)}"


def alias(message_id: str) -> str:
    """What the panel gets for a message of a conversation that the account's owner began."""
    return f"msg-a:r-{int(message_id, 16) ^ _MASK}"


def canonical(given: str) -> str:
    """The id that the API answers with; what is written in no other way stays as it is."""
    if found := _DECIMAL.fullmatch(given):
        return f"{int(found[1]):016x}"
    if found := _ALIAS.fullmatch(given):
        return f"{int(found[1]) ^ _MASK:016x}"
    return given
