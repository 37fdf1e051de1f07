"""Who is looking: an address that was verified becomes somebody who may see some mailboxes, in a role in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from inboxsla.storage import people
from inboxsla.storage.people import Membership

# The ids of mailboxes somebody may see; None: every one there is.
Sees = frozenset[int] | None

LEADING = frozenset({"lead", "admin"})
# What a colleague at the mailbox's own account may do: Gmail does not say who it is.
_ROLE_OF_THE_ACCOUNT = "agent"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who was identified. `roles` are by mailbox id; `zone` is IANA, empty where nobody told.

    `is_mailbox`: signed in with the account of the shared mailbox itself, so it is not known which colleague it is.
    """

    address: str
    name: str
    zone: str
    roles: Mapping[int, str]
    is_mailbox: bool = False

    @property
    def by(self) -> str | None:
        """Who acts, as events name them: a staff address, or None for somebody in the mailbox."""
        return None if self.is_mailbox else self.address

    def may_see(self, mailbox_id: int) -> bool:
        return mailbox_id in self.roles

    def leads(self, mailbox_id: int) -> bool:
        return self.roles.get(mailbox_id) in LEADING


def may_see(sees: Sees, mailbox_id: int) -> bool:
    return sees is None or mailbox_id in sees


def viewer(conn: Connection, address: str) -> Viewer | None:
    """Whoever has this verified address, with every connected mailbox that is theirs; None for somebody nobody listed."""
    address = address.strip().lower()
    return of(address, people.memberships(conn, address))


def of(address: str, found: Sequence[Membership]) -> Viewer | None:
    """The same from what is stored about a lower-case address."""
    if not found:
        return None
    listed = [each for each in found if each.role is not None]
    if not listed:
        return Viewer(
            address, address, "", dict.fromkeys((each.mailbox_id for each in found), _ROLE_OF_THE_ACCOUNT), True
        )
    roles = {each.mailbox_id: each.role or _ROLE_OF_THE_ACCOUNT for each in found}
    return Viewer(address, listed[0].name or address, listed[0].zone or "", roles)
