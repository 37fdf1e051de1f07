"""Mails and labels that should have gone out by now: what waits, since when, why, and whether anybody has to do something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.config.program import typed
from inboxsla.domain.speech import Speech
from inboxsla.services import writing
from inboxsla.services.checkup.finding import Do, Finding, Remedy, attention, counted, fine
from inboxsla.services.checkup.mailboxes import moment
from inboxsla.services.ports import Ports
from inboxsla.services.queries import ALARM_SHOWN
from inboxsla.storage import backlog, mailboxes
from inboxsla.storage.backlog import FailedMail, Heap, OpenMail, OwedAct
from inboxsla.storage.envelopes import MAILBOX
from inboxsla.storage.mailboxes import MailboxRow

# A worker that was rung is done long before; a day on which everything is slow is worth a look.
_LATE = timedelta(minutes=5)
# A complete sync finds out what became of a mail, and there is one every few minutes.
_FOUND_OUT = timedelta(minutes=15)
_TRY_LASTS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Everything of one mailbox that has not gone out."""

    mails: Sequence[OpenMail]
    acts: Sequence[OwedAct]
    labels: int
    tried: Sequence[Heap]


def found(ports: Ports, say: Speech) -> Iterator[Finding]:
    now = ports.now()
    with ports.db.read() as conn:
        boxes = [box for box in mailboxes.every(conn) if box.is_live and box.retired_at is None]
        stopped = writing.is_stopped(conn)
        mails, acts = backlog.open_mails(conn), backlog.owed_acts(conn)
        waiting, tried = backlog.labels_waiting(conn), backlog.labels_tried(conn, now)
        failed = backlog.failed_mails(conn, now - ALARM_SHOWN)
    if said := writing.said(ports):
        yield attention(
            "mail.stopped",
            f"{said}. Reading goes on; what is owed waits.",
            f"`{typed('resume-writing')}` lets it go out.",
        )
    for box in boxes:
        mine = Outgoing(
            [mail for mail in mails if mail.mailbox_id == box.id],
            [act for act in acts if act.mailbox_id == box.id],
            sum(heap.count for heap in waiting if heap.mailbox_id == box.id),
            [heap for heap in tried if heap.mailbox_id == box.id],
        )
        yield from judged(box, mine, stopped=stopped, now=now, say=say)
    yield from _failed(failed, {box.id: box.address for box in boxes})


def judged(box: MailboxRow, mine: Outgoing, *, stopped: bool, now: datetime, say: Speech) -> Iterator[Finding]:
    waits = [
        *([counted(len(mine.mails), "mail")] if mine.mails else []),
        *([counted(len(mine.acts), "act") + " owed"] if mine.acts else []),
        *([counted(mine.labels, "label")] if mine.labels else []),
    ]
    through = [mail for mail in mine.mails if mail.way == MAILBOX]
    late: list[Finding] = [*_unknown(box, through, now)]
    late += [] if stopped else [*_elsewhere(box, [mail for mail in mine.mails if mail.way != MAILBOX], now, say)]
    if not stopped and box.access_lost_at is None:
        late += [*_held(box, through, now, say), *_unsent(box, through, now)]
        late += [*_owed(box, mine.acts, now), *_unlabelled(box, mine.tried)]
    yield from late
    if not late:
        words = f"waiting: {', '.join(waits)}" if waits else "nothing waits"
        yield fine("mail.backlog", f"Mails and labels of {box.address}: {words}.", box.address)


def _unknown(box: MailboxRow, mails: Sequence[OpenMail], now: datetime) -> Iterator[Finding]:
    open_ended = [mail for mail in mails if mail.state == "unknown" or _abandoned(mail, now)]
    old = [mail.tried_at for mail in open_ended if mail.tried_at and now - mail.tried_at > _FOUND_OUT]
    if old:
        yield attention(
            "mail.unknown",
            f"Nobody knows whether {counted(len(old), 'mail')} of {box.address} went out ({_reason(open_ended)}).",
            "Nothing is sent twice: each is looked for in the mailbox first, by the next sync that reads everything. "
            f"See that {box.address} is read.",
            since=min(old),
            mailbox=box.address,
            remedy=_ring("sync", box) if box.access_lost_at is None else None,
        )


def _elsewhere(box: MailboxRow, mails: Sequence[OpenMail], now: datetime, say: Speech) -> Iterator[Finding]:
    """Mails that go another way than the mailbox: held by it, or late."""
    slow = [mail for mail in mails if mail.since <= now - _LATE]
    if slow:
        until = max(now, min(mail.try_after for mail in slow))
        yield attention(
            "mail.elsewhere",
            f"{counted(len(slow), 'mail')} of {box.address} not out yet by {', '.join(sorted({mail.way for mail in slow}))}: "
            f"{_reason(slow)}.",
            f"Tried again by itself, next {moment(until, say)}. `{typed('mail test')} ADDRESS` says at once what stands in the way.",
            since=min(mail.since for mail in slow),
            mailbox=box.address,
            remedy=_ring("deliver", box),
        )


def _abandoned(mail: OpenMail, now: datetime) -> bool:
    return mail.state == "sending" and mail.lease_until is not None and mail.lease_until <= now


def _held(box: MailboxRow, mails: Sequence[OpenMail], now: datetime, say: Speech) -> Iterator[Finding]:
    held = [mail for mail in mails if mail.state == "composed" and mail.try_after > now and mail.reason]
    if held:
        until = moment(min(mail.try_after for mail in held), say)
        yield attention(
            "mail.held",
            f"Gmail takes no mail of {box.address} now; waiting: {len(held)} ({_reason(held)}).",
            f"Nothing; they are tried again at {until}. If Gmail's daily limit is the reason, fewer reminder steps keep below it.",
            since=min(mail.since for mail in held),
            mailbox=box.address,
        )


def _unsent(box: MailboxRow, mails: Sequence[OpenMail], now: datetime) -> Iterator[Finding]:
    late = [
        max(mail.since, mail.try_after)
        for mail in mails
        if mail.state == "composed" and max(mail.since, mail.try_after) <= now - _LATE
    ]
    if late:
        yield attention(
            "mail.unsent",
            f"{counted(len(late), 'mail')} of {box.address} should have gone out by now.",
            f"See that workers run and Gmail answers. `{typed('doctor --fix')}` rings for them.",
            since=min(late),
            mailbox=box.address,
            remedy=_ring("deliver", box),
        )


def _owed(box: MailboxRow, acts: Sequence[OwedAct], now: datetime) -> Iterator[Finding]:
    late = [due for act in acts if (due := max(act.owed_at, act.not_before)) <= now - _LATE]
    if late:
        yield attention(
            "mail.owed",
            f"{counted(len(late), 'reminder')} or other acts of {box.address} are owed and not carried out."
            if len(late) > 1
            else f"A reminder or another act of {box.address} is owed and not carried out.",
            f"See that workers run. `{typed('doctor --fix')}` rings for them; each is carried out once, however often it is rung for.",
            since=min(late),
            mailbox=box.address,
            remedy=_ring("deliver", box),
        )


def _unlabelled(box: MailboxRow, tried: Sequence[Heap]) -> Iterator[Finding]:
    for heap in tried:
        yield attention(
            "mail.labels",
            f"{counted(heap.count, 'conversation')} of {box.address} may carry the wrong label: putting them right was tried "
            "and not finished.",
            f"See what else is said of Gmail and the workers. `{typed('doctor --fix')}` rings for them.",
            since=heap.at - _TRY_LASTS if heap.at else None,
            mailbox=box.address,
            remedy=_ring("deliver", box),
        )


def _failed(failed: Sequence[FailedMail], addresses: dict[int, str]) -> Iterator[Finding]:
    for mailbox_id in dict.fromkeys(mail.mailbox_id for mail in failed):
        mine = [mail for mail in failed if mail.mailbox_id == mailbox_id]
        whom = ", ".join(dict.fromkeys(mail.recipient for mail in mine))
        yield attention(
            "mail.failed",
            f"{counted(len(mine), 'mail')} to {whom} refused for good: {mine[-1].reason}",
            "Correct the address in the people list, or what the reason names. They are not sent again; this goes away after a day.",
            since=mine[0].tried_at,
            mailbox=addresses.get(mailbox_id, ""),
        )


def _reason(mails: Sequence[OpenMail]) -> str:
    return next((mail.reason.rstrip(".") for mail in reversed(mails) if mail.reason), "the worker that sent it ended")


def _ring(job: str, box: MailboxRow) -> Remedy:
    return Remedy(Do.RING, (box.id,), job)
