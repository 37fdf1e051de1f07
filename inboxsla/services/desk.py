"""What an agent may do with a ticket. Every face (card, page, mail link, label command, API) calls these verbs and no other.

Each records what was done as an event, lets the rules choose the policy anew where that may depend on it, and settles the
ticket, in one transaction. `by` is a staff address, or None for somebody in the mailbox, whom Gmail does not name. `source`
names what was asked where the same thing may be asked again: it is then done once. With `seen`, the number of the newest event
that was known, nothing is done over the head of somebody who was faster. All raise Missing for a ticket that does not exist
and Refused, with what to do instead, for what cannot be done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from inboxsla.domain.policy import PRIORITIES
from inboxsla.domain.ticket_view import PRIORITY_WORDS, STATUS_WORDS
from inboxsla.domain.timeline import Event, Kind, Status
from inboxsla.errors import Refused
from inboxsla.services.doing import Done, Faster, Moment, Unclear, do, event_of, is_muted
from inboxsla.services.ports import Ports
from inboxsla.storage import people
from inboxsla.storage.tickets import TicketRow

__all__ = ["Done", "Faster", "Unclear"]

LONGEST_TAG = 60
MOST_TAGS = 30
LONGEST_REASON = 200
_NOT_A_TICKET = "This thread is marked as not a ticket. Make it a ticket first."


def take(ports: Ports, ticket_id: int, by: str, *, source: str | None = None, seen: int | None = None) -> Done:
    """The ticket is theirs from now on."""
    return hand_over(ports, ticket_id, by, by, source=source, seen=seen)


def hand_over(
    ports: Ports, ticket_id: int, to: str, by: str | None, *, source: str | None = None, seen: int | None = None
) -> Done:
    """The ticket goes to `to`, who must be on the mailbox's people list."""

    def tells(moment: Moment) -> Event:
        listed = {person.address: person.name for person in people.of_mailbox(moment.conn, moment.mailbox.id)}
        if to not in listed:
            raise Unclear("to", f"{to} is not on the people list of {moment.mailbox.address}. Choose somebody who is.")
        if moment.ticket.owner == to:
            raise Refused("It is yours already." if to == by else f"{listed[to] or to} owns it already.")
        why = "took it" if to == by else "handed over by a colleague" if by else "by somebody in the mailbox"
        return event_of(moment, Kind.ASSIGNED, by, owner=to, why=why)

    return do(ports, ticket_id, by, tells, source=source, seen=seen)


def set_priority(
    ports: Ports, ticket_id: int, priority: str, by: str | None, *, source: str | None = None, seen: int | None = None
) -> Done:
    """Give the ticket another priority; its running timers are read anew from their start."""
    if priority not in PRIORITIES:
        raise Unclear("priority", f"“{priority}” is not a priority. Write {', '.join(PRIORITIES)}.")

    def tells(moment: Moment) -> Event:
        if moment.ticket.priority == priority:
            raise Refused(f"Its priority is {PRIORITY_WORDS[priority].lower()} already.")
        return event_of(moment, Kind.PRIORITY_SET, by, priority=priority)

    return do(ports, ticket_id, by, tells, source=source, seen=seen)


def tag(
    ports: Ports,
    ticket_id: int,
    by: str | None,
    *,
    add: Collection[str] = (),
    remove: Collection[str] = (),
    source: str | None = None,
) -> Done:
    """Put tags on and take tags off; the rules may choose another policy because of it."""
    written = _tags(add)
    data = {"add": sorted(written), "remove": sorted({one.strip() for one in remove} - written)}
    if not any(data.values()):
        raise Unclear("tags", "No tag is named. Name one to add or to take off.")
    return do(ports, ticket_id, by, lambda moment: event_of(moment, Kind.TAGGED, by, **data), source=source)


def retag(ports: Ports, ticket_id: int, by: str | None, wanted: Collection[str], *, source: str | None = None) -> Done:
    """These are its tags from now on: what is missing is put on, what is too much taken off."""
    written = _tags(wanted)

    def tells(moment: Moment) -> Event:
        had = set(moment.ticket.tags)
        if written == had:
            raise Refused("It has these tags already.")
        return event_of(moment, Kind.TAGGED, by, add=sorted(written - had), remove=sorted(had - written))

    return do(ports, ticket_id, by, tells, source=source)


def _tags(written: Collection[str]) -> set[str]:
    tags = {one.strip() for one in written}
    if len(tags) > MOST_TAGS:
        raise Unclear("tags", f"A ticket has at most {MOST_TAGS} tags.")
    if any(not one or len(one) > LONGEST_TAG for one in tags):
        raise Unclear("tags", f"A tag has 1 to {LONGEST_TAG} letters.")
    return tags


def hold(
    ports: Ports,
    ticket_id: int,
    by: str | None,
    *,
    reason: str,
    until: datetime,
    keeps_on_reply: bool = False,
    source: str | None = None,
    seen: int | None = None,
) -> Done:
    """Put the ticket on hold until an aware instant. With `keeps_on_reply` a customer's message does not end it.

    The policy may cap how long a ticket is on hold in all; the hold then ends at that instant by itself.
    """
    said = reason_in(reason, "Say why it is on hold, for example “supplier”; others read it beside the timer.")

    def tells(moment: Moment) -> Event:
        must_be_one(moment.ticket)
        if until <= moment.now:
            raise Unclear("until", "A hold ends in the future. Choose a later date.")
        data = {"reason": said, "until": until.isoformat(), "keeps_on_reply": keeps_on_reply}
        return event_of(moment, Kind.STATUS_SET, by, status=Status.ON_HOLD.value, **data)

    return do(ports, ticket_id, by, tells, source=source, seen=seen)


def set_status(
    ports: Ports, ticket_id: int, status: Status, by: str | None, *, source: str | None = None, seen: int | None = None
) -> Done:
    """Open, waiting on customer, solved, closed or not a ticket. A hold needs a reason and a date: see `hold`."""
    if status is Status.ON_HOLD:
        raise Refused("A hold needs a reason and a date.")

    def tells(moment: Moment) -> Event:
        if moment.ticket.status == status:
            raise Refused(f"Its status is “{STATUS_WORDS[status]}” already.")
        if status is not Status.OPEN:
            must_be_one(moment.ticket)
        return event_of(moment, Kind.STATUS_SET, by, status=status.value)

    return do(ports, ticket_id, by, tells, source=source, seen=seen)


def escalate(ports: Ports, ticket_id: int, by: str | None, *, words: str = "", source: str | None = None) -> Done:
    """Tell the owner and the lead now, in the words given. Nothing else about the ticket changes."""
    said = words.strip()
    if len(said) > LONGEST_REASON:
        raise Unclear("words", f"Say it in {LONGEST_REASON} letters; a note has room for more.")

    def tells(moment: Moment) -> Event:
        must_be_one(moment.ticket)
        return event_of(moment, Kind.ESCALATED, by, **({"why": said} if said else {}))

    return do(ports, ticket_id, by, tells, source=source)


def mute(ports: Ports, ticket_id: int, by: str, *, source: str | None = None) -> Done:
    """`by` gets no reminder of it any more, until the customer or somebody else does something; leads get theirs."""

    def tells(moment: Moment) -> Event:
        if moment.ticket.owner != by or Status(moment.ticket.status).is_over:
            raise Refused("Only the owner of an open ticket is reminded of it, so there is nothing to mute.")
        if is_muted(moment.known, by):
            raise Refused("You get no reminder of it already, until the customer or somebody else does something.")
        return event_of(moment, Kind.MUTED, by)

    return do(ports, ticket_id, by, tells, source=source)


def could_not(ports: Ports, ticket_id: int, what: str, why: str, *, source: str) -> Done:
    """What somebody asked for by the label `what` is not done: noted with the reason, and told to whoever owns the ticket."""
    data = {"where": "label", "what": what, "why": why}
    return do(ports, ticket_id, None, lambda moment: event_of(moment, Kind.NOTED, None, **data), source=source)


def must_be_one(ticket: TicketRow) -> None:
    """Raises Refused for a thread that is marked as not a ticket."""
    if ticket.status == Status.NOT_A_TICKET:
        raise Refused(_NOT_A_TICKET)


def reason_in(written: str, missing: str) -> str:
    """A reason as others will read it; raises Unclear at "reason", where there is none in the words of `missing`."""
    said = written.strip()
    if not said:
        raise Unclear("reason", missing)
    if len(said) > LONGEST_REASON:
        raise Unclear("reason", f"Say it in {LONGEST_REASON} letters; a note has room for more.")
    return said
