"""What rules may refer to, and the complaints of one rule about what it refers to in vain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.folding import fold
from inboxsla.domain.nearest import did_you_mean
from inboxsla.domain.rule_words import any_of, quoted

# Channels that can be asked for before any rule sets them.
CHANNELS = ("email", "form", "voicemail", "chat transcript", "social notice")

# Given a pattern, says where and why it is broken, or nothing: “at character 3, “(”: …”.
Broken = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What exists. `tiers`: name → addresses and domains; `organisations`: name → domains. `mailboxes` None: any will do."""

    policies: Collection[str] = ()
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    teams: Collection[str] = ()
    people: Collection[str] = ()
    tags: Collection[str] = ()
    tiers: Mapping[str, Iterable[str]] = field(default_factory=dict)
    organisations: Mapping[str, Iterable[str]] = field(default_factory=dict)
    mailboxes: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The names a rule may say, by kind: all that what it says depends on besides its own text. Equal by value, hashable."""

    by_kind: tuple[tuple[str, tuple[str, ...]], ...]
    any_mailbox: bool

    @classmethod
    def read(cls, known: Known, channels: Iterable[str]) -> Names:
        by_kind: dict[str, Iterable[str]] = {
            "policy": known.policies,
            "calendar": known.calendars,
            "team": known.teams,
            "person": known.people,
            "tag": known.tags,
            "tier": known.tiers,
            "organisation": known.organisations,
            "channel": channels,
            "mailbox": known.mailboxes or (),
        }
        return cls(tuple((kind, tuple(names)) for kind, names in by_kind.items()), known.mailboxes is None)

    def of(self, kind: str) -> tuple[str, ...]:
        return next(names for each, names in self.by_kind if each == kind)


class Page:
    """One rule being read, by itself: its complaints say where in the rule, not which rule it is."""

    def __init__(self, names: Names, broken: Broken) -> None:
        self.names = names
        self.broken = broken
        self.mistakes: list[str] = []

    def complain(self, where: str, sentence: str) -> None:
        self.mistakes.append(f"{where}: {sentence}" if where else sentence)

    def text(self, value: object, where: str) -> str | None:
        """A text with something in it, trimmed; otherwise a complaint."""
        if not isinstance(value, str):
            self.complain(where, f"{shown(value)} is not a text. Write it in quotes.")
        elif not fold(value):
            self.complain(where, "this is empty.")
        elif any("\ud800" <= letter <= "\udfff" for letter in value):
            self.complain(where, "this holds half a character. Write it anew.")
        else:
            return value.strip()
        return None

    def texts(self, value: object, where: str) -> list[str]:
        """A list of texts; a complaint about the list if it is none or empty, and about each that is none."""
        if not isinstance(value, list | tuple):
            self.complain(where, f"write a list in square brackets here, for example [{example(value)}].")
            return []
        if not value:
            self.complain(where, "this list is empty.")
        read = [self.text(item, where) for item in value]
        return [item for item in read if item is not None]

    def named(self, kind: str, written: str, where: str) -> str | None:
        """The thing as its owner spells it; a complaint if there is none of that name."""
        names = self.names.of(kind)
        found = _by_fold(names).get(fold(written))
        if found is None:
            hint = (
                did_you_mean(written, names) or _choices(names) or f" There is none yet; add it under {_LISTED[kind]}."
            )
            self.complain(where, f"there is no {kind} {quoted(written)}.{hint}")
        return found

    def unknown(self, word: object, choices: Iterable[str], what: str, where: str) -> None:
        """A complaint that `word` is no `what`, with the one probably meant or all there are."""
        choices = list(choices)
        hint = did_you_mean(str(word), choices) or f" Write {any_of(choices)}."
        self.complain(where, f"{quoted(str(word))} is not {what}.{hint}")


@lru_cache(maxsize=32)
def _by_fold(names: tuple[str, ...]) -> Mapping[str, str]:
    """Looked up for every rule of hundreds. Of names that look alike the first counts."""
    return {fold(name): name for name in reversed(names)}


# Where admins list what rules may name.
_LISTED = {
    "policy": "[[policies]]",
    "calendar": "[calendars]",
    "team": "[[teams]]",
    "person": "[[people]]",
    "tag": "tags",
    "tier": "[tiers]",
    "organisation": "[organisations]",
    "channel": "then = {channel = …} of a rule",
    "mailbox": "[[mailboxes]]",
}


def shown(value: object) -> str:
    """A value of the wrong kind as a person would recognise it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    return quoted(str(value))


def example(value: object) -> str:
    return f'"{value[:40]}"' if isinstance(value, str) and value else '"one", "two"'


def _choices(names: Collection[str]) -> str:
    if not names:
        return ""
    few = ", ".join(list(names)[:8])
    return f" There {'is' if len(names) == 1 else 'are'} {few}{' and more' if len(names) > 8 else ''}."
