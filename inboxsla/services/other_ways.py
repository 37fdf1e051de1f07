"""Mails that go out by another way than the mailbox they are about: each by the way it was composed for.

From and everything else in a mail fits one way, and only there can be found out, or repeated under the same Message-ID, what may
have gone out. So a mail that may have gone out stays with its way; any other is composed anew when the way changes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.errors import AccessLost, Missing, NoSuchRecipient, OutcomeUnknown, PutOff, Refused, TryLater
from inboxsla.notify.compose import message_id
from inboxsla.notify.mailer import Mailer, Route, Taken, Way
from inboxsla.services import follow_ups, reaching, second_route, ways, writing
from inboxsla.services.delivered import Delivered
from inboxsla.services.ports import Ports
from inboxsla.storage import closed_ways, envelope_ways, envelopes, outbox, records
from inboxsla.storage.envelopes import Envelope
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# A way that is closed is looked at again: what was wrong may have been put right without anybody telling us.
CLOSED = timedelta(minutes=5)
# How often a mail is sent again while nobody knows what became of it; each time the recipient may get it once more.
MOST_TRIES = 5
_MAILS_A_RUN = 20
_SLOW = timedelta(seconds=5)
# Greylisting, and a server that is restarted, are over by then.
_WORTH_TELLING = 3


def forget_old_alarms(conn: Connection, settings: Settings) -> None:
    """Nobody need hear any more of a way, or a second route, that is not set now and that nothing waits for."""
    used = {*envelope_ways.in_use(conn), str(ways.in_force(settings))}
    records.keep_alarms(conn, "way/", [_alarm(Way.of(each)) for each in used])
    if ways.of_alarms(settings) is None:
        records.clear_alarms(conn, second_route.ALARM)


def rehome(ports: Ports, mailbox_id: int) -> None:
    """What nobody tried to send by a way that is not set any more is owed again."""
    with ports.db.read() as conn:
        if envelope_ways.in_use(conn) <= {str(ways.in_force(ports.settings))}:
            return
    with ports.db.write() as conn:
        envelope_ways.rehome(conn, mailbox_id, str(ways.in_force(ports.settings)))


def send(ports: Ports, mailbox: MailboxRow, done: Delivered) -> None:
    """Everything of a mailbox that waits for another way. Trouble with the mailbox itself is no reason to wait."""
    if not mailbox.is_live:
        return
    with ports.db.read() as conn:
        waiting = envelope_ways.waiting(conn, mailbox.id, ports.now())
        closed = closed_ways.closed(conn, ports.now()) if waiting else set()
    for text in waiting:
        if text in closed:
            continue
        _by(ports, mailbox, Way.of(text), done)


def _by(ports: Ports, mailbox: MailboxRow, way: Way, done: Delivered) -> None:
    try:
        mailer = ports.mailer(way)
        _find_out(ports, mailer, mailbox, way)
    except Missing as missing:
        if way == ways.in_force(ports.settings):
            _closed(ports, mailbox, way, str(missing), ports.now() + CLOSED)
            return
        with ports.db.write() as conn:
            abandoned = envelope_ways.abandon(conn, mailbox.id, str(way))
        log.warning("way is gone; mails are composed anew", mailbox=mailbox.id, route=way.route, mails=abandoned)
        done.more = True
        return
    except (AccessLost, TryLater) as closed:
        _closed(ports, mailbox, way, str(closed), _until(ports, closed))
        return
    for _ in range(_MAILS_A_RUN):
        now = ports.now()
        with ports.db.write() as conn:
            if writing.is_stopped(conn):
                return
            envelope = envelopes.claim_next(conn, mailbox.id, now, now + ways.longest_try(ports.settings), str(way))
        if envelope is None:
            return
        if not _send(ports, mailer, mailbox, way, envelope):
            return
        done.sent += 1
        if ports.now() - now > _SLOW:
            # Labels and whatever else this worker has to do come first; the ticker rings for the rest.
            return
    done.more = True


def _send(ports: Ports, mailer: Mailer, mailbox: MailboxRow, way: Way, envelope: Envelope) -> bool:
    """One try; False if the way takes no mail now. Between claiming and writing down the outcome it "may have gone out"."""
    try:
        taken = mailer.send(follow_ups.behind(ports, envelope), way.sender, envelope.recipient)
    except OutcomeUnknown as unknown:
        now = ports.now()
        with ports.db.write() as conn:
            envelope_ways.unknown(conn, envelope.id, now, now + _wait(envelope), str(unknown))
    except Refused as refused:
        if isinstance(refused, NoSuchRecipient):
            with ports.db.write() as conn:
                reaching.lost(conn, envelope, str(refused), ports.now())
        _failed(ports, envelope, f"A mail to {envelope.recipient} was not taken: {refused}", str(refused))
    except PutOff as later:
        with ports.db.write() as conn:
            envelopes.not_sent(conn, envelope.id, ports.now() + later.wait, str(later))
        if envelope.tries >= _WORTH_TELLING:
            _tell(ports, way, str(later))
    except (AccessLost, TryLater) as closed:
        until = _until(ports, closed)
        with ports.db.write() as conn:
            envelopes.not_sent(conn, envelope.id, until, str(closed))
        tell = isinstance(closed, AccessLost) or envelope.tries >= _WORTH_TELLING
        _closed(ports, mailbox, way, str(closed), until, tell=tell)
        return False
    else:
        _sent(ports, way, envelope, taken, "sent")
    return True


def _find_out(ports: Ports, mailer: Mailer, mailbox: MailboxRow, way: Way) -> None:
    """What became of mails nobody knows about: looked for where copies are kept, else sent again, the same to the letter."""
    with ports.db.read() as conn:
        found = envelope_ways.to_find_out(conn, mailbox.id, str(way), ports.now())
    for envelope in found:
        try:
            taken = mailer.find(envelope.marker, envelope.composed_at)
        except Refused:
            if envelope.tries >= MOST_TRIES:
                words = f"Nobody can tell whether a mail to {envelope.recipient} arrived; it was sent {envelope.tries} times"
                _failed(ports, envelope, f"{words}. The last try: {envelope.reason}", f"{words}.")
                continue
            taken = None
        if taken is not None:
            _sent(ports, way, envelope, taken, "found among the sent mails")
        else:
            with ports.db.write() as conn:
                envelope_ways.retry(conn, envelope.id, ports.now())


def _sent(ports: Ports, way: Way, envelope: Envelope, taken: Taken, outcome: str) -> None:
    ours = message_id(envelope.marker, way.sender) if way.route is Route.SMTP else ""
    with ports.db.write() as conn:
        envelope_ways.sent(conn, envelope.id, taken.rfc_id or ours, ports.now())
        outbox.delivered(conn, envelope.id, ports.now(), "done", outcome)
        closed_ways.reopen(conn, str(way))
        records.clear_alarms(conn, _alarm(way))
    log.info("mail sent", mailbox=envelope.mailbox_id, envelope=envelope.id, route=way.route)


def _failed(ports: Ports, envelope: Envelope, alarm: str, reason: str) -> None:
    with ports.db.write() as conn:
        envelopes.failed(conn, envelope.id, reason)
        outbox.delivered(conn, envelope.id, ports.now(), "dropped", reason)
        records.alarm(conn, f"send/{envelope.recipient}", alarm, ports.now(), envelope.mailbox_id)


def _closed(ports: Ports, mailbox: MailboxRow, way: Way, reason: str, until: datetime, *, tell: bool = True) -> None:
    log.warning("way out is closed", mailbox=mailbox.id, route=way.route, reason=reason)
    with ports.db.write() as conn:
        closed_ways.close(conn, str(way), until)
        envelope_ways.hold(conn, str(way), until)
    if tell:
        _tell(ports, way, reason)


def _tell(ports: Ports, way: Way, reason: str) -> None:
    words = (
        f"Mails to staff do not go out through {ways.named(ports.settings, way)}: {reason.rstrip('.')}. They are kept, and tried "
        "again every few minutes."
    )
    with ports.db.write() as conn:
        records.alarm(conn, _alarm(way), words, ports.now())


def _alarm(way: Way) -> str:
    return f"way/{way}/"[:200]


def _until(ports: Ports, closed: AccessLost | TryLater) -> datetime:
    return ports.now() + (closed.wait if isinstance(closed, TryLater) else CLOSED)


def _wait(envelope: Envelope) -> timedelta:
    doublings = min(envelope.tries - 1, MOST_TRIES) if envelope.in_doubt else 0
    return envelopes.LOOK_FOR * (1 << doublings)
