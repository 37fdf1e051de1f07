"""Which of our labels a Gmail thread should carry, and the smallest change that gets it there.

Pure: names and ids in, names and ids out. The caller decides which messages count (drafts take no labels) and talks to Gmail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from inboxsla.gmail.port import Label

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "low": "SLA/Low",
        "medium": "SLA/Medium",
        "urgent": "SLA/Urgent",
        "overdue": "SLA/Overdue",
        "paused": "SLA/Paused",
        "met": "SLA/Met",
    }
)
"""Urgency to label name. Settings may put another mapping with the same keys in its place."""

COLOURS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "low": ("#98d7e4", "#0d3b44"),
        "medium": ("#fbe983", "#594c05"),
        "urgent": ("#ffc8af", "#7a2e0b"),
        "overdue": ("#cc3a21", "#ffffff"),
        "paused": ("#e3d7ff", "#3d188e"),
        "met": ("#b3efd3", "#0b4f30"),
    }
)
"""Urgency to (background, text). Gmail refuses every colour that is not on its own palette."""

_FOLDER_COLOURS = ("#e7e7e7", "#464646")


@dataclass(frozen=True, slots=True)
class LabelLook:
    """A label as it should be created; colours are lower-case `#rrggbb` from Gmail's palette."""

    name: str
    background: str
    text: str


def label_for(urgency: str, names: Mapping[str, str] = NAMES) -> str | None:
    """The label name for an urgency; None for "none". Raises KeyError for a word that is no urgency."""
    return None if urgency == "none" else names[urgency]


def looks(names: Mapping[str, str] = NAMES) -> tuple[LabelLook, ...]:
    """Every label to create, folders ("SLA") before what is nested in them."""
    folders: dict[str, LabelLook] = {}
    for name in names.values():
        parts = name.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            folders.setdefault(folder, LabelLook(folder, *_FOLDER_COLOURS))
    return (*folders.values(), *(LabelLook(name, *COLOURS[urgency]) for urgency, name in names.items()))


def known_ids(labels: Iterable[Label], names: Mapping[str, str] = NAMES) -> dict[str, str]:
    """Label name to label id, for those of our names that the mailbox has already, folders included.

    Gmail holds "sla/LOW" and "SLA/Low" for the same label, so case is ignored here.
    """
    ours = {look.name.casefold(): look.name for look in looks(names)}
    return {ours[label.name.casefold()]: label.id for label in labels if label.name.casefold() in ours}


def changes(
    wanted: str | None,
    messages: Iterable[frozenset[str]],
    ids: Mapping[str, str],
    names: Mapping[str, str] = NAMES,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The label ids to (add, remove) on a thread so that `wanted` is on every message and no other state label on any.

    `messages` are the label ids each message has now; `ids` is label name to label id. Both tuples are empty when the
    thread is right already. Labels that are not our state labels are never named. Raises KeyError if `wanted` has no id yet.
    """
    wanted_id = None if wanted is None else ids[wanted]
    now = tuple(messages)
    ours = {ids[name] for name in names.values() if name in ids}
    add = (wanted_id,) if wanted_id is not None and any(wanted_id not in labels for labels in now) else ()
    present = frozenset().union(*now)
    return add, tuple(sorted((ours & present) - {wanted_id}))
