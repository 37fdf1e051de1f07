"""What opens the accounts that only send, sealed and unsealed with the keys it is given."""

from __future__ import annotations

from inboxsla.gmail.credentials import Stored
from inboxsla.gmail.keys import CannotUnseal, Keys, Sealed
from inboxsla.storage import senders
from inboxsla.storage.database import Database
from inboxsla.storage.senders import SenderRow


def seal(keys: Keys, stored: Stored, address: str) -> Sealed:
    return keys.seal(stored.to_text(), _about(address))


def unseal(keys: Keys, row: SenderRow) -> Stored:
    """Raises CannotUnseal."""
    return Stored.of_text(keys.unseal(Sealed(row.sealed, row.key_id), _about(row.address)))


def seal_anew(db: Database, keys: Keys) -> tuple[int, list[str]]:
    """Seal everything under the current key. Returns how many there were, and the addresses whose key is not here."""
    done, stuck = 0, []
    with db.read() as conn:
        waiting = senders.sealed_otherwise(conn, keys.current_id)
    for address in waiting:
        with db.write() as conn:
            row = senders.get(conn, address, lock=True)
            if row is None:
                continue
            try:
                sealed = seal(keys, unseal(keys, row), address)
            except CannotUnseal:
                stuck.append(address)
                continue
            senders.reseal(conn, address, sealed.text, sealed.key_id)
        done += 1
    return done, stuck


def _about(address: str) -> str:
    return f"credentials of sender {address}"
