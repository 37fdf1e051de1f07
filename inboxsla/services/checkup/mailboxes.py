"""How each mailbox stands by what is written down here: read or not, since when nothing was seen, told of news or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from inboxsla.config import Settings
from inboxsla.config.program import typed
from inboxsla.domain.speech import NBSP, Speech
from inboxsla.services import access, blindness, queries, watching
from inboxsla.services.checkup.finding import Do, Finding, Remedy, attention, counted, fine
from inboxsla.services.ports import Ports
from inboxsla.storage import backlog, credentials, mailboxes, tickets, watches
from inboxsla.storage.blind_spans import BlindSpan
from inboxsla.storage.credentials import CredentialRow
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.watches import WatchRow

_DAY = timedelta(days=1)
_UNSEEN_SHOWN = timedelta(days=7)
# Gmail keeps its history for about a week.
_CURSOR_GROWS_OLD = timedelta(days=3)
# A notice that is later than this does not come any more.
_NOTICE_COMES_WITHIN = timedelta(minutes=10)
_WATCHED_FOR = timedelta(days=7)


def found(ports: Ports, say: Speech) -> Iterator[Finding]:
    now, settings = ports.now(), ports.settings
    with ports.db.read() as conn:
        boxes = mailboxes.every(conn)
        opened = credentials.every(conn)
        reading = queries.progress(conn, now)
        kept = {box.id: len(tickets.ids_of(conn, box.id)) for box in boxes if box.retired_at is not None}
        spans = blindness.spans(conn, settings, boxes, now - _UNSEEN_SHOWN, now, now)
    if len(kept) == len(boxes):
        yield attention(
            "mailboxes.none",
            "No mailbox is known.",
            f"Connect one with `{typed('connect')} ADDRESS`, or read a file with `{typed('import')}`.",
        )
    for box in boxes:
        yield stands(box, opened.get(box.id), settings, kept.get(box.id, 0), now, say)
        if box.retired_at is None and box.id in reading:
            so_far = reading[box.id].words(say).replace(NBSP, " ")
            words = f"{box.address} is being read for the first time: {so_far}. New mail is read meanwhile."
            yield fine("mailboxes.first_reading", words, box.address)
    yield from _unseen(boxes, spans, ports, say)
    yield from _told(ports, boxes, say)


def stands(
    box: MailboxRow, opened: CredentialRow | None, settings: Settings, kept: int, now: datetime, say: Speech
) -> Finding:
    """One line for each mailbox. `kept` are the tickets of one that left the configuration."""
    name = f"{box.address} ({box.mode})"
    if box.kind == "import":
        stands = f", as it stood {moment(box.as_of, say)}" if box.as_of else ""
        return fine("mailboxes.read", f"{box.address} (imported) was read from a file{stands}.", box.address)
    if box.retired_at is not None:
        return fine("mailboxes.retired", _retired(box, kept), box.address)
    if box.access_lost_at is not None:
        words = f"{name} stopped: {box.sync_error}"
        cure = "" if "connect" in words else f"`{typed(f'connect {box.address}')}` lets us in again."
        return attention("mailboxes.access", words, cure, since=box.access_lost_at, mailbox=box.address)
    if box.sync_error:
        waits = box.retry_after is not None and box.retry_after > now
        cure = f"Nothing; the next try is at {moment(box.retry_after, say)}." if waits and box.retry_after else ""
        return attention(
            "mailboxes.read", f"{name}: {box.sync_error}", cure, since=box.last_sync_at, mailbox=box.address
        )
    if opened is None and box.last_sync_at is None and not settings.demo:
        cure = f"`{typed(f'connect {box.address}')}`, or take it out of config.toml."
        words = f"{box.address} is not connected: nothing of it is read."
        return attention("mailboxes.connected", words, cure, mailbox=box.address)
    if opened is not None and (wrong := access.complaint(settings, opened, box.address)):
        return attention("mailboxes.access", f"{name}: {wrong}", mailbox=box.address)
    when = f"read last {moment(box.last_sync_at, say)}" if box.last_sync_at else "not read yet"
    return fine("mailboxes.read", f"{box.address} is {box.mode}, {when}.", box.address)


def _retired(box: MailboxRow, kept: int) -> str:
    brought = "1 ticket it brought is" if kept == 1 else f"{kept:,} tickets it brought are"
    how = f"`{typed(f'disconnect {box.address}')}` deletes it with them."
    return f"{box.address} left the configuration: it is not read, nothing is sent, and the {brought} kept apart. {how}"


def _unseen(boxes: Sequence[MailboxRow], spans: Sequence[BlindSpan], ports: Ports, say: Speech) -> Iterator[Finding]:
    """Spans of the last week in which nothing of a mailbox was seen; only one that lasts is a problem."""
    by_id, now = {box.id: box for box in boxes}, ports.now()
    for span in spans:
        box, since = by_id[span.mailbox_id], moment(span.since, say)
        if span.until is not None:
            words = f"{box.address} was not seen from {since} to {moment(span.until, say)}."
            yield fine("mailboxes.unseen", words, box.address)
            continue
        cure = "The findings about it, and about what runs here, say why."
        if now - span.since > _CURSOR_GROWS_OLD:
            window = days(ports.settings.sync.first_window, say)
            cure += (
                f" Gmail forgets its history after about a week; after that the next sync lists the last {window} anew."
            )
        ring = Remedy(Do.RING, (box.id,), "sync") if box.access_lost_at is None else None
        words = f"{box.address} has not been seen since {since}."
        yield attention("mailboxes.unseen", words, cure, since=span.since, mailbox=box.address, remedy=ring)


def _told(ports: Ports, boxes: Sequence[MailboxRow], say: Speech) -> Iterator[Finding]:
    """Whether notices of each mailbox's news come, where they should."""
    topic, now = watching.topic_of(ports.settings), ports.now()
    if not topic:
        return
    with ports.db.read() as conn:
        rows: Mapping[int, WatchRow] = watches.every(conn)
        for box in boxes:
            if box.kind != "gmail" or box.retired_at is not None or box.access_lost_at is not None:
                continue
            row = rows.get(box.id)
            unheard = None
            if row is not None and row.expires_at is not None:
                after = (row.noticed_at or row.expires_at - _WATCHED_FOR) + _NOTICE_COMES_WITHIN
                unheard = backlog.mail_since(conn, box.id, after, now - _NOTICE_COMES_WITHIN)
            yield watched(box, row, topic, unheard, now, say)


def watched(
    box: MailboxRow, row: WatchRow | None, topic: str, unheard: datetime | None, now: datetime, say: Speech
) -> Finding:
    """`unheard`: a mail came or went at that instant, and no notice has come since."""
    address, mend = box.address, Remedy(Do.WATCH, (box.id,))
    last = f"the last notice came {moment(row.noticed_at, say)}" if row and row.noticed_at else "no notice has come yet"
    if row is None or row.expires_at is None or not row.tells(topic, now):
        failed = f" Asking has failed {counted(row.failures, 'time')} in a row." if row and row.failures else ""
        return attention(
            "mailboxes.watch",
            f"Gmail does not tell us about new mail in {address}; it is polled.{failed}",
            f"It is asked again by itself; `{typed('doctor --fix')}` asks now. docs/pushing.md names each of Google's answers.",
            since=row.expires_at if row else None,
            mailbox=address,
            remedy=mend,
        )
    if row.expires_at - now < watching.ALARM_BEFORE:
        return attention(
            "mailboxes.watch",
            f"Gmail stops telling us about new mail in {address} {moment(row.expires_at, say)}; asking it to go on has failed "
            f"{counted(row.failures, 'time')} in a row.",
            f"`{typed('doctor --fix')}` asks now. docs/pushing.md names each of Google's answers.",
            mailbox=address,
            remedy=mend,
        )
    if unheard is not None:
        return attention(
            "mailboxes.notices",
            f"Gmail tells of new mail in {address}, but we do not hear it: {last}. Polling brings the mail, minutes later.",
            "See that Pub/Sub reaches us: docs/pushing.md, from “Push” on.",
            since=unheard,
            mailbox=address,
        )
    words = f"Gmail tells us about new mail in {address} until {moment(row.expires_at, say)}; {last}."
    return fine("mailboxes.watch", words, address)


def moment(at: datetime, say: Speech) -> str:
    return say.moment(at, at).replace(NBSP, " ")


def days(length: timedelta, say: Speech) -> str:
    """ "30 days": days of 24 hours."""
    return say.length(length, business_day=_DAY).replace(NBSP, " ")
