"""Label changes of one thread read as moves: archived, back in the inbox, to spam or trash, restored. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from inboxsla.domain.timeline import Event, Kind
from inboxsla.gmail.port import Change
from inboxsla.services.correspondence import AWAY
from inboxsla.storage.messages import MessageRow

INBOX = "INBOX"
# Gmail's internalDate counts milliseconds: what happened before a message happened at least one of them earlier.
_JUST_BEFORE = timedelta(milliseconds=1)

Labels = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Move:
    """Something somebody did to the whole thread; Gmail says neither who nor when. `source` names the history record.

    `after` and `before` are messages' instants between which it must have been, where there are any.
    """

    kind: Kind
    source: str
    after: datetime | None = None
    before: datetime | None = None

    def happened_at(self, seen_at: datetime) -> datetime:
        """When Gmail was asked, as far as the messages around it allow."""
        at = seen_at if self.before is None else min(seen_at, self.before)
        return at if self.after is None else max(at, self.after)


@dataclass(frozen=True, slots=True)
class Moves:
    """`labels` holds the labels of messages on which they changed; `restored` the messages that left Spam or Trash."""

    thread: tuple[Move, ...]
    labels: Labels
    gone: frozenset[str]
    restored: frozenset[str]


def moves(
    known: Sequence[MessageRow],
    fresh: Sequence[MessageRow],
    changes: Sequence[Change],
    snapshot: Labels | None = None,
    snapshot_source: str = "",
) -> Moves:
    """What `changes` (history lines, oldest first) or a `snapshot` of all labels did to a thread we know.

    Labels of messages we do not know are ignored. Applying the same changes again yields no labels to write.
    """
    reading = _Reading(known, fresh, changes, whole=snapshot is not None)
    for record, group in groupby(changes, key=lambda change: change.record_id):
        reading.record(record, list(group))
    if snapshot is not None:
        reading.record(snapshot_source, list(_compared(snapshot, reading.labels, fresh, snapshot_source)))
    return reading.result()


def _compared(snapshot: Labels, labels: Labels, fresh: Sequence[MessageRow], source: str) -> Iterator[Change]:
    """The history lines that would lead from `labels` to the whole thread as it is listed now."""
    for row in fresh:
        yield Change("added", source, row.gmail_id, row.thread_id, row.labels)
    for key, before in labels.items():
        if key not in snapshot:
            yield Change("deleted", source, key, "")
            continue
        yield Change("labels_removed", source, key, "", before - snapshot[key])
        yield Change("labels_added", source, key, "", snapshot[key] - before)


class _Reading:
    """The thread as it stands after each record, so that what came later is not mistaken for what was there before."""

    def __init__(
        self, known: Sequence[MessageRow], fresh: Sequence[MessageRow], changes: Sequence[Change], *, whole: bool
    ) -> None:
        self._rows = {row.gmail_id: row for row in [*known, *fresh]}
        shown_arriving = {change.message_id for change in changes if change.kind == "added"}
        self._to_come = {row.gmail_id for row in fresh if whole or row.gmail_id in shown_arriving}
        here = [row for row in self._rows.values() if not row.gone and row.gmail_id not in self._to_come]
        self.labels = {row.gmail_id: row.labels for row in here}
        self._began = bool(known) or bool(self.labels)
        self._newest = max((row.internal_at for row in known), default=None)
        self._found: list[Move] = []
        self._gone: set[str] = set()
        self._taken_off: set[str] = set()

    def record(self, source: str, group: Sequence[Change]) -> None:
        was_away = self._began and _is_away(self.labels)
        joined = [self._rows[c.message_id] for c in group if c.kind == "added" and c.message_id in self._to_come]
        if joined:
            self._join(joined)
        # Mail that arrives in the inbox is no move of the thread, so it counts as having been there.
        was_in = _in_inbox(self.labels)
        for change in group:
            if change.message_id in self.labels:
                # A line that takes INBOX away proves it was there, even where we never saw it.
                was_in = was_in or (change.kind == "labels_removed" and INBOX in (change.label_ids or ()))
                self._apply(change)
        if self._began:
            move = _moved(was_in, was_away, _in_inbox(self.labels), _is_away(self.labels))
            # What an arrival brings about happens with it.
            until = min((row.internal_at for row in joined), default=None) if move is Kind.RESTORED else None
            if move is not None:
                self._found.append(Move(move, f"{move.value}:{source}", until or self._newest, until))
        self._began = self._began or bool(self.labels)

    def _join(self, joined: Sequence[MessageRow]) -> None:
        arrived = [row.internal_at for row in joined]
        # What history tells before this arrival happened before it, whenever we learned of it.
        limit = min(arrived) - _JUST_BEFORE
        self._found = [replace(move, before=min(move.before or limit, limit)) for move in self._found]
        self.labels |= {row.gmail_id: row.labels for row in joined}
        self._to_come -= self.labels.keys()
        self._newest = max([*arrived, *([self._newest] if self._newest else [])])

    def _apply(self, change: Change) -> None:
        key, named = change.message_id, change.label_ids or frozenset()
        if change.kind == "labels_added":
            self.labels[key] |= named
        elif change.kind == "labels_removed":
            self.labels[key] -= named
            if named & AWAY:
                self._taken_off.add(key)
        elif change.kind == "deleted":
            self._gone.add(key)
            del self.labels[key]

    def result(self) -> Moves:
        found = self._found
        if _is_away(self.labels):
            # Trashing takes INBOX away too; that is no archiving.
            found = [move for move in found if move.kind is not Kind.ARCHIVED]
        changed = {key: now for key, now in self.labels.items() if now != self._rows[key].labels}
        restored = frozenset(
            key
            for key, now in self.labels.items()
            if not now & AWAY and (self._was_away(key) or key in self._taken_off)
        )
        return Moves(tuple(found), changed, frozenset(self._gone), restored)

    def _was_away(self, key: str) -> bool:
        return bool(self._rows[key].labels & AWAY)


def _in_inbox(labels: Labels) -> bool:
    return any(INBOX in now for now in labels.values())


def _is_away(labels: Labels) -> bool:
    """Every message is in Spam or Trash, or deleted for good."""
    return all(now & AWAY for now in labels.values())


def _moved(was_in: bool, was_away: bool, is_in: bool, is_away: bool) -> Kind | None:
    if is_away != was_away:
        return Kind.REMOVED if is_away else Kind.RESTORED
    if is_away or is_in == was_in:
        return None
    return Kind.UNARCHIVED if is_in else Kind.ARCHIVED


def first_sight(rows: Sequence[MessageRow], connected_at: datetime) -> list[Event]:
    """A thread that was archived before the mailbox was connected starts solved, as of its last message before that.

    Staff mail is never in the inbox, so a thread with nothing else says nothing.
    """
    old = [row for row in rows if row.internal_at < connected_at]
    received = [row for row in old if "SENT" not in row.labels and not row.labels & AWAY]
    if not received or any(INBOX in row.labels for row in received):
        return []
    return [Event(Kind.ARCHIVED, max(row.internal_at for row in old), "archived:before-connecting")]
