"""How single values are written in the configuration, and what they become.

Each reader takes what TOML or the environment gave and returns the finished value, or raises ValueError with a sentence
for the person who wrote it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from base64 import urlsafe_b64decode
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from inboxsla.config import zone_list
from inboxsla.domain.durations import parse_duration

Periods = tuple[tuple[str, str], ...]

BUSINESS_DAY = timedelta(hours=8)
LAST_PERCENT = 1000
NAME_LIMIT = 200
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Characters that show nothing; joiners shape the letters of several scripts.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_JOINERS = "\u200c\u200d"
_PERIOD = re.compile(r"\s*(\S+?)\s*(?:-|–|—|\bto\b)\s*(\S+)\s*")
_TIME_OF_DAY = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d|24:00")
_ADDRESS = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;.]+(?:\.[^@\s<>\"(),:;.]+)*")


def plain_length(value: object) -> timedelta:
    return _length(value, None)


def _plain_length_or_never(value: object) -> timedelta | None:
    never = value is None or (isinstance(value, str) and value.strip().lower() == "never")
    return None if never else _length(value, None)


def _promised_length(value: object, info: ValidationInfo) -> timedelta:
    return _length(value, (info.context or {}).get("business_day", BUSINESS_DAY))


def _length(value: object, business_day: timedelta | None) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value <= 0:
            raise ValueError(f"{value} is not a length of time. Write for example “4h” or “30m”.")
        raise ValueError(f"{value} of what? Write for example “{value}h” or “{value}m”.")
    if not isinstance(value, str):
        raise ValueError("write a length of time in quotes, for example “4h”.")
    return parse_duration(value, business_day)


def positive(length: timedelta) -> timedelta:
    if length <= timedelta():
        raise ValueError("this must be longer than nothing. Write for example 4h.")
    return length


def _at_most_a_day(length: timedelta) -> timedelta:
    if length > timedelta(days=1):
        raise ValueError("a business day cannot be longer than 24 hours.")
    return length


def name(value: object) -> str:
    """One line that people can read; without the spaces around it."""
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise ValueError("this is empty." if isinstance(value, str) else "write text in quotes.")
    # What is printable throughout holds none of them, and is told sooner.
    if not text.isprintable() and any(unicodedata.category(c) in _UNSEEN and c not in _JOINERS for c in text):
        raise ValueError("this holds line breaks or characters that cannot be seen. Write it on one line.")
    if len(text) > NAME_LIMIT:
        raise ValueError(f"“{text[:20]}…” is too long. {NAME_LIMIT} characters is the limit.")
    return text


def _zone(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("write a time zone in quotes, for example “Europe/Berlin”.")
    if value not in zone_list.known():
        by_lower = {zone.lower(): zone for zone in zone_list.known()}
        near = difflib.get_close_matches(value.lower(), list(by_lower), n=1, cutoff=0.6)
        hint = f"Did you mean “{by_lower[near[0]]}”?" if near else "Write it like Europe/Berlin."
        raise ValueError(f"“{value}” is not a time zone we know. {hint}")
    ZoneInfo(value)
    return value


def _zone_or_none(value: object) -> str:
    return "" if value == "" else _zone(value)


def address(value: object) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value.strip()):
        raise ValueError(f"“{value}” is not a mail address. Write it like support@example.org.")
    return value.strip().lower()


def _web_address(value: object) -> str:
    if not isinstance(value, str) or urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc:
        raise ValueError(f"“{value}” is not a web address. Write it like https://desk.example.org.")
    return value


def _web_address_or_none(value: object) -> str:
    return "" if value == "" else _web_address(value).rstrip("/")


def _database_url(value: object) -> str:
    """The value is never quoted in a complaint: it may hold a password."""
    if value == "":
        return ""
    scheme, separator, rest = str(value).partition("://")
    if separator and scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    if separator and scheme == "sqlite" and rest.startswith("/"):
        return str(value)
    raise ValueError("this is not a database we know. Write postgresql://user@host/name or sqlite:////path/to/file.")


def _redis_url(value: object) -> str:
    if value == "" or str(value).startswith(("redis://", "rediss://", "unix://")):
        return str(value)
    raise ValueError("this is not a Redis address. Write redis://host:6379/0, or leave it empty for the embedded one.")


def _folder(value: object) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip():
        raise ValueError("write the name of a folder in quotes, for example “var”.")
    return Path(value).expanduser()


def _file_or_none(value: object) -> Path | None:
    if value in ("", None):
        return None
    return _folder(value)


def _sealing_keys(value: object) -> str:
    """Keys separated by commas, the one that seals first. The value is never quoted in a complaint."""
    keys = [key.strip() for key in str(value).split(",") if key.strip()]
    for key in keys:
        try:
            length = len(urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        except ValueError:
            length = 0
        if length != 32:
            raise ValueError("this is not a key. A key is 32 bytes, written in URL-safe base64 (44 characters).")
    return ",".join(keys)


def whole_number(value: object) -> object:
    """Numbers come as text from the environment; “true” and 1.5 are not numbers to count with."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | str)
        or not re.fullmatch(r"[+-]?\d{1,9}", str(value).strip())
    ):
        raise ValueError(f"“{value}” is not a whole number.")
    return int(value)


def percent(value: object) -> int:
    number = value.strip().removesuffix("%").strip() if isinstance(value, str) else value
    if isinstance(number, str) and number.isdecimal():
        number = int(number[:6])
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= LAST_PERCENT:
        raise ValueError(f"“{value}” is not a percentage of the promise. Write a whole number such as 75.")
    return number


def _share(value: object) -> int:
    try:
        number = percent(value)
    except ValueError:
        number = 0
    if not 10 <= number <= 95:
        raise ValueError(f"“{value}” is no share we can keep to. Write a whole number of percent from 10 to 95.")
    return number


def _periods(value: object) -> Periods:
    """“09:00–12:30, 13:00–16:00”, “closed”, “24h”, or a list of such periods or pairs. Complains about all of them at once."""
    if isinstance(value, str):
        text = value.strip().lower()
        if text in ("closed", ""):
            return ()
        value = ["00:00-24:00"] if text in ("24h", "open") else text.split(",")
    if not isinstance(value, list | tuple):
        raise ValueError(
            f"“{value}” does not say when it is open. Write it like “09:00–12:30, 13:00–17:00” or “closed”."
        )
    periods, complaints = [], []
    for item in value:
        try:
            periods.append(_pair(*item) if isinstance(item, list | tuple) and len(item) == 2 else _period(item))
        except ValueError as complaint:
            complaints.append(str(complaint))
    if complaints:
        raise ValueError(" ".join(complaints))
    return tuple(periods)


def _period(value: object) -> tuple[str, str]:
    ends = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if ends is None:
        raise ValueError(f"“{value}” is not a span of opening hours. Write it like 09:00–17:00.")
    return _pair(ends[1], ends[2])


def _pair(opens: object, closes: object) -> tuple[str, str]:
    for time in (opens, closes):
        if not isinstance(time, str) or not _TIME_OF_DAY.fullmatch(time):
            raise ValueError(f"“{time}” is not a time of day. Write it like 09:00–17:00.")
    first, last = str(opens).zfill(5), str(closes).zfill(5)
    if first in (last, "24:00"):
        raise ValueError(f"“{first}–{last}” is no time at all. Write 00:00–24:00 for the whole day, or “closed”.")
    return first, last


def _week(value: object) -> object:
    """Spell out the shorthand “24x7”; anything else is read day by day."""
    if not isinstance(value, str):
        return value
    if value.strip().lower().replace("/", "x") != "24x7":
        raise ValueError(f"“{value}” does not say when you are open. Write “24x7”, or a line for each weekday.")
    return dict.fromkeys(WEEKDAYS, "24h")


def _weekday(key: str) -> str:
    if key not in WEEKDAYS:
        short = key[:3].lower()
        hint = f" Did you mean “{short}”?" if short in WEEKDAYS else ""
        raise ValueError(f"“{key}” is not a weekday. The days are {', '.join(WEEKDAYS)}.{hint}")
    return key


def _iso_day(key: object) -> str:
    return _day(key).isoformat()


def _day(value: object) -> date:
    if isinstance(value, date) and type(value) is date:
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f"“{value}” is not a date. Write it like 2026-12-24.") from None


Duration = Annotated[timedelta, BeforeValidator(plain_length)]
DurationOrNever = Annotated[timedelta | None, BeforeValidator(_plain_length_or_never)]
Span = Annotated[timedelta, BeforeValidator(plain_length), AfterValidator(positive)]
BusinessDay = Annotated[Span, AfterValidator(_at_most_a_day)]
BusinessLength = Annotated[timedelta, BeforeValidator(_promised_length), AfterValidator(positive)]
Promise = Annotated[BusinessLength, Field(validate_default=True)]
Zone = Annotated[str, BeforeValidator(_zone)]
ZoneOrNone = Annotated[str, BeforeValidator(_zone_or_none)]
Name = Annotated[str, BeforeValidator(name)]
Address = Annotated[str, BeforeValidator(address)]
WebAddress = Annotated[str, BeforeValidator(_web_address)]
WebAddressOrNone = Annotated[str, BeforeValidator(_web_address_or_none)]
DatabaseUrl = Annotated[str, BeforeValidator(_database_url), Field(repr=False)]
RedisUrl = Annotated[str, BeforeValidator(_redis_url), Field(repr=False)]
Folder = Annotated[Path, BeforeValidator(_folder)]
FileOrNone = Annotated[Path | None, BeforeValidator(_file_or_none)]
Hidden = Annotated[str, Field(repr=False)]
SealingKeys = Annotated[str, BeforeValidator(_sealing_keys), Field(repr=False)]
Percent = Annotated[int, BeforeValidator(percent)]
Share = Annotated[int, BeforeValidator(_share)]
Hours = Annotated[Periods, BeforeValidator(_periods)]
Week = Annotated[dict[Annotated[str, BeforeValidator(_weekday)], Hours], BeforeValidator(_week)]
SpecialDays = dict[Annotated[str, BeforeValidator(_iso_day)], Hours]
Day = Annotated[date, BeforeValidator(_day)]
