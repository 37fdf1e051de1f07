"""Disconnecting a mailbox: what we put into Gmail is taken out again, the permission given back, and what we keep erased.

Each step is written down when it is done, so that a call that was broken off, or that Google did not answer, is simply repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from inboxsla.config.program import typed
from inboxsla.errors import AccessLost, Gone, Refused, TryLater
from inboxsla.gmail import accounts
from inboxsla.gmail.credentials import Secret, ServiceSecret
from inboxsla.gmail.port import Mailbox
from inboxsla.services import access, retiring, watching
from inboxsla.services.ports import Ports
from inboxsla.storage import credentials, mailboxes, messages, records, tickets
from inboxsla.storage.credentials import CredentialRow
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.schema import tickets as t

_WHY = "the mailbox was disconnected"


@dataclass(slots=True)
class Receipt:
    """What was done, a sentence each. `is_done` is False where something is left; the last line then says what to do."""

    address: str
    lines: list[str] = field(default_factory=list)
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Goes:
    """What a disconnecting would touch. `is_connected` is False for a mailbox that left the configuration."""

    address: str
    tickets: int
    labelled: int
    is_connected: bool


def goes(ports: Ports, address: str) -> Goes:
    """Raises Refused for a mailbox that is neither connected nor set aside."""
    box, row = _found(ports, address)
    if row is None:
        return Goes(address, retiring.tickets_to_forget(ports, address), 0, is_connected=False)
    with ports.db.read() as conn:
        kept = tickets.count(conn, t.c.mailbox_id == box.id)
        labelled = messages.threads_with_labels(conn, box.id, _our_labels(box))
    return Goes(address, kept, len(labelled), is_connected=True)


def disconnect(
    ports: Ports,
    address: str,
    actor: str,
    *,
    keep: bool = False,
    moved: Callable[[int], None] = lambda more: None,
    waits: Callable[[timedelta], bool] = lambda wait: False,
    again: str = "",
) -> Receipt:
    """Disconnect a mailbox. With `keep` its tickets stay here, apart, until it is disconnected once more.

    `moved` hears of every thread whose labels are off, and may raise TryLater where there is no time for more of them. `waits` is
    asked when Google wants us to wait: it does, or says False. `again` says how to go on, for whoever has no command line.
    Raises Refused for a mailbox that is neither connected nor set aside.
    """
    box, row = _found(ports, address)
    receipt = Receipt(address)
    if row is None:
        kept = retiring.tickets_to_forget(ports, address)
        if keep:
            raise Refused(f"{address} is not connected any more, and what it brought is kept already.")
        retiring.forget(ports, address, actor)
        receipt.lines.append(_deleted(address, kept))
        receipt.is_done = True
        return receipt
    _quieten(ports, box, actor, receipt)
    try:
        secret = access.taken_out(ports.settings, row, address).secret
    except (AccessLost, Refused):
        secret = None
    try:
        _out_of_gmail(ports, box, receipt, moved, waits, is_open=secret is not None)
        _given_back(ports, secret, receipt)
    except TryLater as later:
        on = again or f"Call this again: {typed(f'disconnect {address}')}"
        receipt.lines.append(f"{str(later).rstrip('.')}. Nothing is read or sent meanwhile. {on}")
        return receipt
    _gone_here(ports, box, actor, receipt, keep=keep)
    receipt.is_done = True
    return receipt


def _found(ports: Ports, address: str) -> tuple[MailboxRow, CredentialRow | None]:
    with ports.db.read() as conn:
        box = mailboxes.by_address(conn, "gmail", address)
        row = credentials.of_mailbox(conn, box.id) if box is not None else None
    if box is None or (row is None and box.retired_at is None):
        retiring.tickets_to_forget(ports, address)  # says why it cannot be
        raise Refused(f"No mailbox {address} is connected.")
    return box, row


def _quieten(ports: Ports, box: MailboxRow, actor: str, receipt: Receipt) -> None:
    """From here on nothing is read, labelled or mailed, whatever else succeeds."""
    if box.retired_at is None:
        with ports.db.write() as conn:
            dropped = retiring.set_aside(conn, box, ports.now(), actor, _WHY)
        receipt.lines.append(f"It is not read any more; {dropped:,} owed reminders and changes were cancelled.")


def _out_of_gmail(
    ports: Ports,
    box: MailboxRow,
    receipt: Receipt,
    moved: Callable[[int], None],
    waits: Callable[[timedelta], bool],
    *,
    is_open: bool,
) -> None:
    """Our labels off every thread we know to carry one. Raises TryLater, with how many are left in the receipt."""
    ours = _our_labels(box)
    with ports.db.read() as conn:
        waiting = messages.threads_with_labels(conn, box.id, ours)
    done = 0
    try:
        if not is_open:
            raise AccessLost("the key that seals the permission is gone")
        gmail = ports.mailbox(box.address)
        watching.stop(ports, box.id)
        for thread_id in waiting:
            _patiently(gmail, thread_id, ours, waits)
            with ports.db.write() as conn:
                messages.forget_labels(conn, box.id, thread_id, ours)
            done += 1
            moved(1)
    except AccessLost:
        if done < len(waiting):
            receipt.lines.append(
                f"We are not let in any more, so our labels stay on {_threads(len(waiting) - done)}; "
                "deleting the SLA labels in Gmail takes them off."
            )
        return
    except TryLater:
        receipt.lines.append(f"Our labels are off {_threads(done)}; {_threads(len(waiting) - done)} are left.")
        raise
    receipt.lines.append(f"Our labels are off {_threads(done)}. The empty SLA labels stay in Gmail's list.")


def _patiently(gmail: Mailbox, thread_id: str, ours: frozenset[str], waits: Callable[[timedelta], bool]) -> None:
    while True:
        try:
            gmail.modify_thread(thread_id, (), sorted(ours))
        except (Gone, Refused):
            return  # the thread or a label was deleted, and our label with it
        except TryLater as later:
            if not waits(later.wait):
                raise
        else:
            return


def _given_back(ports: Ports, secret: Secret | None, receipt: Receipt) -> None:
    """Raises TryLater; the permission is then still kept here, so that it can be given back later."""
    if secret is None:
        receipt.lines.append(
            "The permission cannot be unsealed here; remove InboxSLA at https://myaccount.google.com/connections"
        )
        return
    if isinstance(secret, ServiceSecret):
        receipt.lines.append(
            f"The key of {secret.client_email} still opens every mailbox of the organisation. Delete it in Google Cloud, and its "
            "domain-wide delegation in the Workspace admin console."
        )
    elif accounts.revoke(secret, ports.settings.google.revoke_uri):
        receipt.lines.append("The permission was taken back at Google.")
    else:
        receipt.lines.append("Google knew the permission no more.")


def _gone_here(ports: Ports, box: MailboxRow, actor: str, receipt: Receipt, *, keep: bool) -> None:
    with ports.db.write() as conn:
        kept = tickets.count(conn, t.c.mailbox_id == box.id)
        credentials.delete_of(conn, box.id)
        if not keep:
            mailboxes.delete(conn, box.id)
        receipt.lines.append(
            f"What opened it is deleted; {_tickets(kept)} {'stays' if kept == 1 else 'stay'} here, apart. `{typed(f'disconnect {box.address}')}` deletes them."
            if keep
            else _deleted(box.address, kept)
        )
        if any(each.address == box.address for each in ports.settings.mailboxes):
            receipt.lines.append(
                f"config.toml still names {box.address}: take it out there, or it comes back, not connected."
            )
        records.log(conn, actor, f"mailbox {box.address} disconnected", ports.now(), {"tickets": kept}, receipt.lines)


def _our_labels(box: MailboxRow) -> frozenset[str]:
    return frozenset(box.label_ids.values())


def _deleted(address: str, kept: int) -> str:
    return f"{address} is deleted, with {_tickets(kept)}."


def _tickets(number: int) -> str:
    return "1 ticket" if number == 1 else f"{number:,} tickets"


def _threads(number: int) -> str:
    return "1 thread" if number == 1 else f"{number:,} threads"
