"""A mailbox file becomes kept messages in threads; `build` then makes their tickets. Nothing here can cause outgoing mail.

Reading goes in batches, each one transaction, and what is known is asked of the database: memory does not grow with the file, an
interrupted import is finished by starting it again, and the same file read again adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from inboxsla.errors import Refused
from inboxsla.gmail import mbox
from inboxsla.gmail.mbox import MboxItem
from inboxsla.services import conversations, imported_mailbox
from inboxsla.services.arrivals import Arrival, another_copy, arrival
from inboxsla.services.import_build import Built, build
from inboxsla.services.ports import Ports
from inboxsla.services.privacy import gate
from inboxsla.storage import imported, messages, records
from inboxsla.storage.kinship import Kinship
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

__all__ = ["Built", "Read", "build", "read"]

_BATCH = 200
_PAGE = 500
_LISTS = 1000


@dataclass(frozen=True, slots=True)
class Read:
    """What one file held. `new + copies + known + kept_aside == messages`; `known` were kept by an earlier import.

    `threads` counts those of the whole mailbox. `reasons` says how many were kept aside for what; `lists` which list ids made
    messages count as bulk mail, because they are not among the own lists.
    """

    mailbox_id: int
    address: str
    file: str
    messages: int
    new: int
    copies: int
    known: int
    kept_aside: int
    reasons: Mapping[str, int]
    lists: Mapping[str, int]
    threads: int
    agents: tuple[str, ...]

    @property
    def imported(self) -> int:
        return self.new + self.copies + self.known


@dataclass(slots=True)
class _Tally:
    new: int = 0
    copies: int = 0
    known: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    lists: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)

    def see(self, row: MessageRow, insiders: frozenset[str]) -> None:
        if row.sender_name and row.sender in insiders:
            self.names[row.sender] = row.sender_name
        list_id = row.headers.get("list_id")
        if row.kind == "bulk" and list_id and (list_id in self.lists or len(self.lists) < _LISTS):
            self.lists[list_id] += 1


def read(
    ports: Ports,
    file: Path,
    mailbox: str,
    agents: Sequence[str],
    own_lists: Sequence[str],
    moved: Callable[[int], None],
) -> Read:
    """Keep the messages of a mailbox file, in the imported mailbox `mailbox`; `moved` is told how many bytes were read since.

    Agents and own lists are added to those of earlier imports. Raises Refused if the file cannot be read or is no mailbox file.
    """
    address = imported_mailbox.address_of(mailbox)
    staff = [imported_mailbox.address_of(each) for each in agents]
    with _opened(file) as stream, closing(Kinship()) as kin:
        items = mbox.read(stream)
        first = list(islice(items, 1))
        box, insiders = imported_mailbox.prepare(ports, address, staff, own_lists)
        imported_mailbox.recall(ports, box, insiders, kin)
        done, tally = _Progress(moved), _Tally()
        for batch in _batches(chain(first, items), _BATCH):
            arrivals = []
            for item in batch:
                done.to(item.offset)
                arrivals.append(arrival(item, file.name, box, insiders, ports.now()))
            _keep(ports, box, insiders, arrivals, kin, tally)
        done.to(stream.tell())
    names = imported_mailbox.name_people(ports, box, tally.names)
    with ports.db.read() as conn:
        threads = imported.count_threads(conn, box.id)
    return Read(
        mailbox_id=box.id,
        address=box.address,
        file=file.name,
        messages=tally.new + tally.copies + tally.known + tally.reasons.total(),
        new=tally.new,
        copies=tally.copies,
        known=tally.known,
        kept_aside=tally.reasons.total(),
        reasons=dict(tally.reasons.most_common()),
        lists=dict(tally.lists.most_common()),
        threads=threads,
        agents=names,
    )


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from error


def _batches(items: Iterator[MboxItem], size: int) -> Iterator[Iterator[MboxItem]]:
    """Lazily, so that only one message is held at a time."""
    for first in items:
        yield chain((first,), islice(items, size - 1))


class _Progress:
    def __init__(self, moved: Callable[[int], None]) -> None:
        self._moved, self._at = moved, 0

    def to(self, offset: int) -> None:
        if offset > self._at:
            self._moved(offset - self._at)
            self._at = offset


def _keep(
    ports: Ports, box: MailboxRow, insiders: frozenset[str], arrivals: Sequence[Arrival], kin: Kinship, tally: _Tally
) -> None:
    """Write one batch down, in one transaction: new messages in their threads, better copies, what is kept aside."""
    with ports.db.read() as conn:
        stored = imported.by_id(conn, box.id, [each.key for each in arrivals if each.row is not None])
    new: dict[str, MessageRow] = {}
    changed: dict[str, MessageRow] = {}
    moves: list[tuple[str, str]] = []
    for each in arrivals:
        if each.row is None or each.letter is None:
            continue
        again = kin.count(each.key) > 0
        before = new.get(each.key) or changed.get(each.key) or stored.get(each.key)
        if before is None:
            found = conversations.place(each.letter, each.key, kin)
            new[each.key] = replace(each.row, thread_id=found.thread)
            moves.extend((old, found.thread) for old in found.absorbed)
        elif (merged := another_copy(before, each.row, same_file=again)) != before:
            (new if each.key in new else changed)[each.key] = merged
        tally.new += before is None
        tally.copies += before is not None and again
        tally.known += before is not None and not again
        tally.see(each.row, insiders)
    _write(ports, box, new.values(), changed.values(), moves, _aside(arrivals, kin, tally))


def _aside(arrivals: Iterable[Arrival], kin: Kinship, tally: _Tally) -> list[tuple[str, str]]:
    """(source, reason): equal messages of one file are told apart by a number, so that each is noted once."""
    found = []
    for each in arrivals:
        if each.row is None:
            tally.reasons[each.reason] += 1
            number = kin.count(f"aside {each.key}")
            found.append((f"{each.key}#{number}", f"{each.reason} ({each.place})"))
    return found


def _write(
    ports: Ports,
    box: MailboxRow,
    new: Iterable[MessageRow],
    changed: Iterable[MessageRow],
    moves: Iterable[tuple[str, str]],
    aside: Iterable[tuple[str, str]],
) -> None:
    now = ports.now()
    with ports.db.write() as conn:
        messages.add(conn, box.id, gate.let_in(conn, ports, box, list(new), now))
        # After adding: a message of this batch may be in a thread that a later one of it showed to be part of another.
        for old, joined in moves:
            messages.move_thread(conn, box.id, old, joined)
        for row in changed:
            imported.rewrite(conn, box.id, row)
        for source, reason in aside:
            records.keep_aside(conn, box.id, source, reason, now)
