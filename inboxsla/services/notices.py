"""From acts owed to mails composed: carries out reassignments, finds out who is told, and makes one mail for each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from inboxsla.domain.policy import Do
from inboxsla.services import mail_rules, room, settle, writing
from inboxsla.services.courtesies import REQUESTER, compose_notices
from inboxsla.services.enclosing import Desk, enclose
from inboxsla.services.looking import Look
from inboxsla.services.owing import BATCH, look_ahead, looks_at, set_apart, still_wanted
from inboxsla.services.ports import Ports
from inboxsla.services.raising import raise_priorities
from inboxsla.services.reassigning import reassign
from inboxsla.services.tagging import add_tags
from inboxsla.services.telling import ToTell, resolve
from inboxsla.storage import backlog, mailboxes, outbox, people
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed

_NO_MAIL = frozenset({Do.REASSIGN, Do.RAISE_PRIORITY, Do.ADD_TAG})
# So many tickets that come due at once are told together, once all of them are settled; but nobody waits longer than this.
_FLOOD, _GATHER_AT_MOST = 50, timedelta(minutes=2)
# More than anybody owes at once; a limit all the same, so that no mail needs more memory than there is.
_MOST_ACTS = 20_000


def compose_owed(ports: Ports, mailbox_id: int) -> int:
    """Turn what a mailbox owes now into mails ready to send, one per person, and one per notice to a customer. Returns how many mails."""
    known = _looked_at_before(ports, mailbox_id)
    return settle.again_if_moved(lambda: _compose_owed(ports, mailbox_id, known))


def _looked_at_before(ports: Ports, mailbox_id: int) -> Mapping[int, Look]:
    """Looks at many tickets take seconds, for which nobody else should have to wait."""
    now = ports.now()
    with ports.db.read() as conn:
        owed = _to_mail(conn, mailbox_id, now)
        if len(owed) <= BATCH or _gathers(conn, mailbox_id, now, owed):
            return {}
        return look_ahead(conn, owed, now)


def _compose_owed(ports: Ports, mailbox_id: int, known: Mapping[int, Look]) -> int:
    now = ports.now()
    with ports.db.write() as conn:
        # Two at once would each compose a mail about the same acts.
        mailbox = mailboxes.lock(conn, mailbox_id)
        if not mailbox.is_live:
            outbox.drop_for_mailbox(conn, mailbox_id, now, "the mailbox is not live")
            return 0
        raise_priorities(conn, mailbox, now)
        add_tags(conn, mailbox, now)
        reassign(conn, ports, mailbox, now)
        owed = _to_mail(conn, mailbox_id, now)
        stopped = writing.is_stopped(conn)
        told = 0 if stopped else compose_notices(conn, ports, mailbox, now)
        if stopped or _gathers(conn, mailbox_id, now, owed):
            # Composed now, a mail would say later how things stood today; or be the first of many.
            return told
        looks = looks_at(conn, owed, now, known)
        wanted = [act for act in owed if act.ticket_id in looks and still_wanted(conn, act, looks[act.ticket_id], now)]
        to_tell = resolve(conn, ports, mailbox, wanted, looks, now)
        return told + _mail_to_each(conn, ports, mailbox, to_tell, looks, now)


def _to_mail(conn: Connection, mailbox_id: int, now: datetime) -> list[Owed]:
    """What is told by mail now, and what waits only for room in the mails of whoever gets it."""
    owed = outbox.owed(conn, mailbox_id, now, _MOST_ACTS)
    waiting = outbox.without_room(conn, mailbox_id, now) if owed else []
    return [act for act in (*waiting, *owed) if act.act not in _NO_MAIL and act.role != REQUESTER]


def _gathers(conn: Connection, mailbox_id: int, now: datetime, owed: Sequence[Owed]) -> bool:
    """Whether this is a flood of which more is still to be settled, so that mails composed now would not be the last."""
    more = backlog.unsettled(conn, mailbox_id, now, _FLOOD) if owed else 0
    if not more or more + len(owed) < _FLOOD:
        return False
    since = outbox.owed_since(conn, mailbox_id, now)
    return since is not None and now - since < _GATHER_AT_MOST


def _mail_to_each(
    conn: Connection, ports: Ports, mailbox: MailboxRow, told: list[ToTell], looks: Mapping[int, Look], now: datetime
) -> int:
    by_person: dict[str, list[ToTell]] = defaultdict(list)
    for one in told:
        by_person[one.person.address].append(one)
    if not by_person:
        return 0
    cap = mail_rules.of(conn, ports.settings).cap_per_hour
    desk = Desk(conn, ports, mailbox, people.of_mailbox(conn, mailbox.id), looks, now)
    room.lock(conn, by_person)
    mails = 0
    for address, mine in by_person.items():
        if room.wait(conn, mine, cap, now) is not None:
            continue
        mails += 1
        try:
            enclose(desk, mine)
        except Exception as error:
            set_apart(conn, f"mail/{address}", f"A mail to {address}", error, now)
    return mails
