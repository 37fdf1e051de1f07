"""What is to change about the labels of threads, as values: which thread, which messages, what on and what off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inboxsla.gmail import labels
from inboxsla.gmail.costs import UNITS
from inboxsla.services.correspondence import AWAY
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.tickets import TicketRow

_NOT_A_TICKET = "not_a_ticket"
# What Gmail changes in one call at most, and from how many threads on that call is cheaper than one call for each.
MOST_MESSAGES = 1000
FEWEST_THREADS = UNITS["messages.batchModify"] // UNITS["threads.modify"] + 1


@dataclass(frozen=True, slots=True)
class LabelChange:
    """The difference between the labels last seen on a thread and those wanted, as label ids. `kept`: its messages not gone."""

    ticket: TicketRow
    kept: tuple[MessageRow, ...]
    add: tuple[str, ...]
    remove: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        return not (self.add or self.remove)

    @property
    def goes_alone(self) -> bool:
        """Whether naming its messages would not do what naming the thread does."""
        return not self.kept or any(row.labels & AWAY for row in self.kept)

    @property
    def message_ids(self) -> tuple[str, ...]:
        return tuple(row.gmail_id for row in self.kept)


def change_of(ticket: TicketRow, thread: Sequence[MessageRow], ids: Mapping[str, str], *, owners: bool) -> LabelChange:
    """`thread`: every message kept of it; `ids`: key to id of every label of ours; `owners`: they show whose a ticket is."""
    kept = tuple(row for row in thread if not row.gone)
    on_thread = [row.labels for row in kept if not row.labels & AWAY]
    add, remove = labels.changes(_wanted(ticket, ids, owners=owners), on_thread, shown(ids))
    # Commands come off wherever they are, in Spam and Trash too.
    asked = {ids[key] for key in labels.COMMANDS.values() if key in ids}
    carried = frozenset().union(*(row.labels for row in kept))
    return LabelChange(ticket, kept, add, tuple(sorted({*remove, *(carried & asked)})))


def shown(ids: Mapping[str, str]) -> set[str]:
    """Every label of ours that says something about a thread; folders do not."""
    says = {*labels.NAMES.values(), *labels.COMMANDS.values()}
    return {label_id for key, label_id in ids.items() if key in says or labels.owner_of(key) is not None}


def together(changes: Iterable[LabelChange]) -> list[list[LabelChange]]:
    """Equal changes of enough threads to be made in one call each, as Gmail takes them; the others are left out."""
    equal: dict[tuple[tuple[str, ...], tuple[str, ...]], list[LabelChange]] = {}
    for change in changes:
        if not (change.is_none or change.goes_alone):
            equal.setdefault((change.add, change.remove), []).append(change)
    parts = [part for one in equal.values() for part in _parts(one)]
    return [part for part in parts if len(part) >= FEWEST_THREADS]


def _parts(changes: Sequence[LabelChange]) -> list[list[LabelChange]]:
    parts: list[list[LabelChange]] = [[]]
    room = MOST_MESSAGES
    for change in changes:
        if parts[-1] and len(change.kept) > room:
            parts.append([])
            room = MOST_MESSAGES
        parts[-1].append(change)
        room -= len(change.kept)
    return [part for part in parts if part and sum(len(change.kept) for change in part) <= MOST_MESSAGES]


def _wanted(ticket: TicketRow, ids: Mapping[str, str], *, owners: bool) -> set[str]:
    """The ids of the labels that show how the ticket stands and whose it is."""
    state = None if ticket.label_wanted is None else labels.label_for(ticket.label_wanted)
    found = set() if state is None else {ids[state]}
    if owners and ticket.owner is not None and ticket.status != _NOT_A_TICKET:
        found |= {ids[key] for key in [labels.owner_key(ticket.owner)] if key in ids}
    return found
