"""Label changes of one thread read as moves: archived, back in the inbox, to spam or trash, restored. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from inboxsla.domain.timeline import Event, Kind
from inboxsla.gmail.port import Change
from inboxsla.services.correspondence import AWAY
from inboxsla.storage.messages import MessageRow

INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class Move:
    """Something somebody did to the whole thread; Gmail says neither who nor when. `source` names the history record."""

    kind: Kind
    source: str


@dataclass(frozen=True, slots=True)
class Moves:
    """`labels` holds the labels of messages on which they changed; `restored` the messages that left Spam or Trash."""

    thread: tuple[Move, ...]
    labels: Mapping[str, frozenset[str]]
    gone: frozenset[str]
    restored: frozenset[str]


def moves(
    known: Sequence[MessageRow],
    fresh: Sequence[MessageRow],
    changes: Sequence[Change],
    snapshot: Mapping[str, frozenset[str]] | None = None,
    snapshot_source: str = "",
) -> Moves:
    """What `changes` (history lines, oldest first) or a `snapshot` of all labels did to a thread we know.

    Labels of messages we do not know are ignored. Applying the same changes again yields no labels to write.
    """
    rows = [*known, *fresh]
    labels = {row.gmail_id: row.labels for row in rows if not row.gone}
    found: list[Move] = []
    gone: set[str] = set()
    for source, group in _groups(changes, snapshot, snapshot_source, labels):
        was_in, was_away = _in_inbox(labels), _is_away(labels)
        for change in group:
            if change.message_id not in labels:
                continue
            # A line that takes INBOX away proves it was there, even where we never saw it.
            was_in = was_in or (change.kind == "labels_removed" and INBOX in (change.label_ids or ()))
            _apply(labels, change, gone)
        found.extend(_moved(source, was_in, was_away, _in_inbox(labels), _is_away(labels)))
    if _is_away(labels):
        # Trashing takes INBOX away too; that is no archiving.
        found = [move for move in found if move.kind is not Kind.ARCHIVED]
    before = {row.gmail_id: row.labels for row in rows}
    changed = {key: now for key, now in labels.items() if now != before[key]}
    restored = frozenset(key for key, now in changed.items() if before[key] & AWAY and not now & AWAY)
    return Moves(tuple(found), changed, frozenset(gone), restored)


def _groups(
    changes: Sequence[Change],
    snapshot: Mapping[str, frozenset[str]] | None,
    snapshot_source: str,
    labels: Mapping[str, frozenset[str]],
) -> Iterator[tuple[str, list[Change]]]:
    for record, group in groupby(changes, key=lambda change: change.record_id):
        yield record, list(group)
    if snapshot is not None:
        lines = []
        for key, now in snapshot.items():
            before = labels.get(key, now)
            lines.append(Change("labels_removed", snapshot_source, key, "", before - now))
            lines.append(Change("labels_added", snapshot_source, key, "", now - before))
        yield snapshot_source, lines


def _apply(labels: dict[str, frozenset[str]], change: Change, gone: set[str]) -> None:
    key, named = change.message_id, change.label_ids or frozenset()
    if change.kind == "labels_added":
        labels[key] |= named
    elif change.kind == "labels_removed":
        labels[key] -= named
    elif change.kind == "deleted":
        gone.add(key)
        del labels[key]


def _in_inbox(labels: Mapping[str, frozenset[str]]) -> bool:
    return any(INBOX in now for now in labels.values())


def _is_away(labels: Mapping[str, frozenset[str]]) -> bool:
    """Every message is in Spam or Trash, or deleted for good."""
    return all(now & AWAY for now in labels.values())


def _moved(source: str, was_in: bool, was_away: bool, is_in: bool, is_away: bool) -> Iterator[Move]:
    if is_away and not was_away:
        yield Move(Kind.REMOVED, f"removed:{source}")
    elif was_away and not is_away:
        yield Move(Kind.RESTORED, f"restored:{source}")
    elif was_in and not is_in and not is_away:
        yield Move(Kind.ARCHIVED, f"archived:{source}")
    elif is_in and not was_in and not is_away:
        yield Move(Kind.UNARCHIVED, f"unarchived:{source}")


def first_sight(rows: Sequence[MessageRow]) -> list[Event]:
    """A thread that was archived before the mailbox was connected starts solved, as of its last message.

    Staff mail is never in the inbox, so a thread with nothing else says nothing.
    """
    received = [row for row in rows if "SENT" not in row.labels and not row.labels & AWAY]
    if not received or any(INBOX in row.labels for row in received):
        return []
    return [Event(Kind.ARCHIVED, max(row.internal_at for row in rows), "archived:before-connecting")]
