"""How single values are written in the configuration document. Lengths stay the text they are; what they mean depends on a calendar."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from inboxsla.config import fields
from inboxsla.domain.durations import parse_duration
from inboxsla.domain.label_style import PAIRS
from inboxsla.domain.policy import MOST_REOPENINGS

ALWAYS = "24x7"
NEVER = "never"

# What columns of the database hold.
WORD_LIMIT = 64
# So that a prefix and a name are far from what Gmail takes, and can be read in its narrow list.
LABEL_LIMIT = 40
NOTICE_LIMIT = 600

_DOMAIN = re.compile(r"[^@\s<>\"(),:;.]+(?:\.[^@\s<>\"(),:;.]+)+")
_LIST_ID = re.compile(r"[^\s<>\"(),:;]+")
_SECOND = timedelta(seconds=1)
_DAY, _LONGEST_KEPT = timedelta(days=1), timedelta(days=3650)


def _word(value: object) -> str:
    text = fields.name(value)
    if len(text) > WORD_LIMIT:
        raise ValueError(f"“{text[:20]}…” is too long. {WORD_LIMIT} characters is the limit.")
    return text


def _length(value: object, business_day: timedelta | None) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f"{value} of what? Write for example “4h” or “30m”.")
    if not isinstance(value, str):
        raise ValueError("write a length of time in quotes, for example “4h”.")
    if value.lstrip().startswith(("-", "−")):
        raise ValueError(f"“{value}” is less than nothing. Write for example 4h.")
    if parse_duration(value, business_day) < _SECOND:
        raise ValueError("this must be longer than nothing. Write for example 4h.")
    return value.strip()


def _business(value: object) -> str:
    return _length(value, fields.BUSINESS_DAY)


def _plain(value: object) -> str:
    return _length(value, None)


def _keep_text(value: object) -> str:
    text = value.strip() if isinstance(value, str) else value
    if text == NEVER:
        return NEVER
    length = _length(text, None)
    if not _DAY <= parse_duration(length) <= _LONGEST_KEPT:
        raise ValueError(
            f"“{length}” is too {'short' if parse_duration(length) < _DAY else 'long'}. Write from 1 day to 3650 days, or never."
        )
    return length


def _percent(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > fields.LAST_PERCENT:
        raise ValueError(f"a step at {value} % would never come: promises are followed up to {fields.LAST_PERCENT} %.")
    return fields.percent(value)


def _times(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MOST_REOPENINGS:
        raise ValueError(
            f"“{value}” is no number of reopenings. Write a whole number from 1 to {MOST_REOPENINGS}, such as 2."
        )
    return value


def _label_name(value: object) -> str:
    text = " ".join(fields.name(value).split())
    if "/" in text:
        raise ValueError(f"“{text}” holds a “/”, at which Gmail would put a label below another. Write it without.")
    if len(text) > LABEL_LIMIT:
        raise ValueError(f"“{text[:20]}…” is too long for a label. {LABEL_LIMIT} characters is the limit.")
    if text.startswith("^"):
        raise ValueError(f"“{text}” begins with “^”, which Gmail keeps for itself.")
    return text


def _label_colour(value: object) -> str:
    if value not in PAIRS:
        raise ValueError(f"“{value}” is not a colour for labels. There are {', '.join(PAIRS)}.")
    return str(value)


def list_id(value: object) -> str:
    """The id of a list without what may stand around it: Support <support.example.org>. Raises ValueError."""
    written = value.strip().lower() if isinstance(value, str) else ""
    text = written.rpartition("<")[2].removesuffix(">")
    if not _LIST_ID.fullmatch(text):
        raise ValueError(f"“{value}” is not the id of a list. Write it like support.example.org.")
    return text


def _domain(value: object) -> str:
    text = value.strip().lower().removeprefix("@") if isinstance(value, str) else ""
    if not _DOMAIN.fullmatch(text):
        raise ValueError(f"“{value}” is not a domain. Write it like big.example.")
    return text


def _address_or_domain(value: object) -> str:
    if isinstance(value, str) and value.strip().startswith("@"):
        return f"@{_domain(value)}"
    try:
        return fields.address(value)
    except ValueError:
        raise ValueError(
            f"“{value}” is neither an address nor a domain. Write ceo@small.example or @big.example."
        ) from None


def _plain_or_never(value: object) -> str:
    return NEVER if isinstance(value, str) and value.strip().lower() == NEVER else _plain(value)


Word = Annotated[str, BeforeValidator(_word)]
# A length in the business days of a calendar that is known only later, and one of plain hours and days.
Length = Annotated[str, BeforeValidator(_business)]
KeepText = Annotated[str, BeforeValidator(_keep_text)]
PlainLength = Annotated[str, BeforeValidator(_plain)]
PlainLengthOrNever = Annotated[str, BeforeValidator(_plain_or_never)]
Percent = Annotated[int, BeforeValidator(_percent)]
Times = Annotated[int, BeforeValidator(_times)]
Domain = Annotated[str, BeforeValidator(_domain)]
AddressOrDomain = Annotated[str, BeforeValidator(_address_or_domain)]
LabelName = Annotated[str, BeforeValidator(_label_name)]
LabelColour = Annotated[str, BeforeValidator(_label_colour)]
ListId = Annotated[str, BeforeValidator(list_id)]
CapPerHour = Annotated[int, BeforeValidator(fields.whole_number), Field(ge=1, le=1_000)]
Capacity = Annotated[int, BeforeValidator(fields.whole_number), Field(ge=1, le=10_000)]


def _notice_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("write a text in quotes.")
    text = value.replace("\r\n", "\n").strip()
    if len(text) > NOTICE_LIMIT:
        raise ValueError(f"this is too long for a notice. {NOTICE_LIMIT} characters is the limit.")
    if not text.replace("\n", "").isprintable():
        raise ValueError("this has characters that cannot be seen. Write plain text.")
    return text


NoticeText = Annotated[str, BeforeValidator(_notice_text)]
