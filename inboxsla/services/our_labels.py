"""Which labels in a mailbox are ours, by id: made where they are missing, recognised after a rename, merged where there are two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from inboxsla.errors import Gone, Refused, TryLater
from inboxsla.gmail import labels
from inboxsla.gmail.labels import LabelLook
from inboxsla.gmail.port import Label, Mailbox
from inboxsla.services.ports import Ports
from inboxsla.storage import label_commands, mailboxes, messages, people, records, tickets
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# How often our labels are compared with Gmail's list, in case somebody deleted one that nobody has used since.
CHECK_EVERY = timedelta(hours=24)
# Until then nobody comes only to compare after it failed; whoever has a thread to label tries anyway.
_AGAIN_AFTER = timedelta(minutes=5)
# Gmail forgets its history long before.
_COMMANDS_KEPT = timedelta(days=30)
_NAMES_TRIED = 5


def ids_of(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, *, anew: bool = False) -> dict[str, str]:
    """Our label keys to Gmail's ids, as remembered; compared with Gmail's list once a day, where one is missing, or `anew`."""
    with ports.db.read() as conn:
        wanted = wanted_looks(conn, ports, mailbox)
    checked, now = mailbox.labels_checked_at, ports.now()
    if anew or checked is None or now - checked >= CHECK_EVERY or any(x.key not in mailbox.label_ids for x in wanted):
        try:
            return _compare(ports, gmail, mailbox, wanted)
        except (TryLater, Refused):
            with ports.db.write() as conn:
                mailboxes.change(conn, mailbox.id, labels_checked_at=now - CHECK_EVERY + _AGAIN_AFTER)
            raise
    return dict(mailbox.label_ids)


def wanted_looks(conn: Connection, ports: Ports, mailbox: MailboxRow) -> tuple[LabelLook, ...]:
    """Every label this mailbox should have, folders first."""
    chosen = ports.settings.labels
    found = [*labels.looks()]
    if chosen.commands:
        found += labels.command_looks()
    if chosen.owners:
        found += labels.owner_looks({person.address: person.name for person in people.of_mailbox(conn, mailbox.id)})
    return tuple({look.key: look for look in found}.values())


def alarm_key(mailbox_id: int) -> str:
    """The key of the alarm that Gmail refuses our labels."""
    return f"labels/{mailbox_id}"


def recognise(conn: Connection, ports: Ports, mailbox: MailboxRow, listed: Sequence[Label]) -> None:
    """Take note of a label that somebody made in place of one of ours which is gone, without making any."""
    found, _ = labels.known_ids(listed, wanted_looks(conn, ports, mailbox), mailbox.label_ids)
    # What is missing from the list may have been made since Gmail was asked.
    ids = {**mailbox.label_ids, **found}
    if ids != mailbox.label_ids:
        _remember(conn, mailbox, ids)


def let_owners_go(conn: Connection, mailbox: MailboxRow) -> None:
    """Owner labels are not wanted any more: those on threads are due to come off, and once none is left they are forgotten."""
    owners = {key: label_id for key, label_id in mailbox.label_ids.items() if labels.owner_of(key) is not None}
    if not owners:
        return
    carrying = messages.threads_with_labels(conn, mailbox.id, owners.values())
    tickets.labels_due_on(conn, mailbox.id, carrying)
    if not carrying:
        kept = {key: label_id for key, label_id in mailbox.label_ids.items() if key not in owners}
        mailboxes.change(conn, mailbox.id, label_ids=kept)


def _compare(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, wanted: Sequence[LabelLook]) -> dict[str, str]:
    ids, copies = labels.known_ids(gmail.labels(), wanted, mailbox.label_ids)
    for look in wanted:
        if look.key not in ids:
            made = _made(ports, gmail, mailbox, look, ids)
            if made is not None:
                ids[look.key] = made
    for copy in copies:
        try:
            gmail.delete_label(copy)
        except Gone:
            log.info("copy of a label gone already", mailbox=mailbox.id)
    now = ports.now()
    with ports.db.write() as conn:
        _remember(conn, mailboxes.lock(conn, mailbox.id), ids)
        mailboxes.change(conn, mailbox.id, labels_checked_at=now)
        label_commands.forget_before(conn, mailbox.id, now - _COMMANDS_KEPT)
        if copies:
            tickets.labels_due(conn, mailbox.id)
    return ids


def _remember(conn: Connection, mailbox: MailboxRow, ids: Mapping[str, str]) -> None:
    """A label that is another now has to go on every thread again."""
    before = mailbox.label_ids
    mailboxes.change(conn, mailbox.id, label_ids=dict(ids))
    if any(ids.get(key) != label_id for key, label_id in before.items()):
        tickets.labels_due(conn, mailbox.id)


def _made(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, look: LabelLook, ids: Mapping[str, str]) -> str | None:
    """The id of a new label; None if it is one person's and Gmail takes neither name nor address. Raises Refused for others."""
    try:
        return _create(gmail, look, ids)
    except Refused:
        if labels.owner_of(look.key) is None:
            raise
    try:
        return _create(gmail, labels.plain_owner_look(look), ids)
    except Refused as refused:
        words = f"Gmail refuses the label {look.name} of {mailbox.address}: {refused}"
        with ports.db.write() as conn:
            records.alarm(conn, f"{alarm_key(mailbox.id)}/{look.key}"[:200], words, ports.now(), mailbox.id)
        return None


def _create(gmail: Mailbox, look: LabelLook, ids: Mapping[str, str]) -> str:
    """Where another label of ours was renamed to this very name, it keeps it, and this one is numbered."""
    for number in range(1, _NAMES_TRIED + 1):
        name = look.name if number == 1 else f"{look.name} {number}"
        made = gmail.create_label(name, look.background, look.text)
        if made.id not in ids.values():
            return made.id
    raise Refused(f"other labels of InboxSLA have taken the name {look.name}. Rename them in Gmail.")
