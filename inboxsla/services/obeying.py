"""Do what people asked for by putting a label on a thread, through the same verbs as every other face; once each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.hold_ends import next_day, two_business_days
from inboxsla.domain.label_style import LabelStyle
from inboxsla.domain.timeline import Status
from inboxsla.errors import NoWorkingTime, Refused
from inboxsla.gmail import labels
from inboxsla.services import desk, our_labels
from inboxsla.services.apart import set_apart
from inboxsla.services.ports import Ports
from inboxsla.storage import label_commands, mailboxes, people, policies, records, tickets
from inboxsla.storage.label_commands import LabelCommand
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

log = structlog.get_logger()

_NOT_A_TICKET = "this thread is marked as not a ticket. Put “{reopen}” on it first."


def obey(ports: Ports, mailbox_id: int) -> int:
    """Do everything asked for by label in a mailbox, thread by thread, in the documented order. Returns how much that was.

    What cannot be done is noted on the ticket and told to its owner; the label comes off all the same.
    """
    with ports.db.read() as conn:
        mailbox = mailboxes.get(conn, mailbox_id)
        waiting = label_commands.in_state(conn, mailbox_id, "asked") if mailbox.is_live else []
    # The digit in the name of each is its rank.
    for command in sorted(waiting, key=lambda one: (one.thread_id, one.source)):
        with set_apart(ports, f"command/{command.id}", f"What a label asked for (number {command.id})", mailbox_id):
            _obey_one(ports, mailbox, command)
    return len(waiting)


def _obey_one(ports: Ports, mailbox: MailboxRow, command: LabelCommand) -> None:
    with ports.db.read() as conn:
        ticket = tickets.by_thread(conn, mailbox.id, command.thread_id)
        names = people.names(conn, mailbox.id)
        chosen = our_labels.choices(conn, ports)
    owner = labels.owner_of(command.key)
    label = chosen.style.called(command.key) if owner is None else f"{labels.OWNERS}/{names.get(owner, owner)}"
    if not (chosen.commands if owner is None else chosen.owners):
        log.info("label passed over: switched off", mailbox=mailbox.id)
    elif ticket is None:
        _no_ticket(ports, mailbox, label)
    else:
        try:
            _do(ports, ticket, command, owner, chosen.style)
        except (Refused, NoWorkingTime) as refused:
            desk.could_not(ports, ticket.id, label, str(refused), source=command.source)
    with ports.db.write() as conn:
        label_commands.move(conn, command.id, "clearing" if ticket is None else "done")


def _do(ports: Ports, ticket: TicketRow, command: LabelCommand, owner: str | None, style: LabelStyle) -> None:
    if owner is not None:
        if ticket.owner != owner:
            desk.hand_over(ports, ticket.id, owner, None, source=command.source)
        return
    what = _NAMED[command.key]
    if ticket.status == Status.NOT_A_TICKET and what != "reopen":
        raise Refused(_NOT_A_TICKET.format(reopen=style.called(labels.COMMANDS["reopen"])))
    _VERBS[what](ports, ticket, command.source)


def _critical(ports: Ports, ticket: TicketRow, source: str) -> None:
    if ticket.priority != "critical":
        desk.set_priority(ports, ticket.id, "critical", None, source=source)


def _reopen(ports: Ports, ticket: TicketRow, source: str) -> None:
    if ticket.status != Status.OPEN:
        desk.set_status(ports, ticket.id, Status.OPEN, None, source=source)


def _wait(ports: Ports, ticket: TicketRow, source: str) -> None:
    if ticket.status != Status.WAITING:
        desk.set_status(ports, ticket.id, Status.WAITING, None, source=source)


def _solve(ports: Ports, ticket: TicketRow, source: str) -> None:
    if ticket.status not in (Status.SOLVED, Status.CLOSED):
        desk.set_status(ports, ticket.id, Status.SOLVED, None, source=source)


def _escalate(ports: Ports, ticket: TicketRow, source: str) -> None:
    desk.escalate(ports, ticket.id, None, source=source)


def _hold_until_tomorrow(ports: Ports, ticket: TicketRow, source: str) -> None:
    _hold(ports, ticket, source, "until tomorrow", next_day)


def _hold_two_days(ports: Ports, ticket: TicketRow, source: str) -> None:
    _hold(ports, ticket, source, "two days", two_business_days)


def _hold(
    ports: Ports, ticket: TicketRow, source: str, reason: str, ends: Callable[[BusinessCalendar, datetime], datetime]
) -> None:
    now = ports.now()
    with ports.db.read() as conn:
        policy = policies.get(conn, ticket.policy_now_id or ticket.policy_id).policy
    done = desk.hold(ports, ticket.id, None, reason=reason, until=ends(policy.calendar, now), source=source)
    held = [span for span in done.decision.facts.spans if span.status == Status.ON_HOLD][-1:]
    if any(span.end is not None and span.end >= now for span in held):
        words = "the policy lets a ticket be on hold only so long in all, and that time is used."
        label = our_labels.style(ports).called(_LABELS[reason])
        desk.could_not(ports, ticket.id, label, words, source=f"{source}:over")


def _no_ticket(ports: Ports, mailbox: MailboxRow, label: str) -> None:
    """There is nobody whose ticket it is, and no timeline to note it on: those who look after the mailbox see it."""
    words = f"Somebody put “{label}” on a thread of {mailbox.address} that is no ticket. Nothing was done; the label came off."
    with ports.db.write() as conn:
        records.alarm(conn, f"no-ticket/{mailbox.id}", words, ports.now(), mailbox.id)


_VERBS: dict[str, Callable[[Ports, TicketRow, str], None]] = {
    "critical": _critical,
    "reopen": _reopen,
    "waiting": _wait,
    "hold_until_tomorrow": _hold_until_tomorrow,
    "hold_two_days": _hold_two_days,
    "solve": _solve,
    "escalate": _escalate,
}
_NAMED = {label: what for what, label in labels.COMMANDS.items()}
_LABELS = {"until tomorrow": labels.COMMANDS["hold_until_tomorrow"], "two days": labels.COMMANDS["hold_two_days"]}
