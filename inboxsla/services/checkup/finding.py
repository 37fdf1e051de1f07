"""What a check finds, and what could be done about it: plain values, for the terminal, for monitoring and for `--fix`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    FINE = "fine"
    ATTENTION = "attention"
    # The check could not be carried out, so nobody knows.
    UNKNOWN = "unknown"


class Do(StrEnum):
    """What `--fix` knows how to do. Each may be done at any time and any number of times."""

    RING = "ring"
    CLEAR_DEAD_JOBS = "clear_dead_jobs"
    LABELS = "labels"
    WATCH = "watch"
    ACCESS = "access"
    CLEAR_ALARM = "clear_alarm"
    REBUILD = "rebuild"


@dataclass(frozen=True, slots=True)
class Remedy:
    """`keys` are ids of what it is about: mailboxes, tickets or, for a ring, what `job` asks for. `name` is an alarm's key."""

    do: Do
    keys: tuple[int, ...] = ()
    job: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` never changes its name ("mail.unknown"); `words` say what is, `cure` what a person does about it.

    `since` is the instant (aware UTC) from which it is known to be so.
    """

    check: str
    state: State
    words: str
    cure: str = ""
    since: datetime | None = None
    mailbox: str = ""
    remedy: Remedy | None = None

    @property
    def ok(self) -> bool:
        return self.state is State.FINE

    @property
    def area(self) -> str:
        """The part of `check` before the dot."""
        return self.check.partition(".")[0]


def fine(check: str, words: str, mailbox: str = "") -> Finding:
    return Finding(check, State.FINE, words, mailbox=mailbox)


def attention(
    check: str,
    words: str,
    cure: str = "",
    *,
    since: datetime | None = None,
    mailbox: str = "",
    remedy: Remedy | None = None,
) -> Finding:
    return Finding(check, State.ATTENTION, words, cure, since, mailbox, remedy)


def unknown(check: str, words: str, cure: str = "", mailbox: str = "") -> Finding:
    return Finding(check, State.UNKNOWN, words, cure, mailbox=mailbox)


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 mail", "1,250 mails"; `many` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
