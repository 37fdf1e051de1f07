"""Labels: the ones Gmail has, the ones people make, and putting them on messages."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Collection, Sequence

from . import mailroom
from .answers import ApiError, invalid, not_found

CATEGORIES = ("CATEGORY_PERSONAL", "CATEGORY_SOCIAL", "CATEGORY_PROMOTIONS", "CATEGORY_UPDATES", "CATEGORY_FORUMS")
SYSTEM = ("CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", *CATEGORIES, "STARRED", "UNREAD")
UNTOUCHABLE = frozenset({"SENT", "DRAFT", "CHAT"})
RESERVED = frozenset(
    {"inbox", "sent", "drafts", "draft", "spam", "trash", "starred", "important", "unread", "chats", "chat", "muted"}
) | {name.casefold() for name in SYSTEM}
_COLOURS = """
    #000000 #434343 #666666 #999999 #cccccc #efefef #f3f3f3 #ffffff #fb4c2f #ffad47 #fad165 #16a766 #43d692 #4a86e8 #a479e2 #f691b3
    #f6c5be #ffe6c7 #fef1d1 #b9e4d0 #c6f3de #c9daf8 #e4d7f5 #fcdee8 #efa093 #ffd6a2 #fce8b3 #89d3b2 #a0eac9 #a4c2f4 #d0bcf1 #fbc8d9
    #e66550 #ffbc6b #fcda83 #44b984 #68dfa9 #6d9eeb #b694e8 #f7a7c0 #cc3a21 #eaa041 #f2c960 #149e60 #3dc789 #3c78d8 #8e63ce #e07798
    #ac2b16 #cf8933 #d5ae49 #0b804b #2a9c68 #285bac #653e9b #b65775 #822111 #a46a21 #aa8831 #076239 #1a764d #1c4587 #41236d #83334c
    #464646 #e7e7e7 #0d3472 #b6cff5 #0d3b44 #98d7e4 #3d188e #e3d7ff #711a36 #fbd3e0 #8a1c0a #f2b2a8 #7a2e0b #ffc8af #7a4706 #ffdeb5
    #594c05 #fbe983 #684e07 #fdedc1 #0b4f30 #b3efd3 #04502e #a2dcc1 #c2c2c2 #4986e7 #2da2bb #b99aff #994a64 #f691b2 #ff7537 #ffad46
    #662e37 #ebdbde #cca6ac #094228 #42d692 #16a765 #757575 #1e53b8 #007286 #7858c3 #c2185b #d93025 #54240e #633e04 #521d28 #202124
    #083018
"""
PALETTE = frozenset(_COLOURS.split())
LONGEST_NAME = 225
AT_ONCE = 100


def checked_name(name: object) -> str:
    """A name Gmail would take. Raises ApiError 400."""
    if not isinstance(name, str) or not name or len(name) > LONGEST_NAME or name.casefold() in RESERVED:
        raise invalid("Invalid label name")
    if name != name.strip() or re.search(r"^/|/$|//| /|/ |\s\s", name):
        raise invalid("Invalid label name")
    return name


def checked_colour(colour: object) -> tuple[str | None, str | None]:
    """(background, text). Raises ApiError 400: both are needed, and both must be in the palette, in lower case."""
    if colour is None:
        return None, None
    if not isinstance(colour, dict) or not {"backgroundColor", "textColor"} <= colour.keys():
        raise invalid("Invalid label color: both textColor and backgroundColor are required")
    for value in (colour["backgroundColor"], colour["textColor"]):
        if value not in PALETTE:
            raise invalid(f"Label color {value} is not on the allowed color palette")
    return colour["backgroundColor"], colour["textColor"]


def refuse_duplicate(conn: sqlite3.Connection, mailbox: str, name: str, besides: str = "") -> None:
    found = conn.execute(
        "SELECT id FROM labels WHERE mailbox = ? AND folded = ?", (mailbox, name.casefold())
    ).fetchone()
    if found and found["id"] != besides:
        raise ApiError(409, "aborted", "Label name exists or conflicts", "ABORTED")


def checked(conn: sqlite3.Connection, mailbox: str, add: object, remove: object) -> tuple[list[str], list[str]]:
    """The label ids of a modify call. Raises ApiError 400 for anything Gmail would not do."""
    lists: list[list[str]] = []
    for given in (add, remove):
        ids = given if given is not None else []
        if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
            raise invalid("Invalid value at 'label_ids'")
        lists.append(list(dict.fromkeys(ids)))
    if any(len(ids) > AT_ONCE for ids in lists):
        raise invalid(f"No more than {AT_ONCE} labels can be added or removed at once")
    if set(lists[0]) & set(lists[1]):
        raise invalid("Cannot both add and remove the same label")
    if not lists[0] and not lists[1]:
        raise invalid("No label add or removes specified")
    for label in (*lists[0], *lists[1]):
        if label in UNTOUCHABLE:
            raise invalid(f"Invalid label: {label}")
        if not conn.execute("SELECT 1 FROM labels WHERE mailbox = ? AND id = ?", (mailbox, label)).fetchone():
            raise invalid("labelId not found")
    return lists[0], lists[1]


def labels_of(conn: sqlite3.Connection, mailbox: str, message_id: str) -> list[str]:
    rows = conn.execute(
        "SELECT label_id FROM message_labels WHERE mailbox = ? AND message_id = ?", (mailbox, message_id)
    )
    return [str(row["label_id"]) for row in rows]


def messages_of(conn: sqlite3.Connection, mailbox: str, thread_id: str) -> list[mailroom.Placed]:
    """Oldest first. Raises ApiError 404 for a thread that is not there."""
    rows = conn.execute(
        "SELECT id FROM messages WHERE mailbox = ? AND thread_id = ? ORDER BY internal_ms, rowid", (mailbox, thread_id)
    ).fetchall()
    if not rows:
        raise not_found()
    return [mailroom.Placed(str(row["id"]), thread_id) for row in rows]


def message_of(conn: sqlite3.Connection, mailbox: str, message_id: str) -> mailroom.Placed:
    row = conn.execute("SELECT thread_id FROM messages WHERE mailbox = ? AND id = ?", (mailbox, message_id)).fetchone()
    if row is None:
        raise not_found()
    return mailroom.Placed(message_id, str(row["thread_id"]))


def relabel(
    conn: sqlite3.Connection,
    mailbox: str,
    messages: Sequence[mailroom.Placed],
    add: Collection[str],
    remove: Collection[str],
    dice: random.Random,
) -> None:
    """Add and remove on every message; drafts are passed over. What changes nothing leaves no history."""
    plans = []
    for message in messages:
        now = set(labels_of(conn, mailbox, message.message_id))
        plus, minus = set(add) - now, set(remove) & now
        if (plus or minus) and "DRAFT" not in now:
            plans.append((message, plus, minus, (now | plus) - minus))
    if not plans:
        return
    at = mailroom.advance(conn, mailbox, dice)
    for message, plus, minus, after in plans:
        pairs = (mailbox, message.message_id)
        conn.executemany("INSERT INTO message_labels VALUES (?,?,?)", [(*pairs, label) for label in plus])
        conn.executemany(
            "DELETE FROM message_labels WHERE mailbox=? AND message_id=? AND label_id=?", [(*pairs, x) for x in minus]
        )
        conn.execute("UPDATE messages SET history_id = ? WHERE mailbox = ? AND id = ?", (at, *pairs))
        for kind, changed in (("labelAdded", plus), ("labelRemoved", minus)):
            if changed:
                mailroom.record(conn, mailbox, at, kind, message, changed=changed, labels=after)
