"""What is kept of mail that comes in, where its text was erased before: from a sync, a listing or a file, it stays erased."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from inboxsla.domain.timeline import is_token, keyed_participant, participant
from inboxsla.services import secret
from inboxsla.services.ports import Ports
from inboxsla.services.privacy.scrubbing import addresses, scrubbed
from inboxsla.services.privacy.staff import staff_of
from inboxsla.storage import forgotten, records, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

ALARM = "privacy-key"


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Hashes addresses under the key beside the data, so that the database alone does not say who was forgotten."""

    _key: bytes
    key_id: str

    @classmethod
    def of(cls, ports: Ports) -> Recogniser:
        """Raises Refused when the key can be neither read nor made."""
        key = secret.privacy_key(ports.settings.data_dir.absolute()).encode()
        return cls(key, sha256(b"inboxsla privacy key" + key).hexdigest()[:12])

    def digest(self, address: str) -> str:
        return self._hash(b"who", address)

    def token(self, address: str) -> str:
        """What stands for a forgotten person in what stays: the same at every reading, and no hash of the address alone."""
        return keyed_participant(self._hash(b"token", address))

    def _hash(self, purpose: bytes, address: str) -> str:
        told = purpose + b" " + address.strip().casefold().encode()
        return hmac.new(self._key, told, sha256).hexdigest()


def let_in(
    conn: Connection, ports: Ports, box: MailboxRow, rows: Sequence[MessageRow], now: datetime
) -> list[MessageRow]:
    """New messages as they may be kept. Our own lose their text: it is the customer's, told to somebody once.

    Mail from before its ticket's text was erased, or from before somebody in it was forgotten, comes without text and names.
    """
    if not rows:
        return []
    kept = [replace(row, subject="", excerpt="") if row.kind == "ours" else row for row in rows]
    erased = tickets.erased(conn, box.id, {row.thread_id for row in kept})
    people = _People.asked(conn, ports, kept, now) if forgotten.anybody(conn) else None
    if not erased and people is None:
        return kept
    staff = staff_of(conn, box)
    return [_as_kept(row, erased.get(row.thread_id), people, staff, now) for row in kept]


def _as_kept(
    row: MessageRow, erased_at: datetime | None, people: _People | None, staff: frozenset[str], now: datetime
) -> MessageRow:
    is_old = erased_at is not None and row.internal_at < erased_at
    if people is not None and people.hides(row):
        return scrubbed(row, staff - people.who.keys(), now, people.token)
    return scrubbed(row, staff, now) if is_old else row


@dataclass(frozen=True, slots=True)
class _People:
    """Whoever in some messages was forgotten, and when. `unknown_until`: the key of some is lost, so it may be anybody."""

    recogniser: Recogniser
    who: dict[str, datetime]
    unknown_until: datetime | None

    @classmethod
    def asked(cls, conn: Connection, ports: Ports, rows: Iterable[MessageRow], now: datetime) -> _People:
        recogniser = Recogniser.of(ports)
        named = {each for row in rows for each in addresses(row) if not is_token(each)}
        by_digest = {recogniser.digest(each): each for each in named}
        found = forgotten.among(conn, by_digest)
        lost = forgotten.since(conn, recogniser.key_id).foreign
        if lost is not None:
            records.alarm(conn, ALARM, _LOST, now)
        return cls(recogniser, {by_digest[digest]: at for digest, at in found.items()}, lost)

    def hides(self, row: MessageRow) -> bool:
        if self.unknown_until is not None and row.internal_at < self.unknown_until:
            return True
        return any(row.internal_at < self.who[each] for each in addresses(row) if each in self.who)

    def token(self, address: str) -> str:
        return self.recogniser.token(address) if address in self.who else participant(address)


_LOST = (
    "The key by which forgotten people are recognised is not the one they were forgotten with. Until the file privacy-key is "
    "back beside the data, all mail from before then is kept without text when it is read again."
)
