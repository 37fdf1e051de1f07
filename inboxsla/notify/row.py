"""One ticket in one line of a mail, as lists of many show it. Pure; texts go through `say`."""

from __future__ import annotations

from dataclasses import dataclass

from inboxsla.domain.clock import Urgency
from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import PRIORITY_WORDS, TicketView
from inboxsla.domain.timeline import NORMAL
from inboxsla.notify.plain import cut, display_name
from inboxsla.notify.sentences import requester_of, subject_of

_LONGEST = 70


@dataclass(frozen=True, slots=True)
class Row:
    """In words: when, what (with a link), who asks, and the rest; `urgency` colours the first."""

    urgency: Urgency
    when: str
    subject: str
    who: str
    facts: str
    url: str


def row(view: TicketView, when: str, urgency: Urgency, url: str, reader: str, say: Speech) -> Row:
    facts = [] if view.priority == NORMAL else [say.text(PRIORITY_WORDS.get(view.priority, view.priority))]
    if view.owner != reader:
        facts.append(owned(view, say))
    subject = cut(subject_of(view, say), _LONGEST)
    return Row(urgency, when, subject, cut(requester_of(view), 60), "".join(f" · {fact}" for fact in facts), url)


def owned(view: TicketView, say: Speech) -> str:
    owner = display_name(view.owner_name or view.owner or "")
    return say.text("%(owner)s owns it", owner=owner) if owner else say.text("nobody owns it yet")
