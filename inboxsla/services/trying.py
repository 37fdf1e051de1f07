"""What would become of one message: which rules match and why, which policy it gets, and when what is due. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inboxsla.config.document import Document, compile_policies
from inboxsla.domain.clock import Reading
from inboxsla.domain.decide import decide
from inboxsla.domain.policy import Policy
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.rules import Look, Ruling
from inboxsla.domain.ticket_view import ClockView
from inboxsla.domain.timeline import Event, Kind, Standing, participant
from inboxsla.domain.why import clock_views
from inboxsla.errors import Refused
from inboxsla.gmail.message import ParsedMessage, UnreadableMessage, parse
from inboxsla.services import rulebook, ruling
from inboxsla.services.ingest import EXCERPT, kept_headers
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

# Further from now calendars cannot count.
YEARS = range(1990, 2200)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a message would get. `policy` is None and `clocks` empty where a rule says that it is not a ticket."""

    message: ParsedMessage
    at: datetime
    looks: tuple[Look, ...]
    ruling: Ruling
    policy_name: str
    policy: Policy | None
    reading: Reading | None
    clocks: Sequence[ClockView]
    standing: Standing


def try_message(ports: Ports, document: Document, raw: bytes, mailbox: str | None, at: datetime | None) -> Trial:
    """Ask the rules of `document` about a message as raw RFC 5322 bytes, come in at `at` (its Date, or now).

    Raises Refused for what is no message, or a mailbox that is not known, and ConfigMistakes for rules that cannot be used.
    """
    judge = rulebook.judge_of(document)
    with ports.db.read() as conn:
        box = _mailbox(mailboxes.every(conn), mailbox)
        own = box.own_addresses if box else frozenset()
        try:
            message = parse(raw, own_addresses=own, own_lists=box.own_lists if box else ())
        except UnreadableMessage as unreadable:
            raise Refused(f"No message can be made of this file: {unreadable.reason}.") from unreadable
        came = at or message.date or ports.now()
        if came.year not in YEARS:
            raise Refused(f"It says that it came in the year {came.year}. Say when: in a year from 1990 to 2199.")
        row = _row(message, came)
        address = box.address if box else ""
        facts = ruling.facts_of(conn, box, row, message.requester_hint or message.sender) if box else None
    if facts is None:
        raise Refused("There is no mailbox to try it in yet. Connect one, or import a file.")
    said = judge.ask(facts)
    name = judge.policy_named(said, address)
    policy = from_data(compile_policies(document)[name])
    wrote = Event(Kind.CUSTOMER_WROTE, came, "msg:tried", data={"who": participant(message.sender)})
    timeline = [wrote, *ruling.changes(said, Standing(), came, ruling.BEGINS, begins=True)]
    decision = decide(timeline, policy, came, None)
    none = bool(said.not_a_ticket)
    return Trial(
        message=message,
        at=came,
        looks=judge.explain(facts),
        ruling=said,
        policy_name=name,
        policy=None if none else policy,
        reading=None if none else decision.reading,
        clocks=() if none else clock_views(decision.facts, decision.reading, policy, came),
        standing=decision.facts,
    )


def _mailbox(boxes: Sequence[MailboxRow], address: str | None) -> MailboxRow | None:
    if address is None:
        return min(boxes, key=lambda box: (box.kind != "gmail", box.id), default=None)
    found = next((box for box in boxes if box.address == address), None)
    if found is None:
        known = ", ".join(dict.fromkeys(box.address for box in boxes)) or "none yet"
        raise Refused(f"No mailbox {address} is known here. Known: {known}.")
    return found


def _row(message: ParsedMessage, came: datetime) -> MessageRow:
    return MessageRow(
        gmail_id="tried",
        thread_id="tried",
        rfc_id=message.message_id,
        kind=message.kind.value,
        kind_reason=message.kind_reason,
        internal_at=came,
        sender=message.sender,
        sender_name=message.sender_name,
        recipients=message.recipients,
        subject=message.subject,
        excerpt=message.reply_text[:EXCERPT],
        headers=kept_headers(message),
        labels=frozenset({"INBOX"}),
    )
