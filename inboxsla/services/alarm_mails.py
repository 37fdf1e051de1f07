"""Alarms are mailed to the admins by the second route: each once, again once a day while it lasts, and one line when it is over.

What a person was told and the mail that tells it are written down together; then the mail is tried until it is taken. So an
alarm may arrive twice (under one Message-ID), and never not at all. Nothing here waits for a mailbox or for Redis.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.domain.speech import English
from inboxsla.errors import AccessLost, InboxSLAError, Missing, OutcomeUnknown, PutOff, Refused, TryLater
from inboxsla.notify import Alarm, Matter, Stands, alarm
from inboxsla.notify.mailer import Mailer, Way
from inboxsla.services import alarm_places, blindness, second_route, ways
from inboxsla.services.ports import Ports
from inboxsla.services.queries import ALARM_SHOWN
from inboxsla.services.second_route import ALARM, Recipient
from inboxsla.storage import alarm_mails as mails
from inboxsla.storage import mailboxes, records, told_alarms, way_tests
from inboxsla.storage.alarm_mails import AlarmMail
from inboxsla.storage.told_alarms import OpenAlarm
from inboxsla.storage.way_tests import WayTest

log = structlog.get_logger()

AGAIN = timedelta(hours=24)
# Alarms with one cause arise within seconds; nobody who reads mail misses these.
GATHER, GATHER_AT_MOST = timedelta(seconds=15), timedelta(minutes=1)
# What comes and goes is not over.
OVER_AFTER = timedelta(minutes=10)
_KEPT = timedelta(days=30)
_LONGEST_WAIT = timedelta(hours=1)
_MAILS_A_RUN = 50
_WORTH_TELLING = 3


def run(ports: Ports) -> int:
    """Compose what there is to tell and try to send what waits. Returns how many mails went out. Any number may run this."""
    way = ways.of_alarms(ports.settings)
    if way is None:
        return 0
    _compose(ports, way)
    return _send(ports, way)


def _compose(ports: Ports, way: Way) -> None:
    now = ports.now()
    with ports.db.read() as conn:
        found = open_alarms(conn, ports, now)
        told = told_alarms.recipients(conn)
    if not found and not told:
        return
    with ports.db.write() as conn:
        found = open_alarms(conn, ports, now)
        waiting, everybody = mails.waiting(conn), second_route.recipients(conn, ports.settings)
        for gone in set(told) - {whom.address for whom in everybody}:
            mails.drop(conn, gone)
            told_alarms.forget(conn, gone)
        for whom in everybody:
            if waiting.get(whom.address, str(way)) != str(way):
                # Composed for another route, and what it says with it.
                mails.drop(conn, whom.address)
                told_alarms.forget(conn, whom.address)
            elif whom.address in waiting:
                # Whoever cannot be reached now gets the rest in one mail after this.
                continue
            mine = [each for each in found if whom.hears_of(each.mailbox_id)]
            news = _news(conn, ports.settings, whom, mine, now)
            if news:
                _write_down(conn, ports, way, whom, news, now)
        mails.forget(conn, now - _KEPT)


def open_alarms(conn: Connection, ports: Ports, now: datetime) -> list[OpenAlarm]:
    """What the board shows as an alarm, and mailboxes that are not seen; but nothing about this route itself."""
    found = [each for each in told_alarms.open_since(conn, now - ALARM_SHOWN) if not each.key.startswith(ALARM)]
    for box in mailboxes.every(conn):
        since = blindness.since(ports.settings, box, now)
        if since is not None and box.access_lost_at is None:
            trouble = f" ({box.sync_error.rstrip('.')})" if box.sync_error else ""
            words = f"Nothing of {box.address} has been seen for a while{trouble}. Reminders about it may come late or not at all."
            found.append(OpenAlarm(f"unseen/{box.id}/", words, box.id, since))
    return found


def _news(
    conn: Connection, settings: Settings, whom: Recipient, found: Sequence[OpenAlarm], now: datetime
) -> list[Matter]:
    """What one person is to be told, the weightiest first."""
    say, told = English(whom.zone), told_alarms.of(conn, whom.address)
    by_key = {each.key: each for each in found}
    told_alarms.note_gone(conn, whom.address, list(by_key), now)
    new: set[str] = set()
    fresh = {each.key: each.words for each in found if each.key not in told}
    if fresh and _gathered([by_key[key].raised_at for key in fresh], now):
        new = told_alarms.tell(conn, whom.address, fresh, now)
    lasting = told_alarms.tell_again(conn, whom.address, list(by_key), now - AGAIN, now)
    over = told_alarms.tell_over(conn, whom.address, now - OVER_AFTER)
    noted = told_alarms.still_noted(conn, list(over))
    goes_on = [
        alarm_places.matter(settings, say, stands, each.key, each.words, each.raised_at)
        for stands, keys in ((Stands.NEW, new), (Stands.LASTING, lasting))
        for each in found
        if each.key in keys
    ]
    gone = [(Stands.SILENT if key in noted else Stands.OVER, key, words) for key, words in over.items()]
    return goes_on + [alarm_places.matter(settings, say, *each) for each in gone]


def _gathered(raised: Sequence[datetime], now: datetime) -> bool:
    return now - max(raised) >= GATHER or now - min(raised) >= GATHER_AT_MOST


def _write_down(
    conn: Connection, ports: Ports, way: Way, whom: Recipient, news: Sequence[Matter], now: datetime
) -> None:
    say, marker, settings = English(whom.zone), secrets.token_hex(12), ports.settings
    what = Alarm(
        marker=marker,
        mailbox=way.sender,
        recipient=whom.address,
        recipient_name=whom.name,
        zone=whom.zone,
        matters=tuple(news),
        why=f"{whom.why(say)} {say.text('It comes once, once a day while it lasts, and when it is over.')}",
        composed_at=now,
        board=alarm_places.board(settings, say),
        linked=bool(settings.server.base_url),
        sender_name=settings.notify.sender_name,
        about=second_route.looked_after(conn, whom),
    )
    try:
        letter = alarm(what, say)
    except ValueError as wrong:
        # Whoever cannot be written to must not keep the others from being told.
        _show(conn, ports, way, str(wrong), now, whom.address)
        return
    mails.compose(conn, marker, whom.address, str(way), letter.subject, letter.raw.decode("ascii"), now)


def _send(ports: Ports, way: Way) -> int:
    done, mailer = 0, None
    for _ in range(_MAILS_A_RUN):
        now = ports.now()
        with ports.db.read() as conn:
            if not mails.waiting(conn):
                return done
        with ports.db.write() as conn:
            mail = mails.claim_next(conn, str(way), now, now + ways.longest_try(ports.settings))
        if mail is None:
            return done
        try:
            mailer = mailer or ports.mailer(way)
            if not _try(ports, mailer, way, mail):
                continue
        except (AccessLost, Missing, TryLater) as closed:
            _put_off(ports, mail, closed)
            _trouble(ports, way, str(closed))
            return done
        done += 1
    return done


def _try(ports: Ports, mailer: Mailer, way: Way, mail: AlarmMail) -> bool:
    """True if it was taken. Raises AccessLost, TryLater where nothing goes this way now."""
    try:
        mailer.send(mail.raw.encode("ascii"), way.sender, mail.recipient)
    except Refused as refused:
        with ports.db.write() as conn:
            mails.failed(conn, mail.id, str(refused))
        _trouble(ports, way, str(refused), mail.recipient)
        return False
    except (PutOff, OutcomeUnknown) as open_ended:
        _put_off(ports, mail, open_ended)
        if mail.tries >= _WORTH_TELLING:
            _trouble(ports, way, str(open_ended), mail.recipient)
        return False
    with ports.db.write() as conn:
        mails.sent(conn, mail.id, ports.now())
        # An alarm that was taken proves as much as a test.
        proof = WayTest(ports.now(), True, "an alarm was taken")
        way_tests.note(conn, ways.fingerprint(ports.settings, way), proof)
        for key in (ALARM, _trouble_key(mail.recipient)):
            records.clear_alarm(conn, key)
    log.info("alarm mailed", mail=mail.id, route=way.route)
    return True


def _put_off(ports: Ports, mail: AlarmMail, error: InboxSLAError) -> None:
    """Sooner at first, then rarely: a route that is closed for days is asked once an hour."""
    usual = min(timedelta(minutes=1) * 2.0 ** min(mail.tries - 1, 10), _LONGEST_WAIT)
    wait = max(usual, error.wait) if isinstance(error, TryLater) else usual
    with ports.db.write() as conn:
        mails.try_again(conn, mail.id, ports.now() + wait, str(error))


def _trouble(ports: Ports, way: Way, reason: str, recipient: str = "") -> None:
    with ports.db.write() as conn:
        _show(conn, ports, way, reason, ports.now(), recipient)


def _show(conn: Connection, ports: Ports, way: Way, reason: str, now: datetime, recipient: str = "") -> None:
    whom = f" to {recipient}" if recipient else ""
    words = f"Alarms cannot be mailed{whom} through {ways.named(ports.settings, way)}: {reason.rstrip('.')}. They are shown here."
    log.warning("alarms cannot be mailed", route=way.route, reason=reason)
    records.alarm(conn, _trouble_key(recipient), words, now)


def _trouble_key(recipient: str) -> str:
    return f"{ALARM}{recipient}"
