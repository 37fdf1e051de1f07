"""Carry out what is owed: mails through their envelopes, at most once; labels by the smallest difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from inboxsla.errors import AccessLost, Gone, OutcomeUnknown, Refused, TooFast, TryLater
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
    # Trouble with reading is no reason not to send: mails and labels wait only for what Gmail says about themselves.
    if not mailbox.is_live or mailbox.access_lost_at is not None:
        return done
    try:
        gmail = ports.mailbox(mailbox.address)
        _send_mails(ports, gmail, mailbox, done)
        _relabel(ports, gmail, mailbox, done)
    except TryLater as later:
        # The leases of the tickets at hand are the pause before the next try.
        log.warning("labels put off", mailbox=mailbox.id, reason=str(later))
    except Refused as refused:
        with ports.db.write() as conn:
            words = f"Gmail refuses the labels of {mailbox.address}: {refused}"
            records.alarm(conn, f"labels/{mailbox.id}", words, ports.now(), mailbox.id)
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
        if not _send(ports, gmail, envelope):
            return
        done.sent += 1
    done.more = True


def _send(ports: Ports, gmail: Mailbox, envelope: Envelope) -> bool:
    """One try; False if Gmail takes no mail now. Between claiming and writing down the outcome it "may have gone out"."""
    try:
        sent = gmail.send(envelope.raw.encode("ascii"))
    except OutcomeUnknown as unknown:
        with ports.db.write() as conn:
            envelopes.unknown(conn, envelope.id, str(unknown))
        return True
    except Refused as refused:
        with ports.db.write() as conn:
            envelopes.failed(conn, envelope.id, str(refused))
            outbox.delivered(conn, envelope.id, ports.now(), "dropped", str(refused))
            words = f"Gmail will not send a mail to {envelope.recipient}: {refused}"
            records.alarm(conn, f"send/{envelope.recipient}", words, ports.now(), envelope.mailbox_id)
        return True
    except AccessLost as lost:
        with ports.db.write() as conn:
            envelopes.not_sent(conn, envelope.id, ports.now(), str(lost))
        raise
    except TryLater as later:
        # Gmail's limits on sending last up to a day, and reading goes on meanwhile: only the mails wait.
        until = ports.now() + later.wait
        with ports.db.write() as conn:
            envelopes.not_sent(conn, envelope.id, until, str(later))
            envelopes.hold(conn, envelope.mailbox_id, until)
        return False
    with ports.db.write() as conn:
        envelopes.sent(conn, envelope.id, sent.id, ports.now())
        outbox.delivered(conn, envelope.id, ports.now(), "done", "sent")
    log.info("mail sent", mailbox=envelope.mailbox_id, envelope=envelope.id)
    return True


def _relabel(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, done: Delivered) -> None:
    now = ports.now()
    with ports.db.write() as conn:
        waiting = tickets.claim_labels(conn, mailbox.id, now, now + LABEL_LEASE, _LABELS_A_RUN)
    if not waiting:
        return
    ids = _label_ids(ports, gmail, mailbox)
    refused_in_a_row = 0
    for ticket in waiting:
        with set_apart(ports, f"label/{ticket.id}", f"The label of ticket {ticket.id}", mailbox.id):
            try:
                done.relabelled += _put_right(ports, gmail, mailbox, ticket, ids)
            except Refused:
                # An id that Gmail does not know any more: somebody deleted a label, and with it took it off every thread.
                log.warning("label refused, looking the labels up again", mailbox=mailbox.id)
                ids = _label_ids(ports, gmail, mailbox, anew=True)
                done.relabelled += _put_right(ports, gmail, mailbox, ticket, ids)
            except TooFast as fast:
                with ports.db.write() as conn:
                    tickets.labels_later(conn, [each.id for each in waiting], ports.now() + fast.wait)
                raise
            except TryLater:
                # One thread that cannot be labelled must not hold up the others; two in a row mean Gmail as a whole.
                refused_in_a_row += 1
                if refused_in_a_row == 2:
                    raise
            else:
                refused_in_a_row = 0
    done.more = done.more or len(waiting) == _LABELS_A_RUN


def _label_ids(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, *, anew: bool = False) -> dict[str, str]:
    """Our label names to Gmail's ids, creating in Gmail what is not there; as remembered, or looked up `anew`."""
    wanted = labels.looks()
    ids = {look.name: mailbox.label_ids[look.name] for look in wanted if look.name in mailbox.label_ids}
    if len(ids) == len(wanted) and not anew:
        return ids
    there = labels.known_ids(gmail.labels())
    for look in wanted:
        ids[look.name] = there.get(look.name) or gmail.create_label(look.name, look.background, look.text).id
    with ports.db.write() as conn:
        mailboxes.change(conn, mailbox.id, label_ids=ids)
        if anew:
            tickets.labels_due(conn, mailbox.id)
    return ids


def _put_right(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, ticket: TicketRow, ids: dict[str, str]) -> bool:
    """Send the difference between the labels last seen on the thread and the one wanted; True if there was any.

    Raises Refused for a label that is not there any more.
    """
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
    with ports.db.write() as conn:
        # Read again: somebody may have archived the thread while Gmail was asked, and a sync may know already.
        kept = messages.of_thread(conn, mailbox.id, ticket.thread_id, lock=True)
        there = {
            row.gmail_id: (row.labels - frozenset(remove)) | frozenset(add) for row in kept if row.gmail_id in on_thread
        }
        messages.set_labels(
            conn,
            mailbox.id,
            {r.gmail_id: there[r.gmail_id] for r in kept if there.get(r.gmail_id, r.labels) != r.labels},
        )
        tickets.label_done(conn, ticket.id, ticket.version)
    return bool(add or remove)
