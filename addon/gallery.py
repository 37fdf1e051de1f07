"""Every state of the panel as an example, for looking at and for tests. Pure: nothing is read or written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from addon import stories
from addon.asking import Answer, push, update
from addon.cards import nothing
from addon.cards.face import Face
from addon.cards.forms import Asking, form_card
from addon.cards.help import help_card
from addon.cards.home import found_card, home_card
from addon.cards.message import message_card
from addon.cards.more import more_card, timeline_card, why_card
from addon.cards.parts import Json
from addon.stories import ANA, CLAIRE, JONAS, NAMES, NOW, SUPPORT, Story
from inboxsla.domain.clock import Urgency
from inboxsla.services.panel_views import Home, NoTicket, QueueLine
from inboxsla.speech import BabelSpeech
from inboxsla.storage.panel import Figures

_GMAIL = "https://mail.google.com/mail/?authuser=support@lumenvelo.example#all/18f1"
_PEOPLE = tuple(NAMES.items())
_REASONS = ("supplier", "internal", "float time")


@dataclass(frozen=True, slots=True)
class Example:
    """`answer` is what Gmail would be sent; `title` says the state in words."""

    key: str
    title: str
    answer: Json


def examples(base: str, say: BabelSpeech) -> tuple[Example, ...]:
    """Every state; `base` is where our pages answer, without a slash at the end. Nothing can be clicked to any effect."""
    zoned = BabelSpeech(stories.ZONE, say.locale)
    face = Face(base, zoned, lambda values: "example", thread={"m": "18f1", "th": "18f1"})
    return tuple(
        Example(key, face.text(title), answer.to_click() if answer.notice else answer.to_open())
        for key, title, answer in ((key, title, draw(face)) for key, (title, draw) in _STATES.items())
    )


def _ticket(story: Callable[[], Story], reader: str = ANA, **changes: object) -> Callable[[Face], Answer]:
    return lambda face: push(message_card(story().opened(face.say, reader, **changes), face))


def _faster(face: Face) -> Answer:
    notice = face.text("Jonas Weber was faster. Jonas Weber took it at 10:48. Your click changed nothing.")
    return update(message_card(stories.taken_by_jonas().opened(face.say), face, notice=notice), notice=notice)


def _undo(face: Face) -> Answer:
    shown = stories.waiting().opened(face.say)
    return update(message_card(shown, face, undo=True), notice=face.text("Waiting on customer now."), changed=True)


def _phone(face: Face) -> Answer:
    return push(message_card(stories.overdue().opened(face.say), replace(face, rich=False)))


def _listed(face: Face) -> Answer:
    return push(message_card(stories.urgent().opened(face.say), face, gmail_url=_GMAIL))


def _form(name: str, **changes: object) -> Callable[[Face], Answer]:
    def draw(face: Face) -> Answer:
        view = stories.urgent().opened(face.say).view if name != "absence" else None
        asking = Asking(seen=5, view=view, people=_PEOPLE, reasons=_REASONS, now=NOW)
        return push(form_card(name, replace(asking, **changes), face))  # type: ignore[arg-type]  # fields of Asking

    return draw


def _none(why: str, **more: object) -> Callable[[Face], Answer]:
    found = replace(NoTicket(why, SUPPORT, "18f1", (SUPPORT,)), **more)  # type: ignore[arg-type]  # fields of NoTicket
    return lambda face: push(nothing.no_ticket(found, face))


def _told(card: Callable[[Face], Json]) -> Callable[[Face], Answer]:
    return lambda face: push(card(face))


def _stranger(face: Face) -> Answer:
    return push(nothing.stranger("noor@lumenvelo.example", replace(face, sign=None)))


def _queue(ticket_id: int, subject: str, who: str, urgency: Urgency, minutes: int | None, owner: str = "") -> QueueLine:
    due = None if minutes is None else NOW + timedelta(minutes=minutes)
    return QueueLine(ticket_id, subject, who, owner, urgency, "open" if minutes is not None else "on_hold", due)


_MINE = (
    _queue(1, "Battery swollen, is it safe to charge?", "João Gonçalves", Urgency.OVERDUE, -123),
    _queue(2, "Refund for order 1182 still missing", "Zofia Wiśniewska", Urgency.URGENT, 42),
    _queue(3, "Spare lens for LV-300", "Søren Østergaard", Urgency.PAUSED, None),
)
_RISKY = (_queue(4, "Invoice with company name (領収書)", "田中 美咲", Urgency.URGENT, 30, "Jonas Weber"),)
_NOBODYS = (_queue(5, "Which mount fits a 35 mm handlebar?", "김민준", Urgency.LOW, 402),)
_BUSY = Home(ANA, False, _MINE, _RISKY, _NOBODYS, Figures(14, 3, 1, 1, 6, 9, 4), NOW, (SUPPORT,))
_QUIET = Home(ANA, False, (), (), (), Figures(0, 0, 0, 0, 0, 3, 5), NOW, (SUPPORT,))
_BLIND = f"{SUPPORT} has not been read since 09:20 CET."
_LATE = "InboxSLA did not see this mailbox from 09:20 CET to 09:35 CET, and learned late what happened then."


def _more(face: Face) -> Answer:
    return push(more_card(stories.urgent().opened(face.say, CLAIRE), face, _GMAIL))


def _timeline(face: Face) -> Answer:
    shown = stories.on_hold().opened(face.say)
    return push(timeline_card(shown.view, shown.happened, shown, face))


_STATES: dict[str, tuple[str, Callable[[Face], Answer]]] = {
    "on_track": ("On track", _ticket(stories.on_track)),
    "urgent": ("Urgent", _ticket(stories.urgent)),
    "overdue": ("Overdue and escalated", _ticket(stories.overdue)),
    "on_hold": ("On hold, with reason", _ticket(stories.on_hold)),
    "not_a_ticket": ("Not a ticket", _ticket(stories.newsletter)),
    "faster": ("Somebody was faster", _faster),
    "waiting": ("Waiting on customer", _ticket(stories.waiting)),
    "solved": ("Solved", _ticket(stories.solved)),
    "undo": ("Just done, with undo", _undo),
    "lead": ("As the lead sees it", _ticket(stories.urgent, CLAIRE)),
    "mailbox": ("Signed in as the mailbox", _ticket(stories.on_track, SUPPORT)),
    "phone": ("On a phone", _phone),
    "listed": ("Opened from a list", _listed),
    "behind": ("A newer mail is not read yet", _ticket(stories.urgent, behind=True)),
    "blind": ("The mailbox was not seen for a while", _ticket(stories.urgent, remarks=(_LATE,))),
    "observed": (
        "The mailbox is only observed",
        _ticket(stories.on_track, remarks=("This mailbox is only observed so far: nothing is written to Gmail.",)),
    ),
    "hostile": ("Hostile words", _ticket(stories.hostile)),
    "kept": ("Only machines wrote", _none("kept")),
    "syncing": ("Still syncing", _none("syncing")),
    "elsewhere": ("Mailbox not connected", _none("elsewhere")),
    "may_not_ask": ("Not allowed to look", _none("elsewhere", may_not_ask=True)),
    "unreadable": (
        "Mailbox cannot be read",
        _none("unreadable", trouble="Google no longer accepts our access to this mailbox."),
    ),
    "stranger": ("Somebody unknown", _stranger),
    "old": ("An old card", _told(nothing.old_card)),
    "gone": ("A ticket that is gone", _told(nothing.gone)),
    "odd": ("Gmail sent nonsense", _told(nothing.not_understood)),
    "large": ("Too much at once", _told(nothing.too_large)),
    "later": ("Our data is away", _told(nothing.later)),
    "broken": ("Something broke", _told(nothing.broken)),
    "home": ("Home", lambda face: push(home_card(_BUSY, face))),
    "home_quiet": ("Home, nothing to do", lambda face: push(home_card(_QUIET, face))),
    "home_mailbox": (
        "Home of the mailbox's account",
        lambda face: push(home_card(replace(_BUSY, is_mailbox=True, trouble=(_BLIND,)), face)),
    ),
    "found": ("Found", lambda face: push(found_card("refund", _MINE[1:2], NOW, face))),
    "found_nothing": ("Found nothing", lambda face: push(found_card("reclamation", (), NOW, face))),
    "more": ("More", _more),
    "timeline": ("Whole timeline", _timeline),
    "why": ("Why", lambda face: push(why_card(stories.urgent().opened(face.say), face))),
    "hand_over": ("Hand over", _form("hand_over")),
    "hold": ("Put on hold", _form("hold")),
    "hold_refused": (
        "Put on hold, refused",
        _form(
            "hold",
            typed={"words": "The supplier’s truck", "until": "2026-11-23T09:00"},
            complaints={"until": "A hold ends in the future. Choose a later date."},
        ),
    ),
    "priority": ("Priority and tags", _form("priority")),
    "note": ("Add a note", _form("note")),
    "answered_elsewhere": ("Answered elsewhere", _form("answered_elsewhere")),
    "extend": ("Give more time", _form("extend")),
    "escalate": ("Escalate", _form("escalate")),
    "absence": ("My absence", _form("absence", people=[(JONAS, "Jonas Weber"), (CLAIRE, "Claire Dubois (away)")])),
    "help": ("Help", _told(help_card)),
}
