"""Notices owed to customers become mails in their own threads; whoever should not get one gets none, and the act says why."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from inboxsla.domain.clock import State
from inboxsla.domain.courtesy import A_DAY, CustomerNotice, going_out, is_enough
from inboxsla.domain.policy import Policy
from inboxsla.domain.timeline import Status, is_token
from inboxsla.gmail.kinds import may_be_told
from inboxsla.notify.customer import CustomerMail, Saying, compose_for_customer, names_reason
from inboxsla.services import correspondence, in_force
from inboxsla.services.correspondence import AWAY, Staff
from inboxsla.services.looking import Look
from inboxsla.services.owing import looks_at, set_apart
from inboxsla.services.ports import Ports
from inboxsla.storage import customer_mails, envelopes, mailboxes, messages, outbox, people, policies
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.outbox import Owed

REQUESTER = "requester"
_AT_ONCE = 200
# An address that a notice came back from gets none for so long.
_RESTS = timedelta(days=30)


class _Unfit(Exception):
    """Nobody is told; the text says why."""


class _Elsewhere(Exception):
    """Another mailbox is about to tell the same address something."""


def would_go(wanted: Iterable[tuple[datetime, str, CustomerNotice]]) -> list[bool]:
    """Which of these notices, each for a requester at an instant, would have gone out, as far as that can be told without them.

    In the order given. Whoever takes no automatic mail is known by the address alone.
    """
    wanted = list(wanted)
    fit = [each for each in wanted if may_be_told(each[1], {})]
    goes = iter(going_out(fit))
    return [may_be_told(each[1], {}) and next(goes) for each in wanted]


def compose_notices(conn: Connection, ports: Ports, mailbox: MailboxRow, now: datetime) -> int:
    """Make a mail of each notice that customers are owed now. Returns how many mails."""
    owed = outbox.owed_to(conn, mailbox.id, REQUESTER, now, _AT_ONCE)
    looks = looks_at(conn, owed, now)
    made = 0
    for act in owed:
        seen = looks.get(act.ticket_id)
        if seen is None:
            continue
        try:
            _enclose(conn, ports, mailbox, act, seen, now)
            made += 1
        except _Unfit as unfit:
            outbox.finish(conn, [act.id], "dropped", now, str(unfit))
        except _Elsewhere:
            # It stays owed: who looks again sees what that was.
            continue
        except Exception as error:
            set_apart(conn, f"courtesy/{act.id}", f"A notice to the customer of ticket {act.ticket_id}", error, now)
    return made


def _enclose(conn: Connection, ports: Ports, mailbox: MailboxRow, act: Owed, seen: Look, now: datetime) -> None:
    notice = CustomerNotice(act.data["step"])
    policy = _policy(conn, seen)
    if notice not in policy.courtesy.on:
        raise _Unfit("the policy does not send this notice any more")
    when = _promise(notice, act, seen, now)
    staff = Staff.of(mailbox, people.of_mailbox(conn, mailbox.id))
    rows = messages.of_thread(conn, mailbox.id, seen.ticket.thread_id)
    to = _addressee(conn, staff, rows, notice, now)
    reason = _reason(ports, seen) if notice is CustomerNotice.ON_HOLD else ""
    marker = secrets.token_hex(12)
    mail = CustomerMail(
        marker=marker,
        mailbox=mailbox.address,
        recipient=to.address,
        subject=to.row.subject,
        answers=_behind(rows, to.row),
        composed_at=now,
        saying=Saying(
            notice, to.row.sender_name, when, policy.calendar.zone, reason, policy.courtesy.words.get(notice, "")
        ),
    )
    try:
        letter = compose_for_customer(mail)
    except ValueError as wrong:
        raise _Unfit("no mail can go to such an address") from wrong
    envelope_id = envelopes.compose(
        conn, mailbox.id, marker, to.address, letter.subject, letter.raw.decode("ascii"), now,
        kind=notice.value, thread_id=seen.ticket.thread_id,
    )  # fmt: skip
    said = reason if names_reason(reason) else ""
    outbox.direct(conn, act.id, act.role, {**act.data, "promise": when.isoformat(), "reason": said})
    outbox.enclose(conn, [act.id], envelope_id)


def _behind(rows: Sequence[MessageRow], last: MessageRow) -> list[str]:
    """The Message-IDs of the conversation, that of the message which is answered last."""
    known = [row.rfc_id for row in rows if row.kind == "human" and row is not last]
    return [each for each in (*known, last.rfc_id) if each]


def _policy(conn: Connection, seen: Look) -> Policy:
    changes = seen.decision.facts.policies
    return policies.get(conn, changes[-1][1] if changes else seen.ticket.policy_id).policy


def _promise(notice: CustomerNotice, act: Owed, seen: Look, now: datetime) -> datetime:
    """The instant it names, as things stand now. Raises _Unfit where it would not be true any more."""
    facts, cycle = seen.decision.facts, act.data["cycle"]
    when: datetime | None = None
    if facts.away or facts.status.is_over:
        when = None
    elif notice is CustomerNotice.CLOSING:
        when = facts.closes_at if facts.closes_at is not None and facts.closes_at.isoformat() == cycle else None
    elif notice is CustomerNotice.ON_HOLD:
        held = facts.status is Status.ON_HOLD and facts.spans[-1].start.isoformat() == cycle
        when = facts.hold_until if held else None
    else:
        runs = (clock for clock in seen.decision.reading.clocks if clock.state is State.RUNNING)
        due = next((c.due_at for c in runs if (c.metric, c.key) == (act.data["metric"], cycle)), None)
        if due is not None and due > now:
            when = due if notice is CustomerNotice.ACKNOWLEDGE else datetime.fromisoformat(act.data["promise"])
    if when is None or when <= now:
        raise _Unfit("no longer true when the mail was due")
    return when


@dataclass(frozen=True, slots=True)
class _Addressee:
    """Where the notice goes, and the message of theirs that it answers."""

    address: str
    row: MessageRow


def _addressee(
    conn: Connection, staff: Staff, rows: Sequence[MessageRow], notice: CustomerNotice, now: datetime
) -> _Addressee:
    """Raises _Unfit for a machine, a list, ourselves, and whoever had enough notices; _Elsewhere if that is not certain."""
    heard = [row for row in rows if not row.labels & AWAY and not staff.wrote(row) and row.kind != "ours"]
    if not heard or heard[-1].kind != "human":
        raise _Unfit("the newest mail from outside is automatic")
    row = heard[-1]
    address = next(iter(staff.outsiders(row.headers.get("reply_to", ()))), correspondence.customer_of(row))
    if row.erased_at is not None or is_token(address) or "@" not in address:
        raise _Unfit("who wrote is not known any more")
    if not may_be_told(address, row.headers.get("asked", {})):
        raise _Unfit("a machine or a list is at the other end")
    boxes = {each for box in mailboxes.every(conn) for each in (box.address, *box.own_addresses)}
    if address in boxes or not staff.outsiders([address]) or people.memberships(conn, address):
        raise _Unfit("it would go to ourselves")
    if not customer_mails.take(conn, address):
        raise _Elsewhere
    if customer_mails.came_back(conn, address, now - _RESTS):
        raise _Unfit("an earlier notice to this address came back")
    if is_enough(customer_mails.kinds_since(conn, address, now - A_DAY), notice):
        raise _Unfit("this address had such a notice within a day")
    return _Addressee(address, row)


def _reason(ports: Ports, seen: Look) -> str:
    """Only reasons from the list of the settings: what somebody typed was written for colleagues."""
    reason = seen.decision.facts.status_reason
    return reason if reason in in_force.current(ports).document.hold_reasons else ""
