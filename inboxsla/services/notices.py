"""From acts owed to mails composed: carries out reassignments, finds out who is told, and makes one mail for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from inboxsla.domain.policy import Do
from inboxsla.services import mail_rules, room, settle, writing
from inboxsla.services.courtesies import REQUESTER, compose_notices
from inboxsla.services.enclosing import Desk, Draft, draft, enclose
from inboxsla.services.looking import Look
from inboxsla.services.owing import (
    are_current,
    ends_all,
    look_ahead,
    looks_at,
    no_longer,
    set_apart,
    still_wanted,
)
from inboxsla.services.ports import Ports
from inboxsla.services.raising import raise_priorities
from inboxsla.services.reassigning import reassign
from inboxsla.services.tagging import add_tags
from inboxsla.services.telling import Basis, ToTell, basis, resolve, told_now
from inboxsla.storage import backlog, mailboxes, outbox
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed

_NO_MAIL = frozenset({Do.REASSIGN, Do.RAISE_PRIORITY, Do.ADD_TAG})
# So many tickets that come due at once are told together, once all of them are settled; but nobody waits longer than this.
_FLOOD, _GATHER_AT_MOST = 50, timedelta(minutes=2)
# More than anybody owes at once; a limit all the same, so that no mail needs more memory than there is.
_MOST_ACTS = 20_000


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a mailbox owed a moment ago, worked out while others could write; `drafts` is None if there is more to it than mails."""

    owed: Sequence[Owed] = ()
    looks: Mapping[int, Look] = field(default_factory=dict)
    by: Basis | None = None
    drafts: Sequence[Draft] | None = None


def compose_owed(ports: Ports, mailbox_id: int) -> int:
    """Turn what a mailbox owes now into mails ready to send, one per person, and one per notice to a customer. Returns how many mails."""
    ready = _worked_out(ports, mailbox_id)
    return settle.again_if_moved(lambda: _compose_owed(ports, mailbox_id, ready))


def _worked_out(ports: Ports, mailbox_id: int) -> _Ready:
    """All that takes time, so that nobody else waits for it: with SQLite only one may write at a time."""
    now = ports.now()
    with ports.db.read() as conn:
        mailbox, owed = mailboxes.get(conn, mailbox_id), _owed(conn, mailbox_id, now)
        if not owed or not mailbox.is_live or writing.is_stopped(conn) or _gathers(conn, mailbox_id, now, owed):
            return _Ready()
        looks = look_ahead(conn, filter(_is_mail, owed), now)
        by = basis(conn, ports, mailbox, now)
        desk = Desk(conn, ports, mailbox, by.staff, looks, now)
        return _Ready(owed, looks, by, _drafts(desk, by, owed))


def _drafts(desk: Desk, by: Basis, owed: Sequence[Owed]) -> list[Draft] | None:
    looks = desk.looks
    if not all(_is_mail(act) and act.ticket_id in looks and not no_longer(act, looks[act.ticket_id]) for act in owed):
        return None
    told = told_now(desk.conn, by, desk.mailbox, owed, looks, desk.now)
    if told is None:
        return None
    try:
        return [draft(desk, mine) for mine in _by_person(told)]
    except Exception as error:
        ends_all(error)
        # Whoever may write meets it again, and says so.
        return None


def _compose_owed(ports: Ports, mailbox_id: int, ready: _Ready) -> int:
    now = ports.now()
    with ports.db.write() as conn:
        # Two at once would each compose a mail about the same acts.
        mailbox = mailboxes.lock(conn, mailbox_id)
        if not mailbox.is_live:
            outbox.drop_for_mailbox(conn, mailbox_id, now, "the mailbox is not live")
            return 0
        owed = _owed(conn, mailbox_id, now)
        if any(act.act in _NO_MAIL for act in owed):
            raise_priorities(conn, mailbox, now)
            add_tags(conn, mailbox, now)
            reassign(conn, ports, mailbox, now)
            owed = _owed(conn, mailbox_id, now)
        if not owed or writing.is_stopped(conn):
            # Composed now, a mail would say later how things stood today.
            return 0
        by = basis(conn, ports, mailbox, now)
        if ready.drafts is not None and (owed, by) == (ready.owed, ready.by) and are_current(conn, ready.looks):
            # They count for their hour as of when they were composed.
            at = min((drawn.composed_at for drawn in ready.drafts), default=now)
            drawn = {each.mine[0].person.address: each for each in ready.drafts}
            mine = [each.mine for each in ready.drafts]
            return _mail(conn, ports, mailbox, mine, lambda one: drawn[one[0].person.address], at)
        told = compose_notices(conn, ports, mailbox, now)
        if _gathers(conn, mailbox_id, now, owed):
            # It would be the first of many.
            return told
        mails = list(filter(_is_mail, owed))
        looks = looks_at(conn, mails, now, ready.looks)
        wanted = [act for act in mails if act.ticket_id in looks and still_wanted(conn, act, looks[act.ticket_id], now)]
        to_tell = _by_person(resolve(conn, by, mailbox, wanted, looks, now))
        desk = Desk(conn, ports, mailbox, by.staff, looks, now)
        return told + _mail(conn, ports, mailbox, to_tell, partial(draft, desk), now)


def _owed(conn: Connection, mailbox_id: int, now: datetime) -> list[Owed]:
    """What is to be done now, and what waits only for room in the mails of whoever gets it."""
    owed = outbox.owed(conn, mailbox_id, now, _MOST_ACTS)
    return [*outbox.without_room(conn, mailbox_id, now), *owed] if owed else []


def _is_mail(act: Owed) -> bool:
    """Whether it is told to staff."""
    return act.act not in _NO_MAIL and act.role != REQUESTER


def _gathers(conn: Connection, mailbox_id: int, now: datetime, owed: Sequence[Owed]) -> bool:
    """Whether this is a flood of which more is still to be settled, so that mails composed now would not be the last."""
    mails = sum(map(_is_mail, owed))
    more = backlog.unsettled(conn, mailbox_id, now, _FLOOD) if mails else 0
    if not more or more + mails < _FLOOD:
        return False
    since = outbox.owed_since(conn, mailbox_id, now)
    return since is not None and now - since < _GATHER_AT_MOST


def _by_person(told: Iterable[ToTell]) -> list[list[ToTell]]:
    found: dict[str, list[ToTell]] = {}
    for one in told:
        found.setdefault(one.person.address, []).append(one)
    return list(found.values())


def _mail(
    conn: Connection,
    ports: Ports,
    mailbox: MailboxRow,
    by_person: Sequence[Sequence[ToTell]],
    drawing: Callable[[Sequence[ToTell]], Draft],
    now: datetime,
) -> int:
    """Each person's mail, as far as they have room for it. Returns how many."""
    if not by_person:
        return 0
    cap, done = mail_rules.of(conn, ports.settings).cap_per_hour, 0
    room.lock(conn, [mine[0].person.address for mine in by_person])
    for mine in by_person:
        if room.wait(conn, mine, cap, now) is not None:
            continue
        try:
            enclose(conn, mailbox, drawing(mine))
            done += 1
        except Exception as error:
            set_apart(conn, f"mail/{mine[0].person.address}", f"A mail to {mine[0].person.address}", error, now)
    return done
