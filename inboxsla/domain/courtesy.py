"""What a policy lets customers be told by itself: which notices, and what admins add to them in their own words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# A field in the words of an admin. Braces that hold anything else are braces.
_FIELD = re.compile(r"\{(\w+)\}")


class CustomerNotice(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ON_HOLD = "on_hold"
    STILL_WITH_US = "still_with_us"
    CLOSING = "closing"


# Of all kinds together, to one address in a day: whatever answers them, it ends there.
MOST_A_DAY = 4
A_DAY = timedelta(days=1)

# What admins may have filled in, by notice. `when` is what is promised, or when it ends or closes.
FIELDS: Mapping[CustomerNotice, tuple[str, ...]] = {
    CustomerNotice.ACKNOWLEDGE: ("name", "when"),
    CustomerNotice.ON_HOLD: ("name", "when", "reason"),
    CustomerNotice.STILL_WITH_US: ("name", "when"),
    CustomerNotice.CLOSING: ("name", "when"),
}


@dataclass(frozen=True, slots=True)
class Courtesy:
    """`on` are the notices that go out; `words` is what an admin adds to them, as plain text with FIELDS in braces."""

    on: frozenset[CustomerNotice] = frozenset()
    words: Mapping[CustomerNotice, str] = field(default_factory=dict)


NO_NOTICES = Courtesy()


def mailbox_of(address: str) -> str:
    """The address without what follows a plus sign: help desks answer from another such address each time."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def is_enough(had: Collection[str], notice: CustomerNotice) -> bool:
    """Whether somebody who had these notices within A_DAY gets none of this kind any more."""
    return len(had) >= MOST_A_DAY or (notice is CustomerNotice.ACKNOWLEDGE and notice in had)


def going_out(wanted: Iterable[tuple[datetime, str, CustomerNotice]]) -> list[bool]:
    """Which of these notices, each for an address at an instant (aware UTC), would go out; in the order given."""
    wanted = list(wanted)
    goes, had = [False] * len(wanted), defaultdict[str, list[tuple[datetime, CustomerNotice]]](list)
    for nth in sorted(range(len(wanted)), key=lambda each: wanted[each][0]):
        at, address, notice = wanted[nth]
        theirs = had[mailbox_of(address)]
        lately = [kind for when, kind in theirs[-MOST_A_DAY:] if when > at - A_DAY]
        goes[nth] = not is_enough(lately, notice)
        if goes[nth]:
            theirs.append((at, notice))
    return goes


def unknown_fields(notice: CustomerNotice, text: str) -> list[str]:
    """Those in braces that nothing fills in, each once."""
    return [name for name in dict.fromkeys(_FIELD.findall(text)) if name not in FIELDS[notice]]


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields; what a value holds is never read as a field."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)
