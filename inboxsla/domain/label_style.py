"""What labels may be called and look like: names under one prefix, colours in pairs from Gmail's palette. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PREFIX = "SLA"
NAMES: Mapping[str, str] = MappingProxyType(
    {"low": "Low", "medium": "Medium", "urgent": "Urgent", "overdue": "Overdue", "paused": "Paused", "met": "Met"}
)
"""Urgency to what its label is called under the prefix."""
OWNERS = "Owner"
DO = "Do"
"""The folder of labels that ask for something, under the prefix."""

PAIRS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "sky": ("#98d7e4", "#0d3b44"),
        "yellow": ("#fbe983", "#594c05"),
        "peach": ("#ffc8af", "#7a2e0b"),
        "red": ("#cc3a21", "#ffffff"),
        "lilac": ("#e3d7ff", "#3d188e"),
        "mint": ("#b3efd3", "#0b4f30"),
        "blue": ("#b6cff5", "#0d3472"),
        "pink": ("#fbd3e0", "#711a36"),
        "rose": ("#f2b2a8", "#8a1c0a"),
        "orange": ("#ffdeb5", "#7a4706"),
        "sand": ("#fdedc1", "#684e07"),
        "green": ("#a2dcc1", "#04502e"),
        "grey": ("#e7e7e7", "#464646"),
        "deep red": ("#822111", "#ffffff"),
        "deep blue": ("#1c4587", "#ffffff"),
        "deep green": ("#076239", "#ffffff"),
        "deep purple": ("#41236d", "#ffffff"),
        "black": ("#434343", "#ffffff"),
    }
)
"""Name to (background, text), each on Gmail's palette and easy to read."""
COLOURS: Mapping[str, str] = MappingProxyType(
    {"low": "sky", "medium": "yellow", "urgent": "peach", "overdue": "red", "paused": "lilac", "met": "mint"}
)
"""Urgency to the name of its pair."""
# What Gmail keeps for itself, in any case, and for whatever it makes of a message.
RESERVED = frozenset(
    [
        "all mail",
        "archive",
        "bin",
        "chat",
        "chats",
        "draft",
        "drafts",
        "forums",
        "important",
        "inbox",
        "muted",
        "personal",
        "promotions",
        "scheduled",
        "sent",
        "sent mail",
        "snoozed",
        "social",
        "spam",
        "starred",
        "trash",
        "unread",
        "updates",
    ]
)


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How this desk's labels look; what is not said is as usual."""

    prefix: str = PREFIX
    names: Mapping[str, str] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)

    def name(self, urgency: str) -> str:
        """“SLA/Low”. Raises KeyError for a word that is no urgency."""
        return f"{self.prefix}/{self.names.get(urgency) or NAMES[urgency]}"

    def colour_name(self, urgency: str) -> str:
        return self.colours.get(urgency) or COLOURS[urgency]

    def colour(self, urgency: str) -> tuple[str, str]:
        return PAIRS[self.colour_name(urgency)]

    def called(self, key: str) -> str:
        """The name of a label by its key, which is what it is called as usual; other labels keep theirs."""
        urgency = next((each for each, name in NAMES.items() if key == f"{PREFIX}/{name}"), None)
        if urgency is not None:
            return self.name(urgency)
        return self.prefix + key.removeprefix(PREFIX) if key == PREFIX or key.startswith(f"{PREFIX}/") else key


USUAL = LabelStyle()
