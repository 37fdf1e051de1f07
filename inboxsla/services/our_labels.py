"""Which labels in a mailbox are ours, by id: made where they are missing, recognised after a rename, merged where there are two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from inboxsla.config.document.house import Labels
from inboxsla.domain.label_style import LabelStyle
from inboxsla.errors import Gone, Refused, TryLater
from inboxsla.gmail import labels
from inboxsla.gmail.labels import LabelLook
from inboxsla.gmail.port import Label, Mailbox
from inboxsla.services import in_force
from inboxsla.services.ports import Ports
from inboxsla.storage import label_commands, label_work, mailboxes, messages, people, records
from inboxsla.storage.mailboxes import MailboxRow

# Name, background, text.
Look = tuple[str, str, str]
log = structlog.get_logger()

# How often our labels are compared with Gmail's list, in case somebody deleted one that nobody has used since.
CHECK_EVERY = timedelta(hours=24)
# Until then nobody comes only to compare after it failed; whoever has a thread to label tries anyway.
_AGAIN_AFTER = timedelta(minutes=5)
# Gmail forgets its history long before.
_COMMANDS_KEPT = timedelta(days=30)
_NAMES_TRIED = 5
# What a label is called for the moment in which another takes its name.
_ON_ITS_WAY = "(renamed)"


def ids_of(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, *, anew: bool = False) -> dict[str, str]:
    """Our label keys to Gmail's ids, as remembered; compared with Gmail's list once a day, where one is missing, or `anew`."""
    with ports.db.read() as conn:
        wanted = wanted_looks(conn, ports, mailbox)
    now = ports.now()
    if anew or is_check_due(mailbox, now) or any(x.key not in mailbox.label_ids for x in wanted):
        try:
            return _compare(ports, gmail, mailbox, wanted)
        except (TryLater, Refused):
            with ports.db.write() as conn:
                mailboxes.change(conn, mailbox.id, labels_checked_at=now - CHECK_EVERY + _AGAIN_AFTER)
            raise
    return dict(mailbox.label_ids)


def is_check_due(mailbox: MailboxRow, now: datetime) -> bool:
    """Whether they were not compared with Gmail's list for long, or something has changed since."""
    checked = mailbox.labels_checked_at
    return checked is None or now - checked >= CHECK_EVERY


def wanted_looks(conn: Connection, ports: Ports, mailbox: MailboxRow) -> tuple[LabelLook, ...]:
    """Every label this mailbox should have, folders first."""
    chosen = choices(conn, ports)
    found = [*labels.looks(chosen.style)]
    if chosen.commands:
        found += labels.command_looks(chosen.style)
    if chosen.owners:
        found += labels.owner_looks({person.address: person.name for person in people.of_mailbox(conn, mailbox.id)})
    return tuple({look.key: look for look in found}.values())


def choices(conn: Connection, ports: Ports) -> Labels:
    """Which labels there are, and how they look, by the configuration in force."""
    return in_force.in_force(conn, ports.settings).document.labels


def style(ports: Ports) -> LabelStyle:
    """How they look, for whoever has no connection."""
    with ports.db.read() as conn:
        return choices(conn, ports).style


def label_name(chosen: LabelStyle, urgency: str) -> str | None:
    """What the label for an urgency is called; None for "none"."""
    return None if urgency == "none" else chosen.name(urgency)


def chosen_anew(conn: Connection, before: Labels, after: Labels) -> None:
    """The configuration says something else of labels, in the transaction that saves it: every live mailbox follows."""
    if before == after:
        return
    for box in (each for each in mailboxes.every(conn) if each.is_live and each.retired_at is None):
        mailboxes.change(conn, box.id, labels_checked_at=None)
        if before.owners and not after.owners:
            let_owners_go(conn, box)
        elif after.owners and not before.owners:
            label_work.labels_due(conn, box.id)


def alarm_key(mailbox_id: int) -> str:
    """The key of the alarm that Gmail refuses our labels."""
    return f"labels/{mailbox_id}"


def recognise(conn: Connection, ports: Ports, mailbox: MailboxRow, listed: Sequence[Label]) -> None:
    """Take note of a label that somebody made in place of one of ours which is gone, without making any."""
    wanted = wanted_looks(conn, ports, mailbox)
    found, _ = labels.known_ids(listed, wanted, mailbox.label_ids)
    # What is missing from the list may have been made since Gmail was asked.
    ids = {**mailbox.label_ids, **found}
    if ids != mailbox.label_ids:
        _remember(conn, mailbox, ids, _looks_of_new(mailbox, ids, wanted))


def let_owners_go(conn: Connection, mailbox: MailboxRow) -> None:
    """Owner labels are not wanted any more: those on threads are due to come off, and once none is left they are forgotten."""
    owners = {key: label_id for key, label_id in mailbox.label_ids.items() if labels.owner_of(key) is not None}
    if not owners:
        return
    carrying = messages.threads_with_labels(conn, mailbox.id, owners.values())
    label_work.labels_due_on(conn, mailbox.id, carrying)
    if not carrying:
        kept = {key: label_id for key, label_id in mailbox.label_ids.items() if key not in owners}
        mailboxes.remember_labels(conn, mailbox.id, kept, mailbox.label_looks)


def _compare(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, wanted: Sequence[LabelLook]) -> dict[str, str]:
    ids, copies = labels.known_ids(gmail.labels(), wanted, mailbox.label_ids)
    looks = _changed(ports, gmail, mailbox, wanted, ids)
    for look in wanted:
        if look.key not in ids:
            made = _made(ports, gmail, mailbox, look, ids)
            if made is not None:
                ids[look.key] = made
    looks |= _looks_of_new(mailbox, ids, wanted)
    for copy in copies:
        try:
            gmail.delete_label(copy)
        except Gone:
            log.info("copy of a label gone already", mailbox=mailbox.id)
    now = ports.now()
    with ports.db.write() as conn:
        _remember(conn, mailboxes.lock(conn, mailbox.id), ids, looks)
        mailboxes.change(conn, mailbox.id, labels_checked_at=now)
        label_commands.forget_before(conn, mailbox.id, now - _COMMANDS_KEPT)
        if copies:
            label_work.labels_due(conn, mailbox.id)
    return ids


def _looks_of_new(mailbox: MailboxRow, ids: Mapping[str, str], wanted: Sequence[LabelLook]) -> dict[str, Look]:
    """Of labels that are another now than before, whether made or found: from here on they look as they should."""
    return {look.key: _look(look) for look in wanted if ids.get(look.key) != mailbox.label_ids.get(look.key)}


def _changed(
    ports: Ports, gmail: Mailbox, mailbox: MailboxRow, wanted: Sequence[LabelLook], ids: Mapping[str, str]
) -> dict[str, Look]:
    """Give labels the name and colours that the configuration says now. What people changed in Gmail meanwhile stays."""
    usual = {look.key: _look(look) for look in (*labels.looks(), *labels.command_looks())}
    done = dict(mailbox.label_looks)
    due: list[tuple[LabelLook, Look]] = []
    for look in wanted:
        before = done.get(look.key) or usual.get(look.key)
        is_same_label = look.key in ids and ids[look.key] == mailbox.label_ids.get(look.key)
        if is_same_label and before is not None and before != _look(look):
            due.append((look, before))
    coming = {look.name.casefold(): look.key for look, _before in due}
    for look, before in due:
        if coming.get(before[0].casefold(), look.key) != look.key:
            # Another of ours is to have this very name: this one makes room first.
            _renamed(ports, gmail, mailbox, ids[look.key], look, f"{before[0]} {_ON_ITS_WAY}")
    for look, before in due:
        label_id, (name, *colours) = ids[look.key], _look(look)
        if name == before[0] or _renamed(ports, gmail, mailbox, label_id, look, name):
            if colours != list(before[1:]):
                _coloured(gmail, label_id, look)
            done[look.key] = _look(look)
    return done


def _renamed(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, label_id: str, look: LabelLook, name: str) -> bool:
    """Whether Gmail took the name; if it did not, an alarm says so, and it is tried again in a day."""
    key = f"{alarm_key(mailbox.id)}/{look.key}"[:200]
    try:
        gmail.change_label(label_id, name, None)
    except Gone:
        # Somebody deleted it a moment ago: the next comparison makes it anew.
        return False
    except Refused as refused:
        words = (
            f"A label in {mailbox.address} is to be called {name}, and Gmail does not take that name: {refused}. It keeps the one "
            "it has. Rename the other label in Gmail, or choose another name under Labels."
        )
        with ports.db.write() as conn:
            records.alarm(conn, key, words, ports.now(), mailbox.id)
        return False
    with ports.db.write() as conn:
        records.clear_alarm(conn, key)
    return True


def _coloured(gmail: Mailbox, label_id: str, look: LabelLook) -> None:
    try:
        gmail.change_label(label_id, None, (look.background, look.text))
    except (Gone, Refused) as refused:
        # Gmail's palette changes now and then; the name says the same.
        log.warning("colour of a label not taken", key=look.key, reason=str(refused))


def _look(look: LabelLook) -> Look:
    return look.name, look.background, look.text


def _remember(conn: Connection, mailbox: MailboxRow, ids: Mapping[str, str], looks: Mapping[str, Look]) -> None:
    """A label that is another now has to go on every thread again."""
    before = mailbox.label_ids
    mailboxes.remember_labels(conn, mailbox.id, ids, {**mailbox.label_looks, **looks})
    if any(ids.get(key) != label_id for key, label_id in before.items()):
        label_work.labels_due(conn, mailbox.id)


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
