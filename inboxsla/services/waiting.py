"""What fell due on a ticket and waits all the same: for room in its reader's mails, or for somebody to be on duty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.people import Person
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import Speech
from inboxsla.domain.timeline_view import Entry
from inboxsla.domain.waiting_view import Waiting, entry
from inboxsla.notify.notice import Told
from inboxsla.services import mail_rules, room, telling
from inboxsla.services.looking import Look
from inboxsla.services.owing import no_longer
from inboxsla.services.ports import Ports
from inboxsla.services.telling import ToTell
from inboxsla.storage import outbox
from inboxsla.storage.outbox import Owed


def entries(conn: Connection, ports: Ports, seen: Look, say: Speech, now: datetime) -> list[Entry]:
    """One for each act that waits and is still wanted, the last to go first. Several that would read alike are one."""
    waits = [
        _waiting(conn, ports, seen, act, now, full=full)
        for act, full in outbox.held(conn, seen.ticket.id, now)
        if not no_longer(act, seen)
    ]
    said = dict.fromkeys(entry(one, now, say) for one in waits)
    return sorted(said, key=lambda one: one.at, reverse=True)


def _waiting(conn: Connection, ports: Ports, seen: Look, act: Owed, now: datetime, *, full: bool) -> Waiting:
    if act.act == Do.REASSIGN:
        names: list[str] = []
    elif full:
        names = _full(conn, ports, seen, act, now)
    else:
        names = [_name(one) for one in telling.whom(conn, ports, seen.mailbox, act, seen, act.not_before)]
    return Waiting(act.act, act.data, act.not_before, tuple(names), full)


def _full(conn: Connection, ports: Ports, seen: Look, act: Owed, now: datetime) -> list[str]:
    """Who had enough mails. Whoever took the ticket over meanwhile may have room."""
    cap, told = mail_rules.of(conn, ports.settings).cap_per_hour, Told(act.data.get("told", act.act))
    there = telling.whom(conn, ports, seen.mailbox, act, seen, now)
    return [_name(one) for one in there if room.full_until(conn, [ToTell(act, told, one)], cap, now) is not None]


def _name(person: Person) -> str:
    return person.name or person.address
