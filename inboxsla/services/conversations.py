"""Which thread a message of a mailbox file belongs to, whatever the order of the file. Pure: what is known is asked of `Known`.

Gmail's own thread id decides where the file has it. Otherwise a message belongs to the nearest ancestor it names, also to one that
comes later or is missing; but one that is no reply ("Re:") and has a subject of its own begins a thread, as it does in Gmail:
people take an old mail to begin something new. A reply whose ancestors nobody knows joins an earlier message with its subject and
one of its people.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from inboxsla.gmail.message import ParsedMessage, thread_subject
from inboxsla.gmail.quote_words import REPLY_PREFIXES
from inboxsla.storage.kinship import Named, Peer

WITHIN = timedelta(days=30)
# Of an endless References line the root and the nearest ancestors tell most.
_ROOTS, _NEAREST = 3, 20
_PEOPLE = 50
_REPLY = re.compile(
    r"\s*(?:\[[^\[\]]{1,60}\]\s*)*(?:"
    + "|".join(re.escape(word) for word in sorted(REPLY_PREFIXES, key=len, reverse=True))
    + r")\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\d{1,3})?\s*[:：]",
    re.IGNORECASE,
)


class Known(Protocol):
    """What is known of the messages before this one; `storage.kinship.Kinship` is one."""

    def named(self, ids: Sequence[str]) -> dict[str, Named]: ...
    def own(self, id_: str, thread: str, subject: str) -> None: ...
    def claim(self, ids: Iterable[str], thread: str, subject: str, *, reply: bool) -> None: ...
    def unclaim(self, ids: Sequence[str], thread: str) -> None: ...
    def absorb(self, old: str, new: str) -> None: ...
    def fix(self, threads: Iterable[str]) -> None: ...
    def is_fixed(self, thread: str) -> bool: ...
    def remember(self, subject: str, peer: Peer) -> None: ...
    def found_parent(self, thread: str) -> None: ...
    def before(self, subject: str, at: datetime, within: timedelta) -> list[Peer]: ...
    def orphans_after(self, subject: str, at: datetime, within: timedelta) -> list[Peer]: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """What of a message says where it belongs. `parents` are Message-IDs, nearest first; `people` are outsiders only.

    `subject` is normalised, empty if it says nothing; `gmail_thread` is Gmail's id of the thread, if the file has it.
    """

    own_id: str
    parents: tuple[str, ...]
    gmail_thread: str | None
    subject: str
    is_reply: bool
    people: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """`thread` is where the message belongs; `absorbed` are threads that turned out to be the same one."""

    thread: str
    absorbed: tuple[str, ...] = ()


def letter(parsed: ParsedMessage, at: datetime, gmail_thread: str | None, insiders: Collection[str]) -> Letter:
    """`insiders` (staff, the mailbox, lists) write in every thread, so they do not show that two belong together."""
    people = [parsed.sender, parsed.requester_hint, *parsed.recipients[:_PEOPLE]]
    return Letter(
        own_id=parsed.message_id,
        parents=parents(parsed.message_id, parsed.references, parsed.in_reply_to, parsed.bounced_message_id),
        gmail_thread=gmail_thread,
        subject=thread_subject(parsed.subject),
        is_reply=is_reply(parsed.subject),
        people=frozenset(each for each in people if each and each not in insiders),
        at=at,
    )


def parents(own_id: str, references: Sequence[str], in_reply_to: str, bounced: str = "") -> tuple[str, ...]:
    """Every id a message names, nearest first, never its own. What is no id (people type "yes" when asked for one) is left out."""
    oldest, nearest = references[:_ROOTS], references[_ROOTS:][-_NEAREST:]
    named = [bounced, in_reply_to, *reversed(nearest), *reversed(oldest)]
    return tuple(dict.fromkeys(each for each in named if "@" in each and each != own_id))


def is_reply(subject: str) -> bool:
    """Whether a subject begins like an answer ("Re:", "AW:", …), tags such as [list] aside."""
    return _REPLY.match(subject[:200]) is not None


def place(one: Letter, fresh: str, known: Known) -> Place:
    """Where `one` belongs (`fresh` names the thread it would begin), remembering it for those that follow."""
    if one.gmail_thread is not None:
        # Gmail has decided already, whatever the References say.
        known.fix([one.gmail_thread])
        found = _joined([one.gmail_thread, *_children(one, known)], fresh, known)
    else:
        found = _by_names(one, fresh, known)
    for old in found.absorbed:
        known.absorb(old, found.thread)
    if one.own_id:
        known.own(one.own_id, found.thread, one.subject)
    return found


def _joined(related: Sequence[str], fresh: str, known: Known) -> Place:
    """All of these are one thread. One that Gmail named, or that is a ticket already, stays what it is; the others follow it."""
    thread = next((each for each in related if known.is_fixed(each)), related[0] if related else fresh)
    return Place(thread, tuple(each for each in related if each != thread and not known.is_fixed(each)))


def _by_names(one: Letter, fresh: str, known: Known) -> Place:
    children = _children(one, known)
    for thread in children:
        known.found_parent(thread)
        if not one.is_reply:
            known.unclaim(one.parents, thread)
    ancestor, nearer = _ancestor(one, known)
    related = list(dict.fromkeys([*ancestor, *children]))
    orphan = one.is_reply and not related
    if one.subject and one.people:
        if orphan and (peer := _sharing(one, known.before(one.subject, one.at, WITHIN))):
            related, orphan = [peer.thread], False
        later = known.orphans_after(one.subject, one.at, WITHIN)
        related = list(dict.fromkeys([*related, *(peer.thread for peer in later if peer.people & one.people)]))
    found = _joined(related, fresh, known)
    known.claim(nearer, found.thread, one.subject, reply=one.is_reply)
    if one.subject and one.people:
        known.remember(one.subject, Peer(found.thread, one.at, orphan, one.people))
    return found


def _children(one: Letter, known: Known) -> list[str]:
    """The thread of those that named this message before it came."""
    told = known.named([one.own_id]).get(one.own_id) if one.own_id else None
    return [told.thread] if told and (told.own or told.reply or _same(told.subject, one.subject)) else []


def _ancestor(one: Letter, known: Known) -> tuple[list[str], tuple[str, ...]]:
    """The thread of the nearest known ancestor, if any, and the ids that are nearer."""
    named = known.named(one.parents) if one.parents else {}
    for number, each in enumerate(one.parents):
        told = named.get(each)
        if told is None:
            continue
        if _same(told.subject, one.subject) or (one.is_reply and (told.own or told.reply)):
            return [told.thread], one.parents[:number]
        if told.own:
            # It answers nothing: a subject of its own under an old mail.
            return [], one.parents[:number]
    return [], one.parents


def _same(one: str, other: str) -> bool:
    return one == other or not one or not other


def _sharing(one: Letter, peers: Iterable[Peer]) -> Peer | None:
    return next((peer for peer in peers if peer.people & one.people), None)
