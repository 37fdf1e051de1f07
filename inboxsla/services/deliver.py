"""Carry out what is owed: mails through their envelopes, at most once; then labels."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from inboxsla.errors import AccessLost, OutcomeUnknown, Refused, TryLater
from inboxsla.gmail.port import Mailbox
from inboxsla.services import access, follow_ups, labelling, other_ways, our_labels, writing
from inboxsla.services.delivered import Delivered
from inboxsla.services.notices import compose_owed
from inboxsla.services.ports import Ports
from inboxsla.services.restating import restate
from inboxsla.storage import envelopes, label_commands, label_work, mailboxes, outbox, records
from inboxsla.storage.envelopes import Envelope
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# Longer than one try can last: reading back what is followed, a fresh token, and sending, each with Gmail's longest silence.
SEND_LEASE = timedelta(minutes=4)
_MAILS_A_RUN = 20
# What a customer is promised must still be true when they read it.
_NOTICE_KEEPS = timedelta(hours=1)


def owing(conn: Connection, now: datetime) -> set[int]:
    """The mailboxes in which `deliver` would find something to do, though another worker may be at it."""
    return {
        *outbox.mailboxes_owing(conn, now),
        *envelopes.mailboxes_with_work(conn, now),
        *label_work.mailboxes_with_labels_due(conn),
        *mailboxes.with_labels_to_check(conn, now - our_labels.CHECK_EVERY),
        *label_commands.mailboxes_to_clear(conn),
    }


def deliver(ports: Ports, mailbox_id: int) -> Delivered:
    """Everything a mailbox owes now. Several workers may run this for the same mailbox; each act is leased to one."""
    done = Delivered()
    with ports.db.read() as conn:
        mailbox = mailboxes.get(conn, mailbox_id)
        is_abandoned = envelopes.has_expired(conn, ports.now())
    if is_abandoned:
        with ports.db.write() as conn:
            envelopes.abandon_expired(conn, ports.now())
    other_ways.rehome(ports, mailbox_id)
    restate(ports, mailbox)
    done.composed = compose_owed(ports, mailbox_id)
    other_ways.send(ports, mailbox, done)
    # Trouble with reading is no reason not to send: mails and labels wait only for what Gmail says about themselves.
    if not mailbox.is_live or mailbox.access_lost_at is not None:
        return done
    try:
        gmail = ports.mailbox(mailbox.address)
        _send_mails(ports, gmail, mailbox, done)
        labelling.relabel(ports, gmail, mailbox, done)
    except TryLater as later:
        # The leases of the tickets at hand are the pause before the next try.
        log.warning("labels put off", mailbox=mailbox.id, reason=str(later))
    except Refused as refused:
        with ports.db.write() as conn:
            words = f"Gmail refuses the labels of {mailbox.address}: {refused}"
            records.alarm(conn, f"labels/{mailbox.id}", words, ports.now(), mailbox.id)
    except AccessLost as lost:
        log.error("access lost while delivering", mailbox=mailbox.id)
        access.lost(ports, mailbox, str(lost))
    return done


def _send_mails(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, done: Delivered) -> None:
    for _ in range(_MAILS_A_RUN):
        now = ports.now()
        with ports.db.read() as conn:
            if not envelopes.waits(conn, mailbox.id, now):
                return
        with ports.db.write() as conn:
            if writing.is_stopped(conn):
                return
            envelope = envelopes.claim_next(conn, mailbox.id, now, now + SEND_LEASE)
        if envelope is None:
            return
        if not _send(ports, gmail, envelope):
            return
        done.sent += 1
    done.more = True


def _send(ports: Ports, gmail: Mailbox, envelope: Envelope) -> bool:
    """One try; False if Gmail takes no mail now. Between claiming and writing down the outcome it "may have gone out"."""
    thread_id = None
    if envelope.kind != envelopes.STAFF and ports.now() - envelope.composed_at > _NOTICE_KEEPS:
        _too_late(ports, envelope)
        return True
    try:
        raw, thread_id = follow_ups.addressed(ports, gmail, envelope)
        sent = gmail.send(raw, thread_id)
    except OutcomeUnknown as unknown:
        with ports.db.write() as conn:
            envelopes.unknown(conn, envelope.id, ports.now(), str(unknown))
        return True
    except Refused as refused:
        with ports.db.write() as conn:
            if thread_id is not None and envelope.kind == envelopes.STAFF:
                follow_ups.stand_alone(conn, ports, envelope)
                return True
            envelopes.failed(conn, envelope.id, str(refused))
            outbox.delivered(conn, envelope.id, ports.now(), "dropped", str(refused))
            # Alarms outlive what is kept of customers.
            whom = envelope.recipient if envelope.kind == envelopes.STAFF else "a customer"
            words = f"Gmail will not send a mail to {whom}: {refused}"
            records.alarm(conn, f"send/{whom}", words, ports.now(), envelope.mailbox_id)
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
        envelopes.sent(conn, envelope.id, sent.id, sent.thread_id, ports.now())
        outbox.delivered(conn, envelope.id, ports.now(), "done", "sent")
    log.info("mail sent", mailbox=envelope.mailbox_id, envelope=envelope.id)
    return True


def _too_late(ports: Ports, envelope: Envelope) -> None:
    """It surely did not go out while it was true, so it does not go out at all."""
    why = "Gmail took no mail while it was true"
    with ports.db.write() as conn:
        envelopes.failed(conn, envelope.id, why)
        outbox.delivered(conn, envelope.id, ports.now(), "dropped", why)
