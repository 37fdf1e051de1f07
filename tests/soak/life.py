"""What customers, staff and machines do to a mailbox in some weeks: made up from a seed, the same for the same seed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Everybody acts on the half hour. No promise in `world` falls due within seven minutes of one, so a delay of minutes
# changes when InboxSLA learns of something, and nothing else.
SLOT = timedelta(minutes=30)
TICKETS_A_DAY = int(os.environ.get("SOAK_TICKETS", "1"))


class What(StrEnum):
    """What can happen to a conversation."""

    ASKS = "asks"
    NUDGES = "nudges"
    THANKS = "thanks"
    IS_AWAY = "is away"  # an automatic reply
    ANSWERED = "answered"
    BOUNCES = "bounces"  # the last answer comes back
    DRAFTED = "drafted"  # somebody begins to answer
    ARCHIVED = "archived"
    SPAM = "spam"
    RESTORED = "restored"
    COMMANDED = "commanded"  # something is asked for by a label
    RELABELLED = (
        "relabelled"  # somebody puts a label of ours on that does not belong there, and takes the right one off
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """`conversation` counts from 0; `by` is the place of the agent on the list, for what agents do."""

    at: datetime
    conversation: int
    what: What
    by: int = 0


# What may follow what, with how likely it is; nothing follows where the weights run out.
_NEXT: dict[What, tuple[tuple[What | None, int], ...]] = {
    What.ASKS: (
        (What.ANSWERED, 58), (What.NUDGES, 14), (What.DRAFTED, 8), (What.ARCHIVED, 6), (What.SPAM, 4), (What.COMMANDED, 10),
        (What.RELABELLED, 5), (None, 10),
    ),
    What.NUDGES: ((What.ANSWERED, 75), (What.NUDGES, 10), (None, 15)),
    What.THANKS: ((What.ARCHIVED, 30), (None, 70)),
    What.IS_AWAY: ((What.NUDGES, 40), (What.ARCHIVED, 30), (None, 30)),
    What.ANSWERED: (
        (What.NUDGES, 35), (What.ARCHIVED, 30), (What.COMMANDED, 10), (What.RELABELLED, 5), (What.THANKS, 8), (What.IS_AWAY, 6), (What.BOUNCES, 5), (None, 16),
    ),
    What.BOUNCES: ((What.ANSWERED, 70), (None, 30)),
    What.DRAFTED: ((What.ANSWERED, 80), (None, 20)),
    What.ARCHIVED: ((What.NUDGES, 30), (What.THANKS, 15), (None, 55)),
    What.SPAM: ((What.RESTORED, 60), (None, 40)),
    What.RESTORED: ((What.ANSWERED, 70), (None, 30)),
    What.COMMANDED: ((What.ANSWERED, 40), (What.NUDGES, 20), (What.COMMANDED, 15), (None, 25)),
    What.RELABELLED: ((What.ANSWERED, 40), (What.COMMANDED, 30), (None, 30)),
}  # fmt: skip


def life(seed: int, begins: datetime, days: int) -> list[Happening]:
    """Everything that happens within `days` of `begins` (aware), in order. At most one thing per conversation at a time."""
    dice = random.Random(seed)
    slots = days * 48
    starts = sorted(dice.randrange(slots) for _ in range(TICKETS_A_DAY * days))
    found = [one for number, slot in enumerate(starts) for one in _conversation(dice, begins, number, slot, slots)]
    return sorted(found, key=lambda one: (one.at, one.conversation))


def _conversation(dice: random.Random, begins: datetime, number: int, slot: int, slots: int) -> Iterator[Happening]:
    what: What | None = What.ASKS
    while what is not None and slot < slots:
        yield Happening(begins + slot * SLOT, number, what, dice.randrange(2))
        choices, weights = zip(*_NEXT[what], strict=True)
        what = dice.choices(choices, weights)[0]
        slot += 1 + int(dice.expovariate(1 / 12))
