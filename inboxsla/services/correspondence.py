"""Kept messages read as correspondence: who wrote to whom, in which role, and whether that makes a ticket. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inboxsla.domain.people import Person
from inboxsla.domain.timeline import Event, Kind, is_token, participant
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

AWAY = frozenset({"SPAM", "TRASH"})


@dataclass(frozen=True, slots=True)
class Staff:
    """The people on the list, and the mailbox's own addresses. Colleagues who are not on the list are customers."""

    people: frozenset[str]
    own: frozenset[str]
    labelled: bool
    lists: frozenset[str] = frozenset()

    @classmethod
    def of(cls, mailbox: MailboxRow, people: Iterable[Person]) -> Staff:
        lists = frozenset(_posting_address(each) for each in mailbox.own_lists)
        return cls(frozenset(p.address for p in people), mailbox.own_addresses, mailbox.kind == "gmail", lists)

    def wrote(self, row: MessageRow) -> bool:
        """Gmail's SENT beats the sender line, which anybody can forge; a mailbox file has only the sender line."""
        if self._is_form(row):
            return False
        if "SENT" in row.labels or row.sender in self.people:
            return True
        if row.sender in self.own | self.lists and not self.people.isdisjoint(_behind(row)):
            return True
        return not self.labelled and row.sender in self.own

    def author(self, row: MessageRow) -> str | None:
        """Who of the team wrote it, or None: the author is then "the team", never guessed."""
        behind = _behind(row) if row.sender in self.own | self.lists else [row.headers.get("sender_header", "")]
        return next((address for address in (*behind, row.sender) if address in self.people), None)

    def outsiders(self, addresses: Iterable[str]) -> list[str]:
        inside = self.people | self.own | self.lists
        return [address for address in addresses if address not in inside]

    def _is_form(self, row: MessageRow) -> bool:
        """A form on the team's own site sends through the mailbox to itself, and has its customer in Reply-To."""
        if row.sender not in self.own or not row.recipients or self.outsiders(row.recipients):
            return False
        return bool(self.outsiders([customer_of(row)]))


def _behind(row: MessageRow) -> list[str]:
    """Who wrote under an address of ours: a delegate, somebody who sends as us from elsewhere, a member through a group."""
    return [str(row.headers.get("sender_header", "")), customer_of(row)]


def _posting_address(own_list: str) -> str:
    """Where one writes to a list: its id is the same with a dot for the at sign (RFC 2919)."""
    return own_list.lower() if "@" in own_list else own_list.lower().replace(".", "@", 1)


_MESSAGE = "msg:"


def source(row: MessageRow) -> str:
    """How events name this message."""
    return source_of(row.gmail_id)


def source_of(gmail_id: str) -> str:
    return f"{_MESSAGE}{gmail_id}"


def message_of(source: str) -> str:
    """The message an event is named after; "" where it is none."""
    return source.removeprefix(_MESSAGE) if source.startswith(_MESSAGE) else ""


def customer_of(row: MessageRow) -> str:
    """The customer behind a message: forms and groups name them in Reply-To or X-Original-Sender."""
    return str(row.headers.get("requester_hint") or row.sender)


def name_in(row: MessageRow) -> str:
    """How its sender is called: by name or address; "" where both were erased."""
    return row.sender_name or ("" if is_token(row.sender) else row.sender)


def event(
    row: MessageRow, staff: Staff, bounced: Mapping[str, str], *, restored_at: datetime | None = None
) -> Event | None:
    """What a message means for the timeline; None for mail in Spam or Trash and for our own.

    `bounced` maps a Message-ID to the source of the event it made. A message first seen in Spam counts from `restored_at`.
    """
    if row.labels & AWAY or row.kind == "ours":
        return None
    at = restored_at or row.internal_at
    if row.kind == "bounce":
        data: dict[str, Any] = {
            "of": bounced.get(str(row.headers.get("bounced_id", ""))),
            "to": [participant(address) for address in row.headers.get("bounced_to", ())],
        }
        return Event(Kind.BOUNCED, at, source(row), data=data)
    if row.kind != "human":
        return Event(Kind.MACHINE_WROTE, at, source(row), data={"what": row.kind})
    if staff.wrote(row):
        to = [participant(address) for address in staff.outsiders(row.recipients)]
        return Event(Kind.STAFF_WROTE, at, source(row), actor=staff.author(row), data={"to": to})
    data = {"who": participant(customer_of(row))}
    if also := [participant(each) for each in staff.outsiders(row.headers.get("reply_to", ()))]:
        # Where answers are wanted is where they go; one that went there reached the customer.
        data["also"] = also
    if row.headers.get("thanks"):
        data["thanks"] = True
    return Event(Kind.CUSTOMER_WROTE, at, source(row), data=data)


def makes_a_ticket(rows: Sequence[MessageRow], events: Iterable[Event]) -> bool:
    """A person outside wrote, or staff wrote to one; never a thread that one of our own mails began."""
    if rows and rows[0].kind == "ours":
        return False
    return any(
        event.kind is Kind.CUSTOMER_WROTE or (event.kind is Kind.STAFF_WROTE and event.data.get("to"))
        for event in events
    )


def header(rows: Sequence[MessageRow], staff: Staff) -> dict[str, str]:
    """Subject and requester of a thread: of its first human message from outside, else whom staff wrote to first.

    Of messages that still have their text, where there are any: what came after the others were erased says who it is.
    """
    human = with_text_first([row for row in rows if row.kind == "human"])
    first = next((row for row in human if not staff.wrote(row)), None)
    if first is not None:
        address = customer_of(first)
        name = first.sender_name if address == first.sender else str(first.headers.get("requester_name", ""))
        return {"subject": human[0].subject, "requester": address, "requester_name": _called(name, address)}
    opening = human[0] if human else rows[0]
    address = next(iter(staff.outsiders(opening.recipients)), "")
    return {"subject": opening.subject, "requester": address, "requester_name": _called("", address)}


def with_text_first(rows: Sequence[MessageRow]) -> list[MessageRow]:
    """In their order, but those whose text was erased after all others."""
    return sorted(rows, key=lambda row: row.erased_at is not None)


def _called(name: str, address: str) -> str:
    """Whoever has no name goes by the address; a token is no name."""
    return name or ("" if is_token(address) else address)
