"""Which of our labels a Gmail thread should carry, what they look like, and the smallest change that gets it there.

Pure: names and ids in, names and ids out. The caller decides which messages count (drafts take no labels) and talks to Gmail.

A label is ours by its id, whatever it is called now. Each has a key that never changes: the name we first gave it, and for an
owner label the person's address in the name's place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from inboxsla.domain import label_style
from inboxsla.domain.label_style import USUAL, LabelStyle
from inboxsla.gmail.port import Label

NAMES: Mapping[str, str] = MappingProxyType({urgency: USUAL.name(urgency) for urgency in label_style.NAMES})
"""Urgency to the key of its label; what it is called is a matter of style."""

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "critical": "SLA/Do/Critical",
        "reopen": "SLA/Do/Reopen",
        "waiting": "SLA/Do/Waiting",
        "hold_until_tomorrow": "SLA/Do/Hold until tomorrow",
        "hold_two_days": "SLA/Do/Hold two days",
        "solve": "SLA/Do/Solve",
        "escalate": "SLA/Do/Escalate",
    }
)
"""What a person asks for by putting a label on a thread, in the order in which several at once are done."""

OWNERS = label_style.OWNERS
_FOLDER_COLOURS = ("#e7e7e7", "#464646")
_OWNER_COLOURS = ("#c9daf8", "#1c4587")
_LONGEST_PERSON = 80


@dataclass(frozen=True, slots=True)
class LabelLook:
    """A label as it should be created; colours are lower-case `#rrggbb` from Gmail's palette. `key` is its name if not given."""

    name: str
    background: str
    text: str
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.key or self.name)


def label_for(urgency: str) -> str | None:
    """The key of the label for an urgency; None for "none". Raises KeyError for a word that is no urgency."""
    return None if urgency == "none" else NAMES[urgency]


def owner_key(address: str) -> str:
    return f"{OWNERS}/{address}"


def owner_of(key: str) -> str | None:
    """The address an owner label's key names; None for every other label."""
    start, _, address = key.partition("/")
    return address if start == OWNERS and address else None


def looks(style: LabelStyle = USUAL) -> tuple[LabelLook, ...]:
    """Every urgency label to create, folders ("SLA") before what is nested in them."""
    return _called(style, _in_folders([LabelLook(key, *style.colour(urgency)) for urgency, key in NAMES.items()]))


def command_looks(style: LabelStyle = USUAL) -> tuple[LabelLook, ...]:
    return _called(style, _in_folders([LabelLook(key, *_FOLDER_COLOURS) for key in COMMANDS.values()]))


def _called(style: LabelStyle, made: Iterable[LabelLook]) -> tuple[LabelLook, ...]:
    return tuple(replace(look, name=style.called(look.key)) for look in made)


def look_of(key: str, wanted: Iterable[LabelLook]) -> LabelLook | None:
    return next((look for look in wanted if look.key == key), None)


def owner_looks(people: Mapping[str, str]) -> tuple[LabelLook, ...]:
    """A label for each person, address to name. People who would share a label have their addresses in it."""
    short = {address: _person(name) or _person(address) for address, name in people.items()}
    often = Counter(name.casefold() for name in short.values())
    made = []
    for address, name in short.items():
        shown = name if often[name.casefold()] == 1 else f"{name} ({_person(address)})"
        made.append(LabelLook(f"{OWNERS}/{shown}", *_OWNER_COLOURS, owner_key(address)))
    return _in_folders(made)


def plain_owner_look(look: LabelLook) -> LabelLook:
    """The same label under the person's address: a name Gmail always takes."""
    address = _person(owner_of(look.key) or "")
    return LabelLook(f"{OWNERS}/{address}", look.background, look.text, look.key)


def _person(written: str) -> str:
    """As a part of a label's name: Gmail nests at "/", takes no doubled blanks and no endless names."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in written.replace("/", "-")).split())
    return plain if len(plain) <= _LONGEST_PERSON else plain[: _LONGEST_PERSON - 1].rstrip() + "…"


def _in_folders(wanted: Iterable[LabelLook]) -> tuple[LabelLook, ...]:
    wanted = tuple(wanted)
    folders: dict[str, LabelLook] = {}
    for look in wanted:
        parts = look.name.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            folders.setdefault(folder, LabelLook(folder, *_FOLDER_COLOURS))
    return (*folders.values(), *wanted)


def known_ids(
    labels: Iterable[Label], wanted: Collection[LabelLook], remembered: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What the mailbox has already of `wanted`: key to id; and duplicates: the id of each to the id it should become.

    A label that is remembered stays ours whatever it is called now. One that is not there is looked for by its name; Gmail
    holds "sla/LOW" and "SLA/Low" for the same label, so case is ignored, and where there are two the first is ours.
    """
    there = {label.id: label.name for label in labels if label.kind == "user"}
    ids = {key: label_id for key, label_id in remembered.items() if label_id in there}
    for look in wanted:
        free = (
            id_ for id_, name in there.items() if name.casefold() == look.name.casefold() and id_ not in ids.values()
        )
        if look.key not in ids and (found := next(free, None)) is not None:
            ids[look.key] = found
    named = {look.name.casefold() for look in wanted}
    # What people renamed has no copies: another label of its new name is theirs.
    ours = {name: id_ for id_ in ids.values() if (name := there[id_].casefold()) in named}
    copies = {
        id_: ours[name.casefold()] for id_, name in there.items() if name.casefold() in ours and id_ not in ids.values()
    }
    return ids, copies


def changes(
    wanted: Collection[str],
    messages: Iterable[frozenset[str]],
    ours: Collection[str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The label ids to (add, remove) on a thread so that all of `wanted` are on every message and none other of `ours` on any.

    `messages` are the label ids each message has now; `wanted` and `ours` are ids. Both tuples are empty when the thread is
    right already. Labels that are not ours are never named.
    """
    now = tuple(messages)
    add = sorted(label for label in set(wanted) if any(label not in labels for labels in now))
    present = frozenset().union(*now)
    return tuple(add), tuple(sorted((present & set(ours)) - set(wanted)))
