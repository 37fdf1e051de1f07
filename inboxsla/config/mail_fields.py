"""How the values of `[mail]`, `[smtp]` and `[alarms]` are written, and what they become."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from inboxsla.config.fields import address, plain_length, positive, whole_number

_HOST = re.compile(r"[\w.-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")
_LONGEST_TRY = timedelta(minutes=1)


def _host(value: object) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or not _HOST.fullmatch(value.strip()):
        raise ValueError(f"“{value}” is not the name of a server. Write it like smtp.example.org, without a port.")
    return value.strip().strip("[]").lower()


def _port_or_none(value: object) -> int | None:
    if value in ("", None):
        return None
    number = int(str(whole_number(value)))
    if not 1 <= number <= 65535:
        raise ValueError(f"“{value}” is not a port. Ports go from 1 to 65535; mail servers listen at 587, 465 or 25.")
    return number


def _sender_or_none(value: object) -> str:
    """Servers between here and there need not know more than ASCII in the address that a mail comes from."""
    found = "" if value == "" else address(value)
    if not found.isascii() or not found.isprintable():
        raise ValueError(f"“{value}” cannot be sent from. Write an address in plain letters, like desk@example.org.")
    return found


def _patience(value: object) -> timedelta:
    length = positive(plain_length(value))
    if length > _LONGEST_TRY:
        raise ValueError("a try may wait for a minute at most, or others wait behind it. Write for example 20s.")
    return length


Host = Annotated[str, BeforeValidator(_host)]
PortOrNone = Annotated[int | None, BeforeValidator(_port_or_none)]
SenderOrNone = Annotated[str, BeforeValidator(_sender_or_none)]
Patience = Annotated[timedelta, BeforeValidator(_patience)]
