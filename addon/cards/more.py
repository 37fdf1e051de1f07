"""Everything else one may do with a ticket, and its whole timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from addon.cards import clocks
from addon.cards.face import Face
from addon.cards.forms import FORMS
from addon.cards.message import entry_line
from addon.cards.parts import Json, button, buttons, card, header, known_icon, line, paragraph, safe, section
from inboxsla.domain.ticket_view import TicketView
from inboxsla.domain.timeline_view import Entry
from inboxsla.services.panel_views import Opened

MOST_ENTRIES = 60


def more_card(opened: Opened, face: Face, gmail_url: str) -> Json:
    view = opened.view
    return card(
        "more",
        header(face.text("More"), view.subject),
        [
            section(*_status(opened, face), title=face.text("Status")),
            section(*_people(opened, face), title=face.text("People")),
            section(*_promise(opened, face), title=face.text("Promise")),
            section(
                buttons(
                    button(face.text("Open ticket page"), face.page(f"/tickets/{view.id}")),
                    button(face.text("Open in Gmail"), {"openLink": {"url": gmail_url}}),
                ),
                buttons(button(face.text("What happened"), face.show("timeline", view.id))),
            ),
        ],
    )


def _row(text: str, bottom: str, icon: str, click: Json) -> Json:
    return line(safe(text), bottom=bottom, icon=known_icon(icon), on_click=click)


# Act to its words, its detail and its picture; acts with fields open a form.
_STATUS = {
    "waiting": ("Waiting on customer", "Resolution stands still until they write", "CLOCK"),
    "hold": ("Put on hold", "With a reason and until when", "CLOCK"),
    "solve": ("Solve", "Every timer ends", "BOOKMARK"),
    "reopen": ("Reopen", "Timers go on", "BOOKMARK"),
    "make_ticket": ("Make it a ticket", "Time counts from the first message", "TICKET"),
    "not_a_ticket": ("Not a ticket", "No promise runs for this thread", "BOOKMARK"),
}
_PEOPLE = {
    "take": ("Take it", "", "PERSON"),
    "hand_over": ("Hand over", "", "PERSON"),
    "note": ("Add note", "@name tells somebody by mail", "DESCRIPTION"),
    "escalate": ("Escalate now", "Owner and lead are told", "MULTIPLE_PEOPLE"),
    "mute": ("Mute my reminders", "Until the customer or somebody else does something", "BOOKMARK"),
}
_PROMISE = {
    "answered_elsewhere": ("I answered elsewhere", "By phone, in a chat, in person", "PHONE"),
    "priority": ("Priority and tags", "", "BOOKMARK"),
    "extend": ("Give more time", "For one promise, with a reason", "CLOCK"),
}


def _rows(table: Mapping[str, tuple[str, str, str]], opened: Opened, face: Face) -> list[Json]:
    """What of a table makes sense now."""
    return [
        _row(face.text(words), face.text(detail), icon, _click(name, opened, face))
        for name, (words, detail, icon) in table.items()
        if name in opened.can
    ]


def _click(name: str, opened: Opened, face: Face) -> Json:
    if name in FORMS:
        return face.show(name, opened.view.id, up=2)
    return face.act(name, opened.view.id, opened.seen, up=1)


def _status(opened: Opened, face: Face) -> list[Json]:
    undo = face.act("undo", opened.view.id, opened.seen, up=1)
    detail = face.text("Within ten minutes, if nobody did anything since")
    return [*_rows(_STATUS, opened, face), _row(face.text("Undo my last act"), detail, "CLOCK", undo)]


def _people(opened: Opened, face: Face) -> list[Json]:
    rows = _rows(_PEOPLE, opened, face)
    if not opened.is_mailbox:
        rows.append(_row(face.text("My absence"), "", "PERSON", _click("absence", opened, face)))
    return rows


def _promise(opened: Opened, face: Face) -> list[Json]:
    rows = _rows(_PROMISE, opened, face)
    if opened.view.worst is not None:
        rows.append(_row(face.text("Why is it due then?"), "", "DESCRIPTION", face.show("why", opened.view.id)))
    return rows


def timeline_card(view: TicketView, entries: Sequence[Entry], opened: Opened, face: Face) -> Json:
    """As much of what happened as a card holds, newest first."""
    shown = entries[:MOST_ENTRIES]
    more = len(entries) - len(shown)
    rest = face.text("%(count)s older entries are on the ticket page.", count=more)
    return card(
        "timeline",
        header(face.text("What happened (%(count)s)", count=len(entries)), view.subject),
        [
            section(*(entry_line(entry, opened, face) for entry in shown)),
            section(
                paragraph(rest) if more > 0 else None,
                buttons(button(face.text("Open ticket page"), face.page(f"/tickets/{view.id}"))),
            ),
        ],
    )


def why_card(opened: Opened, face: Face) -> Json:
    found = clocks.why(opened, face, collapsed=False)
    nothing = section(paragraph(face.text("No timer runs on this ticket.")))
    return card("why", header(face.text("Why"), opened.view.subject), [found or nothing])
