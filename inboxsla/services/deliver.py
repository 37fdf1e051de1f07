"""Carry out what is owed: mails through their envelopes, at most once; labels by the smallest difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from inboxsla.errors import AccessLost, Gone, OutcomeUnknown, Refused, TryLater
from inboxsla.gmail import labels
from inboxsla.gmail.port import Mailbox
from inboxsla.services.apart import set_apart
from inboxsla.services.correspondence import AWAY
from inboxsla.services.notices import compose_owed
from inboxsla.services.ports import Ports
from inboxsla.storage import envelopes, mailboxes, messages, outbox, records, tickets
from inboxsla.storage.envelopes import Envelope
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

log = structlog.get_logger()

SEND_LEASE = timedelta(minutes=2)
LABEL_LEASE = timedelta(minutes=2)
_MAILS_A_RUN = 20
_LABELS_A_RUN = 50


@dataclass(slots=True)
class Delivered:
    """What one run did. `more` says that there was more to do than one run takes."""

    composed: int = 0
    sent: int = 0
    relabelled: int = 0
    more: bool = False


def deliver(ports: Ports, mailbox_id: int) -> Delivered:
    """Everything a mailbox owes now. Several workers may run this for the same mailbox; each act is leased to one."""
    done = Delivered()
    with ports.db.write() as conn:
        envelopes.abandon_expired(conn, ports.now())
        mailbox = mailboxes.get(conn, mailbox_id)
    done.composed = compose_owed(ports, mailbox_id)
    waits = mailbox.retry_after is not None and mailbox.retry_after > ports.now()
    if not mailbox.is_live or mailbox.access_lost_at is not None or waits:
        return done
    try:
        gmail = ports.mailbox(mailbox.address)
        _send_mails(ports, gmail, mailbox, done)
        _relabel(ports, gmail, mailbox, done)
    except TryLater as later:
        with ports.db.write() as conn:
            mailboxes.change(conn, mailbox.id, retry_after=ports.now() + later.wait, sync_error=str(later))
    except AccessLost as lost:
        log.error("access lost while delivering", mailbox=mailbox.id)
        with ports.db.write() as conn:
            mailboxes.change(conn, mailbox.id, access_lost_at=ports.now(), sync_error=str(lost))
            words = f"Gmail no longer lets us into {mailbox.address}: {lost}"
            records.alarm(conn, f"access/{mailbox.id}", words, ports.now(), mailbox.id)
    return done


def _send_mails(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, done: Delivered) -> None:
    for _ in range(_MAILS_A_RUN):
        now = ports.now()
        with ports.db.write() as conn:
            envelope = envelopes.claim_next(conn, mailbox.id, now, now + SEND_LEASE)
        if envelope is None:
            return
        _send(ports, gmail, envelope)
        done.sent += 1
    done.more = True


def _send(ports: Ports, gmail: Mailbox, envelope: Envelope) -> None:
    """One try. Between claiming and writing down the outcome the mail counts as "may have gone out"."""
    try:
        sent = gmail.send(envelope.raw.encode("ascii"))
    except OutcomeUnknown as unknown:
        with ports.db.write() as conn:
            envelopes.unknown(conn, envelope.id, str(unknown))
        return
    except Refused as refused:
        with ports.db.write() as conn:
            envelopes.failed(conn, envelope.id, str(refused))
            outbox.delivered(conn, envelope.id, ports.now(), "dropped", str(refused))
            words = f"Gmail will not send a mail to {envelope.recipient}: {refused}"
            records.alarm(conn, f"send/{envelope.recipient}", words, ports.now(), envelope.mailbox_id)
        return
    except (TryLater, AccessLost) as stopped:
        wait = stopped.wait if isinstance(stopped, TryLater) else timedelta(0)
        with ports.db.write() as conn:
            envelopes.not_sent(conn, envelope.id, ports.now() + wait, str(stopped))
        raise
    with ports.db.write() as conn:
        envelopes.sent(conn, envelope.id, sent.id, ports.now())
        outbox.delivered(conn, envelope.id, ports.now(), "done", "sent")
    log.info("mail sent", mailbox=envelope.mailbox_id, envelope=envelope.id)


def _relabel(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, done: Delivered) -> None:
    now = ports.now()
    with ports.db.write() as conn:
        waiting = tickets.claim_labels(conn, mailbox.id, now, now + LABEL_LEASE, _LABELS_A_RUN)
    if not waiting:
        return
    ids = _label_ids(ports, gmail, mailbox)
    for ticket in waiting:
        with set_apart(ports, f"label/{ticket.id}", f"The label of ticket {ticket.id}", mailbox.id):
            done.relabelled += _put_right(ports, gmail, mailbox, ticket, ids)
    done.more = done.more or len(waiting) == _LABELS_A_RUN


def _label_ids(ports: Ports, gmail: Mailbox, mailbox: MailboxRow) -> dict[str, str]:
    """Our label names to Gmail's ids, creating in Gmail what is not there yet."""
    wanted = labels.looks()
    ids = {look.name: mailbox.label_ids[look.name] for look in wanted if look.name in mailbox.label_ids}
    if len(ids) == len(wanted):
        return ids
    there = labels.known_ids(gmail.labels())
    for look in wanted:
        ids[look.name] = there.get(look.name) or gmail.create_label(look.name, look.background, look.text).id
    with ports.db.write() as conn:
        mailboxes.change(conn, mailbox.id, label_ids=ids)
    return ids


def _put_right(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, ticket: TicketRow, ids: dict[str, str]) -> bool:
    """Send the difference between the labels last seen on the thread and the one wanted; True if there was any."""
    wanted = None if ticket.label_wanted is None else labels.label_for(ticket.label_wanted)
    with ports.db.read() as conn:
        kept = messages.of_thread(conn, mailbox.id, ticket.thread_id)
    on_thread = {row.gmail_id: row.labels for row in kept if not row.gone and not row.labels & AWAY}
    add, remove = labels.changes(wanted, on_thread.values(), ids)
    if add or remove:
        try:
            gmail.modify_thread(ticket.thread_id, add, remove)
        except Gone:
            log.info("thread gone before it was labelled", ticket=ticket.id)
        except Refused:
            # An id that Gmail does not know any more: somebody deleted a label. Look the labels up again next time.
            log.warning("label refused, looking the labels up again", mailbox=mailbox.id)
            with ports.db.write() as conn:
                mailboxes.change(conn, mailbox.id, label_ids={})
            return False
    now_there = {key: (before - frozenset(remove)) | frozenset(add) for key, before in on_thread.items()}
    with ports.db.write() as conn:
        messages.set_labels(conn, mailbox.id, {k: v for k, v in now_there.items() if v != on_thread[k]})
        tickets.label_done(conn, ticket.id, ticket.version)
    return bool(add or remove)
