"""Sessions: who a request comes from, and for how long a browser is believed.

A session is a random token in the browser and a row here that knows its digest. It ends when nobody has used it for a while, when its
time is over, when its person leaves the people list, and when somebody ends it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256

from sqlalchemy import Connection

from inboxsla.services import viewers
from inboxsla.services.in_force import in_force
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Sees, Viewer
from inboxsla.storage import mailboxes, people, records, sign_in
from inboxsla.storage import sessions as storage
from inboxsla.storage.sessions import SessionRow

# Whose session it is while nobody administers InboxSLA; and how the audit log calls them.
SETUP, SETUP_NAME = "", "the setup link"
# Pages are looked at more often than it matters.
NOTED_EVERY = timedelta(minutes=1)
RANK: Mapping[str, int] = {"agent": 1, "lead": 2, "admin": 3}
_HOW = {"google": "signed in with Google", "link": "signed in by a link", "demo": "signed in as somebody of the demo"}


class Gone(Enum):
    """Why a token opens nothing: it ended, its person is on no people list, or InboxSLA has an admin now."""

    ENDED = "ended"
    UNLISTED = "unlisted"
    SET_UP = "set up"


@dataclass(frozen=True, slots=True)
class Present:
    """Who a request comes from. `viewer` is None for whoever sets InboxSLA up.

    `runs_the_house`: admin of every mailbox in use, or setting up; such people see also what is on nobody's list, which is what was
    read from files and what was set aside. `idle_at` is when the session ends unless somebody uses it.
    """

    session: SessionRow
    viewer: Viewer | None
    runs_the_house: bool
    idle_at: datetime

    @property
    def actor(self) -> str:
        """As the audit log names them."""
        return self.viewer.address if self.viewer else SETUP_NAME

    @property
    def ends_at(self) -> datetime:
        return min(self.idle_at, self.session.ends_at)

    @property
    def sees(self) -> Sees:
        return None if self.viewer is None or self.runs_the_house else frozenset(self.viewer.roles)

    def role_in(self, mailbox_id: int) -> str | None:
        if self.viewer is None or self.runs_the_house:
            return "admin"
        return self.viewer.roles.get(mailbox_id)

    def may(self, role: str, mailbox_id: int) -> bool:
        """Whether they have this role in the mailbox, or a higher one."""
        return RANK.get(self.role_in(mailbox_id) or "", 0) >= RANK[role]

    def has_somewhere(self, role: str) -> bool:
        """Whether they have this role, or a higher one, in at least one mailbox."""
        roles = self.viewer.roles.values() if self.viewer else ()
        return self.runs_the_house or any(RANK[each] >= RANK[role] for each in roles)


def begin(conn: Connection, ports: Ports, address: str, how: str, agent: str) -> str:
    """Sign somebody in who was identified. Returns the token for their browser, which nothing else knows."""
    chosen, now, token = ports.settings.sign_in, ports.now(), secrets.token_urlsafe(32)
    storage.forget_ended(conn, now, now - chosen.idle)
    storage.add(
        conn, _digest(token), address=address, how=how, now=now, ends_at=now + chosen.absolute, agent=agent[:80]
    )
    records.log(conn, address or SETUP_NAME, _HOW[how], now, None, {"browser": agent[:80]})
    return token


def present(ports: Ports, token: str, *, by_hand: bool) -> Present | Gone:
    """Who comes with `token`. `by_hand` is False where a page asks by itself, which keeps no session alive."""
    now, idle = ports.now(), ports.settings.sign_in.idle
    with ports.db.read() as conn:
        row = storage.find(conn, _digest(token))
        if row is None:
            return Gone.ENDED
        over = row.ends_at <= now or row.seen_at + idle <= now
        found = Gone.ENDED if over else _who(conn, ports, row)
    if isinstance(found, Gone):
        end(ports, token)
        return found
    if by_hand and now - row.seen_at >= NOTED_EVERY:
        return _noted(ports, found, now)
    return found


def prolong(ports: Ports, here: Present) -> Present:
    """As if it were used now."""
    return _noted(ports, here, ports.now())


def _noted(ports: Ports, here: Present, now: datetime) -> Present:
    with ports.db.write() as conn:
        storage.touch(conn, here.session.id, now)
    return replace(here, session=replace(here.session, seen_at=now), idle_at=now + ports.settings.sign_in.idle)


def _who(conn: Connection, ports: Ports, row: SessionRow) -> Present | Gone:
    idle_at = row.seen_at + ports.settings.sign_in.idle
    if row.address == SETUP:
        return Gone.SET_UP if admins(conn, ports) else Present(row, None, True, idle_at)
    viewer = listed(conn, ports, row.address)
    if viewer is None:
        return Gone.UNLISTED
    return Present(row, viewer, runs_the_house(conn, viewer), idle_at)


def listed(conn: Connection, ports: Ports, address: str) -> Viewer | None:
    """Somebody who is on the people list of a mailbox in use. The account of a mailbox is nobody in particular, so it is not.

    While no mailbox is in use, the admins that the configuration names: they connect the first.
    """
    found = viewers.viewer(conn, address)
    if found is not None:
        return None if found.is_mailbox else found
    name = dict([] if mailboxes.connected(conn) else _named_admins(conn, ports)).get(address)
    return None if name is None else Viewer(address, name, "", {})


def admins(conn: Connection, ports: Ports) -> list[tuple[str, str]]:
    """(address, name) of those who run the house, listed first first."""
    return people.admins_of_all(conn) if mailboxes.connected(conn) else _named_admins(conn, ports)


def _named_admins(conn: Connection, ports: Ports) -> list[tuple[str, str]]:
    listed = in_force(conn, ports.settings).document.people
    return [(person.address, person.name) for person in listed if person.role == "admin"]


def runs_the_house(conn: Connection, viewer: Viewer) -> bool:
    """Whether they are an admin of every mailbox in use."""
    if viewer.roles and "admin" not in viewer.roles.values():
        return False
    return all(viewer.roles.get(mailbox_id) == "admin" for mailbox_id in mailboxes.connected(conn))


def end(ports: Ports, token: str) -> None:
    """End one session; nothing happens where there is none."""
    with ports.db.write() as conn:
        storage.end(conn, _digest(token))


def end_all(conn: Connection, address: str) -> int:
    """End every session of one person, and the one-time links that were made for them. Returns how many sessions there were."""
    sign_in.forget_of(conn, address)
    return storage.end_all(conn, address)


def sign_out_everywhere(ports: Ports, here: Present) -> int:
    """What a person asks for on the page of their account. Returns how many sessions ended."""
    with ports.db.write() as conn:
        number = end_all(conn, here.session.address)
        records.log(conn, here.actor, "signed out everywhere", ports.now(), {"sessions": number}, {"sessions": 0})
    return number


def of(ports: Ports, here: Present) -> tuple[SessionRow, ...]:
    """Every session of the same person that still counts, used last first."""
    now, idle = ports.now(), ports.settings.sign_in.idle
    with ports.db.read() as conn:
        found = storage.of(conn, here.session.address)
    return tuple(row for row in found if row.ends_at > now and row.seen_at + idle > now)


def who_can(ports: Ports, role: str, mailbox_id: int | None) -> tuple[str, ...]:
    """Names of those who have at least this role in a mailbox, or in any."""
    with ports.db.read() as conn:
        found = people.named_with(conn, _at_least(role), mailbox_id)
    return tuple(name or address for address, name in found)


def who_runs_the_house(ports: Ports) -> tuple[str, ...]:
    with ports.db.read() as conn:
        return tuple(name or address for address, name in admins(conn, ports))


def _at_least(role: str) -> Collection[str]:
    return [name for name, rank in RANK.items() if rank >= RANK[role]]


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
