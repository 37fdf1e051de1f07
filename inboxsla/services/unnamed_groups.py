"""Groups of the team's own domain that its settings do not name: their mail counts as bulk mail, which admins are told.

Whoever writes from outside may claim any group, so all of a mailbox are one alarm, which names those that mail came through
most: what is made up for one mail does not hide the group that customers use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.notify.plain import cut
from inboxsla.services.correspondence import customer_of
from inboxsla.storage import messages, records
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

# Of so many mails that came last, bulk or not, in whichever mailbox, groups are counted.
_LOOKED_BACK = 200
_NAMED, _LONGEST = 3, 100


def tell(conn: Connection, mailbox: MailboxRow, fresh: Iterable[MessageRow], now: datetime) -> None:
    """Customers' mail must not vanish because a setting is missing. `fresh` are kept already."""
    if not any(_unnamed(row, mailbox) for row in fresh):
        return
    came = Counter(filter(None, (_unnamed(row, mailbox) for row in messages.bulk(conn, mailbox.id, _LOOKED_BACK))))
    records.alarm(
        conn,
        f"group/{mailbox.id}",
        _words(mailbox.address, [group for group, _ in came.most_common()]),
        now,
        mailbox.id,
    )


def _words(address: str, groups: Sequence[str]) -> str:
    named = [cut(group, _LONGEST) for group in groups[:_NAMED]]
    if len(groups) == 1:
        return (
            f"Mail from outside came to {address} through your group {named[0]} and was taken for bulk mail, so it made no ticket. "
            f"If customers write there, name {named[0]} in own_lists of this mailbox."
        )
    others = " and others" if len(groups) > len(named) else ""
    return (
        f"Mail from outside came to {address} through groups of yours ({', '.join(named)}{others}) and was taken for bulk mail, so "
        "it made no ticket. If customers write to one of them, name it in own_lists of this mailbox; those that you do not have "
        "were made up by whoever wrote."
    )


def _unnamed(row: MessageRow, mailbox: MailboxRow) -> str:
    """The id of a group of the team's own domain through which somebody outside wrote, unless it is named by now; else ""."""
    domain, group = mailbox.address.partition("@")[2], str(row.headers.get("list_id", ""))
    if row.kind != "bulk" or not group.endswith(f".{domain}") or customer_of(row).endswith(f"@{domain}"):
        return ""
    named = (each.lower().replace("@", ".", 1) for each in mailbox.own_lists)
    return "" if any(group == each or group.endswith(f".{each}") for each in named) else group
